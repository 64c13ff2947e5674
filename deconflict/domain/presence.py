"""From what was filed to what the matcher sees: stops become presences, the way between them legs (RUL-21)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from deconflict.domain.activity import NO_SLACK, Activity, LatLon, Moment, Part, Shape, Side, Spot
from deconflict.domain.communes import Communes
from deconflict.domain.filing import Filing, Location, MissionPlan, MovementNotice, StaticSite, Stop
from deconflict.domain.hours import Hours
from deconflict.domain.itinerary import Visit, visits_of
from deconflict.domain.kinds import Catalogue, Kind
from deconflict.domain.places import Gazetteer
from deconflict.domain.roads import Roads
from deconflict.domain.rules import first_instant, last_instant
from deconflict.domain.sop import RulePack
from deconflict.domain.ways import way_through
from deconflict.domain.zone import VILLAGES, Zone

COMMUNE = "commune"  # the source of a location of which no more than the commune is known


def activity_of(
    filing: Filing,
    *,
    item_id: int,
    version: int,
    catalogue: Catalogue,
    pack: RulePack,
    gazetteer: Gazetteer,
    escorts: frozenset[int] = frozenset(),
    roads: Roads | None = None,
    communes: Communes | None = None,
) -> Activity:
    """The parts of one item at one version, in time order. `escorts` are the ids of the humanitarian items that it was decided
    to escort; `roads` those of the mission's map; `communes` their outlines, without which a bare position lies in that of the nearest
    settlement. Raises ValueError with the reason when the filing cannot be read
    (see `visits_of`) or names a kind that the catalogue does not know (KeyError)."""
    parts = sorted(
        _Builder(filing, catalogue, pack, gazetteer, roads, communes).parts(),
        key=lambda part: (part.start.at, part.end.at),
    )
    joint = filing.joint_with if isinstance(filing, MissionPlan) else "none"
    lost_at = filing.coverage_lost_at if isinstance(filing, MovementNotice) else None
    return Activity(
        id=item_id,
        version=version,
        side=filing.side,
        parts=tuple(parts),
        joint_with=joint,
        escorts=escorts,
        coverage_lost_at=lost_at,
    )


def span_of(activity: Activity) -> tuple[datetime, datetime]:
    """The first and the last instant at which anybody may be there, all slack included."""
    return min(map(first_instant, activity.parts)), max(map(last_instant, activity.parts))


@dataclass(frozen=True, slots=True)
class _Builder:
    filing: Filing
    catalogue: Catalogue
    pack: RulePack
    gazetteer: Gazetteer
    roads: Roads | None
    communes: Communes | None

    def parts(self) -> Iterator[Part]:
        zone = self.filing.zone if isinstance(self.filing, MissionPlan) else None
        if zone is not None:
            yield from self._zone(zone)
            return
        visits = visits_of(self.filing.stops)
        for before, visit, after in zip([None, *visits], visits, [*visits[1:], None], strict=False):
            yield self._presence(before, visit, after)
        for here, there in pairwise(visits):
            yield from self._way(here, there)

    # -- an area

    def _zone(self, zone: Zone) -> Iterator[Part]:
        """What is held, from the first instant to the last, without slack. Villages have their own codes; of lines and areas
        nobody can say which settlement they are."""
        visit, kind = visits_of(self.filing.stops[:1])[0], self._whole
        places = [stop.location for stop in self.filing.stops]
        shapes = zone.shapes([place.point for place in places], kind.footprint_m)
        for n, shape in enumerate(shapes):
            spot = self._spot(places[n])[0] if zone.shape == VILLAGES else Spot()
            yield Part(
                kind=kind.code,
                groups=kind.groups | self._traits(standing=True),
                shape=shape,
                start=visit.arrive,
                end=visit.depart,
                moving=False,
                uncertainty_m=max(place.uncertainty_m for place in places) if zone.shape != VILLAGES else 0.0,
                spot=spot,
                halt=True,
            )

    # -- at a stop

    def _presence(self, before: Visit | None, visit: Visit, after: Visit | None) -> Part:
        whole, windows = self._whole, self.pack.windows
        working = visit.stop.activity is not None or not (whole.travel or whole.patrol)
        comes = leaves = NO_SLACK if whole.site or whole.record else self.pack.on_site_slack
        if before is not None and not working:
            comes = self.pack.arriving_slack(before.depart.at, visit.arrive.at)
        if after is not None and not working:
            leaves = self.pack.leaving_slack(visit.depart.at)
        if visit.stop.activity is not None and visit.stop.depart is None:
            leaves = replace(leaves, late_s=max(leaves.late_s, windows.open_stay_s))
        stays_s = (visit.depart.at - visit.arrive.at).total_seconds()
        kind = whole if visit.stop.activity is None else self.catalogue[visit.stop.activity]
        part = self._standing(
            visit.stop, kind, replace(visit.arrive, assumed=comes), replace(visit.depart, assumed=leaves)
        )
        return replace(part, halt=visit.stop.halt or stays_s >= self.pack.passing_under_s)

    def _standing(self, stop: Stop, kind: Kind, start: Moment, end: Moment) -> Part:
        spot, commune_only = self._spot(stop.location)
        hours, days = self._opening(kind)
        return Part(
            kind=kind.code,
            groups=kind.groups | self._traits(standing=True),
            shape=Shape((stop.location.point,), self._radius_m(kind)),
            start=start,
            end=end,
            moving=False,
            uncertainty_m=stop.location.uncertainty_m,
            spot=spot,
            halt=stop.halt,
            commune_only=commune_only,
            category=self._category(kind),
            hours=hours,
            days=days,
        )

    def _radius_m(self, kind: Kind) -> float:
        """A site says how large it is; of everything else the kind does."""
        return float(self.filing.radius_m) if isinstance(self.filing, StaticSite) else kind.footprint_m

    def _opening(self, kind: Kind) -> tuple[Hours | None, frozenset[int] | None]:
        """A site's own hours where it has any, else those of its kind."""
        site = self.filing
        if not isinstance(site, StaticSite) or site.opening == "usual":
            return kind.hours, None
        if site.opening == "always" or site.opens is None or site.closes is None:
            return None, None
        return (site.opens, site.closes), frozenset(site.days)

    # -- between two stops

    def _way(self, here: Visit, there: Visit) -> Iterator[Part]:
        """The leg from one visit to the next, through the stops without a window; a wait when it leads nowhere. Between
        timed parts a party stays at the earlier end point."""
        start = replace(here.depart, assumed=self.pack.leaving_slack(here.depart.at))
        end = replace(there.arrive, assumed=self.pack.arriving_slack(here.depart.at, there.arrive.at))
        points = (here.point, *(stop.location.point for stop in here.via), there.point)
        if len(set(points)) > 1:
            yield self._leg(here, there, points, start, end)
        elif start.at < end.at:
            yield replace(self._standing(here.stop, self._leg_kind, start, end), halt=True, implied=True)
        for stop in here.via:
            yield replace(self._standing(stop, self._leg_kind, start, end), implied=True)

    def _leg(self, here: Visit, there: Visit, points: tuple[LatLon, ...], start: Moment, end: Moment) -> Part:
        kind, way = self._leg_kind, way_through(points, self.filing.mode, self.pack.geography, self.roads)
        stops = (here.stop, *here.via, there.stop)
        stated = not here.via and here.stop.depart is not None and there.stop.arrive is not None
        return Part(
            kind=kind.code,
            groups=kind.groups | self._traits(standing=False),
            shape=Shape(way.points),
            start=start,
            end=end,
            moving=start.at < end.at,  # without time for the way, it may be anywhere along it
            uncertainty_m=max([way.stray_m, *(stop.location.uncertainty_m for stop in stops)]),
            implied=not stated and self.filing.side is Side.MISSION,
            commune_only=any(self._spot(stop.location)[1] for stop in stops),
        )

    # -- kinds

    @property
    def _whole(self) -> Kind:
        return self.catalogue[self.filing.kind]

    @property
    def _leg_kind(self) -> Kind:
        """What has a kind of travel of its own (a flight) goes by that, everything else as its kind does."""
        whole = self._whole
        by_mode = [k for k in self.catalogue.of(whole.side, travel=True) if k.mode == self.filing.mode]
        return by_mode[0] if by_mode else self.catalogue.travelling(whole)

    def _traits(self, *, standing: bool) -> frozenset[str]:
        """Groups that facts of the whole plan add. Aid is given where people stop, never from a passing car."""
        if not isinstance(self.filing, MissionPlan):
            return frozenset()
        aid = self.catalogue.trait("aid_component", self.filing.aid_component) if standing else frozenset()
        return aid | self.catalogue.trait("joint_with", self.filing.joint_with)

    def _category(self, kind: Kind) -> str | None:
        """A project has the category it was filed with; most kinds have their own."""
        filed = self.filing.category if isinstance(self.filing, MissionPlan) else ""
        return kind.category or filed or None

    # -- places

    def _spot(self, location: Location) -> tuple[Spot, bool]:
        """The codes of a place (RUL-22), and whether no more than its commune is known. A declared code counts; a bare
        coordinate belongs to the nearest town within the radius, and to the commune in whose outline it lies, else to that
        town's; else unknown."""
        declared = self.gazetteer.meant(location.pcode, location.cod_version)
        town = declared
        if declared is None or declared.level != "town":
            if location.source == COMMUNE and declared is not None:
                return Spot(commune=declared.commune, name=location.name or declared.name), True
            found = self.gazetteer.nearest(location.point, self.pack.geography.same_settlement_radius_m)
            town = found[0] if found else None
        # The commune a person named counts more than that of the nearest town, which may lie across the boundary.
        within = declared or town
        outlined = None if declared or self.communes is None else self.communes.at(location.point)
        commune = outlined or (within.commune if within else None)
        name = location.name or (town.name if town else "")
        return Spot(town.pcode if town else None, commune, name), False
