"""What a position may be a slip for: exchanged, on the wrong side, minutes for decimals, in the neighbouring grid zone. To offer
to the person who wrote it, never to apply."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import copysign

from deconflict.domain.activity import LatLon
from deconflict.domain.coordinates import (
    BANDS,
    DEGREE_M,
    BadPosition,
    Bounds,
    Position,
    format_dd,
    inside,
    read_position,
    read_square,
)
from deconflict.domain.geodesy import distance_m

COARSER = {"minutes": 100 / 60, "seconds": 10_000 / 3_600}  # the step of a last digit that counts minutes or seconds

WRITTEN = ("decimal", "ddm", "dms")  # sources whose figures a hand wrote


@dataclass(frozen=True, slots=True)
class Alternative:
    """What may have been meant. `kind`: swap, sign, minutes or seconds; metres from the declared place when there is one."""

    kind: str
    point: LatLon
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class Likely:
    """What a text may have been meant for: also of kind side, zone or square. `written` is how it would be written; `position` keeps the
    text as typed and its precision."""

    kind: str
    written: str
    position: Position
    distance_m: float | None


def likely(text: str, declared: LatLon | None, bounds: Bounds) -> list[Likely]:
    """What the text may be a slip for inside `bounds`, nearest to the declared place first, and only where nearer to it than the
    text itself. Without a declared place: what brings back inside what is outside or no position at all."""
    try:
        fix = read_position(text)
    except BadPosition as bad:
        found = [
            *_sides(bad, text, read_anew=declared is not None),
            *_neighbours(bad, text),
            *_zones(bad, text, bounds),
        ]
        placed = [
            replace(one, distance_m=distance_m(one.position.point, declared) if declared else None)
            for one in found
            if inside(one.position.point, bounds)
        ]
        return list({one.written: one for one in sorted(placed, key=lambda one: one.distance_m or 0.0)}.values())
    return [_instead(one.kind, one.point, fix, one.distance_m) for one in alternatives(fix.point, declared, bounds)]


def readings(text: str, bounds: Bounds) -> list[Likely]:
    """Everything else inside `bounds` that figures with nothing to check them by may be a slip for; nothing of what a device or a
    map wrote, nor of a grid square, which has no such slip that is a square again."""
    try:
        fix = read_position(text)
    except BadPosition:
        return []
    if fix.source not in WRITTEN:
        return []
    wanted = [(kind, point) for kind, point in _slips(fix.point) if kind not in COARSER or fix.source == "decimal"]
    return [_instead(kind, point, fix, None) for kind, point in wanted if point != fix.point and inside(point, bounds)]


def alternatives(point: LatLon, declared: LatLon | None, bounds: Bounds) -> list[Alternative]:
    """What `point` may be a slip for, inside `bounds`, nearest to the declared place first and only where nearer than `point`
    itself. Without a declared place: what brings a point outside back inside."""
    if declared is None and inside(point, bounds):
        return []
    limit_m = distance_m(point, declared) if declared and inside(point, bounds) else float("inf")
    offers = [
        Alternative(kind, other, distance_m(other, declared) if declared else None)
        for kind, other in _slips(point)
        if other != point and inside(other, bounds)
    ]
    return sorted((o for o in offers if (o.distance_m or 0.0) < limit_m), key=lambda offer: offer.distance_m or 0.0)


def _instead(kind: str, point: LatLon, fix: Position, away_m: float | None) -> Likely:
    step = COARSER.get(kind, 1.0)
    read = replace(fix, point=point, uncertainty_m=fix.uncertainty_m * step, cell_m=fix.cell_m * step)
    return Likely(kind, format_dd(point), read, away_m)


def _slips(point: LatLon) -> list[tuple[str, LatLon]]:
    lat, lon = point
    slips = [
        ("swap", (lon, lat)),
        ("swap", (copysign(lon, lat), copysign(lat, lon))),
        *(("sign", other) for other in ((lat, -lon), (-lat, lon), (-lat, -lon))),
    ]
    for kind, read in (("minutes", _as_minutes), ("seconds", _as_seconds)):
        read_lat, read_lon = read(lat), read(lon)
        if read_lat is not None and read_lon is not None:
            slips.append((kind, (read_lat, read_lon)))
    return [(kind, other) for kind, other in dict.fromkeys(slips) if abs(other[0]) <= 90]


def _as_minutes(value: float) -> float | None:
    """14.04 for 14 degrees 04 minutes; None when the decimals are no minutes."""
    degrees, decimals = divmod(round(abs(value), 8), 1)
    minutes = round(decimals * 100, 6)
    return None if minutes >= 60 else copysign(degrees + minutes / 60, value)


def _as_seconds(value: float) -> float | None:
    """14.0418 for 14 degrees 04 minutes 18 seconds; None when the decimals are none."""
    degrees, decimals = divmod(round(abs(value), 8), 1)
    minutes, rest = divmod(round(decimals * 100, 6), 1)
    seconds = round(rest * 100, 4)
    return None if max(minutes, seconds) >= 60 else copysign(degrees + minutes / 60 + seconds / 3600, value)


def _sides(bad: BadPosition, text: str, *, read_anew: bool) -> Iterator[Likely]:
    """Of two bare numbers: either side of Greenwich and of the equator, in either order, and `read_anew` as minutes too. Of two that
    are no position: the other way round."""
    lat, lon, step = (bad.facts.get(name) for name in ("lat", "lon", "step_deg"))
    if not isinstance(lat, float) or not isinstance(lon, float) or not isinstance(step, float):
        return
    for point in dict.fromkeys(
        (a * north, b * east) for a, b in ((lat, lon), (lon, lat)) for north in (1, -1) for east in (1, -1)
    ):
        if abs(point[0]) > 90 or abs(point[1]) > 180:
            continue
        fix = Position(point, "decimal", step * DEGREE_M / 2, step * DEGREE_M, " ".join(text.split()))
        yield _instead("side", point, fix, None)
        for kind, other in _slips(point):
            if read_anew and kind in COARSER:
                read = _instead(kind, other, fix, None)
                yield replace(read, kind="side")


def _neighbours(bad: BadPosition, text: str) -> Iterator[Likely]:
    """Of a grid square that is none: the same letters and figures in the zones and bands around."""
    if bad.reason != "no_square":
        return
    zone, band = int(str(bad.facts["zone"])), str(bad.facts["band"])
    square, digits = str(bad.facts["square"]), str(bad.facts["digits"])
    at = BANDS.index(band)
    for near_zone in (zone - 1, zone, zone + 1):
        for near_band in BANDS[max(at - 1, 0) : at + 2]:
            wanted = (near_zone - 1) % 60 + 1
            try:
                read = read_square(wanted, near_band, square, digits, " ".join(text.split()))
            except BadPosition:
                continue
            yield Likely("zone", f"{wanted:02d}{near_band}{square}{digits}", read, None)


def _zones(bad: BadPosition, text: str, bounds: Bounds) -> Iterator[Likely]:
    """Of a grid square without its zone: the same letters and figures in every zone and band that the bounds touch."""
    if bad.reason != "no_zone":
        return
    square, digits = str(bad.facts["square"]), str(bad.facts["digits"])
    south, west, north, east = bounds
    if len(digits) % 2 or len(digits) > 10:
        return
    bands = BANDS[int((max(south, -80) + 80) // 8) : int((min(north, 83) + 80) // 8) + 1]
    for zone in range(int((west + 180) // 6) + 1, int((east + 180) // 6) + 2):
        for band in bands:
            try:
                read = read_square(zone, band, square, digits, " ".join(text.split()))
            except BadPosition:
                continue
            yield Likely("square", f"{zone:02d}{band}{square}{digits}", read, None)
