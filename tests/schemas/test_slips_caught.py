"""Slips in positions of shipped places: every kind of the field is caught nearly always, and what was meant is among what is offered;
which of two faults is told first; and where the limits of 5 and 25 km lie."""

from __future__ import annotations

import random
import statistics
from typing import Any

import pytest
from bench_coordinates import BY_CONSTRUCTION, MEASURED_M, SLIPS, Case, case_of, is_right, judged
from filed import INNER_TOWNS, MISSION, errors, notice
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from deconflict.domain.coordinates import BadPosition, format_dd, read_position
from deconflict.domain.doubts import DOUBTFUL_M, of_place
from deconflict.domain.geodesy import destination, distance_m
from deconflict.domain.place import Place
from deconflict.schemas.notices import NoticeSchema
from deconflict.schemas.whereabouts import locate, offers

SCHEMA = NoticeSchema(MISSION)
OF_THE_FIELD = [name for name in SLIPS if name not in BY_CONSTRUCTION]
towns = st.sampled_from(INNER_TOWNS)
bearings = st.floats(0, 360)


def at_bankass(position: str) -> dict[str, Any]:
    data = notice()
    data["stops"][1]["position"] = position
    return data


def slipped(name: str, case: Case) -> str:
    text = SLIPS[name][0](case, MISSION)
    assume(text)
    return text


def read_near(text: str, place: Place) -> bool:
    """Whether what is written is a position that may well be of this place."""
    try:
        return distance_m(read_position(text).point, place.point) <= DOUBTFUL_M
    except BadPosition:
        return False


@pytest.mark.parametrize("name", OF_THE_FIELD)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_slip_is_caught_unless_it_stays_within_five_kilometres_and_what_was_meant_is_offered(
    name: str, data: st.DataObject
) -> None:
    place, seed = data.draw(towns), data.draw(st.integers(0, 10**6))
    near = destination(place.point, data.draw(bearings), data.draw(st.floats(20, MEASURED_M)))
    case = Case(place, (round(near[0], 5), round(near[1], 5)), random.Random(seed))
    text = slipped(name, case)
    caught, _first = judged(case, text, MISSION, [])
    assert caught or read_near(text, place), text
    if caught and SLIPS[name][1]:
        offered = offers(MISSION, {"place_pcode": place.pcode, "position": text})
        assert any(is_right(offer.position, case) for offer in offered), (text, case.point, offered)


def test_of_every_kind_of_the_field_ninety_five_of_a_hundred_are_caught() -> None:
    chance = random.Random(11)
    cases = [case_of(place, chance, MISSION) for place in chance.sample(INNER_TOWNS, 150)]
    for name in OF_THE_FIELD:
        texts = [(case, text) for case in cases if (text := SLIPS[name][0](case, MISSION))]
        assert len(texts) > 100, name
        assert statistics.mean(judged(case, text, MISSION, [])[0] for case, text in texts) >= 0.95, name


@settings(deadline=None, max_examples=60)
@given(place=towns, bearing=bearings)
def test_five_kilometres_are_asked_about_and_twenty_five_are_refused(place: Place, bearing: float) -> None:
    for km, asked, refused in ((4.9, False, False), (5.1, True, False), (24.9, True, False), (25.1, False, True)):
        text = format_dd(destination(place.point, bearing, km * 1000))
        if refused:
            with pytest.raises(ValidationError, match=f"{round(km)} km"):
                locate(MISSION, pcode=place.pcode, position=text)
        else:
            kinds = [doubt.kind for doubt in of_place(locate(MISSION, pcode=place.pcode, position=text), MISSION)]
            assert ("far" in kinds) is asked, km


@pytest.mark.parametrize(
    ("position", "first"),
    [
        ("0, 0", "what a device writes"),  # which is outside the country, far from Bankass and of one figure
        ("50.4444, +4.1111", "outside the mission's country"),  # and far from it, of figures that repeat themselves
        ("59.9, +10.7", "too coarse"),  # and outside
        ("13.7777, -3.5212", "km from Bankass"),  # farther than 25 km, and of figures that repeat themselves
    ],
)
def test_of_faults_that_are_refused_the_first_of_their_order_is_told_alone(position: str, first: str) -> None:
    ((field, sentences),) = errors(SCHEMA, at_bankass(position)).items()
    assert field == "stops-1-position"
    assert first in sentences[0]


def test_of_doubts_each_is_asked_the_distance_before_the_figures() -> None:
    asked = errors(SCHEMA, at_bankass("14.1444, -3.4444"))
    assert list(asked) == ["stops-1-sure_far", "stops-1-sure_repeated"]
    assert "km from Bankass" in asked["stops-1-sure_far"][0]
