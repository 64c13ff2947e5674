"""Counting in working days, as committees and offices do: weekends and holidays do not count. Pure: what is a day off comes in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo

DayOff = Callable[[date], bool]
_DAY = timedelta(days=1)


def next_working_day(day: date, day_off: DayOff) -> date:
    """This day, or the first working day after it."""
    while day_off(day):
        day += _DAY
    return day


def after(day: date, count: int, day_off: DayOff) -> date:
    """The `count`-th working day after `day`, which does not count itself; `day` for 0."""
    while count > 0:
        day += _DAY
        count -= not day_off(day)
    return day


def before(day: date, count: int, day_off: DayOff) -> date:
    """The `count`-th working day before `day`, which does not count itself; `day` for 0."""
    while count > 0:
        day -= _DAY
        count -= not day_off(day)
    return day


def between(first: date, last: date, day_off: DayOff) -> int:
    """How many working days come after `first` up to `last`, which counts; 0 where `last` is not later."""
    return sum(not day_off(first + _DAY * n) for n in range(1, (last - first).days + 1))


def end_of(day: date, zone: tzinfo) -> datetime:
    """The first instant of the next day on the wall clock of `zone`: until then the day lasts."""
    return datetime.combine(day + _DAY, time(0), zone)
