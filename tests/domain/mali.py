"""The shipped profile as tests use it, and short ways to file something on it. Dates are of December 2019 unless given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from deconflict.domain.activity import Activity, LatLon, Side
from deconflict.domain.filing import Filing, Level, Location, MissionPlan, MovementNotice, Stop, Window
from deconflict.domain.judgement import Judgement
from deconflict.domain.presence import activity_of
from deconflict.mission import Mission, load_mission

FOLDER = Path(__file__).parents[2] / "config" / "missions" / "mali-minusma"
BANKASS: LatLon = (14.0700, -3.5200)
BEFORE = datetime(2019, 12, 1, tzinfo=UTC)


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
