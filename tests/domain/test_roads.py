"""The network of roads: how lines meet, the shortest way against one found by trying everything, and what the rules make of a leg that
follows a road."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mali import BEFORE, activity, away, exact, gps, mission, notice, plan, sharp

from deconflict.domain.activity import Activity, LatLon, Side
from deconflict.domain.filing import Filing, Stop
from deconflict.domain.fingerprint import fingerprint
from deconflict.domain.geodesy import between, distance_m, line_length_m
from deconflict.domain.presence import activity_of
from deconflict.domain.roads import Roads, roads_from
from deconflict.domain.severity import Severity
from deconflict.domain.ways import way_through

GEOGRAPHY = mission().pack.geography
WITHIN_M, DETOUR = 2_000.0, 2.5


def at(east_km: float, north_km: float) -> LatLon:
    """So far from a place in the desert, east and then north."""
    return away(north_km * 1000, 0.0, away(east_km * 1000, 90.0))


def way(
    roads: Roads, start: LatLon, end: LatLon, within_m: float = WITHIN_M, detour: float = DETOUR
) -> tuple[LatLon, ...] | None:
    return roads.way(start, end, within_m=within_m, detour_at_most=detour)


def near(found: tuple[LatLon, ...] | None, *corners: LatLon, within_m: float = 30.0) -> None:
    """The way goes by these corners."""
    assert found
    for corner in corners:
        assert min(distance_m(corner, p) for p in found) <= within_m


# -- how lines meet

CORNER = at(20, -8)
BEND = Roads(((at(0, 0), CORNER, at(40, 0)),))


def test_a_way_follows_the_bend_of_its_road_and_keeps_both_ends() -> None:
    start, end = at(0, 1), at(40, 0.5)
    found = way(BEND, start, end)
    assert found
    assert (found[0], found[-1]) == (start, end)
    near(found, CORNER)
    assert line_length_m(found) == pytest.approx(1_000 + 2 * math.hypot(20, 8) * 1000 + 500, rel=0.02)


def test_the_way_back_is_the_way_there() -> None:
    there, back = way(BEND, at(1, 0), at(39, 0)), way(BEND, at(39, 0), at(1, 0))
    assert there
    assert back
    assert line_length_m(back) == pytest.approx(line_length_m(there))
    assert all(distance_m(p, q) < 1 for p, q in zip(back, there[::-1], strict=True))


def test_a_way_may_begin_and_end_in_the_middle_of_a_road() -> None:
    first, last = between(at(0, 0), CORNER, 0.4), between(CORNER, at(40, 0), 0.3)
    found = way(BEND, first, last)
    near(found, CORNER)
    assert found
    assert line_length_m(found) == pytest.approx(distance_m(first, CORNER) + distance_m(CORNER, last), rel=0.001)


@pytest.mark.parametrize(
    "second",
    [
        (at(40, 0), at(60, 5)),  # end to end
        (away(40, 0.0, at(40, 0)), at(60, 5)),  # within the tolerance
        (at(60, 5), at(50, 2), at(40, 0)),  # drawn the other way round
    ],
)
def test_lines_that_meet_at_their_ends_are_one_road(second: tuple[LatLon, ...]) -> None:
    near(way(Roads((*BEND.lines, second)), at(0, 0), at(60, 5)), CORNER, at(40, 0), within_m=60)


def test_the_end_of_a_line_meets_the_middle_of_another() -> None:
    side = (between(CORNER, at(40, 0), 0.5), at(30, -30))
    near(way(Roads((*BEND.lines, side)), at(0, 0), at(30, -30)), CORNER, side[0])
    near(way(Roads((side, *BEND.lines)), at(40, 0), at(30, -30)), side[0])


def test_lines_meet_at_a_corner_that_both_have_and_pass_over_each_other_where_neither_has_one() -> None:
    crossing = (at(20, -30), CORNER, at(20, 20))
    near(way(Roads((*BEND.lines, crossing)), at(0, 0), at(20, -30)), CORNER)
    bridge = (at(20, -30), at(20, 20))
    assert way(Roads(((at(0, 0), at(40, 0)), bridge)), at(0, 0), at(20, -30)) is None


def test_of_two_ways_the_shorter_is_taken_even_where_its_road_is_a_little_farther_off() -> None:
    detour = (at(0, 0.2), at(20, 30), at(40, 0.2))
    found = way(Roads((detour, *BEND.lines)), at(0, 0.2), at(40, 0.2))
    near(found, CORNER)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (at(0, 2.1), at(40, 0)),  # too far from any road
        (at(0, 0), at(40, -2.5)),
        (at(0, 0), at(0, 0)),  # nowhere to go
    ],
)
def test_where_an_end_is_far_from_every_road_nobody_knows_the_way(start: LatLon, end: LatLon) -> None:
    assert way(BEND, start, end) is None


def test_a_road_that_goes_much_too_far_round_is_not_taken() -> None:
    length, straight = 2 * math.hypot(20, 8), 40.0
    assert way(BEND, at(0, 0), at(40, 0), detour=length / straight * 1.01)
    assert way(BEND, at(0, 0), at(40, 0), detour=length / straight * 0.99) is None


def test_roads_that_nothing_connects_are_no_way() -> None:
    assert way(Roads(((at(0, 0), at(10, 0)), (at(12, 0), at(40, 0)))), at(0, 0), at(40, 0)) is None


def test_a_map_without_lines_has_no_way_and_many_corners_on_a_straight_line_are_one() -> None:
    assert way(Roads(()), at(0, 0), at(1, 0)) is None
    straight = Roads((tuple(at(n / 4, 0) for n in range(161)),))
    found = way(straight, at(0, 0), at(40, 0))
    assert found
    assert len(found) < 8


# -- against one who tries everything

spots = st.tuples(st.floats(0, 20), st.floats(0, 20))
graphs = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda ends: ends[0] != ends[1]),
    min_size=1,
    max_size=9,
    unique=True,
)


def _nearest(point: LatLon, line: tuple[LatLon, LatLon]) -> tuple[float, float]:
    """Distance and share, by ternary search on the ellipsoid: a straight line has one nearest point."""
    low, high = 0.0, 1.0
    for _ in range(60):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (
            (low, b) if distance_m(point, between(*line, a)) < distance_m(point, between(*line, b)) else (a, high)
        )
    return distance_m(point, between(*line, low)), low


def _tried(nodes: list[LatLon], ends: list[tuple[int, int]], start: LatLon, end: LatLon, within_m: float) -> float:
    """The length of the shortest way by trying every road to begin on, every order of nodes and every road to end on."""
    far = {(a, b): distance_m(nodes[a], nodes[b]) for pair in ends for a, b in (pair, pair[::-1])}
    best = {(a, b): 0.0 if a == b else far.get((a, b), math.inf) for a in range(len(nodes)) for b in range(len(nodes))}
    for middle, a, b in itertools.product(range(len(nodes)), repeat=3):
        best[a, b] = min(best[a, b], best[a, middle] + best[middle, b])
    begins, goals = ([(pair, *_nearest(p, (nodes[pair[0]], nodes[pair[1]]))) for pair in ends] for p in (start, end))
    for _, metres, _ in (*begins, *goals):
        assume(abs(metres - within_m) > 5)
    found = math.inf
    for (first, off, share), (last, back, where) in itertools.product(begins, goals):
        if off > within_m or back > within_m:
            continue
        if first == last:
            found = min(found, off + abs(share - where) * far[first] + back)
        for side, other in itertools.product((0, 1), repeat=2):
            along = (share if side == 0 else 1 - share) * far[first]
            home = (where if other == 0 else 1 - where) * far[last]
            found = min(found, off + along + best[first[side], last[other]] + home + back)
    return found


@given(st.lists(spots, min_size=7, max_size=7), graphs, spots, spots)
@settings(max_examples=150, deadline=None)
def test_the_way_is_as_short_as_the_shortest_of_all(
    places: list[tuple[float, float]], ends: list[tuple[int, int]], start: tuple[float, float], end: tuple[float, float]
) -> None:
    nodes = [at(*place) for place in places]
    assume(all(distance_m(p, q) > 400 for p, q in itertools.combinations(nodes, 2)))
    lines = [(nodes[a], nodes[b]) for a, b in ends]
    assume(all(_nearest(p, line)[0] > 60 or p in line for p in nodes for line in lines))
    assume(len({frozenset(pair) for pair in ends}) == len(ends))
    here, there = at(*start), at(*end)
    straight = distance_m(here, there)
    assume(straight > 500)
    shortest = _tried(nodes, ends, here, there, WITHIN_M)
    assume(abs(shortest - DETOUR * straight) > 30)
    found = way(Roads(tuple(lines)), here, there)
    assert (found is None) == (shortest > DETOUR * straight)
    if found:
        assert line_length_m(found) == pytest.approx(shortest, abs=60)


# -- files

LINE = {"type": "LineString", "coordinates": [[-2.0, 22.0], [-1.9, 22.1]]}


def collection(*shapes: object) -> dict[str, object]:
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": s} for s in shapes],
    }


def test_lines_and_collections_of_lines_are_read_with_the_latitude_first() -> None:
    several = {
        "type": "MultiLineString",
        "coordinates": [[[-2.0, 22.0, 300.0], [-1.9, 22.1, 301.0]], LINE["coordinates"]],
    }
    assert roads_from(collection(LINE, several)).lines == (((22.0, -2.0), (22.1, -1.9)),) * 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "not a collection of lines"),
        ({"features": 3}, "not a collection of lines"),
        ({"features": [{"geometry": None}]}, "not a collection of lines"),
        (collection({"type": "Polygon", "coordinates": []}), "a Polygon is no line"),
        (collection({"type": "LineString", "coordinates": [[1, 2]]}), "line 1 has fewer than two points"),
        (collection(LINE, {"type": "LineString", "coordinates": [[1, 95], [1, 96]]}), "line 2 is not in degrees"),
        (collection({"type": "LineString", "coordinates": [["x", 1], [1, 1]]}), "not a collection of lines"),
    ],
)
def test_what_is_no_road_is_refused_with_its_number(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        roads_from(wrong)


# -- what the matcher sees of it


def seen(filing: Filing, roads: Roads | None) -> Activity:
    profile = mission()
    number = 1 if filing.side is Side.HUMANITARIAN else 2
    parts = {"catalogue": profile.catalogue, "pack": profile.pack, "gazetteer": profile.gazetteer}
    return activity_of(filing, item_id=number, version=1, roads=roads, **parts)  # type: ignore[arg-type]


def severity(ours: Filing, theirs: Filing, roads: Roads | None) -> Severity | None:
    found = mission().pack.judge(seen(ours, roads), seen(theirs, roads), now=BEFORE)
    return found.severity if found else None


CONVOY = notice(
    Stop(exact(at(0, 0)), depart=sharp("9 Dec 08:00")),
    Stop(exact(at(40, 0)), arrive=sharp("9 Dec 10:00")),
    kind="CONVOY_CARGO",
)


def test_a_leg_by_road_is_the_line_of_the_road_known_to_its_half_width() -> None:
    (leg,) = (part for part in seen(CONVOY, BEND).parts if part.moving)
    near(leg.shape.points, CORNER)
    assert leg.uncertainty_m == GEOGRAPHY.road_half_width_m
    (straight,) = (part for part in seen(CONVOY, None).parts if part.moving)
    assert straight.shape.points == (at(0, 0), at(40, 0))
    assert straight.uncertainty_m == pytest.approx(0.1 * distance_m(*straight.shape.points))


def test_without_roads_or_off_them_nothing_changes() -> None:
    for filing in (CONVOY, replace(CONVOY, mode="air"), replace(CONVOY, mode="foot")):
        other = None if filing.mode == "road" else BEND
        assert seen(filing, other) == seen(filing, None) == activity(filing)
    elsewhere = Roads(((at(0, 90), at(40, 90)),))
    assert seen(CONVOY, elsewhere) == activity(CONVOY)


def test_a_way_that_leaves_the_road_strays_by_what_is_straight_of_it() -> None:
    far = at(40, 60)
    found = way_through([at(0, 0), at(40, 0), far], "road", GEOGRAPHY, BEND)
    assert [stretch.by_road for stretch in found.stretches] == [True, False]
    assert found.stray_m == pytest.approx(0.1 * distance_m(at(40, 0), far), rel=0.001)
    assert found.points[0] == at(0, 0)
    assert found.points[-1] == far


def test_a_leg_is_no_more_certain_than_its_ends_by_road_either() -> None:
    vague = replace(gps(at(0, 0)), uncertainty_m=1_500.0)
    filing = notice(Stop(vague, depart=sharp("9 Dec 08:00")), CONVOY.stops[1])
    (leg,) = (part for part in seen(filing, BEND).parts if part.moving)
    assert leg.uncertainty_m == 1_500.0


def test_two_convoys_on_a_winding_road_are_found_where_the_straight_line_passes_six_kilometres_off() -> None:
    bend = at(20, -6)
    roads = Roads(((at(0, 0), bend, at(40, 0)), (bend, at(20, -20))))
    theirs = plan(
        Stop(exact(at(20, -20)), depart=sharp("9 Dec 08:30")),
        Stop(exact(bend), arrive=sharp("9 Dec 09:00")),
        kind="LOG_CONVOY",
    )
    with_roads, without = severity(CONVOY, theirs, roads), severity(CONVOY, theirs, None)
    assert with_roads is not None
    assert without is None or without.rank < with_roads.rank


def test_what_stands_on_the_straight_line_eight_kilometres_off_the_road_is_not_met() -> None:
    works = plan(Stop(exact(at(20, 0)), sharp("9 Dec 08:00"), sharp("9 Dec 10:00"), "EOD_ROUTE", halt=True))
    assert severity(CONVOY, works, None) is not None
    assert severity(CONVOY, works, BEND) is None


def test_an_operation_on_the_straight_line_is_critical_only_where_the_road_comes_near() -> None:
    bend = at(20, -13)
    operation = plan(Stop(exact(at(20, 0)), sharp("9 Dec 08:00"), sharp("9 Dec 10:00"), "JOINT_OP", halt=True))
    assert severity(CONVOY, operation, None) is Severity.CRITICAL
    assert severity(CONVOY, operation, Roads(((at(0, 0), bend, at(40, 0)),))) is not Severity.CRITICAL
    assert severity(CONVOY, operation, BEND) is Severity.CRITICAL


def test_other_roads_are_another_profile() -> None:
    profile = mission()
    prints = {fingerprint(roads) for roads in (BEND, Roads(()), Roads((*BEND.lines, BEND.lines[0])))}
    assert len(prints) == 3
    assert profile.roads is None


def test_the_half_width_and_the_limits_are_of_the_sop() -> None:
    assert (GEOGRAPHY.road_within_m, GEOGRAPHY.road_detour_at_most, GEOGRAPHY.road_half_width_m) == (2_000, 2.5, 1_000)
    wide = replace(GEOGRAPHY, road_half_width_m=300.0, road_within_m=50.0)
    assert way_through([at(0, 0), at(40, 0)], "road", wide, BEND).stray_m == 300.0
    assert not way_through([at(0, 1), at(40, 0)], "road", wide, BEND).stretches[0].by_road
