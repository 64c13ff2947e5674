"""What changes a rule at one place, on one day, in one company: the modifiers of sop.toml, each with its id and reason.

The order of everything that moves a severity: the rule's own; one step milder when the hit is only possible; one step worse
per modifier that says so; then the caps. So a raise is never lost in the ceiling of CRITICAL, and a cap has the last word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from deconflict.domain.activity import Activity, Part
from deconflict.domain.encounter import Encounter
from deconflict.domain.rules import Rule, named
from deconflict.domain.severity import Severity
from deconflict.domain.sides import Sides

URBAN, MARKET_DAY, JOINT = "urban", "market_day", "joint"  # what a hit notes
COMMUNE_ONLY, WIDE_COMMUNE = "commune_only", "wide_commune"
CAPPED = "capped"  # by a rule that holds down whatever its mission side is near, domain.sop


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a modifier is there: its id, words by language, where it comes from."""

    id: str
    why: dict[str, str]
    provenance: str
    cites: str = ""


@dataclass(frozen=True, slots=True)
class Urban:
    """In a town the distances of rules that say `urban` are divided, but never below `min_m`. `settlements` are P-codes."""

    reason: Reason
    divisor: float
    min_m: float
    settlements: frozenset[str]

    def narrowed(self, within_m: float) -> float:
        return min(within_m, max(self.min_m, within_m / self.divisor))


@dataclass(frozen=True, slots=True)
class MarketDay:
    """One step worse when the humanitarian activity falls on the market day of its settlement. Weekdays (Monday is 0) by P-code."""

    reason: Reason
    weekdays: Mapping[str, frozenset[int]]

    def falls_on(self, part: Part, zone: ZoneInfo) -> bool:
        """As planned, without slack: a delay does not move the market."""
        days = self.weekdays.get(part.spot.settlement or "", frozenset())
        if not days:
            return False
        first, last = (moment.at.astimezone(zone).date() for moment in (part.start, part.end))
        span = min(6, (last - first).days)
        return any((first + timedelta(days=n)).weekday() in days for n in range(span + 1))


@dataclass(frozen=True, slots=True)
class Joint:
    """In the company that `names` speak of, hours are multiplied by `time_factor` and the severity is one step worse."""

    reason: Reason
    names: frozenset[str]
    time_factor: float


@dataclass(frozen=True, slots=True)
class Escort:
    """Parts of these names say nothing about the humanitarian items they were decided to escort."""

    reason: Reason
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Communes:
    """What a match by commune alone may amount to: `cap` where no more than the commune of one side is known, `wide_cap` in
    the communes of `wide`, so large that being in the same one means nothing. `wide_km2` is what makes them so; `called`: the
    country's own word."""

    reason: Reason
    cap: Severity
    wide_cap: Severity
    wide_km2: float
    wide: frozenset[str]
    called: str = "commune"


@dataclass(frozen=True, slots=True)
class Modifiers:
    urban: Urban
    market_day: MarketDay
    joint: Joint
    escort: Escort
    commune: Communes
    timezone: ZoneInfo

    @property
    def reasons(self) -> tuple[Reason, ...]:
        parts = (self.urban, self.market_day, self.joint, self.escort, self.commune)
        return tuple(part.reason for part in parts)

    def encounters(self, sides: Sides, rule: Rule, part: Part, others: tuple[Part, ...]) -> Iterator[Encounter]:
        """The rule as it stands for this part, and again for those of the others that come in joint company."""
        notes, raised = [], 0
        if rule.urban and rule.within_m is not None and part.spot.settlement in self.urban.settlements:
            rule = replace(rule, within_m=self.urban.narrowed(rule.within_m))
            notes.append(URBAN)
        if rule.market_day and self.market_day.falls_on(part, self.timezone):
            raised += 1
            notes.append(MARKET_DAY)
        joint = tuple(o for o in others if rule.joint and named(self.joint.names, o))
        plain = tuple(o for o in others if not (rule.joint and named(self.joint.names, o)))
        if plain:
            yield Encounter(sides, rule, part, plain, tuple(notes), raised)
        if joint:
            longer = replace(rule, within_s=rule.within_s * self.joint.time_factor)
            yield Encounter(sides, longer, part, joint, (*notes, JOINT), raised + 1)

    def escorted(self, humanitarian: Activity, mission: Activity, part: Part) -> bool:
        """Was this part of the mission's side decided to escort that activity?"""
        return humanitarian.id in mission.escorts and named(self.escort.names, part)

    def capped(self, severity: Severity, encounter: Encounter) -> tuple[Severity, tuple[str, ...]]:
        """The severity of a match by commune alone, and what there is to say about it."""
        parts = (encounter.part, *encounter.in_commune())
        notes: tuple[str, ...] = (COMMUNE_ONLY,) if any(part.commune_only for part in parts) else ()
        caps = [self.commune.cap] if notes else []
        if encounter.part.spot.commune in self.commune.wide:
            notes, caps = (*notes, WIDE_COMMUNE), [*caps, self.commune.wide_cap]
        return min([severity, *caps], key=lambda s: s.rank), notes
