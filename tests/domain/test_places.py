"""The gazetteer of the shipped mission, held against the reference data, and the finding of places in it."""

from __future__ import annotations

import csv
import math
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import REFERENCE

from deconflict.domain.geodesy import destination, distance_m
from deconflict.domain.places import BadRow, Gazetteer, Place, fold, gazetteer_from_rows, label

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "config/missions/mali-minusma/gazetteer"
EDITION = "COD 2021-12-20"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reference(name: str) -> list[dict[str, str]]:
    """Rows of the official data, which is no part of the project: where it is not at hand the test is left out and says so."""
    path = REFERENCE / name
    if not path.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"the official geodata is not at hand (REFERENCE_DATA: a folder with mali/{name})")
    return read(path)


ROWS = [row for path in sorted(PACK.glob("*.csv")) for row in read(path)]
MALI = gazetteer_from_rows(ROWS, EDITION)
UNITS = [place for place in MALI.places if place.level != "town"]
TOWNS = [place for place in MALI.places if place.level == "town"]
SMALL = [
    {"level": "region", "pcode": "R", "name": "Nord", "seat": "T"},
    {"level": "cercle", "pcode": "RC", "parent": "R", "name": "Dune", "seat": "T"},
    {"level": "commune", "pcode": "RCK", "parent": "RC", "name": "Dune", "seat": "T"},
    {"level": "town", "pcode": "T", "parent": "RCK", "name": "Dune", "lat": "17.5", "lon": "-1.25"},
]


def first(words: str) -> str:
    return label(MALI.search(words)[0])


# The pack against the reference


def test_every_unit_of_the_2021_edition_is_there_with_its_parent_and_no_other() -> None:
    official = {row["pcode"]: row["parent_pcode"] for row in reference("cod2021_pcodes.csv")}
    ours = {p.pcode: {"region": "MLI", "cercle": p.region, "commune": p.cercle}[p.level] for p in UNITS}
    assert ours == official
    assert sum(p.level == "commune" for p in MALI.places) == 701


def test_every_commune_stands_within_two_kilometres_of_its_chief_place() -> None:
    communes = [r for r in reference("places.csv") if r["level"] == "adm3" and r["coord"] == "chef-lieu"]
    assert len(communes) == 700
    off = [
        r["pcode"] for r in communes if distance_m(point(MALI, r["pcode"]), (float(r["lat"]), float(r["lon"]))) > 2000
    ]
    assert off == []


def test_every_town_lies_in_the_commune_and_where_the_reference_has_it() -> None:
    known = {row["place_id"]: row for row in reference("places.csv")}
    for town in TOWNS:
        row = known[town.pcode]
        assert (town.commune, town.cercle, town.region) == (row["adm3_pcode"], row["adm2_pcode"], row["adm1_pcode"])
        assert distance_m(town.point, (float(row["lat"]), float(row["lon"]))) < 20


def test_every_unit_has_a_chief_place_inside_itself() -> None:
    for unit in UNITS:
        seat = MALI.get(unit.seat or "")
        assert seat is not None
        assert unit.pcode in (seat.commune, seat.cercle, seat.region)
        assert unit.point == seat.point


def test_names_differ_from_the_official_ones_by_accents_only_or_keep_them_as_another_spelling() -> None:
    for row in reference("admin_units.csv"):
        commune = MALI.get(row["adm3_pcode"])
        assert commune is not None
        assert {fold(row["adm3_name"]), fold(row["adm3_fr"])} <= {fold(name) for name in (commune.name, *commune.names)}


def test_the_pack_is_small_enough_to_carry() -> None:
    assert sum(path.stat().st_size for path in PACK.iterdir()) <= 84_000


def test_no_two_places_are_shown_alike() -> None:
    labels = [label(place) for place in MALI.places]
    assert len(set(labels)) == len(labels)


def test_towns_of_more_than_twenty_thousand_are_urban_and_small_ones_are_not() -> None:
    urban = {place.name for place in MALI.places if place.urban}
    assert urban >= {"Bamako", "Mopti", "Sévaré", "Gao", "Tombouctou", "Ségou", "Kidal"}
    assert not urban & {"Bankass", "Douentza", "Gossi", "Ménaka", "Ansongo", "Bandiagara", "Koro"}


