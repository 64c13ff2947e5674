"""Who stands on one step of the desk's ladder for one area: now, next, and when nobody does. Pure arithmetic on shifts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

AHEAD = timedelta(days=7)  # so far holes are looked for
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody's turn, from `from_at` until just before `until_at`; None is until replaced. `counts`: the person is active.
    `texts`: a text can reach the person. `away`: when the person is absent, each from its first instant until just before its
    last."""

    id: int
    person: str
    from_at: datetime
    until_at: datetime | None
    counts: bool = True
    texts: bool = True
    away: tuple[Span, ...] = ()

    def covers(self, at: datetime) -> bool:
        begun = self.counts and self.from_at <= at and (self.until_at is None or at < self.until_at)
        return begun and not self.absent(at)

    def absent(self, at: datetime) -> bool:
        return any(first <= at < last for first, last in self.away)

    def over(self, at: datetime) -> bool:
        return self.until_at is not None and (self.until_at <= at or self.until_at <= self.from_at)

    def stops(self, at: datetime) -> datetime | None:
        """The first instant after `at`, at which it covers, when it does so no longer; None for never."""
        edges = [first for first, last in self.away if at < first < last]
        return min(edges + ([self.until_at] if self.until_at is not None else []), default=None)

    def edges(self) -> Iterator[datetime]:
        """Every instant at which it may begin or cease to cover."""
        yield self.from_at
        if self.until_at is not None:
            yield self.until_at
        for span in self.away:
            yield from span


@dataclass(frozen=True, slots=True)
class Post:
    """One step of one area. `absent`: who should stand there now and is away; `empty_from`: the first instant from now on at which
    nobody stands there, None for never; `holes`: when nobody does in the next AHEAD, in order."""

    area: str
    step: str
    now: tuple[Shift, ...]
    later: tuple[Shift, ...]
    absent: tuple[Shift, ...]
    empty_from: datetime | None
    holes: tuple[Span, ...]

    @property
    def empty(self) -> bool:
        return not self.now


def post_of(area: str, step: str, shifts: Sequence[Shift], at: datetime) -> Post:
    """`shifts` are those of this area and step, in their order."""
    ahead = [shift for shift in shifts if shift.counts and not shift.over(at)]
    return Post(
        area=area,
        step=step,
        now=tuple(shift for shift in shifts if shift.covers(at)),
        later=tuple(sorted((shift for shift in ahead if shift.from_at > at), key=lambda shift: shift.from_at)),
        absent=tuple(shift for shift in ahead if shift.from_at <= at and shift.absent(at)),
        empty_from=_empty_from(shifts, at),
        holes=tuple(holes(shifts, at, at + AHEAD)),
    )


def holes(shifts: Sequence[Shift], since: datetime, until: datetime) -> list[Span]:
    """When nobody covers, from `since` until just before `until`, in order and without touching ones."""
    inside = {edge for shift in shifts for edge in shift.edges() if since < edge < until}
    edges = sorted({since, until, *inside})
    found: list[Span] = []
    for first, last in pairwise(edges):
        if any(shift.covers(first) for shift in shifts):
            continue
        if found and found[-1][1] == first:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _empty_from(shifts: Sequence[Shift], at: datetime) -> datetime | None:
    """Each turn of the loop reaches an instant at which a shift ceases that had not been reached, so it ends."""
    while here := [shift for shift in shifts if shift.covers(at)]:
        ends = [end for shift in here if (end := shift.stops(at)) is not None]
        if len(ends) < len(here):
            return None
        at = max(ends)
    return at
