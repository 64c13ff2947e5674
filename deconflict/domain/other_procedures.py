"""What else a movement has to be told or booked with, which is not handled here (RUL-27): a list to tick. It stops nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from deconflict.domain.activity import LatLon
from deconflict.domain.filing import Stop
from deconflict.domain.geodesy import distance_m
from deconflict.domain.ways import way_through

if TYPE_CHECKING:
    from deconflict.domain.country import Mission

ALWAYS, PER_CERCLE, BY_AIR = "always", "per_cercle", "air"
APPLIES = (ALWAYS, PER_CERCLE, BY_AIR)
AIR = "air"
EVERY_M = 3_000.0  # along the way: no cercle is that narrow


@dataclass(frozen=True, slots=True)
class OtherProcedure:
    """`applies`: to every movement, once for each cercle on its way, or to those by air."""

    code: str
    label: Mapping[str, str]
    why: Mapping[str, str]
    applies: str


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to tick. `place`: the P-code of the cercle, empty where it is for the whole movement; `name` as people call it."""

    procedure: OtherProcedure
    place: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        return f"{self.procedure.code}:{self.place}"


def lines_of(mission: Mission, stops: Sequence[Stop], mode: str) -> list[Line]:
    """What the mission's profile asks of such a movement, in its order."""
    return [line for procedure in mission.other_procedures for line in _lines(procedure, mission, stops, mode)]


def cercles_on_way(mission: Mission, stops: Sequence[Stop], mode: str) -> dict[str, str]:
    """Name by P-code of the cercles that the way crosses, in its order, as far as this system knows; by air those of the stops alone."""
    points = [stop.location.point for stop in stops]
    if mode != AIR and len(set(points)) > 1:
        points = list(_along(way_through(points, mode, mission.pack.geography, mission.roads).points))
    found: dict[str, str] = {}
    for point in dict.fromkeys(points):
        place = mission.place_at(point)
        if place is not None and place.cercle is not None:
            found.setdefault(place.cercle, place.cercle_name)
    return found


def _lines(procedure: OtherProcedure, mission: Mission, stops: Sequence[Stop], mode: str) -> Iterator[Line]:
    if procedure.applies == PER_CERCLE:
        for pcode, name in cercles_on_way(mission, stops, mode).items():
            yield Line(procedure, pcode, name)
    elif procedure.applies == ALWAYS or mode == AIR:
        yield Line(procedure)


def _along(points: Sequence[LatLon]) -> Iterator[LatLon]:
    """The corners of a way, and points between them."""
    yield points[0]
    for here, there in pairwise(points):
        steps = max(1, round(distance_m(here, there) / EVERY_M))
        for n in range(1, steps + 1):
            yield tuple(a + (b - a) * n / steps for a, b in zip(here, there, strict=True))  # type: ignore[misc]
