"""How far the matcher must look (RUL-23): no rule fires beyond the reach of its pair of kinds."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from mali import GEOD, NOWHERE, activity, at, away, exact, mission, notice, plan, presence, sharp, side_by_side

from deconflict.domain.activity import Part
from deconflict.domain.filing import Stop
from deconflict.domain.rules import first_instant, last_instant

KINDS = st.sampled_from(sorted(k.code for k in mission().catalogue.kinds.values() if k.side == "humanitarian"))
THEIRS = st.sampled_from(sorted(k.code for k in mission().catalogue.kinds.values() if k.side == "mission"))


def beyond(part: Part, other: Part, limit_m: float, limit_s: float) -> bool:
    (lat, lon), (to_lat, to_lon) = part.shape.points[0], other.shape.points[0]
    metres = GEOD.inv(lon, lat, to_lon, to_lat)[2]
    metres -= part.shape.radius_m + other.shape.radius_m + part.uncertainty_m + other.uncertainty_m
    apart = max(first_instant(part) - last_instant(other), first_instant(other) - last_instant(part))
    return metres > limit_m or apart.total_seconds() > limit_s


@given(ours=KINDS, theirs=THEIRS, metres=st.floats(0, 20_000), hours=st.floats(0, 400), vague=st.floats(0, 3000))
def test_no_rule_fires_beyond_the_reach_of_its_pair(
    ours: str, theirs: str, metres: float, hours: float, vague: float
) -> None:
    there = replace(exact(away(metres)), uncertainty_m=vague)
    kinds = mission().catalogue
    reach = mission().pack.reach({ours, *kinds[ours].groups}, {theirs, *kinds[theirs].groups})
    if side_by_side(ours, theirs, gap=timedelta(hours=hours), there=there) is None:
        return
    start = at("10 Dec 15:00") + timedelta(hours=hours)
    window = replace(sharp("10 Dec 15:00"), earliest=start, latest=start)
    our_part = activity(notice(presence(exact(NOWHERE), "10 Dec 09:00", "10 Dec 15:00", ours))).parts[0]
    their_part = activity(plan(Stop(there, window, replace(window), theirs), kind="PAT_AIR")).parts[0]
    assert not beyond(our_part, their_part, reach.within_m, reach.within_s)


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
