"""A point chosen on a map, without scripts: the drawing is a button, and where it is pressed comes in the body of a POST. What is looked
at and where the pin stands travel in the page alone, as all that was typed does; they stand in no address and are kept nowhere."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from flask import render_template

from deconflict.domain.activity import LatLon, Side
from deconflict.domain.coordinates import MAP_CLICK_M, Bounds, format_on_map, inside
from deconflict.domain.country import Mission
from deconflict.schemas.whereabouts import COARSEST_M, POSITION
from deconflict.web.filing_form import Typed
from deconflict.web.filing_places import located
from deconflict.web.language import current_language
from deconflict.web.map_frame import MARGIN, View
from deconflict.web.map_svg import MapShape, draw_view
from deconflict.web.map_words import length, sign_of
from deconflict.web.place_words import position_words

SIDE = 320  # pixels each way; a phone 360 wide leaves 328
FINGER_PX = 8  # what somebody who presses a small map misses by
# How wide the map is at each step, in metres, the widest first.
WIDTHS = (3_200_000, 1_600_000, 800_000, 400_000, 200_000, 100_000, 50_000, 25_000, 12_500, 6_000)
NEAR = 7  # the step at which a stop that is known is looked at
AROUND = 5  # the step for a stop that is not, around the one before it
COMES_CLOSER = 2  # steps, where a finger covers too much to put a pin
TOWNS = 14
SHIFTS = {"north": (1, 0), "south": (-1, 0), "west": (0, -1), "east": (0, 1)}
PAIR = re.compile(r"(-?\d{1,2}(?:\.\d{1,6})?) (-?\d{1,3}(?:\.\d{1,6})?)", re.ASCII)
OPENS = re.compile(r"map-(\d{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sight:
    """What the page shows: of which stop (from 0), around which point, how near, and where the pin stands. `outside`: what was
    pressed lies outside the country."""

    stop: int
    centre: LatLon
    zoom: int
    pin: LatLon | None = None
    outside: bool = False

    @property
    def view(self) -> View:
        return View.at(self.centre, SIDE, SIDE, WIDTHS[self.zoom] / SIDE)

    @property
    def off_m(self) -> float:
        """How far from what was meant a press on this map may be."""
        return max(MAP_CLICK_M, math.ceil(FINGER_PX * WIDTHS[self.zoom] / SIDE / 10) * 10.0)

    @property
    def fine(self) -> bool:
        """Whether a press on this map says enough to find a stop by."""
        return self.off_m <= COARSEST_M

    @property
    def carried(self) -> dict[str, str]:
        """The hidden fields by which the next page knows it."""
        pin = {"_pin": _written(self.pin)} if self.pin else {}
        return {"_map": str(self.stop), "_centre": _written(self.centre), "_zoom": str(self.zoom)} | pin


def turned(form: Mapping[str, str], typed: Typed, mission: Mission) -> Sight | Typed | None:
    """What the form, or the page with the map, asked for: the map; the form again, with the point or without; None where it is
    about something else."""
    if opens := OPENS.fullmatch(form.get("_do", "")):
        return opened(typed, min(int(opens[1]), typed.stops - 1), mission)
    look = looked(form)
    sight = _read(form, typed, mission) if look else None
    if sight is None:
        return None
    if look == "back":
        return typed
    if look == "use" and sight.pin and sight.fine:
        return _used(typed, sight)
    return moved(look, form, sight, mission.bounds)


def looked(form: Mapping[str, str]) -> str:
    """Which button of a page with a map was pressed; `press` for the map itself."""
    return form.get("_look", "press" if "_at.x" in form else "")


def opened(typed: Typed, stop: int, mission: Mission) -> Sight:
    """The stop as typed so far; else around the one before it; else the country."""
    here = located(typed.values, stop, mission)
    if here is not None:
        fits = [n for n, wide_m in enumerate(WIDTHS) if wide_m >= 4 * here.uncertainty_m]
        return Sight(stop, here.point, min(NEAR, fits[-1]))
    for before in range(stop - 1, -1, -1):
        if (other := located(typed.values, before, mission)) is not None:
            return Sight(stop, other.point, AROUND)
    south, west, north, east = mission.bounds
    return around([(south, west), (north, east)], stop, margin=1.0)


def around(points: Sequence[LatLon], stop: int = 0, *, margin: float = MARGIN) -> Sight:
    """All of these, as near as they fit with some paper around them."""
    whole = View.around(points, 0.0, SIDE, SIDE)
    fits = [n for n, wide_m in enumerate(WIDTHS) if wide_m >= whole.width_m / MARGIN * margin]
    return Sight(stop, whole.centre, fits[-1] if fits else 0)


def picture(sight: Sight, typed: Typed, mission: Mission, side: Side) -> str:
    """The drawing as the address of an image, which no browser has to fetch: with the other stops of this side, the cross and the
    pin."""
    view, n, kind = sight.view, sight.stop, sign_of(side)
    shapes = []
    for number in range(typed.stops):
        known = located(typed.values, number, mission) if number != n else None
        if known is not None and inside(known.point, view.bounds):
            shapes.append(MapShape(kind, (known.point,), 0.0, False, str(number + 1)))
    return image(shapes, sight, mission)


def image(shapes: Sequence[MapShape], sight: Sight, mission: Mission) -> str:
    """These, the cross and the pin, as the address of an image."""
    svg = draw_view(
        shapes,
        sight.view,
        basemap=mission.basemap,
        lang=current_language(),
        gazetteer=mission.gazetteer,
        over=tuple(_over(sight)),
        towns=TOWNS,
        legend=False,
    )
    return "data:image/svg+xml," + quote(
        svg, safe=" /:;=,()'"
    )  # as text, which the line carries at half the bytes of base64


def finger(sight: Sight) -> str:
    """What a press covers, in words."""
    return length(sight.off_m, current_language())


def _over(sight: Sight) -> Iterator[str]:
    half = SIDE / 2
    yield (
        f'<path d="M{half - 14} {half}h10m8 0h10M{half} {half - 14}v10m0 8v10" stroke="#111" stroke-width="2" fill="none"/>'
    )
    if sight.pin and inside(sight.pin, sight.view.bounds):
        x, y = sight.view.xy(sight.pin)
        yield (
            f'<path d="M{x:.1f} {y:.1f}l-8 -15a9 9 0 1 1 16 0z" fill="#a8201a" stroke="#fff" stroke-width="1.5"/>'
            f'<circle cx="{x:.1f}" cy="{y - 19:.1f}" r="3" fill="#fff"/>'
        )


def moved(look: str, form: Mapping[str, str], sight: Sight, bounds: Bounds) -> Sight:
    """The map after this button, or this press."""
    if look == "press":
        return _pressed(sight, _pressed_at(form, sight), bounds)
    if look == "pin" and sight.fine:
        return replace(sight, pin=sight.centre)
    if look in ("in", "out"):
        zoom = min(max(sight.zoom + (1 if look == "in" else -1), 0), len(WIDTHS) - 1)
        return replace(sight, zoom=zoom)
    up, right = SHIFTS.get(look, (0, 0))
    beside = sight.view.latlon(SIDE / 2 + right * SIDE / 2, SIDE / 2 - up * SIDE / 2)
    return replace(sight, centre=_within(beside, bounds))


def _pressed(sight: Sight, point: LatLon, bounds: Bounds) -> Sight:
    """A pin where a press says enough; else the map comes closer there."""
    if not inside(point, bounds):
        return replace(sight, outside=True)
    if sight.fine:
        return replace(sight, pin=point)
    return replace(sight, centre=point, zoom=min(sight.zoom + COMES_CLOSER, len(WIDTHS) - 1))


def _pressed_at(form: Mapping[str, str], sight: Sight) -> LatLon:
    """From the keyboard a browser sends 0, 0: that is the cross."""
    x, y = (_pixel(form.get(f"_at.{axis}", "")) for axis in "xy")
    return sight.view.latlon(x, y) if (x, y) != (0, 0) else sight.centre


def _pixel(text: str) -> int:
    return min(int(text), SIDE) if re.fullmatch(r"\d{1,4}", text, re.ASCII) else 0


def _used(typed: Typed, sight: Sight) -> Typed:
    """With the point as the stop's position. Instead of a position that stood where the name of the place stands; beside a name."""
    assert sight.pin is not None
    at = f"stops-{sight.stop}"
    values = typed.values | {f"{at}-position": format_on_map(sight.pin, sight.off_m), f"{at}-correction": ""}
    if POSITION.match(values.get(f"{at}-place", "")):
        values[f"{at}-place"] = ""
    return replace(typed, values=values)


