"""Sources put together: units, settlements, outlines and lines of one edition, or a refusal that says what does not belong together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deconflict.domain.communes import Communes
from deconflict.domain.geodesy import distance_m
from deconflict.domain.place import LEVELS, fold
from deconflict.domain.places import alike
from deconflict.geodata import columns
from deconflict.geodata.columns import Unit
from deconflict.geodata.faults import BadPlaces
from deconflict.geodata.sources import Source

OTHER_NAMES_AT_MOST = 0.02  # of the units that two files name: more is another edition
INSIDE_AT_LEAST = 0.7  # of the settlements lie in the commune of their code; of another edition's few do
SHOWN = 5
URBAN = ("region", "capitale", "city", "capital")  # in the class of a settlement


@dataclass(frozen=True)
class Pack:
    """`rows`: of gazetteer.csv (see domain.places.gazetteer_from_rows). `notes`: what whoever loads it should know."""

    edition: str
    rows: tuple[dict[str, str], ...] = field(repr=False)
    outlines: dict[str, Any] | None = field(repr=False, default=None)
    roads: dict[str, Any] | None = field(repr=False, default=None)
    rivers: dict[str, Any] | None = field(repr=False, default=None)
    notes: tuple[str, ...] = ()


def edition_said(sources: Sequence[Source]) -> str:
    """The edition that files name themselves, empty where none does. Raises BadPlaces where two name two."""
    said: dict[str, str] = {}
    for source in sources:
        for row in source.rows:
            edition = columns.edition_of(row.values)
            if edition:
                said.setdefault(edition, source.name)
    if len(said) > 1:
        listed = "; ".join(f"{name} says {edition}" for edition, name in sorted(said.items())[:SHOWN])
        raise BadPlaces(f"These are of more than one edition, in which the same code means different places: {listed}.")
    return next(iter(said), "")


def put_together(
    edition: str,
    *,
    codes: Sequence[Source],
    settlements: Sequence[Source],
    outlines: Sequence[Source] = (),
    roads: Sequence[Source] = (),
    rivers: Sequence[Source] = (),
) -> Pack:
    """Raises BadPlaces with everything that is found of one kind."""
    units, notes = _units((*codes, *outlines, *settlements))
    borders = _borders(outlines, units) if outlines else None
    drawn = _drawn(borders, outlines[0].name) if borders else None
    towns = _towns(settlements, units)
    if drawn is not None:
        notes += _where_coded(towns, drawn, settlements[0].name, outlines[0].name)
    rows = tuple(row | {"edition": edition} for row in (*_unit_rows(units, towns, drawn), *towns))
    return Pack(edition, rows, borders, lines_of(roads), lines_of(rivers), tuple(notes))


def _units(sources: Sequence[Source]) -> tuple[dict[str, Unit], list[str]]:
    """By code, the words of the first file that has them; every other file must mean the same by a code."""
    units: dict[str, Unit] = {}
    first_in: dict[str, str] = {}
    named: dict[tuple[str, str], set[str]] = defaultdict(set)  # the codes that both files name
    others: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)  # those by which they mean two things
    for source in sources:
        for unit in (unit for row in source.rows for unit in columns.units_of(row.values) if unit.pcode and unit.name):
            known = units.get(unit.pcode)
            if known is None:
                units[unit.pcode], first_in[unit.pcode] = unit, source.name
                continue
            files = first_in[unit.pcode], source.name
            if files[0] != files[1] and unit.pcode not in named[files]:
                named[files].add(unit.pcode)
                if not any(alike(unit.name, name) for name in (known.name, *known.names)):
                    words = f"{unit.pcode} is {known.name} in one and {unit.name} in the other"
                    others[files][unit.pcode] = words
            units[unit.pcode] = _both(known, unit)
    for files, found in others.items():
        if len(found) > OTHER_NAMES_AT_MOST * len(named[files]):
            more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            shown = "; ".join(list(found.values())[:SHOWN])
            raise BadPlaces(f"{files[0]} and {files[1]} are of two editions: {shown}{more}.")
    if faults := list(_misplaced(units)):
        raise BadPlaces(*faults[:SHOWN])
    return units, [words for found in others.values() for words in found.values()]


def _both(known: Unit, more: Unit) -> Unit:
    name = known.name
    if name.isascii() and fold(name) == fold(more.name):
        name = more.name  # the one that kept its accents
    names = dict.fromkeys((known.name, *known.names, more.name, *more.names))
    others = tuple(each for each in names if each != name)
    return Unit(known.level, known.pcode, name, known.parent or more.parent, others, known.point or more.point)


def _misplaced(units: Mapping[str, Unit]) -> Iterator[str]:
    """Units under nothing of the level above: a list that is not whole, or of another edition."""
    above = {"commune": "cercle", "cercle": "region"}
    for unit in units.values():
        if unit.level in above and (unit.parent not in units or units[unit.parent].level != above[unit.level]):
            yield f"{unit.pcode} ({unit.name}) lies in {unit.parent or 'nothing'}, which is no {above[unit.level]} of these files."
    if not any(unit.level == "commune" for unit in units.values()):
        yield "No unit of level 3 is in these files. Give the list of P-codes (--codes) or the outlines of level 3 (--outlines)."


def _towns(sources: Sequence[Source], units: Mapping[str, Unit]) -> list[dict[str, str]]:
    """Rows of level town. Raises BadPlaces naming the file and the row."""
    rows: list[dict[str, str]] = []
    seen: dict[str, int] = {}
    unknown: Counter[str] = Counter()
    for source in sources:
        for number, row in enumerate(source.rows, 2):
            values = row.values
            if columns.is_unit(values):
                continue
            pcode = columns.need(columns.first(values, columns.TOWN_CODE), source.name, number, "code")
            name = columns.need(columns.first(values, columns.OWN_NAME), source.name, number, "name")
            commune = columns.at_level(values, 3, columns.CODES)
            if pcode in seen:
                raise BadPlaces(f"{source.name}, row {number}: {pcode} stands in row {seen[pcode]} already.")
            seen[pcode] = number
            if commune not in units:
                unknown[commune] += 1
                continue
            lat, lon = _position(source.name, number, row.shape, values)
            urban = any(word in values.get("class", "") for word in URBAN)
            rows.append(
                {"level": "town", "pcode": pcode, "parent": commune, "name": name, "names": "|".join(columns.names_of(values)),
                 "lat": f"{lat:.5f}", "lon": f"{lon:.5f}", "urban": "1" if urban else ""}
            )  # fmt: skip
    if unknown and sum(unknown.values()) > OTHER_NAMES_AT_MOST * len(seen):
        raise BadPlaces(
            f"{sum(unknown.values())} of {len(seen)} settlements lie in communes that these codes do not have "
            f"({', '.join(code or 'none' for code, _ in unknown.most_common(SHOWN))}): they are of another edition."
        )
    if not rows:
        raise BadPlaces("No settlement is in these files. Give COD-PP or another list of settlements (--settlements).")
    return rows


def _position(
    file: str, number: int, shape: Mapping[str, Any] | None, values: Mapping[str, str]
) -> tuple[float, float]:
    try:
        found = columns.point_of(values)
        if found is None and shape is not None and shape["type"] == "Point":
            found = float(shape["coordinates"][1]), float(shape["coordinates"][0])
    except (ValueError, TypeError, IndexError) as error:
        raise BadPlaces(f"{file}, row {number}: {error}.") from None
    if found is None:
        raise BadPlaces(f"{file}, row {number}: no latitude and longitude.")
    return found


def _borders(sources: Sequence[Source], units: Mapping[str, Unit]) -> dict[str, Any]:
    """The polygons of communes, by code; those of wider units are drawn by the base map."""
    found: dict[str, dict[str, Any]] = {}
    for source in sources:
        for number, row in enumerate(source.rows, 1):
            if row.shape is None or row.shape["type"] not in ("Polygon", "MultiPolygon"):
                raise BadPlaces(f"{source.name}, feature {number}: no polygon.")
            codes = [unit.pcode for unit in columns.units_of(row.values)] or [row.values.get("pcode", "")]
            code = codes[-1]
            if code not in units:
                raise BadPlaces(
                    f"{source.name}, feature {number}: {code or 'no code'} is no unit of these lists: another edition?"
                )
            if units[code].level != "commune":
                continue
            if code in found:
                raise BadPlaces(f"{source.name}, feature {number}: {code} has an outline already.")
            found[code] = {"type": "Feature", "properties": {"pcode": code}, "geometry": row.shape}
    return {"type": "FeatureCollection", "features": list(found.values())}


def _drawn(borders: Mapping[str, Any], file: str) -> Communes:
    try:
        return Communes(borders)
    except ValueError as error:
        raise BadPlaces(f"{file}: {error}.") from None


def _where_coded(towns: Sequence[Mapping[str, str]], drawn: Communes, file: str, borders: str) -> list[str]:
    """Settlements and outlines of one edition agree; where they do not, the same code means two places."""
    with_outline = [town for town in towns if town["parent"] in drawn.outlines]
    inside = sum(drawn.nears((float(town["lat"]), float(town["lon"])), town["parent"], 0.0) for town in with_outline)
    share = inside / max(len(with_outline), 1)
    if share < INSIDE_AT_LEAST:
        raise BadPlaces(
            f"Only {share:.0%} of the settlements of {file} lie in the commune of their code as {borders} draws it: the two are "
            "of different editions, or latitude and longitude are exchanged."
        )
    return [
        f"{len(with_outline) - inside} of {len(with_outline)} settlements lie outside the commune they are coded to."
    ]


def _unit_rows(
    units: Mapping[str, Unit], towns: Sequence[Mapping[str, str]], drawn: Communes | None
) -> Iterator[dict[str, str]]:
    """The wide ones first. Each has its chief place: the settlement in it that bears its name, the nearest where there are several."""
    in_unit: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for town in towns:
        code = town["parent"]
        while code:
            in_unit[code].append(town)
            code = units[code].parent
    for unit in sorted(units.values(), key=lambda unit: (-LEVELS.index(unit.level), unit.pcode)):
        inside = in_unit[unit.pcode]
        seat = _seat(unit, inside)
        point = unit.point or (drawn.inner_point(unit.pcode) if drawn and unit.pcode in drawn.outlines else None)
        if seat is None and point is None and not inside:
            raise BadPlaces(
                f"{unit.pcode} ({unit.name}) has no settlement, no position and no outline: nobody could say where it is."
            )
        if seat is None and point is None:
            point = float(inside[0]["lat"]), float(inside[0]["lon"])
        row = {
            "level": unit.level,
            "pcode": unit.pcode,
            "parent": unit.parent,
            "name": unit.name,
            "names": "|".join(unit.names),
        }
        row |= (
            {"seat": seat["pcode"]} if seat else {"lat": f"{point[0]:.5f}", "lon": f"{point[1]:.5f}"} if point else {}
        )
        if unit.level == "commune" and drawn is not None and unit.pcode in drawn.outlines:
            row["area_km2"] = str(round(drawn.area_km2(unit.pcode)))
        yield row


def _seat(unit: Unit, towns: Sequence[Mapping[str, str]]) -> Mapping[str, str] | None:
    spelled = {fold(name) for name in (unit.name, *unit.names)}
    named = [
        town for town in towns if spelled & {fold(name) for name in (town["name"], *town["names"].split("|")) if name}
    ]
    if unit.point is None or not named:
        return named[0] if named else None
    here = unit.point
    return min(named, key=lambda town: distance_m(here, (float(town["lat"]), float(town["lon"]))))


def lines_of(sources: Sequence[Source]) -> dict[str, Any] | None:
    """None without sources. Raises BadPlaces for what is no line."""
    if not sources:
        return None
    features = []
    for source in sources:
        for number, row in enumerate(source.rows, 1):
            if row.shape is None or row.shape.get("type") not in ("LineString", "MultiLineString"):
                raise BadPlaces(f"{source.name}, feature {number}: no line.")
            name = row.values.get("name", "")
            features.append({"type": "Feature", "properties": {"name": name}, "geometry": row.shape})
    return {"type": "FeatureCollection", "features": features}
