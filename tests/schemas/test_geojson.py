"""The door for GeoJSON files: what is drawn comes out as parts, what is wrong is named with file, feature and field."""

from __future__ import annotations

import errno
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deconflict.domain.activity import OPEN_END, Part, Shape, Side, Slack
from deconflict.schemas.geojson import Read, read_files
from deconflict.schemas.geojson_faults import REASONS, GeoJsonError, Problem

NINE = datetime(2019, 12, 10, 9, tzinfo=UTC)
PROPERTIES = {
    "id": "H1",
    "side": "humanitarian",
    "activity": "DIST_FOOD",
    "starts_at": "2019-12-10T09:00:00Z",
    "ends_at": "2019-12-10T15:00:00+02:00",
}
POINT = {"type": "Point", "coordinates": [-3.61, 14.08]}
LINE = {"type": "LineString", "coordinates": [[-3.6, 14.0], [-3.5, 14.0], [-3.5, 14.2]]}
SQUARE = [[-3.7, 14.0], [-3.6, 14.0], [-3.6, 14.1], [-3.7, 14.1], [-3.7, 14.0]]
HOLE = [[-3.68, 14.02], [-3.62, 14.02], [-3.62, 14.08], [-3.68, 14.08], [-3.68, 14.02]]
TIMES = ["2019-12-10T09:00:00Z", "2019-12-10T10:00:00Z", "2019-12-10T13:00:00Z"]


def feature(geometry: Any = POINT, **changes: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": {**PROPERTIES, **changes}}


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def written(folder: Path, *features: Any, name: str = "a.geojson", **members: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **members}), encoding="utf-8")
    return path


def read(folder: Path, *features: Any) -> Read:
    return read_files([written(folder, *features)])


def parts(folder: Path, *features: Any) -> tuple[Part, ...]:
    (item,) = read(folder, *features).items
    return item.activity.parts


def problems(folder: Path, *features: Any) -> list[Problem]:
    with pytest.raises(GeoJsonError) as refused:
        read(folder, *features)
    return list(refused.value.problems)


def only(folder: Path, *features: Any) -> tuple[str, str]:
    """The member and the reason of the only problem."""
    (problem,) = problems(folder, *features)
    return problem.member, problem.reason


# ---- what comes out ----------------------------------------------------------------------------------------------


def test_a_point_is_held_at_latitude_then_longitude_and_what_is_absent_is_zero(tmp_path):
    (part,) = parts(tmp_path, feature())
    assert (part.shape, part.kind, part.moving) == (Shape(((14.08, -3.61),)), "DIST_FOOD", False)
    assert (part.start.at, part.end.at) == (NINE, NINE + timedelta(hours=4))
    assert (part.uncertainty_m, part.start.declared, part.start.assumed) == (0.0, Slack(), Slack())


def test_metres_and_minutes_are_taken_as_they_are_declared(tmp_path):
    (part,) = parts(tmp_path, feature(radius_m=200, uncertainty_m=707.5, early_min=30, late_min=90))
    assert (part.shape.radius_m, part.uncertainty_m) == (200.0, 707.5)
    assert part.start.declared == part.end.declared == Slack(1800.0, 5400.0)


def test_the_radius_of_a_way_is_uncertainty_while_somebody_goes_along_it(tmp_path):
    metres = {"radius_m": 200, "uncertainty_m": 30}
    waits = {"type": "LineString", "coordinates": [[-3.6, 14.0], [-3.6, 14.0], [-3.5, 14.0]]}
    nowhere = {"type": "LineString", "coordinates": [[-3.6, 14.0], [-3.6, 14.0]]}

    def widths(geometry: Any, **changes: Any) -> list[tuple[bool, float, float]]:
        found = parts(tmp_path, feature(geometry, **metres, **changes))
        return [(part.moving, part.shape.radius_m, part.uncertainty_m) for part in found]

    assert widths(LINE) == [(True, 0.0, 230.0)]
    assert widths(LINE, moving=False) == [(False, 200.0, 30.0)]
    assert widths(LINE, ends_at=PROPERTIES["starts_at"]) == [(False, 200.0, 30.0)]
    assert widths(nowhere) == [(False, 200.0, 30.0)]
    assert widths(waits, times=TIMES, ends_at=None) == [(False, 200.0, 30.0), (True, 0.0, 230.0)]


