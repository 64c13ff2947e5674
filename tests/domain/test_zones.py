"""Areas that the mission says are closed or to be avoided, by corners, by a line or by villages: what is held, and which rules fire."""

from __future__ import annotations

import json

import pytest
from mali import BANKASS, activity, at, away, exact, judged, notice, presence, rule_ids, sharp, town

from deconflict.domain.activity import OPEN_END, LatLon
from deconflict.domain.filing import Filing, Level, Location, MissionPlan, Stop, Window, from_json, postponed, to_json
from deconflict.domain.presence import span_of
from deconflict.domain.zone import Zone, middle

HOLDS = ("10 Dec 00:00", "12 Dec 00:00")


def zone(
    *places: Location, shape: str = "polygon", kind: str = "AVOID_AREA", km: float = 0.0, until: str = ""
) -> MissionPlan:
    ends = sharp(until or HOLDS[1]) if until != "open" else Window(OPEN_END, OPEN_END)
    first = Stop(places[0], sharp(HOLDS[0]), ends, halt=True)
    stops = (first, *(Stop(place, halt=True) for place in places[1:]))
    return MissionPlan(kind, Level.MATCH_ONLY, stops, zone=Zone(shape, km * 1000))


def square(middle: LatLon, half_m: float) -> list[Location]:
    reach = half_m * 2**0.5
    return [exact(away(reach, bearing, middle)) for bearing in (45, 135, 225, 315)]


def team(point: LatLon, when: str = "10 Dec 09:00", until: str = "10 Dec 12:00") -> Filing:
    return notice(presence(exact(point), when, until, "DIST_FOOD"))


def convoy(start: LatLon, end: LatLon, leaves: str = "10 Dec 09:00", reaches: str = "10 Dec 10:00") -> Filing:
    return notice(
        Stop(exact(start), depart=sharp(leaves)), Stop(exact(end), arrive=sharp(reaches)), kind="CONVOY_CARGO"
    )


def test_a_polygon_is_one_area_held_from_the_first_instant_to_the_last() -> None:
    (part,) = activity(zone(*square(BANKASS, 5_000))).parts
    assert part.shape.area
    assert len(part.shape.points) == 4
    assert (part.start.at, part.end.at, part.moving) == (at(HOLDS[0]), at(HOLDS[1]), False)
    assert span_of(activity(zone(*square(BANKASS, 5_000)))) == (at(HOLDS[0]), at(HOLDS[1]))
    assert "KINETIC" in part.groups


def test_a_line_is_a_corridor_and_villages_are_held_whole_with_their_codes() -> None:
    (line,) = activity(zone(exact(BANKASS), exact(away(9_000, 0, BANKASS)), shape="corridor", km=2)).parts
    assert (line.shape.radius_m, line.shape.area, len(line.shape.points)) == (2_000.0, False, 2)
    villages = activity(zone(town("Bankass"), town("Koro"), shape="villages")).parts
    assert [part.shape.radius_m for part in villages] == [1_000.0, 1_000.0]
    assert {part.spot.name for part in villages} == {"Bankass", "Koro"}
    assert all(part.uncertainty_m == 0.0 for part in villages)


def test_a_range_named_by_its_village_reaches_as_far_as_its_kind() -> None:
    (part,) = activity(zone(town("Bankass"), shape="villages", kind="RANGE")).parts
    assert part.shape.radius_m == 2_000.0
    (drawn,) = activity(zone(*square(BANKASS, 500), kind="RANGE")).parts
    assert drawn.shape.radius_m == 0.0


@pytest.mark.parametrize(
    ("metres", "expected"),
    [(0, {"R07a", "R07b"}), (14_900, {"R07a", "R07b"}), (15_200, {"R07b"}), (29_900, {"R07b"}), (30_200, set())],
)
def test_r07_counts_from_the_rim(metres: float, expected: set[str]) -> None:
    """A square whose sides are 5 km from its middle: 10 and 25 km from the side."""
    point = away(metres, 0.0, BANKASS)
    assert rule_ids(judged(team(point), zone(*square(BANKASS, 5_000)))) == expected


