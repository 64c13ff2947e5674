"""Activity and its parts: what the matcher sees of a notice, a site, a plan or a QIP event.

A part is one shape with one window and one kind. Travel is MOVE, only presence on site can be CROWD (RUL-21), so
the kind belongs to the part and never to the whole item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

LatLon = tuple[float, float]  # degrees WGS84; GeoJSON's (lon, lat) is turned round where files are read

OPEN_END = datetime(2200, 1, 1, tzinfo=UTC)  # a site without an end: later than any plan, still a real instant


class Side(StrEnum):
    """Who filed it. Only pairs across the two sides are judged."""

    HUMANITARIAN = "humanitarian"
    MISSION = "mission"


@dataclass(frozen=True, slots=True)
class Slack:
    """How far an instant may move: `early_s` seconds before, `late_s` seconds after. Never negative."""

    early_s: float = 0.0
    late_s: float = 0.0


NO_SLACK = Slack()


@dataclass(frozen=True, slots=True)
class Moment:
    """A planned instant (the middle of the filed window, aware UTC), with the slack its owner declared by filing a
    window and the slack sop.toml assumes on top (late departures, rains)."""

    at: datetime
    declared: Slack = NO_SLACK
    assumed: Slack = NO_SLACK


@dataclass(frozen=True, slots=True)
class Shape:
    """One point (a disc of `radius_m`), a line of two and more points (a corridor of half-width `radius_m`) or, with
    `area`, the outer ring of a polygon (three and more points, the first not repeated, geodesic edges, widened by
    `radius_m`) whose `holes` are outside. Only stationary parts are areas."""

    points: tuple[LatLon, ...]
    radius_m: float = 0.0
    area: bool = False
    holes: tuple[tuple[LatLon, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a part is, in codes: the settlement and commune P-codes as declared or as the nearest within the
    configured radius (RUL-22); None is unknown, and unknown equals nothing."""

    settlement: str | None = None
    commune: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One shape with one window and one kind.

    A *stationary* part (`moving=False`) holds its whole shape while its window is open; its slack is the early slack of
    `start` and the late slack of `end`, the same at every instant. A *moving* part is at the first point of its line
    at `start` and at the last point at `end`, at constant speed along geodesic legs; its slack runs linearly from
    that of `start` to that of `end`; its corridor half-width is `uncertainty_m`, its `shape.radius_m` is 0.

    `groups` are the SOP's names for its kind and traits (CROWD, UNIFORM, MOVE, CIMIC ...). `halt` says a stop of 15
    minutes or more was declared there. `implied` parts were not filed (a leg or a wait the matcher adds) and make a hit
    `possible` at most. `commune_only` parts take part in commune rules only (RUL-22).
    """

    kind: str
    groups: frozenset[str]
    shape: Shape
    start: Moment
    end: Moment
    moving: bool
    uncertainty_m: float
    spot: Spot = Spot()
    halt: bool = False
    implied: bool = False
    commune_only: bool = False
    category: str | None = None  # aid category, for "same category" rules
    hours: tuple[time, time] | None = None  # when a site is open, on the mission's wall clock; None is always
    days: frozenset[int] | None = None  # on which weekdays (Monday 0) it is open at those hours; None is every day


def timed_legs(way: Part, moments: Sequence[Moment]) -> tuple[Part, ...]:
    """A moving line whose points are reached at these moments, one each, in time order: a part per leg. Where a point is
    repeated, or no time is left for the way, the leg is stationary: a wait, or somewhere along it. `way` says the rest; its own
    times are not used. Raises ValueError for another number of moments, or one before its predecessor."""
    points = way.shape.points
    if len(moments) != len(points):
        raise ValueError("a line has one moment per point")
    if any(then.at < before.at for before, then in pairwise(moments)):
        raise ValueError("a moment lies before its predecessor")
    legs = zip(pairwise(points), pairwise(moments), strict=True)
    return tuple(_leg(way, ends, start, end) for ends, (start, end) in legs)


def _leg(way: Part, ends: tuple[LatLon, LatLon], start: Moment, end: Moment) -> Part:
    wait = ends[0] == ends[1]
    shape = replace(way.shape, points=ends[:1] if wait else ends)
    return replace(way, shape=shape, start=start, end=end, moving=not wait and start.at < end.at)


@dataclass(frozen=True, slots=True)
class Activity:
    """One item at one version, as parts in time order. `id` and `version` are the item's, so that a case can say what it
    was computed from. `escorts` are the ids of the humanitarian items that this mission activity was decided to escort.
    `coverage_lost_at`: from when on nobody reaches its people, where that was said."""

    id: int
    version: int
    side: Side
    parts: tuple[Part, ...]
    joint_with: str = "none"
    escorts: frozenset[int] = frozenset()
    coverage_lost_at: datetime | None = None

    @property
    def reached_until(self) -> datetime:
        """The last moment its people can surely be reached (RUL-5): before they leave, and before they lose coverage."""
        return min(filter(None, (self.departs_at, self.coverage_lost_at)))

    @property
    def departs_at(self) -> datetime:
        """The earliest instant it may leave."""
        first = min(self.parts, key=lambda part: part.start.at)
        return first.start.at - timedelta(seconds=first.start.declared.early_s)
