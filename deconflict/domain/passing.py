"""Does a patrol only drive by? Then it can be re-timed cheaply, and a milder rule speaks of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from deconflict.domain import overlap
from deconflict.domain.activity import Moment, Part

Span = tuple[datetime, datetime]
A_BREATH = timedelta(seconds=1)  # rounding at the joint of two legs is not a break


def passes(mover: Part, place: Part, siblings: Sequence[Part], distance_m: float, under_s: float) -> bool:
    """No halt of its own activity (`siblings`, with `mover` among them) is declared within the distance of `place`, and it is
    within it for less than `under_s` on end, as planned. Cutting a leg in two, or naming a point of the way, changes
    nothing: what follows without a break is one stay. A stationary place counts whenever it is held: who drives by does
    so whatever the hour."""
    there = _planned(place) if place.moving else _held(place, siblings)
    halts = [part for part in siblings if part.halt]
    if mover.halt or (halts and overlap.gap_m(halts, [_vague(there, place)], 0.0) <= distance_m):
        return False
    own = _stay(mover, there, distance_m)
    if own is None:
        return True
    stays = _merged(stay for part in siblings if (stay := _stay(part, there, distance_m)) is not None)
    return all((last - first).total_seconds() < under_s for first, last in stays if first <= own[1] and own[0] <= last)


def _stay(part: Part, there: Part, distance_m: float) -> Span | None:
    return overlap.together([_planned(part)], [there], distance_m, 0.0)


def _planned(part: Part) -> Part:
    return replace(part, start=Moment(part.start.at), end=Moment(part.end.at), uncertainty_m=0.0)


def _held(place: Part, siblings: Sequence[Part]) -> Part:
    """The place as if it were there throughout, from before the others set out until they are home."""
    first, last = min(part.start.at for part in siblings), max(part.end.at for part in siblings)
    return replace(place, start=Moment(first), end=Moment(last), uncertainty_m=0.0)


def _vague(there: Part, place: Part) -> Part:
    return replace(there, uncertainty_m=place.uncertainty_m)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for first, last in sorted(spans):
        if merged and first - merged[-1][1] <= A_BREATH:
            merged[-1] = merged[-1][0], max(merged[-1][1], last)
        else:
            merged.append((first, last))
    return merged
