"""One pair of activities for every rule of sop.toml, made by hand: no slack, exact positions, one axis to be moved at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from mali import BEFORE, NOWHERE, at, away, mission, town

from deconflict.domain.activity import Activity, Moment, Part, Shape, Side, Spot
from deconflict.domain.judgement import Hit, Judgement
from deconflict.domain.rules import Rule

START, END = at("10 Dec 09:00"), at("10 Dec 15:00")  # of the humanitarian side: a Tuesday, no market anywhere
HOUR = timedelta(hours=1)
BANKASS, KORO, GAO = (town(name).pcode or "" for name in ("Bankass", "Koro", "Gao"))
COMMUNE = mission().gazetteer.get(BANKASS).commune  # type: ignore[union-attr]
ELSEWHERE = mission().gazetteer.get(KORO).commune  # type: ignore[union-attr]
SPEED_M = 1000.0  # a minute

Manner = Callable[["Case", float, timedelta], tuple[Part, Part]]


def part(side: Side, kind: str, start: datetime, end: datetime, *points: tuple[float, float], **facts: object) -> Part:
    known = mission().catalogue[kind]
    assert known.side is side
    plain = Part(
        kind=kind,
        groups=known.groups,
        shape=Shape(points),
        start=Moment(start),
        end=Moment(end),
        moving=len(points) > 1,
        uncertainty_m=0.0,
        category=known.category,
        hours=known.hours,
    )
    return replace(plain, **facts)  # type: ignore[arg-type]


def _ours(case: Case, *points: tuple[float, float], lasts: timedelta = END - START) -> Part:
    return part(Side.HUMANITARIAN, case.ours, START, START + lasts, *points)


def _theirs(case: Case, start: datetime, end: datetime, *points: tuple[float, float]) -> Part:
    side = Side.HUMANITARIAN if case.among else Side.MISSION
    return part(side, case.theirs, start, end, *points, halt=len(points) == 1)


def stands(case: Case, apart_m: float, gap: timedelta) -> tuple[Part, Part]:
    """Both stand; the mission comes for an hour, `gap` after the humanitarian side has left."""
    return _ours(case, NOWHERE), _theirs(case, END + gap, END + gap + HOUR, away(apart_m))


def stood(case: Case, apart_m: float, gap: timedelta) -> tuple[Part, Part]:
    """Both stand; the mission was there for an hour, until `gap` before the humanitarian side comes."""
    return _ours(case, NOWHERE), _theirs(case, START - gap - HOUR, START - gap, away(apart_m))


def drives_by(case: Case, apart_m: float, gap: timedelta) -> tuple[Part, Part]:
    """The mission drives 60 km in an hour and is nearest `gap` after the humanitarian side has left."""
    beside = away(apart_m, 0.0)
    ends = away(30_000, 270.0, beside), away(30_000, 90.0, beside)
    return _ours(case, NOWHERE), _theirs(case, END + gap - HOUR / 2, END + gap + HOUR / 2, *ends)


def along(case: Case, apart_m: float, gap: timedelta) -> tuple[Part, Part]:
    """Both drive the same way for an hour, the mission `gap` later."""
    return _ours(case, NOWHERE, away(60_000), lasts=HOUR), _theirs(
        case, START + gap, START + gap + HOUR, away(apart_m, 0.0), away(60_000, 90.0, away(apart_m, 0.0))
    )


def against(case: Case, apart_m: float, gap: timedelta) -> tuple[Part, Part]:
    """The mission leaves from where the humanitarian side arrives, `gap` later, and drives the other way."""
    beside = away(apart_m, 0.0)
    leaves = START + HOUR + gap
    return _ours(case, NOWHERE, away(60_000), lasts=HOUR), _theirs(
        case, leaves, leaves + HOUR, away(60_000, 90.0, beside), beside
    )


@dataclass(frozen=True)
class Case:
    """Limits are repeated here, so that a change of sop.toml is a change of two files."""

    rule_id: str
    ours: str
    theirs: str
    within_m: float | None
    within_h: float
    not_ours: tuple[str, ...] = ()
    not_theirs: tuple[str, ...] = ()
    settlement: bool = False
    commune: bool = False
    manner: Manner = stands
    among: bool = False
    category: str | None = None  # of the mission's side, where its kind has none

    @property
    def limit(self) -> timedelta:
        return timedelta(hours=self.within_h)

    @property
    def near_m(self) -> float:
        """Just near enough, so that distance leaves no room for time; anywhere far when the rule asks for codes only."""
        return 9_000.0 if self.within_m is None else self.within_m - 1

    def parts(self, apart_m: float | None = None, gap: timedelta = timedelta(0)) -> tuple[Part, Part]:
        """The pair at these limits, without P-codes unless the rule needs them."""
        ours, theirs = self.manner(self, self.near_m if apart_m is None else apart_m, gap)
        theirs = replace(theirs, category=self.category or theirs.category)
        if self.within_m is None:
            return coded(ours, theirs, BANKASS if self.settlement else None, COMMUNE)
        return ours, theirs


def coded(ours: Part, theirs: Part, settlement: str | None, commune: str | None) -> tuple[Part, Part]:
    spot = Spot(settlement, commune)
    return replace(ours, spot=spot), replace(theirs, spot=spot)


def judged(
    ours: Part, theirs: Part, *, escorts: frozenset[int] = frozenset(), now: datetime = BEFORE
) -> Judgement | None:
    here = Activity(1, 1, Side.HUMANITARIAN, (ours,))
    if mission().catalogue[theirs.kind].side is Side.HUMANITARIAN:
        return mission().pack.judge_duplicate(here, Activity(3, 1, Side.HUMANITARIAN, (theirs,)), now=now)
    return mission().pack.judge(here, Activity(2, 1, Side.MISSION, (theirs,), escorts=escorts), now=now)


def hit(rule_id: str, ours: Part, theirs: Part, **facts: object) -> Hit | None:
    found = judged(ours, theirs, **facts)  # type: ignore[arg-type]
    return next((hit for hit in found.hits if hit.rule_id == rule_id), None) if found else None


CASES = [
    Case("R01a", "DIST_FOOD", "PAT_LONG", 2000, 3, ("EDU", "SITE_IDP", "CONVOY_CARGO"), ("PAT_AIR", "HR_MISSION")),
    Case("R01b", "VACC", "PAT_FOOT", 5000, 12, ("ASSESS", "WASH_WORKS"), ("PAT_AIR", "KLE")),
    Case("R01c", "REG_IDP", "LOG_CONVOY", None, 48, ("EDU",), ("CIMIC_ACT", "LZ"), settlement=True),
    Case("R01d", "NUTRITION", "PAT_SHORT", 2000, 3, ("EDU",), ("PAT_AIR", "MEDEVAC"), manner=drives_by),
    Case("R02", "HEALTH_MOBILE", "PAT_NIGHT", 5000, 24, ("DIST_FOOD", "SITE_HEALTH"), ("PAT_AIR", "KLE")),
    Case(
        "R03a", "WASH_WORKS", "CIMIC_ACT", 3000, 168, ("ACCESS_NEG", "SITE_WATER"), ("KLE", "PAT_LONG"), settlement=True
    ),
    Case("R03a-day", "WASH_WORKS", "CIMIC_ACT", 3000, 24, ("ACCESS_NEG",), ("KLE", "PAT_LONG"), settlement=True),
    Case("R03a-same", "VACC", "CIMIC_HEALTH", 3000, 168, ("DIST_FOOD",), ("CIMIC_VET",), settlement=True),
    Case("R03b", "EDU", "CIMIC_VET", 10_000, 336, ("ACCESS_NEG",), ("KLE", "QIP_VISIT"), commune=True),
    Case(
        "R04a", "EDU", "QIP_WORKS", None, 336, ("VACC", "ASSESS"), ("QIP_VISIT",), settlement=True, category="education"
    ),
    Case(
        "R04b", "VACC", "QIP_WORKS", None, 336, ("ACCESS_NEG",), ("QIP_VISIT",), settlement=True, category="education"
    ),
    Case(
        "R04c",
        "EDU",
        "QIP_PROPOSAL",
        None,
        4320,
        ("VACC",),
        ("QIP_WORKS",),
        commune=True,
        category="education",
        manner=stood,
    ),
    Case("R05a", "NUTRITION", "QIP_CEREMONY", 3000, 24, ("EDU",), ("QIP_VISIT",), settlement=True),
    Case("R05b", "NUTRITION", "QIP_CEREMONY", 3000, 72, ("EDU",), ("QIP_VISIT",), settlement=True),
    Case("R05c", "DIST_NFI", "QIP_CEREMONY", None, 168, ("EDU",), ("QIP_VISIT",), commune=True),
    Case("R06a", "CONVOY_CARGO", "PAT_LONG", 1000, 1, ("FLIGHT",), ("PAT_AIR", "MEDEVAC"), manner=along),
    Case("R06b", "TRANSIT_STAFF", "LOG_CONVOY", 1000, 2, ("FLIGHT",), ("PAT_LONG", "PAT_AIR"), manner=against),
    Case("R06c", "EVAC_MED", "PAT_SHORT", 1000, 1, ("FLIGHT",), ("PAT_AIR", "MEDEVAC"), manner=against),
    Case("R07a", "SITE_WAREHOUSE", "JOINT_OP", 10_000, 6, (), ("PAT_LONG", "TOB")),
    Case("R07b", "ACCESS_NEG", "AVOID_AREA", 25_000, 24, (), ("PAT_LONG", "ROAD_CLOSED")),
    Case(
        "R08", "CONVOY_CARGO", "EOD_ROUTE", 1000, 2, ("DIST_FOOD", "FLIGHT"), ("PAT_LONG", "AVOID_AREA"), manner=along
    ),
    Case("R09a", "SITE_HEALTH", "LZ", 1000, 0, ("SITE_OFFICE", "HEALTH_MOBILE"), ("PAT_LONG", "AVOID_AREA")),
    Case("R09b", "SITE_WATER", "TOB", 3000, 0, ("SITE_WAREHOUSE",), ("PAT_LONG",)),
    Case("R09c", "SITE_SCHOOL", "PAT_FOOT", 500, 0, ("SITE_OFFICE", "EDU"), ("KLE", "PAT_AIR")),
    Case("R10", "ACCESS_NEG", "KLE", 5000, 24, ("DIST_FOOD", "SITE_OFFICE"), ("QIP_PROPOSAL", "AID_INCIDENT")),
    Case("R11", "ASSESS", "HR_MISSION", None, 48, ("EDU",), ("PAT_LONG", "CIMIC_ACT"), settlement=True),
    Case("R12", "FLIGHT", "PAT_AIR", 2000, 1, ("CONVOY_CARGO",), ("PAT_LONG",), manner=along),
    Case("R13", "OTHER", "MEDEVAC", 2000, 1, (), ("PAT_LONG", "LZ")),
    Case(
        "R15",
        "DIST_FOOD",
        "AID_INCIDENT",
        None,
        336,
        ("ACCESS_NEG",),
        ("QIP_PROPOSAL", "CIMIC_ACT"),
        settlement=True,
        manner=stood,
    ),
    Case("R17", "DIST_FOOD", "DIST_FOOD", None, 168, ("DIST_NFI",), ("DIST_CASH",), settlement=True, among=True),
]

BY_ID = {case.rule_id: case for case in CASES}
RULES = (*mission().pack.rules, *mission().pack.duplicates)
MINUTE = timedelta(minutes=1)
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule_id)


def those(flag: str) -> pytest.MarkDecorator:
    """The cases of the rules that say so; a flag that no rule uses would be a test that cannot fail."""
    chosen = [BY_ID[rule.id] for rule in RULES if getattr(rule, flag) not in (None, False, ())]
    assert chosen, flag
    return pytest.mark.parametrize("case", chosen, ids=lambda case: case.rule_id)


def rule(case: Case) -> Rule:
    return mission().pack.rule(case.rule_id)


def fires(case: Case, pair: tuple[Part, Part]) -> bool:
    return hit(case.rule_id, *pair) is not None


def moved(part: Part, by: timedelta) -> Part:
    return replace(part, start=Moment(part.start.at + by), end=Moment(part.end.at + by))
