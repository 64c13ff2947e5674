"""What a file draws, as the matcher sees it: lines that move, legs with times at their corners, places that are held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from deconflict.domain.activity import Activity, LatLon, Moment, Part, Shape, Slack, timed_legs

ItemId = str | int


@dataclass(frozen=True, slots=True)
class Drawn:
    """One thing drawn: a point, a line (`line`; a vertex may come twice in a row) or an area with its holes, no ring closed."""

    points: tuple[LatLon, ...]
    line: bool = False
    area: bool = False
    holes: tuple[tuple[LatLon, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class FileItem:
    """An item under the id that its file gives it. The ids within `activity` count the items of one reading."""

    id: ItemId
    activity: Activity


@dataclass(frozen=True, slots=True)
class Manner:
    """How the shapes of one feature are held: declared slack and metres, the same for all. `radius_m` widens what is held; of a
    line while it is gone along it is the half-width of the way, where the party may be: uncertainty (domain.activity.Part)."""

    kind: str
    start: datetime
    end: datetime
    slack: Slack
    radius_m: float
    uncertainty_m: float

    def held(self, drawn: Drawn) -> Part:
        """The whole shape, throughout the window."""
        return self._part(_once(drawn.points), drawn=drawn)

    def moved(self, drawn: Drawn) -> Part:
        """Along the line at constant speed. Without a way to go it is a place, without time to go anywhere on the line."""
        points = _once(drawn.points)
        return self._widened(self._part(points, moving=len(points) > 1 and self.start < self.end))

    def timed(self, drawn: Drawn, times: Sequence[datetime]) -> Iterator[Part]:
        """A leg from each corner to the next at constant speed; a stay where two corners are the same place."""
        line = self._part(drawn.points, moving=True)
        legs = timed_legs(line, [Moment(at, self.slack) for at in times])
        for leg in legs:
            if leg.start.at < leg.end.at or len(leg.shape.points) > 1 or len(legs) == 1:
                yield self._widened(leg)

    def _widened(self, part: Part) -> Part:
        if not part.moving:
            return part
        shape = replace(part.shape, radius_m=0.0)
        return replace(part, shape=shape, uncertainty_m=self.uncertainty_m + self.radius_m)

    def _part(self, points: tuple[LatLon, ...], *, moving: bool = False, drawn: Drawn | None = None) -> Part:
        area = drawn is not None and drawn.area
        return Part(
            kind=self.kind,
            groups=frozenset(),
            shape=Shape(points, self.radius_m, area, drawn.holes if drawn and area else ()),
            start=Moment(self.start, self.slack),
            end=Moment(self.end, self.slack),
            moving=moving,
            uncertainty_m=self.uncertainty_m,
        )


def _once(points: tuple[LatLon, ...]) -> tuple[LatLon, ...]:
    """Without corners that repeat the one before."""
    return (points[0], *(q for p, q in pairwise(points) if p != q))
