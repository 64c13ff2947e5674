"""How long what is kept, and what is left of it then: commune and week (RUL-25, D8.4). Pure: clock and gazetteer come in.

Exact positions, hours, plates, overnight places, numbers and whatever was typed freely go; kinds, counts, levels and rule
figures stay, so that a page still opens and a month can still be counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from deconflict.domain.activity import OPEN_END, LatLon, Side
from deconflict.domain.disclosure import NO_END
from deconflict.domain.filing import Filing, Location, MissionPlan, MovementNotice, StaticSite, Stop, Window
from deconflict.domain.judgement import Hit, Judgement
from deconflict.domain.place import Place
from deconflict.domain.places import Gazetteer
from deconflict.domain.procedures import Noun

EXACT = {Side.HUMANITARIAN: "movement_exact", Side.MISSION: "patrol_exact"}
TOLD_WITHIN = timedelta(days=1)  # parties hear of an end by then: until they have, nothing about it changes by itself
KEPT_AS: Mapping[str, str] = {Noun.QIP: "qip", Noun.AID_REPORT: "aid_report"}  # every other noun as "procedure"
WEEK = timedelta(days=7)
LAST = timedelta(minutes=1)
COMMUNE_M = 25_000.0  # as a filing that names no more than a commune


@dataclass(frozen=True, slots=True)
class Due:
    """What ended at or before these instants has been kept long enough; `told` for a case whose end every party has heard of,
    `unconfirmed` for a hold that nobody has joined."""

    told: datetime
    exact: Mapping[Side, datetime]
    personal: datetime
    sms_body: datetime
    case: datetime
    audit: datetime
    draft: datetime
    pattern: datetime
    unconfirmed: datetime
    procedures: Mapping[str, datetime]  # by noun, of those that are over


def due(terms: Mapping[str, timedelta], now: datetime) -> Due:
    """The clocks of sop.toml's [retention_days], read at `now`."""
    since = {name: now - term for name, term in terms.items()}
    return Due(
        told=now - TOLD_WITHIN,
        exact={side: since[term] for side, term in EXACT.items()},
        personal=since["personal"],
        sms_body=since["sms_body"],
        case=since["case"],
        audit=since["audit"],
        draft=since["draft"],
        pattern=since["pattern"],
        unconfirmed=since["hold_unconfirmed"],
        procedures={noun: since[KEPT_AS.get(noun, "procedure")] for noun in Noun},
    )


def monday(at: datetime, zone: tzinfo) -> datetime:
    """The first instant of the week that holds `at`, on the wall clock of `zone`; what has no end keeps none."""
    if at >= OPEN_END:
        return at
    day = at.astimezone(zone).date()
    return _midnight(day - timedelta(days=day.weekday()), zone).astimezone(at.tzinfo)


def sunday(at: datetime, zone: tzinfo) -> datetime:
    """The last minute of that week."""
    if at >= OPEN_END:
        return at
    day = at.astimezone(zone).date()
    return (_midnight(day - timedelta(days=day.weekday()) + WEEK, zone)).astimezone(at.tzinfo) - LAST


def reduced(filing: Filing, gazetteer: Gazetteer, zone: tzinfo) -> Filing:
    """The filing in communes and weeks, without anything that was typed freely or is kept encrypted. Done twice it is the
    same."""
    stops = tuple(_stop(stop, gazetteer, zone) for stop in filing.stops)
    if isinstance(filing, MovementNotice):
        bare = replace(filing, urgency_reason="", plates="", overnight="", communications=None, second_phone=None)
        return replace(bare, stops=stops, coverage_lost_at=None, confirmed_by=None, escort_by="")
    if isinstance(filing, StaticSite):
        nameless = replace(filing, name="", aliases=(), operator="", co_operators=(), communications=None)
        return replace(nameless, stops=stops, fixed_on=None)
    if isinstance(filing, MissionPlan):
        return replace(filing, stops=stops, title="", known_from="")
    return replace(filing, stops=stops)


def reduced_judgement(judgement: Judgement, gazetteer: Gazetteer, zone: tzinfo) -> Judgement:
    """Rules, severities and figures as they were; where and when to the commune and the week."""
    return replace(
        judgement,
        hits=tuple(_hit(hit, gazetteer, zone) for hit in judgement.hits),
        starts_at=monday(judgement.starts_at, zone),
        ends_at=sunday(judgement.ends_at, zone),
        rejudge_at=sunday(judgement.rejudge_at, zone),
    )


def reduced_words(words: Mapping[str, Any], gazetteer: Gazetteer) -> dict[str, Any]:
    """The words of a request: the commune of its settlement, and the week of its half-days. They rest on nothing but the words,
    and done twice they are the same: whoever reads them cannot tell when it was done."""
    place = commune_of(gazetteer.meant(words.get("pcode"), words.get("cod_version", "")), None, gazetteer)
    return {
        "place": place.name if place else "",
        "pcode": place.pcode if place else None,
        "cod_version": gazetteer.edition if place else "",
        "half_days": _week(words.get("half_days") or ()),
        "crowd": words.get("crowd"),
    }


def commune_of(place: Place | None, point: LatLon | None, gazetteer: Gazetteer) -> Place | None:
    """The commune of a place that was named, else of the settlement nearest to a point."""
    if place is None and point is not None:
        near = gazetteer.nearest(point)
        place = near[0] if near else None
    return (gazetteer.get(place.commune) if place and place.commune else None) or place


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(0), zone)


def _stop(stop: Stop, gazetteer: Gazetteer, zone: tzinfo) -> Stop:
    return replace(
        stop,
        location=_location(stop.location, gazetteer),
        arrive=_window(stop.arrive, zone),
        depart=_window(stop.depart, zone),
        sure=(),
    )


def _location(location: Location, gazetteer: Gazetteer) -> Location:
    place = commune_of(gazetteer.meant(location.pcode, location.cod_version), location.point, gazetteer)
    if place is None:
        return Location((0.0, 0.0), "", "commune", COMMUNE_M)
    return Location(
        place.point, place.name, "commune", COMMUNE_M, place.pcode, place.name, cod_version=gazetteer.edition
    )


def _window(window: Window | None, zone: tzinfo) -> Window | None:
    return None if window is None else Window(monday(window.earliest, zone), sunday(window.latest, zone))


def _hit(hit: Hit, gazetteer: Gazetteer, zone: tzinfo) -> Hit:
    near = hit.nominal
    nominal = replace(
        near,
        a_at=monday(near.a_at, zone),
        b_at=monday(near.b_at, zone),
        a_point=_centre(near.a_point, gazetteer),
        b_point=_centre(near.b_point, gazetteer),
    )
    begins, ends = monday(hit.meets_from, zone), sunday(hit.meets_until, zone)
    return replace(hit, nominal=nominal, meets_from=begins, meets_until=ends)


def _centre(point: LatLon, gazetteer: Gazetteer) -> LatLon:
    place = commune_of(None, point, gazetteer)
    return place.point if place else (0.0, 0.0)


def _week(half_days: Any) -> list[list[str]]:
    """From the Monday of the first to the Sunday of the last; without an end it stays so."""
    days = [date.fromisoformat(day) for day, _part in half_days]
    if not days:
        return []
    first = days[0] - timedelta(days=days[0].weekday())
    last = days[-1] + timedelta(days=6 - days[-1].weekday())
    ends = NO_END.day if days[-1] == NO_END.day else last
    return [[first.isoformat(), "morning"], [ends.isoformat(), NO_END.part]]
