"""Parts for tests, by hand and at random."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st

from deconflict.domain import geodesy, overlap
from deconflict.domain.activity import LatLon, Moment, Part, Shape, Slack
from deconflict.domain.sides import Asked, Sides

DAY = datetime(2019, 12, 10, tzinfo=UTC)
HOUR = 3600.0
BANKASS = (14.0700, -3.5200)
MOPTI, BANDIAGARA = (14.4900, -4.1900), (14.3500, -3.6100)


def at(hour: float, declared: tuple[float, float] = (0, 0), assumed: tuple[float, float] = (0, 0)) -> Moment:
    """An instant of the day, slacks in hours."""
    return Moment(
        DAY + timedelta(hours=hour), Slack(*(h * HOUR for h in declared)), Slack(*(h * HOUR for h in assumed))
    )


def stay(*points: LatLon, start: Moment, end: Moment, radius_m: float = 0.0, unsure_m: float = 0.0) -> Part:
    return Part("X", frozenset(), Shape(points, radius_m), start, end, moving=False, uncertainty_m=unsure_m)


def leg(*points: LatLon, start: Moment, end: Moment, unsure_m: float = 0.0) -> Part:
    return Part("X", frozenset(), Shape(points), start, end, moving=True, uncertainty_m=unsure_m)


def area(
    *points: LatLon,
    holes: tuple[tuple[LatLon, ...], ...] = (),
    start: Moment,
    end: Moment,
    radius_m: float = 0.0,
    unsure_m: float = 0.0,
) -> Part:
    shape = Shape(points, radius_m, area=True, holes=holes)
    return Part("X", frozenset(), shape, start, end, moving=False, uncertainty_m=unsure_m)


def square(middle: LatLon, half_m: float) -> tuple[LatLon, ...]:
    return tuple(off(middle, way, half_m * math.sqrt(2)) for way in (45.0, 135.0, 225.0, 315.0))


def off(point: LatLon, bearing: float, metres: float) -> LatLon:
    return geodesy.destination(point, bearing, metres)


def utc(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


def together(a: Sequence[Part], b: Sequence[Part], distance_m: float, buffer_s: float) -> overlap.Meeting | None:
    """When the meeting begins and ends."""
    return overlap.each_together([Asked(a, b, distance_m, buffer_s)], Sides(a, b))[0]


# --- parts at random: around places that are hard for maps, of all sizes a notice or a plan may have ---

PLACES = [(14.5, -4.2), (17.0, 0.0), (16.3, -6.0), (60.0, 30.0), (-35.0, 18.0), (0.0, 36.0), (-17.0, 179.95)]
hours = st.integers(0, 96).map(lambda quarter: quarter / 4)
slacks = st.tuples(*[st.integers(0, 12).map(lambda quarter: quarter * HOUR / 4)] * 2).map(lambda s: Slack(*s))


@st.composite
def lines(draw: st.DrawFn, place: LatLon, size: int, far_m: float) -> tuple[LatLon, ...]:
    points = [off(place, draw(st.integers(0, 359)), draw(st.integers(0, 40)) * 1_000.0)]
    while len(points) < size:
        points.append(off(points[-1], draw(st.integers(0, 359)), draw(st.floats(1_000.0, far_m))))
    return tuple(points)


@st.composite
def areas(draw: st.DrawFn, place: LatLon, radius_m: float, far_m: float) -> Shape:
    """Corners all around a middle, at unlike distances; perhaps a hole of the same form."""
    middle = off(place, draw(st.integers(0, 359)), draw(st.integers(0, 40)) * 1_000.0)
    count = draw(st.integers(3, 5))
    ways = [(n + draw(st.floats(-0.2, 0.2))) * 360.0 / count for n in range(count)]
    reach = [draw(st.floats(1_000.0, far_m)) for _ in ways]
    inner = draw(st.sampled_from([0.0, 0.2, 0.6]))
    ring, hole = (
        tuple(off(middle, way, share * metres) for way, metres in zip(ways, reach, strict=True))
        for share in (1.0, inner)
    )
    return Shape(ring, radius_m, area=True, holes=(hole,) if inner else ())


KINDS = ("point", "line", "area", "leg", "way")


@st.composite
def parts(
    draw: st.DrawFn, place: LatLon, *, moving: bool | None = None, far_m: float = 60_000.0, kind: str | None = None
) -> Part:
    kinds = [k for k in KINDS if moving is None or (k in ("leg", "way")) is moving]
    kind = draw(st.sampled_from(kinds)) if kind is None else kind
    moves = kind in ("leg", "way")
    begins = draw(hours)
    start = Moment(utc(begins), draw(slacks), draw(slacks))
    end = Moment(utc(begins + draw(st.integers(2, 32)) / 4), draw(slacks), draw(slacks))
    radius = 0.0 if moves else draw(st.sampled_from([0.0, 150.0, 2_500.0]))
    size = {"point": 1, "line": 2, "leg": 2, "way": 3}.get(kind, 0)
    shape = Shape(draw(lines(place, size, far_m)), radius) if size else draw(areas(place, radius, far_m))
    return Part("X", frozenset(), shape, start, end, moves, draw(st.sampled_from([0.0, 20.0, 1_500.0])))


@st.composite
def couples(
    draw: st.DrawFn,
    *,
    moving: bool | None = None,
    far_m: float = 60_000.0,
    kinds: tuple[str | None, str | None] = (None,) * 2,
) -> tuple[Part, Part]:
    place = draw(st.sampled_from(PLACES))
    a, b = (draw(parts(place, moving=moving, far_m=far_m, kind=kind)) for kind in kinds)
    return a, b


@st.composite
def items(draw: st.DrawFn) -> tuple[list[Part], list[Part]]:
    place = draw(st.sampled_from(PLACES))
    return draw(st.lists(parts(place), min_size=1, max_size=3)), draw(st.lists(parts(place), min_size=1, max_size=3))


buffers = st.sampled_from([0.0, HOUR, 3 * HOUR, 12 * HOUR])


def near(metres: float) -> object:
    """Equal as far as a frame may err: 0.1 % or a metre."""
    return pytest.approx(metres, rel=1e-3, abs=1.0)


def no_more(smaller: float, larger: float) -> bool:
    """`smaller` is no more than `larger`, float noise and near ties between frames aside."""
    return smaller <= larger * (1 + 1e-4) + 0.5


def split(part: Part, share: float) -> list[Part]:
    """The same leg as two: same way, same speed, slack on its line."""

    def mixed(p: Slack, q: Slack) -> Slack:
        early, late = (x + share * (y - x) for x, y in ((p.early_s, q.early_s), (p.late_s, q.late_s)))
        return Slack(early, late)

    waypoints = geodesy.cut(part.shape.points, 1e9)
    middle = geodesy.along(part.shape.points, share)
    before = [point for f, point in waypoints if f < share]
    after = [point for f, point in waypoints if f > share]
    when = Moment(
        part.start.at + share * (part.end.at - part.start.at),
        mixed(part.start.declared, part.end.declared),
        mixed(part.start.assumed, part.end.assumed),
    )
    return [
        replace(part, shape=Shape((*before, middle)), end=when),
        replace(part, shape=Shape((middle, *after)), start=when),
    ]
