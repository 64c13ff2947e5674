"""Lines, areas and points that people draw or record: KML and KMZ (Google Earth), GPX (hand-held devices).

KML's (longitude, latitude) is turned round where it is read. Heights and times are left out, nothing that a file refers to elsewhere
is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deconflict.domain.activity import LatLon
from deconflict.domain.msgid import N_
from deconflict.domain.traces import nearest_lines, thinned
from deconflict.files.formats import format_of
from deconflict.files.gpx import heard_gpx
from deconflict.files.kml import heard_kml
from deconflict.files.limits import BadFile, guarded, unpacked
from deconflict.files.shapes import MOST_ROUTES, Kind, Shape, Shapes, too_many

__all__ = ["Kind", "Route", "read_routes", "thinned"]


@dataclass(frozen=True, slots=True)
class Route:
    """`points` in degrees; an area does not repeat its first corner. `places`: (name or "", position) of the single points that
    lie nearest to this line of all lines of the file, in the file's order; only lines have some."""

    name: str
    kind: Kind
    points: tuple[LatLon, ...]
    places: tuple[tuple[str, LatLon], ...]


def read_routes(raw: bytes) -> tuple[Route, ...]:
    """In the order of the file. Single points are routes of their own where the file has no line. Raises BadFile."""
    shapes = _shapes(raw)
    if not shapes.found:
        if shapes.elsewhere:
            raise BadFile(
                N_(
                    "The file only refers to another one, which is not fetched. Open it, save what it shows as KMZ and send that."
                )
            )
        raise BadFile(N_("There is no line, area or point in the file. Draw one, save the file anew and send that."))
    lines = [shape for shape in shapes.found if shape.kind == "line"]
    points = [shape for shape in shapes.found if shape.kind == "point"] if lines else []
    beside: list[list[Shape]] = [[] for _ in lines]
    nearest = nearest_lines([line.points for line in lines], [point.points[0] for point in points])
    for point, line in zip(points, nearest, strict=True):
        beside[line].append(point)
    routes = tuple(_routes(shapes.found, beside, alone=not lines))
    if len(routes) > MOST_ROUTES:
        raise too_many()
    return routes


def _shapes(raw: bytes) -> Shapes:
    match format_of(raw):
        case "kml":
            return heard_kml([raw.lstrip()])
        case "kmz":
            with guarded(raw) as archive:
                inner = next(name for name in archive.namelist() if name.casefold().endswith(".kml"))
                return heard_kml(unpacked(archive, inner))
        case "gpx":
            return heard_gpx([raw.lstrip()])
        case _:
            raise BadFile(N_("This is a table, not a route (KML, KMZ or GPX). Send it as a table."))


def _routes(found: Sequence[Shape], places: Sequence[list[Shape]], *, alone: bool) -> Iterator[Route]:
    beside = iter(places)
    for shape in found:
        if shape.kind == "line":
            named = tuple((place.name, place.points[0]) for place in next(beside))
            yield Route(shape.name, "line", shape.points, named)
        elif shape.kind == "area" or alone:
            yield Route(shape.name, shape.kind, shape.points, ())
