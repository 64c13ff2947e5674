"""Where and when an activity may be at most, as boxes to look up by. Never too small; domain.overlap decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from deconflict.domain.activity import Activity, LatLon, Moment, Part
from deconflict.domain.boxes import Box
from deconflict.domain.geodesy import box, cut, line_length_m

FEW = 24  # corners that a filed journey may have: each of its legs is looked up by itself
PIECE_M = 25_000.0  # a long way is cut for looking up: a box around 400 km of road touches half a country for days


@dataclass(frozen=True, slots=True)
class Extent:
    """A part, or a stretch of one, in its box: all slack and uncertainty included. `names` are its kind and groups, what a
    rule may speak of. The codes are those of the whole part, on its first stretch only, whose `part_begins_s` and
    `part_ends_s` (epoch seconds) are the whole part's."""

    names: tuple[str, ...]
    box: Box
    part_begins_s: float
    part_ends_s: float
    settlement: str | None = None
    commune: str | None = None

    @property
    def coded(self) -> Box:
        """What is filed under the codes: whoever asks for a place by its name asks for the hours of the whole part."""
        return self.box._replace(begins_s=self.part_begins_s, ends_s=self.part_ends_s)


def extents_of(activity: Activity) -> list[Extent]:
    return [extent for part in activity.parts for extent in _extents(part)]


def _extents(part: Part) -> Iterator[Extent]:
    names, whole = names_of(part), _window(part, 0.0, 1.0)
    margin = part.shape.radius_m + part.uncertainty_m
    codes: tuple[str | None, str | None] = (part.spot.settlement, part.spot.commune)
    for first, last, points in _stretches(part):
        window = _window(part, first, last) if part.moving else whole
        yield Extent(names, Box(*box(points, margin), *window), *whole, *codes)
        codes = (None, None)


def names_of(part: Part) -> tuple[str, ...]:
    """What a SOP rule may call this part, in one order."""
    return (part.kind, *sorted(part.groups - {part.kind}))


def _stretches(part: Part) -> Iterator[tuple[float, float, tuple[LatLon, ...]]]:
    """From fraction to fraction of the way, and where. An area is one, as its inside belongs to it."""
    points = part.shape.points
    if part.shape.area:
        yield 0.0, 1.0, (*points, points[0])
    elif len(points) == 1:
        yield 0.0, 1.0, points
    else:
        cuts = cut(points, PIECE_M)
        for run in _runs(cuts, line_length_m(points)) if len(points) > FEW else pairwise(cuts):
            yield run[0][0], run[-1][0], tuple(point for _, point in run)


def _runs(cuts: Sequence[tuple[float, LatLon]], whole_m: float) -> Iterator[Sequence[tuple[float, LatLon]]]:
    """A road turns often: its legs, as many together as make one piece."""
    first = 0
    for last in range(1, len(cuts)):
        ends = last + 1 == len(cuts)
        if ends or (cuts[last + 1][0] - cuts[first][0]) * whole_m > PIECE_M:
            yield cuts[first : last + 1]
            first = last


def _window(part: Part, first: float, last: float) -> tuple[float, float]:
    """The stretch's window, widened by all slack, which runs linearly along a way: so its extremes are at the ends."""
    starts, ends = part.start.at.timestamp(), part.end.at.timestamp()
    at = [starts + share * (ends - starts) for share in (first, last)]
    if not part.moving:
        return at[0] - _early_s(part.start), at[1] + _late_s(part.end)
    early = [_mixed(_early_s(part.start), _early_s(part.end), share) for share in (first, last)]
    late = [_mixed(_late_s(part.start), _late_s(part.end), share) for share in (first, last)]
    return min(at[0] - early[0], at[1] - early[1]), max(at[0] + late[0], at[1] + late[1])


def _mixed(start: float, end: float, share: float) -> float:
    return start + share * (end - start)


def _early_s(moment: Moment) -> float:
    return moment.declared.early_s + moment.assumed.early_s


def _late_s(moment: Moment) -> float:
    return moment.declared.late_s + moment.assumed.late_s
