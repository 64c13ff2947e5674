"""An area that the mission says is closed or to be avoided, as people give it: corners, a line with its width, or villages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deconflict.domain.activity import LatLon, Shape
from deconflict.domain.geodesy import WGS84, Frame, line_length_m
from deconflict.domain.rings import Fault, area_fault

POLYGON, CORRIDOR, VILLAGES = SHAPES = ("polygon", "corridor", "villages")
LEAST = {POLYGON: 3, CORRIDOR: 2, VILLAGES: 1}
MOST_POINTS = 40
WIDEST_KM2 = 100_000.0  # a fifteenth of the largest country that has a mission: more is a slip of a digit
SETTLEMENT_M = 1_000.0  # how far from its listed point the people of a village are


@dataclass(frozen=True, slots=True)
class Zone:
    """`shape` of SHAPES says what the stops of the plan are: corners in order, points of a line, or villages. `half_width_m` is of
    a line, on either side."""

    shape: str
    half_width_m: float = 0.0

    def shapes(self, points: Sequence[LatLon], footprint_m: float) -> tuple[Shape, ...]:
        """What is held. What is drawn holds no more than was drawn; a village is held whole, and whatever its kind holds
        around a place."""
        if self.shape == POLYGON:
            return (Shape(tuple(points), area=True),)
        if self.shape == CORRIDOR:
            return (Shape(tuple(points), self.half_width_m),)
        return tuple(Shape((point,), max(SETTLEMENT_M, footprint_m)) for point in points)

    def fault(self, points: Sequence[LatLon]) -> Fault | None:
        """Of a polygon that crosses itself or is too wide to be meant, None of what is in order."""
        if self.shape != POLYGON:
            return None
        return area_fault(points) or (Fault("ring_wide") if self.km2(points) > WIDEST_KM2 else None)

    def km2(self, points: Sequence[LatLon]) -> float:
        """Square kilometres inside a polygon."""
        lats, lons = zip(*points, strict=True)
        return abs(float(WGS84.polygon_area_perimeter(lons, lats)[0])) / 1e6

    def km(self, points: Sequence[LatLon]) -> float:
        """Length of a line."""
        return line_length_m(points) / 1000


def middle(points: Sequence[LatLon]) -> LatLon:
    """About the middle of what the points span, to say where it is."""
    return Frame.around(points).origin
