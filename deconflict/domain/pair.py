"""Two activities at one moment, as rules look at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from deconflict.domain import overlap
from deconflict.domain.activity import Activity, Part
from deconflict.domain.encounter import Basis, Encounter, Span
from deconflict.domain.hits import Verdict, hit_of, verdict_of
from deconflict.domain.judgement import Hit
from deconflict.domain.modifiers import Modifiers
from deconflict.domain.passing import passes
from deconflict.domain.rules import Rule, named


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that fired, before the caps of other rules: the hit, and the parts it rests on."""

    hit: Hit
    encounters: tuple[Encounter, ...]
    spans: tuple[Span, ...]  # of its meetings
    changes: tuple[datetime, ...]  # when it comes to rest on one part less


@dataclass(frozen=True, slots=True)
class Fired:
    """An encounter on which a rule fires, and by what."""

    encounter: Encounter
    bases: list[Basis]


@dataclass(frozen=True, slots=True)
class Pair:
    """`mission` is the other humanitarian activity where a rule is among humanitarians."""

    humanitarian: Activity
    mission: Activity
    now: datetime
    passing_under_s: float
    modifiers: Modifiers
    rules: Mapping[str, Rule]
    _passing: dict[tuple[int, int, float], bool] = field(default_factory=dict, compare=False)
    _firing: dict[tuple[str, int], list[Fired]] = field(default_factory=dict, compare=False)

    def apply(self, rule: Rule, mission_parts: Sequence[Part]) -> Finding | None:
        """The rule on these parts of the mission's side, None when it does not fire or its meeting is over."""
        met = [
            (fired, span) for fired in self.firing(rule, mission_parts) if (span := self._span(fired))[1] >= self.now
        ]
        if not met:
            return None
        verdicts = [self._verdict(fired) for fired, _ in met]
        best = max(_weight(verdict) for verdict in verdicts)
        level = [n for n, verdict in enumerate(verdicts) if _weight(verdict) == best]
        n = min(level, key=lambda n: _closeness(met[n][0].encounter)) if len(level) > 1 else level[0]
        shown, span = met[n][0].encounter, met[n][1]
        hit = hit_of(shown, verdicts[n], span, self.modifiers)
        if rule.together_s is not None:
            minutes = self._together_min(rule, shown.others, shown.rule.within_s)
            hit = replace(hit, together_min=minutes, together_limit_min=rule.together_s / 60)
        encounters = tuple(fired.encounter for fired, _ in met)
        changes = _changes([(fired.encounter, span) for fired, span in met])
        return Finding(hit, encounters, tuple(span for _, span in met), tuple(changes))

    def firing(self, rule: Rule, mission_parts: Sequence[Part]) -> list[Fired]:
        """The encounters on which the rule fires. Whether somebody passes or keeps company is asked last: it takes longest."""
        key = rule.id, id(mission_parts)
        if key not in self._firing:
            self._firing[key] = list(self._fired(rule, mission_parts))
        return self._firing[key]

    def _fired(self, rule: Rule, mission_parts: Sequence[Part]) -> Iterator[Fired]:
        others = tuple(o for o in mission_parts if self._speaks_of(rule, o))
        zone = self.modifiers.timezone
        for part in self.humanitarian.parts if others else ():
            if not named(rule.humanitarian, part):
                continue
            for wide in self.modifiers.encounters(rule, part, others):
                encounter = wide.of(o for o in wide.others if self._relevant(wide, o))
                bases = encounter.bases(zone)
                if bases and (kept := self._kept(encounter, mission_parts)) is not encounter:
                    encounter, bases = kept, kept.bases(zone)
                if bases:
                    yield Fired(encounter, bases)

    def _span(self, fired: Fired) -> Span:
        return fired.encounter.meeting(self.modifiers.timezone)

    def _verdict(self, fired: Fired) -> Verdict:
        return verdict_of(fired.encounter, fired.bases, self.modifiers, self._firm(fired.encounter))

    def _speaks_of(self, rule: Rule, other: Part) -> bool:
        if not named(rule.mission, other) or (rule.moving and not other.moving):
            return False
        if rule.halting and (other.moving or not other.halt):
            return False
        return not (rule.escort and self.modifiers.escorted(self.humanitarian, self.mission, other))

    def _relevant(self, encounter: Encounter, other: Part) -> bool:
        part, rule, span = encounter.part, encounter.rule, encounter.at_once(other)
        if span is None or span[1] < self.now:
            return False  # never within the rule's hours, or history: nobody can move any more
        same = part.category is not None and part.category == other.category
        return (same or not rule.same_category) and not (same and rule.other_category)

    def _kept(self, encounter: Encounter, mission_parts: Sequence[Part]) -> Encounter:
        """Without those that the rule does not mean: halting or passing, in no company, spoken of by a rule it gives way to."""
        rule, part = encounter.rule, encounter.part
        others = list(encounter.others)
        if rule.passing is not None:
            others = [o for o in others if self._passes(o, part, rule.within_m or 0.0) is rule.passing]
        if rule.together_s is not None:
            others = self._company(encounter) if self._together_min(rule, others, rule.within_s) else []
        for other_id in rule.unless:
            graver = self.firing(self.rules[other_id], mission_parts)
            taken = {id(other) for fired in graver for other in fired.encounter.others}
            others = [o for o in others if id(o) not in taken]
        return encounter if len(others) == len(encounter.others) else encounter.of(others)

    def _passes(self, other: Part, part: Part, distance_m: float) -> bool:
        key = (id(other), id(part), distance_m)
        if key not in self._passing:
            self._passing[key] = passes(other, part, self.mission.parts, distance_m, self.passing_under_s)
        return self._passing[key]

    def _company(self, encounter: Encounter) -> list[Part]:
        return [
            o for o in encounter.others if overlap.comovement_min([encounter.part], [o], encounter.rule.within_s) > 0
        ]

    def _together_min(self, rule: Rule, others: Sequence[Part], within_s: float, *, stated: bool = False) -> float:
        """Minutes the two travel together, over all legs: cutting a leg in two changes nothing. 0 when under the rule's."""
        company = [p for p in self.humanitarian.parts if named(rule.humanitarian, p) and not (stated and p.implied)]
        others = [o for o in others if not (stated and o.implied)]
        minutes = overlap.comovement_min(company, others, within_s) if company and others else 0.0
        return minutes if minutes * 60 >= (rule.together_s or 0.0) else 0.0

    def _firm(self, encounter: Encounter) -> bool:
        """May it be more than possible? Co-movement is of planned instants; it must not rest on what nobody filed."""
        rule = encounter.rule
        return rule.together_s is None or bool(self._together_min(rule, encounter.others, rule.within_s, stated=True))


def _weight(verdict: Verdict) -> tuple[int, bool]:
    return verdict.severity.rank, not verdict.possible


def _closeness(encounter: Encounter) -> tuple[float, float]:
    """Nearest first, in space and then in time."""
    here, others = [encounter.part], encounter.measured() or encounter.others
    return overlap.gap_m(here, others, encounter.rule.within_s), overlap.time_gap_s(here, others)


def _changes(met: Sequence[tuple[Encounter, Span]]) -> Iterator[datetime]:
    for encounter, (_, ends) in met:
        yield ends
        if len(encounter.others) > 1:
            yield from (over[1] for other in encounter.others if (over := encounter.at_once(other)) is not None)
