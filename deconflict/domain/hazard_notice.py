"""A hazard as people give it, and as it is matched: a place with the kilometre around it, or the road between two places."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shapely.geometry import LineString

from deconflict.domain.activity import LatLon
from deconflict.domain.coordinates import format_dd
from deconflict.domain.filing import Level, Location, MissionPlan, Stop, Window
from deconflict.domain.geodesy import distance_m
from deconflict.domain.roads import Roads
from deconflict.domain.sop import Geography
from deconflict.domain.ways import ROAD, way_through
from deconflict.domain.zone import CORRIDOR, MOST_POINTS, VILLAGES, Zone

KIND = "HAZARD"  # of activities.toml: what only rules that name it speak of
NEAR_M = 20_000.0
PLAIN_M = 25.0  # how much of a road's winding is left out first; twice as much until few enough points are left


@dataclass(frozen=True, slots=True)
class Hazard:
    """`kind` and `source` of domain.hazards; one place, or the two ends of a section of road; `until` is after `since`. `words`: short, as
    typed."""

    kind: str
    places: tuple[Location, ...]
    since: datetime
    until: datetime
    source: str
    words: str = ""

    def to_facts(self) -> dict[str, Any]:
        """Plain types only; `hazard_of` is the inverse."""
        places = [asdict(place) | {"point": list(place.point)} for place in self.places]
        hours = {"since": self.since.isoformat(), "until": self.until.isoformat()}
        return {"kind": self.kind, "places": places, **hours, "source": self.source, "words": self.words}


def hazard_of(facts: Mapping[str, Any]) -> Hazard:
    """Of the facts of a procedure."""
    return Hazard(
        facts["kind"],
        tuple(Location(**{**place, "point": tuple(place["point"])}) for place in facts["places"]),
        datetime.fromisoformat(facts["since"]),
        datetime.fromisoformat(facts["until"]),
        facts["source"],
        facts["words"],
    )


def lies_near(one: Hazard, other: Hazard, within_m: float = NEAR_M) -> bool:
    """Whether an end of one lies so near an end of the other that both may tell of the same."""
    return any(distance_m(a.point, b.point) <= within_m for a in one.places for b in other.places)


def plan_of(hazard: Hazard, geography: Geography, roads: Roads | None) -> MissionPlan:
    """As the matcher takes it: OCHA's own, redacted, since whoever files reads it anyway. A section follows the road that the map
    knows, else a straight line."""
    first, last = hazard.places[0], hazard.places[-1]
    inner: Sequence[LatLon] = ()
    if len(hazard.places) > 1:
        inner = _few(way_through((first.point, last.point), ROAD, geography, roads).points)[1:-1]
    stops = [Stop(place, halt=True) for place in (first, *map(_on_the_way, inner), *hazard.places[1:])]
    since, until = (Window(at, at) for at in (hazard.since, hazard.until))
    stops[0] = Stop(first, since, until, halt=True)
    zone = Zone(CORRIDOR, geography.road_half_width_m) if len(stops) > 1 else Zone(VILLAGES)
    return MissionPlan(KIND, Level.REDACTED, tuple(stops), zone=zone)


def _on_the_way(point: LatLon) -> Location:
    return Location(point, format_dd(point, 5), "decimal", 0.0)


def _few(points: Sequence[LatLon]) -> Sequence[LatLon]:
    """The line without the corners that matter least, so that what is drawn has no more points than an area may have."""
    scale, tolerance = math.cos(math.radians(points[0][0])), PLAIN_M
    line = LineString([(lon * scale, lat) for lat, lon in points])
    corners = list(line.coords)
    while len(corners) > MOST_POINTS:
        corners = list(line.simplify(tolerance / 111_000).coords)
        tolerance *= 2
    return [points[0], *((lat, x / scale) for x, lat in corners[1:-1]), points[-1]]
