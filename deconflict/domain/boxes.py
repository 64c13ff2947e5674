"""Many boxes in space and time at once, and squares to file them under.

Squares are loose: a box lies under the square of its south-west corner alone, at a size of squares no smaller than itself, so
whoever looks around a place goes one square further to the south and to the west. The same holds for time: what
begins up to the longest duration of its class ago may still last.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from deconflict.domain.geodesy import Floats

Index = NDArray[np.intp]
Numbers = NDArray[np.int64]

METRES_PER_DEGREE = 110_500.0  # the least a degree of latitude measures on WGS84, so that margins are never short
NEAR_POLE_DEG = 89.0
FAR_M = 500_000.0  # beyond it a parallel is too much longer than the geodesic beside it
TINY_DEG = 1e-9
NEVER_S = 1e12


class Box(NamedTuple):
    """Where and when something may be at most: degrees and epoch seconds, closed, as those of `Boxes`. For one, plain numbers
    are thirty times quicker than arrays."""

    south: float
    west: float
    north: float
    east: float
    begins_s: float
    ends_s: float

    def widened(self, within_m: float, within_s: float) -> Box:
        """As `Boxes.widened`."""
        lat = max(within_m, 0.0) / METRES_PER_DEGREE + TINY_DEG
        south, north = self.south - lat, self.north + lat
        begins_s, ends_s = self.begins_s - within_s, self.ends_s + within_s
        furthest = max(abs(south), abs(north))
        if furthest >= NEAR_POLE_DEG or lat * METRES_PER_DEGREE > FAR_M:
            return Box(south, -180.0, north, 180.0, begins_s, ends_s)
        lon = lat / math.cos(math.radians(furthest))
        return Box(south, self.west - lon, north, self.east + lon, begins_s, ends_s)

    @property
    def size_deg(self) -> float:
        return max(self.north - self.south, self.east - self.west)

    @property
    def lasts_s(self) -> float:
        return self.ends_s - self.begins_s


@dataclass(frozen=True, slots=True)
class Boxes:
    """n boxes: degrees (n,) and epoch seconds (n,), everything closed. West is never beyond east; a box across the
    antimeridian runs right round (geodesy.box), only a widened one may reach beyond 180."""

    south: Floats
    west: Floats
    north: Floats
    east: Floats
    begins_s: Floats
    ends_s: Floats

    @classmethod
    def of(cls, boxes: Sequence[Box]) -> Self:
        return cls(*np.array(boxes, dtype=np.float64).reshape(-1, 6).T)

    def __len__(self) -> int:
        return len(self.south)

    def rows(self) -> list[Box]:
        columns = (getattr(self, field.name).tolist() for field in fields(self))
        return list(map(Box, *columns))

    def take(self, index: Index) -> Self:
        return type(self)(*(getattr(self, field.name)[index] for field in fields(self)))

    def widened(self, within_m: Floats | float, within_s: Floats | float) -> Self:
        """Holding every box that comes within these metres and seconds. Never too small."""
        lat = np.broadcast_to(np.maximum(within_m, 0.0) / METRES_PER_DEGREE + TINY_DEG, self.south.shape)
        south, north = self.south - lat, self.north + lat
        furthest = np.maximum(np.abs(south), np.abs(north))
        around = (furthest >= NEAR_POLE_DEG) | (lat * METRES_PER_DEGREE > FAR_M)
        lon = lat / np.cos(np.radians(np.minimum(furthest, NEAR_POLE_DEG)))
        west, east = np.where(around, -180.0, self.west - lon), np.where(around, 180.0, self.east + lon)
        return type(self)(south, west, north, east, self.begins_s - within_s, self.ends_s + within_s)

    @property
    def size_deg(self) -> Floats:
        return np.maximum(self.north - self.south, self.east - self.west)

    @property
    def lasts_s(self) -> Floats:
        return self.ends_s - self.begins_s


def touching(a: Boxes, b: Boxes) -> NDArray[np.bool_]:
    """Which of the pairs (a[n], b[n]) have an instant and a place in common, also across the antimeridian."""
    east, west = b.west <= a.east, b.east >= a.west
    beside = east & west
    for turn in (-360.0, 360.0):
        beside |= (b.west <= a.east + turn) & (b.east >= a.west + turn)
    upright = (b.south <= a.north) & (b.north >= a.south)
    at_once = (b.begins_s <= a.ends_s) & (b.ends_s >= a.begins_s)
    return np.asarray(beside & upright & at_once)


@dataclass(frozen=True, slots=True)
class Squares:
    """The whole earth in squares of `deg` degrees, numbered in rows from the south-west."""

    deg: float

    @property
    def columns(self) -> int:
        return math.ceil(360.0 / self.deg)

    @property
    def rows(self) -> int:
        return math.ceil(180.0 / self.deg) + 1

    def number(self, boxes: Boxes) -> Numbers:
        """The square (n,) each box is filed under; none may be larger than a square."""
        return self._row(boxes.south) * self.columns + self._column(boxes.west) % self.columns

    def number_of(self, box: Box) -> int:
        """As `number`, of one."""
        return self._row_at(box.south) * self.columns + math.floor((box.west + 180.0) / self.deg) % self.columns

    def numbers_around(self, box: Box, most: int) -> tuple[int, ...]:
        """The squares `around` one box; none when they would be more than `most`."""
        first, last = self._row_at(box.south - self.deg - TINY_DEG), self._row_at(box.north + TINY_DEG)
        west = math.floor((box.west - self.deg - TINY_DEG + 180.0) / self.deg)
        width = min(math.floor((box.east + TINY_DEG + 180.0) / self.deg) - west + 1, self.columns)
        if (last - first + 1) * width > most:
            return ()
        columns = [(west + n) % self.columns for n in range(width)]
        return tuple(up * self.columns + column for up in range(first, last + 1) for column in columns)

    def _row_at(self, lat: float) -> int:
        return min(max(math.floor((lat + 90.0) / self.deg), 0), self.rows - 1)

    def count(self, boxes: Boxes) -> Numbers:
        """How many squares (n,) `around` gives for each box."""
        return np.asarray(np.prod(self._spans(boxes)[2:], axis=0))

    def around(self, boxes: Boxes) -> tuple[Index, Numbers]:
        """Every square under which something that touches a box may be filed: (index of the box, square), (m,) each."""
        row, column, rows, columns = self._spans(boxes)
        owner, k = ranges(np.zeros(len(boxes), dtype=np.int64), rows * columns)
        up, along = np.divmod(k, columns[owner])
        return owner, (row[owner] + up) * self.columns + (column[owner] + along) % self.columns

    def _spans(self, boxes: Boxes) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """First row and column, and how many of each."""
        row = self._row(boxes.south - self.deg - TINY_DEG)
        column = self._column(boxes.west - self.deg - TINY_DEG)
        rows = self._row(boxes.north + TINY_DEG) - row + 1
        columns = np.minimum(self._column(boxes.east + TINY_DEG) - column + 1, self.columns)
        return row, column, rows, columns

    def _row(self, lat: Floats) -> Numbers:
        return np.clip(np.floor((lat + 90.0) / self.deg), 0, self.rows - 1).astype(np.int64)

    def _column(self, lon: Floats) -> Numbers:
        return np.floor((lon + 180.0) / self.deg).astype(np.int64)


def ranges(first: Numbers, count: Numbers) -> tuple[Index, Numbers]:
    """`first[n] ... first[n] + count[n] - 1` one after the other: (index n, value)."""
    owner = np.repeat(np.arange(len(count)), count)
    start = np.cumsum(count) - count
    return owner, first[owner] + np.arange(len(owner)) - start[owner]
