"""Positions and date-time groups as people of both sides write them, read strictly: never a guess.

Libraries read `12°30' O` (Ouest) as east and `13,1167 23,5547` as somewhere else altogether, without a word. Here what
can be read in two ways is refused with a sentence that says how to write it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from pygeodesy.mgrs import MGRSError, parseMGRS, toMgrs
from pygeodesy.utmups import toUtmUps8

from deconflict.domain.activity import LatLon
from deconflict.domain.geodesy import distance_m
from deconflict.domain.msgid import N_

DEGREE_M = 111_320.0  # of longitude at the equator: a cell is never made too small by it
HALF_DIAGONAL = 2**-0.5
BANDS = "CDEFGHJKLMNPQRSTUVWX"  # of MGRS, eight degrees each from 80 S

Bounds = tuple[float, float, float, float]  # south, west, north, east

EXAMPLES = "14.4843, -4.1830 / 14,4843N 4,1830W / N14 29.058 W004 10.980 / 30PUB725016"
REASONS = {
    "empty": N_("Write a position, for example %(examples)s."),
    "unreadable": N_("This cannot be read as a position. Write it like one of these: %(examples)s."),
    "no_hemisphere": N_(
        "Say on which side of the equator and of Greenwich this is: N or S, and W (O) or E. In decimal degrees a sign will "
        "do: -4.1830 is west, +1.4078 is east."
    ),
    "sign_and_letter": N_("Write a sign or a letter before or after each number, not both."),
    "same_axis": N_("One number must be the latitude (N or S), the other the longitude (E, or W or O)."),
    "two_notations": N_("Write latitude and longitude in the same way, both with minutes or both with seconds."),
    "out_of_range": N_("Latitude goes from -90 to 90 and longitude from -180 to 180. Check the figures."),
    "sixty": N_("Minutes and seconds go from 0 to 59. Check the figures."),
    "few_decimals": N_("Whole degrees can be 100 km off. Write at least three decimals."),
    "odd_digits": N_(
        "An MGRS position has as many digits for east as for north: 4, 6, 8 or 10 in all. This one has %(digits)s."
    ),
    "no_square": N_("There is no such MGRS square. Check the zone and the letters after it."),
}


class BadPosition(ValueError):
    """A text that is no position, or could be several. `msgid` is the sentence that says how to mend it, its placeholders
    filled by `facts`; `reason` is its key in REASONS."""

    def __init__(self, reason: str, **facts: object) -> None:
        self.reason = reason
        self.msgid = REASONS[reason]
        self.facts: dict[str, object] = {"examples": EXAMPLES, **facts}
        super().__init__(self.msgid % self.facts)


@dataclass(frozen=True, slots=True)
class Position:
    """A point in degrees WGS84, as it was given: `source` is decimal, ddm, dms or mgrs; `cell_m` the side of the square that
    the text names, `uncertainty_m` how far from the point one may be (half of a decimal's step, half the diagonal of a
    grid square)."""

    point: LatLon
    source: str
    uncertainty_m: float
    cell_m: float
    as_typed: str


LOOKALIKES = str.maketrans(
    {"º": "°", "˚": "°", "′": "'", "’": "'", "‘": "'", "″": '"', "”": '"', "“": '"', "−": "-", "–": "-"}
)
WORDS = {
    "NORTH": "N",
    "NORD": "N",
    "SOUTH": "S",
    "SUD": "S",
    "OUEST": "W",
    "WEST": "W",
    "EAST": "E",
    "EST": "E",
    "O": "W",
}
GRID = re.compile(r"(\d{1,2})\s*([C-HJ-NP-X])\s*([A-HJ-NP-Z][A-HJ-NP-V])\s*(\d*)(?:\s+(\d+))?", re.ASCII)
SIGNED = re.compile(r"([+-]?)(\d{1,3}(?:\.\d+)?)\s?°?(?:\s?[,;/]\s?|\s)([+-]?)(\d{1,3}(?:\.\d+)?)\s?°?", re.ASCII)
BEFORE, AFTER = re.compile(r"([NSEW])([^NSEW]+)([NSEW])([^NSEW]+)"), re.compile(r"([^NSEW]+)([NSEW])([^NSEW]+)([NSEW])")
NUMBER = r"(\d{1,3}(?:\.\d+)?)"
ANGLE = re.compile(rf"{NUMBER}(?:(?:\s?°\s?|\s){NUMBER}(?:(?:\s?'\s?|\s){NUMBER}\s?(?:\"|'')?|\s?')?|\s?°)?", re.ASCII)
SOURCES = ("decimal", "ddm", "dms")


def read_position(text: str) -> Position:
    """Decimal degrees (point or comma), degrees and minutes, degrees minutes seconds, or MGRS of 4 to 10 digits (the centre
    of its square). O is Ouest, west. Raises BadPosition."""
    typed = " ".join(text.split())
    plain = typed.translate(LOOKALIKES).upper()
    if not plain:
        raise BadPosition("empty")
    if grid := GRID.fullmatch(plain):
        return _square(grid, typed)
    plain = re.sub("|".join(WORDS), lambda word: WORDS[word[0]], plain)
    if "." not in plain:
        plain = re.sub(r"(?<=\d),(?=\d)", ".", plain)
    return _lettered(plain, typed) if re.search("[NSEW]", plain) else _signed(plain, typed)


def _signed(plain: str, typed: str) -> Position:
    """Two decimal numbers. One sign shows that signs are meant; two bare numbers could lie on either side of Greenwich,
    which cuts through Mali (Gao would move by 10 km, unnoticed)."""
    pair = SIGNED.fullmatch(plain)
    if pair is None:
        raise BadPosition("no_hemisphere" if re.search(r"[°'\"]|\d\s+\d+\s+\d", plain) else "unreadable")
    lat, lon = float(pair[1] + pair[2]), float(pair[3] + pair[4])
    if "." not in pair[2] or "." not in pair[4]:
        raise BadPosition("few_decimals")
    if not (pair[1] or pair[3]) and lon:
        raise BadPosition("no_hemisphere", lat=lat, lon=lon)
    return _position((lat, lon), "decimal", 10.0 ** -min(_decimals(pair[2]), _decimals(pair[4])), typed)


def _lettered(plain: str, typed: str) -> Position:
    if re.search(r"[+-]", plain):
        raise BadPosition("sign_and_letter")
    if len(re.findall("[NSEW]", plain)) == 1:
        raise BadPosition("no_hemisphere")
    if found := BEFORE.fullmatch(plain):
        halves = {found[1]: found[2], found[3]: found[4]}
    elif found := AFTER.fullmatch(plain):
        halves = {found[2]: found[1], found[4]: found[3]}
    else:
        raise BadPosition("unreadable")
    if len(halves) != 2 or len(set(halves) & set("NS")) != 1:
        raise BadPosition("same_axis")
    angles = {letter: _angle(half.strip(" ,;/")) for letter, half in halves.items()}
    (notation, _, _), (other, _, _) = angles.values()
    if notation != other:
        raise BadPosition("two_notations")
    lat, lon = (
        next(-value if letter in "SW" else value for letter, (_, value, _) in angles.items() if letter in axis)
        for axis in ("NS", "EW")
    )
    return _position((lat, lon), notation, max(cell for _, _, cell in angles.values()), typed)


def _angle(text: str) -> tuple[str, float, float]:
    """How it is written, degrees, and the step of its last digit in degrees."""
    found = ANGLE.fullmatch(text)
    parts = [part for part in found.groups() if part] if found else []
    if not parts or any("." in part for part in parts[:-1]):
        raise BadPosition("unreadable")
    if any(float(part) >= 60 for part in parts[1:]):
        raise BadPosition("sixty")
    if len(parts) == 1 and "." not in parts[0]:
        raise BadPosition("few_decimals")
    degrees = sum(float(part) / 60**power for power, part in enumerate(parts))
    return SOURCES[len(parts) - 1], degrees, 10.0 ** -_decimals(parts[-1]) / 60 ** (len(parts) - 1)


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])


def _position(point: LatLon, source: str, step_deg: float, typed: str) -> Position:
    if abs(point[0]) > 90 or abs(point[1]) > 180:
        raise BadPosition("out_of_range")
    cell_m = step_deg * DEGREE_M
    return Position(point, source, cell_m / 2, cell_m, typed)


def _square(grid: re.Match[str], typed: str) -> Position:
    zone, band, square, east, north = grid.groups()
    digits = east + (north or "")
    if len(digits) not in (4, 6, 8, 10) or (north is not None and len(north) != len(east)):
        raise BadPosition("odd_digits", digits=len(digits))
    try:
        reference = parseMGRS(f"{zone}{band}{square}{digits}")
        centre = reference.toLatLon()
    except MGRSError:
        raise BadPosition("no_square") from None
    point, cell_m = (float(centre.lat), float(centre.lon)), float(10 ** (5 - len(digits) // 2))
    if not _in_zone(point, int(zone), band, cell_m / 100_000):
        raise BadPosition("no_square")
    return Position(point, "mgrs", cell_m * HALF_DIAGONAL, cell_m, typed)


def _in_zone(point: LatLon, zone: int, band: str, spare_deg: float) -> bool:
    """The letters of squares come again every 2,000 km and go on past the edges of a zone, where nobody uses them. Norway and
    Svalbard (bands V and X) have zones of their own width."""
    south, middle = BANDS.index(band) * 8 - 80, zone * 6 - 183
    height, half_width = (12, 12) if band == "X" else (8, 9 if band == "V" else 3)
    aside = abs((point[1] - middle + 180) % 360 - 180)
    return (
        south - spare_deg <= point[0] <= south + height + spare_deg
        and (aside - half_width) * math.cos(math.radians(point[0])) <= spare_deg
    )


def format_mgrs(point: LatLon, digits: int = 10) -> str:
    """The square of 4, 6, 8 or 10 digits that the point lies in, as `30PUB7251101617`. Raises ValueError within the polar
    regions, which have another grid."""
    if not -80 <= point[0] < 84 or digits not in (4, 6, 8, 10):
        raise ValueError(f"no MGRS square of {digits} digits at latitude {point[0]}")
    reference = toMgrs(toUtmUps8(*point))
    east, north = (f"{int(metres):05d}"[: digits // 2] for metres in (reference.easting, reference.northing))
    return f"{reference.zone:02d}{reference.band}{reference.digraph}{east}{north}"


def format_dd(point: LatLon, decimals: int = 5) -> str:
    """Decimal degrees as `read_position` takes them; the longitude always bears its sign."""
    lat, lon = (round(value, decimals) + 0.0 for value in point)
    return f"{lat:.{decimals}f}, {lon:+.{decimals}f}"


@dataclass(frozen=True, slots=True)
class Alternative:
    """What may have been meant. `kind`: swap, sign, minutes or seconds; metres from the declared place when there is one."""

    kind: str
    point: LatLon
    distance_m: float | None


def alternatives(point: LatLon, declared: LatLon | None, bounds: Bounds) -> list[Alternative]:
    """What `point` may be a slip for, inside `bounds`, nearest to the declared place first and only where nearer than `point`
    itself. Without a declared place: what brings a point outside back inside. To offer, never to apply."""
    if declared is None and inside(point, bounds):
        return []
    limit_m = distance_m(point, declared) if declared and inside(point, bounds) else float("inf")
    offers = [
        Alternative(kind, other, distance_m(other, declared) if declared else None)
        for kind, other in _slips(point)
        if other != point and inside(other, bounds)
    ]
    return sorted((o for o in offers if (o.distance_m or 0.0) < limit_m), key=lambda offer: offer.distance_m or 0.0)


def inside(point: LatLon, bounds: Bounds) -> bool:
    south, west, north, east = bounds
    return south <= point[0] <= north and west <= point[1] <= east


def _slips(point: LatLon) -> list[tuple[str, LatLon]]:
    lat, lon = point
    slips = [("swap", (lon, lat)), ("sign", (lat, -lon))]
    for kind, read in (("minutes", _as_minutes), ("seconds", _as_seconds)):
        read_lat, read_lon = read(lat), read(lon)
        if read_lat is not None and read_lon is not None:
            slips.append((kind, (read_lat, read_lon)))
    return [(kind, other) for kind, other in slips if abs(other[0]) <= 90]


def _as_minutes(value: float) -> float | None:
    """14.04 for 14 degrees 04 minutes; None when the decimals are no minutes."""
    degrees, decimals = divmod(round(abs(value), 8), 1)
    minutes = round(decimals * 100, 6)
    return None if minutes >= 60 else (1 if value >= 0 else -1) * (degrees + minutes / 60)


def _as_seconds(value: float) -> float | None:
    """14.0418 for 14 degrees 04 minutes 18 seconds; None when the decimals are none."""
    degrees, decimals = divmod(round(abs(value), 8), 1)
    minutes, rest = divmod(round(decimals * 100, 6), 1)
    seconds = round(rest * 100, 4)
    return (
        None if max(minutes, seconds) >= 60 else (1 if value >= 0 else -1) * (degrees + minutes / 60 + seconds / 3600)
    )
