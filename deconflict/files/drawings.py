"""Things on a map: where they are and what is said of them -> GeoJSON and KML. Made a piece at a time, since a list may be long."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from deconflict.domain.activity import LatLon
from deconflict.domain.geodesy import WGS84

POINT, LINE, AREA, POINTS = "Point", "LineString", "Polygon", "MultiPoint"  # as RFC 7946 names them
DIGITS = 6  # a tenth of a metre
KML = "http://www.opengis.net/kml/2.2"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Said = str | int | float | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """`points` as (lat, lon): one of a point, in order of a line or an area, which is not closed, and none where nobody knows the
    place. `name` is what a map writes beside it."""

    name: str
    shape: str
    points: Sequence[LatLon]
    said: Mapping[str, Said] = field(default_factory=dict)


def geojson(drawn: Iterable[Drawn], about: Mapping[str, Said]) -> Iterator[bytes]:
    """A FeatureCollection (RFC 7946); `about` stands beside its features. What is None is left out."""
    opening = json.dumps({"type": "FeatureCollection", **_known(about)}, ensure_ascii=False)
    yield _encoded(opening[:-1] + ', "features": [')
    for n, each in enumerate(drawn):
        feature = {"type": "Feature", "geometry": _geometry(each), "properties": _known(each.said)}
        yield _encoded((",\n" if n else "\n") + json.dumps(feature, ensure_ascii=False, allow_nan=False))
    yield b"\n]}\n"


def kml(drawn: Iterable[Drawn], title: str, note: str) -> Iterator[bytes]:
    """A Document of Placemarks; `note` is what it says of itself. What was typed stands in plain fields alone: a map shows a description
    as a web page."""
    yield _encoded(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="{KML}"><Document>'
        f"<name>{_text(title)}</name><description>{_text(note)}</description>\n"
    )
    for each in drawn:
        said = "".join(
            f"<Data name={quoteattr(name)}><value>{_text(str(value))}</value></Data>"
            for name, value in _known(each.said).items()
        )
        yield _encoded(
            f"<Placemark><name>{_text(each.name)}</name><ExtendedData>{said}</ExtendedData>{_shape(each)}</Placemark>\n"
        )
    yield b"</Document></kml>\n"


def _known(said: Mapping[str, Said]) -> dict[str, Said]:
    return {name: value for name, value in said.items() if value not in (None, "")}


def _geometry(each: Drawn) -> dict[str, object] | None:
    """Longitude comes first, and an area's border runs against the clock and ends where it began."""
    if not each.points:
        return None
    pairs = [[round(lon, DIGITS), round(lat, DIGITS)] for lat, lon in _ring(each)]
    if each.shape == POINT:
        return {"type": POINT, "coordinates": pairs[0]}
    return {"type": each.shape, "coordinates": [pairs] if each.shape == AREA else pairs}


def _shape(each: Drawn) -> str:
    if not each.points:
        return ""
    pairs = [f"{lon:.{DIGITS}f},{lat:.{DIGITS}f}" for lat, lon in _ring(each)]
    if each.shape == AREA:
        ring = f"<LinearRing><coordinates>{' '.join(pairs)}</coordinates></LinearRing>"
        return f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"
    if each.shape == LINE:
        return f"<LineString><tessellate>1</tessellate><coordinates>{' '.join(pairs)}</coordinates></LineString>"
    points = "".join(f"<Point><coordinates>{pair}</coordinates></Point>" for pair in pairs)
    return points if each.shape == POINT else f"<MultiGeometry>{points}</MultiGeometry>"


def _ring(each: Drawn) -> Sequence[LatLon]:
    if each.shape != AREA:
        return each.points
    lats, lons = zip(*each.points, strict=True)
    area = WGS84.polygon_area_perimeter(lons, lats)[0]
    border = list(each.points) if area >= 0 else list(reversed(each.points))
    return [*border, border[0]]


def _text(text: str) -> str:
    """Without what XML cannot hold, nor anything that a viewer might take for markup once it has read the XML."""
    return escape(_NOT_IN_XML.sub("", text).replace("<", "\u2039").replace(">", "\u203a"))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")