def _read(form: Mapping[str, str], typed: Typed, mission: Mission) -> Sight | None:
    stop = form.get("_map", "")
    sight = carried_in(form, mission) if re.fullmatch(r"\d{1,2}", stop, re.ASCII) else None
    return sight and replace(sight, stop=min(int(stop), typed.stops - 1))


def carried_in(form: Mapping[str, str], mission: Mission) -> Sight | None:
    """What the page carried; None where somebody else made it."""
    zoom, centre = form.get("_zoom", ""), _point(form.get("_centre", ""))
    if not (re.fullmatch(r"\d", zoom, re.ASCII) and centre):
        return None
    pin = _point(form.get("_pin", ""))
    inner = pin if pin and inside(pin, mission.bounds) else None
    return Sight(0, _within(centre, mission.bounds), int(zoom), inner)


def _within(point: LatLon, bounds: Bounds) -> LatLon:
    south, west, north, east = bounds
    return min(max(point[0], south), north), min(max(point[1], west), east)


def _written(point: LatLon) -> str:
    return f"{point[0]:.6f} {point[1]:.6f}"


def _point(text: str) -> LatLon | None:
    found = PAIR.fullmatch(text)
    return (float(found[1]), float(found[2])) if found else None


def page(typed: Typed, sight: Sight, mission: Mission, side: Side) -> str:
    """The page on which the point is chosen; all that was typed stays in it."""
    gazetteer = mission.gazetteer
    return render_template(
        "own/on_map.html",
        typed=typed,
        sight=sight,
        side=SIDE,
        picture=picture(sight, typed, mission, side),
        finger=finger(sight),
        cross=position_words(sight.centre, gazetteer),
        pin=position_words(sight.pin, gazetteer) if sight.pin else "",
    )
