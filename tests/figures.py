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
    """One line. `ratio` is value / reference; `goal` what a value should not exceed."""

    name: str
    value: float
    unit: str
    reference: float | None = None
    ratio: float | None = None
    goal: float | None = None

    @property
    def missed(self) -> bool:
        return self.goal is not None and self.value > self.goal


def figure(name: str, value: float, unit: str, reference: float | None = None, goal: float | None = None) -> Figure:
    ratio = round(value / reference, 3) if reference else None
    return Figure(name, round(value, 4), unit, None if reference is None else round(reference, 4), ratio, goal)


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
    print(f"{'':36} {'value':>10} {'':7} {'beside':>10} {'ratio':>8} {'goal':>8}")
    for f in figures:
        columns = (f.value, f.reference, f.ratio, f.goal)
        value, beside, ratio, goal = ("" if c is None else f"{c:,.4g}" if c < 1000 else f"{c:,.0f}" for c in columns)
        print(f"{f.name:36} {value:>10} {f.unit:7} {beside:>10} {ratio:>8} {goal:>8}{'  missed' if f.missed else ''}")


def save(figures: Iterable[Figure], target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    rows = [{name: value for name, value in asdict(f).items() if value is not None} for f in figures]
    target.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
