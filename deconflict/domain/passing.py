"""Does a patrol only drive by? Then it can be re-timed cheaply, and a milder rule speaks of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from deconflict.domain import overlap
from deconflict.domain.activity import LatLon, Moment, Part
from deconflict.domain.geodesy import bearing_deg, destination, distance_m
from deconflict.domain.judgement import DELAYS, POSITION
from deconflict.domain.overlap import Span
from deconflict.domain.sides import Sides, touches
from deconflict.domain.timewindow import merged

A_BREATH_S = 1.0  # rounding at the joint of two legs is not a break


class Manner(NamedTuple):
    """Whether somebody passes as planned, and what leaves open that he stays all the same."""

    passes: bool
    doubts: tuple[str, ...] = ()


@dataclass(eq=False)
class Beside:
    """The parts of one activity (`siblings`) beside a place of the other side. A stationary place counts whenever it is held: who
    drives by does so whatever the hour."""

    siblings: Sequence[Part]
    place: Part
    _stays: dict[float, tuple[dict[int, list[Span]], list[Span]]] = field(default_factory=dict)
    _halts: dict[tuple[float, bool, bool], bool] = field(default_factory=dict)

    def manner(self, mover: Part, within_m: float, under_s: float) -> Manner:
        """Who stays as planned, stays: what is not known makes nobody quicker."""

        def passes(*, assumed: bool, uncertain: bool) -> bool:
            return self.passes(mover, within_m, under_s, assumed=assumed, uncertain=uncertain)

        if not passes(assumed=False, uncertain=False):
            return Manner(passes=False)
        if passes(assumed=True, uncertain=True):
            return Manner(passes=True)
        alone = {
            POSITION: passes(assumed=False, uncertain=True),
            DELAYS: passes(assumed=True, uncertain=False),
        }
        return Manner(True, tuple(reason for reason, still in alone.items() if not still) or (POSITION, DELAYS))

    def passes(
        self, mover: Part, within_m: float, under_s: float, *, assumed: bool = True, uncertain: bool = True
    ) -> bool:
        """It is on the way, no halt of its own activity (`mover` is one of its parts) is declared within the distance, with slack
        and uncertainty as asked, and it is within it for less than `under_s` on end, as planned. Where positions are uncertain,
        it must be so as near as the way may lead, too: what is not known of a way says where it leads, not how fast it is
        driven. Cutting a leg in two, or naming a point of the way, changes nothing: what follows without a break is one
        stay."""
        if mover.halt or not self._on_the_way(mover) or self._halts_near(within_m, assumed, uncertain):
            return False
        if not self._briefly(mover, within_m, under_s):
            return False
        nearer = self._nearer(mover, within_m) if uncertain else None
        return nearer is None or nearer._briefly(mover, within_m, under_s)

    def _on_the_way(self, mover: Part) -> bool:
        """Moving, or no more than a point that a leg leads to or from. A way without hours may be one long wait."""
        joints = {mover.start.at, mover.end.at}
        return mover.moving or any(leg.moving and {leg.start.at, leg.end.at} & joints for leg in self.siblings)

    def _halts_near(self, within_m: float, assumed: bool, uncertain: bool) -> bool:
        key = within_m, assumed, uncertain
        if key not in self._halts:
            halts = [part for part in self.siblings if part.halt]
            gap_m = overlap.gap_m(
                halts, [self._held], 0.0, assumed=assumed, uncertain=uncertain, most_m=within_m, among=self._sides
            )
            self._halts[key] = touches(gap_m, within_m)
        return self._halts[key]

    def _briefly(self, mover: Part, within_m: float, under_s: float) -> bool:
        if within_m not in self._stays:
            each = overlap.stays(self._sides, within_m)
            own = {id(part): spans for part, spans in zip(self.siblings, each, strict=True)}
            self._stays[within_m] = own, merged((span for spans in each for span in spans), A_BREATH_S)
        own, stays = self._stays[within_m]
        return all(
            round(last - first, 3) < under_s
            for first, last in stays
            if any(begins <= last and first <= ends for begins, ends in own[id(mover)])
        )

    def _nearer(self, mover: Part, within_m: float) -> Beside | None:
        """With the place moved by all that is not known of the two, to where the mover's way is nearest to it; None when it is
        beyond the distance all the same, or nothing is to be moved."""
        unsure_m = mover.uncertainty_m + self.place.uncertainty_m
        points = overlap.closest([mover], [self._held], 0.0, most_m=within_m + unsure_m, among=self._sides)
        if points is None:
            return None
        way, here = points
        step_m = min(unsure_m, distance_m(here, way))
        return Beside(self.siblings, _moved(self.place, bearing_deg(here, way), step_m)) if step_m else None

    @cached_property
    def _held(self) -> Part:
        """The place as if it were there throughout, from before the others set out until they are home; one that moves as it
        does."""
        if self.place.moving:
            return self.place
        first, last = min(part.start.at for part in self.siblings), max(part.end.at for part in self.siblings)
        return replace(self.place, start=Moment(first), end=Moment(last))

    @cached_property
    def _sides(self) -> Sides:
        return Sides(self.siblings, [self._held])


def _moved(place: Part, bearing: float, metres: float) -> Part:
    def there(points: tuple[LatLon, ...]) -> tuple[LatLon, ...]:
        return tuple(destination(point, bearing, metres) for point in points)

    shape = replace(place.shape, points=there(place.shape.points), holes=tuple(map(there, place.shape.holes)))
    return replace(place, shape=shape)
