"""A place in words, because people find a mistake in words and not in figures: what was understood is told so wherever it is
shown."""

from __future__ import annotations

from flask_babel import gettext as _

from deconflict.domain.activity import LatLon
from deconflict.domain.coordinates import format_dd, format_mgrs
from deconflict.domain.country import Mission
from deconflict.domain.doubts import given
from deconflict.domain.filing import Location
from deconflict.domain.msgid import N_
from deconflict.domain.place import Place, in_cercle, within
from deconflict.domain.places import Gazetteer, label, units
from deconflict.web.language import current_language, named
from deconflict.web.map_words import length, of_place

AT_PLACE_M = 500.0
SQUARES = ((1.0, 10), (10.0, 8), (100.0, 6))  # uncertainty in metres -> digits of the square that still tells the truth
# `of_place` is "of Bankass", in French "de Bankass" or "d'Ansongo".
TOWARDS = {
    "N": N_("%(distance)s north %(of_place)s"),
    "NE": N_("%(distance)s north-east %(of_place)s"),
    "E": N_("%(distance)s east %(of_place)s"),
    "SE": N_("%(distance)s south-east %(of_place)s"),
    "S": N_("%(distance)s south %(of_place)s"),
    "SW": N_("%(distance)s south-west %(of_place)s"),
    "W": N_("%(distance)s west %(of_place)s"),
    "NW": N_("%(distance)s north-west %(of_place)s"),
}


def position_words(point: LatLon, gazetteer: Gazetteer) -> str:
    """As `12 km north-east of Bankass, commune Bankass, cercle Bankass`; the place itself within 500 m of it."""
    near = gazetteer.describe(point)
    if near.distance_m < AT_PLACE_M:
        return label(near.place)
    language = current_language()
    said = _(
        TOWARDS[near.compass],
        distance=length(near.distance_m, language),
        of_place=of_place(near.place.name, language),
    )
    return f"{said}, {units(near.place)}"


def place_words(place: Location, mission: Mission) -> str:
    """As `Bankass (commune Bankass, cercle Bankass)`; of a position how far it is from the nearest settlement."""
    known = mission.gazetteer.meant(place.pcode, place.cod_version)
    if not given(place) and known is not None:
        return label(known)
    return position_words(place.point, mission.gazetteer)


def placed_words(place: Location, mission: Mission) -> str:
    """The place; the figures too when a position was given, since the words hide the last metres."""
    words = place_words(place, mission)
    if not given(place):
        return words
    said = named(place.name, words) if place.name and place.name not in words else words
    return f"{said} [{format_dd(place.point, 5)}]"


def square_words(place: Location) -> str:
    """The grid square, no finer than the position is known."""
    digits = next((digits for limit_m, digits in SQUARES if place.uncertainty_m <= limit_m), 4)
    return format_mgrs(place.point, digits)


def exactness(place: Location) -> str:
    """How far off it may be, as `known to about 60 m`; empty for a place of the list."""
    if not given(place):
        return ""
    return _("known to about %(length)s", length=length(max(place.uncertainty_m, 1.0), current_language()))


def where_words(place: Place) -> str:
    """As `commune Bankass, cercle Bankass, region Mopti`: what tells places of one name apart."""
    inside = units(place) if place.level == "town" else in_cercle(place)
    return f"{inside}, {region_words(place)}"


def region_words(place: Place) -> str:
    return within(place.terms.region[current_language()], place.region_name)