def test_height_and_null_properties_are_as_absent(tmp_path):
    with_height = {"type": "Point", "coordinates": [-3.61, 14.08, 262.5]}
    assert parts(tmp_path, feature(with_height, radius_m=None, times=None)) == parts(tmp_path, feature())


def test_a_line_moves_at_constant_speed_unless_it_is_said_to_be_held(tmp_path):
    moving, held = parts(tmp_path, feature(LINE)), parts(tmp_path, feature(LINE, moving=False))
    assert [(p.moving, len(p.shape.points)) for p in (*moving, *held)] == [(True, 3), (False, 3)]


def test_a_line_that_leads_nowhere_or_has_no_time_is_held(tmp_path):
    nowhere = {"type": "LineString", "coordinates": [[-3.6, 14.0], [-3.6, 14.0]]}
    (place,) = parts(tmp_path, feature(nowhere))
    assert (place.moving, place.shape.points) == (False, ((14.0, -3.6),))
    (anywhere,) = parts(tmp_path, feature(LINE, ends_at=PROPERTIES["starts_at"]))
    assert (anywhere.moving, len(anywhere.shape.points)) == (False, 3)


def test_times_make_a_leg_from_each_vertex_to_the_next(tmp_path):
    legs = parts(tmp_path, feature(LINE, times=TIMES, starts_at=None, ends_at=None, late_min=5))
    hours = [((leg.start.at - NINE).total_seconds() / 3600, (leg.end.at - NINE).total_seconds() / 3600) for leg in legs]
    assert hours == [(0, 1), (1, 4)]
    assert [leg.shape.points for leg in legs] == [((14.0, -3.6), (14.0, -3.5)), ((14.0, -3.5), (14.2, -3.5))]
    assert all(leg.moving and leg.end.declared == Slack(0, 300) for leg in legs)


def test_a_vertex_that_comes_twice_at_different_times_is_a_stay(tmp_path):
    waits = {"type": "LineString", "coordinates": [[-3.6, 14.0], [-3.6, 14.0], [-3.5, 14.0]]}
    stay, leg = parts(tmp_path, feature(waits, times=TIMES, starts_at=TIMES[0], ends_at=TIMES[-1]))
    assert (stay.moving, leg.moving) == (False, True)
    assert stay.end.at == leg.start.at == NINE + timedelta(hours=1)


@pytest.mark.parametrize("turned", [False, True])
def test_an_area_keeps_its_holes_whichever_way_its_rings_run(tmp_path, turned):
    rings = [SQUARE[::-1], HOLE[::-1]] if turned else [SQUARE, HOLE]
    (part,) = parts(tmp_path, feature(polygon(*rings)))
    assert part.shape.area
    assert not part.moving
    assert set(part.shape.points) == {(lat, lon) for lon, lat in SQUARE}
    assert len(part.shape.points) == 4
    assert [len(hole) for hole in part.shape.holes] == [4]


def test_a_corner_may_lie_beyond_the_antimeridian(tmp_path):
    ring = [[179.9, -17], [-179.9, -17], [-179.9, -16.8], [179.9, -16.8], [179.9, -17]]
    (part,) = parts(tmp_path, feature(polygon(ring)))
    assert part.shape.points[1] == (-17.0, -179.9)


def test_several_shapes_are_several_parts(tmp_path):
    many = {
        "type": "GeometryCollection",
        "geometries": [
            {"type": "MultiPoint", "coordinates": [[0, 1], [0, 2]]},
            {"type": "MultiPolygon", "coordinates": [[SQUARE], [[[p + 1, q] for p, q in SQUARE]]]},
            {"type": "MultiLineString", "coordinates": [[[0, 3], [0, 4]], [[1, 3], [1, 4]]]},
        ],
    }
    shapes = [(len(p.shape.points), p.shape.area) for p in parts(tmp_path, feature(many, moving=False))]
    assert shapes == [(1, False), (1, False), (4, True), (4, True), (2, False), (2, False)]


def test_a_multi_line_of_one_line_moves(tmp_path):
    (part,) = parts(tmp_path, feature({"type": "MultiLineString", "coordinates": [LINE["coordinates"]]}))
    assert part.moving


