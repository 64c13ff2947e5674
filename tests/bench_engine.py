"""The overlap engine among many parts: one new item against all, what filing it costs, and all against all, each beside
PostGIS in the same run. Without an app: the tables in a file of their own.

`python -m tests.bench_engine [FILE]` runs this alone; BENCH_PARTS=100000 leaves out what is larger.
"""

from __future__ import annotations

import gc
import math
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from deconflict.domain.activity import Activity
from deconflict.domain.country import Mission
from deconflict.mission import load_mission
from deconflict.settings import ROOT
from tests.bench_corners import many_corners
from tests.bench_exact import near_thresholds
from tests.bench_parts import SORTS, Numbers, Parts, side_of, some_parts
from tests.bench_stores import Embedded, PostGis, Reaches, decided, decided_among, postgis_row
from tests.figures import Figure, Result, figure, quantile, save, show, timed
from tests.postgis import server

SEED = 7
SIZES = (1_000, 10_000, 100_000, 1_000_000)
NEW = 300  # new items per size
BRUTE = 1_000
LONGEST_S = 480.0  # of all sizes; the next takes up to GROWS times what the last took
GROWS = 10
SWEPT_BESIDE = (10_000, 100_000)  # sizes PostGIS sweeps too
POSTGIS_SWEEP_S, SWEEP_S = 90.0, 180.0
MOST_GROWTH = 0.3
ONE_GOALS = {100_000: 1 / 2, 1_000_000: 1 / 4}


