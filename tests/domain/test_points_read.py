"""Where a party is at an instant, as planned, and the instants to look at."""

from __future__ import annotations

from datetime import timedelta

import make
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mali import at, mission

from deconflict.domain.geodesy import distance_m
from deconflict.domain.positions import MOST_MOMENTS, apart_m, moments, position_at
from deconflict.domain.presence import activity_of, span_of

HALF_AN_HOUR = timedelta(minutes=30)


def activity(filing):
    profile = mission()
    return activity_of(
        filing, item_id=1, version=1, catalogue=profile.catalogue, pack=profile.pack, gazetteer=profile.gazetteer
    )


CONVOY = activity(make.journey("Mopti", "Bandiagara", "10 Dec 06:30-09:00"))
STAY = activity(make.distribution("Bankass", "10 Dec 09:00-15:00"))
MOPTI, BANDIAGARA = make.PLACES["Mopti"][0], make.PLACES["Bandiagara"][0]


def test_before_it_leaves_it_is_shown_where_it_will_begin():
    found = position_at(CONVOY.parts, at("10 Dec 05:00"))
    assert (found.before, found.moving, found.point) == (True, False, MOPTI)


def test_on_the_way_it_is_where_constant_speed_brings_it():
    half = position_at(CONVOY.parts, at("10 Dec 07:45"))
    assert half.moving
    assert distance_m(MOPTI, half.point) == pytest.approx(distance_m(MOPTI, BANDIAGARA) / 2, rel=0.001)


def test_after_its_end_it_is_shown_where_it_ended():
    found = position_at(CONVOY.parts, at("10 Dec 12:00"))
    assert (found.after, found.point) == (True, BANDIAGARA)


def test_a_stay_is_at_its_place_and_a_party_without_parts_nowhere():
    found = position_at(STAY.parts, at("10 Dec 12:00"))
    assert (found.moving, found.before, found.after) == (False, False, False)
    assert found.point == make.PLACES["Bankass"][0]
    assert position_at((), at("10 Dec 12:00")) is None


@given(st.integers(0, 24 * 60))
def test_nobody_jumps_further_than_it_can_travel_in_a_minute(minute):
    then = at("10 Dec 00:00") + timedelta(minutes=minute)
    first, second = (position_at(CONVOY.parts, when) for when in (then, then + timedelta(minutes=1)))
    assert apart_m(first, second) <= distance_m(MOPTI, BANDIAGARA) / 150 * 1.001


def test_the_moments_hold_the_closest_approach_and_are_never_too_many():
    nearest = at("10 Dec 13:07")
    few = moments([span_of(STAY)], [nearest], HALF_AN_HOUR)
    assert nearest in few
    assert few == sorted(few)
    long = moments([(at("10 Dec 00:00"), at("10 Dec 00:00") + timedelta(days=40))], [nearest], HALF_AN_HOUR)
    assert len(long) <= MOST_MOMENTS + 4
    assert moments([], [nearest], HALF_AN_HOUR) == [nearest]
