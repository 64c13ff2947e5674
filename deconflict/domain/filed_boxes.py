"""Every box filed by one side against every box of the other: the pairs of items that any rule may concern."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deconflict.domain import sweep
from deconflict.domain.boxes import Box, Boxes, Numbers
from deconflict.domain.cells import is_settlement
from deconflict.domain.reaches import Far, Names

COLUMNS = ("item_id", "cell", *Box._fields)
ROW = np.dtype([(name, np.int64 if name in COLUMNS[:2] else np.float64) for name in COLUMNS])
ITEMS_AT_ONCE = 65_536
ITEM_BITS = 32


@dataclass(frozen=True, slots=True)
class Filed:
    """n boxes: whose they are, under what they are filed, where and when."""

    items: Numbers
    cells: Numbers
    boxes: Boxes

    @classmethod
    def of(cls, rows: Iterable[tuple[float, ...]]) -> Filed:
        """From rows of COLUMNS, straight into arrays: a million rows of Python objects would take more memory than all the
        rest."""
        read = np.fromiter(rows, dtype=ROW)
        items, cells, *box = (np.ascontiguousarray(read[name]) for name in COLUMNS)
        return cls(items, cells, Boxes(*box))

    @classmethod
    def together(cls, several: Iterable[Filed]) -> Filed:
        filed = list(several)
        boxes = Boxes(*(np.concatenate([getattr(f.boxes, name) for f in filed]) for name in COLUMNS[2:]))
        return cls(np.concatenate([f.items for f in filed]), np.concatenate([f.cells for f in filed]), boxes)

    def where(self, kept: NDArray[np.bool_]) -> Filed:
        index = np.nonzero(kept)[0]
        return Filed(self.items[index], self.cells[index], self.boxes.take(index))

    def __len__(self) -> int:
        return len(self.items)


def pairs(ours: Mapping[Names, Filed], theirs: Mapping[Names, Filed], far: Callable[[Names, Names], Far]) -> Numbers:
    """(our item, their item), (n, 2), each pair once and in order, of all that come within reach of each other, both by the
    names of their parts. Ids below 2^31."""
    return np.concatenate([np.empty((0, 2), dtype=np.int64), *pair_blocks(ours, theirs, far)])


def pair_blocks(
    ours: Mapping[Names, Filed], theirs: Mapping[Names, Filed], far: Callable[[Names, Names], Far]
) -> Iterator[Numbers]:
    """The same in blocks of ITEMS_AT_ONCE of our items, so that memory stays bounded however many pairs there are."""
    every = _distinct(np.concatenate([np.empty(0, dtype=np.int64), *(filed.items for filed in ours.values())]))
    for start in range(0, len(every), ITEMS_AT_ONCE):
        first, last = every[start], every[min(start + ITEMS_AT_ONCE, len(every)) - 1]
        some = {names: filed.where((filed.items >= first) & (filed.items <= last)) for names, filed in ours.items()}
        found = [np.empty(0, dtype=np.int64)]
        for a, b, wanted in _compared({names: filed for names, filed in some.items() if len(filed)}, theirs, far):
            found += _found(a, b, wanted)
        codes = _distinct(np.concatenate(found))
        yield np.stack([codes >> ITEM_BITS, codes & ((1 << ITEM_BITS) - 1)], axis=1)


def to_look_at(found: Numbers, among: Collection[int]) -> set[int]:
    """Whom of `among` to look at so that every pair found (n, 2) with one of them is looked at: the first, where it is one of
    them, else the second."""
    known = np.fromiter(among, dtype=np.int64, count=len(among))
    first, second = (np.isin(found[:, side], known) for side in (0, 1))
    wanted = np.concatenate([found[first, 0], found[second & ~first, 1]])
    return set(_distinct(wanted).tolist())


def of_two_owners(found: Numbers, owners: Mapping[int, int]) -> Numbers:
    """Those of the pairs (n, 2) of which both owners are known and not the same."""
    if not owners:
        return found[:0]
    items = _distinct(np.fromiter(owners, dtype=np.int64, count=len(owners)))
    owning = np.array([owners[item] for item in items.tolist()])
    place = np.minimum(np.searchsorted(items, found), len(items) - 1)
    known = (items[place] == found).all(axis=1)
    return np.asarray(found[known & (owning[place[:, 0]] != owning[place[:, 1]])])


def _compared(
    ours: Mapping[Names, Filed], theirs: Mapping[Names, Filed], far: Callable[[Names, Names], Far]
) -> Iterator[tuple[Filed, Filed, Far]]:
    """What is to be compared with what, how far. Kinds for which the rules look alike are taken together."""
    alike: dict[tuple[Far, ...], list[Filed]] = defaultdict(list)
    for names, filed in ours.items():
        alike[tuple(far(names, other) for other in theirs)].append(filed)
    for row, mine in alike.items():
        columns: dict[Far, list[Filed]] = defaultdict(list)
        for wanted, filed in zip(row, theirs.values(), strict=True):
            columns[wanted].append(filed)
        for wanted, others in columns.items():
            if wanted:
                yield Filed.together(mine), Filed.together(others), wanted


def _found(a: Filed, b: Filed, far: Far) -> Iterator[Numbers]:
    if far.near:
        mine, other = (side.where(side.cells >= 0) for side in (a, b))
        for within_m, within_s in far.near:
            for rows, columns in sweep.near(mine.boxes, other.boxes, within_m, within_s):
                yield _coded(mine.items[rows], other.items[columns])
    for within_s, settlement in ((far.settlement_s, True), (far.commune_s, False)):
        if within_s >= 0:
            mine, other = (side.where((side.cells < 0) & (is_settlement(side.cells) == settlement)) for side in (a, b))
            for rows, columns in sweep.alike(mine.cells, mine.boxes, other.cells, other.boxes, within_s):
                yield _coded(mine.items[rows], other.items[columns])


def _coded(ours: Numbers, theirs: Numbers) -> Numbers:
    return _distinct((ours << ITEM_BITS) | theirs)


def _distinct(numbers: Numbers) -> Numbers:
    """Ascending. Sorting in place is four times quicker here than numpy's unique."""
    numbers.sort()
    first = np.ones(len(numbers), dtype=bool)
    first[1:] = numbers[1:] != numbers[:-1]
    return np.asarray(numbers[first])
