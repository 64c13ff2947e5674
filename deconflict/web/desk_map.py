"""The maps of a case: what is around the closest approach, and both journeys whole. Drawn for officers only, from views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from flask_babel import format_datetime, to_user_timezone
from markupsafe import Markup

from deconflict.domain.activity import OPEN_END, LatLon
from deconflict.domain.country import Mission
from deconflict.domain.desk import DeskCaseView, DeskItemView
from deconflict.domain.disclosure import ItemView
from deconflict.domain.filing import Stop
from deconflict.domain.geodesy import between, distance_m
from deconflict.domain.judgement import Judgement
from deconflict.web.map_svg import MapShape, draw

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
    around = [part for shape in shapes if (part := _around(shape, middle, reach_m)) is not None]
    far = max(distance_m(middle, point) for shape in shapes for point in shape.points) > MUCH_MORE * reach_m
    return CaseMap(_drawn(around or shapes, mission, lang, closest), more=far and bool(around))


def whole(case: DeskCaseView, mission: Mission, lang: str) -> Markup | None:
    """Both journeys from their beginning to their end; None where nothing can be drawn."""
    shapes, judgement = _shapes(case, mission), case.line.judgement
    return _drawn(shapes, mission, lang, _closest(judgement) if judgement else None) if shapes else None


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
    view, kind = item.view, "hum" if item.side == "humanitarian" else "mil"
    if view is None:
        return
    for here, there in pairwise(view.stops or ()):
        yield MapShape(kind, (here.location.point, there.location.point), 0.0, True, "")  # type: ignore[arg-type]
    for stop in view.stops or ():
        yield MapShape(kind, (stop.location.point,), _radius_m(view, stop, mission), False, _hours(stop, clock))  # type: ignore[arg-type]


def _radius_m(view: ItemView, stop: Stop, mission: Mission) -> float:
    if view.site is not None:
        return float(view.site.filed.radius_m)
    code = stop.activity or view.kind
    return mission.catalogue[code].footprint_m if code else 0.0


def _hours(stop: Stop, clock: str) -> str:
    """As `09:00-16:00`, or `Tue 09:00-Thu 16:00` of a journey of days: from the first arrival to the last departure."""
    if not stop.windows or stop.windows[-1].latest >= OPEN_END:
        return ""
    first, last = format_datetime(stop.windows[0].earliest, clock), format_datetime(stop.windows[-1].latest, clock)
    if first.split()[:-1] == last.split()[:-1]:
        last = last.split()[-1]
    return first if first.endswith(last) else f"{first}-{last}"


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