# Finding by name


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Tombouctou", "Tombouctou (commune Tombouctou, cercle Tombouctou)"),
        ("Timbuktu", "Tombouctou (commune Tombouctou, cercle Tombouctou)"),
        ("menaka", "Ménaka (commune Ménaka, cercle Ménaka)"),
        ("MÉNAKA", "Ménaka (commune Ménaka, cercle Ménaka)"),
        ("Anefif", "Anéfis (commune Anéfif, cercle Kidal)"),
        ("aguelhoc", "Aguelhok (commune Adjelhoc, cercle Tessalit)"),
        ("n’tillit", "N'Tillit (commune N'Tillit, cercle Gao)"),
        ("tin essako", "Tin-Essako (commune Tin-Essako, cercle Tin-Essako)"),
        ("Rharous", "Gourma-Rharous (commune Rharous, cercle Gourma-Rharous)"),
        ("Taoudenni", "Taoudénit (commune Salam, cercle Tombouctou)"),
        ("anderamboukane", "Andéramboukane (commune Andéramboukane, cercle Andéramboukane)"),
        ("sevare", "Sévaré (commune Mopti, cercle Mopti)"),
    ],
)
def test_a_place_is_found_under_every_spelling_people_use(words: str, found: str) -> None:
    assert first(words) == found


@pytest.mark.parametrize(
    ("slip", "name"),
    [("Tomboctou", "Tombouctou"), ("Duentza", "Douentza"), ("Ansogo", "Ansongo"), ("Bankas", "Bankass")],
)
def test_a_slip_of_the_pen_still_finds_the_town(slip: str, name: str) -> None:
    assert MALI.search(slip)[0].name == name


def test_towns_come_before_communes_before_cercles_of_the_same_name() -> None:
    assert [place.level for place in MALI.search("Bankass")[:3]] == ["town", "commune", "cercle"]
    assert [place.level for place in MALI.named("Gao")] == ["town", "commune", "cercle", "region"]


def test_homonyms_are_all_returned_and_told_apart() -> None:
    communes = [p for p in MALI.named("Bamba") if p.level == "commune"]
    assert {p.cercle_name for p in communes} == {"Koro", "Bourem"}
    assert len([p for p in MALI.search("Benkadi") if p.name == "Benkadi"]) == 4


def test_exact_names_come_before_beginnings_before_near_spellings() -> None:
    names = [fold(p.name) for p in MALI.search("Koro", limit=40)]
    exact, begun = sum(n == "koro" for n in names), sum(n.startswith("koro") for n in names)
    assert names[:exact] == ["koro"] * exact
    assert all(n.startswith("koro") for n in names[:begun])


def test_a_beginning_offers_chief_places_of_cercles_first() -> None:
    assert {p.name for p in MALI.search("Ban", limit=3)} == {"Banamba", "Bankass", "Bandiagara"}


def test_a_place_is_found_by_its_code_and_by_what_the_page_shows_for_it() -> None:
    for place in MALI.places:
        assert MALI.get(place.pcode) is place
        assert MALI.named(place.pcode) == [place]
        assert MALI.named(label(place)) == [place]


@given(st.sampled_from(MALI.places), st.sampled_from([str.upper, str.lower, fold, lambda s: s.replace("-", " ")]))
def test_accents_case_and_hyphens_never_hide_a_place(place: Place, written: Callable[[str], str]) -> None:
    assert place in MALI.named(written(place.name))


@given(st.text(max_size=60), st.integers(0, 12))
def test_any_text_may_be_searched_and_the_limit_holds(words: str, limit: int) -> None:
    found = MALI.search(words, limit)
    assert len(found) <= limit
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("words", ["", "  ", "'-'", "☃"])
def test_nothing_is_found_where_nothing_was_written(words: str) -> None:
    assert MALI.search(words) == []


def test_a_search_takes_less_than_twenty_milliseconds() -> None:
    MALI.search("warm")
    asked = ["Tombouctou", "Ban", "Duentza", "xyz", "commune", "a", "Sere Moussa Ani Samo de Siekorole"]
    began = time.perf_counter()
    for words in asked:
        MALI.search(words)
    assert (time.perf_counter() - began) / len(asked) < 0.020


# Finding by position

mali_points = st.tuples(st.floats(10.1, 25.0), st.floats(-12.2, 4.3))


@given(mali_points)
def test_the_nearest_settlement_is_the_nearest_of_all(point: tuple[float, float]) -> None:
    near = MALI.nearest(point)
    assert near is not None
    assert near[1] == min(distance_m(p.point, point) for p in TOWNS)


@given(st.tuples(st.floats(-90, 90), st.floats(-180, 180)))
def test_the_nearest_is_right_at_the_ends_of_the_earth_too(point: tuple[float, float]) -> None:
    near = MALI.nearest(point)
    assert near is not None
    assert near[1] == min(distance_m(p.point, point) for p in TOWNS)