def test_features_of_one_id_are_parts_of_one_item_in_time_order_across_files(tmp_path):
    early, late = feature(starts_at="2019-12-10T08:00:00Z"), feature(LINE)
    one, other = written(tmp_path, late, name="b.geojson"), written(tmp_path, early, name="c.geojson")
    (item,) = read_files([one, other]).items
    assert [part.moving for part in item.activity.parts] == [False, True]


def test_items_come_by_side_and_id_numbers_first(tmp_path):
    ids = ["b", 10, "B", 9, 2.0]
    found = read(tmp_path, *(feature(id=id) for id in ids), feature(id="A", side="mission"))
    assert [item.id for item in found.items] == [2, 9, 10, "B", "b", "A"]
    assert [item.activity.id for item in found.of(Side.MISSION)] == [5]


def test_unknown_properties_are_left_out_and_named(tmp_path):
    assert read(tmp_path, feature(radius=500, colour="red"), feature(colour="blue")).ignored == ("radius", "colour")


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"])
def test_a_file_may_say_that_it_is_wgs84(tmp_path, name):
    crs = {"type": "name", "properties": {"name": name}}
    assert read_files([written(tmp_path, feature(), crs=crs)]).items


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    path = written(tmp_path, feature())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_files([path]).items) == 1


# ---- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(PROPERTIES))
def test_what_must_be_said_is_named_when_it_is_not(tmp_path, name):
    assert only(tmp_path, feature(**{name: None})) == (name, "endless" if name == "ends_at" else "missing")


def test_an_end_that_nobody_knows_is_written_as_the_sentence_says(tmp_path):
    (problem,) = problems(tmp_path, feature(ends_at=None))
    for language in REASONS:
        written_as = problem.sentence(language).split()[-1]
        (part,) = parts(tmp_path, feature(ends_at=written_as))
        assert part.end.at == OPEN_END


@pytest.mark.parametrize(
    ("changes", "member", "reason"),
    [
        ({"id": ""}, "id", "id"),
        ({"id": True}, "id", "id"),
        ({"id": 1.5}, "id", "id"),
        ({"id": "a\nb"}, "id", "id"),
        ({"id": "\ud800"}, "id", "id"),
        ({"id": ["a"]}, "id", "id"),
        ({"side": "ngo"}, "side", "side"),
        ({"side": ["mission"]}, "side", "side"),
        ({"activity": " "}, "activity", "text"),
        ({"activity": 7}, "activity", "text"),
        ({"starts_at": "2019-12-10T09:00:00"}, "starts_at", "instant"),
        ({"starts_at": "10/12/2019"}, "starts_at", "instant"),
        ({"starts_at": 1575968400}, "starts_at", "instant"),
        ({"starts_at": "1066-10-14T09:00:00Z"}, "starts_at", "years"),
        ({"ends_at": "9999-12-31T23:59:59-12:00"}, "ends_at", "years"),
        ({"ends_at": "2019-12-10T08:59:59Z"}, "ends_at", "backwards"),
        ({"radius_m": -1}, "radius_m", "number"),
        ({"radius_m": "500"}, "radius_m", "number"),
        ({"uncertainty_m": float("nan")}, "uncertainty_m", "number"),
        ({"uncertainty_m": 10**400}, "uncertainty_m", "number"),
        ({"early_min": float("inf")}, "early_min", "number"),
        ({"late_min": True}, "late_min", "number"),
        ({"moving": "no"}, "moving", "yes_no"),
        ({"moving": True}, "moving", "moving"),
        ({"times": TIMES}, "times", "times_line"),
    ],
)
def test_a_wrong_property_is_named(tmp_path, changes, member, reason):
    starts = {"starts_at": None, "ends_at": None} if "times" in changes else {}
    assert only(tmp_path, feature(**{**starts, **changes})) == (member, reason)


