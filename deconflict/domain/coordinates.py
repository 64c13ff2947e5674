"""Positions as people of both sides write them, read strictly: never a guess.

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
from deconflict.domain.msgid import N_

Bounds = tuple[float, float, float, float]  # south, west, north, east

DEGREE_M = 111_320.0  # of longitude at the equator: a cell is never made too small by it
HALF_DIAGONAL = 2**-0.5
MAP_CLICK_M = 250.0  # D4.1; a point chosen on the map of a KoboCollect form has an accuracy of 0
BANDS = "CDEFGHJKLMNPQRSTUVWX"  # of MGRS, eight degrees each from 80 S

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
    "no_zone": N_("This MGRS position lacks its zone. Write it before the letters, as in 30PUB725016."),
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
    """A point in degrees WGS84, as it was given: `source` is decimal, ddm, dms, mgrs, kobo or map; `cell_m` the side of the square
    that the text names, `uncertainty_m` how far from the point one may be (half of a decimal's step, half the diagonal of a
    grid square, the accuracy that the device gave)."""

    point: LatLon
    source: str
    uncertainty_m: float
    cell_m: float
    as_typed: str


LOOKALIKES = str.maketrans(
    dict.fromkeys("º˚", "°")
    | dict.fromkeys("′’‘´`ʹʼ‛＇", "'")
    | dict.fromkeys("″”“„ʺ‟＂", '"')
    | dict.fromkeys("−–—‐‑‒﹣－", "-")
    | {"，": ",", "．": ".", "；": ";", "＋": "+", "／": "/"}
    | dict.fromkeys("()[]")
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
UNITS = {r"\s*DEG(?:R[EÉ]{1,2}S?)?\b\.?": "°", r"\s*MIN(?:UTES?)?\b\.?": "'", r"\s*SEC(?:OND(?:E?S)?|ONDE)?\b\.?": '"'}
AXIS = re.compile(r"\b(LA|LO|LN)(?:T(?:ITUDE)?|NG?(?:ITUDE)?|G)(?![A-Z])\s*[:=.]?\s*")  # of `Lat: 14.4843 Lon: -4.1830`
COMMA = re.compile(r"(?<![.\d])(\d+),(\d+)(?![.\d])")  # a decimal one: the number has no point beside it
_SQUARE = r"([A-HJ-NP-Z][A-HJ-NP-V])[\s/-]*"
GRID = re.compile(rf"(?:MGRS[:\s]*)?(\d{{1,2}})[\s/-]*([C-HJ-NP-X])[\s/-]*{_SQUARE}(\d*)(?:[\s,/-]+(\d+))?", re.ASCII)
WITHOUT_ZONE = re.compile(rf"(?:MGRS[:\s]*)?{_SQUARE}(\d{{2,10}})(?:[\s,/-]+(\d{{2,5}}))?", re.ASCII)
SIGNED = re.compile(r"([+-]?)(\d{1,3}(?:\.\d+)?)\s?°?(?:\s?[,;/]\s?|\s)([+-]?)(\d{1,3}(?:\.\d+)?)\s?°?", re.ASCII)
OFF_BY = re.compile(r"([^±]+?)\s*±\s*(\d{1,6}) ?M", re.ASCII)
KOBO = re.compile(r"([+-]?\d{1,3}\.\d+) ([+-]?\d{1,3}\.\d+) -?\d{1,5}(?:\.\d+)? (\d{1,6}(?:\.\d+)?)", re.ASCII)
BEFORE, AFTER = re.compile(r"([NSEW])([^NSEW]+)([NSEW])([^NSEW]+)"), re.compile(r"([^NSEW]+)([NSEW])([^NSEW]+)([NSEW])")
NUMBER = r"(\d{1,3}(?:\.\d+)?)"
ANGLE = re.compile(rf"{NUMBER}(?:(?:\s?°\s?|\s){NUMBER}(?:(?:\s?'\s?|\s){NUMBER}\s?(?:\"|'')?|\s?')?|\s?°)?", re.ASCII)
SOURCES = ("decimal", "ddm", "dms")


def read_position(text: str) -> Position:
    """Decimal degrees (point or comma), degrees and minutes, degrees minutes seconds, MGRS of up to 10 digits (the centre of
    its square), or the `lat lon altitude accuracy` of KoboToolbox. O is Ouest, west. `±300 m` behind says how far off it may be.
    Raises BadPosition."""
    typed = " ".join(text.split())
    plain = " ".join(typed.translate(LOOKALIKES).upper().split()).rstrip(" .,;")
    if not plain:
        raise BadPosition("empty")
    if off := OFF_BY.fullmatch(plain):
        return _off_by(read_position(off[1]), float(off[2]), typed)
    if grid := GRID.fullmatch(plain):
        return _square(grid, typed)
    if part := WITHOUT_ZONE.fullmatch(plain):
        raise BadPosition("no_zone", square=part[1], digits=part[2] + (part[3] or ""))
    plain = COMMA.sub(r"\1.\2", _in_order(plain))
    if row := KOBO.fullmatch(plain):
        return _kobo(row, typed)
    for unit, sign in UNITS.items():
        plain = re.sub(rf"(?<=\d){unit}", sign, plain)
    plain = re.sub("|".join(WORDS), lambda word: WORDS[word[0]], plain)
    return _lettered(plain, typed) if re.search("[NSEW]", plain) else _signed(plain, typed)


def _in_order(plain: str) -> str:
    """Without the names of the axes, the latitude first whichever was named first."""
    pieces = [piece.strip(" ,;/") for piece in AXIS.split(plain)]
    if len(pieces) != 5 or pieces[0] or (pieces[1] == "LA") == (pieces[3] == "LA"):
        return plain
    return " ".join([pieces[2], pieces[4]] if pieces[1] == "LA" else [pieces[4], pieces[2]])


def _kobo(row: re.Match[str], typed: str) -> Position:
    """A device wrote it: without a sign it is north or east, and zeros at the end are left out, so the longer number tells the
    step. Its own accuracy counts where it is the coarser."""
    accuracy_m = float(row[3]) or MAP_CLICK_M
    step_deg = 10.0 ** -max(_decimals(row[1]), _decimals(row[2]))
    read = _position((float(row[1]), float(row[2])), "kobo", step_deg, typed)
    return Position(read.point, "kobo", max(read.uncertainty_m, accuracy_m), max(read.cell_m, accuracy_m), typed)


def _off_by(read: Position, off_m: float, typed: str) -> Position:
    """A point chosen on a map, when it is no more exact than one."""
    source = "map" if off_m >= MAP_CLICK_M else read.source
    return Position(read.point, source, max(read.uncertainty_m, off_m), max(read.cell_m, off_m), typed)


def _signed(plain: str, typed: str) -> Position:
    """Two decimal numbers. One sign shows that signs are meant; two bare numbers could lie on either side of Greenwich,
    which cuts through Mali (Gao would move by 10 km, unnoticed)."""
    pair = SIGNED.fullmatch(plain)
    if pair is None:
        raise BadPosition("no_hemisphere" if re.search(r"[°'\"]|\d\s+\d+\s+\d", plain) else "unreadable")
    lat, lon = float(pair[1] + pair[2]), float(pair[3] + pair[4])
    if "." not in pair[2] or "." not in pair[4]:
        raise BadPosition("few_decimals")
    step_deg = 10.0 ** -min(_decimals(pair[2]), _decimals(pair[4]))
    if not (pair[1] or pair[3]) and lon:
        raise BadPosition("no_hemisphere", lat=lat, lon=lon, step_deg=step_deg)
    return _position((lat, lon), "decimal", step_deg, typed)


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
        raise BadPosition("out_of_range", lat=point[0], lon=point[1], step_deg=step_deg)
    cell_m = step_deg * DEGREE_M
    return Position(point, source, cell_m / 2, cell_m, typed)


def _square(grid: re.Match[str], typed: str) -> Position:
    zone, band, square, east, north = grid.groups()
    digits = east + (north or "")
    if len(digits) % 2 or len(digits) > 10 or (north is not None and len(north) != len(east)):
        raise BadPosition("odd_digits", digits=len(digits))
    return read_square(int(zone), band, square, digits, typed)


def read_square(zone: int, band: str, square: str, digits: str, typed: str) -> Position:
    """The centre of a grid square; `digits` are east and north together. Raises BadPosition where there is no such square,
    with its parts as facts for whoever looks for the one that was meant."""
    half = len(digits) // 2
    fine = digits if half > 1 else digits[:half] + "50000"[: 5 - half] + digits[half:] + "50000"[: 5 - half]
    missing = BadPosition("no_square", zone=zone, band=band, square=square, digits=digits)
    try:
        centre = parseMGRS(f"{zone}{band}{square}{fine}").toLatLon()
    except MGRSError:
        raise missing from None
    point, cell_m = (float(centre.lat), float(centre.lon)), float(10 ** (5 - half))
    if not _in_zone(point, zone, band, cell_m / 100_000):
        raise missing
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


def format_on_map(point: LatLon, off_m: float) -> str:
    """A point of a map as `read_position` takes it, known to `off_m` metres."""
    return f"{format_dd(point, 4)} ±{math.ceil(max(off_m, MAP_CLICK_M))} m"


def inside(point: LatLon, bounds: Bounds) -> bool:
    south, west, north, east = bounds
    return south <= point[0] <= north and west <= point[1] <= east


def repeats(text: str, source: str) -> bool:
    """Whether the figures after the degrees look made up: the same digit throughout (14.4444, 14°00'00"), or the same figures
    for latitude and longitude (14.1234 -4.1234). Three like digits prove something only in both numbers. Nobody makes up the
    figures of a point on a map."""
    if source == "map":
        return False
    if source == "mgrs":
        digits = "".join(re.findall(r"\d", re.sub(r"^\D*\d{1,2}", "", text, count=1, flags=re.ASCII)))
        tails = [digits[: len(digits) // 2], digits[len(digits) // 2 :]]
        return len(tails[0]) >= 3 and all(len(set(tail)) == 1 for tail in tails)
    numbers = re.findall(r"\d+(?:[.,]\d+)?", text, re.ASCII)
    each = {"ddm": 2, "dms": 3}.get(source, 1)
    tails = ["".join(re.findall(r"\d", " ".join(numbers[n * each : (n + 1) * each]))) for n in (0, 1)]
    whole = [len(re.split("[.,]", numbers[n * each])[0]) for n in (0, 1) if n * each < len(numbers)]
    tails = [tail[cut:] for tail, cut in zip(tails, whole, strict=False)]
    alike = [tail for tail in tails if len(tail) >= 3 and len(set(tail)) == 1]
    return (
        len(alike) == 2
        or any(len(tail) >= 4 for tail in alike)
        or (len(tails) == 2 and tails[0] == tails[1] and len(tails[0]) >= 4)
    )
