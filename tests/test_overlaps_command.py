"""`flask overlaps`: the engine on files, with figures that another geodesic library confirms."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from deconflict.domain import overlap
from deconflict.domain.activity import Side
from deconflict.domain.as_filed import as_filed
from deconflict.domain.country import Mission
from deconflict.mission import load_mission
from deconflict.overlaps.command import overlaps
from deconflict.overlaps.words import WORDS
from deconflict.schemas.geojson import read_files

ROOT = Path(__file__).parents[1]
PROFILE = ROOT / "config" / "missions" / "mali-minusma"
NINE = datetime(2019, 12, 10, 9, tzinfo=UTC)
BANKASS = (14.0767, -3.5139)

Geometry = dict[str, Any]


@pytest.fixture(scope="session")
def profile() -> Mission:
    return load_mission(PROFILE)


def hour(hours: float) -> str:
    return (NINE + timedelta(hours=hours)).isoformat()


def point(at: tuple[float, float]) -> Geometry:
    return {"type": "Point", "coordinates": [at[1], at[0]]}


def line(*points: tuple[float, float]) -> Geometry:
    return {"type": "LineString", "coordinates": [[lon, lat] for lat, lon in points]}


def feature(id: str | int, side: str, kind: str, geometry: Geometry, hours: tuple[float, float], **more: Any) -> dict:
    window = {"starts_at": hour(hours[0]), "ends_at": hour(hours[1])}
    properties = {"id": id, "side": side, "activity": kind, **window, **more}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


HERE = point(BANKASS)


def aid(geometry: Geometry = HERE, hours: tuple[float, float] = (0, 6), **more: Any) -> dict:
    return feature(more.pop("id", "H1"), "humanitarian", more.pop("kind", "DIST_FOOD"), geometry, hours, **more)


def patrol(geometry: Geometry, hours: tuple[float, float] = (0, 6), **more: Any) -> dict:
    return feature(more.pop("id", "P1"), "mission", more.pop("kind", "PAT_LONG"), geometry, hours, **more)


def written(folder: Path, *features: dict, name: str = "plans.geojson") -> Path:
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(overlaps, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def found(folder: Path, *features: dict, km: float | None = 5, h: float | None = 3, sop: bool = False) -> list[dict]:
    limits = [] if km is None else ["--within-km", km, "--within-h", h]
    rules = ["--sop", "--mission", PROFILE] if sop else []
    result = run(written(folder, *features), *limits, *rules, "--format", "json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


# ---- figures, by geographiclib -----------------------------------------------------------------------------------


def away(start: tuple[float, float], bearing: float, metres: float) -> tuple[float, float]:
    there = Geodesic.WGS84.Direct(*start, bearing, metres)
    return there["lat2"], there["lon2"]


def metres(p: tuple[float, float], q: tuple[float, float]) -> float:
    return Geodesic.WGS84.Inverse(*p, *q)["s12"]


def test_two_places_are_as_far_apart_as_the_geodesic_between_them(tmp_path):
    there = away(BANKASS, 37.0, 1400.0)
    (pair,) = found(tmp_path, aid(), patrol(point(there), (7.5, 9)))
    assert pair == {
        "a": "H1",
        "b": "P1",
        "gap_m": pytest.approx(1400.0, abs=0.002),
        "time_gap_s": 5400.0,
        "possible": False,
        "nominal": {
            "distance_m": pytest.approx(1400.0, abs=0.002),
            "a_at": hour(6),
            "b_at": hour(7.5),
            "a_point": pytest.approx(list(BANKASS)),
            "b_point": pytest.approx(list(there)),
            "minutes_within": 0.0,
        },
        "rules": [],
    }


def test_a_patrol_that_drives_past_is_nearest_where_a_search_says(tmp_path):
    start, end = away(BANKASS, 300.0, 30_000.0), away(BANKASS, 100.0, 45_000.0)
    way = Geodesic.WGS84.InverseLine(*start, *end)

    def apart(share: float) -> float:
        at = way.Position(share * way.s13)
        return metres(BANKASS, (at["lat2"], at["lon2"]))

    low, high = 0.0, 1.0
    for _ in range(200):
        third = (high - low) / 3
        low, high = (low, high - third) if apart(low + third) < apart(high - third) else (low + third, high)
    (pair,) = found(tmp_path, aid(), patrol(line(start, end), (1, 3)), km=20)
    assert pair["gap_m"] == pytest.approx(apart(low), abs=1.0)
    assert pair["nominal"]["distance_m"] == pytest.approx(pair["gap_m"], abs=0.002)
    met = NINE + timedelta(hours=1 + 2 * low)
    assert abs(datetime.fromisoformat(pair["nominal"]["b_at"]) - met) < timedelta(seconds=2)
    inside = sum(apart(n / 7200) <= 20_000 for n in range(7200)) / 60
    assert pair["nominal"]["minutes_within"] == pytest.approx(inside, abs=0.05)


def test_who_stands_in_a_hole_is_as_far_away_as_its_rim(tmp_path):
    lat, lon = BANKASS
    outer = [[lon - 0.2, lat - 0.2], [lon + 0.2, lat - 0.2], [lon + 0.2, lat + 0.2], [lon - 0.2, lat + 0.2]]
    hole = [[lon - 0.05, lat - 0.1], [lon + 0.05, lat - 0.1], [lon + 0.05, lat + 0.1], [lon - 0.05, lat + 0.1]]
    area = {"type": "Polygon", "coordinates": [[*outer, outer[0]], [*hole, hole[0]]]}
    rim = min(metres(BANKASS, (lat + n / 1e5, lon + 0.05)) for n in range(-100, 101))
    (pair,) = found(tmp_path, aid(), patrol(area, kind="TOB"), km=10)
    assert pair["gap_m"] == pytest.approx(rim, abs=0.5)
    (inside,) = found(tmp_path, aid(point((lat, lon + 0.1))), patrol(area, kind="TOB"))
    assert (inside["gap_m"], inside["nominal"]["minutes_within"]) == (0.0, 360.0)


def test_times_at_the_vertices_change_where_the_patrol_is(tmp_path):
    near, far = away(BANKASS, 90.0, 1000.0), away(BANKASS, 90.0, 60_000.0)
    quick = patrol(line(near, far, away(far, 0, 1000)), (0, 3), times=[hour(0), hour(0.5), hour(3)])
    late = aid(hours=(1, 6))
    assert found(tmp_path, late, quick, km=10, h=0) == []
    (pair,) = found(tmp_path, late, patrol(line(near, far), (0, 12)), km=10, h=0)
    assert pair["nominal"]["distance_m"] == pytest.approx(1000 + 59_000 / 12, rel=1e-4)


def test_radius_and_uncertainty_come_off_and_only_uncertainty_makes_it_possible(tmp_path):
    there = away(BANKASS, 180.0, 3000.0)
    place = patrol(point(there), radius_m=300)
    (pair,) = found(tmp_path, aid(radius_m=200, uncertainty_m=700), place, km=2)
    assert pair["gap_m"] == pytest.approx(1800.0, abs=0.01)
    assert pair["nominal"]["distance_m"] == pytest.approx(2500.0, abs=0.01)
    assert pair["possible"]
    (surely,) = found(tmp_path, aid(radius_m=200, uncertainty_m=700), place, km=2.51)
    assert not surely["possible"]


def test_the_radius_of_a_way_comes_off_and_makes_what_needs_it_possible(tmp_path):
    start, end = away(BANKASS, 270.0, 20_000), away(BANKASS, 90.0, 20_000)
    beside = aid(point(away(BANKASS, 0.0, 2000.0)))
    (pair,) = found(tmp_path, beside, patrol(line(start, end), radius_m=600, uncertainty_m=300), km=1.5)
    assert (pair["gap_m"], pair["possible"]) == (pytest.approx(1100.0, abs=1), True)
    assert (pair["nominal"]["distance_m"], pair["nominal"]["minutes_within"]) == (pytest.approx(2000.0, abs=1), 0.0)
    (surely,) = found(tmp_path, beside, patrol(line(start, end), radius_m=600, moving=False), km=1.5)
    assert (surely["gap_m"], surely["possible"]) == (pytest.approx(1400.0, abs=1), False)


def test_nobody_waits_between_two_parts_that_a_file_draws(tmp_path):
    before, after = patrol(point(BANKASS), (-3, -2)), patrol(point(away(BANKASS, 0, 60_000)), (4, 5))
    assert found(tmp_path, aid(hours=(0, 1)), before, after, h=0) == []
    assert len(found(tmp_path, aid(hours=(0, 1)), before, patrol(point(BANKASS), (-2, 4)), after, h=0)) == 1


@pytest.mark.parametrize("sop", [False, True])
def test_a_site_without_an_end_is_met_in_any_year(tmp_path, sop):
    site = aid(kind="SITE_HEALTH", ends_at="2200-01-01T00:00:00Z")
    years = 100 * 365 * 24
    (pair,) = found(tmp_path, site, patrol(point(away(BANKASS, 0, 500)), (years, years + 1), kind="LZ"), h=0, sop=sop)
    assert (pair["gap_m"], pair["nominal"]["a_at"]) == (pytest.approx(500.0, abs=101), hour(years))
    assert [rule["id"] for rule in pair["rules"]] == (["R09a", "R09b"] if sop else [])


def test_declared_slack_counts_and_makes_nothing_merely_possible(tmp_path):
    later = patrol(point(BANKASS), (10, 11), early_min=30)
    assert found(tmp_path, aid(), later, h=3) == []
    (pair,) = found(tmp_path, aid(late_min=30), later, h=3)
    assert (pair["time_gap_s"], pair["possible"]) == (3 * 3600.0, False)


def test_limits_are_closed(tmp_path):
    there = patrol(point(away(BANKASS, 10.0, 2000.0)), (9, 10))
    assert len(found(tmp_path, aid(), there, km=2.0001, h=3)) == 1
    assert found(tmp_path, aid(), there, km=1.9999, h=3) == []
    assert found(tmp_path, aid(), there, km=2.0001, h=2.9999) == []
    touching = patrol(point(BANKASS), (6, 7))
    assert len(found(tmp_path, aid(), touching, km=0, h=0)) == 1


def test_the_antimeridian_is_no_wall(tmp_path):
    (pair,) = found(tmp_path, aid(point((-17.0, 179.99))), patrol(line((-17.5, -179.99), (-16.5, -179.99))))
    assert pair["gap_m"] == pytest.approx(metres((-17.0, 179.99), (-17.0, -179.99)), abs=1.0)


def test_pairs_come_in_order_and_never_within_a_side(tmp_path):
    ids = ["b", 10, 9]
    humans = [aid(id=f"h{id}") for id in ids] + [aid(id=id) for id in (10, 9)]
    uniforms = [patrol(point(BANKASS), id=f"m{id}") for id in ids]
    pairs = [(pair["a"], pair["b"]) for pair in found(tmp_path, *uniforms, *humans)]
    assert pairs == list(product([9, 10, "h10", "h9", "hb"], ["m10", "m9", "mb"]))


def test_parts_of_one_item_make_one_pair(tmp_path):
    near, nearer = (patrol(point(away(BANKASS, 0, m)), hours) for m, hours in ((3000, (0, 1)), (1000, (2, 3))))
    (pair,) = found(tmp_path, aid(), near, nearer)
    assert pair["gap_m"] == pytest.approx(1000.0, abs=0.01)
    assert pair["nominal"]["b_at"] == hour(2)
    assert pair["nominal"]["minutes_within"] == 120.0


def test_files_are_read_together(tmp_path):
    ours = written(tmp_path, aid(), name="ngo.geojson")
    theirs = written(tmp_path, patrol(point(BANKASS)), name="mission.geojson")
    result = run(ours, theirs, "--within-km", 1, "--within-h", 0, "--format", "json")
    assert [(pair["a"], pair["b"]) for pair in json.loads(result.stdout)] == [("H1", "P1")]


# ---- nothing is missed -------------------------------------------------------------------------------------------

PLACES = st.tuples(st.floats(-0.6, 0.6), st.floats(-0.6, 0.6))
CENTRES = st.sampled_from([(14.0, 0.0), (-17.0, 180.0), (59.0, -6.0)])


@st.composite
def everybody(draw: st.DrawFn) -> list[dict]:
    lat, lon = draw(CENTRES)
    features = []
    for n in range(draw(st.integers(2, 7))):
        drawn = draw(st.lists(PLACES, min_size=1, max_size=3))
        points = [(lat + dy, (lon + dx + 180.0) % 360.0 - 180.0) for dy, dx in drawn]
        starts = draw(st.floats(0, 30))
        window = (starts, starts + draw(st.floats(0, 8)))
        more = {"uncertainty_m": draw(st.sampled_from([0, 5000])), "late_min": draw(st.sampled_from([0, 45]))}
        geometry = point(points[0]) if len(points) == 1 else line(*points)
        make = aid if n % 2 else patrol
        features.append(make(geometry, window, id=n // 4 if n % 2 else f"p{n // 4}", **more))
    return features


@settings(max_examples=60, deadline=None)
@given(features=everybody(), km=st.sampled_from([0.0, 4.0, 40.0]), h=st.sampled_from([0.0, 2.0]))
def test_exactly_the_pairs_are_listed_whose_gap_is_within_the_limits(tmp_path_factory, features, km, h):
    folder = tmp_path_factory.mktemp("all")
    items = read_files([written(folder, *features)])
    wanted = [
        (a.id, b.id)
        for a, b in product(items.of(Side.HUMANITARIAN), items.of(Side.MISSION))
        if overlap.gap_m(a.activity.parts, b.activity.parts, h * 3600) <= km * 1000
    ]
    assert [(pair["a"], pair["b"]) for pair in found(folder, *features, km=km, h=h)] == wanted


# ---- the SOP -----------------------------------------------------------------------------------------------------


def test_the_sop_judges_without_limits_and_says_by_which_rules(tmp_path):
    (pair,) = found(tmp_path, aid(), patrol(point(away(BANKASS, 0, 1500))), km=None, sop=True)
    rules = {rule["id"]: rule for rule in pair["rules"]}
    assert rules["R01a"]["severity"] == "critical"
    assert (rules["R01a"]["limit_m"], rules["R01a"]["limit_s"]) == (2000.0, 3 * 3600.0)
    assert not pair["possible"]


def test_only_the_sop_assumes_delays(tmp_path, profile):
    later = patrol(point(BANKASS), (9.5, 11))
    assert found(tmp_path, aid(), later, h=3) == []
    (pair,) = found(tmp_path, aid(), later, h=3, sop=True)
    windows = profile.pack.windows
    assert pair["time_gap_s"] == max(0.0, 3.5 * 3600 - 2 * windows.on_site_slack_s)
    assert "R01a" in [rule["id"] for rule in pair["rules"] if rule["possible"]]


def test_a_rule_may_fire_beyond_the_limits_and_the_limits_hold_without_a_rule(tmp_path):
    far = patrol(point(away(BANKASS, 0, 4500)), (10, 12))
    (pair,) = found(tmp_path, aid(), far, km=1, h=0, sop=True)
    assert "R01b" in [rule["id"] for rule in pair["rules"]]
    (alone,) = found(tmp_path, aid(), patrol(point(BANKASS), (2400, 2406)), km=1, h=2400, sop=True)
    assert alone["rules"] == []


def test_who_distributes_on_the_move_travels(tmp_path):
    """Travel is MOVE: no crowd stands around a convoy."""
    here, there = away(BANKASS, 270, 20_000), away(BANKASS, 90, 20_000)
    (pair,) = found(tmp_path, aid(line(here, there)), patrol(point(BANKASS)), sop=True)
    assert not {"R01a", "R01b"} & {rule["id"] for rule in pair["rules"]}


def test_times_at_the_corners_of_a_straight_way_change_no_judgement(tmp_path):
    here, there = away(BANKASS, 270, 20_000), away(BANKASS, 90, 20_000)
    half = Geodesic.WGS84.InverseLine(*here, *there)
    middle = half.Position(half.s13 / 2)
    corners = line(here, (middle["lat2"], middle["lon2"]), there)
    whole = found(tmp_path, aid(hours=(6.5, 7)), patrol(line(here, there)), km=None, sop=True)
    timed = found(tmp_path, aid(hours=(6.5, 7)), patrol(corners, times=[hour(0), hour(3), hour(6)]), km=None, sop=True)
    assert [rule["id"] for pair in whole for rule in pair["rules"]]
    figures = [(pair["rules"], pair["possible"], pair["time_gap_s"]) for pair in whole]
    assert figures == [(pair["rules"], pair["possible"], pair["time_gap_s"]) for pair in timed]


TOWNS = [BANKASS, (14.35, -3.61), (12.64, -7.99)]
OURS = ["DIST_FOOD", "CONVOY_CARGO", "SITE_HEALTH"]
THEIRS = ["PAT_LONG", "TOB", "RANGE", "LOG_CONVOY"]


@st.composite
def around_towns(draw: st.DrawFn) -> list[dict]:
    features = []
    for n in range(draw(st.integers(2, 6))):
        lat, lon = draw(st.sampled_from(TOWNS))
        points = [(lat + dy / 4, lon + dx / 4) for dy, dx in draw(st.lists(PLACES, min_size=1, max_size=2))]
        starts = draw(st.floats(0, 300))
        window = (starts, starts + draw(st.floats(0, 8)))
        geometry = point(points[0]) if len(points) == 1 else line(*points)
        kinds, make = (OURS, aid) if n % 2 else (THEIRS, patrol)
        features.append(make(geometry, window, id=n, kind=draw(st.sampled_from(kinds))))
    return features


@settings(max_examples=40, deadline=None)
@given(features=around_towns())
def test_exactly_the_pairs_are_listed_on_which_a_rule_fires(tmp_path_factory, profile, features):
    folder = tmp_path_factory.mktemp("sop")
    items = read_files([written(folder, *features)])
    wanted = {}
    for a, b in product(items.of(Side.HUMANITARIAN), items.of(Side.MISSION)):
        sides = (as_filed(item.activity, profile) for item in (a, b))
        judgement = profile.pack.judge(*sides, now=NINE - timedelta(days=365))
        if judgement is not None:
            wanted[a.id, b.id] = list(judgement.rule_ids)
    listed = found(folder, *features, km=None, sop=True)
    assert {(pair["a"], pair["b"]): [rule["id"] for rule in pair["rules"]] for pair in listed} == wanted


def test_the_sop_knows_the_kinds_of_each_side(tmp_path):
    path = written(tmp_path, aid(kind="PAT_LONG"), patrol(point(BANKASS), kind="tea party"))
    result = run(path, "--sop", "--mission", PROFILE)
    assert (result.exit_code, result.stdout) == (2, "")
    assert [said.split(", ")[1].split(":")[0] for said in result.stderr.splitlines()] == ["activity", "activity"]
    assert run(path, "--within-km", 1, "--within-h", 1).exit_code == 0


def test_axes_that_are_swapped_are_refused_where_the_profile_knows_better(tmp_path):
    lat, lon = BANKASS
    path = written(tmp_path, aid(point((lon, lat))), patrol(point(BANKASS)))
    for lang, word in (("en", "swapped"), ("fr", "inversés")):
        result = run(path, "--sop", "--mission", PROFILE, "--lang", lang)
        assert (result.exit_code, result.stdout) == (2, "")
        (said,) = result.stderr.splitlines()
        assert said.replace(" :", ":").startswith(f"{path}: features[0] (id H1), geometry: ")
        assert word in said
    assert run(path, "--within-km", 1, "--within-h", 1).exit_code == 0


def test_a_wrong_profile_is_refused_with_its_lines(tmp_path):
    result = run(written(tmp_path, aid()), "--sop", "--mission", tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "mission.toml:1: " in result.stderr


# ---- formats -----------------------------------------------------------------------------------------------------


def test_geojson_draws_a_line_from_one_to_the_other_with_the_same_facts(tmp_path):
    features = [aid(), patrol(point(away(BANKASS, 37, 1400))), patrol(point(BANKASS), id="P2")]
    facts = found(tmp_path, *features)
    result = run(written(tmp_path, *features), "--within-km", 5, "--within-h", 3, "--format", "geojson")
    collection = json.loads(result.stdout)
    assert collection["type"] == "FeatureCollection"
    assert [drawn["properties"] for drawn in collection["features"]] == facts
    for drawn in collection["features"]:
        ends = [drawn["properties"]["nominal"][name] for name in ("a_point", "b_point")]
        assert drawn["geometry"] == {"type": "LineString", "coordinates": [point[::-1] for point in ends]}


def test_nothing_found_is_an_empty_list(tmp_path):
    path = written(tmp_path, aid())
    limits = ("--within-km", 5, "--within-h", 3)
    assert json.loads(run(path, *limits, "--format", "json").stdout) == []
    assert json.loads(run(path, *limits, "--format", "geojson").stdout)["features"] == []
    assert run(path, *limits).stdout.startswith("Overlaps: 0. Activities read: humanitarian 1, mission 0.\n")


def test_the_table_is_aligned_and_speaks_both_languages(tmp_path):
    path = written(tmp_path, aid(id="a long name"), patrol(point(away(BANKASS, 0, 1400)), (7.5, 9)))
    limits = ("--within-km", 5, "--within-h", 3)
    english, french = (run(path, *limits, "--lang", lang).stdout.splitlines() for lang in ("en", "fr"))
    assert english[0].split("  ")[0] == "humanitarian"
    assert french[0].split("  ")[0] == "humanitaire"
    assert "1.400" in english[1]
    assert "1,400" in french[1]
    assert english[0].index("mission") == english[1].index("P1")
    assert english[3:5] == [
        "Overlaps: 1. Activities read: humanitarian 1, mission 1.",
        "At most 5 km and 3 h apart; touching counts.",
    ]
    assert french[3:5] == [
        "Chevauchements : 1. Activités lues : humanitaires 1, mission 1.",
        "À 5 km et 3 h au plus ; se toucher compte.",
    ]


def test_the_table_of_the_sop_says_why(tmp_path):
    path = written(tmp_path, aid(), patrol(point(BANKASS)))
    for lang, words in (("en", "rule R01a"), ("fr", "règle R01a")):
        assert words in run(path, "--sop", "--mission", PROFILE, "--lang", lang).stdout


def test_properties_without_a_meaning_are_named_beside_the_answer(tmp_path):
    result = run(written(tmp_path, aid(radius=500)), "--within-km", 5, "--within-h", 3, "--format", "json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])
    assert "'radius'" in result.stderr


# ---- refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_everything_wrong_is_named_and_nothing_is_printed(tmp_path, lang):
    good = written(tmp_path, aid(), patrol(point(BANKASS)), name="good.geojson")
    bad = written(tmp_path, aid(id=7, radius_m=-1), aid(point((91, 0))), name="bad.geojson")
    gone = tmp_path / "gone.geojson"
    result = run(good, bad, gone, "--within-km", 5, "--within-h", 3, "--lang", lang)
    assert (result.exit_code, result.stdout) == (2, "")
    said = result.stderr.splitlines()
    assert [line.replace(" :", ":").split(": ")[:2] for line in said[:2]] == [
        [str(bad), "features[0] (id 7), radius_m"],
        [str(bad), "features[1] (id H1), geometry.coordinates"],
    ]
    assert said[2].startswith(str(gone))
    assert len(said) == 3


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--within-km", "5"],
        ["--within-h", "5"],
        ["--sop", "--within-km", "5"],
        ["--within-km", "-1", "--within-h", "3"],
        ["--within-km", "nan", "--within-h", "3"],
        ["--within-km", "5", "--within-h", "inf"],
        ["--within-km", "5", "--within-h", "3", "--format", "xml"],
    ],
)
def test_options_that_do_not_make_a_question_are_refused(tmp_path, options):
    result = run(written(tmp_path, aid()), *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--within-km", "-1", "--within-h", "3"], "'--within-km' : doit être un nombre de 0 à 1000."),
        (["--within-km", "nan", "--within-h", "3"], "'--within-km' : doit être un nombre de 0 à 1000."),
        (["--within-km", "5", "--within-h", "three"], "'--within-h' : doit être un nombre de 0 à 100000."),
        (["--format", "xml"], "'--format' : doit être l'un de geojson, json, table."),
        (["--within-kms", "5"], "l'option --within-kms n'existe pas."),
        (["--mission"], "l'option --mission attend une valeur."),
        (["--sop=yes"], "l'option --sop n'attend pas de valeur."),
        (["--within-km", "5"], "Donnez --within-km et --within-h ; ils ne peuvent manquer tous deux qu'avec --sop."),
    ],
)
@pytest.mark.parametrize("language", [["--lang", "fr"], ["--lang=fr"]])
def test_what_is_wrong_with_the_options_is_said_in_the_language_asked_for(tmp_path, language, options, said):
    path = str(written(tmp_path, aid()))
    result = run(path, *language, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Usage : overlaps [OPTIONS] FILE...\nAide : overlaps --help\n\nErreur : {said}\n"


def test_french_may_be_asked_for_after_what_is_wrong_or_without_a_file(tmp_path):
    assert "Erreur : '--within-km' : doit" in run(written(tmp_path, aid()), "--within-km", "x", "--lang", "fr").stderr
    assert "Erreur : il manque 'FILE...'." in run("--lang", "fr").stderr
    for language in ([], ["--lang", "de"], ["--lang"]):
        assert "Error: " in run("--within-km", "x", *language).stderr


def test_a_folder_that_is_none_is_said_so_in_both_languages(tmp_path):
    path, gone = written(tmp_path, aid()), tmp_path / "gone"
    for lang, said in (("en", f"{gone}: is no folder"), ("fr", f"{gone} : n'est pas un dossier")):
        result = run(path, "--sop", "--mission", gone, "--lang", lang)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(said)


def test_both_languages_have_the_same_words():
    assert WORDS["en"].keys() == WORDS["fr"].keys()


def test_a_command_without_files_is_refused():
    assert run("--within-km", 5, "--within-h", 3).exit_code == 2


# ---- where there is nothing but the code -------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["-m", "flask", "--app", "wsgi", "overlaps"], ["-m", "deconflict.overlaps"]])
def test_no_settings_are_needed(tmp_path, command):
    path = written(tmp_path, aid(), patrol(point(BANKASS)))
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    for options, status in ((["--within-km", "5", "--within-h", "3", "--format", "json"], 0), ([], 2)):
        done = subprocess.run(
            [sys.executable, *command, str(path), *options],
            cwd=ROOT,
            env=bare,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stderr
        if status == 0:
            assert [pair["b"] for pair in json.loads(done.stdout)] == ["P1"]
        else:
            assert done.stdout == ""
            assert "--within-km" in done.stderr


def test_the_application_knows_the_command(app):
    assert app.cli.get_command(None, "overlaps") is overlaps
