"""An area drawn on a map, without scripts: a press is one corner more, one point of the line or one village. What is drawn are the lines
of the form, which the page carries with all that was typed; it stands in no address and is kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError

from deconflict.domain.activity import LatLon
from deconflict.domain.coordinates import format_on_map, inside
from deconflict.domain.country import Mission
from deconflict.domain.filing import Location
from deconflict.domain.zone import CORRIDOR, LEAST, MOST_POINTS, POLYGON, SETTLEMENT_M, VILLAGES, Zone
from deconflict.schemas.whereabouts import candidates, locate
from deconflict.schemas.zones import SHAPES, Kilometres, fault_words, lines_in
from deconflict.web import map_pick, zone_words
from deconflict.web.filing_form import Typed
from deconflict.web.map_pick import Sight
from deconflict.web.map_words import MapShape, Sign
from deconflict.web.place_words import position_words
from deconflict.web.zone_map import zone_shapes

DRAW = "draw"  # the button of the form
HOW = {
    POLYGON: _l("Press the map where the next corner is, in order around the area."),
    CORRIDOR: _l("Press the map where the next point of the line is, from one end to the other."),
    VILLAGES: _l("Press the map on a village: the nearest one of the list is taken."),
}
FULL = _l("At most %(most)s lines. Make two areas of it, or give fewer corners.", most=MOST_POINTS)
NO_VILLAGE = _l("No village of the list is so near. Press closer to one, or write its name on the form.")


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the page shows: all that was typed, the lines drawn so far among it, and what is looked at. `note`: why a press changed
    nothing."""

    typed: Typed
    sight: Sight
    note: Any = ""

    @property
    def shape(self) -> str:
        return self.typed.values["shape"]

    @property
    def lines(self) -> tuple[str, ...]:
        return lines_in(self.typed.values.get("points", ""))


@dataclass(frozen=True, slots=True)
class Line:
    """One beside the map. `said`: where it is, in words; empty where it is not understood."""

    number: int
    text: str
    said: str


def turned(form: Mapping[str, str], typed: Typed, mission: Mission) -> Drawing | Typed | None:
    """What the form, or the page with the map, asked for: the map; the form again; None where it is about something else."""
    chosen = typed.values.get("shape", "")
    typed = replace(typed, values=typed.values | {"shape": chosen if chosen in SHAPES else POLYGON})
    if form.get("_do") == DRAW:
        return Drawing(typed, _over_all(typed, mission))
    look = map_pick.looked(form)
    sight = map_pick.carried_in(form, mission) if look and "_draw" in form else None
    if sight is None:
        return None
    if look == "back":
        return typed
    return _drawn(look, form, Drawing(typed, sight), mission)


def page(drawing: Drawing, sign: Sign, mission: Mission) -> str:
    places = _places_in(drawing.typed.values.get("points", ""), mission)
    points = [place.point for place in places if place is not None]
    zone = Zone(drawing.shape, _half_width_m(drawing.typed.values.get("half_width_km", "")))
    return render_template(
        "own/draw.html",
        typed=drawing.typed,
        sight=drawing.sight,
        side=map_pick.SIDE,
        picture=map_pick.image(list(_shapes(zone, places, sign, drawing.sight)), drawing.sight, mission),
        finger=map_pick.finger(drawing.sight),
        cross=position_words(drawing.sight.centre, mission.gazetteer),
        how=HOW[drawing.shape],
        heading=zone_words.POINTS[drawing.shape],
        lines=list(_beside(drawing.lines, places, mission)),
        said=_said(zone, places, mission),
        wrong=[drawing.note] if drawing.note else list(_wrong(zone, points)),
    )


def _places_in(text: str, mission: Mission) -> list[Location | None]:
    """Each line as it is understood; None where it is not."""
    found: list[Location | None] = []
    for line in lines_in(text)[:MOST_POINTS]:  # each that is unknown is looked for among all places
        try:
            found.append(locate(mission, place=line))
        except ValidationError:
            found.append(None)
    return found


