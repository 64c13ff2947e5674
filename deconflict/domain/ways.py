"""The way from one stop to the next, as far as anybody knows it: along the roads of the mission's map, else straight (RUL-21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from deconflict.domain.activity import LatLon
from deconflict.domain.geodesy import line_length_m
from deconflict.domain.roads import Roads
from deconflict.domain.sop import Geography

ROAD = "road"  # the mode that goes by roads


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one stop to the next: two points where it is straight, as many as the road has where it is not."""

    points: tuple[LatLon, ...]
    by_road: bool = False

    @property
    def length_m(self) -> float:
        return line_length_m(self.points)


@dataclass(frozen=True, slots=True)
class Way:
    """All stretches between two timed stops. `stray_m`: how far beside them one may be."""

    stretches: tuple[Stretch, ...]
    stray_m: float

    @property
    def points(self) -> tuple[LatLon, ...]:
        """One line."""
        ends = [point for stretch in self.stretches for point in stretch.points[1:]]
        return (self.stretches[0].points[0], *ends)


def way_through(points: Sequence[LatLon], mode: str, geography: Geography, roads: Roads | None = None) -> Way:
    """Through two and more points in this order. What is straight may stray by a share of its length, to a limit; what goes along
    a road by the half-width of one."""
    stretches = tuple(_stretch(*ends, geography, roads if mode == ROAD else None) for ends in pairwise(points))
    straight_m = sum(stretch.length_m for stretch in stretches if not stretch.by_road)
    stray_m = min(geography.leg_uncertainty_max_m, geography.leg_uncertainty_share * straight_m)
    beside_m = geography.road_half_width_m if any(stretch.by_road for stretch in stretches) else 0.0
    return Way(stretches, max(stray_m, beside_m))


def _stretch(here: LatLon, there: LatLon, geography: Geography, roads: Roads | None) -> Stretch:
    within_m, detour = geography.road_within_m, geography.road_detour_at_most
    line = roads.way(here, there, within_m=within_m, detour_at_most=detour) if roads else None
    return Stretch(line, by_road=True) if line else Stretch((here, there))
