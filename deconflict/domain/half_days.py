"""The half-days that people are told of (RUL-9), one after the other, and who is somewhere in which of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from deconflict.domain.activity import LatLon
from deconflict.domain.disclosure import HalfDay
from deconflict.domain.filing import Stop, Window
from deconflict.domain.zone import VILLAGES, Zone, middle

PARTS = ("morning", "afternoon", "night")
BEGINS = {"morning": time(6), "afternoon": time(12), "night": time(18)}
WEEK = 7


@dataclass(frozen=True, slots=True)
class Span:
    """One half-day as two instants, UTC; the second is the first of the next one. A night bears the date of its evening."""

    half: HalfDay
    begins: datetime
    ends: datetime

    def holds(self, begins: datetime, ends: datetime) -> bool:
        """Whether anything of a closed span lies in it: who leaves at noon is there in the afternoon too (rounded outward)."""
        return begins < self.ends and ends >= self.begins


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody at one place, from the first instant at which he may arrive to the last at which he may leave. `name` is the
    place's, as it was filed, empty of a bare position."""

    point: LatLon
    name: str
    pcode: str | None
    cod_version: str
    begins: datetime
    ends: datetime
    activity: str | None = None


def spans(first: date, days: int, zone: tzinfo) -> tuple[Span, ...]:
    """Every half-day of so many days on the wall clock of `zone`; three a day, the last ends on the morning after."""
    marks = [
        (HalfDay(first + timedelta(days=n), part), _at(first + timedelta(days=n), BEGINS[part], zone))
        for n in range(days)
        for part in PARTS
    ]
    ends = [at for _half, at in marks[1:]] + [_at(first + timedelta(days=days), BEGINS[PARTS[0]], zone)]
    return tuple(Span(half, at, end) for (half, at), end in zip(marks, ends, strict=True))


def together(three: Sequence[Span]) -> Span:
    """Half-days that follow each other as one, under the name of the first."""
    return Span(three[0].half, three[0].begins, three[-1].ends)


def day_now(now: datetime, zone: tzinfo) -> date:
    """The date that the half-day of this instant bears."""
    return (now.astimezone(zone) - timedelta(hours=BEGINS[PARTS[0]].hour)).date()


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def presences(stops: Sequence[Stop], zone: Zone | None = None) -> tuple[Presence, ...]:
    """Where somebody stops and when; a place that is only passed has no hours and is none. With a `zone` the hours of the first
    hold everywhere: in each of its villages, or about the middle of what is drawn."""
    if zone is not None and stops and stops[0].windows:
        begins, ends = stops[0].windows[0].earliest, stops[0].windows[-1].latest
        if zone.shape != VILLAGES:
            return (Presence(middle([stop.location.point for stop in stops]), "", None, "", begins, ends),)
        stops = [replace(stop, arrive=Window(begins, begins), depart=Window(ends, ends)) for stop in stops]
    return tuple(
        Presence(
            point=stop.location.point,
            name=stop.location.name,
            pcode=stop.location.pcode,
            cod_version=stop.location.cod_version,
            begins=min(window.earliest for window in stop.windows),
            ends=max(window.latest for window in stop.windows),
            activity=stop.activity,
        )
        for stop in stops
        if stop.windows
    )


def whole(found: Sequence[Presence]) -> tuple[datetime, datetime]:
    """From the first beginning to the last end. Raises ValueError of none."""
    return min(one.begins for one in found), max(one.ends for one in found)


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