def _half_width_m(text: str) -> float:
    """Of a line, as typed; 0 where it cannot be read."""
    try:
        return float(Kilometres().deserialize(text))
    except ValidationError:
        return 0.0


def _over_all(typed: Typed, mission: Mission) -> Sight:
    """All that is drawn, as near as it fits; the country where nothing is."""
    points = [place.point for place in _places_in(typed.values.get("points", ""), mission) if place is not None]
    if points:
        return map_pick.around(points)
    south, west, north, east = mission.bounds
    return map_pick.around([(south, west), (north, east)], margin=1.0)


def _drawn(look: str, form: Mapping[str, str], before: Drawing, mission: Mission) -> Drawing:
    if look == "all":
        return replace(before, sight=_over_all(before.typed, mission))
    if look.startswith("drop-"):
        gone = look.removeprefix("drop-")
        return _with(before, [line for n, line in enumerate(before.lines, 1) if str(n) != gone])
    sight = map_pick.moved(look, form, before.sight, mission.bounds)
    after = replace(before, sight=replace(sight, pin=None))
    return _one_more(after, sight.pin, mission) if sight.pin else after


def _one_more(before: Drawing, at: LatLon, mission: Mission) -> Drawing:
    if len(before.lines) >= MOST_POINTS:
        return replace(before, note=FULL)
    line = format_on_map(at, before.sight.off_m)
    if before.shape == VILLAGES:
        line = _village(at, max(before.sight.off_m, SETTLEMENT_M), mission)
        if not line:
            return replace(before, note=NO_VILLAGE)
    return _with(before, [*before.lines, line])


def _with(before: Drawing, lines: list[str]) -> Drawing:
    return replace(before, typed=replace(before.typed, values=before.typed.values | {"points": "\n".join(lines)}))


def _village(at: LatLon, within_m: float, mission: Mission) -> str:
    """The nearest one, in words that are read as it and no other; empty where none is so near."""
    found = mission.gazetteer.nearest(at, within_m)
    if found is None:
        return ""
    alone = candidates(mission.gazetteer, found[0].name) == [found[0]]
    return found[0].name if alone else mission.gazetteer.written(found[0])


def _shapes(zone: Zone, places: list[Location | None], sign: Sign, sight: Sight) -> Iterator[MapShape]:
    """With the numbers of their lines. What stands beyond the paper has no number on it."""
    numbered = [(str(n), place.point) for n, place in enumerate(places, 1) if place is not None]
    for shape in zone_shapes(zone, [point for _n, point in numbered], sign, [number for number, _point in numbered]):
        if len(shape.points) > 1 or inside(shape.points[0], sight.view.bounds):
            yield shape


def _beside(lines: tuple[str, ...], places: list[Location | None], mission: Mission) -> Iterator[Line]:
    for n, (text, place) in enumerate(zip(lines, places, strict=False), 1):
        yield Line(n, text, position_words(place.point, mission.gazetteer) if place else "")


def _said(zone: Zone, places: list[Location | None], mission: Mission) -> str:
    """All of it in words, once it is whole."""
    known = [place for place in places if place is not None]
    points = [place.point for place in known]
    lacks_width = zone.shape == CORRIDOR and not zone.half_width_m
    if len(set(points)) < LEAST[zone.shape] or zone.shape == VILLAGES or lacks_width or zone.fault(points):
        return ""
    return zone_words.said(zone, known, mission)


def _wrong(zone: Zone, points: list[LatLon]) -> Iterator[Any]:
    """What the form would say of the border."""
    if len(set(points)) >= LEAST[zone.shape] and (fault := zone.fault(points)) is not None:
        yield fault_words(fault, points)
    if zone.shape == CORRIDOR and not zone.half_width_m:
        yield _("Give its width on the form.")