@dataclass(slots=True)
class Bench:
    """One run over all sizes."""

    folder: Path
    mission: Mission
    address: str | None
    largest: int
    figures: list[Figure] = field(default_factory=list)
    p50: dict[int, float] = field(default_factory=dict)
    sweeping_beside_s: float = 0.0  # of the last size: the largest is not swept there

    def run(self) -> list[Figure]:
        far = Reaches.of(self.mission)
        began, last_s = time.monotonic(), 0.0
        for size in (size for size in SIZES if size <= self.largest):
            left = LONGEST_S - (time.monotonic() - began)
            if (last_s - self.sweeping_beside_s) * GROWS > left:
                _say(f"{size:,} parts would take longer than the {left:.0f} s left: left out")
                break
            last_s, _ = timed(lambda size=size: self._size(size, some_parts(size, self.mission, SEED), far))  # type: ignore[misc]
        self._growth()
        self.figures += near_thresholds(self.address)
        self.figures += many_corners()
        return self.figures

    def _size(self, size: int, parts: Parts, far: Reaches) -> None:
        _say(f"{size:,} parts")
        ours = Embedded(self.folder / f"{size}.db", self.mission)
        loading, _ = timed(lambda: ours.load(parts))
        beside = PostGis(self.address) if self.address else None
        beside_loading = timed(lambda: beside.load(parts, far))[0] if beside else None
        self._add(f"loading {size:,} parts", loading, "s", beside_loading)
        self._one_new(size, parts, far, ours, beside)
        self._sweep(size, parts, far, ours, beside)
        ours.close()
        if beside:
            beside.close()

    # -- one new item against all

    def _one_new(self, size: int, parts: Parts, far: Reaches, ours: Embedded, beside: PostGis | None) -> None:
        new = some_parts(NEW, self.mission, SEED + 1)
        items = [new.activity(n, size + 1 + n, self.mission) for n in range(NEW)]
        rows = [postgis_row(new, n, size + n) for n in range(NEW)]

        def ask(n: int) -> set[int]:
            return ours.one(new, n, items[n], far)

        def ask_beside(n: int) -> set[int]:
            assert beside is not None
            return beside.one(rows[n], items[n].side)

        spent, found = _each(ask)
        theirs, expected = _each(ask_beside) if beside else ([], [])
        for share in (0.5, 0.99):
            reference = quantile(theirs, share) * 1e3 if theirs else None
            goal = ONE_GOALS.get(size)
            name = f"one new item against {size:,}, p{share * 100:.0f}"
            self._add(name, quantile(spent, share) * 1e3, "ms", reference, goal_ratio=goal)
        self.p50[size] = quantile(spent, 0.5)
        asks = [ours.round_trip(item) for item in items]
        trips, _ = _each(lambda n: asks[n]())
        self._add(f"share of the round trip to the database, {size:,}", sum(trips) / sum(spent), "")
        self._add(f"neighbours found of one, {size:,}", statistics.mean(map(len, found)), "parts")
        if beside:
            wrong = sum(not _agree(new, n, parts, *pair) for n, pair in enumerate(zip(found, expected, strict=True)))
            self._add(f"new items for which PostGIS differs, {size:,}", wrong, "items", goal=0)
        if size == BRUTE:
            brute, same = _each(lambda n: _brute(new, n, items[n], parts, far))
            assert same == found, "brute force finds something else"
            self._add(f"one new item, brute force over {size:,}, p50", quantile(brute, 0.5) * 1e3, "ms")
        self._insert(size, items, rows, ours, beside)

    def _insert(
        self, size: int, items: list[Activity], rows: list[tuple[object, ...]], ours: Embedded, beside: PostGis | None
    ) -> None:
        spent = [timed(lambda item=item: ours.insert(item))[0] for item in items]  # type: ignore[misc]
        theirs = [timed(lambda row=row: beside.insert(row))[0] for row in rows] if beside else []  # type: ignore[misc]
        for item, row in zip(items, rows, strict=True):
            ours.remove(item)
            if beside:
                beside.remove(int(str(row[0])))
        reference = quantile(theirs, 0.5) * 1e3 if theirs else None
        self._add(f"filing one into {size:,}, committed, p50", quantile(spent, 0.5) * 1e3, "ms", reference)

    def _growth(self) -> None:
        """The exponent of a power of the number of parts that p50 grows by, least squares over all sizes."""
        if len(self.p50) > 1:
            x, y = ([math.log(v) for v in values] for values in (self.p50.keys(), self.p50.values()))
            self._add(
                "growth of one new item, exponent", statistics.linear_regression(x, y).slope, "", goal=MOST_GROWTH
            )

    # -- all against all

    def _sweep(self, size: int, parts: Parts, far: Reaches, ours: Embedded, beside: PostGis | None) -> None:
        swept = self._swept(size, parts, far, ours)
        if swept is None:
            return
        looking_s, deciding_s, pairs, number = swept
        reference = None
        if beside and size in SWEPT_BESIDE:
            reference, theirs = timed(lambda: beside.sweep(POSTGIS_SWEEP_S))
            self.sweeping_beside_s = reference
            if theirs is None:
                _say(f"PostGIS did not sweep {size:,} parts within {POSTGIS_SWEEP_S:.0f} s: the ratio is at most that")
            else:
                differing = len(_standing(parts, pairs) ^ _standing(parts, theirs))
                self._add(f"standing pairs for which PostGIS differs, {size:,}", differing, "pairs", goal=0)
        goal_ratio = 1 / 10 if size == 100_000 and reference else None
        goal = 60.0 if size == 1_000_000 else None
        self._add(f"all against all, {size:,}, decided", looking_s + deciding_s, "s", reference, goal, goal_ratio)
        self._add(f"of which finding the pairs, {size:,}", looking_s, "s")
        self._add(f"pairs within reach, {size:,}", number, "pairs")
        if size == BRUTE:
            self._brute_sweep(parts, far, pairs, looking_s + deciding_s)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self._add(f"largest memory of the process so far, {size:,}", memory, "MB", goal=2_000)

    def _swept(self, size: int, parts: Parts, far: Reaches, ours: Embedded) -> tuple[float, float, Numbers, int] | None:
        """Seconds to find the pairs, seconds to decide them, and those within reach where PostGIS is asked too, else how many."""
        deciding_s = 0.0
        number, kept = 0, [np.empty((0, 2), dtype=np.int64)]
        end = time.monotonic() + SWEEP_S
        looking_s, blocks = timed(ours.sweep)
        while True:
            spent, block = timed(lambda: next(blocks, None))
            looking_s += spent
            if block is None:
                return looking_s, deciding_s, np.concatenate(kept), number
            spent, within = timed(lambda block=block: decided_among(parts, block, far))  # type: ignore[misc]
            deciding_s += spent
            number += int(within.sum())
            if size <= max(SWEPT_BESIDE):
                kept.append(block[within])
            if time.monotonic() > end:
                _say(f"all against all, {size:,}, took more than {SWEEP_S:.0f} s: left out")
                return None

    def _brute_sweep(self, parts: Parts, far: Reaches, pairs: Numbers, ours_s: float) -> None:
        def each_with_each() -> Numbers:
            side = np.array([side_of(sort, self.mission) == "humanitarian" for sort in range(len(SORTS))])[parts.sorts]
            rows, columns = (n.ravel() for n in np.meshgrid(*map(np.nonzero, (side, ~side)), indexing="ij"))
            kept = decided(parts, rows, parts, columns, far)
            return np.stack([rows[kept], columns[kept]], axis=1)

        spent, brute = timed(each_with_each)
        assert _set(brute) == _set(pairs), "brute force finds something else"
        self._add(f"all against all, {len(parts):,}, beside brute force", ours_s, "s", spent)

    def _add(self, *args: object, **kwargs: object) -> None:
        self.figures.append(figure(*args, **kwargs))  # type: ignore[arg-type]


