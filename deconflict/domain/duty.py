"""Who stands on one step of the desk's ladder for one area: now, next, and from when nobody does. Pure arithmetic on shifts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody's turn, from `from_at` until just before `until_at`; None is until replaced. `counts`: the person is active.
    `texts`: a text can reach the person."""

    id: int
    person: str
    from_at: datetime
    until_at: datetime | None
    counts: bool = True
    texts: bool = True

    def covers(self, at: datetime) -> bool:
        return self.counts and self.from_at <= at and (self.until_at is None or at < self.until_at)

    def over(self, at: datetime) -> bool:
        return self.until_at is not None and (self.until_at <= at or self.until_at <= self.from_at)


@dataclass(frozen=True, slots=True)
class Post:
    """One step of one area. `empty_from`: the first instant from now on at which nobody stands there, None for never."""

    area: str
    step: str
    now: tuple[Shift, ...]
    later: tuple[Shift, ...]
    empty_from: datetime | None

    @property
    def empty(self) -> bool:
        return not self.now


def post_of(area: str, step: str, shifts: Sequence[Shift], at: datetime) -> Post:
    """`shifts` are those of this area and step, in their order."""
    later = [shift for shift in shifts if shift.counts and shift.from_at > at and not shift.over(at)]
    return Post(
        area=area,
        step=step,
        now=tuple(shift for shift in shifts if shift.covers(at)),
        later=tuple(sorted(later, key=lambda shift: shift.from_at)),
        empty_from=_empty_from(shifts, at),
    )


def _empty_from(shifts: Sequence[Shift], at: datetime) -> datetime | None:
    """Each turn of the loop reaches the end of a shift that had not been reached, so it ends."""
    while here := [shift for shift in shifts if shift.covers(at)]:
        ends = [shift.until_at for shift in here if shift.until_at is not None]
        if len(ends) < len(here):
            return None
        at = max(ends)
    return at
