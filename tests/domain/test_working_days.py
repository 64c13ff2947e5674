"""Working days against numpy's business days over ten years of Mali's calendar, with feasts that follow the moon and Easter, which come
from libraries that are not ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from dateutil.easter import easter
from hijridate import Hijri
from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain.country import Holiday
from deconflict.domain.working_days import after, before, between, end_of, next_working_day

FIRST, LAST = date(2019, 1, 1), date(2028, 12, 31)
ALL_DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
DAY = timedelta(days=1)


def movable() -> list[date]:
    """Easter Monday, the end of Ramadan, Tabaski and Maouloud of ten years."""
    found = [easter(year) + DAY for year in range(FIRST.year, LAST.year + 1)]
    for year in range(1440, 1453):
        found += [Hijri(year, month, day).to_gregorian() for month, day in ((10, 1), (12, 10), (3, 12), (3, 19))]
    return sorted({date(day.year, day.month, day.day) for day in found if FIRST <= day <= LAST})


@pytest.fixture(scope="module")
def calendar(mission):
    """Mali's days off with the movable feasts, as a country team would add them by their full date."""
    feasts = tuple(Holiday(day.month, day.day, day.year, {"fr": "Fête", "en": "Feast"}) for day in movable())
    return replace(mission, holidays=mission.holidays + feasts)


@pytest.fixture(scope="module")
def business(calendar):
    """numpy's calendar of the same holidays, written out day by day, weekends apart."""
    yearly = [(h.month, h.day) for h in calendar.holidays if h.year is None]
    fixed = [date(year, month, day) for year in range(FIRST.year, LAST.year + 1) for month, day in yearly]
    return np.busdaycalendar(weekmask="1111100", holidays=[*fixed, *movable()])


def test_feasts_move_and_some_fall_on_working_days():
    days = movable()
    assert len(days) > 45
    assert date(2020, 4, 13) in days, "Easter Monday"
    assert sum(day.weekday() < 5 for day in days) > 25
    assert len({(day.month, day.day) for day in days}) > 40


def test_every_day_of_ten_years_is_off_or_not_as_numpy_says(calendar, business):
    ours = [not calendar.is_day_off(day) for day in ALL_DAYS]
    assert ours == list(np.is_busday(np.array(ALL_DAYS, dtype="datetime64[D]"), busdaycal=business))


@pytest.mark.parametrize("count", [1, 2, 3, 5, 10])
def test_so_many_working_days_later_and_earlier(calendar, business, count):
    days = np.array(ALL_DAYS[40:-40], dtype="datetime64[D]")
    # numpy counts from a working day: from a day off, from the last before it forwards, from the next after it backwards.
    later = np.busday_offset(days, count, roll="backward", busdaycal=business)
    earlier = np.busday_offset(days, -count, roll="forward", busdaycal=business)
    assert [after(day, count, calendar.is_day_off) for day in ALL_DAYS[40:-40]] == list(later.astype(object))
    assert [before(day, count, calendar.is_day_off) for day in ALL_DAYS[40:-40]] == list(earlier.astype(object))


@given(st.integers(0, 3600), st.integers(0, 50))
def test_between_counts_what_comes_after_the_first_up_to_the_last(calendar, business, start, length):
    first, last = ALL_DAYS[start], ALL_DAYS[min(start + length, len(ALL_DAYS) - 1)]
    expected = np.busday_count(first + DAY, last + DAY, busdaycal=business)
    assert between(first, last, calendar.is_day_off) == expected
    assert between(last, first, calendar.is_day_off) == (
        0 if last > first else between(first, last, calendar.is_day_off)
    )


@given(st.integers(40, 3600), st.integers(1, 30))
def test_there_and_back_is_the_same_working_day(calendar, start, count):
    day = next_working_day(ALL_DAYS[start - 40], calendar.is_day_off)
    assert not calendar.is_day_off(day)
    assert before(after(day, count, calendar.is_day_off), count, calendar.is_day_off) == day
    assert between(day, after(day, count, calendar.is_day_off), calendar.is_day_off) == count


def test_nothing_later_is_the_same_day_even_one_off(calendar):
    saturday = date(2019, 12, 7)
    assert calendar.is_day_off(saturday)
    assert after(saturday, 0, calendar.is_day_off) == saturday == before(saturday, 0, calendar.is_day_off)
    assert next_working_day(saturday, calendar.is_day_off) == date(2019, 12, 9)


def test_a_day_lasts_until_midnight_on_the_missions_clock():
    assert end_of(date(2019, 12, 9), UTC) == datetime(2019, 12, 10, tzinfo=UTC)
    niamey = end_of(date(2019, 12, 9), ZoneInfo("Africa/Niamey"))
    assert niamey == datetime(2019, 12, 9, 23, tzinfo=UTC)


def test_tabaski_in_the_window_makes_it_a_day_longer(calendar, mission):
    opened = date(2020, 7, 24)  # a Friday; Tabaski was on the last of July
    assert after(opened, 10, mission.is_day_off) == date(2020, 8, 7)
    assert after(opened, 10, calendar.is_day_off) == date(2020, 8, 10)
