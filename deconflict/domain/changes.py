"""The changes that the owner of a notice or plan could make, the smallest of each kind first: among them the desk looks for ways
out. Whether one clears anything is not asked here, only whether people could do it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import combinations

from deconflict.domain.activity import OPEN_END, LatLon
from deconflict.domain.country import Mission
from deconflict.domain.doubts import FASTEST_KMH, speeds
from deconflict.domain.filing import Filing, MissionPlan, Stop, Window, postponed, shifted
from deconflict.domain.geodesy import bearing_deg, destination, distance_m
from deconflict.domain.itinerary import visits_of
from deconflict.domain.kinds import Kind
from deconflict.domain.ways_out import Change, Terms, Way

HALF_HOUR, HOUR, DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)
WITHIN_A_DAY = 24  # half-hours: beyond, another day at the same hours is easier on everybody
AROUND_M = 5_000.0  # a stop so much further off than any rule looks has no part in the meeting
FAR_M = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30)  # km from the other side
TURNS_DEG = (0.0, 60.0, -60.0, 120.0, -120.0, 180.0)
MOST_STOPS = 8
STAND_U_M = 250.0  # how well a place to stand off at is kept
EVENT_HOURS = (time(9), time(14))  # a visible event begins in the morning or after the midday heat


@dataclass(frozen=True, slots=True)
class Scene:
    """What the changes of one item are made for: its kind, the point at which the `other` side is when they come nearest, and how
    far the rules that fired look, in metres."""

    kind: Kind
    other: LatLon
    within_m: float
    mission: Mission
    now: datetime

    @property
    def terms(self) -> Terms:
        return self.mission.pack.ways_out

    @property
    def zone(self) -> tzinfo:
        return self.mission.zone


def families(filing: Filing, scene: Scene) -> Iterator[Iterator[Change]]:
    """Each kind of change on its own, smallest first; what could not be done is left out. A site stays where it is."""
    if scene.kind.site or scene.kind.record:
        return
    filed = _Filed.of(filing, scene)
    for family in _each_kind(filing, scene):
        yield (change for change in family if filed.can_become(change.filing, scene))


def _each_kind(filing: Filing, scene: Scene) -> Iterator[Iterator[Change]]:
    if scene.kind.event:
        yield _half_days(filing, scene)
    else:
        for sign in (1, -1):
            yield _shifts(filing, sign)
            yield _days(filing, scene, sign)
    if isinstance(filing, MissionPlan) and filing.zone is not None:
        return
    yield _waits(filing)
    yield _skips(filing, scene)
    yield _swaps(filing, scene)
    if isinstance(filing, MissionPlan) and not scene.kind.event:
        yield _stand_offs(filing, scene)


# ---- in time ----------------------------------------------------------------------------------------------------------------


def _shifts(filing: Filing, sign: int) -> Iterator[Change]:
    """All of it, by half-hours. To be ready sooner is harder than to wait."""
    for steps in range(1, WITHIN_A_DAY + 1):
        by = sign * steps * HALF_HOUR
        hours = steps / 2
        way, burden = (Way.LATER, hours) if sign > 0 else (Way.EARLIER, 1.2 * hours)
        yield Change(way, shifted(filing, by), burden, by=by)


def _days(filing: Filing, scene: Scene, sign: int) -> Iterator[Change]:
    for days in range(1, scene.terms.furthest.days + 1):
        moved = postponed(filing, sign * days, 0, scene.zone)
        yield Change(Way.DAY, moved, 8.0 + 2.0 * days, by=sign * days * DAY)


def _half_days(filing: Filing, scene: Scene) -> Iterator[Change]:
    """A ceremony or visit, at the next hours at which one could be held: not at night, not on a day off."""
    begins = filing.stops[0].windows[0].earliest
    local = begins.astimezone(scene.zone)
    for days in range(scene.terms.furthest.days + 1):
        day = local.date() + days * DAY
        if scene.mission.is_day_off(day):
            continue
        for clock in sorted({*EVENT_HOURS, local.time().replace(tzinfo=None)}):
            at = datetime.combine(day, clock, scene.zone).astimezone(UTC)
            if at > begins:
                by = at - begins
                yield Change(Way.HALF_DAY, shifted(filing, by), 4.0 + by / HOUR / 12, by=by)


def _waits(filing: Filing) -> Iterator[Change]:
    """Longer at the stop before, and everything from there on later."""
    later = [n for n in range(1, len(filing.stops)) if filing.stops[n].windows and filing.stops[n - 1].windows]
    for steps in range(1, WITHIN_A_DAY + 1):
        by = steps * HALF_HOUR
        for n in later[:MOST_STOPS]:
            yield Change(Way.WAIT, shifted(filing, by, since=n), steps / 2 + 0.5, stops=(n,), by=by)


# ---- in place ---------------------------------------------------------------------------------------------------------------


def _skips(filing: Filing, scene: Scene) -> Iterator[Change]:
    """One of the stops where they meet, else all of them. A movement keeps its two ends; a patrol may begin elsewhere."""
    near, least = _meeting(filing, scene), 1
    if not isinstance(filing, MissionPlan):
        near, least = [n for n in near if 0 < n < len(filing.stops) - 1], 2
    for some in [*((n,) for n in near), *([tuple(near)] if len(near) > 1 else [])]:
        if len(filing.stops) - len(some) >= least:
            kept = tuple(stop for n, stop in enumerate(filing.stops) if n not in some)
            missed = any(filing.stops[n].activity for n in some)  # people were to get something there
            yield Change(Way.SKIP, replace(filing, stops=kept), (30.0 if missed else 6.0) * len(some), stops=some)


def _swaps(filing: Filing, scene: Scene) -> Iterator[Change]:
    """Two stops in the other order, at each other's hours."""
    ends = 0 if isinstance(filing, MissionPlan) else 1
    inner = [n for n in range(ends, len(filing.stops) - ends) if filing.stops[n].windows][:MOST_STOPS]
    near = set(_meeting(filing, scene))
    for one, two in combinations(inner, 2):
        if near & {one, two} and filing.stops[one].location.point != filing.stops[two].location.point:
            yield Change(Way.SWAP, _swapped(filing, one, two), 3.0 + (two - one), stops=(one, two))


