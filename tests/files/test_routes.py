"""Routes as Google Earth and hand-held devices save them, and how far a line of fewer points strays from them."""

from __future__ import annotations

from itertools import pairwise

import gpxpy.gpx
import numpy as np
import pytest
from hostile import archive, gpx, kml, line, placemark, point
from hypothesis import example, given
from hypothesis import strategies as st

from deconflict.domain.activity import LatLon
from deconflict.domain.geodesy import cut, distance_m, off_leg_m
from deconflict.files.limits import BadFile
from deconflict.files.routes import read_routes, thinned

ROAD = placemark("Bankass - Koro", line("-3.52,14.07,280", "-3.3,14.08", "-3.08,14.09"))


def test_longitude_first_becomes_latitude_first_and_heights_go() -> None:
    (route,) = read_routes(kml(ROAD))
    assert (route.name, route.kind) == ("Bankass - Koro", "line")
    assert route.points == ((14.07, -3.52), (14.08, -3.3), (14.09, -3.08))


def test_an_area_is_its_outer_ring_without_the_last_corner_again() -> None:
    ring = "<LinearRing><coordinates>0,1 1,1 1,2 0,1</coordinates></LinearRing>"
    hole = ring.replace("0,1", "0.5,1.5")
    area = f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs><innerBoundaryIs>{hole}</innerBoundaryIs></Polygon>"
    (route,) = read_routes(kml(placemark("Zone", area)))
    assert (route.kind, route.points) == ("area", ((1.0, 0.0), (1.0, 1.0), (2.0, 1.0)))
    (alone,) = read_routes(kml(placemark("r", ring)))
    assert (alone.kind, len(alone.points)) == ("line", 4)


def test_several_shapes_in_one_placemark_are_routes_of_the_same_name_even_if_it_comes_last() -> None:
    inside = f"<MultiGeometry>{line('1,2', '3,4')}{line('5,6', '7,8')}</MultiGeometry>"
    routes = read_routes(kml(f"<Placemark>{inside}<name> A\n b </name></Placemark>"))
    assert [(route.name, len(route.points)) for route in routes] == [("A b", 2), ("A b", 2)]


def test_a_recorded_track_is_a_line() -> None:
    (route,) = read_routes(
        kml(placemark("t", "<gx:Track><gx:coord>1 2 3</gx:coord><gx:coord>3 4 0</gx:coord></gx:Track>"))
    )
    assert route.points == ((2.0, 1.0), (4.0, 3.0))


def test_points_go_to_the_line_they_lie_nearest_to_and_are_routes_where_there_is_none() -> None:
    villages = [
        placemark("Koro", point("-3.08,14.09")),
        placemark("", point("-3.5,14.1")),
        placemark("Gao", point("-0.04,16.27")),
    ]
    far = placemark("Gao - Ansongo", line("-0.04,16.27", "0.5,15.66"))
    first, second = read_routes(kml(villages[0] + ROAD + far + villages[1] + villages[2]))
    assert first.places == (("Koro", (14.09, -3.08)), ("", (14.1, -3.5)))
    assert second.places == (("Gao", (16.27, -0.04)),)
    assert [(route.name, route.kind) for route in read_routes(kml("".join(villages)))] == [
        ("Koro", "point"),
        ("", "point"),
        ("Gao", "point"),
    ]


def test_kmz_is_the_kml_within() -> None:
    assert read_routes(archive({"files/icon.png": "x", "doc.kml": kml(ROAD)})) == read_routes(kml(ROAD))


def test_white_space_before_and_other_encodings_are_read() -> None:
    assert read_routes(b"\r\n " + kml(ROAD)) == read_routes(kml(ROAD))
    latin = kml(placemark("Ménaka", line("1,2", "3,4"))).decode().replace("UTF-8", "ISO-8859-1").encode("latin-1")
    assert read_routes(latin)[0].name == "Ménaka"


