"""The mission's places: by P-code, by name as people spell it, and the nearest to a point.

The same P-code means different places in different editions of the codes, so a gazetteer carries its edition and
refuses rows of another one. A commune, cercle or region has no position of its own: it stands at its chief place.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from shapely import Point, STRtree
from shapely import points as shapely_points

from deconflict.domain import geodesy
from deconflict.domain.activity import LatLon
from deconflict.domain.place import LEVELS, TERMS, NearWords, Place, Terms, fold, label, sounded, units

__all__ = ["BadRow", "Gazetteer", "NearWords", "Place", "fold", "gazetteer_from_rows", "label", "units"]

CLOSE_ENOUGH = 75.0  # rapidfuzz ratio of folded names, 0-100: one slip in four letters
ALIKE = 60.0  # two lists spell one name with more liberty than a person who knows it
Order = tuple[int, int, int, str, str]
LAST = "\U0010ffff"  # sorts after whatever a name goes on with
SPHERE_ERROR = 1.012  # a spherical distance is within 0.6 % of the ellipsoid's, on either side


@dataclass(frozen=True)
class Gazetteer:
    """All places with the edition of their codes. `crosswalk`: what a code of an earlier edition is today, by (edition, code).
    Indexes are built once, when first asked for."""

    edition: str
    places: tuple[Place, ...]
    crosswalk: Mapping[tuple[str, str], str] = field(default_factory=dict, hash=False)

    def get(self, pcode: str) -> Place | None:
        """The place with this code of this edition, None when unknown."""
        return self._codes.get(pcode)

    def meant(self, pcode: str | None, cod_version: str) -> Place | None:
        """What a code that was chosen from that edition stands for today; None where nobody knows. A code of another edition is
        never taken for the same one of this."""
        if pcode is None:
            return None
        if cod_version in ("", self.edition):
            return self.get(pcode)
        return self.get(self.crosswalk.get((cod_version, pcode), ""))

    @cached_property
    def terms(self) -> Terms:
        """What the country calls its levels."""
        return next((place.terms for place in self.places), TERMS)

    def named(self, words: str) -> list[Place]:
        """Every place whose name, other spelling, P-code or label is exactly this once folded; best first."""
        return list(self._names.get(fold(words), ()))

    def search(self, words: str, limit: int = 10) -> list[Place]:
        """Best first: exact names, then names and words of names that begin so, then names that sound so, then near
        spellings. In each, towns before communes before cercles before regions, and more important chief places before lesser
        ones."""
        sought = fold(words)
        if not sought:
            return []
        found = dict.fromkeys(self.named(words))
        if len(found) < limit:
            found |= dict.fromkeys(self._beginning(sought))
        if len(found) < limit:
            found |= dict.fromkeys(self._sounding.get(sounded(sought), ()))
        if len(found) < limit:
            found |= dict.fromkeys(self._like(sought, limit))
        return list(found)[:limit]

    def written(self, place: Place) -> str:
        """Words that `named` reads as this place and no other: its label, with its code where several bear the same."""
        words = label(place)
        return words if self._names[fold(words)] == [place] else f"{words} [{place.pcode}]"

    def ready(self) -> None:
        """Builds the indexes now, so that nobody's first search waits for them."""
        self.search(self.edition)
        self.nearest((0.0, 0.0))

    def nearest(self, point: LatLon, within_m: float = math.inf) -> tuple[Place, float] | None:
        """The nearest settlement (town or chief place) and its distance in metres, None when none is within."""
        if not self._towns:
            return None
        rough = _sphere_m(self._radians, point)
        close = np.flatnonzero(rough <= rough.min() * SPHERE_ERROR + 1.0)
        metres, first = min((geodesy.distance_m(self._towns[i].point, point), int(i)) for i in close)
        return (self._towns[first], metres) if metres <= within_m else None

    def nearest_each(self, points: Sequence[LatLon]) -> list[Place]:
        """The nearest settlement of each of many points, some thousand in a few milliseconds: on a Mercator sheet, which is true
        around any of them. Raises LookupError in a gazetteer without towns."""
        if not points:
            return []
        if not self._towns:
            raise LookupError("no settlement to describe a point by")
        _asked, found = self._sheet.query_nearest(shapely_points(_mercator(points)), all_matches=False)
        return [self._towns[n] for n in found]

    def within(self, south: float, west: float, north: float, east: float) -> list[Place]:
        """The settlements in a box of degrees, more important chief places first."""
        inside = [p for p in self._towns if south <= p.point[0] <= north and west <= p.point[1] <= east]
        return sorted(inside, key=lambda p: self._order[p.pcode])

    def describe(self, point: LatLon) -> NearWords:
        """Where the point is, in words. Raises LookupError in a gazetteer without towns."""
        near = self.nearest(point)
        if near is None:
            raise LookupError("no settlement to describe a point by")
        place, metres = near
        return NearWords(place, metres, geodesy.bearing_deg(place.point, point) % 360 if metres else 0.0)

    def _beginning(self, sought: str) -> list[Place]:
        first, after = bisect_left(self._starts, (sought,)), bisect_left(self._starts, (sought + LAST,))
        return [place for *_, place in sorted(self._starts[first:after], key=lambda start: start[1:3])]

    def _like(self, sought: str, limit: int) -> list[Place]:
        near = process.extract(sought, self._keys, scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH, limit=2 * limit)
        hits = [(-score, self._order[place.pcode], place) for key, score, _ in near for place in self._names[key]]
        return [place for _, _, place in sorted(hits, key=lambda hit: hit[:2])]

    @cached_property
    def _codes(self) -> dict[str, Place]:
        return {place.pcode: place for place in self.places}

    @cached_property
    def _order(self) -> dict[str, Order]:
        """Sort key by P-code: level, then how high a unit it is the chief place of, then the shorter name."""
        height = {level: number for number, level in enumerate(LEVELS)}
        seats = {p.seat: height[p.level] for p in sorted(self.places, key=lambda p: height[p.level]) if p.seat}
        return {
            p.pcode: (height[p.level], -seats.get(p.pcode, 0), len(p.name), fold(p.name), p.pcode) for p in self.places
        }

    @cached_property
    def _names(self) -> dict[str, list[Place]]:
        index: dict[str, dict[Place, None]] = {}
        for place in sorted(self.places, key=lambda p: self._order[p.pcode]):
            shown, code = fold(label(place)), fold(place.pcode)
            for key in (*map(fold, (place.name, *place.names)), code, shown, shown + code):
                index.setdefault(key, {})[place] = None
        return {key: list(places) for key, places in index.items()}

    @cached_property
    def _keys(self) -> list[str]:
        return list(dict.fromkeys(fold(spelled) for p in self.places for spelled in (p.name, *p.names)))

    @cached_property
    def _sounding(self) -> dict[str, list[Place]]:
        """Places by what their names sound like, best first."""
        index: dict[str, dict[Place, None]] = {}
        for place in sorted(self.places, key=lambda p: self._order[p.pcode]):
            for spelled in (place.name, *place.names):
                index.setdefault(sounded(fold(spelled)), {})[place] = None
        return {key: list(places) for key, places in index.items()}

    @cached_property
    def _starts(self) -> list[tuple[str, bool, Order, Place]]:
        """Folded names from each of their words on, in order, and whether that is not their beginning: `Gourma-Rharous` is also
        found by `rhar`."""
        return sorted(
            (fold(spelled[word.start() :]), word.start() > 0, self._order[place.pcode], place)
            for place in self.places
            for spelled in (place.name, *place.names)
            for word in re.finditer(r"\w+", spelled)
        )

    @cached_property
    def _towns(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.level == "town")

    @cached_property
    def _sheet(self) -> STRtree:
        return STRtree([Point(x, y) for x, y in _mercator([place.point for place in self._towns])])

    @cached_property
    def _radians(self) -> NDArray[np.float64]:
        return np.radians(np.array([place.point for place in self._towns], dtype=np.float64))


