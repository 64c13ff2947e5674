"""The maps of a case: what is around the closest approach, and both journeys at an instant. Drawn for officers only, from views."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from flask_babel import format_datetime, to_user_timezone
from markupsafe import Markup

from deconflict.domain.activity import OPEN_END, LatLon, Side
from deconflict.domain.country import Mission
from deconflict.domain.desk import DeskCaseView, DeskItemView
from deconflict.domain.disclosure import ItemView
from deconflict.domain.filing import Stop
from deconflict.domain.geodesy import between, cut, distance_m, line_length_m
from deconflict.domain.judgement import Judgement
from deconflict.domain.positions import Position
from deconflict.web.map_frame import View
from deconflict.web.map_moment import buffers, markers
from deconflict.web.map_svg import MapShape, draw, draw_view
from deconflict.web.map_words import Sign, sign_of
from deconflict.web.own_map import stretches_of
from deconflict.web.zone_map import zone_shapes

LEAST_M, MOST_M = 4_000.0, 40_000.0  # around the closest approach
MUCH_MORE = 2.5
WIDTH, HEIGHT = 320, 340  # pixels; a phone 360 wide leaves 328, and letters shrink with a drawing that is wider
FINE = 60  # pieces that a leg is looked at in


@dataclass(frozen=True, slots=True)
class CaseMap:
    """What is near the closest approach; `more`: either journey goes far beyond it."""

    near: Markup
    more: bool


def near(case: DeskCaseView, mission: Mission, lang: str) -> CaseMap | None:
    """None where nothing can be drawn; both journeys whole where nobody knows how near they come."""
    shapes, judgement = _shapes(case, mission), case.line.judgement
    if not shapes:
        return None
    if judgement is None:
        return CaseMap(_drawn(shapes, mission, lang), more=False)
    closest, reach_m = _closest(judgement), _reach_m(judgement)
    middle = between(*closest, 0.5)
    around = [part for shape in shapes for part in _around(shape, middle, reach_m)]
    far = max(distance_m(middle, point) for shape in shapes for point in shape.points) > MUCH_MORE * reach_m
    return CaseMap(_drawn(around or shapes, mission, lang, closest), more=far and bool(around))


def at_moment(
    case: DeskCaseView, here: Mapping[str, Position], mission: Mission, lang: str, *, close: bool
) -> Markup | None:
    """Both journeys, whole or `close` around the closest approach, with the distance of the worst rule around both, and where each
    is (`here`, by side). None where nothing can be drawn."""
    shapes, judgement = _shapes(case, mission), case.line.judgement
    if not shapes:
        return None
    closest = _closest(judgement) if judgement else None
    if close and judgement is not None and closest is not None:
        middle, reach_m = between(*closest, 0.5), _reach_m(judgement)
        shapes = [part for shape in shapes for part in _around(shape, middle, reach_m)] or shapes
    limit_m = (judgement.hits[0].limit_m if judgement else None) or 0.0
    points = [point for shape in shapes for point in shape.points] + list(closest or ())
    radius_m = max(shape.radius_m for shape in shapes) + (limit_m if close else 0.0)
    view = View.around(points, radius_m, WIDTH, HEIGHT)
    over = [*buffers(shapes, limit_m, view), *markers({sign(case, side): one for side, one in here.items()}, view)]
    return draw_view(
        shapes, view, basemap=mission.basemap, lang=lang, gazetteer=mission.gazetteer, closest=closest, over=over
    )


def sign(case: DeskCaseView, side: str) -> Sign:
    item = case.side(side)
    return sign_of(Side(side), of_ocha=item is not None and item.of_ocha)


def _closest(judgement: Judgement) -> tuple[LatLon, LatLon]:
    nominal = judgement.hits[0].nominal
    return nominal.a_point, nominal.b_point


def _shapes(case: DeskCaseView, mission: Mission) -> list[MapShape]:
    """Marked with their hours, and with the day where there are several."""
    days = {to_user_timezone(at).date() for item in case.items for at in _instants(item)}
    clock = "EEE HH:mm" if len(days) > 1 else "HH:mm"
    return [shape for item in case.items for shape in _of_item(item, mission, clock)]


def _drawn(
    shapes: Sequence[MapShape], mission: Mission, lang: str, closest: tuple[LatLon, LatLon] | None = None
) -> Markup:
    return draw(
        shapes,
        basemap=mission.basemap,
        width=WIDTH,
        height=HEIGHT,
        lang=lang,
        gazetteer=mission.gazetteer,
        closest=closest,
    )


def _reach_m(judgement: Judgement) -> float:
    hit = judgement.hits[0]
    return min(max(LEAST_M, 1.5 * (hit.limit_m or 0.0), 1.5 * hit.nominal.distance_m), MOST_M)


def _instants(item: DeskItemView) -> Iterator[datetime]:
    for stop in (item.view.stops or ()) if item.view else ():
        for window in stop.windows:
            yield from (at for at in (window.earliest, window.latest) if at < OPEN_END)


def _of_item(item: DeskItemView, mission: Mission, clock: str) -> Iterator[MapShape]:
    """A line for every leg and a disc for every stop, marked with its hours in the form of `clock`."""
    view, kind = item.view, sign_of(item.side, of_ocha=item.of_ocha)
    if view is None:
        return
    if view.zone is not None and view.stops:
        points, hours = [stop.location.point for stop in view.stops], _hours(view.stops[0], clock)
        yield from zone_shapes(view.zone, points, kind, [hours])
        return
    for stretch in stretches_of(view.stops or (), view.mode or "", mission):
        yield MapShape(kind, stretch.points, 0.0, True, "")
    for stop in view.stops or ():
        yield MapShape(kind, (stop.location.point,), _radius_m(view, stop, mission), False, _hours(stop, clock))


def _radius_m(view: ItemView, stop: Stop, mission: Mission) -> float:
    if view.site is not None:
        return float(view.site.filed.radius_m)
    code = stop.activity or view.kind
    return mission.catalogue[code].footprint_m if code else 0.0


def _hours(stop: Stop, clock: str) -> str:
    """As `09:00-16:00`, or `Tue 09:00-Thu 16:00` of a journey of days: from the first arrival to the last departure."""
    if not stop.windows or stop.windows[-1].latest >= OPEN_END:
        return ""
    if stop.windows[-1].latest >= OPEN_END:
        return f"{format_datetime(stop.windows[0].earliest, clock)}-"
    first, last = format_datetime(stop.windows[0].earliest, clock), format_datetime(stop.windows[-1].latest, clock)
    if first.split()[:-1] == last.split()[:-1]:
        last = last.split()[-1]
    return first if first.endswith(last) else f"{first}-{last}"


def _around(shape: MapShape, middle: LatLon, reach_m: float) -> Iterator[MapShape]:
    """What of a shape lies within reach. A leg meets a disc in one piece at most, a road in several."""
    points = shape.points if len(shape.points) == 1 else _fine(shape.points)
    for inside, run in groupby(points, lambda point: distance_m(middle, point) <= reach_m + shape.radius_m):
        kept = tuple(run)
        if inside:
            ends = kept if len(kept) == 1 or len(shape.points) > 2 else (kept[0], kept[-1])
            yield replace(shape, points=ends, moving=shape.moving and len(ends) > 1)


def _fine(points: Sequence[LatLon]) -> list[LatLon]:
    if len(points) == 2:
        return [between(points[0], points[1], step / FINE) for step in range(FINE + 1)]
    return [point for _, point in cut(points, line_length_m(points) / FINE)]
