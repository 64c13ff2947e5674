"""The paper a map is drawn on: degrees to pixels, lines cut at the edge, base-map files read once."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from deconflict.domain import geodesy
from deconflict.domain.activity import LatLon

MARGIN = 1.35  # paper over shapes
LEAST_M = 6_000.0  # nothing is drawn closer than this from edge to edge
FINEST_PX = 1.5
XY = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels


@dataclass(frozen=True, slots=True)
class Layer:
    """One file of the base map, named by it: lines, and points with their properties."""

    name: str
    lines: tuple[tuple[LatLon, ...], ...]
    points: tuple[tuple[LatLon, dict[str, str]], ...]


@lru_cache(maxsize=16)
def layers(basemap: Path) -> tuple[Layer, ...]:
    """The GeoJSON files of a folder in the order of their names; lines and points only."""
    return tuple(_layer(path) for path in sorted(basemap.glob("*.geojson")))


def _layer(path: Path) -> Layer:
    lines, points = [], []
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        kind, coordinates = feature["geometry"]["type"], feature["geometry"]["coordinates"]
        if kind in ("LineString", "MultiLineString"):
            several = [coordinates] if kind == "LineString" else coordinates
            lines += [tuple((lat, lon) for lon, lat, *_height in line) for line in several]
        elif kind == "Point":
            points.append(((coordinates[1], coordinates[0]), feature["properties"]))
        else:
            raise ValueError(f"{path.name}: a {kind} cannot be drawn, only lines and points")
    return Layer(path.stem, tuple(lines), tuple(points))


@dataclass(frozen=True, slots=True)
class View:
    """An equirectangular paper of `width` x `height` pixels around `centre`; longitudes count from it, across the
    antimeridian too."""

    centre: LatLon
    width: int
    height: int
    metres_per_px: float
    lat_m: float
    lon_m: float  # metres in a degree at the centre

    @classmethod
    def around(
        cls, points: Sequence[LatLon], radius_m: float, width: int, height: int, landmark: LatLon | None = None
    ) -> View:
        """The closest view that holds every point with `radius_m` around it and a margin, and the landmark."""
        if not points:
            raise ValueError("a map needs a point to be drawn around")
        shown = [*points, *([landmark] if landmark else [])]
        base = shown[0][1]
        lons = [base + _turn(lon - base) for _, lon in shown]
        lats = [lat for lat, _ in shown]
        middle = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
        view = cls.at(middle, width, height, 1.0)
        across = MARGIN * max((max(lons) - min(lons)) * view.lon_m + 2 * radius_m, LEAST_M)
        down = MARGIN * max((max(lats) - min(lats)) * view.lat_m + 2 * radius_m, LEAST_M)
        return replace(view, metres_per_px=max(across / width, down / height))

    @classmethod
    def at(cls, centre: LatLon, width: int, height: int, metres_per_px: float) -> View:
        lat, lon = centre
        lat_m = geodesy.distance_m((lat - 0.5, lon), (lat + 0.5, lon))
        lon_m = geodesy.distance_m((lat, lon - 0.5), (lat, lon + 0.5))
        return cls(centre, width, height, metres_per_px, lat_m, lon_m)

    @property
    def width_m(self) -> float:
        return self.width * self.metres_per_px

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """South, west, north, east in degrees."""
        tall, wide = self.height * self.metres_per_px / self.lat_m / 2, self.width_m / self.lon_m / 2
        return self.centre[0] - tall, self.centre[1] - wide, self.centre[0] + tall, self.centre[1] + wide

    def xy(self, point: LatLon) -> XY:
        """Pixels from the top left corner."""
        east, north = _turn(point[1] - self.centre[1]) * self.lon_m, (point[0] - self.centre[0]) * self.lat_m
        return self.width / 2 + east / self.metres_per_px, self.height / 2 - north / self.metres_per_px

    def latlon(self, x: float, y: float) -> LatLon:
        """The point drawn at this pixel: the inverse of `xy`."""
        east, south = (x - self.width / 2) * self.metres_per_px, (y - self.height / 2) * self.metres_per_px
        return self.centre[0] - south / self.lat_m, _turn(self.centre[1] + east / self.lon_m)

    def holds(self, box: Box) -> bool:
        """Whether a box lies on the paper, two pixels from its edge."""
        return box[0] >= 2 and box[1] >= 2 and box[2] <= self.width - 2 and box[3] <= self.height - 2

    def clip(self, line: Sequence[LatLon]) -> Iterator[list[XY]]:
        """The pieces of a line that lie on the paper."""
        piece: list[XY] = []
        pixels = [self.xy(p) for p in line]
        for a, b in pairwise(pixels):
            inside = _cut(a, b, self.width, self.height)
            if inside is None or (piece and piece[-1] != inside[0]):
                yield from thinned(piece)
                piece = []
            if inside is not None:
                piece = [*(piece or [inside[0]]), inside[1]]
        yield from thinned(piece)


def thinned(piece: Sequence[XY]) -> Iterator[list[XY]]:
    """The piece without points that the eye cannot tell from the one before; nothing of an empty one."""
    if not piece:
        return
    kept = [piece[0]]
    for point in piece[1:-1]:
        if math.dist(point, kept[-1]) >= FINEST_PX:
            kept.append(point)
    yield [*kept, piece[-1]]


def _turn(degrees: float) -> float:
    """A difference of longitudes the short way round."""
    return (degrees + 180) % 360 - 180


def _cut(a: XY, b: XY, width: float, height: float) -> tuple[XY, XY] | None:
    """The part of a segment inside the paper, None when none is (Liang and Barsky 1984)."""
    (x, y), dx, dy, first, last = a, b[0] - a[0], b[1] - a[1], 0.0, 1.0
    for step, room in ((-dx, x), (dx, width - x), (-dy, y), (dy, height - y)):
        if step == 0 and room < 0:
            return None
        if step < 0:
            first = max(first, room / step)
        elif step > 0:
            last = min(last, room / step)
    if first >= last:
        return None
    start = a if first == 0.0 else (x + first * dx, y + first * dy)
    end = b if last == 1.0 else (x + last * dx, y + last * dy)
    return start, end