def alike(name: str, other: str) -> bool:
    """Whether two spellings may be of one name."""
    return fuzz.ratio(fold(name), fold(other)) >= ALIKE


def _mercator(points: Sequence[LatLon]) -> NDArray[np.float64]:
    """Longitude and stretched latitude, both in degrees."""
    lat, lon = np.array(points, dtype=np.float64).T
    return np.column_stack((lon, np.degrees(np.arcsinh(np.tan(np.radians(lat))))))


def _sphere_m(radians: NDArray[np.float64], point: LatLon) -> NDArray[np.float64]:
    """Distances on a sphere of mean radius from rows of (lat, lon) in radians: only good enough to sort out the far ones."""
    lat, lon = np.radians(point)
    half = np.sin((radians - (lat, lon)) / 2) ** 2
    root: NDArray[np.float64] = np.sqrt(half[:, 0] + np.cos(radians[:, 0]) * np.cos(lat) * half[:, 1])
    return 2 * 6_371_008.8 * np.arcsin(np.minimum(root, 1.0))


Row = Mapping[str, str]


class BadRow(ValueError):
    """A row that cannot be a place. `row` is its position among the rows given, from 0."""

    def __init__(self, row: int, pcode: str, reason: str) -> None:
        super().__init__(f"row {row + 1} ({pcode or 'no pcode'}): {reason}")
        self.row = row
        self.pcode = pcode
        self.reason = reason


