"""The quarterly pack on aid given outside QIPs, "for FRAGO attention": what was verified, by quarter, region and kind, and whether the
mission answered. No reporter, no unit, no settlement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

ANSWERED = "responded_on"


@dataclass(frozen=True, slots=True)
class Verified:
    """One verified report. `region` and `cercle` as people call them; `raised` and `answered`: by and of the mission."""

    day: date
    region: str
    cercle: str
    kind: str
    raised: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class Line:
    """How many of one quarter, place and kind. `cercle` empty where only regions are told."""

    region: str
    cercle: str
    kind: str
    verified: int
    raised: int
    answered: int


@dataclass(frozen=True, slots=True)
class Quarter:
    """`number` 1 to 4."""

    year: int
    number: int
    lines: tuple[Line, ...]

    @property
    def total(self) -> Line:
        """Of all its lines."""
        sums = (sum(getattr(line, name) for line in self.lines) for name in ("verified", "raised", "answered"))
        return Line("", "", "", *sums)


def pack_of(reports: Iterable[Verified], *, whole: bool) -> list[Quarter]:
    """The latest quarter first; `whole`: by cercle too, for the desk."""
    quarters: dict[tuple[int, int], dict[tuple[str, str, str], list[Verified]]] = {}
    for one in reports:
        quarter = quarters.setdefault((one.day.year, (one.day.month + 2) // 3), {})
        quarter.setdefault((one.region, one.cercle if whole else "", one.kind), []).append(one)
    return [
        Quarter(*when, tuple(_line(key, found) for key, found in sorted(lines.items())))
        for when, lines in sorted(quarters.items(), reverse=True)
    ]


def _line(key: tuple[str, str, str], found: list[Verified]) -> Line:
    return Line(*key, len(found), sum(one.raised for one in found), sum(one.answered for one in found))
