"""What the SOP says of one pair at this moment, with rule ids and figures: everything a case needs to explain itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from deconflict.domain.overlap import Nominal
from deconflict.domain.severity import Harm, Severity

POSITION, DELAYS, IMPLIED = "position", "delays", "implied"  # what a hit that is only possible rests on


@dataclass(frozen=True, slots=True)
class Hit:
    """One rule that fired. `severity` is after softening and caps. `gap_m` is the distance left between the two, radius and
    uncertainty taken off; where the same settlement or commune made it fire, the planned distance. `limit_m` is the
    rule's, None when it has no distance. `time_gap_s` is the smallest time between the windows widened by all slack. The
    meeting runs from `meets_from` to `meets_until`, slack and the rule's hours included. `possible`: it needs assumed
    slack, an implied part or imprecise positions; `because` says which, and `unsure_m` how imprecise both together are,
    0 where that plays no part.
    `basis` is what made it fire (distance, settlement, commune; empty in judgements of before), `modifiers` what changed the
    rule or capped it here. `together_min` is the co-movement where the rule asks for `together_limit_min` of it. The
    limits are those that held here."""

    rule_id: str
    severity: Severity
    harm: Harm
    possible: bool
    gap_m: float
    limit_m: float | None
    time_gap_s: float
    limit_s: float
    same_settlement: bool
    nominal: Nominal
    minutes_within: float
    meets_from: datetime
    meets_until: datetime
    same_commune: bool = False
    eyes_only: bool = False
    basis: str = ""
    because: tuple[str, ...] = ()
    unsure_m: float = 0.0
    modifiers: tuple[str, ...] = ()
    together_min: float = 0.0
    together_limit_min: float = 0.0

    @property
    def settlement_required(self) -> bool:
        """It rests on a commune because no more than the commune of one side is known."""
        return "commune_only" in self.modifiers


@dataclass(frozen=True, slots=True)
class Judgement:
    """`hits` worst first. `starts_at` is the last moment a party can be reached (RUL-5: the earliest departure that leads
    either side into the overlap, which may be past); `ends_at` the end of the overlap, until which a message is
    useful; `rejudge_at` the first instant at which the passing of time alone changes the answer."""

    severity: Severity
    harm: Harm
    eyes_only: bool
    hits: tuple[Hit, ...]
    sop_version: str
    starts_at: datetime
    ends_at: datetime
    rejudge_at: datetime

    @property
    def rule_ids(self) -> tuple[str, ...]:
        return tuple(hit.rule_id for hit in self.hits)

    def to_json(self) -> dict[str, Any]:
        """Plain types only: instants as ISO 8601, points as lists."""
        return _plain(asdict(self))  # type: ignore[no-any-return]

    @staticmethod
    def from_json(stored: dict[str, Any]) -> Judgement:
        """The exact inverse of `to_json`."""
        return Judgement(
            **{
                **stored,
                "severity": Severity(stored["severity"]),
                "harm": Harm(stored["harm"]),
                "hits": tuple(_hit(hit) for hit in stored["hits"]),
                **_instants(stored, "starts_at", "ends_at", "rejudge_at"),
            }
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """What is kept of the judgement of the round before, to say what changed: severity, rules, and of the worst hit how far apart
    the two were as planned, when, and for how many minutes within its limit; `versions` of the humanitarian item and the mission's."""

    severity: Severity
    rules: tuple[str, ...]
    apart_m: float
    a_at: datetime
    b_at: datetime
    minutes: float
    versions: tuple[int, int]

    @staticmethod
    def of(judgement: Judgement, versions: tuple[int, int]) -> Figures:
        worst = judgement.hits[0]
        near = worst.nominal.distance_m, worst.nominal.a_at, worst.nominal.b_at, worst.minutes_within
        return Figures(judgement.severity, judgement.rule_ids, *near, versions)

    def to_json(self) -> dict[str, Any]:
        return _plain(asdict(self))  # type: ignore[no-any-return]

    @staticmethod
    def from_json(stored: dict[str, Any]) -> Figures:
        """The exact inverse of `to_json`."""
        times = _instants(stored, "a_at", "b_at")
        lists = _lists(stored, "rules", "versions")
        return Figures(**{**stored, **times, **lists, "severity": Severity(stored["severity"])})


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, Severity | Harm) else value


def _instants(stored: dict[str, Any], *names: str) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(stored[name]) for name in names}


def _lists(stored: dict[str, Any], *names: str) -> dict[str, Any]:
    """What judgements of before did not have yet is left to its default."""
    return {name: tuple(stored[name]) for name in names if name in stored}


def _hit(stored: dict[str, Any]) -> Hit:
    nominal = stored["nominal"]
    return Hit(
        **{
            **stored,
            "severity": Severity(stored["severity"]),
            "harm": Harm(stored["harm"]),
            "nominal": Nominal(
                **{
                    **nominal,
                    **_instants(nominal, "a_at", "b_at"),
                    "a_point": tuple(nominal["a_point"]),
                    "b_point": tuple(nominal["b_point"]),
                }
            ),
            **_lists(stored, "because", "modifiers"),
            **_instants(stored, "meets_from", "meets_until"),
        }
    )
