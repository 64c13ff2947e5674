"""What the columns of Common Operational Datasets are called: COD-AB of several years (admin3Pcod, ADM3_PCODE, adm3_pcode), COD-PP, the
global list of P-codes. Case and signs do not count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deconflict.geodata.faults import BadPlaces

LEVELS = {1: "region", 2: "cercle", 3: "commune"}  # administrative levels, and what they are called inside
OF_LEVEL = {code: level for n, level in LEVELS.items() for code in (str(n), f"adm{n}", f"admin{n}", level)}
CODES = ("adm{n}pcode", "admin{n}pcode", "admin{n}pcod", "adm{n}pcod")
NAMES = ("adm{n}fr", "admin{n}namefr", "admin{n}name", "adm{n}name", "admin{n}nam", "adm{n}en", "admin{n}nameen")
OWN_CODE, OWN_NAME = ("pcode", "placeid"), ("name", "featurename", "popplacename", "settlement", "nom")
STATED, ABOVE = ("adminlevel", "admlevel", "level"), ("parentpcode", "parent")
OTHERS = ("namevariants", "featurealtname", "altname", "names", "featurerefname")
LATITUDE, LONGITUDE = ("lat", "latitude", "y", "ycoord"), ("lon", "long", "longitude", "x", "xcoord")
EDITION = ("codversion", "edition", "version", "validfrom", "validfromdate", "validon")
TOWN_CODE = (
    "popplacepcode",
    "popplacepcod",
    "featurepcode",
    "featurepcod",
    "settlementpcode",
    "pplpcode",
    "placeid",
    "pcode",
)
PLAIN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Unit:
    """Of level region, cercle or commune. `name` is empty where a layer has codes alone."""

    level: str
    pcode: str
    name: str
    parent: str
    names: tuple[str, ...] = ()
    point: tuple[float, float] | None = None


def plain(values: Mapping[str, str]) -> dict[str, str]:
    """By names without case and signs."""
    return {PLAIN.sub("", name).casefold(): value for name, value in values.items()}


def first(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    """Of the first of these columns that is filled."""
    return next((values[name] for name in names if values.get(name)), "")


def at_level(values: Mapping[str, str], n: int, names: tuple[str, ...]) -> str:
    return first(values, tuple(name.format(n=n) for name in names))


def units_of(values: Mapping[str, str]) -> Iterator[Unit]:
    """Every unit that a row names: a line of a list itself, a polygon itself and all that it lies in. Nothing for a settlement."""
    level = OF_LEVEL.get(first(values, STATED).casefold())
    coded = {n: at_level(values, n, CODES) for n in LEVELS}
    if level is not None:
        n = next(n for n, name in LEVELS.items() if name == level)
        own, name = first(values, OWN_CODE) or coded[n], first(values, OWN_NAME) or at_level(values, n, NAMES)
        above = first(values, ABOVE) or coded.get(n - 1, "")
        yield Unit(level, own, name, above if n > 1 else "", names_of(values), point_of(values))
        return
    if own := values.get("pcode", ""):
        deepest = max((n for n, code in coded.items() if code and code != own), default=0)
        if 0 < deepest < len(LEVELS):
            yield Unit(LEVELS[deepest + 1], own, first(values, OWN_NAME), coded[deepest], names_of(values))
        return
    for n, code in coded.items():
        if code:
            yield Unit(LEVELS[n], code, at_level(values, n, NAMES), coded.get(n - 1, ""))


def is_unit(values: Mapping[str, str]) -> bool:
    return first(values, STATED).casefold() in OF_LEVEL


def names_of(values: Mapping[str, str]) -> tuple[str, ...]:
    """Other spellings."""
    return tuple(dict.fromkeys(name.strip() for name in re.split(r"[|;]", first(values, OTHERS)) if name.strip()))


def point_of(values: Mapping[str, str]) -> tuple[float, float] | None:
    """Latitude and longitude; None where there is none. Raises ValueError for what is no position in degrees."""
    typed = first(values, LATITUDE), first(values, LONGITUDE)
    if not any(typed):
        return None
    lat, lon = (float(text.replace(",", ".")) for text in typed)
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(f"{lat}, {lon} is no position in degrees")
    return lat, lon


def edition_of(values: Mapping[str, str]) -> str:
    """What the row says of its edition, a date as YYYY-MM-DD; empty when it says nothing."""
    said = first(values, EDITION)
    found = re.search(r"(\d{4})[-/](\d{2})[-/](\d{2})", said)
    return "-".join(found.groups()) if found else said


def need(value: str, file: str, number: int, what: str) -> str:
    if not value:
        raise BadPlaces(f"{file}, row {number}: no {what}.")
    return value