def test_gpx_has_routes_with_named_stops_tracks_and_waypoints() -> None:
    made = gpxpy.gpx.GPX()
    road = gpxpy.gpx.GPXRoute(name="Aller")
    road.points = [gpxpy.gpx.GPXRoutePoint(14.07, -3.52, name="Bankass"), gpxpy.gpx.GPXRoutePoint(14.09, -3.08)]
    made.routes.append(road)
    track = gpxpy.gpx.GPXTrack(name="Retour")
    for lat in (16.0, 16.5):
        points = [gpxpy.gpx.GPXTrackPoint(lat + step, 0.1, elevation=300) for step in (0.0, 0.1)]
        track.segments.append(gpxpy.gpx.GPXTrackSegment(points))
    made.tracks.append(track)
    made.waypoints.append(gpxpy.gpx.GPXWaypoint(16.2, 0.1, name="Gao"))
    first, second = read_routes(made.to_xml().encode())
    assert (first.name, first.points) == ("Aller", ((14.07, -3.52), (14.09, -3.08)))
    assert first.places == (("Bankass", (14.07, -3.52)),)
    assert (second.name, len(second.points), second.places) == ("Retour", 4, (("Gao", (16.2, 0.1)),))
    (alone,) = read_routes(gpx('<wpt lat="14" lon="-3"><name>Koro</name></wpt>'))
    assert (alone.name, alone.kind, alone.points) == ("Koro", "point", ((14.0, -3.0),))


def test_fifty_routes_and_no_more() -> None:
    assert len(read_routes(kml(ROAD * 50))) == 50
    with pytest.raises(BadFile, match="more than %"):
        read_routes(kml(ROAD * 51))


steps = st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
starts = st.tuples(st.floats(-30, 50), st.floats(-180, 180))


@st.composite
def lines(draw: st.DrawFn) -> list[LatLon]:
    """As people drive: every point at most some 30 km from the one before."""
    lat, lon = draw(starts)
    found = [(lat, lon)]
    for north, east in draw(st.lists(steps, min_size=1, max_size=40)):
        lat, lon = max(-60.0, min(60.0, lat + north)), (lon + east + 180.0) % 360.0 - 180.0
        found.append((lat, lon))
    return found


def off_by_steps(place: LatLon, legs: list[LatLon]) -> float:
    """Metres from the nearest of many points on the legs: never less than the truth, and at most 100 m more."""
    return min(distance_m(place, at) for pair in pairwise(legs) for _, at in cut(pair, 200.0))


@given(lines(), st.integers(2, 12))
@example([(1.0, 1 / 3), (1.0, 0.3333333333333428)], 2)
def test_a_thinned_line_keeps_its_ends_and_says_truly_how_far_it_strays(points: list[LatLon], most: int) -> None:
    kept, worst_m = thinned(points, most)
    assert len(kept) <= max(most, 2)
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    rest = iter(points)
    assert all(place in rest for place in kept)  # in their order
    if len(points) <= most:
        assert (kept, worst_m) == (tuple(points), 0.0)
    places = np.array(points)
    nearest = np.min([off_leg_m(places, a, b) for a, b in pairwise(kept)], axis=0)
    assert float(nearest.max()) <= worst_m + 1.0


@given(lines().filter(lambda points: len(points) > 2))
def test_how_far_one_leg_strays_is_what_the_geodesic_says(points: list[LatLon]) -> None:
    _, worst_m = thinned(points, 2)
    truth_m = max(off_by_steps(place, [points[0], points[-1]]) for place in points[:: max(1, len(points) // 4)])
    assert worst_m >= truth_m * 0.997 - 101.0
    exact = max(off_leg_m(np.array(points), points[0], points[-1]))
    assert worst_m == pytest.approx(float(exact), abs=1.0)


def test_a_straight_line_needs_two_points_and_a_bend_is_kept_first() -> None:
    bend = [(14.0, -3.0 + n / 100) for n in range(50)] + [(14.0 + n / 100, -2.5) for n in range(50)]
    kept, worst_m = thinned(bend, 3)
    assert kept[1] in ((14.0, -2.5), (14.0, -2.51))
    assert worst_m < 600
    assert thinned([(0.0, n / 10) for n in range(30)], 3)[1] == pytest.approx(0.0, abs=0.1)
    with pytest.raises(ValueError, match="two ends"):
        thinned(bend, 1)


def test_points_that_do_not_move_are_two() -> None:
    assert thinned([(14.0, -3.0)] * 9, 4) == (((14.0, -3.0), (14.0, -3.0)), 0.0)