def _each(ask: Callable[[int], Result]) -> tuple[list[float], list[Result]]:
    """Every new item twice, the second time counted: seconds, answers."""
    for n in range(NEW):
        ask(n)
    gc.collect()
    gc.freeze()  # what the bench itself holds is not looked through again while it measures
    spent, found = zip(*(timed(lambda n=n: ask(n)) for n in range(NEW)), strict=True)  # type: ignore[misc]
    return list(spent), list(found)


def _brute(new: Parts, n: int, item: Activity, parts: Parts, far: Reaches) -> set[int]:
    every, mine = np.arange(len(parts)), np.zeros(len(parts), dtype=np.int64)
    one = new.take(np.array([n]))
    ours = item.side == "humanitarian"
    kept = decided(one, mine, parts, every, far) if ours else decided(parts, every, one, mine, far)
    return set(np.nonzero(kept)[0].tolist())


def _agree(new: Parts, n: int, parts: Parts, found: set[int], expected: set[int]) -> bool:
    """The same standing parts; what moves, PostGIS takes for a line held all the time, and so finds all of it and more."""
    moving = parts.pieces.moving
    if new.pieces.moving[n]:
        return found <= expected
    return {p for p in found if not moving[p]} == {p for p in expected if not moving[p]} and found <= expected


def _standing(parts: Parts, pairs: Numbers) -> set[tuple[int, int]]:
    return _set(pairs[~parts.pieces.moving[pairs].any(axis=1)])


def _set(pairs: Numbers) -> set[tuple[int, int]]:
    return set(map(tuple, pairs.tolist()))


def run(folder: Path) -> list[Figure]:
    """Every figure of the engine."""
    largest = int(os.environ.get("BENCH_PARTS", SIZES[-1]))
    mission = load_mission(ROOT / "config" / "missions" / "mali-minusma")
    with server(folder) as address:
        return Bench(folder, mission, address, largest).run()


def _say(what: str) -> None:
    print(f"- {what}", file=sys.stderr, flush=True)


def main() -> int:
    began, load = time.monotonic(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        figures = run(Path(name))
    print(f"\nseed {SEED}, {os.cpu_count()} cores with load {load:.1f} before, {time.monotonic() - began:.0f} s")
    show(figures)
    save(figures, Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "var" / "bench-engine.json")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
