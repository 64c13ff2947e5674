"""How far the rules look for each pair of kinds, rule by rule (RUL-23), worked out once per pack."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from deconflict.domain.activity import Side
from deconflict.domain.sop import Reach, RulePack

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Far:
    """What to look for beside a part. `near`: (metres, seconds), each of which some rule needs and no other holds; a rule
    that looks far and one that looks long are not one that looks far and long. Seconds for the same settlement and
    the same commune, below zero where no rule asks."""

    near: tuple[tuple[float, float], ...]
    settlement_s: float
    commune_s: float

    @classmethod
    def of(cls, reaches: Iterable[Reach]) -> Far:
        each = [reach for reach in reaches if reach]
        return cls(
            _needed({(reach.distance_m, reach.within_s) for reach in each if reach.distance_m >= 0}),
            max((reach.within_s for reach in each if reach.same_settlement), default=-math.inf),
            max((reach.within_s for reach in each if reach.same_commune), default=-math.inf),
        )

    def __or__(self, other: Far) -> Far:
        near = _needed({*self.near, *other.near})
        return Far(near, max(self.settlement_s, other.settlement_s), max(self.commune_s, other.commune_s))

    def __bool__(self) -> bool:
        return bool(self.near) or max(self.settlement_s, self.commune_s) >= 0


@dataclass(slots=True)
class Reaches:
    """Those of one pack, by the names of a part of either side."""

    pack: RulePack
    known: dict[tuple[Names, Names], Far] = field(default_factory=dict)
    alone: list[RulePack] = field(init=False)  # each rule as a pack of its own

    def __post_init__(self) -> None:
        self.alone = [replace(self.pack, rules=(rule,)) for rule in self.pack.rules]

    def between(self, side: Side, mine: Names, theirs: Names) -> Far:
        """`side` is that of `mine`. False where no rule speaks of the pair."""
        pair = (mine, theirs) if side is Side.HUMANITARIAN else (theirs, mine)
        far = self.known.get(pair)
        if far is None:
            far = self.known[pair] = Far.of(pack.reach(*pair) for pack in self.alone)
        return far


def _needed(near: set[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Those that no other holds."""
    return tuple(sorted(one for one in near if not any(one != other and _holds(other, one) for other in near)))


def _holds(wide: tuple[float, float], small: tuple[float, float]) -> bool:
    return wide[0] >= small[0] and wide[1] >= small[1]


_last: list[Reaches] = []


def reaches_of(pack: RulePack) -> Reaches:
    """The same object for the same pack: a process rarely has more than one."""
    last = _last[0] if _last else None
    if last is None or last.pack is not pack:
        last = Reaches(pack)
        _last[:] = [last]
    return last