def test_a_limit_of_distance_counts_when_it_is_touched() -> None:
    point = (14.1050, -3.5350)
    found = MALI.nearest(point)
    assert found is not None
    assert MALI.nearest(point, within_m=found[1]) == found
    assert MALI.nearest(point, within_m=math.nextafter(found[1], 0)) is None


@given(st.floats(0, 359.9), st.floats(50, 400))
def test_a_point_is_described_from_its_nearest_town(bearing: float, metres: float) -> None:
    town = next(p for p in TOWNS if p.name == "Tessalit")
    near = MALI.describe(destination(town.point, bearing, metres))
    assert near.place is town
    assert near.distance_m == pytest.approx(metres, abs=0.01)
    assert abs((near.bearing_deg - bearing + 180) % 360 - 180) < 0.1


def test_the_compass_point_of_a_position_is_the_one_people_would_say() -> None:
    near = MALI.describe(destination(point(MALI, "PP050300000"), 47, 3000))
    assert (near.place.name, near.compass, round(near.distance_m)) == ("Bankass", "NE", 3000)
    assert MALI.describe(point(MALI, "PP050300000")).distance_m == 0


def test_a_gazetteer_without_towns_knows_no_nearest() -> None:
    empty = Gazetteer(EDITION, ())
    assert empty.nearest((14.0, -3.5)) is None
    with pytest.raises(LookupError):
        empty.describe((14.0, -3.5))


def test_a_box_holds_the_towns_in_it_the_important_ones_first() -> None:
    names = [p.name for p in MALI.within(15.0, -1.0, 17.5, 3.5)]
    assert names[:2] in (["Gao", "Ménaka"], ["Ménaka", "Gao"])
    assert "Bourem" in names
    assert "Kidal" not in names


# Rows that cannot be places


def test_a_unit_takes_its_position_and_names_from_its_rows_in_any_order() -> None:
    for rows in (SMALL, SMALL[::-1]):
        town, commune = (gazetteer_from_rows(rows, "X").get(code) for code in ("T", "RCK"))
        assert town is not None
        assert commune is not None
        assert commune.point == town.point == (17.5, -1.25)
        assert (town.commune_name, town.cercle, town.region_name) == ("Dune", "RC", "Nord")


@pytest.mark.parametrize(
    ("which", "change", "reason"),
    [
        (3, {"level": "village"}, "level is 'village'"),
        (3, {"name": " "}, "pcode and name are needed"),
        (3, {"pcode": "RCK"}, "given before"),
        (3, {"urban": "yes"}, "urban is 'yes'"),
        (3, {"edition": "COD 2015"}, "edition is 'COD 2015', not 'X'"),
        (3, {"parent": "RC"}, "parent RC is a cercle, where a commune is needed"),
        (3, {"parent": "NO"}, "parent 'NO' is not in the gazetteer"),
        (3, {"lat": "north"}, "lat 'north' lon '-1.25' is not a position"),
        (3, {"lat": "97.5"}, "is not a position"),
        (3, {"lon": ""}, "is not a position"),
        (3, {"lat": "nan"}, "is not a position"),
        (3, {"lat": "", "lon": ""}, "no lat and lon"),
        (3, {"lat": "", "lon": "", "seat": "T"}, "no lat and lon"),
        (2, {"seat": "NO"}, "seat 'NO' is not a town"),
        (2, {"seat": "R"}, "seat 'R' is not a town"),
        (2, {"seat": ""}, "neither lat and lon nor a seat"),
        (1, {"parent": "RCK"}, "parent RCK is a commune, where a region is needed"),
    ],
)
def test_a_wrong_row_is_refused_by_number_and_reason(which: int, change: dict[str, str], reason: str) -> None:
    rows = [dict(row) for row in SMALL]
    rows[which] |= change
    with pytest.raises(BadRow, match=f"row {which + 1} .*{reason}") as refused:
        gazetteer_from_rows(rows, "X")
    assert refused.value.row == which


def test_the_same_codes_of_another_edition_are_refused() -> None:
    with pytest.raises(ValueError, match="edition is 'COD 2021-12-20', not 'COD 2015'"):
        gazetteer_from_rows(ROWS, "COD 2015")


def point(gazetteer: Gazetteer, pcode: str) -> tuple[float, float]:
    place = gazetteer.get(pcode)
    assert place is not None
    return place.point
