"""A place as people give it: a name, a P-code, a position, or a name and a position that must agree."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError

from deconflict.domain.activity import LatLon
from deconflict.domain.coordinates import BadPosition, Position, inside, read_position
from deconflict.domain.country import Mission
from deconflict.domain.doubts import DOUBTFUL_M
from deconflict.domain.filing import Location
from deconflict.domain.geodesy import distance_m
from deconflict.domain.msgid import N_
from deconflict.domain.places import Gazetteer, Place, fold, label
from deconflict.domain.slips import Likely, likely, readings

SETTLEMENT_M = 1_000.0  # how far from its listed point the people of a settlement may be
COMMUNE_M = 25_000.0  # radius of a commune of 2,000 km2; its parts enter commune rules only, by code
ASTRAY_M = 25_000.0  # a position farther than this from the place it bears the name of is a slip
COARSEST_M = 1_000.0  # the widest square a stop may be given by: three decimals, tenths of minutes, four grid digits
COARSEST_CORRECTED_M = 2_000.0  # whole minutes that were written as two decimals, which a person recognised as his
NOWHERE_DEG = 0.01

OUTSIDE = _l(
    "This position is outside the mission's country. Check the order of the two numbers, their signs or letters and the grid "
    "zone, or name a place instead."
)
SLIPS = {
    "swap": N_("Latitude and longitude may be exchanged: did you mean %(position)s?"),
    "sign": N_("North and south, or east and west, may be exchanged: did you mean %(position)s?"),
    "side": N_("Did you mean %(position)s?"),
    "square": N_("Did you mean %(position)s?"),
    "minutes": N_("These may be degrees and minutes: did you mean %(position)s?"),
    "seconds": N_("These may be degrees, minutes and seconds: did you mean %(position)s?"),
    "zone": N_("The zone may be the neighbouring one: did you mean %(position)s?"),
}
POSITION = re.compile(
    r"[(\[]?[+\-−–‐‑]?\d|[A-HJ-NP-Z][A-HJ-NP-V][\s/-]*\d{4}|(?:[NSEWO]|north|nord|south|sud|east|est|west|ouest|lat|latitude|lon|long|longitude|mgrs)\W*\d",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What may have been meant by what `field` holds: `value` is how it would be written. A person must choose it. `position`
    keeps the text as typed and the precision it was typed with."""

    field: str
    value: str
    kind: str
    distance_m: float | None
    position: Position


def locate(mission: Mission, *, place: str = "", pcode: str = "", position: str = "", correction: str = "") -> Location:
    """The location meant. `place` is a name, P-code or position; `pcode` a choice from a list; `position` goes with a name;
    `correction` is the value of an offer that a person chose: it holds as long as it is offered for what is typed.
    Raises ValidationError naming place, place_pcode or position."""
    if not (place or pcode or position):
        raise ValidationError({"place": [_l("Say where: the name of a place, its P-code or a position.")]})
    field, typed = _position_of(mission.gazetteer, place, position)
    named = _named(mission.gazetteer, "" if field == "place" else place, pcode)
    if not field:
        assert named is not None  # some of the three was given, and it was no position
        return _settled(named, place or label(named), mission.gazetteer.edition)
    offered = _likely(mission, field, typed, named) if correction else []
    chosen = next((offer for offer in offered if offer.value == correction), None)
    fix = chosen.position if chosen else _fix(mission, field, typed, named)
    corrected = chosen.value if chosen else ""
    if named is None:
        return Location(fix.point, fix.as_typed, fix.source, fix.uncertainty_m, corrected=corrected)
    return Location(
        fix.point,
        fix.as_typed,
        fix.source,
        fix.uncertainty_m,
        named.pcode,
        _name(named),
        corrected,
        mission.gazetteer.edition,
    )


