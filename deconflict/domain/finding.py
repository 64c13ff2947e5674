"""What is filed at a place, for whoever looks for it: within a settlement's own radius, or in a whole commune. Where somebody stops is
counted, and what an area holds; who only passes is not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shapely import LineString, Polygon
from shapely import Point as XY

from deconflict.domain import geodesy
from deconflict.domain.activity import LatLon
from deconflict.domain.ahead import AheadItem, Communes
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import sees_desk_case
from deconflict.domain.half_days import Presence
from deconflict.domain.place import Place
from deconflict.domain.severity import Severity
from deconflict.domain.zone import POLYGON, VILLAGES, Zone

RECENT = timedelta(days=7)  # what is over for longer is asked of the lists of what ended


@dataclass(frozen=True, slots=True)
class Spot:
    """A settlement with what lies within `radius_m` of it, or a whole commune, whose radius is 0."""

    place: Place
    radius_m: float

    @property
    def is_commune(self) -> bool:
        return self.place.level == "commune"


@dataclass(frozen=True, slots=True)
class CaseSpot:
    """A case and where its two come nearest, `point` None where nobody knows; `items` the ids of its one or two."""

    id: int
    is_open: bool
    severity: Severity
    starts_at: datetime
    ended_at: datetime | None
    point: LatLon | None
    items: tuple[int, ...]


def seen_cases(
    cases: Sequence[CaseSpot], audience: Audience, sensitive: Callable[[], Collection[int]]
) -> list[CaseSpot]:
    """Those that exist for this audience. `sensitive` gives the ids of those whose notice is SENSITIVE, or cannot be read; it is asked
    only for whoever must not know of them. What is counted is counted after this."""
    if not sees_desk_case(audience, sensitive=False):
        return []
    if sees_desk_case(audience, sensitive=True):
        return list(cases)
    hidden = sensitive()
    return [case for case in cases if case.id not in hidden]


def spot_of(place: Place, mission: Mission) -> Spot:
    """The radius is the one by which the rules say that two are in the same settlement (RUL-22)."""
    return Spot(place, 0.0 if place.level == "commune" else mission.pack.geography.same_settlement_radius_m)


def items_at(spot: Spot, items: Sequence[AheadItem], mission: Mission) -> list[AheadItem]:
    """In their order. What cannot be read is nowhere."""
    if spot.is_commune:
        communes = Communes(items, mission)
        return [item for item in items if any(communes.of(one) == spot.place for one in item.presences)]
    return [item for item in items if any(_is_in(spot, one, mission) for one in item.presences) or _holds(spot, item)]


def cases_at(spot: Spot, cases: Sequence[CaseSpot], here: Collection[int], mission: Mission) -> list[CaseSpot]:
    """Those whose two come nearest there, and of those without such a point whose items are among `here`: open ones first, the worst and
    soonest first, then those that ended, the latest first."""
    known = [case for case in cases if case.point is not None]
    inside = _inside(spot, [case.point for case in known if case.point is not None], mission)
    there = {case.id for case, holds in zip(known, inside, strict=True) if holds}
    there |= {case.id for case in cases if case.point is None and any(id in here for id in case.items)}
    return in_order([case for case in cases if case.id in there])


def in_order(cases: Sequence[CaseSpot]) -> list[CaseSpot]:
    still = sorted((c for c in cases if c.is_open), key=lambda case: (-case.severity.rank, case.starts_at, case.id))
    over = sorted((c for c in cases if not c.is_open), key=lambda case: (case.ended_at or case.starts_at, case.id))
    return still + over[::-1]


def _inside(spot: Spot, points: Sequence[LatLon], mission: Mission) -> list[bool]:
    if not spot.is_commune:
        return [_near(spot, point) for point in points]
    outlined = [mission.communes.at(point) if mission.communes else None for point in points]
    nearest = mission.gazetteer.nearest_each(points)
    codes = [code or place.commune for code, place in zip(outlined, nearest, strict=True)]
    return [code == spot.place.pcode for code in codes]


def _is_in(spot: Spot, one: Presence, mission: Mission) -> bool:
    named = mission.gazetteer.meant(one.pcode, one.cod_version)
    return named == spot.place or _near(spot, one.point)


def _near(spot: Spot, point: LatLon) -> bool:
    lat, lon = spot.place.point
    south, west, north, east = geodesy.box([spot.place.point], spot.radius_m)
    if not (south <= point[0] <= north and west <= point[1] <= east):  # of thousands nearly all
        return False
    return geodesy.distance_m((lat, lon), point) <= spot.radius_m


def _holds(spot: Spot, item: AheadItem) -> bool:
    """Whether a drawn area reaches the settlement."""
    zone = item.zone
    return zone is not None and zone.shape != VILLAGES and bool(item.points) and _reaches(spot, zone, item.points)


def _reaches(spot: Spot, zone: Zone, points: Sequence[LatLon]) -> bool:
    frame = geodesy.Frame(spot.place.point)  # in it the settlement is the origin, where it is true
    flat = [frame.to_xy(point) for point in points]
    drawn = Polygon(flat) if zone.shape == POLYGON else LineString(flat)
    return bool(drawn.distance(XY(0.0, 0.0)) <= spot.radius_m + zone.half_width_m)
