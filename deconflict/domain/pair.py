"""Two activities at one moment, as rules look at them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from deconflict.domain import overlap
from deconflict.domain.activity import Activity, Part
from deconflict.domain.encounter import Basis, Encounter, Span, meetings
from deconflict.domain.hits import Verdict, hit_of, verdict_of
from deconflict.domain.judgement import IMPLIED, Hit
from deconflict.domain.modifiers import Modifiers
from deconflict.domain.overlap import Nominal
from deconflict.domain.passing import Beside, Manner
from deconflict.domain.rules import Rule, named
from deconflict.domain.sides import Sides


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

    rule: Rule
    encounter: Encounter
    bases: list[Basis]


@dataclass(frozen=True, slots=True)
class Met:
    """The same where the meeting is not over, and how bad it is."""

    rule: Rule
    encounter: Encounter
    span: Span
    verdict: Verdict

    @property
    def weight(self) -> tuple[int, bool]:
        return self.verdict.severity.rank, not self.verdict.possible


@dataclass(frozen=True, slots=True)
class Pair:
    """`mission` is the other humanitarian activity where a rule is among humanitarians."""

    humanitarian: Activity
    mission: Activity
    now: datetime
    passing_under_s: float
    modifiers: Modifiers
    rules: Mapping[str, Rule]
    sides: Sides
    _beside: dict[int, Beside] = field(default_factory=dict, compare=False)
    _manners: dict[tuple[int, int, float], Manner] = field(default_factory=dict, compare=False)
    _minutes: dict[tuple[tuple[int, ...], tuple[int, ...], float], float] = field(default_factory=dict, compare=False)
    _firing: dict[tuple[str, int], list[Fired]] = field(default_factory=dict, compare=False)

    def apply(self, rules: Iterable[Rule], mission_parts: Sequence[Part]) -> dict[str, Finding]:
        """By rule id, in order, what is found of these parts of the mission's side: nothing where a rule does not fire or all
        its meetings are over. What takes long is worked out for all rules at once."""
        fired = [one for rule in rules for one in self.firing(rule, mission_parts)]
        spans = meetings([one.encounter for one in fired], self.sides, self.modifiers.timezone)
        met: dict[str, list[Met]] = defaultdict(list)
        for one, span in zip(fired, spans, strict=True):
            if span[1] >= self.now:
                met[one.rule.id].append(
                    Met(one.rule, one.encounter, span, verdict_of(one.encounter, one.bases, self.modifiers))
                )
        shown = [_gravest(some) for some in met.values()]
        asked = [one.encounter.asked(one.verdict.basis) for one in shown]
        each = zip(met.values(), shown, overlap.each_nominal(asked, self.sides), strict=True)
        return {best.rule.id: self._finding(some, best, nominal) for some, best, nominal in each}

    def _finding(self, met: Sequence[Met], shown: Met, nominal: Nominal) -> Finding:
        hit = hit_of(shown.encounter, shown.verdict, shown.span, nominal, self.modifiers)
        if shown.rule.together_s is not None:
            minutes = self._together_min(shown.rule, shown.encounter.others, shown.encounter.rule.within_s)
            hit = replace(hit, together_min=minutes, together_limit_min=shown.rule.together_s / 60)
        encounters, spans = tuple(one.encounter for one in met), tuple(one.span for one in met)
        return Finding(hit, encounters, spans, tuple(_changes(met)))

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
            for wide in self.modifiers.encounters(self.sides, rule, part, others):
                encounter = wide.of(o for o in wide.others if self._relevant(wide, o))
                bases = encounter.bases(zone)
                for kept in self._kept(encounter, mission_parts) if bases else ():
                    if kept_by := bases if kept.others == encounter.others else kept.bases(zone):
                        yield Fired(rule, kept, kept_by)

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

    def _kept(self, encounter: Encounter, mission_parts: Sequence[Part]) -> Iterator[Encounter]:
        """Without those that the rule does not mean: halting or passing, in no company, spoken of by a rule it gives way to.
        Those of whom it is in doubt whether the rule means them are apart from the others."""
        rule = encounter.rule
        doubts = {id(o): found for o in encounter.others if (found := self._doubts(encounter, o)) is not None}
        company, shared = self._company(encounter, [o for o in encounter.others if id(o) in doubts])
        taken = {
            id(other)
            for other_id in rule.unless
            for fired in self.firing(self.rules[other_id], mission_parts)
            for other in fired.encounter.others
        }
        alike: dict[tuple[str, ...], list[Part]] = defaultdict(list)
        for other in company:
            if id(other) not in taken:
                alike[*doubts[id(other)], *shared].append(other)
        for found, some in alike.items():
            yield replace(encounter, others=tuple(some), doubts=found)

    def _doubts(self, encounter: Encounter, other: Part) -> tuple[str, ...] | None:
        """What leaves open whether it passes, or stays, as the rule says; None when it surely does the opposite."""
        rule, part = encounter.rule, encounter.part
        if rule.passing is None:
            return ()
        key = id(other), id(part), rule.within_m or 0.0
        if key not in self._manners:
            beside = self._beside.setdefault(id(part), Beside(self.mission.parts, part))
            self._manners[key] = beside.manner(other, rule.within_m or 0.0, self.passing_under_s)
        manner = self._manners[key]
        return manner.doubts if manner.doubts or manner.passes is rule.passing else None

    def _company(self, encounter: Encounter, others: list[Part]) -> tuple[list[Part], tuple[str, ...]]:
        """Those with whom company is kept, where the rule asks for it. It is of planned instants; it may rest on what nobody
        filed."""
        rule, here = encounter.rule, [encounter.part]
        if rule.together_s is None:
            return others, ()
        if not self._together_min(rule, others, rule.within_s):
            return [], ()
        company = [o for o in others if overlap.comovement_min(here, [o], rule.within_s, among=self.sides) > 0]
        stated = self._together_min(rule, company, rule.within_s, stated=True)
        return company, () if stated else (IMPLIED,)

    def _together_min(self, rule: Rule, others: Sequence[Part], within_s: float, *, stated: bool = False) -> float:
        """Minutes the two travel together, over all legs: cutting a leg in two changes nothing. 0 when under the rule's."""
        company = [p for p in self.humanitarian.parts if named(rule.humanitarian, p) and not (stated and p.implied)]
        others = [o for o in others if not (stated and o.implied)]
        key = tuple(map(id, company)), tuple(map(id, others)), within_s
        if key not in self._minutes:
            self._minutes[key] = overlap.comovement_min(company, others, within_s, among=self.sides)
        minutes = self._minutes[key]
        return minutes if minutes * 60 >= (rule.together_s or 0.0) else 0.0


def _gravest(met: Sequence[Met]) -> Met:
    """Of equals the closest."""
    best = max(one.weight for one in met)
    level = [one for one in met if one.weight == best]
    return min(level, key=lambda one: _closeness(one.encounter)) if len(level) > 1 else level[0]


def _closeness(encounter: Encounter) -> tuple[float, float]:
    """Nearest first, in space and then in time."""
    here, others = [encounter.part], encounter.measured() or encounter.others
    gap_m = overlap.gap_m(here, others, encounter.rule.within_s, among=encounter.sides)
    return gap_m, overlap.time_gap_s(here, others)


def _changes(met: Sequence[Met]) -> Iterator[datetime]:
    for one in met:
        yield one.span[1]
        others = one.encounter.others
        if len(others) > 1:
            yield from (over[1] for other in others if (over := one.encounter.at_once(other)) is not None)
