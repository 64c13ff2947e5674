"""GPX of hand-held devices and phones: routes with named points, recorded tracks, waypoints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from deconflict.domain.activity import LatLon
from deconflict.files.markup import Attributes, walk
from deconflict.files.shapes import LONGEST_NAME, Shapes, named

POINTS = ("wpt", "rtept", "trkpt")


def heard_gpx(chunks: Iterable[bytes]) -> Shapes:
    """Raises BadFile. The parts of a track, where the device had no signal in between, are one line. A named point of a route
    is there as a point as well."""
    heard = _Gpx()
    walk(chunks, heard)
    return heard.shapes


@dataclass(slots=True)
class _Gpx:
    shapes: Shapes = field(default_factory=Shapes)
    above: list[str] = field(default_factory=list)
    name: str = ""  # of the route or track at hand
    points: list[LatLon] = field(default_factory=list)
    places: list[tuple[str, LatLon]] = field(default_factory=list)
    position: LatLon = (0.0, 0.0)
    label: str = ""  # of the point at hand
    heard: list[str] | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        if name in ("rte", "trk"):
            self.name, self.points, self.places = "", [], []
        elif name in POINTS:
            self.position = self.shapes.position(attributes.get("lat", ""), attributes.get("lon", ""))
            self.label = ""
        self.heard = (
            [] if name == "name" and self.above[-1:] != [] and self.above[-1] in (*POINTS, "rte", "trk") else None
        )
        self.above.append(name)

    def text(self, data: str) -> None:
        if self.heard is not None:
            self.heard.append(data)

    def end(self, name: str) -> None:
        self.above.pop()
        if self.heard is not None:
            said = named("".join(self.heard)[: 2 * LONGEST_NAME])
            if self.above[-1] in POINTS:
                self.label = said
            else:
                self.name = said
            self.heard = None
        elif name == "wpt":
            self.shapes.add("point", self.label, [self.position])
        elif name in POINTS:
            self.points.append(self.position)
            if self.label and name == "rtept":
                self.places.append((self.label, self.position))
        elif name in ("rte", "trk"):
            self.shapes.add("line", self.name, self.points)
            for label, position in self.places:
                self.shapes.add("point", label, [position])
