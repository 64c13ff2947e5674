"""basemap/roads.geojson of a mission profile: taken up where it is there, and named with what is wrong in it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from profiles import FOLDER, spoil

from deconflict.mission import load_mission, mission_problems

ROAD = {"type": "LineString", "coordinates": [[-4.19, 14.49], [-3.52, 14.07]]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / FOLDER.name
    shutil.copytree(FOLDER, copy)
    return copy


def lay(folder: Path, *shapes: object) -> None:
    features = [{"type": "Feature", "properties": {}, "geometry": shape} for shape in shapes]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "basemap" / "roads.geojson").write_text(text, encoding="utf-8")


def test_the_shipped_profile_has_none(folder: Path) -> None:
    assert load_mission(folder).roads is None


def test_roads_are_taken_up(folder: Path) -> None:
    lay(folder, ROAD)
    roads = load_mission(folder).roads
    assert roads is not None
    assert roads.lines == (((14.49, -4.19), (14.07, -3.52)),)


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        ((), "no line in it"),
        ((ROAD, {"type": "Point", "coordinates": [-4, 14]}), "a Point is no line"),
        (
            (ROAD, {"type": "LineString", "coordinates": [[14.49, -4.19], [14.07, -3.52]]}),
            "Line 2 lies outside the country",
        ),
    ],
)
def test_what_is_wrong_with_them_is_named_with_the_file(folder: Path, shapes: tuple[object, ...], said: str) -> None:
    lay(folder, *shapes)
    (problem,) = mission_problems(folder)
    assert problem.file == "basemap/roads.geojson"
    assert said in str(problem)


def test_what_is_no_json_is_named_too(folder: Path) -> None:
    (folder / "basemap" / "roads.geojson").write_text("{", encoding="utf-8")
    assert [problem.file for problem in mission_problems(folder)] == ["basemap/roads.geojson"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("snap_within_km", "-1"), ("snap_within_km", "30"), ("detour_at_most", "0.5"), ("road_half_width_km", "0")],
)
def test_limits_that_make_no_sense_are_refused_by_line(folder: Path, name: str, wrong: str) -> None:
    text = (folder / "sop.toml").read_text(encoding="utf-8")
    old = next(line for line in text.splitlines() if line.startswith(name))
    line = spoil(folder, "sop.toml", old, f"{name} = {wrong}")
    assert [(problem.file, problem.line) for problem in mission_problems(folder)] == [("sop.toml", line)]


def test_a_profile_of_before_roads_gets_the_proposed_limits(folder: Path) -> None:
    text = (folder / "sop.toml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith(("snap_within", "detour_at", "road_half"))]
    (folder / "sop.toml").write_text("\n".join(kept), encoding="utf-8")
    assert load_mission(folder).pack.geography == load_mission(FOLDER).pack.geography