@pytest.mark.parametrize(
    ("changes", "member", "reason"),
    [
        ({"times": TIMES[:2], "ends_at": None}, "times", "times_count"),
        ({"times": "soon"}, "times", "times_count"),
        ({"times": [TIMES[0], "noon", TIMES[2]]}, "times[1]", "instant"),
        ({"times": [TIMES[0], TIMES[2], TIMES[1]]}, "times[2]", "times_back"),
        ({"times": TIMES, "starts_at": "2019-12-10T08:00:00Z"}, "starts_at", "times_start"),
        ({"times": TIMES, "ends_at": "2019-12-10T14:00:00Z"}, "ends_at", "times_end"),
        ({"times": TIMES, "moving": False}, "times", "times_line"),
    ],
)
def test_wrong_times_of_a_line_are_named(tmp_path, changes, member, reason):
    assert only(tmp_path, feature(LINE, **changes)) == (member, reason)


@pytest.mark.parametrize(
    ("geometry", "member", "reason"),
    [
        (None, "geometry", "geometry"),
        ([], "geometry", "geometry"),
        ({"type": "Circle"}, "geometry.type", "type"),
        ({"type": ["Point"]}, "geometry.type", "type"),
        ({"type": "Point"}, "geometry.coordinates", "position"),
        ({"type": "Point", "coordinates": [1]}, "geometry.coordinates", "position"),
        ({"type": "Point", "coordinates": ["1", "2"]}, "geometry.coordinates", "position"),
        ({"type": "Point", "coordinates": [True, 2]}, "geometry.coordinates", "position"),
        ({"type": "Point", "coordinates": [180.1, 14]}, "geometry.coordinates", "longitude"),
        ({"type": "Point", "coordinates": [float("nan"), 14]}, "geometry.coordinates", "longitude"),
        ({"type": "Point", "coordinates": [14, -90.5]}, "geometry.coordinates", "latitude"),
        ({"type": "Point", "coordinates": [14, float("inf")]}, "geometry.coordinates", "latitude"),
        ({"type": "LineString", "coordinates": [[0, 0]]}, "geometry.coordinates", "line"),
        ({"type": "LineString", "coordinates": [[0, 0], [0]]}, "geometry.coordinates[1]", "position"),
        ({"type": "LineString", "coordinates": [[0, 0], [90, 0]]}, "geometry.coordinates[1]", "leg"),
        ({"type": "MultiPoint", "coordinates": []}, "geometry.coordinates", "list"),
        ({"type": "MultiPoint", "coordinates": [[0, 0], [0, 91]]}, "geometry.coordinates[1]", "latitude"),
        (polygon(), "geometry.coordinates", "rings"),
        (polygon(SQUARE[:3]), "geometry.coordinates[0]", "ring"),
        (polygon(SQUARE[:4]), "geometry.coordinates[0]", "unclosed"),
        (polygon(SQUARE, HOLE[:-1]), "geometry.coordinates[1]", "unclosed"),
        ({"type": "GeometryCollection", "geometries": []}, "geometry.geometries", "list"),
        (
            {
                "type": "GeometryCollection",
                "geometries": [POINT, {"type": "GeometryCollection", "geometries": [POINT]}],
            },
            "geometry.geometries[1].type",
            "nested",
        ),
        ({"type": "GeometryCollection", "geometries": [POINT, LINE]}, "geometry", "several"),
        ({"type": "MultiLineString", "coordinates": [[[0, 3], [0, 4]], [[1, 3], [1, 4]]]}, "geometry", "several"),
    ],
)
def test_a_wrong_geometry_is_named_to_the_position(tmp_path, geometry, member, reason):
    assert only(tmp_path, feature(geometry)) == (member, reason)


def moved(ring: list[list[float]], by: float) -> list[list[float]]:
    return [[lon + by, lat] for lon, lat in ring]


@pytest.mark.parametrize(
    "rings",
    [
        [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]],  # crosses itself
        [[[0, 0], [1, 0], [0, 0], [1, 0], [0, 0]]],  # two places only
        [[[0, 0], [1, 0], [2, 0], [1, 0], [0, 0]]],  # there and back
        [SQUARE, moved(HOLE, 1.0)],  # a hole elsewhere
        [SQUARE, moved(HOLE, 0.05)],  # a hole half outside
        [SQUARE, HOLE, moved(HOLE, 0.01)],  # two holes, one over the other
        [[[0, 0], [50, 0], [50, 40], [0, 40], [0, 0]]],  # half a continent
    ],
)
def test_rings_that_make_no_area_are_refused(tmp_path, rings):
    (problem,) = problems(tmp_path, feature(polygon(*rings)))
    assert problem.member.startswith("geometry.coordinates")
    assert problem.sentence("en") != problem.sentence("fr")


