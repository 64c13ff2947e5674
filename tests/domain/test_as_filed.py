"""What the mission profile adds to what a file draws, and what it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deconflict.domain.activity import NO_SLACK, Activity, Moment, Part, Shape, Side, Slack
from deconflict.domain.as_filed import as_filed
from deconflict.mission import load_mission

MISSION = load_mission(Path(__file__).parents[2] / "config" / "missions" / "mali-minusma")
WINDOWS = MISSION.pack.windows
DECEMBER = datetime(2019, 12, 10, 9, tzinfo=UTC)
DECLARED = Slack(60.0, 120.0)
TOWN = MISSION.gazetteer.search("Bankass")[0]


def part(kind: str, points: tuple[tuple[float, float], ...], first_h: float, last_h: float, *, moving: bool) -> Part:
    start, end = (Moment(DECEMBER + timedelta(hours=h), DECLARED) for h in (first_h, last_h))
    return Part(kind, frozenset(), Shape(points), start, end, moving, 0.0)


def understood(*parts: Part, side: Side = Side.MISSION) -> tuple[Part, ...]:
    return as_filed(Activity(1, 1, side, parts), MISSION).parts


def assumed(part: Part) -> tuple[Slack, Slack]:
    return part.start.assumed, part.end.assumed


LEG = part("PAT_LONG", ((14.0, -3.5), (14.2, -3.5)), 0, 2, moving=True)
STAY = part("DIST_FOOD", (TOWN.point,), 0, 6, moving=False)


def test_a_leg_leaves_and_arrives_with_the_slack_of_the_sop():
    (leg,) = understood(LEG)
    leaves, comes = WINDOWS.depart_slack_s, max(WINDOWS.arrive_slack_min_s, WINDOWS.arrive_slack_share * 7200)
    assert assumed(leg) == (Slack(leaves, leaves), Slack(comes, comes))
    assert leg.start.declared == leg.end.declared == DECLARED


def test_rains_stretch_the_slack_of_a_leg():
    july = timedelta(days=-150)
    rainy = replace(LEG, start=replace(LEG.start, at=LEG.start.at + july), end=replace(LEG.end, at=LEG.end.at + july))
    (dry,), (wet,) = understood(LEG), understood(rainy)
    for one, other in zip(assumed(dry), assumed(wet), strict=True):
        assert other.late_s == one.late_s * WINDOWS.rainy_factor


def test_legs_without_a_break_are_one_way():
    onward = part("PAT_LONG", ((14.2, -3.5), (14.4, -3.5)), 2, 12, moving=True)
    first, second = understood(LEG, onward)
    whole = max(WINDOWS.arrive_slack_min_s, WINDOWS.arrive_slack_share * 12 * 3600)
    assert second.end.assumed.late_s == pytest.approx(whole)
    assert first.end.assumed == second.start.assumed
    assert WINDOWS.depart_slack_s < first.end.assumed.late_s < whole
    elsewhere = replace(onward, shape=Shape(((14.3, -3.5), (14.4, -3.5))))
    assert understood(LEG, elsewhere)[1].start.assumed.late_s == WINDOWS.depart_slack_s


def test_who_stays_on_site_has_the_slack_of_a_stay_and_a_site_has_none():
    (stay,) = understood(STAY, side=Side.HUMANITARIAN)
    assert assumed(stay) == (Slack(WINDOWS.on_site_slack_s, WINDOWS.on_site_slack_s),) * 2
    (site,) = understood(replace(STAY, kind="SITE_HEALTH"), side=Side.HUMANITARIAN)
    assert assumed(site) == (NO_SLACK, NO_SLACK)


def test_a_point_belongs_to_the_town_nearby_and_a_line_to_none():
    (stay,) = understood(STAY, side=Side.HUMANITARIAN)
    assert (stay.spot.settlement, stay.spot.commune) == (TOWN.pcode, TOWN.commune)
    assert understood(LEG)[0].spot.settlement is None
    desert = replace(STAY, shape=Shape(((21.0, -4.0),)))
    assert understood(desert, side=Side.HUMANITARIAN)[0].spot.settlement is None


def test_groups_and_category_come_from_the_kind_and_no_radius_does():
    kind = MISSION.catalogue["RANGE"]
    assert kind.footprint_m > 0
    (area,) = understood(replace(STAY, kind="RANGE"))
    assert area.groups == kind.groups
    assert area.shape.radius_m == area.uncertainty_m == 0.0


def test_a_long_stay_is_a_halt():
    under_h = MISSION.pack.passing_under_s / 3600
    for lasts_h, halts in ((under_h, True), (under_h * 0.99, False)):
        assert understood(part("PAT_LONG", ((14.0, -3.5),), 0, lasts_h, moving=False))[0].halt is halts


def test_what_is_done_on_site_travels_as_its_side_does():
    (convoy,) = understood(replace(LEG, kind="DIST_FOOD"), side=Side.HUMANITARIAN)
    assert convoy.kind == MISSION.catalogue.of(Side.HUMANITARIAN, travel=True)[0].code
    assert "CROWD" not in convoy.groups


def test_an_unknown_kind_is_refused():
    with pytest.raises(KeyError):
        understood(replace(STAY, kind="TEA"))
