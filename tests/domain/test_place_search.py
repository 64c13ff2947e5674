"""Finding a place by what people type of it: without accents, in capitals, with a slip, as another language writes it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mali import mission

from deconflict.domain.place import Place, fold, label, sounded
from deconflict.domain.places import Gazetteer

MALI = mission().gazetteer
OFFERED = 8  # what a page shows
LETTERS = "abcdefghijklmnopqrstuvwxyz"
CLEAR = [place for place in MALI.places if place.level == "town" and len(fold(place.name)) >= 6]


def village(pcode: str, name: str, commune: str = "Dune", names: tuple[str, ...] = ()) -> Place:
    codes = {"commune": f"C{commune}", "commune_name": commune, "cercle": "D", "cercle_name": "Dune", "region": "R"}
    return Place(pcode, name, "town", (17.5, -1.25), names, region_name="Nord", **codes)  # type: ignore[arg-type]


@given(st.sampled_from(MALI.places))
def test_every_place_is_offered_for_its_name_bare_of_accents_in_capitals_and_as_the_page_writes_it(
    place: Place,
) -> None:
    alike = len(MALI.named(place.name))
    for written in (fold(place.name), place.name.upper(), place.name.swapcase(), MALI.written(place)):
        assert place in MALI.search(written, max(OFFERED, alike)), written


@given(st.sampled_from(CLEAR), st.integers(0, 10_000), st.sampled_from(["change", "drop", "double", "swap"]))
def test_one_slip_still_finds_the_place(place: Place, seed: int, slip: str) -> None:
    name, chance = fold(place.name), random.Random(seed)
    at = chance.randrange(1, len(name) - 1)
    letter = {"change": chance.choice(LETTERS), "drop": "", "double": name[at] * 2, "swap": name[at + 1] + name[at]}[
        slip
    ]
    typed = name[:at] + letter + name[at + (2 if slip == "swap" else 1) :]
    found = MALI.search(typed, 2 * OFFERED)
    alike = [fold(spelled) for p in found for spelled in (p.name, *p.names)]
    crowded = sum(len(other) - 1 <= len(typed) <= len(other) + 1 for other in alike) >= OFFERED
    assert place in found or crowded, typed


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Jenne", "Djenné"), ("Segu", "Ségou"), ("Timbuktu", "Tombouctou"), ("Mopty", "Mopti"), ("Duwentza", "Douentza")],
)
def test_a_name_is_found_as_another_language_writes_it(typed: str, name: str) -> None:
    assert name in [place.name for place in MALI.search(typed, OFFERED)[:3]]


@given(st.text(alphabet="abefilmvx", max_size=20))
def test_a_letter_more_or_less_of_one_sound_is_not_heard(name: str) -> None:
    assert sounded("".join(letter * 2 for letter in name)) == sounded(name)


def test_two_places_that_are_shown_alike_are_written_apart_and_read_back_one_by_one() -> None:
    twins = (village("V1", "Koïra"), village("V2", "Koïra"), village("V3", "Koïra", "Wadi"))
    gazetteer = Gazetteer("X", twins)
    assert [gazetteer.written(place) for place in twins] == [
        f"{label(twins[0])} [V1]",
        f"{label(twins[1])} [V2]",
        label(twins[2]),
    ]
    for place in twins:
        assert gazetteer.named(gazetteer.written(place)) == [place]


@given(st.sampled_from(MALI.places))
def test_a_place_of_the_shipped_list_is_written_as_it_is_shown(place: Place) -> None:
    assert MALI.written(place) == label(place)


def test_a_gazetteer_that_is_ready_has_nothing_left_to_build() -> None:
    gazetteer = replace(MALI)
    gazetteer.ready()
    built = set(vars(gazetteer))
    gazetteer.search("Bankss")
    gazetteer.describe((14.0, -3.5))
    assert set(vars(gazetteer)) == built
    Gazetteer("X", ()).ready()
