"""An area in words: how large, how long, where, because people find a wrong corner in words and not in figures."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.coordinates import format_dd
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import ItemView
from deconflict.domain.doubts import given
from deconflict.domain.filing import Location
from deconflict.domain.zone import CORRIDOR, POLYGON, VILLAGES, Zone, middle
from deconflict.web.place_words import place_words, position_words, square_words

POINTS = {POLYGON: _l("Corners"), CORRIDOR: _l("Points"), VILLAGES: _l("Villages")}


def said(zone: Zone, places: Sequence[Location], mission: Mission, *, reduced: bool = False) -> str:
    """As `area of 42 km², in the middle 12 km north of Bankass, commune Bankass, cercle Bankass`. Once its places are reduced to
    communes, these alone."""
    if reduced:
        return ", ".join(dict.fromkeys(place.name for place in places if place.name))
    points = [place.point for place in places]
    if zone.shape == POLYGON:
        where = position_words(middle(points), mission.gazetteer)
        return _("area of %(km2)s km², in the middle %(where)s", km2=_number(zone.km2(points)), where=where)
    if zone.shape == CORRIDOR:
        return _(
            "%(km)s km from %(first)s to %(last)s, %(width)s km on either side",
            km=_number(zone.km(points)),
            first=_short(places[0], mission),
            last=_short(places[-1], mission),
            width=_number(zone.half_width_m / 1000),
        )
    return ", ".join(place_words(place, mission) for place in places)


def of_view(view: ItemView, mission: Mission) -> str:
    """The same of an item as somebody may see it; empty where it is no area."""
    places = [stop.location for stop in view.stops or ()]
    return said(view.zone, places, mission, reduced=view.reduced_at is not None) if view.zone and places else ""


def points(places: Sequence[Location]) -> tuple[str, str]:
    """Each in degrees or by name, and as grid squares."""
    named = [format_dd(place.point, 5) if given(place) else place.name for place in places]
    return "; ".join(named), "; ".join(square_words(place) for place in places)


def _short(place: Location, mission: Mission) -> str:
    return position_words(place.point, mission.gazetteer) if given(place) else place.name


def _number(value: float) -> str:
    return str(format_decimal(round(value) if value >= 10 else round(value, 2)))
