"""When a site is open: on some weekdays or every day, from one hour to another on the wall clock of the mission."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import datetime, time, timedelta, tzinfo

Hours = tuple[time, time]  # opens before it closes, on the same day
WEEK_AND_A_DAY = 8


def open_span(
    hours: Hours, first: datetime, last: datetime, zone: tzinfo, days: Set[int] | None = None
) -> tuple[datetime, datetime] | None:
    """The first and the last instant of a closed span at which the site is open; None when it is not. `days`: weekdays, Monday 0,
    None for all of them."""
    begins = next(
        (max(first, opens) for opens, closes in _around(first, 1, hours, zone, days) if closes >= first), None
    )
    ends = next((min(last, closes) for opens, closes in _around(last, -1, hours, zone, days) if opens <= last), None)
    return (begins, ends) if begins is not None and ends is not None and begins <= ends else None


def _around(
    at: datetime, step: int, hours: Hours, zone: tzinfo, days: Set[int] | None
) -> Iterator[tuple[datetime, datetime]]:
    """The open hours of the day of `at` and of those after it, or before it, for as long as a week has days."""
    today = at.astimezone(zone).date()
    for n in range(WEEK_AND_A_DAY):
        day = today + timedelta(days=n * step)
        if days is None or day.weekday() in days:
            yield datetime.combine(day, hours[0], zone), datetime.combine(day, hours[1], zone)
