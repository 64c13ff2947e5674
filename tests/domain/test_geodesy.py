from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain import geodesy
from deconflict.domain.activity import LatLon
from deconflict.domain.geodesy import Frame

BANKASS = (14.0700, -3.5200)
lats = st.floats(-35.0, 60.0)
lons = st.one_of(
    st.floats(-180.0, 180.0),
    st.floats(-0.5, 0.5),
    st.floats(179.5, 180.0),
    st.floats(-180.0, -179.5),
    st.sampled_from([-6.0, 0.0, 6.0]),
)
points = st.tuples(lats, lons)
bearings = st.floats(0.0, 360.0, exclude_max=True)


def oracle_m(p: LatLon, q: LatLon) -> float:
    return float(Geodesic.WGS84.Inverse(*p, *q)["s12"])


def lon_apart(p: float, q: float) -> float:
    return abs((p - q + 180.0) % 360.0 - 180.0)


def test_the_golden_distances_around_bankass() -> None:
    assert geodesy.distance_m(BANKASS, (14.0800, -3.5120)) == pytest.approx(1_400, abs=50)
    assert geodesy.distance_m(BANKASS, (14.1050, -3.5350)) == pytest.approx(4_200, abs=50)


@given(points, points)
def test_distances_agree_with_geographiclib_and_have_no_direction(p: LatLon, q: LatLon) -> None:
    assert geodesy.distance_m(p, q) == pytest.approx(oracle_m(p, q), rel=1e-9, abs=1e-6)
    assert geodesy.distance_m(p, q) == pytest.approx(geodesy.distance_m(q, p), rel=1e-9, abs=1e-6)


@given(points, bearings, st.floats(10.0, 400_000.0))
def test_a_destination_lies_at_its_distance_and_bearing(p: LatLon, bearing: float, far: float) -> None:
    there = geodesy.destination(p, bearing, far)
    assert geodesy.distance_m(p, there) == pytest.approx(far, abs=1e-5)
    turn = (geodesy.bearing_deg(p, there) - bearing + 180.0) % 360.0 - 180.0
    assert abs(turn) < 1e-4
    assert 0.0 <= geodesy.bearing_deg(p, there) < 360.0


@given(points, bearings, st.floats(100.0, 400_000.0), st.floats(500.0, 60_000.0))
def test_cut_pieces_are_short_add_up_and_keep_their_fractions(p: LatLon, way: float, far: float, most: float) -> None:
    line = (p, geodesy.destination(p, way, far), p)
    waypoints = geodesy.cut(line, most)
    fractions = [f for f, _ in waypoints]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert all(vertex in [point for _, point in waypoints] for vertex in line)
    steps = [(geodesy.distance_m(a, b), (g - f) * 2 * far) for (f, a), (g, b) in itertools.pairwise(waypoints)]
    assert all(step <= most * (1 + 1e-9) for step, _ in steps)
    assert all(step == pytest.approx(share, abs=1e-3) for step, share in steps)


def test_a_single_point_is_a_line_of_no_length() -> None:
    assert geodesy.cut((BANKASS,), 1_000.0) == [(0.0, BANKASS), (1.0, BANKASS)]
    assert geodesy.line_length_m((BANKASS,)) == 0.0
    assert geodesy.along((BANKASS,), 0.7) == BANKASS


@given(points, bearings, st.floats(1.0, 300_000.0), st.floats(0.0, 1.0))
def test_along_a_bent_line_goes_by_length(p: LatLon, way: float, far: float, share: float) -> None:
    bend = geodesy.destination(p, way, far)
    line = (p, bend, geodesy.destination(bend, way + 70.0, far / 3))
    there = geodesy.along(line, share)
    done = share * far * 4 / 3
    straight = geodesy.distance_m(p, there) if done <= far else far + geodesy.distance_m(bend, there)
    assert straight == pytest.approx(done, abs=1e-3)