def offers(mission: Mission, typed: Mapping[str, str]) -> list[Offer]:
    """Likely corrections of a stop's position (`place`, `place_pcode`, `position` as typed), nearest first; none when it is exact
    enough and lies within 5 km of the place it was given with, or given with none, of any settlement. To be shown beside
    an error or a filed stop, for a person to choose."""
    place, pcode, position = (typed.get(name, "") for name in ("place", "place_pcode", "position"))
    try:
        field, text = _position_of(mission.gazetteer, place, position)
        named = _named(mission.gazetteer, "" if field == "place" else place, pcode)
    except ValidationError:
        return []
    return _likely(mission, field, text, named) if field else []


def candidates(gazetteer: Gazetteer, words: str) -> list[Place]:
    """Settlements and communes that bear exactly this name. A settlement stands for the commune it gives its name to, unless
    the country's word for one is said; cercles and regions are too wide to meet anybody in."""
    found = gazetteer.named(words)
    called = re.escape(gazetteer.terms.commune)
    said = re.match(rf"{called}\s+(?:de\s+|of\s+|d['’]\s*)?(.+)", words.strip(), re.IGNORECASE)
    if said and not found:
        return [place for place in gazetteer.named(said[1]) if place.level == "commune"]
    towns = [place for place in found if place.level == "town"]
    return towns + [p for p in found if p.level == "commune" and p.pcode not in {town.commune for town in towns}]


def _position_of(gazetteer: Gazetteer, place: str, position: str) -> tuple[str, str]:
    """Which field holds a position, and the position; two empty texts when none does."""
    if POSITION.match(place) and not gazetteer.named(place):
        if position:
            raise ValidationError(
                {"position": [_l("There are two positions here. Keep one, and the name of the place.")]}
            )
        return "place", place
    return ("position", position) if position else ("", "")


def _named(gazetteer: Gazetteer, name: str, pcode: str) -> Place | None:
    chosen = gazetteer.get(pcode.upper()) if pcode else None
    if pcode and (chosen is None or chosen.level not in ("town", "commune")):
        raise ValidationError({"place_pcode": [_l("Choose a place of the list.")]})
    if not name:
        return chosen
    found = candidates(gazetteer, name)
    if chosen is not None:
        if chosen not in found and not _bears(chosen, name):
            raise ValidationError(
                {
                    "place_pcode": [
                        _l("The place chosen is %(chosen)s, but the name is another. Keep one.", chosen=label(chosen))
                    ]
                }
            )
        return chosen
    if len(found) == 1:
        return found[0]
    raise ValidationError({"place": [_unsettled(gazetteer, name, found)]})


def _bears(place: Place, name: str) -> bool:
    return fold(name) in {fold(spelled) for spelled in (place.name, *place.names, place.pcode, label(place))}


def _unsettled(gazetteer: Gazetteer, name: str, found: list[Place]) -> Any:
    if found:
        return _l("Several places bear this name: %(places)s. Choose one.", places=_list(found))
    wide = gazetteer.named(name)
    if wide:
        return _l("%(place)s is too wide. Name a settlement or a smaller unit in it.", place=label(wide[0]))
    near = [place for place in gazetteer.search(name, 8) if place.level in ("town", "commune")]
    if near:
        return _l("No place bears this name. Did you mean %(places)s?", places=_list(near[:4]))
    return _l("No place bears this name. Try another spelling, the unit that it lies in, or give a position.")


def _list(places: list[Place]) -> str:
    return " / ".join(label(place) for place in places)


def _settled(place: Place, typed: str, cod_version: str) -> Location:
    source, uncertainty_m = ("gazetteer", SETTLEMENT_M) if place.level == "town" else ("commune", COMMUNE_M)
    return Location(place.point, typed, source, uncertainty_m, place.pcode, _name(place), cod_version=cod_version)


def _name(place: Place) -> str:
    return place.name if place.level == "town" else label(place)


