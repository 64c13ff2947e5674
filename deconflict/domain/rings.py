"""What is wrong with the rings of an area, before anybody measures from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from deconflict.domain.activity import LatLon
from deconflict.domain.geodesy import Frame, cut, distance_m

WIDEST_M = 2_000_000.0
EDGE_M = 20_000.0

_AT = re.compile(r"(?P<what>[^\[]+)\[(?P<x>\S+) (?P<y>[^\]]+)\]")
_REASONS = {
    "Self-intersection": "ring_crosses",
    "Ring Self-intersection": "ring_crosses",
    "Interior is disconnected": "ring_crosses",
    "Hole lies outside shell": "hole_outside",
    "Holes are nested": "holes_overlap",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """`reason`: ring_few, ring_wide, ring_crosses, hole_outside, holes_overlap, ring_odd. `at` is near where, when known."""

    reason: str
    at: LatLon | None = None


def area_fault(outer: Sequence[LatLon], holes: Sequence[Sequence[LatLon]] = ()) -> Fault | None:
    """The first fault of an outer ring and its holes (the first point not repeated, edges geodesic, either way round); None when
    they are in order. A hole may touch the outer ring at a corner of both."""
    if any(len(set(ring)) < 3 for ring in (outer, *holes)):
        return Fault("ring_few")
    frame = Frame.around(outer)
    for ring in (outer, *holes):
        for point in ring:
            if distance_m(frame.origin, point) > WIDEST_M:
                return Fault("ring_wide", point)
    polygon = shapely.Polygon(_flat(frame, outer), [_flat(frame, hole) for hole in holes])
    return None if polygon.is_valid else _fault(shapely.is_valid_reason(polygon), frame)


def _flat(frame: Frame, ring: Sequence[LatLon]) -> list[tuple[float, float]]:
    return [frame.to_xy(point) for _, point in cut((*ring, ring[0]), EDGE_M)]


def _fault(said: str, frame: Frame) -> Fault:
    found = _AT.match(said)
    if found is None:
        return Fault("ring_odd")
    at = frame.to_latlon(float(found["x"]), float(found["y"]))
    return Fault(_REASONS.get(found["what"].strip(), "ring_odd"), at)
