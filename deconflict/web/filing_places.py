"""What the form says beside the place of each stop: how it was understood, what else may have been meant, what to tick. Worked out
from what was typed and the mission's own list of places, and from nothing that anybody else filed (RUL-6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask_babel import gettext as _
from marshmallow import ValidationError

from deconflict.domain.activity import LatLon
from deconflict.domain.coordinates import BadPosition, read_position
from deconflict.domain.country import Mission
from deconflict.domain.doubts import spot
from deconflict.domain.filing import Location
from deconflict.domain.geodesy import distance_m
from deconflict.domain.place import Place, label
from deconflict.schemas.doubt_words import TICKS
from deconflict.schemas.whereabouts import candidates, locate, offers
from deconflict.web.language import current_language
from deconflict.web.map_words import length
from deconflict.web.place_words import exactness, place_words, position_words, region_words, square_words
from deconflict.web.window_words import windows_understood

PLACE_FIELDS = ("place", "place_pcode", "position", "correction")
MOST_PICKS = 8


@dataclass(frozen=True, slots=True)
class Pick:
    """A place or position that may have been meant: `value` is what the page sends back, `said` what a person reads."""

    value: str
    said: str


@dataclass(frozen=True, slots=True)
class Beside:
    """Of one stop. `understood`: its place in words, empty where there is none to tell; `picks` places to choose from;
    `corrections` what the position may be a slip for; `spot` what a tick is of; `ticks` the ticks to show."""

    understood: str = ""
    picks: tuple[Pick, ...] = ()
    corrections: tuple[Pick, ...] = ()
    spot: str = ""
    ticks: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)


def beside(
    values: Mapping[str, str], stops: int, errors: Mapping[str, list[str]], mission: Mission, *, military: bool = False
) -> list[Beside]:
    """Of every stop of the page. `military`: with grid squares, and `groups`, each window in the other notation by its name."""
    found = [_beside(values, n, errors, mission, military=military) for n in range(stops)]
    if not military:
        return found
    return [replace(one, groups=windows_understood(values, n, mission.zone)) for n, one in enumerate(found)]


def located(values: Mapping[str, str], n: int, mission: Mission) -> Location | None:
    """Where stop `n` is, as typed so far; None where that says no place."""
    row = stop_typed(values, n)
    return _located(row, mission) if any(row.values()) else None


def stop_typed(values: Mapping[str, str], n: int) -> dict[str, str]:
    """The place of one stop as typed, white space tidied as the schema does."""
    return {name: " ".join(values.get(f"stops-{n}-{name}", "").split()) for name in PLACE_FIELDS}


def _beside(
    values: Mapping[str, str], n: int, errors: Mapping[str, list[str]], mission: Mission, *, military: bool
) -> Beside:
    row = stop_typed(values, n)
    if not any(row.values()):
        return Beside()
    location = _located(row, mission)
    asked = {name for name in TICKS.values() if errors.get(f"stops-{n}-{name}")}
    here = spot(location) if location else ""
    ticks = [name for name in TICKS.values() if name in asked or (here and values.get(f"stops-{n}-{name}") == here)]
    questioned = any(errors.get(f"stops-{n}-{name}") for name in ("place", "position"))
    return Beside(
        understood=_understood(row, location, mission, military=military),
        picks=tuple(_picks(row, mission, _before(values, n, mission))) if questioned else (),
        corrections=tuple(_corrections(row, mission)) if questioned or asked or row["correction"] else (),
        spot=here,
        ticks=tuple(ticks),
    )


def _located(row: Mapping[str, str], mission: Mission) -> Location | None:
    try:
        return locate(
            mission,
            place=row["place"],
            pcode=row["place_pcode"],
            position=row["position"],
            correction=row["correction"],
        )
    except ValidationError:
        return None


def _understood(row: Mapping[str, str], location: Location | None, mission: Mission, *, military: bool) -> str:
    """Of a position that is refused too: where it would be is what shows that it is wrong."""
    if location is not None:
        square = square_words(location) if military else ""
        return ", ".join(filter(None, (place_words(location, mission), square, exactness(location))))
    try:
        return position_words(read_position(row["position"] or row["place"]).point, mission.gazetteer)
    except BadPosition:
        return ""


def _before(values: Mapping[str, str], n: int, mission: Mission) -> tuple[int, LatLon] | None:
    """The nearest stop before this one of which the place is known: its number as people count, and where it is."""
    for number in range(n, 0, -1):
        if location := located(values, number - 1, mission):
            return number, location.point
    return None


def _picks(row: Mapping[str, str], mission: Mission, before: tuple[int, LatLon] | None) -> list[Pick]:
    """Places of that name, the nearest to the stop before first, or of a like name."""
    named = candidates(mission.gazetteer, row["place"]) if row["place"] else []
    if len(named) == 1 or not row["place"]:
        return []
    if named and before:
        named.sort(key=lambda place: distance_m(before[1], place.point))
    near = named or [p for p in mission.gazetteer.search(row["place"], 12) if p.level in ("town", "commune")]
    return [Pick(f"pcode|{place.pcode}", _said(place, before)) for place in near[:MOST_PICKS]]


def _said(place: Place, before: tuple[int, LatLon] | None) -> str:
    """As `Koro (commune Koro, cercle Koro), region Mopti, 64 km from stop 1 as the crow flies`."""
    words = f"{label(place)}, {region_words(place)}"
    if before is None:
        return words
    far = length(distance_m(before[1], place.point), current_language())
    away = _("%(distance)s from stop %(number)s as the crow flies", distance=far, number=before[0])
    return f"{words}, {away}"


def _corrections(row: Mapping[str, str], mission: Mission) -> list[Pick]:
    """In figures and in words."""
    return [
        Pick(offer.value, f"{offer.value} ({position_words(offer.position.point, mission.gazetteer)})")
        for offer in offers(mission, row)
    ]