def _fix(mission: Mission, field: str, text: str, named: Place | None) -> Position:
    """The position, once it is exact enough, inside the mission and near the place it was given with."""
    if _nowhere(text):
        nowhere = _l(
            "0, 0 is what a device writes when it has not found its position. Wait for the fix, then copy it again."
        )
        raise _refused(mission, field, text, named, nowhere)
    try:
        fix = read_position(text)
    except BadPosition as bad:
        raise _refused(mission, field, text, named, _l(bad.msgid, **bad.facts)) from None
    if fix.cell_m > COARSEST_M:
        raise _refused(mission, field, text, named, _coarse(fix))
    if not inside(fix.point, mission.bounds):
        raise _refused(mission, field, text, named, OUTSIDE)
    if named is not None and _astray(mission.gazetteer, fix.point, named):
        km = round(distance_m(fix.point, named.point) / 1000)
        astray = _l("This position is %(km)s km from %(place)s. Correct one of them.", km=km, place=label(named))
        raise _refused(mission, field, text, named, astray)
    return fix


def _coarse(fix: Position) -> Any:
    """More figures mend what was written with few of them, not what a device or a map says of itself."""
    if fix.uncertainty_m < fix.cell_m or fix.source not in ("kobo", "map"):
        return _l(
            "This is too coarse to find a place by. Write at least three decimals, tenths of minutes or four grid digits."
        )
    if fix.source == "kobo":
        return _l(
            "The telephone knew this position to no better than %(km)s km. Wait for a better signal, then take it again.",
            km=max(round(fix.uncertainty_m / 1000), 1),
        )
    return _l("This point may be a kilometre off or more. Come closer on the map, then choose it again.")


def _nowhere(text: str) -> bool:
    if set(re.findall(r"[0-9]", text)) == {"0"}:
        return True
    try:
        return max(map(abs, read_position(text).point)) <= NOWHERE_DEG
    except BadPosition:
        return False


def _astray(gazetteer: Gazetteer, point: LatLon, named: Place) -> bool:
    """Northern communes are hundreds of kilometres wide: there the nearest settlement tells."""
    if distance_m(point, named.point) <= ASTRAY_M:
        return False
    near = gazetteer.nearest(point) if named.level == "commune" else None
    return near is None or near[0].commune != named.pcode


def _refused(mission: Mission, field: str, text: str, named: Place | None, sentence: Any) -> ValidationError:
    found = _likely(mission, field, text, named)
    if named is None and len(found) > 1:
        found = []  # nothing says which is meant: the page offers them all
    return ValidationError({field: [sentence, *(_l(SLIPS[offer.kind], position=offer.value) for offer in found[:1])]})


def _likely(mission: Mission, field: str, text: str, named: Place | None) -> list[Offer]:
    declared = named.point if named else None
    if declared is not None and _close(text, declared):
        return []
    found = likely(text, declared, mission.bounds) if declared is not None else _without_a_place(mission, text)
    return [
        Offer(field, one.written, one.kind, one.distance_m, one.position)
        for one in found
        if (one.distance_m or 0.0) <= ASTRAY_M and one.position.cell_m <= COARSEST_CORRECTED_M
    ]


def _without_a_place(mission: Mission, text: str) -> list[Likely]:
    """The reading that lies nearest to a settlement first. Of a position inside the mission only those within 5 km of one, and none
    where it is so near itself."""

    def away_m(point: LatLon) -> float:
        near = mission.gazetteer.nearest(point)
        return near[1] if near else math.inf

    found = likely(text, None, mission.bounds)
    if not found and not _settled_itself(text, away_m):
        found = [one for one in readings(text, mission.bounds) if away_m(one.position.point) <= DOUBTFUL_M]
    return sorted(found, key=lambda one: away_m(one.position.point))


def _settled_itself(text: str, away_m: Callable[[LatLon], float]) -> bool:
    try:
        return away_m(read_position(text).point) <= DOUBTFUL_M
    except BadPosition:
        return True  # nothing to compare with


def _close(text: str, declared: LatLon) -> bool:
    """Near enough to be right as it stands; what is too coarse to be taken may still have been minutes."""
    try:
        fix = read_position(text)
    except BadPosition:
        return False
    return fix.cell_m <= COARSEST_M and distance_m(fix.point, declared) <= DOUBTFUL_M
