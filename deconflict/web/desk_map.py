"""The maps of a case: what is around the closest approach, and both items whole where that is much more. Drawn for officers
only, from views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from deconflict.domain.activity import LatLon
from deconflict.domain.country import Mission
from deconflict.domain.desk import DeskCaseView, DeskItemView
from deconflict.domain.disclosure import ItemView
from deconflict.domain.filing import Stop
from deconflict.domain.geodesy import between, distance_m
from deconflict.domain.judgement import Judgement
from deconflict.web.filing_words import clock
from deconflict.web.map_svg import MapShape, draw

LEAST_M, MOST_M = 4_000.0, 40_000.0  # around the closest approach
MUCH_MORE = 2.5
WIDE, NARROW = (640, 420), (320, 340)  # pixels; a phone 360 wide leaves 328 to a drawing
FINE = 60  # pieces that a leg is looked at in


@dataclass(frozen=True, slots=True)
class Map:
    """One map drawn twice, since letters shrink with a drawing: the style sheet shows the one that fits the screen."""

    wide: Markup
    narrow: Markup


def maps(case: DeskCaseView, mission: Mission, lang: str) -> list[Map]:
    """None, one, or two maps: near, then whole."""
    shapes = [shape for item in case.items for shape in _shapes(item, mission)]
    judgement = case.line.judgement
    if not shapes:
        return []
    if judgement is None:
        return [_drawn(shapes, mission, lang)]
    nominal = judgement.hits[0].nominal
    closest, reach_m = (nominal.a_point, nominal.b_point), _reach_m(judgement)
    middle = between(*closest, 0.5)
    near = [part for shape in shapes if (part := _around(shape, middle, reach_m)) is not None]
    wide = max(distance_m(middle, point) for shape in shapes for point in shape.points) > MUCH_MORE * reach_m
    drawn = [near or shapes] + ([shapes] if wide and near else [])
    return [_drawn(part, mission, lang, closest) for part in drawn]


def _drawn(
    shapes: Sequence[MapShape], mission: Mission, lang: str, closest: tuple[LatLon, LatLon] | None = None
) -> Map:
    wide, narrow = (
        draw(
            shapes,
            basemap=mission.basemap,
            width=width,
            height=height,
            lang=lang,
            gazetteer=mission.gazetteer,
            closest=closest,
        )
        for width, height in (WIDE, NARROW)
    )
    return Map(wide, narrow)


def _reach_m(judgement: Judgement) -> float:
    hit = judgement.hits[0]
    return min(max(LEAST_M, 1.5 * (hit.limit_m or 0.0), 1.5 * hit.nominal.distance_m), MOST_M)


def _shapes(item: DeskItemView, mission: Mission) -> Iterator[MapShape]:
    """A line for every leg and a disc for every stop, marked with its hours."""
    view, kind = item.view, "hum" if item.side == "humanitarian" else "mil"
    if view is None:
        return
    for here, there in pairwise(view.stops or ()):
        yield MapShape(kind, (here.location.point, there.location.point), 0.0, True, "")  # type: ignore[arg-type]
    for stop in view.stops or ():
        yield MapShape(kind, (stop.location.point,), _radius_m(view, stop, mission), False, _hours(stop))  # type: ignore[arg-type]


def _radius_m(view: ItemView, stop: Stop, mission: Mission) -> float:
    code = stop.activity or view.kind
    return mission.catalogue[code].footprint_m if code else 0.0


def _hours(stop: Stop) -> str:
    """As `09:00-16:00`: from the first arrival to the last departure."""
    windows = [window for window in (stop.arrive, stop.depart) if window is not None]
    if not windows:
        return ""
    first, last = clock(windows[0].earliest), clock(windows[-1].latest)
    return first if first == last else f"{first}-{last}"


def _around(shape: MapShape, middle: LatLon, reach_m: float) -> MapShape | None:
    """What of a shape lies within reach. A leg meets a disc in one piece at most."""
    points = shape.points if len(shape.points) == 1 else _fine(shape.points)
    inside = [point for point in points if distance_m(middle, point) <= reach_m + shape.radius_m]
    if not inside:
        return None
    kept = tuple(inside) if len(inside) == 1 else (inside[0], inside[-1])
    return MapShape(shape.kind, kept, shape.radius_m, shape.moving and len(kept) > 1, shape.label)


def _fine(points: Sequence[LatLon]) -> list[LatLon]:
    start, end = points[0], points[-1]
    return [between(start, end, step / FINE) for step in range(FINE + 1)]
