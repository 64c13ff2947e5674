"""How far the matcher must look (RUL-23): no rule fires beyond the reach of its pair of kinds."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mali import GEOD, NOWHERE, away, mission
from rule_cases import BANKASS, CASES, COMMUNE, END, GAO, START, Case, hit, judged, part

from deconflict.domain.activity import Part, Side, Spot
from deconflict.domain.rules import first_instant, last_instant

KINDS = st.sampled_from(sorted(k.code for k in mission().catalogue.kinds.values() if k.side == "humanitarian"))
THEIRS = st.sampled_from(sorted(k.code for k in mission().catalogue.kinds.values() if k.side == "mission"))


def beyond(part: Part, other: Part, limit_m: float, limit_s: float) -> bool:
    (lat, lon), (to_lat, to_lon) = part.shape.points[0], other.shape.points[0]
    metres = GEOD.inv(lon, lat, to_lon, to_lat)[2]
    metres -= part.shape.radius_m + other.shape.radius_m + part.uncertainty_m + other.uncertainty_m
    apart = max(first_instant(part) - last_instant(other), first_instant(other) - last_instant(part))
    return metres > limit_m or apart.total_seconds() > limit_s


# Two coordinates filed for one town lie 50 km apart at most: further from it than 25 km is refused.
SPOTS = st.sampled_from([Spot(), Spot(GAO), Spot(BANKASS, COMMUNE), Spot(None, COMMUNE)])


@settings(deadline=None)
@given(
    ours=KINDS,
    theirs=THEIRS,
    metres=st.floats(0, 49_000),
    hours=st.one_of(st.floats(0, 400), st.floats(4_000, 9_000)),
    vague=st.floats(0, 3000),
    joint=st.booleans(),
    spot=SPOTS,
    before=st.booleans(),
)
def test_no_rule_fires_beyond_the_reach_of_its_pair(
    ours: str, theirs: str, metres: float, hours: float, vague: float, joint: bool, spot: Spot, before: bool
) -> None:
    start = END + timedelta(hours=hours) if not before else START - timedelta(hours=hours + 1)
    here = part(Side.HUMANITARIAN, ours, START, END, NOWHERE, spot=spot, category="health")
    there = part(Side.MISSION, theirs, start, start + timedelta(hours=1), away(metres), spot=spot, halt=True)
    there = replace(there, uncertainty_m=vague, category="health")
    there = replace(there, groups=there.groups | {"JOINT_FORCES"}) if joint else there
    reach = mission().pack.reach({ours, *here.groups}, {theirs, *there.groups})
    if judged(here, there) is not None:
        assert reach
        assert not beyond(here, there, reach.within_m, reach.within_s)
    here, there = replace(here, spot=Spot()), replace(there, spot=Spot())  # no P-codes: distances alone
    if judged(here, there) is not None:
        assert not beyond(here, there, reach.distance_m, reach.within_s)


@settings(deadline=None)
@given(ours=KINDS, other=KINDS, hours=st.floats(0, 400), metres=st.floats(0, 49_000))
def test_no_two_notices_are_the_same_aid_beyond_their_reach(ours: str, other: str, hours: float, metres: float) -> None:
    start = END + timedelta(hours=hours)
    spot = Spot(BANKASS, COMMUNE)
    here = part(Side.HUMANITARIAN, ours, START, END, NOWHERE, spot=spot)
    there = part(Side.HUMANITARIAN, other, start, start + timedelta(hours=1), away(metres), spot=spot)
    reach = mission().pack.reach_duplicate({ours, *here.groups})
    if judged(here, there) is not None:
        assert not beyond(here, there, reach.within_m, reach.within_s)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule_id)
def test_every_rule_at_its_very_limits_lies_within_the_reach_of_its_pair(case: Case) -> None:
    """Alone and in joint company, with the whole distance and all the hours the rule allows."""
    for joint in (False, True) if not case.among else (False,):
        rule = mission().pack.rule(case.rule_id)
        factor = 2 if joint and rule.joint else 1
        here, there = case.parts(gap=case.limit * factor)
        there = replace(there, groups=there.groups | {"JOINT_FORCES"}) if joint else there
        assert hit(case.rule_id, here, there) is not None
        names = {case.theirs, *there.groups}
        pack = mission().pack
        reach = pack.reach_duplicate(names) if case.among else pack.reach({case.ours, *here.groups}, names)
        assert reach.within_s >= case.limit.total_seconds() * factor
        assert reach.distance_m >= (case.within_m or -math.inf)
        assert reach.same_settlement >= case.settlement
        assert reach.same_commune >= case.commune


def test_a_proposal_half_a_year_ahead_makes_nobody_else_look_so_far() -> None:
    """R04c alone asks for 180 days: the reach is per pair of kinds, so that a distribution does not drag in all patrols of
    half a year."""
    reach = mission().pack.reach
    assert reach({"PROGRAMME"}, {"QIP_PROPOSAL"}).within_s == 180 * 24 * 3600
    assert reach({"PROGRAMME"}, {"CIMIC"}).within_s == 14 * 24 * 3600
    assert reach({"MOVE"}, {"UNIFORM"}).within_s <= 24 * 3600


def test_joint_company_is_looked_for_twice_as_far_ahead() -> None:
    reach = mission().pack.reach
    assert reach({"CROWD"}, {"UNIFORM"}).within_s == 48 * 3600
    assert reach({"CROWD"}, {"UNIFORM", "JOINT_FORCES"}).within_s == 96 * 3600


def test_the_reach_of_a_pair_no_rule_speaks_of_is_nothing() -> None:
    assert mission().pack.reach({"EDU"}, {"MEDEVAC"}).distance_m == 2000  # R13 speaks of anybody
    reach = mission().pack.reach({"CROWD"}, {"UNIFORM"})
    assert reach
    assert (reach.distance_m, reach.within_s, reach.same_settlement, reach.same_commune) == (
        5000,
        48 * 3600,
        True,
        False,
    )
    assert reach.within_m >= 2 * 25_000
    anywhere = mission().pack.reach({"CROWD"}, {"QIP_CEREMONY"})
    assert (anywhere.within_m, anywhere.distance_m, anywhere.same_commune) == (math.inf, 3000, True)
    assert not mission().pack.reach({"NO_SUCH_GROUP"}, {"NO_SUCH_GROUP"})
