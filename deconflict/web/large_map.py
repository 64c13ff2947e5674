"""The large map, loaded on request: a page on which the stops of a form can be dragged, and what it draws from the mission's profile. No
tile and no line comes from anywhere else, and its address does not say what is looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask_babel import gettext as _

from deconflict.domain.activity import LatLon
from deconflict.schemas.filings import MOST_STOPS
from deconflict.web.audience import audience
from deconflict.web.filing_form import Typed
from deconflict.web.filing_pages import mission
from deconflict.web.filing_places import beside, located
from deconflict.web.forms_ui import Form
from deconflict.web.map_frame import layers
from deconflict.web.places import WRITERS

bp = Blueprint("large_map", __name__)

MOST_TOWNS = 1_000  # the chief places first; smaller ones are found by their names
SHOWN = ("borders", "rivers", "roads")
FIELDS = ("place", "position")


def page(typed: Typed) -> str:
    """The form with its places in sight and everything else carried along."""
    open_fields = {f"stops-{n}-{name}" for n in range(typed.stops) for name in FIELDS}
    return render_template(
        "own/large_map.html",
        typed=typed,
        form=Form(typed.values),
        carried={name: text for name, text in typed.values.items() if name not in open_fields},
        beside=beside(typed.values, typed.stops, {}, mission()),
        points=[place.point if place else None for place in _located(typed)],
        most=MOST_STOPS,
        map=json.dumps(_facts()),
    )


def _located(typed: Typed) -> Iterable[Any]:
    return (located(typed.values, n, mission()) for n in range(typed.stops))


def _facts() -> dict[str, Any]:
    """What the script needs to know."""
    south, west, north, east = mission().bounds
    return {
        "base": url_for("large_map.base"),
        "bounds": [[south, west], [north, east]],
        "most": MOST_STOPS,
        "texts": {
            "stop": _("Stop %(number)s", number="{number}"),
            "closer": _("Closer"),
            "wider": _("Wider"),
            "coarse": _("From there a finger covers too much. The map came closer: put it where it is."),
            "full": _("Twelve stops at most: enter the rest as another one."),
            "renamed": _(
                "Stop %(number)s: the name %(name)s was taken out, since the point is %(km)s km from it.",
                number="{number}",
                name="{name}",
                km="{km}",
            ),
            "unread": _(
                "Stop %(number)s: the map cannot show this position. The form will read it.", number="{number}"
            ),
            "unloaded": _("Something of the map could not be loaded. The list works without it."),
        },
    }


@bp.get("/map/base")
@audience(*WRITERS)
def base() -> Response:
    """What is drawn under the stops, as GeoJSON: borders, rivers and roads of the profile's base map, a layer each, and its settlements
    (to a hundred metres), more important ones first, with their `names` in the same order."""
    drawn = [layer for layer in layers(mission().basemap) if layer.name in SHOWN]
    features = [_feature("MultiLineString", map(_turned, layer.lines), layer=layer.name) for layer in drawn]
    known = mission().gazetteer.within(*mission().bounds)[:MOST_TOWNS]
    names = [place.name for place in known]
    features.append(_feature("MultiPoint", _turned([p.point for p in known], 3), layer="towns", names=names))
    collection = {"type": "FeatureCollection", "features": features}
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
    return Response(text, mimetype="application/geo+json")


def _turned(points: Iterable[LatLon], decimals: int = 5) -> list[list[float]]:
    """Longitude before latitude, as GeoJSON has it."""
    return [[round(lon, decimals), round(lat, decimals)] for lat, lon in points]


def _feature(kind: str, coordinates: Iterable[Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": list(coordinates)}}
