"""Does a patrol only drive by? Then it can be re-timed cheaply, and a milder rule speaks of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from deconflict.domain import overlap
from deconflict.domain.activity import Moment, Part
from deconflict.domain.sides import Sides


def passes(mover: Part, place: Part, siblings: Sequence[Part], distance_m: float, under_s: float) -> bool:
    """It is on the way, no halt of its own activity (`siblings`, with `mover` among them) is declared within the distance of
    `place`, and it is within it for less than `under_s` on end, as planned. Cutting a leg in two, or naming a point of the
    way, changes nothing: what follows without a break is one stay. A stationary place counts whenever it is held: who
    drives by does so whatever the hour."""
    there = place if place.moving else _held(place, siblings)
    if mover.halt or not _on_the_way(mover, siblings):
        return False
    sides, halts = Sides(siblings, [there]), [part for part in siblings if part.halt]
    if halts and overlap.gap_m(halts, [there], 0.0, most_m=distance_m, among=sides) <= distance_m:
        return False
    own = overlap.stays([mover], [there], distance_m, among=sides)
    stays = overlap.stays(siblings, [there], distance_m, among=sides) if own else []
    return all(
        (last - first).total_seconds() < under_s
        for first, last in stays
        if any(begins <= last and first <= ends for begins, ends in own)
    )


def _on_the_way(mover: Part, siblings: Sequence[Part]) -> bool:
    """Moving, or no more than a point that a leg leads to or from. A way without hours may be one long wait."""
    joints = mover.start.at, mover.end.at
    return mover.moving or any(leg.moving and {leg.start.at, leg.end.at} & {*joints} for leg in siblings)


def _held(place: Part, siblings: Sequence[Part]) -> Part:
    """The place as if it were there throughout, from before the others set out until they are home."""
    first, last = min(part.start.at for part in siblings), max(part.end.at for part in siblings)
    return replace(place, start=Moment(first), end=Moment(last))