def test_everything_wrong_is_said_at_once_in_order(tmp_path):
    bad = {"type": "Point", "coordinates": [200, 0]}
    found = problems(tmp_path, feature(bad, side=None, radius_m=-1), feature(), feature(id=None), 7, feature(side="x"))
    said = [(p.index, p.id, p.member) for p in found]
    assert said == [
        (0, "H1", "side"),
        (0, "H1", "radius_m"),
        (0, "H1", "geometry.coordinates"),
        (2, None, "id"),
        (3, None, ""),
        (4, "H1", "side"),
    ]


def test_one_item_has_one_side(tmp_path):
    assert only(tmp_path, feature(), feature(side="mission")) == ("side", "two_sides")
    assert len(read(tmp_path, feature(id=7), feature(id="7", side="mission")).items) == 2


def test_a_kind_must_be_one_of_its_side_where_kinds_are_given(tmp_path):
    kinds = {Side.HUMANITARIAN: {"DIST_FOOD"}, Side.MISSION: {"PAT_LONG"}}
    path = written(tmp_path, feature(), feature(id=2, side="mission"))
    with pytest.raises(GeoJsonError) as refused:
        read_files([path], kinds)
    assert [(p.index, p.member, p.reason) for p in refused.value.problems] == [(1, "activity", "kind")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "json"),
        (b"{", "json"),
        (b"\xff\xfe", "utf8"),
        (b"[1" + b"0" * 5000 + b"]", "digits"),
        (b"[" * 200_000, "deep"),
        (b"[]", "collection"),
        (b'{"type": "Feature"}', "collection"),
        (b'{"type": "FeatureCollection", "features": {}}', "collection"),
        (b'{"type": "FeatureCollection", "features": [], "crs": {"properties": {"name": "EPSG:32630"}}}', "crs"),
    ],
)
def test_a_file_that_is_no_collection_is_refused_as_a_whole(tmp_path, text, reason):
    path = tmp_path / "x.geojson"
    path.write_bytes(text)
    with pytest.raises(GeoJsonError) as refused:
        read_files([path, tmp_path / "missing.geojson"])
    assert [(p.file, p.index, p.reason) for p in refused.value.problems] == [
        (str(path), None, reason),
        (str(tmp_path / "missing.geojson"), None, "absent"),
    ]


def test_why_the_system_gives_no_file_is_said_in_both_languages(tmp_path, monkeypatch):
    def refuses(error: OSError) -> tuple[str, dict[str, Any]]:
        def read_text(*_: Any, **__: Any) -> str:
            raise error

        monkeypatch.setattr(Path, "read_text", read_text)
        with pytest.raises(GeoJsonError) as refused:
            read_files([tmp_path])
        (problem,) = refused.value.problems
        assert problem.sentence("en") != problem.sentence("fr")
        return problem.reason, dict(problem.given)

    with pytest.raises(GeoJsonError) as refused:
        read_files([tmp_path])
    assert refused.value.problems[0].reason == "folder"
    assert refuses(PermissionError(errno.EACCES, "Permission denied")) == ("denied", {})
    assert refuses(OSError(errno.EIO, "Input/output error")) == ("unreadable", {"given": "EIO"})


TWICE = {
    "type": "FeatureCollection",
    "features": [feature(), feature(id=2, note={"a": [{"b": 1}]})],
}


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        ('"id": "H1"', '"id": "H1", "id": "H2"', [(0, "id")]),
        ('"type": "Point"', '"type": "Point", "type": "Point"', [(0, "geometry.type"), (1, "geometry.type")]),
        ('"b": 1', '"b": 1, "b": 2', [(1, "note.a[0].b")]),
        ('"features": [', '"features": [], "features": [', [(None, "features")]),
        ('"type": "Feature",', '"type": "Feature", "properties": {},', [(0, "properties"), (1, "properties")]),
        ('"H1"', '"H1", "\\n": 1, "\\n": 2', [(0, "?")]),
    ],
)
def test_a_name_that_stands_twice_in_one_object_is_refused(tmp_path, old, new, places):
    path = tmp_path / "twice.geojson"
    path.write_text(json.dumps(TWICE).replace(old, new), encoding="utf-8")
    with pytest.raises(GeoJsonError) as refused:
        read_files([path])
    assert [(p.index, p.member, p.reason) for p in refused.value.problems] == [(*place, "twice") for place in places]
    assert all(p.file == str(path) for p in refused.value.problems)


