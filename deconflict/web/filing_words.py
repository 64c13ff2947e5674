"""A filing in words, as its owner reads it: what was understood, local days with their weekday, places with their commune,
and for the mission its date-time groups and grid squares beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import format_datetime, to_user_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.activity import OPEN_END, Side
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import NO_END, HalfDay, ItemView, Recognition
from deconflict.domain.dtg import format_dtg
from deconflict.domain.filing import Location, Stop, Window
from deconflict.domain.kinds import Kind
from deconflict.domain.qip_codes import OCCASIONS
from deconflict.schemas import aid_plans, notices, plans, sites
from deconflict.schemas.filings import MODES, URGENCIES
from deconflict.schemas.zones import KNOWN_FROM
from deconflict.web import zone_words
from deconflict.web.language import current_language, label, named
from deconflict.web.place_words import exactness, placed_words, square_words

MOST_NAMES = 4
DAY, CLOCK = "EEEE d MMMM y", "HH:mm"
HALVES = {
    "morning": _l("morning (06:00-12:00)"),
    "afternoon": _l("afternoon (12:00-18:00)"),
    "night": _l("night (18:00-06:00 the next day)"),
}
# Why the desk gives an item back (D7.1), as its owner reads it.
RETURNS = {
    "coordinates": _l("A position looks wrong: check it."),
    "place": _l("A position and the place named with it do not agree."),
    "time": _l("A date or time is missing or looks wrong."),
    "activity": _l("What is done on site is not clear."),
    "contact": _l("The team's number does not work."),
}
# What a person said of a position that was asked about (domain.doubts).
SURE = {
    "far": _l("far from the place named"),
    "commune": _l("outside the unit named"),
    "repeated": _l("with figures that repeat themselves"),
    "default": _l("a point that lists give"),
    "unnamed": _l("with no settlement named"),
    "twice": _l("the position of another stop"),
    "speed": _l("faster than can be believed"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line. `key` names it across versions; `also` is the same in the reader's other notation, or a remark that qualifies it."""

    key: str
    label: str
    text: str
    also: str = ""


@dataclass(frozen=True, slots=True)
class StopWords:
    """One stop; `title` is its place in words."""

    number: int
    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A whole filing. `doing` is what it is about, `summary` its places, in one line that its owner knows it by."""

    kind: str
    doing: str
    summary: str
    facts: tuple[Fact, ...]
    stops: tuple[StopWords, ...]

    def lines(self) -> Iterator[Fact]:
        """Everything, with the stops' lines named by their number."""
        yield from self.facts
        for stop in self.stops:
            where = _("Stop %(number)s", number=stop.number)
            for fact in stop.facts:
                yield Fact(f"{stop.number}-{fact.key}", named(where, fact.label), fact.text, fact.also)


@dataclass(frozen=True, slots=True)
class Change:
    """One line that differs; an empty text where one version does not have it."""

    label: str
    before: str
    after: str


def changes(before: Words, after: Words) -> list[Change]:
    """What differs between two versions, in the order of the page."""
    old, new = ({fact.key: fact for fact in words.lines()} for words in (before, after))
    named = new | old
    return [
        Change(named[key].label, old[key].text if key in old else "", new[key].text if key in new else "")
        for key in dict.fromkeys([*new, *old])
        if (old[key].text if key in old else "") != (new[key].text if key in new else "")
    ]


def in_words(view: ItemView, mission: Mission) -> Words:
    """The item as its owner may read it, in the reader's language."""
    if view.site is not None:
        from deconflict.web.site_words import site_words  # which says it with the pieces below

        return site_words(view, view.site, mission)
    kind = _kind(mission, view.kind)
    event = bool(view.kind) and is_at_one_place(mission.catalogue[view.kind or ""])
    shown = () if view.zone else view.stops or ()
    stops = tuple(_stop(n, stop, mission, view.side, event=event) for n, stop in enumerate(shown, 1))
    rows = _notice(view) if view.side is Side.HUMANITARIAN else _plan(view, event=event)
    facts = [("kind", _("Kind"), kind), *rows, ("level", _("Share level"), level_words(view))]
    lines = _zone(view, mission)
    if view.reduced_at is not None:
        # The owner reads it so by the clock; when the row was reduced would tell him of a hold, or of a case.
        on = "" if view.own else format_datetime(view.reduced_at, DAY)
        said = _("reduced to unit and week on %(date)s", date=on) if on else _("by unit and week by now")
        facts.append(("kept", _("Kept"), said))
    return Words(
        kind=kind,
        doing=doing(view, mission),
        summary=next((line.text for line in lines if line.key == "zone"), _summary(view.stops or ())),
        facts=(*lines, *(Fact(key, str(name), str(text)) for key, name, text in facts if text)),
        stops=stops,
    )


def doing(view: ItemView | None, mission: Mission) -> str:
    """What an item is about: what is done on site, else what the whole goes by."""
    if view is None:
        return ""
    on_site = [_kind(mission, stop.activity) for stop in view.stops or () if stop.activity]
    return ", ".join(dict.fromkeys(on_site)) or _kind(mission, view.kind)


