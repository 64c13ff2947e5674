"""The map of one's own filing: its stops by number, the way between them as far as it is known, how far off each may be, and the
same in words beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flask_babel import gettext as _
from markupsafe import Markup

from deconflict.domain.activity import LatLon, Side
from deconflict.domain.country import Mission
from deconflict.domain.filing import Stop
from deconflict.domain.itinerary import visits_of
from deconflict.domain.ways import ROAD, Stretch, Way, way_through
from deconflict.domain.zone import Zone
from deconflict.web.language import current_language
from deconflict.web.map_svg import MapShape, draw
from deconflict.web.map_words import Sign, length, sign_of
from deconflict.web.place_words import exactness, placed_words
from deconflict.web.zone_map import zone_shapes

WIDTH, HEIGHT = 320, 340  # pixels; a phone 360 wide leaves 328


@dataclass(frozen=True, slots=True)
class Row:
    """A stop beside the map; `on` is the way to the next, empty at the last."""

    number: int
    place: str
    on: str


@dataclass(frozen=True, slots=True)
class OwnMap:
    svg: Markup
    rows: tuple[Row, ...]


def own_map(
    stops: Sequence[Stop],
    mode: str,
    side: Side,
    mission: Mission,
    *,
    zone: Zone | None = None,
    of_ocha: bool = False,
    wide_m: float = 0.0,
) -> OwnMap | None:
    """None where there is no stop to draw. With a `zone` its stops are its corners, points or villages. `wide_m`: how far what stands
    there reaches from its position."""
    if not stops:
        return None
    kind = sign_of(side, of_ocha=of_ocha)
    if zone is not None:
        return _of_zone(zone, stops, kind, mission)
    ways = ways_between(stops, mode, mission)
    onward = [(stretch, way) for way in ways for stretch in way.stretches]
    shapes = [
        *(MapShape(kind, s.points, way.stray_m, True, "", guessed=not s.by_road) for s, way in onward if _goes(s)),
        *_numbered(stops, kind, wide_m),
    ]
    svg = _drawn(shapes, mission)
    said = [way_words(stretch, way.stray_m, mode) for stretch, way in onward]
    said += [""] * (len(stops) - len(said))
    rows = (Row(n, _place(stop, mission), on) for n, (stop, on) in enumerate(zip(stops, said, strict=True), 1))
    return OwnMap(svg, tuple(rows))


def _of_zone(zone: Zone, stops: Sequence[Stop], kind: Sign, mission: Mission) -> OwnMap:
    points = [stop.location.point for stop in stops]
    shapes = list(zone_shapes(zone, points, kind, [str(n) for n, _point in enumerate(points, 1)]))
    rows = (Row(n, _place(stop, mission), "") for n, stop in enumerate(stops, 1))
    return OwnMap(_drawn(shapes, mission), tuple(rows))


def _drawn(shapes: Sequence[MapShape], mission: Mission) -> Markup:
    language = current_language()
    return draw(shapes, basemap=mission.basemap, width=WIDTH, height=HEIGHT, lang=language, gazetteer=mission.gazetteer)


def ways_between(stops: Sequence[Stop], mode: str, mission: Mission) -> list[Way]:
    """As the matcher takes them: through the stops without a window from one with a window to the next. None where the windows
    cannot be read so."""
    try:
        visits = visits_of(stops)
    except ValueError:
        return []
    lines = [[here.point, *(stop.location.point for stop in here.via), there.point] for here, there in pairwise(visits)]
    return [way_through(line, mode, mission.pack.geography, mission.roads) for line in lines]


def stretches_of(stops: Sequence[Stop], mode: str, mission: Mission) -> list[Stretch]:
    """From each stop to the next."""
    found = [stretch for way in ways_between(stops, mode, mission) for stretch in way.stretches]
    return found or [Stretch((here.location.point, there.location.point)) for here, there in pairwise(stops)]


def way_words(stretch: Stretch, stray_m: float, mode: str) -> str:
    """As `by road, 104 km`, or `straight line of 98 km: the road is not known here, up to 9.8 km beside it`."""
    if not _goes(stretch):
        return _("stays in the same place")
    language = current_language()
    far = length(stretch.length_m, language)
    if stretch.by_road:
        return _("by road, %(length)s", length=far)
    beside = length(stray_m, language)
    if mode == ROAD:
        return _(
            "straight line of %(length)s: the road is not known here, up to %(beside)s beside it",
            length=far,
            beside=beside,
        )
    return _("straight line of %(length)s, up to %(beside)s beside it", length=far, beside=beside)


def _goes(stretch: Stretch) -> bool:
    return len(set(stretch.points)) > 1


def _numbered(stops: Sequence[Stop], kind: Sign, wide_m: float) -> Iterator[MapShape]:
    """A disc as wide as the place is and is uncertain, with the number of the stop; one for all stops at one point, `1, 3`."""
    at: dict[LatLon, list[int]] = {}
    for number, stop in enumerate(stops, 1):
        at.setdefault(stop.location.point, []).append(number)
    for point, numbers in at.items():
        off_m = wide_m + max(stops[number - 1].location.uncertainty_m for number in numbers)
        yield MapShape(kind, (point,), off_m, False, ", ".join(map(str, numbers)))


def _place(stop: Stop, mission: Mission) -> str:
    return ", ".join(filter(None, (placed_words(stop.location, mission), exactness(stop.location))))
