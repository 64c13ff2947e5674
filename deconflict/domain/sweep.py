"""All boxes of one side against all of the other: sorted by square and time, so that only what may touch is compared.

Plain numpy: docs/decisions/0005-sweep-in-numpy.md says why nothing is compiled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from deconflict.domain.boxes import METRES_PER_DEGREE, NEVER_S, Boxes, Index, Numbers, Squares, ranges, touching
from deconflict.domain.geodesy import Floats

SIZES_DEG = (0.02, 0.1, 0.5, 2.5, 12.0, 60.0, 360.0)  # each divides the circle
LASTS_S = (43_200.0, 172_800.0, 2_764_800.0, NEVER_S)  # half a day, two days, a month, longer
SQUARES_AT_ONCE = 36  # per box; a larger box is looked up among larger squares
BOXES_AT_ONCE = 65_536
PAIRS_AT_ONCE = 100_000  # columns of so many fit the caches
TIME_BITS = 34  # seconds in a sort key: five hundred years


def near(a: Boxes, b: Boxes, within_m: float, within_s: float) -> Iterator[tuple[Index, Index]]:
    """Indices of all pairs of boxes that come within metres and seconds of each other, in bounded portions, each pair
    once. Measured between boxes, so perhaps too many for what is in them, never too few."""
    if not (len(a) and len(b)):
        return
    wide = a.widened(within_m, within_s)
    for members, lasts_s, size_deg in _classes(b, 2 * within_m / METRES_PER_DEGREE):
        among = b.take(members)
        pending = np.arange(len(wide))
        for deg in (size_deg, *(size for size in SIZES_DEG if size > size_deg)):
            squares = Squares(deg)
            fits = (squares.count(wide.take(pending)) <= SQUARES_AT_ONCE) | (deg >= 360.0)
            if fits.any():
                shelf = Shelf.of(squares.number(among), among.begins_s)
                shelved = among.take(shelf.order)
                for rows, places in _within(wide, pending[fits], shelved, squares, shelf, lasts_s):
                    yield rows, members[shelf.order[places]]
            pending = pending[~fits]
            if not len(pending):
                break


def alike(a_codes: Numbers, a: Boxes, b_codes: Numbers, b: Boxes, within_s: float) -> Iterator[tuple[Index, Index]]:
    """Indices of all pairs under the same code that come within seconds of each other, wherever they are."""
    if not (len(a) and len(b)):
        return
    for members, lasts_s, _ in _classes(b, 0.0, by_size=False):
        among, shelf = b.take(members), Shelf.of(b_codes[members], b.begins_s[members])
        begins, ends = a.begins_s - within_s, a.ends_s + within_s
        every = np.arange(len(a))
        for rows, places in shelf.portions(every, *shelf.find(a_codes, begins - lasts_s, ends)):
            columns = shelf.order[places]
            kept = (among.ends_s[columns] >= begins[rows]) & (among.begins_s[columns] <= ends[rows])
            yield rows[kept], members[columns[kept]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """n things sorted by number and then by the second they begin. `order` gives their own places back."""

    numbers: Numbers  # distinct, ascending
    keys: Numbers
    order: Index
    origin_s: float

    @classmethod
    def of(cls, numbers: Numbers, begins_s: Floats) -> Shelf:
        origin = float(np.floor(begins_s.min()))
        distinct, rank = np.unique(numbers, return_inverse=True)
        keys = (rank.astype(np.int64) << TIME_BITS) + _clipped(begins_s, origin)
        order = np.argsort(keys, kind="stable")
        return cls(distinct, keys[order], order, origin)

    def find(self, numbers: Numbers, since_s: Floats, until_s: Floats) -> tuple[Numbers, Numbers]:
        """For each number and span of beginnings: the first position in `order`, and how many from there. Whole seconds,
        rounded outward."""
        rank = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        known = np.nonzero((self.numbers[rank] == numbers) & (until_s >= self.origin_s))[0]
        base = rank[known].astype(np.int64) << TIME_BITS
        first, count = np.zeros((2, len(numbers)), dtype=np.int64)
        first[known] = np.searchsorted(self.keys, base + _clipped(since_s[known], self.origin_s), side="left")
        last = np.searchsorted(self.keys, base + _clipped(until_s[known], self.origin_s), side="right")
        count[known] = last - first[known]
        return first, np.maximum(count, 0)

    def portions(self, owner: Index, first: Numbers, count: Numbers) -> Iterator[tuple[Index, Index]]:
        """(owner, position in `order`) of every thing in these runs, about PAIRS_AT_ONCE at a time."""
        for some in _chunks(count):
            n, position = ranges(first[some], count[some])
            yield owner[some][n], position


def _within(
    wide: Boxes, rows: Index, shelved: Boxes, squares: Squares, shelf: Shelf, lasts_s: float
) -> Iterator[tuple[Index, Index]]:
    """`shelved` are the boxes in the order of the shelf, in which they are read one after the other."""
    for start in range(0, len(rows), BOXES_AT_ONCE):
        some = rows[start : start + BOXES_AT_ONCE]
        owner, numbers = squares.around(wide.take(some))
        mine = some[owner]
        first, count = shelf.find(numbers, wide.begins_s[mine] - lasts_s, wide.ends_s[mine])
        for row, place in shelf.portions(mine, first, count):
            # Most of a square lies beside: two of six columns tell of two thirds.
            upright = (shelved.south[place] <= wide.north[row]) & (shelved.north[place] >= wide.south[row])
            row, place = row[upright], place[upright]
            kept = touching(wide.take(row), shelved.take(place))
            yield row[kept], place[kept]


def _classes(b: Boxes, least_deg: float, *, by_size: bool = True) -> Iterator[tuple[Index, float, float]]:
    """The boxes by duration and size: (which, longest duration, size of square). Squares much smaller than what one looks
    for around them would only be more to visit."""
    sizes = np.array([size for size in SIZES_DEG if size >= min(least_deg, SIZES_DEG[-1])])
    by = np.searchsorted(sizes, b.size_deg) if by_size else np.zeros(len(b), dtype=np.intp)
    lasting = np.searchsorted(LASTS_S, b.lasts_s)
    for time in range(len(LASTS_S)):
        for size in range(len(sizes)):
            members = np.nonzero((lasting == time) & (by == size))[0]
            if len(members):
                yield members, LASTS_S[time], float(sizes[size])


def _chunks(count: Numbers) -> Iterator[Index]:
    """Indices of the runs that are not empty, grouped so that a group is about PAIRS_AT_ONCE long."""
    some = np.nonzero(count)[0]
    if len(some):
        group = np.cumsum(count[some]) // PAIRS_AT_ONCE
        yield from np.split(some, np.nonzero(np.diff(group))[0] + 1)


def _clipped(at_s: Floats, origin_s: float) -> Numbers:
    return np.clip(np.floor(at_s - origin_s), 0, (1 << TIME_BITS) - 1).astype(np.int64)
