"""KML as Google Earth, QGIS and OruxMaps write it: placemarks with points, lines, rings, polygons, several of them, and tracks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from deconflict.domain.activity import LatLon
from deconflict.files.markup import Attributes, walk
from deconflict.files.shapes import LONGEST_NAME, Kind, Shapes, named

KINDS: dict[str, Kind] = {
    "Point": "point",
    "LineString": "line",
    "LinearRing": "line",
    "Polygon": "area",
    "Track": "line",
}
_TUPLE = re.compile(r"\S+")


def heard_kml(chunks: Iterable[bytes]) -> Shapes:
    """Raises BadFile. Of a polygon its outer ring: what is cut out of it counts as inside."""
    heard = _Kml()
    walk(chunks, heard)
    return heard.shapes


@dataclass(slots=True)
class _Kml:
    shapes: Shapes = field(default_factory=Shapes)
    above: list[str] = field(default_factory=list)
    name: str = ""
    pending: list[tuple[Kind, list[LatLon]]] = field(
        default_factory=list
    )  # of the placemark at hand: its name may come last
    kind: Kind | None = None
    points: list[LatLon] = field(default_factory=list)
    heard: list[str] | None = None  # the text of the element at hand, where it matters

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Placemark":
            self.name, self.pending = "", []
        elif name == "NetworkLink":
            self.shapes.elsewhere = True
        elif self.kind is None and name in KINDS and "Placemark" in self.above:
            self.kind, self.points = KINDS[name], []
        shape = name in ("coordinates", "coord") and self.kind is not None and "innerBoundaryIs" not in self.above
        self.heard = [] if shape or self._is_name(name) else None
        self.above.append(name)

    def text(self, data: str) -> None:
        if self.heard is not None:
            self.heard.append(data)

    def end(self, name: str) -> None:
        self.above.pop()
        if self.heard is not None:
            self._take(name, "".join(self.heard))
            self.heard = None
        if self.kind is not None and KINDS.get(name) == self.kind and not KINDS.keys() & set(self.above):
            self.pending.append((self.kind, self.points))
            self.kind = None
        if name == "Placemark":
            for kind, points in self.pending:
                self.shapes.add(kind, self.name, points)
            self.pending = []

    def _is_name(self, name: str) -> bool:
        return name == "name" and self.above[-1:] == ["Placemark"]

    def _take(self, name: str, said: str) -> None:
        if name == "name":
            self.name = named(said[: 2 * LONGEST_NAME])
        elif name == "coord":
            self.points.extend(self._positions([said.split(maxsplit=2)]))
        else:
            self.points.extend(self._positions(found[0].split(",", 2) for found in _TUPLE.finditer(said)))

    def _positions(self, tuples: Iterable[list[str]]) -> Iterator[LatLon]:
        """KML says longitude first."""
        for lon, lat, *_height in ([*parts, ""] if len(parts) < 2 else parts for parts in tuples):
            yield self.shapes.position(lat, lon)
