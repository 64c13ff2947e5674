"""A filing by the codes of today's list of places: what was chosen from an earlier edition keeps its meaning, not its letters."""

from __future__ import annotations

from dataclasses import replace

from deconflict.domain.filing import Filing, Location, Stop
from deconflict.domain.places import Gazetteer


def recoded(filing: Filing, gazetteer: Gazetteer) -> Filing:
    """The same places; one whose code nobody can follow to this edition stays as it was typed, where it is."""
    return replace(filing, stops=tuple(_stop(stop, gazetteer) for stop in filing.stops))


def _stop(stop: Stop, gazetteer: Gazetteer) -> Stop:
    return replace(stop, location=_location(stop.location, gazetteer))


def _location(location: Location, gazetteer: Gazetteer) -> Location:
    if location.pcode is None or location.cod_version in ("", gazetteer.edition):
        return location
    place = gazetteer.meant(location.pcode, location.cod_version)
    return replace(location, pcode=place.pcode if place else None, cod_version=gazetteer.edition if place else "")
