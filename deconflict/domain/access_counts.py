"""How many access incidents there were, beside the month before. A change is told of the old number: 27 -> 42 is +56 %, not +36 % as was
once printed, of the new one (D9.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """Two numbers, and by how much the new one differs from the old."""

    old: int
    new: int

    @property
    def percent(self) -> int | None:
        """(new - old) / old in whole per cent, halves away from zero; None where there was nothing before."""
        if not self.old:
            return None
        rise = self.new - self.old
        size = (200 * abs(rise) + self.old) // (2 * self.old)
        return size if rise >= 0 else -size


def changes(before: Iterable[str], after: Iterable[str]) -> dict[str, Change]:
    """By code, of what was there in either month; what is most now first."""
    old, new = Counter(before), Counter(after)
    codes = sorted(old.keys() | new.keys(), key=lambda code: (-new[code], -old[code], code))
    return {code: Change(old[code], new[code]) for code in codes}


def in_all(parts: Iterable[Change]) -> Change:
    listed = list(parts)
    return Change(sum(one.old for one in listed), sum(one.new for one in listed))