def level_words(view: ItemView) -> str:
    if view.site is not None:
        return str(sites.LEVELS[view.level])
    words: Any = notices.LEVELS if view.side is Side.HUMANITARIAN else plans.LEVELS
    return str(words[view.level])


def window_words(window: Window) -> str:
    """As `Tuesday 10 December 2019, between 09:00 and 15:00`; both days where they differ."""
    first, last = (to_user_timezone(at) for at in (window.earliest, window.latest))
    day, begins, ends = format_datetime(window.earliest, DAY), clock(window.earliest), clock(window.latest)
    if first == last:
        return _("%(day)s at %(time)s", day=day, time=begins)
    if first.date() == last.date():
        return _("%(day)s, between %(begins)s and %(ends)s", day=day, begins=begins, ends=ends)
    until = format_datetime(window.latest, DAY)
    return _("between %(day)s %(begins)s and %(until)s %(ends)s", day=day, begins=begins, until=until, ends=ends)


def moment_words(at: datetime) -> str:
    return _("%(day)s at %(time)s", day=format_datetime(at, DAY), time=clock(at))


def moment_said(at: datetime, side: Side) -> str:
    """As `moment_words`, to the mission with the date-time group."""
    return f"{moment_words(at)} ({format_dtg(at)})" if side is Side.MISSION else moment_words(at)


def is_at_one_place(kind: Kind) -> bool:
    """An item that stands somewhere and goes nowhere."""
    return kind.event or kind.stay or kind.aid


def clock(at: datetime) -> str:
    return str(format_datetime(at, CLOCK))


def half_days_words(halves: Sequence[HalfDay]) -> str:
    """The first half-day to the last: `Tuesday 10 December 2019, morning (06:00-12:00), afternoon (12:00-18:00)`, or from one of
    a day to one of another."""
    if not halves:
        return ""
    first, last = half_day_words(halves[0]), halves[-1]
    if last == NO_END:
        return _("from %(first)s, no end known", first=first)
    if last.day == halves[0].day:
        parts = list(HALVES)
        held = parts[parts.index(halves[0].part) : parts.index(last.part) + 1]
        return _("%(day)s, %(half)s", day=_local_day(last.day), half=", ".join(str(HALVES[part]) for part in held))
    return _("from %(first)s to %(last)s", first=first, last=half_day_words(last))


def vehicles_words(seen: Recognition) -> str:
    """As `3, Logo and flag`: what a patrol knows them by. Of a marking that nobody spoke of nothing is told."""
    if not seen.marking:
        return str(seen.vehicles)
    return _("%(count)s, %(marking)s", count=seen.vehicles, marking=notices.MARKINGS.get(seen.marking, seen.marking))


def half_day_words(half: HalfDay) -> str:
    """As `Tuesday 10 December 2019, morning (06:00-12:00)`."""
    return _("%(day)s, %(half)s", day=_local_day(half.day), half=HALVES[half.part])


def _local_day(day: date) -> str:
    noon = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001  # a day, not an instant
    return str(format_datetime(noon, DAY, rebase=False))


def _kind(mission: Mission, code: str | None) -> str:
    return mission.catalogue[code].label[current_language()] if code else ""


def _summary(stops: Sequence[Stop]) -> str:
    """As `Mopti - Bankass - Koro`: each place once, the first few of many."""
    names = list(dict.fromkeys(_short(stop.location) for stop in stops))
    return " - ".join(names[:MOST_NAMES] + ["..."] * (len(names) > MOST_NAMES))


def _short(place: Location) -> str:
    return place.name or place.as_typed


def _notice(view: ItemView) -> list[tuple[str, str, Any]]:
    urgency = str(URGENCIES.get(view.urgency or "", ""))
    return [
        ("mode", _("How"), MODES.get(view.mode or "", "")),
        ("vehicles", _("Vehicles"), view.vehicles if view.vehicles is not None else ""),
        ("vehicle_type", _("Kind of vehicles"), notices.VEHICLES.get(view.vehicle_type or "", "")),
        ("marking", _("Marking"), notices.MARKINGS.get(view.marking or "", "")),
        ("persons", _("Persons"), view.persons if view.persons is not None else ""),
        ("cargo", _("Cargo"), notices.CARGOES.get(view.cargo or "", "")),
        ("escort", _("Escort"), notices.ESCORTS.get(view.escort or "", "")),
        ("escort_by", _("Escort provided by"), notices.ESCORTED_BY.get(view.escort_by or "", "")),
        ("urgency", _("Urgency"), named(urgency, view.urgency_reason) if view.urgency_reason else urgency),
        ("communications", _("Team's number"), view.communications or ""),
        ("second_phone", _("Second number"), view.second_phone or ""),
        ("radio", _("Radio on board"), "" if view.radio in (None, "none") else notices.RADIOS.get(view.radio, "")),
        ("coverage", _("Out of reach from"), moment_words(view.coverage_lost_at) if view.coverage_lost_at else ""),
        ("check_in_plan", _("Says that it has arrived"), notices.CHECK_INS.get(view.check_in_plan or "", "")),
        ("overnight", _("Overnight place"), view.overnight or ""),
        ("plates", _("Number plates"), view.plates or ""),
        ("confirmed", _("Positions checked by a colleague"), _by_his_word(view.confirmed)),
    ]


