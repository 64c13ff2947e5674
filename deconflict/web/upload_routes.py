"""A line drawn elsewhere (KML, KMZ, GPX) opens the form with its way on it: the ends, the points that are named, and of the bends as many
as a form has stops. What is lost is said. Nothing of the file is kept."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from deconflict.domain.activity import LatLon
from deconflict.domain.coordinates import format_dd
from deconflict.domain.errors import Refused
from deconflict.domain.geodesy import distance_m
from deconflict.domain.msgid import N_
from deconflict.domain.zone import POLYGON
from deconflict.files.routes import Route, thinned
from deconflict.schemas.filings import MOST_STOPS
from deconflict.web import plans
from deconflict.web.filing_form import Typed, fresh
from deconflict.web.filing_pages import Pages, mission
from deconflict.web.filing_write import form_page
from deconflict.web.language import current_language
from deconflict.web.map_words import length
from deconflict.web.place_words import position_words

NO_ROUTE = N_("There is no line, area or point in this file.")
NO_AREA = N_("Areas are entered by the mission and by OCHA alone. Send a line or points.")
MOST_SHOWN = 20
FINE = 300
BESIDE_M = 2_000.0  # a named point farther than this from a line is none of its stops


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the file, ready to be gone on with."""

    name: str
    ends: str
    typed: Typed
    action: str
    lost: str


def page(pages: Pages, what: str, routes: tuple[Route, ...]) -> str:
    """The form itself where there is but one; else which of them. Raises Refused for what has none."""
    usable = [route for route in routes if route.points]
    if not usable:
        raise Refused(NO_ROUTE, field="file")
    if all(route.kind == "area" for route in usable) and pages is not plans.PAGES:
        raise Refused(NO_AREA, field="file")
    lines = _lines(usable)
    choices = [choice for route in lines if (choice := _choice(pages, what, route)) is not None][:MOST_SHOWN]
    if not choices:
        raise Refused(NO_ROUTE, field="file")
    if len(choices) == 1:
        (only,) = choices
        if only.lost:
            flash(only.lost, "warning")
        sheet = "zone" if only.action == plans.PAGES.new_url("zone") and pages is plans.PAGES else what
        return form_page(pages, sheet, only.typed, action=only.action)
    return render_template("uploads/routes.html", choices=choices, left=len(lines) - len(choices))


def _lines(routes: list[Route]) -> list[Route]:
    """Points that belong to no line are the stops of one, in their order."""
    lines = [route for route in routes if route.kind != "point"]
    points = [route for route in routes if route.kind == "point"]
    if lines or not points:
        return lines or routes
    named = tuple((route.name, route.points[0]) for route in points)
    return [Route("", "line", tuple(point for _name, point in named), named)]


def _choice(pages: Pages, what: str, route: Route) -> Choice | None:
    gazetteer = mission().gazetteer
    ends = [position_words(point, gazetteer) for point in (route.points[0], route.points[-1])]
    if route.kind == "area":
        if pages is not plans.PAGES:
            return None
        sheet = pages.sheets["zone"]
        corners = route.points[:-1] if route.points[0] == route.points[-1] else route.points
        values = dict(sheet.start) | {"shape": POLYGON, "points": "\n".join(map(format_dd, corners))}
        return Choice(route.name, ends[0], fresh(values, 1), pages.new_url("zone"), "")
    sheet = pages.sheets[what]
    most = MOST_STOPS if sheet.stops > 1 else 1
    stops, worst_m = _stops(route, most)
    values = dict(sheet.start)
    for n, (name, point) in enumerate(stops):
        known = (
            [place for place in gazetteer.named(name) if distance_m(place.point, point) <= BESIDE_M * 5] if name else []
        )
        values[f"stops-{n}-position"] = format_dd(point)
        if len(known) == 1:
            values[f"stops-{n}-place"] = gazetteer.written(known[0])
    lost = ""
    if worst_m > 500:
        far = length(worst_m, current_language())
        lost = ngettext(
            "The line is kept with %(num)s stop, which are joined by straight legs: at worst %(far)s from your line.",
            "The line is kept with %(num)s stops, which are joined by straight legs: at worst %(far)s from your line.",
            len(stops),
            far=far,
        )
    return Choice(
        route.name or _("Line without a name"),
        " - ".join(dict.fromkeys(ends)),
        fresh(values, max(len(stops), sheet.stops)),
        pages.new_url(what),
        lost,
    )


def _stops(route: Route, most: int) -> tuple[list[tuple[str, LatLon]], float]:
    """Named points beside the line stay, and of its bends what else there is room for; and how far the line is from them at worst."""
    named = [(name, point) for name, point in route.places if name][: max(most - 2, 0)]
    bends, worst_m = thinned(route.points, max(most - len(named), min(most, 2)))
    if not named:
        return [("", point) for point in bends], worst_m
    line = thinned(route.points, FINE)[0]  # enough to tell which point comes before which

    def along(point: LatLon) -> int:
        return min(range(len(line)), key=lambda n: distance_m(line[n], point))

    found = dict.fromkeys(bends, "") | {point: name for name, point in named}
    stops = sorted(((name, point) for point, name in found.items()), key=lambda one: along(one[1]))
    return stops[:most], worst_m