def _swapped(filing: Filing, one: int, two: int) -> Filing:
    stops = list(filing.stops)

    def at(there: Stop, then: Stop) -> Stop:
        return replace(there, arrive=then.arrive, depart=then.depart)

    stops[one], stops[two] = at(stops[two], stops[one]), at(stops[one], stops[two])
    return replace(filing, stops=tuple(stops))


def _stand_offs(filing: Filing, scene: Scene) -> Iterator[Change]:
    """A halt of the mission further from the other side: straight away from it first, then to either side."""
    found = []
    for n in _meeting(filing, scene)[:2]:
        stop = filing.stops[n]
        away = bearing_deg(scene.other, stop.location.point)
        for km in FAR_M:
            for turn in TURNS_DEG:
                point = destination(scene.other, (away + turn) % 360.0, km * 1000.0)
                moved_m = distance_m(stop.location.point, point)
                if km * 1000.0 > distance_m(scene.other, stop.location.point) and _within(point, scene.mission):
                    found.append((moved_m, n, point))
    for moved_m, n, point in sorted(found):
        burden = 2.0 + moved_m / 2_000.0
        yield Change(Way.STAND_OFF, _standing_at(filing, n, point), burden, stops=(n,), metres=moved_m)


def _standing_at(filing: Filing, n: int, point: LatLon) -> Filing:
    """The place has no name any more: which settlement it belongs to is found as for any position."""
    typed = f"{point[0]:.4f}, {point[1]:.4f}"
    stop = filing.stops[n]
    spot = replace(
        stop.location,
        point=point,
        as_typed=typed,
        source="decimal",
        uncertainty_m=STAND_U_M,
        pcode=None,
        name="",
        corrected="",
    )
    stops = (*filing.stops[:n], replace(stop, location=spot), *filing.stops[n + 1 :])
    return replace(filing, stops=stops)


def _meeting(filing: Filing, scene: Scene) -> list[int]:
    """The stops that may have a part in the meeting, nearest first."""
    apart = sorted((distance_m(stop.location.point, scene.other), n) for n, stop in enumerate(filing.stops))
    return [n for metres, n in apart if metres <= scene.within_m + AROUND_M][:MOST_STOPS]


def _within(point: LatLon, mission: Mission) -> bool:
    south, west, north, east = mission.bounds
    return south <= point[0] <= north and west <= point[1] <= east


# ---- whether people could do it ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Filed:
    """What a change is held against: where the item is to be when as it is filed, whether all of that is by day, and how fast it has to
    go in km/h."""

    held: frozenset[tuple[LatLon, Window]]
    by_day: bool
    fastest: float

    @classmethod
    def of(cls, filing: Filing, scene: Scene) -> _Filed:
        held = _held(filing.stops)
        by_day = all(_by_day(window, scene) for _point, window in held)
        return cls(held, by_day, max(FASTEST_KMH[filing.mode], _fastest(filing)))

    def can_become(self, changed: Filing, scene: Scene) -> bool:
        """Nothing that has begun is changed, nobody leaves before he can be ready, work by day stays work by day, and nobody has to
        drive faster than can be believed."""
        try:
            visits_of(changed.stops)
        except ValueError:
            return False
        becomes = _held(changed.stops)
        fresh, gone = [window for _at, window in becomes - self.held], [window for _at, window in self.held - becomes]
        if any(window.earliest < scene.now for window in gone):
            return False
        if any(window.earliest < scene.now + scene.terms.ready for window in fresh):
            return False
        if self.by_day and not all(_by_day(window, scene) for window in fresh):
            return False
        return _fastest(changed) <= self.fastest


def _held(stops: Sequence[Stop]) -> frozenset[tuple[LatLon, Window]]:
    """Where it is to be when."""
    return frozenset((stop.location.point, window) for stop in stops for window in stop.windows)


def _by_day(window: Window, scene: Scene) -> bool:
    if window.latest >= OPEN_END:
        return True
    first, last = (at.astimezone(scene.zone) for at in (window.earliest, window.latest))
    begins, ends = scene.terms.day
    return first.date() == last.date() and begins <= first.time() and last.time() <= ends


def _fastest(filing: Filing) -> float:
    return max((kmh for _n, kmh in speeds(filing.stops)), default=0.0)
