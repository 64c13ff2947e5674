"""Half-days one after the other: where each begins and ends on a wall clock, and who is in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import make
import pytest

from deconflict.domain.disclosure import half_days
from deconflict.domain.filing import Stop
from deconflict.domain.half_days import WEEK, day_now, monday_of, presences, spans, together

PARIS = ZoneInfo("Europe/Paris")  # whose clocks change, as those of some missions do
TUESDAY = date(2019, 12, 10)


def at(words):
    return make.span(f"{words}-23:59")[0]


@pytest.mark.parametrize("zone", [UTC, PARIS])
def test_a_week_has_no_gap_and_no_half_day_twice(zone):
    week = spans(date(2019, 10, 21), WEEK, zone)  # in Paris the clocks are put back in its last night
    assert len(week) == len({span.half for span in week}) == 21
    assert all(one.ends == other.begins for one, other in pairwise(week))
    long = timedelta(hours=1) if zone is PARIS else timedelta()
    assert week[-1].ends - week[0].begins == timedelta(days=7) + long


def test_a_night_bears_the_date_of_its_evening():
    night = spans(TUESDAY, 1, UTC)[2]
    assert (night.half.day, night.half.part) == (TUESDAY, "night")
    assert night.ends == datetime(2019, 12, 11, 6, tzinfo=UTC)
    assert day_now(datetime(2019, 12, 11, 5, 59, tzinfo=UTC), UTC) == TUESDAY
    assert day_now(datetime(2019, 12, 11, 6, tzinfo=UTC), UTC) == date(2019, 12, 11)


@pytest.mark.parametrize(
    ("begins", "ends", "held"),
    [
        ("10 Dec 06:00", "10 Dec 11:59", "morning"),
        ("10 Dec 06:00", "10 Dec 12:00", "morning afternoon"),  # rounded outward
        ("10 Dec 12:00", "10 Dec 12:00", "afternoon"),
        ("10 Dec 17:59", "10 Dec 18:00", "afternoon night"),
        ("9 Dec 06:00", "10 Dec 05:59", ""),
        ("11 Dec 06:00", "11 Dec 07:00", ""),
    ],
)
def test_who_is_there_in_which_half_day(begins, ends, held):
    three = spans(TUESDAY, 1, UTC)
    found = [span.half for span in three if span.holds(at(begins), at(ends))]
    assert " ".join(half.part for half in found) == held
    assert together(three).holds(at(begins), at(ends)) is bool(held)
    if found:  # the same half-days as a request would name
        assert half_days(at(begins), at(ends), "UTC") == tuple(dict.fromkeys((found[0], found[-1])))


def test_a_place_that_is_only_passed_is_no_presence():
    start, end = make.journey("Mopti", "Gao", "10 Dec 06:00-18:00").stops
    assert [one.name for one in presences([start, Stop(make.fix("Koro")), end])] == ["Mopti", "Gao"]


def test_a_week_begins_on_its_monday():
    assert monday_of(TUESDAY) == monday_of(date(2019, 12, 15)) == date(2019, 12, 9)
    assert monday_of(date(2019, 12, 16)) == date(2019, 12, 16)