MALI = (10.1, -12.3, 25.1, 4.4)


@pytest.mark.parametrize(
    ("geometry", "taken"),
    [
        (POINT, True),
        ({"type": "Point", "coordinates": [14.08, -3.61]}, False),
        ({"type": "LineString", "coordinates": [[14.0, -3.6], [14.2, -3.5]]}, False),
        ({"type": "LineString", "coordinates": [[5.0, 15.0], [3.0, 15.5]]}, True),  # over the border
        (polygon([[lat, lon] for lon, lat in SQUARE]), False),
        (polygon([[-13, 10], [5, 10], [5, 26], [-13, 26], [-13, 10]]), True),  # around the country
        ({"type": "MultiPoint", "coordinates": [[-3.6, 14.0], [14.0, -3.6]]}, False),
        ({"type": "Point", "coordinates": [-12.3, 10.1]}, True),  # the bounds are closed
    ],
)
def test_a_shape_that_lies_wholly_outside_the_bounds_is_refused_where_bounds_are_given(tmp_path, geometry, taken):
    path = written(tmp_path, feature(geometry, moving=None))
    assert read_files([path]).items
    if taken:
        assert read_files([path], bounds=MALI).items
        return
    with pytest.raises(GeoJsonError) as refused:
        read_files([path], bounds=MALI)
    (problem,) = refused.value.problems
    assert (problem.index, problem.id, problem.member, problem.reason) == (0, "H1", "geometry", "outside")
    assert "may be swapped (given: [14" in problem.sentence("en")
    assert "inversés" in problem.sentence("fr")


def test_a_sentence_names_file_feature_and_field_in_both_languages(tmp_path):
    (problem,) = problems(tmp_path, feature(), feature(radius_m=-2))
    assert problem.sentence("en").endswith(
        "a.geojson: features[1] (id H1), radius_m: must be a number from 0 to 1000000 (given: -2)"
    )
    assert problem.sentence("fr").endswith(
        "a.geojson : features[1] (id H1), radius_m : doit être un nombre de 0 à 1000000 (donné : -2)"
    )


def test_both_languages_give_every_reason_with_the_same_names():
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert REASONS["en"].keys() == REASONS["fr"].keys()
    for reason, text in REASONS["en"].items():
        assert names(text) == names(REASONS["fr"][reason]), reason


# ---- odd files ---------------------------------------------------------------------------------------------------

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(TIMES),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "coordinates"]), inner),
    max_leaves=12,
)
NUMBER = st.sampled_from([0, 0.5, -3.6, 14, 91, 180, -180, 179.9999, 360, None, "1", float("nan")])
POSITION = st.lists(NUMBER, max_size=4)
GEOMETRIES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"]
        )
    },
    optional={
        "coordinates": POSITION
        | st.lists(POSITION, max_size=6)
        | st.lists(st.lists(POSITION, max_size=6), max_size=3)
        | ODD,
        "geometries": st.lists(ODD | st.just(POINT), max_size=3),
    },
)
ODDLY = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.just(value) | ODD for name, value in PROPERTIES.items()},
        **dict.fromkeys(("radius_m", "early_min", "moving", "colour"), ODD),
        "times": st.lists(st.sampled_from(TIMES), max_size=4) | ODD,
    },
)
FEATURES = ODD | st.builds(
    lambda geometry, properties: {"type": "Feature", "geometry": geometry, "properties": {**PROPERTIES, **properties}},
    GEOMETRIES | ODD,
    ODDLY,
)


@settings(max_examples=400, deadline=None)
@given(features=st.lists(FEATURES, max_size=4))
def test_odd_files_are_read_or_refused_in_a_sentence(tmp_path_factory, features):
    path = written(tmp_path_factory.mktemp("odd"), *features)
    try:
        found = read_files([path])
    except GeoJsonError as refused:
        for problem in refused.problems:
            assert all(problem.sentence(language).isprintable() for language in REASONS)
    else:
        assert all(part.start.at <= part.end.at for item in found.items for part in item.activity.parts)
