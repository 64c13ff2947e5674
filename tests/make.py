"""Filings by the handful, in the words of a story: `make.distribution("Bankass", "10 Dec 09:00-15:00")`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from deconflict.domain.activity import OPEN_END, LatLon
from deconflict.domain.filing import Level, Location, MissionPlan, MovementNotice, StaticSite, Stop, Window

YEAR = 2019
GPS = 20.0  # metres: how well a fix is known
TOWN = 1000.0
PLACES: dict[str, tuple[LatLon, str]] = {
    # name -> point used in the golden scenarios, name the gazetteer knows it by
    "Bankass": ((14.0700, -3.5200), "Bankass"),
    "Mopti": ((14.4843, -4.1830), "Mopti"),
    "Bandiagara": ((14.3500, -3.6100), "Bandiagara"),
    "Douentza": ((15.0000, -2.9500), "Douentza"),
    "Gao": ((16.2717, -0.0447), "Gao"),
    "Ansongo": ((15.6600, 0.5000), "Ansongo"),
    "Gossi": ((15.8200, -1.2900), "Gossi"),
    "Koro": ((14.0700, -3.0800), "Koro"),
    "Kidal": ((18.4411, 1.4078), "Kidal"),
}
# What is asked of an activity for people beside place and hours, as a form sends it.
OF_AID = {
    "needs_basis": "authorities",
    "civilian_lead": "asked_declined",
    "civilian_actor": "ngo",
    "civilian_reason": "no_means",
    "alternative": "handed_over",
}
MONTHS = {
    name: n
    for n, name in enumerate(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1)
}


def span(words: str) -> tuple[datetime, datetime]:
    """`10 Dec 09:00-15:00` -> two instants; an end before the start is on the next day. Mali's time is UTC."""
    found = re.fullmatch(r"(\d+) (\w+) (\d\d):(\d\d)-(\d\d):(\d\d)", words)
    assert found, words
    day, month, *clock = found.groups()
    start = datetime(YEAR, MONTHS[month], int(day), int(clock[0]), int(clock[1]), tzinfo=UTC)
    end = start.replace(hour=int(clock[2]), minute=int(clock[3]))
    return start, end if end > start else end + timedelta(days=1)


def fix(place: str | LatLon, *, pcode: str | None = None, uncertainty_m: float = GPS) -> Location:
    """A place of the table above, or a bare GPS fix."""
    if isinstance(place, str):
        point, name = PLACES[place]
        return Location(point, name, "decimal", uncertainty_m, pcode, name)
    return Location(place, f"{place[0]:.4f}, {place[1]:.4f}", "decimal", uncertainty_m, pcode)


def exactly(at: datetime) -> Window:
    return Window(at, at)


def presence(
    place: str | LatLon, when: str, activity: str | None, *, halt: bool = True, pcode: str | None = None
) -> tuple[Stop, ...]:
    """One stop, from exactly one instant to exactly another."""
    start, end = span(when)
    return (Stop(fix(place, pcode=pcode), exactly(start), exactly(end), activity, halt),)


def distribution(
    place: str | LatLon,
    when: str,
    *,
    kind: str = "DIST_FOOD",
    level: Level = Level.REDACTED,
    phone: str | None = None,
    second: str | None = None,
    pcode: str | None = None,
) -> MovementNotice:
    """A team that is on site and does one thing there."""
    return MovementNotice(
        kind="TRANSIT_STAFF",
        level=level,
        stops=presence(place, when, kind, pcode=pcode),
        vehicles=2,
        persons=6,
        marking="flag",
        disclaimer="1",
        communications=phone,
        second_phone=second,
    )


def journey(
    start: str, end: str, when: str, *, kind: str = "CONVOY_CARGO", level: Level = Level.REDACTED
) -> MovementNotice:
    """A convoy from one town to another without a stop."""
    leaves, arrives = span(when)
    return MovementNotice(
        kind=kind,
        level=level,
        stops=(Stop(fix(start), depart=exactly(leaves)), Stop(fix(end), arrive=exactly(arrives))),
        vehicles=3,
        persons=6,
        disclaimer="1",
    )


def site(
    place: str | LatLon,
    *,
    kind: str = "SITE_IDP",
    name: str = "Site of the river",
    level: Level = Level.REDACTED,
    radius_m: int = 100,
    **more: Any,
) -> StaticSite:
    """A place that stands since the beginning of the year."""
    begins = exactly(datetime(YEAR, 1, 1, tzinfo=UTC))
    stop = Stop(fix(place), begins, exactly(OPEN_END), halt=True)
    facts = {"name": name, "radius_m": radius_m, "operator": "ONG Alpha", "disclaimer": "1"} | more
    return StaticSite(kind=kind, level=level, stops=(stop,), **facts)


def patrol(
    place: str | LatLon,
    when: str,
    *,
    kind: str = "PAT_LONG",
    level: Level = Level.REDACTED,
    halt: bool = True,
    aid: str = "none",
    joint_with: str = "none",
) -> MissionPlan:
    """A patrol that stands somewhere."""
    return MissionPlan(
        kind=kind,
        level=level,
        stops=presence(place, when, None, halt=halt),
        aid_component=aid,
        joint_with=joint_with,
    )


def ceremony(place: str | LatLon, when: str, *, level: Level = Level.REDACTED, pcode: str | None = None) -> MissionPlan:
    """The handover of a project."""
    return MissionPlan(
        kind="QIP_CEREMONY",
        level=level,
        stops=presence(place, when, None, pcode=pcode),
        title="Forage",
        media=True,
    )
