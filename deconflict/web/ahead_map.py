"""The map of a half-day or a day at the desk. Few items are drawn each with its reference, which leads to its page; of many only how many
are in each commune, neighbours together where there is no room between them. Sides are told apart by shape and by pattern."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from deconflict.domain.activity import LatLon
from deconflict.domain.ahead import SITE, AheadItem, DayRow
from deconflict.domain.country import Mission
from deconflict.domain.half_days import Span
from deconflict.web.language import current_language
from deconflict.web.map_frame import View, thinned
from deconflict.web.map_svg import INK, MapShape, draw_view
from deconflict.web.map_words import sign_of
from deconflict.web.zone_map import zone_shapes

WIDTH, HEIGHT = 380, 400  # pixels: letters of a wider one would be too small on a phone
FEW = 25  # items that are drawn one by one
APART_PX = 44.0  # two numbers nearer than this are one
NEAR_PX = 7.0
NUMBERS_MOST = 60
OUTLINES_MOST, OUTLINE_POINTS = 40, 60
STEPS = ((10, 0.55), (5, 0.4), (2, 0.25), (0, 0.12))  # items from which on a commune is shaded so much


@dataclass(slots=True)
class Cluster:
    """Communes that are drawn as one, at the fullest of them."""

    x: float
    y: float
    hum: int
    mil: int
    places: int = 1


def draw_day(items: Sequence[AheadItem], rows: Sequence[DayRow], span: Span, mission: Mission) -> Markup | None:
    """None where nothing has a place."""
    moves = [item for item in items if item.layer != SITE and item.presences]
    each = len(moves) <= FEW
    shapes = [shape for item in moves for shape in _shapes(item, span)] if each else []
    points = [point for shape in shapes for point in shape.points] + [row.place.point for row in rows]
    if not points:
        return None
    view = View.around(points, max((shape.radius_m for shape in shapes), default=0.0), WIDTH, HEIGHT)
    over = [*_shaded(rows, view, mission), *(() if each else _numbers(rows, view))]
    over += [*_sites(items, view), *_rings(shapes, view)] if each else []
    return draw_view(
        shapes,
        view,
        basemap=mission.basemap,
        lang=current_language(),
        gazetteer=mission.gazetteer,
        over=over,
        said=[_("Map of what is ahead"), _("The table below says the same in words")],
    )


def _shapes(item: AheadItem, span: Span) -> Iterator[MapShape]:
    """Where it is in the span, marked with its reference, and straight lines to where it goes in it."""
    kind = sign_of(item.side, of_ocha=item.of_ocha)
    if item.zone is not None:
        yield from zone_shapes(item.zone, item.points, kind, [item.reference])
        return
    legs = [
        (here, there)
        for here, there in pairwise(item.presences)
        if here.point != there.point and span.holds(here.begins, there.ends)
    ]
    for here, there in legs:
        yield MapShape(kind, (here.point, there.point), 0.0, True, "", guessed=True)
    here_now = list(item.places_in(span)) or [here for here, _there in legs[:1]]
    href = url_for("desk.item", reference=item.reference)
    seen: set[LatLon] = set()
    for one in here_now:
        if one.point not in seen:
            yield MapShape(kind, (one.point,), 0.0, False, "" if seen else item.reference, href="" if seen else href)
        seen.add(one.point)


def _sites(items: Sequence[AheadItem], view: View) -> list[str]:
    """A cross in a ring each: what stands is told from what moves."""
    points = [one.point for item in items if item.layer == SITE for one in item.presences[:1]]
    marks = []
    for x, y in dict.fromkeys((round(x), round(y)) for x, y in map(view.xy, points)):
        if view.holds((x - 4, y - 4, x + 4, y + 4)):
            marks.append(f"M{x - 4} {y}h8M{x} {y - 4}v8")
    drawn = "".join(marks[: 5 * NUMBERS_MOST])
    return (
        [f'<path class="map-sites" d="{drawn}" stroke="{INK["hum"]}" stroke-width="2" fill="none"/>'] if drawn else []
    )


def _rings(shapes: Sequence[MapShape], view: View) -> Iterator[str]:
    """Around marks of both sides that lie on each other, of which one would not be seen."""
    hum, mil = (
        [view.xy(s.points[0]) for s in shapes if s.label and (s.kind == "hum") is humanitarian]
        for humanitarian in (True, False)
    )
    for x, y in dict.fromkeys((round(x), round(y)) for x, y in mil):
        if any(abs(x - left) < NEAR_PX and abs(y - top) < NEAR_PX for left, top in hum):
            yield f'<circle class="map-both" cx="{x}" cy="{y}" r="10" fill="none" stroke="#111" stroke-width="2"/>'


def _numbers(rows: Sequence[DayRow], view: View) -> Iterator[str]:
    """A round number and a square one beside each other, side by side with their letters."""
    clusters: list[Cluster] = []
    for row in rows:
        x, y = view.xy(row.place.point)
        hum, mil = len(row.hum) + len(row.sites), len(row.mil)
        near = next((c for c in clusters if abs(c.x - x) < APART_PX and abs(c.y - y) < APART_PX / 2), None)
        if near is not None:
            near.hum, near.mil, near.places = near.hum + hum, near.mil + mil, near.places + 1
        elif len(clusters) < NUMBERS_MOST:
            clusters.append(Cluster(x, y, hum, mil))
    yield '<g font-weight="bold" text-anchor="middle" fill="#fff" stroke="none">'
    for one in clusters:
        beside = 11 if one.hum and one.mil else 0
        if one.hum:
            yield f'<circle cx="{one.x - beside:.0f}" cy="{one.y:.0f}" r="11" fill="{INK["hum"]}"/>'
            yield _number(one.hum, one.x - beside, one.y)
        if one.mil:
            yield f'<path d="M{one.x + beside - 10:.0f} {one.y - 10:.0f}h20v20h-20z" fill="{INK["mil"]}"/>'
            yield _number(one.mil, one.x + beside, one.y)
    yield "</g>"


def _number(count: int, x: float, y: float) -> str:
    return f'<text x="{x:.0f}" y="{y + 4:.0f}">{count}</text>'


def _shaded(rows: Sequence[DayRow], view: View, mission: Mission) -> Iterator[str]:
    """The outline of a commune, the darker the more are in it, where the country's list of places has outlines."""
    outlines = mission.communes.outlines if mission.communes else {}
    for row in rows[:OUTLINES_MOST]:
        outline = outlines.get(row.place.pcode)
        for polygon in getattr(outline, "geoms", [outline] if outline is not None else []):
            ring = list(polygon.exterior.coords)
            ring = ring[:: max(1, len(ring) // OUTLINE_POINTS)]
            line = next(thinned([view.xy((lat, lon)) for lon, lat, *_height in ring]))
            depth = next(depth for least, depth in STEPS if row.count >= least)
            path = "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in line) + "Z"
            yield f'<path class="map-commune" d="{path}" fill="#555" fill-opacity="{depth}" stroke="#555"/>'


def names(item: AheadItem, mission: Mission) -> str:
    """What it is about: what is done on site, else what the whole goes by."""
    on_site = item.kinds[1:] or item.kinds
    return ", ".join(mission.catalogue[code].label[current_language()] for code in on_site)
