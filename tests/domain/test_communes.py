"""Outlines of communes, where a country team has laid them beside its list of places."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from reference import REFERENCE

from deconflict.domain.communes import Communes
from deconflict.domain.country import Mission
from deconflict.domain.doubts import of_place
from deconflict.domain.filing import Location
from deconflict.mission import load_mission, mission_problems

ROOT = Path(__file__).resolve().parents[2]
PROFILE = ROOT / "config/missions/mali-minusma"
OUTLINES = REFERENCE / "adm3_lookup.geojson"


def square(pcode: str, west: float, south: float, side: float = 1.0) -> dict[str, object]:
    ring = [[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]
    return {
        "type": "Feature",
        "properties": {"pcode": pcode},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def collection(*features: dict[str, object]) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": list(features)}


TWO = Communes(collection(square("ML050201", -4.0, 14.0), square("ML050202", -3.0, 14.0)))


def test_a_point_lies_in_its_commune_or_in_none() -> None:
    assert (TWO.at((14.5, -3.5)), TWO.at((14.5, -2.5)), TWO.at((13.5, -3.5))) == ("ML050201", "ML050202", None)
    assert TWO.at((14.5, -3.0)) in ("ML050201", "ML050202")


def test_near_the_border_nobody_can_tell() -> None:
    assert TWO.nears((14.5, -2.99), "ML050201", 0.02)
    assert not TWO.nears((14.5, -2.97), "ML050201", 0.02)


@pytest.mark.parametrize("wrong", [{}, {"features": 7}, {"features": [{}]}, collection({"properties": {"pcode": "A"},
    "geometry": {"type": "Point", "coordinates": [1, 2]}}), collection({"properties": {"pcode": "A"}, "geometry": None})])  # fmt: skip
def test_what_is_no_outline_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="polygon"):
        Communes(wrong)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / PROFILE.name
    shutil.copytree(PROFILE, copy)
    return copy


def test_a_profile_takes_them_up_and_names_what_is_wrong(folder: Path) -> None:
    file = folder / "gazetteer" / "communes.geojson"
    file.write_text(json.dumps(collection(square("ML050201", -4.0, 14.0))), encoding="utf-8")
    found = load_mission(folder).communes
    assert found is not None
    assert found.at((14.5, -3.5)) == "ML050201"
    for text in ("{", json.dumps(collection(square("ML999999", -4.0, 14.0))), json.dumps({"features": [{}]})):
        file.write_text(text, encoding="utf-8")
        (problem,) = mission_problems(folder)
        assert problem.file == "gazetteer/communes.geojson"


def located(mission: Mission, name: str, point: tuple[float, float]) -> Location:
    town = mission.gazetteer.named(name)[0]
    return Location(point, f"{point[0]}, {point[1]}", "decimal", 5.6, town.pcode, name)


def test_a_position_over_the_border_is_asked_about_however_near_it_is() -> None:
    bankass = load_mission(PROFILE).gazetteer.named("Bankass")[0].point
    lines = collection(
        square("ML050201", bankass[1] - 1, bankass[0] - 0.5),
        square("ML050202", bankass[1] + 0.001, bankass[0] - 0.5),
    )
    mission = replace(load_mission(PROFILE), communes=Communes(lines))
    near, over = (bankass[0], bankass[1] + 0.010), (bankass[0], bankass[1] + 0.030)
    assert [doubt.kind for doubt in of_place(located(mission, "Bankass", near), mission)] == []
    (doubt,) = of_place(located(mission, "Bankass", over), mission)
    assert (doubt.kind, doubt.place and doubt.place.pcode) == ("commune", "ML050202")
    assert list(of_place(located(mission, "Bankass", over), replace(mission, communes=None))) == []


def test_the_official_outlines_are_read() -> None:
    if not OUTLINES.exists() and os.environ.get("CI") != "true":
        pytest.skip("the official geodata is not at hand (REFERENCE_DATA: a folder with mali/adm3_lookup.geojson)")
    outlines = Communes(json.loads(OUTLINES.read_text(encoding="utf-8")))
    mission = load_mission(PROFILE)
    assert {place.pcode for place in mission.gazetteer.places if place.level == "commune"} >= set(outlines.pcodes)
    assert outlines.at(mission.gazetteer.named("Bankass")[0].point) == "ML050201"
