"""A week of one's own items by half-day: who is where in each, in one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _

from deconflict.domain.half_days import PARTS, Presence, Span, whole
from deconflict.web import half_day_words
from deconflict.web.half_day_words import day_words

IN_ONE_CELL = 6


@dataclass(frozen=True, slots=True)
class Line:
    """An item: its reference, its own page and where it stops."""

    reference: str
    url: str
    presences: tuple[Presence, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An item in one half-day; `where` are the places at which it is then, or that it is on its way."""

    reference: str
    url: str
    where: str


@dataclass(frozen=True, slots=True)
class Cell:
    part: str
    entries: tuple[Entry, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    is_today: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """`first` is its first day that is not over, `before` and `after` are the neighbouring weeks, as addresses name them; `before`
    None of one that is over."""

    name: str
    first: str
    days: tuple[Day, ...]
    parts: tuple[str, ...]
    before: str | None
    after: str


def week_of(lines: Sequence[Line], halves: Sequence[Span], today: date) -> Week:
    monday = halves[0].half.day
    days = [
        Day(day_words(monday + timedelta(days=n)), monday + timedelta(days=n) == today, tuple(_cells(lines, three)))
        for n, three in enumerate(zip(halves[::3], halves[1::3], halves[2::3], strict=True))
    ]
    earlier = monday - timedelta(days=1)  # any day of the week before
    return Week(
        name=half_day_words.week_words(monday),
        first=max(monday, today).isoformat(),
        days=tuple(days),
        parts=tuple(str(half_day_words.PARTS[part]) for part in PARTS),
        before=earlier.isoformat() if earlier >= today else None,
        after=(monday + timedelta(days=7)).isoformat(),
    )


def _cells(lines: Sequence[Line], halves: Sequence[Span]) -> Iterator[Cell]:
    for span in halves:
        found = [entry for line in lines if (entry := _entry(line, span)) is not None]
        shown = str(half_day_words.SHORT_PARTS[span.half.part])
        yield Cell(shown, tuple(found[:IN_ONE_CELL]), len(found[IN_ONE_CELL:]))


def _entry(line: Line, span: Span) -> Entry | None:
    if not line.presences or not span.holds(*whole(line.presences)):
        return None
    here = [one.name for one in line.presences if span.holds(one.begins, one.ends)]
    where = ", ".join(dict.fromkeys(name or _("a position") for name in here)) or _("on the way")
    return Entry(line.reference, line.url, where)
