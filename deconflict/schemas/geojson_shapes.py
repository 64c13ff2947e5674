"""GeoJSON geometries (RFC 7946) -> shapes. The one place where (lon, lat) is turned round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from deconflict.domain.activity import LatLon
from deconflict.domain.coordinates import Bounds
from deconflict.domain.drawn import Drawn
from deconflict.domain.geodesy import distance_m
from deconflict.domain.rings import area_fault
from deconflict.schemas.geojson_faults import Wrong, shown

GEOMETRY = "geometry"
LONGEST_LEG_M = 2_000_000.0  # longer ones go round the earth in a way that nobody drew
MANY = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}


def drawn_of(geometry: object) -> tuple[Drawn, ...]:
    """Everything that one geometry draws. Raises Wrong with the member that is."""
    return tuple(_collection(geometry) if _type(geometry, GEOMETRY) == "GeometryCollection" else _drawn(geometry))


def must_reach(drawn: Iterable[Drawn], bounds: Bounds) -> None:
    """Every shape, by its box. Raises Wrong with the first that lies wholly outside, as one with swapped axes does."""
    south, west, north, east = bounds
    for points in (each.points for each in drawn):
        lats, lons = zip(*points, strict=True)
        if max(lats) < south or min(lats) > north or max(lons) < west or min(lons) > east:
            lat, lon = points[0]
            raise Wrong(GEOMETRY, "outside", given=f"[{lon}, {lat}]")


def _type(geometry: object, path: str) -> Any:
    if not isinstance(geometry, dict):
        raise Wrong(path, "geometry")
    return geometry.get("type")


def _collection(geometry: Any) -> Iterator[Drawn]:
    members = geometry.get("geometries")
    if not isinstance(members, list) or not members:
        raise Wrong(f"{GEOMETRY}.geometries", "list")
    for n, member in enumerate(members):
        path = f"{GEOMETRY}.geometries[{n}]"
        if _type(member, path) == "GeometryCollection":
            raise Wrong(f"{path}.type", "nested")
        yield from _drawn(member, path)


def _drawn(geometry: Any, path: str = GEOMETRY) -> Iterator[Drawn]:
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    where = f"{path}.coordinates"
    if not isinstance(kind, str) or kind not in (*MANY, *MANY.values()):
        raise Wrong(f"{path}.type", "type", given=shown(kind))
    if kind not in MANY:
        yield _single(kind, coordinates, where)
        return
    for n, member in enumerate(_list(coordinates, where, 1, "list")):
        yield _single(MANY[kind], member, f"{where}[{n}]")


def _single(kind: str, coordinates: object, path: str) -> Drawn:
    match kind:
        case "Point":
            return Drawn((_position(coordinates, path),))
        case "LineString":
            return Drawn(_line(coordinates, path), line=True)
        case _:
            return _polygon(coordinates, path)


def _list(value: object, path: str, least: int, reason: str) -> list[Any]:
    if not isinstance(value, list) or len(value) < least:
        raise Wrong(path, reason)
    return value


def _line(value: object, path: str) -> tuple[LatLon, ...]:
    positions = _list(value, path, 2, "line")
    points = tuple(_position(position, f"{path}[{n}]") for n, position in enumerate(positions))
    for n, (p, q) in enumerate(pairwise(points)):
        if distance_m(p, q) > LONGEST_LEG_M:
            raise Wrong(f"{path}[{n + 1}]", "leg", limit=round(LONGEST_LEG_M / 1000))
    return points


def _polygon(value: object, path: str) -> Drawn:
    outer, *holes = (_ring(ring, f"{path}[{n}]") for n, ring in enumerate(_list(value, path, 1, "rings")))
    fault = area_fault(outer, holes)
    if fault is not None:
        lat, lon = fault.at or outer[0]
        raise Wrong(path, fault.reason, lon=f"{lon:.5f}", lat=f"{lat:.5f}")
    return Drawn(outer, area=True, holes=tuple(holes))


def _ring(value: object, path: str) -> tuple[LatLon, ...]:
    """Either way round; the closing position and repeated ones are left out."""
    line = _line(_list(value, path, 4, "ring"), path)
    if line[0] != line[-1]:
        raise Wrong(path, "unclosed")
    return tuple(p for p, q in pairwise(line) if p != q)


def _position(value: object, path: str) -> LatLon:
    """Height, and whatever else follows, is left out."""
    pair = _list(value, path, 2, "position")[:2]
    if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in pair):
        raise Wrong(path, "position")
    lon, lat = pair
    if not -180 <= lon <= 180:  # true of no NaN
        raise Wrong(path, "longitude", given=shown(lon))
    if not -90 <= lat <= 90:
        raise Wrong(path, "latitude", given=shown(lat))
    return float(lat), float(lon)
