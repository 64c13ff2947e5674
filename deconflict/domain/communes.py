"""Which commune a free point lies in, where the mission's list of places comes with their outlines."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from shapely import STRtree
from shapely.errors import ShapelyError
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from deconflict.domain.activity import LatLon
from deconflict.domain.geodesy import surface_km2


class Communes:
    """Outlines by P-code. Raises ValueError for what is no outline of a commune."""

    def __init__(self, collection: Mapping[str, Any]) -> None:
        """`collection`: GeoJSON, polygons with a property `pcode`."""
        try:
            rows = [(str(row["properties"]["pcode"]), shape(row["geometry"])) for row in collection["features"]]
        except (KeyError, TypeError, AttributeError, ShapelyError) as error:
            raise ValueError(f"not a collection of polygons with a pcode ({error})") from None
        wrong = [pcode for pcode, outline in rows if outline.geom_type not in ("Polygon", "MultiPolygon")]
        if wrong:
            raise ValueError(f"{wrong[0]} is no polygon")
        self.pcodes = tuple(pcode for pcode, _ in rows)
        self._shapes = [outline for _, outline in rows]
        self._tree = STRtree(self._shapes)

    @cached_property
    def fingerprint(self) -> str:
        """Another one as soon as a border is."""
        told = hashlib.sha256()
        for pcode, outline in zip(self.pcodes, self._shapes, strict=True):
            told.update(pcode.encode() + outline.wkb)
        return told.hexdigest()[:16]

    def at(self, point: LatLon) -> str | None:
        """The P-code of the commune that the point lies in, None outside them all."""
        found = sorted(self._tree.query(Point(point[1], point[0]), predicate="intersects").tolist())
        return self.pcodes[found[0]] if found else None

    @cached_property
    def outlines(self) -> Mapping[str, BaseGeometry]:
        """Outlines by code."""
        return dict(zip(self.pcodes, self._shapes, strict=True))

    def inner_point(self, pcode: str) -> LatLon:
        """Somewhere well inside."""
        point = self.outlines[pcode].representative_point()
        return point.y, point.x

    def area_km2(self, pcode: str) -> float:
        return surface_km2(self.outlines[pcode])

    def nears(self, point: LatLon, pcode: str, within_deg: float) -> bool:
        """Whether the point lies in that commune or so near to it that nobody can tell: outlines of two editions differ."""
        found = self._tree.query(Point(point[1], point[0]), predicate="dwithin", distance=within_deg).tolist()
        return any(self.pcodes[n] == pcode for n in found)
