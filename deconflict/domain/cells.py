"""Under which number a box is filed: the square of a grid fit for its size, or a P-code."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from deconflict.domain.boxes import NEVER_S, Numbers, Squares
from deconflict.domain.extent import Extent

SQUARES = (Squares(0.5), Squares(4.0), Squares(360.0))
LASTS_S = (172_800.0, 2_764_800.0, NEVER_S)  # two days, a month, longer


@dataclass(frozen=True, slots=True)
class Tier:
    """Boxes of at most this size and duration, filed under these squares; below zero, of this duration and filed by P-code."""

    number: int

    @classmethod
    def of(cls, size_deg: float, lasts_s: float) -> Tier:
        size = next(n for n, squares in enumerate(SQUARES) if size_deg <= squares.deg)
        return cls(size * len(LASTS_S) + _duration(lasts_s))

    @classmethod
    def coded(cls, lasts_s: float) -> Tier:
        return cls(_duration(lasts_s) - len(LASTS_S))

    @property
    def by_code(self) -> bool:
        return self.number < 0

    @property
    def squares(self) -> Squares:
        return SQUARES[self.number // len(LASTS_S)]

    @property
    def lasts_s(self) -> float:
        return LASTS_S[self.number % len(LASTS_S)]


def _duration(lasts_s: float) -> int:
    return next(n for n, longest_s in enumerate(LASTS_S) if lasts_s <= longest_s)


@lru_cache(maxsize=4096)
def settlement_cell(code: str) -> int:
    """Negative and odd; two codes may share one, which only makes a candidate too many."""
    return -2 * (zlib.crc32(code.encode()) & 0x3FFFFFFF) - 1


@lru_cache(maxsize=4096)
def commune_cell(code: str) -> int:
    """Negative and even, so never that of a settlement."""
    return -2 * (zlib.crc32(code.encode()) & 0x3FFFFFFF) - 2


def cells_of(extent: Extent) -> Iterator[int]:
    """The cells of its codes."""
    if extent.settlement is not None:
        yield settlement_cell(extent.settlement)
    if extent.commune is not None:
        yield commune_cell(extent.commune)


def is_settlement(cells: Numbers) -> NDArray[np.bool_]:
    """Which of these negative cells are those of settlements."""
    return np.asarray(cells % 2 == 1)
