"""When a site is open: every day from one hour to another on the wall clock of the mission."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo

Hours = tuple[time, time]  # opens before it closes, on the same day


def open_span(hours: Hours, first: datetime, last: datetime, zone: tzinfo) -> tuple[datetime, datetime] | None:
    """The first and the last instant of a closed span at which the site is open; None when it is not."""
    opens, closes = _day(first, hours, zone)
    if closes < first:
        opens, _ = _day(first + timedelta(days=1), hours, zone)
    begins = max(first, opens)
    opens, closes = _day(last, hours, zone)
    if last < opens:
        _, closes = _day(last - timedelta(days=1), hours, zone)
    ends = min(last, closes)
    return (begins, ends) if begins <= ends else None


def _day(at: datetime, hours: Hours, zone: tzinfo) -> tuple[datetime, datetime]:
    day = at.astimezone(zone).date()
    return datetime.combine(day, hours[0], zone), datetime.combine(day, hours[1], zone)
