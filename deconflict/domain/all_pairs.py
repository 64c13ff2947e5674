"""All humanitarian activities against all of the mission's: which pairs overlap, by a distance and hours or by the SOP."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from deconflict.domain import overlap
from deconflict.domain.activity import NO_SLACK, Activity, Side
from deconflict.domain.cells import cells_of
from deconflict.domain.extent import extents_of
from deconflict.domain.filed_boxes import Filed, pairs
from deconflict.domain.judgement import Hit, Judgement
from deconflict.domain.overlap import Nominal
from deconflict.domain.reaches import Far, Names, reaches_of
from deconflict.domain.sides import Sides, touches
from deconflict.domain.sop import Reach, RulePack

EVER = datetime(1, 1, 1, tzinfo=UTC)  # as of when plans are judged: before all of them


@dataclass(frozen=True, slots=True)
class Limits:
    """Pairs at most this far apart within these seconds: touching counts."""

    within_m: float
    within_s: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """One pair and its figures. `gap_m` with all slack and uncertainty, `time_gap_s` between the widened windows, `possible`
    and `nominal` as docs/architecture.md defines them, by the metres and seconds of the limits; of a pair beyond them, by the
    widest of the rules that fired. `judgement` is None where no rule fires or the SOP was not asked."""

    a: Activity
    b: Activity
    gap_m: float
    time_gap_s: float
    possible: bool
    nominal: Nominal
    minutes_within: float
    judgement: Judgement | None

    @property
    def hits(self) -> tuple[Hit, ...]:
        return self.judgement.hits if self.judgement is not None else ()


def overlaps(
    humanitarian: Sequence[Activity], mission: Sequence[Activity], limits: Limits | None, pack: RulePack | None
) -> Iterator[Overlap]:
    """Every pair within the limits or on which a rule of the pack fires, in the order of the two sequences."""
    for i, j in candidates(humanitarian, mission, limits, pack):
        found = overlap_of(humanitarian[i], mission[j], limits, pack)
        if found is not None:
            yield found


def overlap_of(a: Activity, b: Activity, limits: Limits | None, pack: RulePack | None) -> Overlap | None:
    """The pair when it is within the limits or a rule fires, else None."""
    judgement = pack.judge(a, b, now=EVER) if pack is not None else None
    hits = judgement.hits if judgement is not None else ()
    sides = Sides(a.parts, b.parts)
    gap_m = math.inf if limits is None else _gap_m(sides, limits.within_s, most_m=limits.within_m)
    near = limits is not None and touches(gap_m, limits.within_m)
    if not (near or hits):
        return None
    if limits is None or not near:
        limits = _widest(hits)
        gap_m = _gap_m(sides, limits.within_s)
    within_m, within_s = limits.within_m, limits.within_s
    firm = near and (_as_stated(a, b) or touches(_gap_m(sides, within_s, assumed=False, uncertain=False), within_m))
    return Overlap(
        a,
        b,
        gap_m=gap_m,
        time_gap_s=overlap.time_gap_s(a.parts, b.parts),
        possible=not firm and all(hit.possible for hit in hits),
        nominal=overlap.nominal(a.parts, b.parts, within_s, among=sides),
        minutes_within=overlap.minutes_within(a.parts, b.parts, within_m, among=sides),
        judgement=judgement,
    )


def _gap_m(
    sides: Sides, within_s: float, *, assumed: bool = True, uncertain: bool = True, most_m: float = math.inf
) -> float:
    return overlap.gap_m(sides.a, sides.b, within_s, assumed=assumed, uncertain=uncertain, most_m=most_m, among=sides)


def _as_stated(a: Activity, b: Activity) -> bool:
    """Nothing but what was declared, so that the gap is firm as it is."""
    parts = (*a.parts, *b.parts)
    return all(p.uncertainty_m == 0 and p.start.assumed == p.end.assumed == NO_SLACK for p in parts)


def _widest(hits: Sequence[Hit]) -> Limits:
    return Limits(max(hit.limit_m or 0.0 for hit in hits), max(hit.limit_s for hit in hits))


def candidates(
    humanitarian: Sequence[Activity], mission: Sequence[Activity], limits: Limits | None, pack: RulePack | None
) -> list[list[int]]:
    """Places in the two sequences of what the limits or any rule may concern: perhaps too many, never too few."""
    asked = Far.of([] if limits is None else [Reach(limits.within_m, limits.within_s, limits.within_m)])

    def far(ours: Names, theirs: Names) -> Far:
        return asked if pack is None else asked | reaches_of(pack).between(Side.HUMANITARIAN, ours, theirs)

    found: list[list[int]] = pairs(_filed(humanitarian), _filed(mission), far).tolist()
    return found


def _filed(activities: Sequence[Activity]) -> dict[Names, Filed]:
    """Boxes by the names of their parts: in no square of a grid, as nobody looks them up, and under their P-codes."""
    rows: dict[Names, list[tuple[float, ...]]] = defaultdict(list)
    for place, activity in enumerate(activities):
        for extent in extents_of(activity):
            rows[extent.names].append((place, 0, *extent.box))
            rows[extent.names].extend((place, cell, *extent.coded) for cell in cells_of(extent))
    return {names: Filed.of(some) for names, some in rows.items()}
