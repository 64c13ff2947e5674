"""A report of aid outside QIPs in words, as its reader may have it: nothing is put on a page that domain.aid_views did not give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from flask_babel import format_date
from flask_babel import gettext as _

from deconflict.domain.activity import Side
from deconflict.domain.aid_reports import CYCLE, PROTECTED
from deconflict.domain.aid_views import AidView, Reader
from deconflict.domain.aid_words import ANSWERS, CONSEQUENCES, GIVERS, KINDS, RESPONSES, SOURCES
from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import view_of_item
from deconflict.domain.places import label as place_label
from deconflict.domain.procedures import Label, ProcedureFacts
from deconflict.services.reading import note_list_read
from deconflict.store.aid_reports import humanitarian_near
from deconflict.store.base import db
from deconflict.store.people import Organisation, Person
from deconflict.store.queries import facts_of
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.language import label
from deconflict.web.procedure_words import PastLine, past_lines

DAY = "EEE d MMM yyyy"
NEAR_M = 3000.0
NEAR_DAYS = timedelta(days=14)
UNREADABLE = (ValueError, KeyError, TypeError)
EVENTS_OF_REPORTERS = ("begin", "withdraw", "protect")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list."""

    place: str
    day: str
    kind: str


def said(words: Mapping[str, Label], code: str | None) -> str:
    """A code in the reader's language; nothing where there is none."""
    return label(dict(words[code])) if code else ""


def choices(words: Mapping[str, Label]) -> dict[str, str]:
    """The choices of a field, in the reader's language."""
    return {code: label(dict(texts)) for code, texts in words.items()}


def line_of(facts: ProcedureFacts, pcode: str | None, cod_version: str) -> Line:
    day = date.fromisoformat(facts.facts["day"])
    return Line(place_words(pcode, cod_version), day_words(day), said(KINDS, facts.facts["kind"]))


def place_words(pcode: str | None, cod_version: str) -> str:
    place = mission().gazetteer.meant(pcode or None, cod_version)
    return place_label(place) if place else "-"


def day_words(day: date) -> str:
    return str(format_date(day, DAY))


def iso_day(text: str) -> date:
    return date.fromisoformat(text)


def last_day(until: datetime) -> str:
    """The day that ends at this instant."""
    return day_words((until - timedelta(minutes=1)).astimezone(mission().zone).date())


def rows_of(view: AidView) -> list[tuple[str, str]]:
    """(term, words) of what the reader may have; empty words are left out by the page."""
    told = [
        (_("Where"), place_words(view.pcode, view.cod_version)),
        (_("Day"), day_words(view.day)),
        (_("Kind of aid"), said(KINDS, view.kind)),
        (_("Given by"), said(GIVERS, view.giver)),
        (_("Had needs been assessed?"), said(ANSWERS, view.needs)),
        (_("Had the community been consulted?"), said(ANSWERS, view.consulted)),
        (_("What it led to"), said(CONSEQUENCES, view.consequence)),
    ]
    if view.description:
        told.append((_("As typed, not translated"), view.description))
    if view.declared:
        told.append((_("Who says so"), _("The mission itself: self-declared")))
    if view.source:
        told.append((_("How it is known"), said(SOURCES, view.source)))
    return told


def reporter_words(view: AidView) -> str:
    """Who reported, for the CMCoord officer alone."""
    if view.reader is not Reader.OFFICER or view.reporter_id is None:
        return ""
    person = db.session.get(Person, view.reporter_id)
    return ", ".join(filter(None, (person.name if person else "", _organisation(view.reporter_organisation_id))))


def source_lines(view: AidView) -> list[str]:
    """The other sources, for the CMCoord officer alone."""
    named = [(said(SOURCES, one.kind), _organisation(one.organisation_id)) for one in view.sources or ()]
    return [", ".join(filter(None, pair)) for pair in named]


def history_of(view: AidView, *, names: bool) -> list[PastLine]:
    """Of whoever reported the day alone; the mission reads from when it was raised with it, or it was declared by it."""
    facts = view.facts
    if facts is None:
        return []
    past = facts.past
    if view.reader is Reader.MISSION:
        first = next((n for n, line in enumerate(past) if line.event == "raise"), len(past))
        past = past[first:]
    if view.reader is Reader.DECLARER:  # that others spoke of it too is not the mission's to know
        past = tuple(line for line in past if line.event != "source")
    shown = replace(facts, past=past)
    lines = past_lines(shown, names=names)
    return [
        replace(one, at=day_words(line.at.date())) if line.event in EVENTS_OF_REPORTERS else _answered(one, line.code)
        for one, line in zip(lines, reversed(past), strict=True)
    ]


def _answered(line: PastLine, code: str) -> PastLine:
    return replace(line, act=f"{line.act} ({said(RESPONSES, code)})") if code in RESPONSES else line


def near_humanitarian(view: AidView, me: Audience) -> list[str] | None:
    """References of humanitarian activities near, two weeks before to two weeks after, as far as this officer may know of them; None
    where the place is not known. Written down before it is shown."""
    place = mission().gazetteer.meant(view.pcode or None, view.cod_version)
    if place is None or not me.is_officer:
        return None
    at = now()
    day = at.replace(year=view.day.year, month=view.day.month, day=view.day.day)
    found = humanitarian_near(db.session(), place.point, NEAR_M, day - NEAR_DAYS, day + NEAR_DAYS)
    seen = []
    for item in found:
        try:
            if view_of_item(facts_of(db.session(), item, mission().catalogue), me) is not None:
                seen.append((item.id, item.reference))
        except UNREADABLE:
            continue
    note_list_read(me, Side.HUMANITARIAN, [id for id, _reference in seen], at)
    return [reference for _id, reference in seen]


def may_withdraw(view: AidView, me: Audience) -> bool:
    return me.may(*PROTECTED) and view.state in CYCLE.steps["withdraw"].sources


def _organisation(organisation_id: int | None) -> str:
    found = db.session.get(Organisation, organisation_id) if organisation_id is not None else None
    return found.name if found else ""
