"""A map drawn by the server as one SVG: no script, no tiles, no inline style, readable in black and white and aloud.

Equirectangular around the shapes, which is true to 1 % over the 400 km a case may span; figures are geodesic.
The caller passes only what the reader may see: nothing is hidden here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2s
from itertools import islice
from pathlib import Path

from markupsafe import Markup, escape

from deconflict.domain import geodesy
from deconflict.domain.activity import LatLon
from deconflict.domain.places import Gazetteer, Place
from deconflict.web.map_frame import Box, Layer, View, layers, thinned
from deconflict.web.map_words import WORDS, MapShape, length, told

__all__ = ["MapShape", "draw", "draw_view"]

INK = {"hum": "#144372", "mil": "#a32d14", "ocha": "#a32d14"}
DASH = {"hum": "none", "mil": "7 4", "ocha": "7 4"}
GUESSED = "2 5"
HALO = 'paint-order="stroke" stroke="#fff" stroke-width="4" stroke-linejoin="round"'
LINES_FROM_KM = 40  # borders and rivers are up to 5 km off: on a closer map they would mislead
ROADS = "roads"  # the layer that is exact enough for legs to follow it
TOWNS = 8
TRIED = 400  # of the towns on the paper: the others would find no room either
LEGEND = 22  # height in pixels
LETTER = 6.4  # mean width in pixels of a letter at 12 px


def draw(
    shapes: Sequence[MapShape],
    *,
    basemap: Path,
    width: int = 640,
    height: int = 420,
    lang: str = "fr",
    gazetteer: Gazetteer | None = None,
    closest: tuple[LatLon, LatLon] | None = None,
    said: Sequence[str] | None = None,
) -> Markup:
    """The shapes on the base map, with the nearest towns when a gazetteer is given and the line of closest approach when
    its two ends (humanitarian, mission) are; `said` as draw_view. Raises ValueError without shapes."""
    points = [p for shape in shapes for p in shape.points] + list(closest or ())
    landmark = _landmark(points, gazetteer)
    radius_m = max((shape.radius_m for shape in shapes), default=0.0)
    view = View.around(points, radius_m, width, height, landmark[0].point if landmark else None)
    return draw_view(
        shapes,
        view,
        basemap=basemap,
        lang=lang,
        gazetteer=gazetteer,
        closest=closest,
        landmark=landmark,
        said=said,
    )


def draw_view(
    shapes: Sequence[MapShape],
    view: View,
    *,
    basemap: Path,
    lang: str = "fr",
    gazetteer: Gazetteer | None = None,
    closest: tuple[LatLon, LatLon] | None = None,
    landmark: Sequence[Place] = (),
    over: Sequence[str] = (),
    towns: int = TOWNS,
    legend: bool = True,
    said: Sequence[str] | None = None,
) -> Markup:
    """What of the shapes lies on this paper. `landmark` are the towns named before all others, `towns` how many others are;
    `over` is markup laid over all of it; `legend` says which side is drawn how; `said` is what is heard instead of every shape in
    words, where the page says those beside the map."""
    width, height = view.width, view.height
    points = [p for shape in shapes for p in shape.points] + list(closest or ())
    others = [p for p in gazetteer.within(*view.bounds) if p not in landmark] if gazetteer else []
    bare = [(shape.kind, shape.points, shape.radius_m, shape.moving) for shape in shapes]  # a label may be drawn by lot
    words, uid = WORDS[lang], blake2s(repr((bare, closest, lang, width)).encode(), digest_size=4).hexdigest()
    sentences = list(said) if said else told(shapes, gazetteer, closest, lang)
    kinds = [k for k in INK if any(s.kind == k for s in shapes)]
    role = "group" if any(shape.href for shape in shapes) else "img"  # an image holds no links
    taken: list[Box] = [(0, height - 34, 150, height), (0, 0, width, LEGEND)]  # scale bar and legend
    taken += [(x - 5, y - 5, x + 5, y + 5) for x, y in map(view.xy, points)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" role="{role}" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" aria-labelledby="t{uid} d{uid}" font-family="sans-serif" font-size="12">',
        f'<title id="t{uid}">{escape(sentences[0])}</title><desc id="d{uid}">{escape(". ".join(sentences[1:]))}.</desc>',
        _patterns(uid, kinds),
        f'<rect class="map-land" width="{width}" height="{height}" fill="#f7f6f2" stroke="#595959"/>',
        *_base(view, layers(basemap), words["rough"], f"name_{lang}"),
        *(drawn for shape in shapes for drawn in _shape(shape, view, uid)),
        *_marks(shapes, view),
        *_closest(closest, view),
        *_names(shapes, closest, (landmark, others), view, lang, taken, towns),
        _scale(view, lang),
        *_legend(kinds if legend else (), words, uid, width),
        *over,
        "</svg>",
    ]
    return Markup("\n".join(parts))  # noqa: S704 - every text above went through escape()


def _landmark(points: Sequence[LatLon], gazetteer: Gazetteer | None) -> list[Place]:
    """The nearest town, when it can be shown without making the rest small: it gets room before all other names."""
    if not points or gazetteer is None:
        return []
    reach = 15_000.0 + max(geodesy.distance_m(points[0], p) for p in points)
    near = gazetteer.nearest(points[0], reach)
    return [near[0]] if near else []


def _patterns(uid: str, kinds: Sequence[str]) -> str:
    """Stripes for one side, dots for the other: the sides are told apart without colour."""
    dots = (
        f'><rect width="7" height="7" fill="#e56a54" fill-opacity=".22"/>'
        f'<circle cx="3.5" cy="3.5" r="1.2" fill="{INK["mil"]}" fill-opacity=".6"/>'
    )
    inside = {
        "hum": f'patternTransform="rotate(45)"><rect width="7" height="7" fill="#82b5e9" fill-opacity=".25"/>'
        f'<path d="M0 0V7" stroke="{INK["hum"]}" stroke-width="1.4" stroke-opacity=".6"/>',
        "mil": dots,
        "ocha": dots,
    }
    return (
        "<defs>"
        + "".join(
            f'<pattern id="{kind}{uid}" width="7" height="7" patternUnits="userSpaceOnUse" {inside[kind]}</pattern>'
            f'<marker id="go-{kind}{uid}" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="6" markerHeight="6" '
            f'orient="auto"><path d="M0 0L10 5L0 10z" fill="{INK[kind]}"/></marker>'
            for kind in kinds
        )
        + "</defs>"
    )


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _base(view: View, drawn: Sequence[Layer], rough: str, name: str) -> Iterator[str]:
    look = {
        "roads": 'stroke="#b08a50" stroke-width="1.5"',
        "rivers": 'stroke="#82b5e9" stroke-width="2"',
        "borders": 'stroke="#8c8c8c" stroke-dasharray="9 3 2 3"',
    }
    far, seen = view.width_m >= LINES_FROM_KM * 1000, False
    for layer in drawn:
        exact = layer.name == ROADS
        for line in layer.lines if layer.name in look and (far or exact) else ():
            for piece in view.clip(line):
                seen = seen or not exact
                yield f'<path class="map-{layer.name}" d="{_path(piece)}" fill="none" {look[layer.name]}/>'
        for point, names in layer.points if far else ():
            x, y = view.xy(point)
            if 40 < x < view.width - 40 and 30 < y < view.height - 40:
                yield (
                    f'<text class="map-country" x="{x:.1f}" y="{y:.1f}" text-anchor="middle" fill="#767676" '
                    f'letter-spacing="3">{escape(names.get(name, "").upper())}</text>'
                )
    if seen:
        yield (
            f'<text class="map-note" x="{view.width - 6}" y="{view.height - 7}" text-anchor="end" font-size="11" '
            f'fill="#595959" {HALO}>{escape(rough)}</text>'
        )


def _shape(shape: MapShape, view: View, uid: str) -> Iterator[str]:
    """The ground held, then the line."""
    ink, fill, radius = INK[shape.kind], f"url(#{shape.kind}{uid})", shape.radius_m / view.metres_per_px
    line, (x, y) = [view.xy(p) for p in shape.points], view.xy(shape.points[0])
    line = next(thinned(line)) if len(line) > 1 else line
    dash = GUESSED if shape.guessed else DASH[shape.kind]
    outline = f'stroke="{ink}" stroke-width="1.5" stroke-dasharray="{dash}"'
    if len(line) == 1 and radius >= 1:
        yield f'<circle class="map-{shape.kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}" {outline}/>'
    if len(line) > 1 and radius >= 1:
        yield (
            f'<path class="map-{shape.kind}" d="{_path(line)}" fill="none" stroke="{fill}" '
            f'stroke-width="{2 * radius:.1f}" stroke-linecap="round" stroke-linejoin="round"/>'
        )
    if len(line) > 1:
        go = f' marker-end="url(#go-{shape.kind}{uid})"' if shape.moving else ""
        yield f'<path d="{_path(line)}" fill="none" {outline.replace("1.5", "2.5")}{go}/>'


def _marks(shapes: Sequence[MapShape], view: View) -> Iterator[str]:
    """Where each shape begins, a place that several begin at once: round for one side, square for the other."""
    marks: dict[str, dict[str, None]] = {kind: {} for kind in INK}
    for shape in shapes:
        x, y = view.xy(shape.points[0])
        square = f'<path d="M{x - 5:.1f} {y - 5:.1f}h10v10h-10z"/>'
        marks[shape.kind][f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/>' if shape.kind == "hum" else square] = None
    for kind, found in marks.items():
        if found:
            yield f'<g fill="{INK[kind]}" stroke="#fff" stroke-width="1.5">{"".join(found)}</g>'


def _closest(ends: tuple[LatLon, LatLon] | None, view: View) -> Iterator[str]:
    if ends is not None:
        line = _path([view.xy(end) for end in ends])
        yield f'<path class="map-closest" d="{line}" stroke="#111" stroke-width="2" fill="none"/>'


def _names(
    shapes: Sequence[MapShape],
    closest: tuple[LatLon, LatLon] | None,
    towns: tuple[Iterable[Place], Iterable[Place]],
    view: View,
    lang: str,
    taken: list[Box],
    most: int,
) -> Iterator[str]:
    """All that is written beside something. What comes first finds room first: the distance, the landmark, what the reader
    knows the shapes by, the other towns."""
    landmark, others = towns
    bold = []
    if closest is not None:
        (ax, ay), (bx, by) = map(view.xy, closest)
        distance = length(geodesy.distance_m(*closest), lang)
        bold.append(_caption(distance, ((ax + bx) / 2, (ay + by) / 2), 8, view, taken, ink="#111"))
    drawn = list(_towns(landmark, view, taken, most))
    bold += [
        _linked(_caption(s.label, view.xy(s.points[0]), 11, view, taken, INK[s.kind]), s) for s in shapes if s.label
    ]
    drawn += _towns(others, view, taken, most)
    yield f'<g class="map-towns" fill="#fff" stroke="#333">{"".join(dot for dot, _name in drawn)}</g>'
    yield f'<g class="map-names" fill="#333" font-size="11" {HALO}>{"".join(name for _dot, name in drawn)}</g>'
    yield f'<g class="map-names" font-weight="bold" {HALO}>{"".join(bold)}</g>'


def _linked(caption: str, shape: MapShape) -> str:
    """From the keyboard the same link is in the page beside the map, so that nobody goes through all of them twice."""
    return f'<a href="{escape(shape.href)}" tabindex="-1">{caption}</a>' if shape.href else caption


def _towns(places: Iterable[Place], view: View, taken: list[Box], most: int) -> Iterator[tuple[str, str]]:
    """Dot and name of the first of these settlements whose names find room."""
    drawn = 0
    for place in islice(places, TRIED):
        if drawn == most:
            return
        x, y = view.xy(place.point)
        room = y > LEGEND and view.holds((x - 3, y - 3, x + 3, y + 3))
        text = _caption(place.name, (x, y), 6, view, taken) if room else ""
        if text:
            drawn += 1
            taken.append((x - 3, y - 3, x + 3, y + 3))
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>', text


def _caption(
    text: str, at: tuple[float, float], away: float, view: View, taken: list[Box], ink: str | None = None
) -> str:
    """A text beside a point where it covers no other one. What matters (with an ink, bold) is written in any case, a town's
    name not."""
    (x, y), long = at, len(text) * LETTER * (1.1 if ink else 1.0)
    places = [(x + away, y + 4), (x - away - long, y + 4), (x - long / 2, y - away - 2), (x - long / 2, y + away + 11)]
    if ink:
        places += [(left, top + shift) for shift in (16, -16, 32, -32) for left, top in places[:2]]
    for left, base in places:
        box = (left, base - 11, left + long, base + 3)
        if view.holds(box) and not any(_meet(box, other) for other in taken):
            break
    else:
        if not ink:
            return ""
        left = min(max(x + away, 2.0), max(view.width - long - 2, 2.0))
        base = min(max(y + 4, 13.0), view.height - 5.0)
    taken.append((left, base - 11, left + long, base + 3))
    colour = f' fill="{ink}"' if ink else ""
    return f'<text x="{left:.0f}" y="{base:.0f}"{colour}>{escape(text)}</text>'


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _scale(view: View, lang: str) -> str:
    """A bar of 1, 2 or 5 times a power of ten, as long as fits in 130 pixels."""
    power = 10.0 ** math.floor(math.log10(130 * view.metres_per_px))
    metres = max(step * power for step in (1, 2, 5) if step * power <= 130 * view.metres_per_px)
    right, y = 10 + metres / view.metres_per_px, view.height - 10
    return (
        f'<g class="map-scale"><path d="M10 {y - 5}V{y}H{right:.1f}V{y - 5}" fill="none" stroke="#333" stroke-width="2"/>'
        f'<text x="14" y="{y - 6}" font-size="11" fill="#333" {HALO}>{length(metres, lang)}</text></g>'
    )


def _legend(kinds: Sequence[str], words: dict[str, str], uid: str, width: int) -> Iterator[str]:
    yield f'<rect width="{width}" height="{LEGEND}" fill="#fff" fill-opacity=".85"/>'
    x = 10.0
    for kind in kinds:
        corner = 7 if kind == "hum" else 0
        yield (
            f'<rect x="{x:.0f}" y="4" width="14" height="14" rx="{corner}" fill="url(#{kind}{uid})" '
            f'stroke="{INK[kind]}" stroke-dasharray="{"none" if kind == "hum" else "3 2"}"/>'
            f'<text x="{x + 20:.0f}" y="15" fill="{INK[kind]}" font-weight="bold">{escape(words[kind])}</text>'
        )
        x += 40 + len(words[kind]) * 7.5
    yield f'<text x="{width - 10}" y="15" text-anchor="end" font-weight="bold" fill="#333">N ↑</text>'