def test_r07_ends_hours_after_the_area_does() -> None:
    area = zone(*square(BANKASS, 5_000))
    assert "R07a" in rule_ids(judged(team(BANKASS, "12 Dec 04:00", "12 Dec 07:00"), area))
    late = judged(team(BANKASS, "12 Dec 09:00", "12 Dec 12:00"), area)  # the team may be an hour early
    assert rule_ids(late) == {"R07b"}
    assert rule_ids(judged(team(BANKASS, "13 Dec 03:00", "13 Dec 12:00"), area)) == set()


def test_in_the_notch_of_a_polygon_one_is_outside() -> None:
    """A U of 60 by 60 km, its notch 58 km wide: in the middle of the notch every side is more than 25 km away."""
    corners = [(-30, -30), (30, -30), (30, 30), (29, 30), (29, -29), (-29, -29), (-29, 30), (-30, 30)]
    frame = [_km(east, north) for east, north in corners]
    area = zone(*map(exact, frame))
    assert rule_ids(judged(team(_km(0, 5)), area)) == set()
    assert rule_ids(judged(team(_km(20, 5)), area)) == {"R07a", "R07b"}
    filled = zone(*(exact(_km(e, n)) for e, n in ((-30, -30), (30, -30), (30, 30), (-30, 30))))
    assert rule_ids(judged(team(_km(0, 5)), filled)) == {"R07a", "R07b"}


def _km(east: float, north: float) -> LatLon:
    return away(
        abs(east) * 1000, 90.0 if east >= 0 else 270.0, away(abs(north) * 1000, 0.0 if north >= 0 else 180.0, BANKASS)
    )


@pytest.mark.parametrize(("north_m", "expected"), [(2_000, {"R08"}), (5_000, set())])
def test_r08_on_a_closed_road_and_beside_it(north_m: float, expected: set[str]) -> None:
    """A road closed eastward over 20 km, half a kilometre on either side. A leg without a road strays a tenth of its length."""
    road = zone(exact(BANKASS), exact(away(20_000, 90, BANKASS)), shape="corridor", kind="ROAD_CLOSED", km=0.5)
    start = away(north_m, 0.0, away(5_000, 90.0, BANKASS))
    assert rule_ids(judged(convoy(start, away(8_000, 90.0, start)), road)) == expected


def test_r08_when_the_road_is_open_again() -> None:
    road = zone(exact(BANKASS), exact(away(20_000, 90, BANKASS)), shape="corridor", kind="ROAD_CLOSED", km=0.5)
    start = away(1_000, 90.0, BANKASS)
    gone = judged(convoy(start, away(8_000, 90.0, start), "12 Dec 05:00", "12 Dec 06:00"), road)
    assert rule_ids(gone) == set()


def test_until_further_notice_has_no_end() -> None:
    area = zone(*square(BANKASS, 5_000), until="open")
    (part,) = activity(area).parts
    assert part.end.at == OPEN_END
    assert "R07a" in rule_ids(judged(team(BANKASS, "28 Dec 09:00", "28 Dec 12:00"), area))
    moved = postponed(area, 2, 0, at(HOLDS[0]).tzinfo)
    assert moved.stops[0].depart == Window(OPEN_END, OPEN_END)
    assert moved.stops[0].arrive == sharp("12 Dec 00:00")


def test_it_comes_back_the_same_through_json() -> None:
    area = zone(*square(BANKASS, 5_000), shape="corridor", km=1.5, until="open")
    assert from_json(json.loads(json.dumps(to_json(area)))) == area


def test_its_size_is_told_on_the_ellipsoid() -> None:
    points = [place.point for place in square(BANKASS, 5_000)]
    assert Zone("polygon").km2(points) == pytest.approx(100.0, rel=1e-3)
    assert Zone("corridor").km(points[:2]) == pytest.approx(10.0, rel=1e-3)
    assert middle(points) == pytest.approx(BANKASS, abs=1e-3)


def test_corners_that_cross_are_a_fault_and_an_area_larger_than_a_country_too() -> None:
    a, b, c, d = (place.point for place in square(BANKASS, 5_000))
    assert Zone("polygon").fault([a, b, c, d]) is None
    crossed = Zone("polygon").fault([a, c, b, d])
    assert crossed is not None
    assert crossed.reason == "ring_crosses"
    wide = Zone("polygon").fault([place.point for place in square(BANKASS, 300_000)])
    assert wide is not None
    assert wide.reason == "ring_wide"
    assert Zone("villages").fault([a, a]) is None
