"""A filing that is made again on other days: which days, and what it is then. Each is an item of its own (RUL-22)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta, tzinfo

from deconflict.domain.filing import Filing, postponed

MOST = 31  # occurrences at a time: a month of days, or more than half a year of weeks
EVERY: dict[str, int] = {"once": 0, "day": 1, "week": 7, "fortnight": 14}  # in days


def first_day(filing: Filing, zone: tzinfo) -> date:
    """The local day on which it begins."""
    return min(window.earliest for stop in filing.stops for window in stop.windows).astimezone(zone).date()


def days_of(first: date, every: str, last: date | None) -> list[date]:
    """From the first day to the last, which counts; one alone for `once` and where the last is not after the first. Raises
    ValueError for more than MOST."""
    step = EVERY[every]
    if not step or last is None or last <= first:
        return [first]
    count = (last - first).days // step + 1
    if count > MOST:
        raise ValueError(count)
    return [first + timedelta(days=step * n) for n in range(count)]


def on_day(filing: Filing, day: date, zone: tzinfo) -> Filing:
    """The same filing, beginning on that day at the same hours of the wall clock."""
    return postponed(filing, (day - first_day(filing, zone)).days, 0, zone)


def each_on(filing: Filing, days: Sequence[date], zone: tzinfo) -> list[Filing]:
    return [on_day(filing, day, zone) for day in days]
