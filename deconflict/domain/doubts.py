"""What makes a position doubtful though it can be read: far from its place or without one, made up, a default, or too fast to be
true. None of it refuses a position; whoever gave it says that it is right, or mends it. Only what the person filed and the
mission's profile is looked at: what others filed must not show in an answer (RUL-6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deconflict.domain.activity import LatLon
from deconflict.domain.coordinates import format_dd, repeats
from deconflict.domain.country import Mission
from deconflict.domain.filing import Location, Stop
from deconflict.domain.geodesy import distance_m
from deconflict.domain.place import Place

DOUBTFUL_M = 5_000.0  # farther than this from the settlement it bears the name of, one should look again (D5)
EDGE_DEG = 0.02  # 2 km: outlines of communes are drawn to no more than that
COPIED_M = 15.0  # nearer than this to a listed point, or to another's, by chance is nobody: it was copied
SAME_M = 30.0
DEFAULT_M = 200.0  # lists round a country's middle differently
# Straight-line kilometres per hour above which a mode is not to be believed; on unmarked tracks, half as much (D5).
FASTEST_KMH = {"road": 90.0, "river": 15.0, "air": 600.0, "foot": 7.0}
TRACK_KMH = 45.0
OF_PLACE, OF_WAY = ("far", "commune", "repeated", "default", "unnamed"), ("twice", "speed")
KINDS = OF_PLACE + OF_WAY


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason to look again: `kind` of KINDS, and the figures its sentence needs. `place` is the place spoken of, `metres` from
    it in the direction of `compass`, `stop` the number of another stop, `kmh` and `most` speeds."""

    kind: str
    place: Place | None = None
    metres: float = 0.0
    compass: str = ""
    stop: int = 0
    kmh: float = 0.0
    most: float = 0.0


def given(location: Location) -> bool:
    """Whether somebody wrote a position: a place of the list is where the list says."""
    return location.source not in ("gazetteer", "commune")


def spot(location: Location) -> str:
    """What a tick says "it is right" of: with another point or another place it has to be said again."""
    return f"{format_dd(location.point)} {location.pcode or ''}".strip()


def of_place(location: Location, mission: Mission) -> Iterator[Doubt]:
    """What is doubtful about a position by itself."""
    if not given(location):
        return
    named = mission.gazetteer.meant(location.pcode, location.cod_version)
    if named is not None:
        away_m = distance_m(location.point, named.point)
        if named.level == "town" and away_m > DOUBTFUL_M:
            yield Doubt("far", named, away_m)
        elif elsewhere := _elsewhere(location.point, named, mission):
            yield Doubt("commune", elsewhere)
    if not location.corrected and repeats(location.as_typed, location.source):
        yield Doubt("repeated")
    if (default := _default(location, named, mission)) is not None:
        yield default


def of_name(location: Location, mission: Mission) -> Iterator[Doubt]:
    """That no settlement was named beside a position, so that nothing tells whether its figures are right (D1.5). Who chose an
    offered correction read there where it is."""
    if given(location) and not location.pcode and not location.corrected:
        near = mission.gazetteer.describe(location.point)
        yield Doubt("unnamed", near.place, near.distance_m, near.compass)


def of_way(stops: Sequence[Stop], mode: str) -> Iterator[tuple[int, Doubt]]:
    """What is doubtful about positions one after the other, by index of the stop."""
    yield from _twice(stops)
    for index, kmh in speeds(stops):
        if kmh > FASTEST_KMH[mode]:
            yield index, Doubt("speed", kmh=kmh, most=FASTEST_KMH[mode])


def speeds(stops: Sequence[Stop]) -> Iterator[tuple[int, float]]:
    """The least straight-line speed in km/h, by index of the stop that is reached, which the windows allow: from the first
    possible departure to the last possible arrival, by the stops between that have no window."""
    metres, left, here = 0.0, None, None
    for index, stop in enumerate(stops):
        if here is not None:
            apart = distance_m(here.point, stop.location.point)
            metres += max(apart - here.uncertainty_m - stop.location.uncertainty_m, 0.0)
        here = stop.location
        if stop.arrive and left is not None and (seconds := (stop.arrive.latest - left).total_seconds()) > 0:
            yield index, metres / seconds * 3.6
        leaves = stop.depart or stop.arrive
        if leaves is not None:
            metres, left = 0.0, leaves.earliest


def _elsewhere(point: LatLon, named: Place, mission: Mission) -> Place | None:
    """The commune the point lies in, when that is neither the one of the place named nor the one its listed point lies in: one
    settlement in twelve of Mali is listed outside its own. Without outlines only the nearest settlement can tell, and only of
    a commune: settlements of two communes stand close together."""
    if mission.communes is not None and named.commune:
        code = mission.communes.at(point)
        own = {named.commune, mission.communes.at(named.point)}
        within = any(mission.communes.nears(point, pcode, EDGE_DEG) for pcode in own if pcode)
        return mission.gazetteer.get(code) if code and not within else None
    if named.level != "commune":
        return None
    near = mission.gazetteer.nearest(point)
    other = near[0].commune if near else None
    return mission.gazetteer.get(other) if other and other != named.pcode else None


def _default(location: Location, named: Place | None, mission: Mission) -> Doubt | None:
    south, west, north, east = mission.bounds
    middles = (*mission.default_points, ((south + north) / 2, (west + east) / 2))
    if any(distance_m(location.point, middle) <= DEFAULT_M for middle in middles):
        return Doubt("default")
    near = mission.gazetteer.nearest(location.point, COPIED_M)
    if near is None or named is None or named.level != "town" or distance_m(near[0].point, named.point) <= COPIED_M:
        return None
    return Doubt("default", near[0])


def _twice(stops: Sequence[Stop]) -> Iterator[tuple[int, Doubt]]:
    """One position under two names."""
    for index, stop in enumerate(stops):
        for before, other in enumerate(stops[:index]):
            here, there = stop.location, other.location
            if not (given(here) and given(there)) or here.pcode == there.pcode:
                continue
            if here.pcode and there.pcode and distance_m(here.point, there.point) <= SAME_M:
                yield index, Doubt("twice", stop=before + 1)
                break


def one_position(stops: Sequence[Stop], others: Sequence[Stop]) -> Iterator[tuple[int, int]]:
    """Positions of two organisations that are one, by index of either's stop, where they do not call the place the same: under two
    names one of them is wrong (SAME_M); where one names none, it was copied, or is that very place (COPIED_M). For the officer
    alone; to tell either would tell of the other (RUL-6)."""
    for n, mine in enumerate(stops):
        for m, theirs in enumerate(others):
            here, there = mine.location, theirs.location
            if not (given(here) and given(there)) or (here.pcode and here.pcode == there.pcode):
                continue
            if distance_m(here.point, there.point) <= (SAME_M if named(here, there) else COPIED_M):
                yield n, m


def named(here: Location, there: Location) -> bool:
    """Whether either names a settlement."""
    return bool(here.pcode and there.pcode)
