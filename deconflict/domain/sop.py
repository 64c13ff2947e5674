"""The SOP as one frozen object: which rules there are, how far they look, and what they say of a pair."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from deconflict.domain.activity import Activity, Part, Side, Slack
from deconflict.domain.close_out import TERMS, Terms
from deconflict.domain.escalation import Clocks, Ladder
from deconflict.domain.judgement import Hit, Judgement
from deconflict.domain.kinds import ANY, STANDING
from deconflict.domain.modifiers import CAPPED, Modifiers
from deconflict.domain.pair import Finding, Pair
from deconflict.domain.probing import Limits
from deconflict.domain.procedure_terms import PROPOSED as PROCEDURES
from deconflict.domain.procedure_terms import ProcedureTerms
from deconflict.domain.rules import Rule, named
from deconflict.domain.severity import Harm, Severity, worst
from deconflict.domain.sides import Sides
from deconflict.domain.sites import PROPOSED, SiteTerms
from deconflict.domain.ways_out import PROPOSED as WAYS_OUT
from deconflict.domain.ways_out import Terms as WaysOut

TICK = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Windows:
    """Assumed slack: how far real life strays from what was filed. Seconds, shares and factors."""

    depart_slack_s: float
    on_site_slack_s: float
    arrive_slack_min_s: float
    arrive_slack_share: float
    rainy_factor: float
    rainy_months: frozenset[int]
    open_stay_s: float


@dataclass(frozen=True, slots=True)
class Geography:
    """Metres and shares of metres: how far a leg without road geometry may stray (RUL-21), what counts as the same
    settlement (RUL-22), how far from its declared town a coordinate may be filed; and when a leg goes along the roads of the
    map: how near to one both its ends are, how many times as long as the straight line it is, how far beside it one may be."""

    leg_uncertainty_max_m: float
    leg_uncertainty_share: float
    same_settlement_radius_m: float
    declared_place_max_m: float
    road_within_m: float = 2_000.0
    road_detour_at_most: float = 2.5
    road_half_width_m: float = 1_000.0


@dataclass(frozen=True, slots=True)
class Reach:
    """How far any rule may look for one pair of kinds (RUL-23), measured between the outer boxes (shape, radius and
    uncertainty) and outer spans (`rules.first_instant`, `rules.last_instant`: all slack) of two parts. `within_m` alone
    loses nothing: it is infinite where a rule asks for the same commune. Whoever looks up P-codes by themselves may use
    `distance_m`, which counts the rules with a distance only, and the two flags."""

    within_m: float = -math.inf
    within_s: float = -math.inf
    distance_m: float = -math.inf
    same_settlement: bool = False
    same_commune: bool = False

    def __bool__(self) -> bool:
        """Is there any rule for this pair at all?"""
        return self.within_s >= 0

    def __or__(self, other: Reach) -> Reach:
        return Reach(
            max(self.within_m, other.within_m),
            max(self.within_s, other.within_s),
            max(self.distance_m, other.distance_m),
            self.same_settlement or other.same_settlement,
            self.same_commune or other.same_commune,
        )


@dataclass(frozen=True, slots=True)
class RulePack:
    """One version of sop.toml. `rules` are those of a humanitarian and a mission activity, `duplicates` those of two
    humanitarian ones. `lead_times_s` and `retention` by name, `review_s` by severity; `ladders` by severity and audience
    (`ocha`, `party`). `overdue_after`: how long after its latest hour a team that has not checked in is overdue.
    `offline_kept`: how long a telephone keeps what was written on it without a network."""

    version: str
    status: str
    rules: tuple[Rule, ...]
    windows: Windows
    geography: Geography
    passing_under_s: float
    clocks: Clocks
    ladders: dict[tuple[Severity, str], Ladder]
    lead_times_s: dict[str, float]
    convoy_large_min_trucks: int
    retention: dict[str, timedelta]
    overdue_after: timedelta
    offline_kept: timedelta
    timezone: ZoneInfo
    modifiers: Modifiers
    probing: Limits
    duplicates: tuple[Rule, ...] = ()
    close_out: Terms = TERMS
    sites: SiteTerms = PROPOSED
    ways_out: WaysOut = WAYS_OUT
    procedures: ProcedureTerms = PROCEDURES

    @property
    def endorsed(self) -> bool:
        return self.status == "endorsed"

    def rule(self, rule_id: str) -> Rule:
        """Raises StopIteration for an id that no rule has."""
        return next(rule for rule in (*self.rules, *self.duplicates) if rule.id == rule_id)

    @property
    def on_site_slack(self) -> Slack:
        return _even(self.windows.on_site_slack_s)

    def leaving_slack(self, at: datetime) -> Slack:
        """How far a departure at `at` may stray, either way."""
        return _even(self.windows.depart_slack_s * self._rains(at))

    def arriving_slack(self, left: datetime, at: datetime) -> Slack:
        """How far an arrival at `at` may stray, either way, after a way begun at `left`."""
        way_s = (at - left).total_seconds()
        slack_s = max(self.windows.arrive_slack_min_s, self.windows.arrive_slack_share * way_s)
        return _even(slack_s * self._rains(at))

    def _rains(self, at: datetime) -> float:
        return self.windows.rainy_factor if at.astimezone(self.timezone).month in self.windows.rainy_months else 1.0

    def ladder(self, severity: Severity, audience: str) -> Ladder | None:
        """None for the severities that the weekly digest carries."""
        return self.ladders.get((severity, audience))

    def reach(self, humanitarian: Iterable[str], mission: Iterable[str]) -> Reach:
        """The farthest any rule may look for parts with these names (kind codes and groups, those of traits included) on each
        side; false when no rule speaks of the pair. A name that is left out counts as not there: who leaves out the group
        of joint patrols looks too short a time ahead. Towns only narrow, so they are not asked for."""
        return self._reach(self.rules, frozenset(humanitarian), frozenset(mission))

    def reach_duplicate(self, humanitarian: Iterable[str]) -> Reach:
        """As `reach`, for two humanitarian activities of which one has these names, whatever those of the other."""
        names = frozenset(humanitarian)
        return self._reach(self.duplicates, names, frozenset({ANY}).union(*(rule.mission for rule in self.duplicates)))

    def _reach(self, rules: Iterable[Rule], hum: frozenset[str], mis: frozenset[str]) -> Reach:
        reach = Reach()
        for rule in rules:
            if _cites(rule.humanitarian, hum) and _cites(rule.mission, mis):
                joint = rule.joint and _cites(self.modifiers.joint.names, mis)
                reach |= self._reach_of(rule, rule.within_s * (self.modifiers.joint.time_factor if joint else 1.0))
        return reach

    def _reach_of(self, rule: Rule, within_s: float) -> Reach:
        distance = -math.inf if rule.within_m is None else rule.within_m
        # Two coordinates filed for one town may lie on opposite sides of it.
        settlement = 2 * self.geography.declared_place_max_m if rule.same_settlement else -math.inf
        commune = math.inf if rule.same_commune else -math.inf
        return Reach(max(distance, settlement, commune), within_s, distance, rule.same_settlement, rule.same_commune)

    def judge(self, humanitarian: Activity, mission: Activity, *, now: datetime) -> Judgement | None:
        """All rules on one pair. None when no rule fires, or when every meeting was over before `now`."""
        if humanitarian.side is not Side.HUMANITARIAN or mission.side is not Side.MISSION:
            raise ValueError("a pair is a humanitarian activity and a mission activity, in this order")
        return self._judged(self._pair(humanitarian, mission, now), self.rules)

    def fires(self, humanitarian: Activity, mission: Activity, *, now: datetime) -> bool:
        """Whether any rule that does more than inform speaks of the pair: true wherever `judge` would find one, and sometimes of a
        meeting that is over; without its figures, a tenth of the time."""
        free = tuple(part for part in mission.parts if self._cap(part) is not Severity.INFO)
        pair = self._pair(humanitarian, mission, now)
        return any(pair.firing(rule, free) for rule in self.rules if rule.severity is not Severity.INFO)

    def judge_duplicate(self, a: Activity, b: Activity, *, now: datetime) -> Judgement | None:
        """Two humanitarian activities that may bring the same aid to one place: for OCHA and the cluster only, never shown to
        the mission. The order of the two changes nothing; figures are given from the lower id to the higher."""
        if Side.MISSION in (a.side, b.side) or a.id == b.id:
            raise ValueError("the same aid is a matter of two humanitarian activities")
        first, second = sorted((a, b), key=lambda activity: activity.id)
        return self._judged(self._pair(first, second, now), self.duplicates)

    def escorted(self, humanitarian: Activity, mission: Activity) -> bool:
        """Is the mission activity the escort that was decided for this one? Such movements are counted apart."""
        return any(self.modifiers.escorted(humanitarian, mission, part) for part in mission.parts)

    def _pair(self, humanitarian: Activity, mission: Activity, now: datetime) -> Pair:
        by_id = {rule.id: rule for rule in self.rules}
        sides = Sides(humanitarian.parts, mission.parts)
        return Pair(humanitarian, mission, now, self.passing_under_s, self.modifiers, by_id, sides)

    def _judged(self, pair: Pair, rules: Sequence[Rule]) -> Judgement | None:
        """Parts under a cap are looked at only when the others do not make the rule fire: a MEDEVAC within a patrol must
        not make the patrol's own halts look harmless."""
        caps = {id(part): cap for part in pair.mission.parts if (cap := self._cap(part)) is not None}
        free = tuple(part for part in pair.mission.parts if id(part) not in caps)
        capped = tuple(part for part in pair.mission.parts if id(part) in caps)
        found = pair.apply(rules, free)
        if capped:
            ceiling = worst(list(caps.values()))
            left = pair.apply([rule for rule in rules if rule.id not in found], capped)
            found |= {rule_id: _held_down(finding, ceiling) for rule_id, finding in left.items()}
        findings = [found[rule.id] for rule in rules if rule.id in found]
        return self._judgement(pair, findings) if findings else None

    def _cap(self, part: Part) -> Severity | None:
        caps = [rule.caps for rule in self.rules if rule.caps is not None and named(rule.mission, part)]
        return min(caps, key=_rank) if caps else None

    def _confidential(self, pair: Pair, found: Finding) -> bool:
        """Does the finding rest on a part of which CMCoord alone may know? Then so does all that is said of it (R10)."""
        names = [rule.humanitarian for rule in self.rules if rule.eyes_only]
        parts = [e.part for e in found.encounters]
        if pair.mission.side is Side.HUMANITARIAN:
            parts += [other for e in found.encounters for other in e.others]
        return found.hit.eyes_only or any(named(listed, part) for listed in names for part in parts)

    def _judgement(self, pair: Pair, findings: Sequence[Finding]) -> Judgement:
        hits = tuple(sorted((found.hit for found in findings), key=lambda hit: -hit.severity.rank))
        ends = [end for found in findings for _, end in found.spans]
        changes = [at for found in findings for at in found.changes if at >= pair.now]
        return Judgement(
            severity=hits[0].severity,
            harm=_harm(hits),
            eyes_only=any(self._confidential(pair, found) for found in findings),
            hits=hits,
            sop_version=self.version,
            starts_at=min(_leaves(pair, found) for found in findings),
            ends_at=max(ends),
            rejudge_at=min(changes) + TICK,
        )


