"""Figures of a bench: each with a plain reference of the same run, because figures of two machines say little."""

from __future__ import annotations

import json
import re
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True)
class Figure:
    """One line. `ratio` is ours / reference; `goal` what ours should not exceed, or what the ratio should not, where
    `goal_is_ratio` says so and there is a reference."""

    name: str
    ours: float
    unit: str
    reference: float | None = None
    ratio: float | None = None
    goal: float | None = None
    goal_is_ratio: bool = False

    @property
    def missed(self) -> bool:
        held = self.ratio if self.goal_is_ratio else self.ours
        return self.goal is not None and held is not None and held > self.goal


def figure(
    name: str,
    ours: float,
    unit: str,
    reference: float | None = None,
    goal: float | None = None,
    goal_ratio: float | None = None,
) -> Figure:
    ratio = round(ours / reference, 3) if reference else None
    known = None if reference is None else round(reference, 4)
    if goal_ratio is not None:
        return Figure(name, round(ours, 4), unit, known, ratio, goal_ratio, goal_is_ratio=True)
    return Figure(name, round(ours, 4), unit, known, ratio, goal)


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Seconds, and what came of it."""
    before = time.perf_counter()
    done = work()
    return time.perf_counter() - before, done


def median_ms(work: Callable[[], object], repeats: int = 200) -> float:
    return statistics.median(timed(work)[0] for _ in range(repeats)) * 1e3


def quantile(values: Iterable[float], share: float) -> float:
    """The value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def resident_mb(pid: int) -> float:
    """Of a process and its children; pages they share count in each."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    own = int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return own + sum(resident_mb(int(child)) for child in children)


def show(figures: Iterable[Figure]) -> None:
    print(f"{'':52} {'ours':>10} {'':7} {'beside':>10} {'ratio':>8} {'goal':>8}")
    for f in figures:
        columns = (f.ours, f.reference, f.ratio, f.goal)
        ours, beside, ratio, goal = ("" if c is None else f"{c:,.4g}" if c < 1000 else f"{c:,.0f}" for c in columns)
        print(f"{f.name:52} {ours:>10} {f.unit:7} {beside:>10} {ratio:>8} {goal:>8}{'  missed' if f.missed else ''}")


def save(figures: Iterable[Figure], target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    rows = [
        {name: value for name, value in asdict(f).items() if value is not None and value is not False} for f in figures
    ]
    target.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def load(source: Path) -> list[Figure]:
    """What `save` wrote."""
    return [Figure(**row) for row in json.loads(source.read_text(encoding="utf-8"))]