def gazetteer_from_rows(rows: Iterable[Row], edition: str, terms: Terms = TERMS) -> Gazetteer:
    """A gazetteer from the rows of its CSV files, in any order.

    Columns: `level` (region, cercle, commune, town), `pcode`, `parent` (P-code one level up, empty for a region), `name`,
    `names` (other spellings, `|` between), `lat` and `lon` (degrees WGS84), `urban` (1 or empty), `seat` (P-code of the
    chief place, from which a unit takes its position when it has no `lat` and `lon`), `area_km2` (whole square kilometres, of
    communes), `edition`. A column may be left out where it would be empty. Raises BadRow, a ValueError naming the row and the reason.
    """
    listed = list(rows)
    known: dict[str, Row] = {}
    for number, row in enumerate(listed):
        _refuse(number, row, _fault_alone(row, known, edition))
        known[_cell(row, "pcode")] = row
    for number, row in enumerate(listed):
        _refuse(number, row, _fault_among(row, known))
    return Gazetteer(edition, tuple(_place(row, known, terms) for row in listed))


def _refuse(number: int, row: Row, reason: str | None) -> None:
    if reason:
        raise BadRow(number, _cell(row, "pcode"), reason)


def _cell(row: Row, column: str) -> str:
    return (row.get(column) or "").strip()


def _fault_alone(row: Row, known: Mapping[str, Row], edition: str) -> str | None:
    """What is wrong with a row on its own, None when nothing is."""
    if _cell(row, "level") not in LEVELS:
        return f"level is {_cell(row, 'level')!r}, not one of {', '.join(LEVELS)}"
    if not _cell(row, "pcode") or not _cell(row, "name"):
        return "pcode and name are needed"
    if _cell(row, "pcode") in known:
        return "this pcode was given before"
    if _cell(row, "urban") not in ("", "1"):
        return f"urban is {_cell(row, 'urban')!r}, not 1 or empty"
    if not re.fullmatch(r"\d*", _cell(row, "area_km2"), re.ASCII):
        return f"area_km2 is {_cell(row, 'area_km2')!r}, not a whole number or empty"
    if _cell(row, "edition") not in ("", edition):
        return f"edition is {_cell(row, 'edition')!r}, not {edition!r}"
    if _placed(row) and not _on_earth(row):
        return f"lat {_cell(row, 'lat')!r} lon {_cell(row, 'lon')!r} is not a position in degrees"
    return None


def _fault_among(row: Row, known: Mapping[str, Row]) -> str | None:
    """What is wrong with a row as one of all, None when nothing is; every row answers for itself alone."""
    level, parent, seat = _cell(row, "level"), _cell(row, "parent"), _cell(row, "seat")
    above = LEVELS[LEVELS.index(level) + 1] if level != LEVELS[-1] else ""
    if parent not in known and above:
        return f"parent {parent!r} is not in the gazetteer"
    if above and _cell(known[parent], "level") != above:
        return f"parent {parent} is a {_cell(known[parent], 'level')}, where a {above} is needed"
    if seat and (seat not in known or _cell(known[seat], "level") != "town"):
        return f"seat {seat!r} is not a town of the gazetteer"
    if not _placed(row) and (level == "town" or not seat):
        return "no lat and lon" if level == "town" else "neither lat and lon nor a seat"
    return None


def _placed(row: Row) -> bool:
    return bool(_cell(row, "lat") or _cell(row, "lon"))


def _on_earth(row: Row) -> bool:
    try:
        lat, lon = _degrees(row)
    except ValueError:
        return False
    return -90 <= lat <= 90 and -180 <= lon <= 180


def _degrees(row: Row) -> LatLon:
    return float(_cell(row, "lat")), float(_cell(row, "lon"))


def _place(row: Row, known: Mapping[str, Row], terms: Terms) -> Place:
    lies_in: dict[str, tuple[str, str]] = {}
    unit: Row | None = row
    while unit:
        lies_in[_cell(unit, "level")] = (_cell(unit, "pcode"), _cell(unit, "name"))
        unit = known.get(_cell(unit, "parent"))
    commune, cercle, region = (lies_in.get(level, (None, "")) for level in LEVELS[1:])
    return Place(
        pcode=_cell(row, "pcode"),
        name=_cell(row, "name"),
        level=_cell(row, "level"),
        point=_degrees(row if _placed(row) else known[_cell(row, "seat")]),
        names=tuple(name.strip() for name in _cell(row, "names").split("|") if name.strip()),
        commune=commune[0],
        commune_name=commune[1],
        cercle=cercle[0],
        cercle_name=cercle[1],
        region=region[0],
        region_name=region[1],
        urban=_cell(row, "urban") == "1",
        seat=_cell(row, "seat") or None,
        area_km2=float(_cell(row, "area_km2")) if _cell(row, "area_km2") else None,
        terms=terms,
    )
