"""An area as shapes on a map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from deconflict.domain.activity import LatLon
from deconflict.domain.zone import POLYGON, VILLAGES, Zone
from deconflict.web.map_words import MapShape, Sign


def zone_shapes(zone: Zone, points: Sequence[LatLon], kind: Sign, labels: Sequence[str]) -> Iterator[MapShape]:
    """The rim of an area, the line of a road, a disc for each village. `labels` stand beside the first points, in their order."""
    if zone.shape == VILLAGES:
        for n, shape in enumerate(zone.shapes(points, 0.0)):
            yield MapShape(kind, shape.points, shape.radius_m, False, labels[n] if n < len(labels) else "")
        return
    closes = points[:1] if zone.shape == POLYGON and len(points) > 2 else ()
    for here, there in pairwise([*points, *closes]):
        yield MapShape(kind, (here, there), zone.half_width_m, False, "")
    for point, label in zip(points, labels, strict=False):
        yield MapShape(kind, (point,), 0.0, False, label)