def _rank(severity: Severity) -> int:
    return severity.rank


def _cites(names: frozenset[str], given: frozenset[str]) -> bool:
    return ANY in names or not names.isdisjoint(given)


def _held_down(found: Finding, ceiling: Severity) -> Finding:
    if found.hit.severity.rank <= ceiling.rank:
        return found
    notes = (*found.hit.modifiers, CAPPED)
    return replace(found, hit=replace(found.hit, severity=ceiling, modifiers=notes))


def _harm(hits: Sequence[Hit]) -> Harm:
    """Danger, when a hit that counts (as bad as the worst, or HIGH) is one of danger: a mild danger beside a critical matter
    of distinction wakes nobody."""
    counts = min(hits[0].severity.rank, Severity.HIGH.rank)
    return Harm.DANGER if any(h.harm is Harm.DANGER and h.severity.rank >= counts for h in hits) else Harm.DISTINCTION


def _leaves(pair: Pair, found: Finding) -> datetime:
    """RUL-5: the earliest departure that leads either side into the overlap, or its loss of coverage before. Who stands there all
    year can be reached until the overlap begins."""
    humanitarian = [encounter.part for encounter in found.encounters]
    mission = [other for encounter in found.encounters for other in encounter.others]
    begins = min(start for start, _ in found.spans)
    return min(_reachable(pair.humanitarian, humanitarian, begins), _reachable(pair.mission, mission, begins))


def _reachable(activity: Activity, parts: Sequence[Part], begins: datetime) -> datetime:
    return begins if all(STANDING in part.groups for part in parts) else activity.reached_until


def _even(seconds: float) -> Slack:
    return Slack(seconds, seconds)