def _by_his_word(said: bool | None) -> str:
    """The colleague was named by whoever filed it, and has not said so himself."""
    return "" if said is None else _("Yes, according to who filed it") if said else _("No")


def _plan(view: ItemView, *, event: bool) -> list[tuple[str, str, Any]]:
    if view.zone is not None:
        return []
    return [
        ("title", _("Title"), view.title or ""),
        ("category", _("Kind of aid"), plans.CATEGORIES.get(view.category or "", "")),
        ("mode", _("How"), "" if event else MODES.get(view.mode or "", "")),
        ("aid", _("Aid given on the way"), plans.AID_COMPONENTS.get(view.aid_component or "", "")),
        *_of_aid(view),
        ("joint_with", _("With whom"), plans.PARTNERS.get(view.joint_with or "", "")),
        ("media", _("Media"), _("Media invited") if view.media else ""),
        ("occasion", _("Event of the QIP"), label(dict(OCCASIONS[view.occasion])) if view.occasion else ""),
        ("civilian", _("Uniforms"), _("Nobody in uniform takes part") if view.civilian else ""),
    ]


def _of_aid(view: ItemView) -> list[tuple[str, str, Any]]:
    """Of an activity for people: empty of everything else, and of what was filed before it was asked."""
    return [
        ("needs_basis", _("Needs"), aid_plans.NEEDS.get(view.needs_basis or "", "")),
        ("civilian_lead", _("A civilian actor instead"), aid_plans.LEAD.get(view.civilian_lead or "", "")),
        ("civilian_actor", _("Who was asked"), aid_plans.ACTORS.get(view.civilian_actor or "", "")),
        ("civilian_reason", _("Why no civilian actor does it"), aid_plans.REASONS.get(view.civilian_reason or "", "")),
        ("alternative", _("Alternative weighed"), aid_plans.ALTERNATIVES.get(view.alternative or "", "")),
        (
            "alternative_too",
            _("Another alternative weighed"),
            aid_plans.ALTERNATIVES.get(view.alternative_too or "", ""),
        ),
    ]


def _zone(view: ItemView, mission: Mission) -> list[Fact]:
    """What an area is and how long it holds; once it is reduced, the communes alone."""
    holds = view.stops[0] if view.zone is not None and view.stops else None
    if view.zone is None or holds is None or holds.arrive is None or holds.depart is None:
        return []
    places, ends = [stop.location for stop in view.stops or ()], holds.depart.latest
    until = Fact("until", _("Until"), moment_words(ends), format_dtg(ends))
    if ends >= OPEN_END:
        until = Fact("until", _("Until"), _("until further notice"))
    return [
        Fact("zone", _("Area"), zone_words.of_view(view, mission)),
        *(
            []
            if view.reduced_at
            else [Fact("points", str(zone_words.POINTS[view.zone.shape]), *zone_words.points(places))]
        ),
        Fact("from", _("From"), moment_words(holds.arrive.earliest), format_dtg(holds.arrive.earliest)),
        until,
        *([Fact("known_from", _("OCHA has it from"), str(KNOWN_FROM[view.known_from]))] if view.known_from else []),
    ]


def _stop(number: int, stop: Stop, mission: Mission, side: Side, *, event: bool) -> StopWords:
    military = side is Side.MISSION
    rows = [Fact("place", _("Place"), placed_words(stop.location, mission), _beside(stop.location, military=military))]
    if stop.location.corrected:
        chosen = _("%(typed)s; %(corrected)s was chosen instead", **_typed(stop.location))
        rows.append(Fact("typed", _("As typed"), chosen))
    if stop.sure:
        said = ", ".join(str(SURE[kind]) for kind in stop.sure)
        rows.append(Fact("sure", _("Said to be right"), said))
    rows += _window("arrive", _("Arrival"), stop.arrive, groups=military)
    if stop.activity:
        rows.append(Fact("activity", _("On site"), _kind(mission, stop.activity)))
    if military and not event:  # an event always stands somewhere
        rows.append(Fact("halt", _("Stops 15 minutes or more"), _("Yes") if stop.halt else _("No")))
    rows += _window("depart", _("Departure"), stop.depart, groups=military)
    return StopWords(number, _short(stop.location), tuple(rows))


def _beside(place: Location, *, military: bool) -> str:
    return ", ".join(filter(None, (square_words(place) if military else "", exactness(place))))


def _typed(place: Location) -> dict[str, str]:
    return {"typed": place.as_typed, "corrected": place.corrected}


def _window(key: str, name: str, window: Window | None, *, groups: bool) -> list[Fact]:
    if window is None:
        return []
    also = f"{format_dtg(window.earliest)} - {format_dtg(window.latest)}" if groups else ""
    return [Fact(key, name, window_words(window), also)]