@given(points, bearings, st.floats(0.0, 200_000.0), bearings, st.floats(0.0, 50_000.0))
def test_a_frame_agrees_with_the_geodesic_200_km_from_its_origin(
    origin: LatLon, way: float, out: float, turn: float, apart: float
) -> None:
    frame = Frame(origin)
    p = geodesy.destination(origin, way, out)
    q = geodesy.destination(p, turn, apart)
    assert math.dist(frame.to_xy(p), frame.to_xy(q)) == pytest.approx(apart, rel=1e-3, abs=1.0)
    back = frame.to_latlon(*frame.to_xy(p))
    assert geodesy.distance_m(p, back) < 1e-5


@pytest.mark.parametrize("lon", [-0.3, -6.1, 179.8, 5.9])
def test_a_frame_sits_between_its_points_across_meridians(lon: float) -> None:
    west, east = (17.0, lon), (17.0, (lon + 0.6 + 180.0) % 360.0 - 180.0)
    frame = Frame.around([west, east])
    assert frame.to_xy(west)[0] == pytest.approx(-frame.to_xy(east)[0], abs=1e-3)
    assert geodesy.distance_m(frame.origin, west) == pytest.approx(geodesy.distance_m(west, east) / 2, rel=1e-4)


@given(points, bearings, st.floats(0.0, 400_000.0), st.floats(0.0, 60_000.0), st.floats(0.0, 1.0), bearings)
def test_a_box_is_never_too_small(p: LatLon, way: float, far: float, margin: float, share: float, turn: float) -> None:
    line = (p, geodesy.destination(p, way, far))
    south, west, north, east = geodesy.box(line, margin)
    lat, lon = geodesy.destination(geodesy.along(line, share), turn, margin)
    assert south - 1e-9 <= lat <= north + 1e-9
    assert west - 1e-9 <= lon <= east + 1e-9


@given(st.tuples(lats, st.floats(-170.0, 170.0)), st.floats(0.0, 60_000.0))
def test_a_box_around_a_point_is_hardly_larger_than_it_must_be(p: LatLon, margin: float) -> None:
    south, west, north, east = geodesy.box((p,), margin)
    assert geodesy.distance_m((south, p[1]), p) <= margin * 1.02 + 1e-6
    assert geodesy.distance_m((north, p[1]), p) <= margin * 1.02 + 1e-6
    assert east - west == pytest.approx(2 * (east - p[1]), abs=1e-9)
    assert geodesy.distance_m(p, (p[0], east)) <= margin * 1.05 + 1e-6


@pytest.mark.parametrize("metres", [1_900.0, 5_000.0, 9_000.0, 401_000.0])
def test_a_box_holds_the_bulge_of_a_leg_along_a_parallel(metres: float) -> None:
    line = ((60.0, 10.0), (60.0, 10.0 + metres / 55_800.0))
    north = geodesy.box(line, 0.0)[2]
    assert all(geodesy.along(line, n / 40)[0] <= north for n in range(41))


def test_a_box_across_the_antimeridian_runs_right_round() -> None:
    assert geodesy.box(((-17.0, 179.9), (-17.0, -179.9)), 0.0)[1::2] == (-180.0, 180.0)
    assert geodesy.box(((-17.0, 179.99),), 5_000.0)[1::2] == (-180.0, 180.0)
    assert geodesy.box(((89.99, 10.0),), 5_000.0)[1:] == (-180.0, 90.0, 180.0)


@given(points, points)
def test_a_chord_is_never_longer_than_the_geodesic(p: LatLon, q: LatLon) -> None:
    a, b = geodesy.ecef(np.array([p, q]))
    assert np.linalg.norm(a - b) <= oracle_m(p, q) + 1e-6


@given(points, bearings, st.floats(0.0, 300_000.0))
def test_a_middle_lies_half_way_across_any_meridian(p: LatLon, way: float, far: float) -> None:
    q = geodesy.destination(p, way, far)
    lat, lon = geodesy.middles(np.array([p]), np.array([q]))[0]
    assert lat == pytest.approx((p[0] + q[0]) / 2)
    assert lon_apart(lon, p[1]) == pytest.approx(lon_apart(lon, q[1]), abs=1e-9)
    assert lon_apart(lon, p[1]) <= 90.0
