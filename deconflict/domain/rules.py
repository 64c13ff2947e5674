"""One SOP rule as data, and when it fires on two activities."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from deconflict.domain import overlap
from deconflict.domain.activity import Activity, Part
from deconflict.domain.judgement import Hit
from deconflict.domain.kinds import ANY
from deconflict.domain.passing import passes
from deconflict.domain.severity import Harm, Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """See config/missions/*/sop.toml for what each field means to an officer. Where: `within_m`, `same_settlement` or
    `same_commune`, one that holds is enough. When: within `within_s` seconds, slack added."""

    id: str
    why: dict[str, str]
    provenance: str
    humanitarian: frozenset[str]
    mission: frozenset[str]
    within_s: float
    severity: Severity
    harm: Harm
    within_m: float | None = None
    same_settlement: bool = False
    same_commune: bool = False
    passing: bool | None = None
    moving: bool = False
    same_category: bool = False
    eyes_only: bool = False
    caps: Severity | None = None
    cites: str = ""


@dataclass(frozen=True, slots=True)
class Encounter:
    """One humanitarian part and the mission parts a rule may look at beside it."""

    part: Part
    others: tuple[Part, ...]

    def at_settlement(self) -> tuple[Part, ...]:
        mine = self.part.spot.settlement
        if mine is None or self.part.commune_only:
            return ()
        return tuple(o for o in self.others if o.spot.settlement == mine and not o.commune_only)

    def in_commune(self) -> tuple[Part, ...]:
        mine = self.part.spot.commune
        return () if mine is None else tuple(o for o in self.others if o.spot.commune == mine)

    def measured(self) -> tuple[Part, ...]:
        """Those whose place is known well enough for a distance (RUL-22)."""
        return () if self.part.commune_only else tuple(o for o in self.others if not o.commune_only)

    def stated(self) -> Encounter:
        """Without what nobody filed."""
        return Encounter(self.part, () if self.part.implied else tuple(o for o in self.others if not o.implied))


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that fired, before caps: the hit, whose severity is softened already, and the parts it rests on."""

    hit: Hit
    encounters: tuple[Encounter, ...]
    spans: tuple[tuple[datetime, datetime], ...]  # of its meetings; when the first ends, it rests on one less


def named(names: frozenset[str], part: Part) -> bool:
    """Does a rule that lists `names` speak of this part?"""
    return ANY in names or part.kind in names or not names.isdisjoint(part.groups)


def last_instant(part: Part) -> datetime:
    return part.end.at + timedelta(seconds=part.end.declared.late_s + part.end.assumed.late_s)


def first_instant(part: Part) -> datetime:
    return part.start.at - timedelta(seconds=part.start.declared.early_s + part.start.assumed.early_s)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two activities at one moment, as rules look at them."""

    humanitarian: Activity
    mission: Activity
    now: datetime
    passing_under_s: float
    _passing: dict[tuple[int, int, float], bool] = field(default_factory=dict, compare=False)

    def apply(self, rule: Rule, mission_parts: Sequence[Part]) -> Finding | None:
        """The rule on these parts of the mission's side, None when it does not fire or its meeting is over."""
        fired = list(self._fired(rule, [o for o in mission_parts if named(rule.mission, o)]))
        met = [(e, span) for e in fired if (span := meeting(rule, e))[1] >= self.now]
        if not met:
            return None
        firm = [pair for pair in met if fires(rule, pair[0].stated(), firm=True)]
        shown, span = min(firm or met, key=lambda pair: _closeness(rule, pair[0]))
        hit = _hit(rule, shown, span, possible=not firm)
        return Finding(hit, tuple(e for e, _ in met), tuple(span for _, span in met))

    def _fired(self, rule: Rule, others: Sequence[Part]) -> Iterator[Encounter]:
        """The encounters on which the rule fires. Whether somebody passes is asked last, because it takes longest."""
        for part in self.humanitarian.parts:
            if not named(rule.humanitarian, part):
                continue
            encounter = Encounter(part, tuple(o for o in others if self._relevant(rule, part, o)))
            if not fires(rule, encounter, firm=False):
                continue
            if rule.passing is not None:
                kept = (o for o in encounter.others if self._passes(o, part, rule.within_m or 0.0) is rule.passing)
                encounter = Encounter(part, tuple(kept))
            if rule.passing is None or fires(rule, encounter, firm=False):
                yield encounter

    def _relevant(self, rule: Rule, part: Part, other: Part) -> bool:
        span = _at_once(part, other, timedelta(seconds=rule.within_s))
        if span is None or span[1] < self.now:
            return False  # never within the rule's hours, or history: nobody can move any more
        if rule.moving and not other.moving:
            return False
        return not rule.same_category or (part.category is not None and part.category == other.category)

    def _passes(self, other: Part, part: Part, distance_m: float) -> bool:
        key = (id(other), id(part), distance_m)
        if key not in self._passing:
            self._passing[key] = passes(other, part, self.mission.parts, distance_m, self.passing_under_s)
        return self._passing[key]


def fires(rule: Rule, encounter: Encounter, *, firm: bool) -> bool:
    """Touching counts. `firm`: with assumed slack and uncertainty set to zero."""
    here, slack = [encounter.part], not firm
    near = encounter.measured()
    if rule.within_m is not None and near:
        gap = overlap.gap_m(here, near, rule.within_s, assumed=slack, uncertain=not firm)
        if gap <= rule.within_m:
            return True
    coded = _coded(rule, encounter)
    return bool(coded) and overlap.time_gap_s(here, coded, assumed=slack) <= rule.within_s


def _coded(rule: Rule, encounter: Encounter) -> tuple[Part, ...]:
    """The parts at the same place by P-code, where the rule asks for that."""
    settlement = encounter.at_settlement() if rule.same_settlement else ()
    commune = encounter.in_commune() if rule.same_commune else ()
    return settlement + tuple(other for other in commune if other not in settlement)


def meeting(rule: Rule, encounter: Encounter) -> tuple[datetime, datetime]:
    """The first and the last instant at which somebody is in the overlap, all slack included."""
    part, spans = encounter.part, []
    if rule.within_m is not None and (near := encounter.measured()):
        spans.append(overlap.together([part], near, rule.within_m, rule.within_s))
    buffer = timedelta(seconds=rule.within_s)
    spans.extend(_at_once(part, other, buffer) for other in _coded(rule, encounter))
    met = [span for span in spans if span is not None]
    if not met:  # the rule fired by less than the last digit: as wide as the windows allow
        met = [_at_once(part, other, buffer) or _both(part, other) for other in encounter.others]
    return min(start for start, _ in met), max(end for _, end in met)


def _both(part: Part, other: Part) -> tuple[datetime, datetime]:
    return min(first_instant(part), first_instant(other)), max(last_instant(part), last_instant(other))


def _at_once(part: Part, other: Part, buffer: timedelta) -> tuple[datetime, datetime] | None:
    """The instants of either that have one of the other within the buffer; None when there is none."""
    mine = (
        max(first_instant(part), first_instant(other) - buffer),
        min(last_instant(part), last_instant(other) + buffer),
    )
    theirs = (
        max(first_instant(other), first_instant(part) - buffer),
        min(last_instant(other), last_instant(part) + buffer),
    )
    return None if mine[0] > mine[1] else (min(mine[0], theirs[0]), max(mine[1], theirs[1]))


def _closeness(rule: Rule, encounter: Encounter) -> tuple[float, float]:
    """Nearest first, in space and then in time."""
    here, others = [encounter.part], encounter.measured() or encounter.others
    return overlap.gap_m(here, others, rule.within_s), overlap.time_gap_s(here, others)


def _hit(rule: Rule, encounter: Encounter, span: tuple[datetime, datetime], *, possible: bool) -> Hit:
    here, near, coded = [encounter.part], encounter.measured(), _coded(rule, encounter)
    settlement = rule.same_settlement and bool(encounter.at_settlement())
    gap = overlap.gap_m(here, near, rule.within_s) if near else math.inf
    shown = near if rule.within_m is not None and gap <= rule.within_m else coded
    nominal = overlap.nominal(here, shown, rule.within_s)
    return Hit(
        rule_id=rule.id,
        severity=rule.severity.milder if possible else rule.severity,
        harm=rule.harm,
        possible=possible,
        gap_m=gap if shown is near else nominal.distance_m,
        limit_m=rule.within_m,
        time_gap_s=overlap.time_gap_s(here, shown),
        limit_s=rule.within_s,
        same_settlement=settlement,
        nominal=nominal,
        minutes_within=overlap.minutes_within(here, shown, rule.within_m) if rule.within_m is not None else 0.0,
        meets_from=span[0],
        meets_until=span[1],
        same_commune=rule.same_commune and bool(encounter.in_commune()),
        eyes_only=rule.eyes_only,
    )
