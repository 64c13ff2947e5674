"""The shipped profile as tests use it, and short ways to file something on it. Dates are of December 2019 unless given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from pyproj import Geod

from deconflict.domain.activity import Activity, LatLon, Side
from deconflict.domain.filing import Filing, Level, Location, MissionPlan, MovementNotice, Stop, Window
from deconflict.domain.judgement import Judgement
from deconflict.domain.presence import activity_of
from deconflict.mission import Mission, load_mission

FOLDER = Path(__file__).parents[2] / "config" / "missions" / "mali-minusma"
BANKASS: LatLon = (14.0700, -3.5200)
NOWHERE: LatLon = (22.0, -2.0)  # no town for a hundred kilometres: P-codes say nothing here
BEFORE = datetime(2019, 12, 1, tzinfo=UTC)
GEOD = Geod(ellps="WGS84")


@cache
def mission() -> Mission:
    return load_mission(FOLDER)


def at(text: str) -> datetime:
    """`10 Dec 09:00` of 2019, or with a year `14 May 2020 10:00`."""
    words = text.split()
    year = words.pop(2) if len(words) == 4 else "2019"
    return datetime.strptime(f"{words[0]} {words[1]} {year} {words[2]} +0000", "%d %b %Y %H:%M %z")


def sharp(text: str, spread_min: float = 0.0) -> Window:
    """A window of `spread_min` minutes on both sides of an instant."""
    spread = timedelta(minutes=spread_min)
    return Window(at(text) - spread, at(text) + spread)


def gps(point: LatLon, pcode: str | None = None) -> Location:
    return Location(point, "", "gps", 20.0, pcode)


def town(name: str) -> Location:
    place = next(p for p in mission().gazetteer.search(name) if p.level == "town")
    return Location(place.point, name, "gazetteer", 1000.0, place.pcode, place.name)


def in_commune(name: str) -> Location:
    """No more than the commune is known."""
    commune = next(place for place in mission().gazetteer.search(name) if place.level == "commune")
    return Location(commune.point, "", "commune", 50_000.0, commune.pcode, commune.name)


def presence(place: Location | LatLon, start: str, end: str, activity: str | None = None, *, halt: bool = True) -> Stop:
    location = place if isinstance(place, Location) else gps(place)
    return Stop(location, sharp(start), sharp(end), activity, halt)


def notice(*stops: Stop, kind: str = "TRANSIT_STAFF", **facts: str) -> MovementNotice:
    return MovementNotice(kind=kind, level=Level.MATCH_ONLY, stops=stops, **facts)  # type: ignore[arg-type]


def plan(*stops: Stop, kind: str = "PAT_LONG", **facts: str) -> MissionPlan:
    return MissionPlan(kind=kind, level=Level.MATCH_ONLY, stops=stops, **facts)  # type: ignore[arg-type]


def activity(filing: Filing) -> Activity:
    profile = mission()
    return activity_of(
        filing,
        item_id=1 if filing.side is Side.HUMANITARIAN else 2,
        version=1,
        catalogue=profile.catalogue,
        pack=profile.pack,
        gazetteer=profile.gazetteer,
    )


def judged(humanitarian: Filing, planned: Filing, now: datetime = BEFORE) -> Judgement | None:
    return mission().pack.judge(activity(humanitarian), activity(planned), now=now)


def exact(point: LatLon, pcode: str | None = None) -> Location:
    return Location(point, "", "gps", 0.0, pcode)


def away(metres: float, bearing: float = 90.0, start: LatLon = NOWHERE) -> LatLon:
    lon, lat, _ = GEOD.fwd(start[1], start[0], bearing, metres)
    return lat, lon


def rule_ids(judgement: Judgement | None) -> set[str]:
    return set() if judgement is None else set(judgement.rule_ids)


DISTRIBUTION = notice(presence(BANKASS, "10 Dec 09:00", "10 Dec 15:00", "DIST_FOOD"))
CROWD = notice(Stop(exact(NOWHERE), sharp("10 Dec 09:00"), sharp("10 Dec 15:00"), "DIST_FOOD"))


def past(offset_m: float, leave: str = "10 Dec 11:00", reach: str = "10 Dec 12:00") -> MissionPlan:
    """A drive of 60 km, in one hour unless told, straight past the crowd at a distance."""
    beside = away(offset_m, 0.0)
    return plan(
        Stop(exact(away(30_000, 270.0, beside)), depart=sharp(leave)),
        Stop(exact(away(30_000, 90.0, beside)), arrive=sharp(reach)),
        kind="PAT_SHORT",
    )


def side_by_side(
    ours: str,
    theirs: str,
    apart_m: float = 0.0,
    gap: timedelta = timedelta(0),
    *,
    here: Location | None = None,
    there: Location | None = None,
) -> Judgement | None:
    """A humanitarian presence of six hours, and an hour of the mission that begins `gap` after its end."""
    start = at("10 Dec 15:00") + gap
    until = start + timedelta(hours=1)
    kind = mission().catalogue[theirs]
    whole = kind.patrol or kind.event
    stop = Stop(
        there or exact(away(apart_m)), Window(start, start), Window(until, until), None if whole else theirs, halt=True
    )
    work = presence(here or exact(NOWHERE), "10 Dec 09:00", "10 Dec 15:00", ours)
    return judged(notice(work), plan(stop, kind=theirs if whole else "PAT_AIR"))
