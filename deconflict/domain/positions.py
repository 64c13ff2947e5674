"""Where a party is at an instant, as it planned: on its way, or where it stays. Between timed parts it stays at the earlier end
point (RUL-21)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from deconflict.domain.activity import OPEN_END, LatLon, Part
from deconflict.domain.geodesy import along, distance_m

MOST_MOMENTS = 48


@dataclass(frozen=True, slots=True)
class Position:
    """`moving`: on a leg. `before`: it has not left yet, and is shown where it will begin; `after`: it is over, and is shown where it
    ended. `spread`: it holds more than this point, as an area or a long site does. `sure_m`: how well the point is known."""

    point: LatLon
    moving: bool
    before: bool
    after: bool
    spread: bool
    sure_m: float


def position_at(parts: Sequence[Part], at: datetime) -> Position | None:
    """None for a party without parts."""
    if not parts:
        return None
    begun = [part for part in parts if part.start.at <= at]
    if not begun:
        first = min(parts, key=lambda part: part.start.at)
        return _at(first, first.shape.points[0], before=True)
    running = [part for part in begun if at <= part.end.at]
    if running:
        part = max(running, key=lambda part: part.start.at)
        return _at(part, _on_the_way(part, at), moving=part.moving)
    last = max(begun, key=lambda part: part.end.at)
    over = not any(part.start.at > at for part in parts)
    return _at(last, last.shape.points[-1] if last.moving else last.shape.points[0], after=over)


def _on_the_way(part: Part, at: datetime) -> LatLon:
    """At constant speed along its line."""
    lasts = (part.end.at - part.start.at).total_seconds()
    if not part.moving or lasts <= 0:
        return part.shape.points[0]
    return along(part.shape.points, (at - part.start.at).total_seconds() / lasts)


def _at(part: Part, point: LatLon, *, moving: bool = False, before: bool = False, after: bool = False) -> Position:
    return Position(point, moving, before, after, part.shape.area or len(part.shape.points) > 1, part.uncertainty_m)


def apart_m(first: Position, second: Position) -> float:
    """Metres between the two points, uncertainty and extent not taken off."""
    return distance_m(first.point, second.point)


def moments(spans: Iterable[tuple[datetime, datetime]], nearest: Iterable[datetime], step: timedelta) -> list[datetime]:
    """The instants to look at: from the first beginning to the last end in steps that are full ones of the clock, with those of the
    closest approach among them; longer steps where there would be more than `MOST_MOMENTS`."""
    ends = [(begins, ended) for begins, ended in spans if ended < OPEN_END]
    marks = sorted(set(nearest))
    if not ends:
        return marks
    begins, ended = min(first for first, _ in ends), max(last for _, last in ends)
    while (ended - begins) / step > MOST_MOMENTS:
        step *= 2
    since = begins - (begins - begins.replace(hour=0, minute=0, second=0, microsecond=0)) % step
    steps = int((ended - since) / step) + 2
    return sorted({*marks, *(since + n * step for n in range(steps))})
