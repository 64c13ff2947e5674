"""Aid that was given outside QIPs: reported by whoever saw it, or declared by the mission, and looked into by the CMCoord officer.

Whoever reported stands in what is sealed, and in a keyed hash by which his own page finds it. Neither row, history nor audit name him,
and what is written of his acts bears the day alone: an hour beside another list would name him too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from deconflict.domain import roles, working_days
from deconflict.domain.aid_reports import CYCLE, HEADS, MISSION_DESK, OFFICER, PROTECTED
from deconflict.domain.aid_sources import Source
from deconflict.domain.aid_views import AidView, Reader, reader_of, view_of_report
from deconflict.domain.aid_words import BY_MISSION, Told
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.procedures import SYSTEM, Due, Noun
from deconflict.services.procedures import began_before, begin, move, taken
from deconflict.store.aid_reports import own_key, own_reference, own_reports
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.people import Organisation, Person
from deconflict.store.procedures import Procedure, procedure, procedure_facts

MORNING = time(7)
NAMED = N_("Leave out who you are and whose: the officer knows, and nobody else is to.")


def report(said: Told, by: Audience, key: str, mission: Mission, now: datetime) -> str:
    """Opens a report; the reference that its maker calls it by. The same `key` again makes no twin. Raises Refused for what he reported
    before, and where the words say who he is; NotFound for whoever may not report."""
    check_words(said.description, by, "description")
    with transaction() as session:
        protected = by.may(*PROTECTED)
        before = began_before(session, key)
        if before is not None:
            mine = before.own_key == own_key(by.person_id) if protected else before.made_by_id == by.person_id
            if before.noun != Noun.AID_REPORT or not mine:
                raise NotFound
            return own_reference(before.reference) if protected else before.reference
        if protected:
            _refuse_names(session, said, by)
            _refuse_again(session, said, by)
        at = day_of(now, mission) if protected else now
        row = begin(
            session,
            Noun.AID_REPORT,
            by,
            key,
            facts_of(said, declared=not protected),
            mission,
            at,
            pcode=said.pcode,
            due=due_in("reported", mission, now),
            protected=protected,
        )
        row.seal(_secret(said, by, protected=protected))
        if protected:
            _protect(session, row, by, at)
        return own_reference(row.reference) if protected else row.reference


def withdraw(own: str, by: Audience, mission: Mission, now: datetime) -> None:
    """Whoever reported takes it back, until it is verified or laid aside. Raises NotFound for what is not his own."""
    with transaction() as session:
        row = procedure(session, Noun.AID_REPORT, own_report(session, own, by).reference, lock=True)
        if row is None:
            raise NotFound
        move(session, row, "withdraw", by, mission, day_of(now, mission), protected=True)


def take(reference: str, version: int, by: Audience, mission: Mission, now: datetime) -> None:
    """The officer begins to look into it."""
    with transaction() as session:
        row = taken(session, Noun.AID_REPORT, reference, version, by)
        move(session, row, "take", by, mission, now, due=due_in("under_verification", mission, now, row))


def add_source(reference: str, version: int, source: Source, by: Audience, mission: Mission, now: datetime) -> None:
    """Somebody else who knows of it. How many there are stands in the history; who they are, in what is sealed."""
    with transaction() as session:
        row = _opened(session, reference, version, by)
        _add(session, row, source, by, mission, now)


def lay_aside(reference: str, version: int, event: str, by: Audience, mission: Mission, now: datetime) -> None:
    """`event`: not_verify or unfounded, while nothing rests on it; look_again takes it up anew."""
    with transaction() as session:
        row = taken(session, Noun.AID_REPORT, reference, version, by)
        due = due_in("under_verification", mission, now, row) if event == "look_again" else None
        move(session, row, event, by, mission, now, due=due)


def same_as(reference: str, version: int, other: str, by: Audience, mission: Mission, now: datetime) -> None:
    """It is what another report says too: whoever made this one becomes a source of that one. Raises Refused where there is no other, or
    it is over."""
    with transaction() as session:
        row = _opened(session, reference, version, by)
        main = procedure(session, Noun.AID_REPORT, other.strip().upper(), lock=True)
        if main is None or main.id == row.id or main.state in CYCLE.over:
            raise Refused(N_("Give the reference of another report that is not over."), field="other")
        move(session, row, "duplicate", by, mission, now, change={"same_as": main.reference})
        if main.state in CYCLE.steps["source"].sources:
            _add(session, main, reported_as(row), by, mission, now)


def read(reference: str, by: Audience, now: datetime) -> AidView:
    """The report as `by` may read it; that he did is written down first. Raises NotFound."""
    with transaction() as session:
        row = procedure(session, Noun.AID_REPORT, reference)
        reader = reader_of(procedure_facts(row, past=True), by) if row is not None else None
        if row is None or reader is None:
            raise NotFound
        record(session, by.person_id, "view", Noun.AID_REPORT, row.id, at=now)
        return view_of_report(
            procedure_facts(row, past=True), _readable(row, reader), reader, row.pcode or "", row.cod_version
        )


def read_own(own: str, by: Audience) -> AidView:
    """For whoever reported it. That he looks is written nowhere: it would say who he is. Raises NotFound."""
    row = own_report(db.session(), own, by)
    return view_of_report(procedure_facts(row), row.sealed(), Reader.REPORTER, row.pcode or "", row.cod_version)


def own_report(session: Session, own: str, by: Audience) -> Procedure:
    """Raises NotFound for what is not his own."""
    found = [row for row in own_reports(session, by.person_id) if own_reference(row.reference) == own]
    if not found or not by.may(*PROTECTED):
        raise NotFound
    return found[0]


def facts_of(said: Told, *, declared: bool) -> dict[str, Any]:
    """What is kept open of a report."""
    asked = {"needs": said.needs, "consulted": said.consulted, "consequence": said.consequence}
    return {"day": said.day.isoformat(), "kind": said.kind, "declared": declared, **asked}


def reported_as(row: Procedure) -> Source:
    """Whoever made the report, as a source of what it says."""
    if row.facts.get("declared"):
        return Source(BY_MISSION)
    secret = row.sealed()
    return Source(secret.get("source", ""), secret.get("organisation_id"))


def day_of(now: datetime, mission: Mission) -> datetime:
    """The first instant of the day on the mission's clock."""
    return datetime.combine(now.astimezone(mission.zone).date(), time(0), mission.zone)


def due_in(state: str, mission: Mission, now: datetime, row: Procedure | None = None) -> Due | None:
    """Who must act once a report is in this state. A new one waits for the morning of the next working day: the letter that tells of it
    must not say at which hour it was made."""
    terms, zone, off = mission.pack.procedures, mission.zone, mission.is_day_off
    today = now.astimezone(zone).date()
    if state == "reported":
        day = working_days.next_working_day(today + timedelta(days=1), off)
        return Due("take", frozenset(OFFICER), datetime.combine(day, MORNING, zone))
    if state == "under_verification":
        since = (row.made_at if row is not None else now).astimezone(zone).date()
        until = working_days.end_of(working_days.after(since, terms.verify_wd, off), zone)
        return Due("verify", frozenset(OFFICER), until)
    if state == "raised":
        until = working_days.end_of(working_days.after(today, terms.response_wd, off), zone)
        return Due("respond", frozenset(MISSION_DESK | {SYSTEM}), until)
    return {
        "verified": Due("raise", frozenset(OFFICER | {roles.SUBOFFICE_HEAD})),
        "responded": Due("close", frozenset(OFFICER)),
        "unanswered": Due("escalate", frozenset({roles.OCHA_HEAD})),
        "escalated": Due("close", frozenset(OFFICER | HEADS)),
    }.get(state)


def _opened(session: Session, reference: str, version: int, by: Audience) -> Procedure:
    """As procedures.taken, for whoever may read what is sealed."""
    row = taken(session, Noun.AID_REPORT, reference, version, by)
    if not by.may(*OFFICER):
        raise NotFound
    return row


def _add(session: Session, row: Procedure, source: Source, by: Audience, mission: Mission, now: datetime) -> None:
    secret = row.sealed()
    known = [*secret.get("sources", ()), source.to_json()]
    row.seal({**secret, "sources": known})
    move(session, row, "source", by, mission, now, change={"sources": len(known)}, due=row.due)


def _readable(row: Procedure, reader: Reader) -> Mapping[str, Any]:
    return {} if reader is Reader.MISSION else row.sealed()


def _secret(said: Told, by: Audience, *, protected: bool) -> dict[str, Any]:
    who = {"person_id": by.person_id, "organisation_id": by.organisation_id, "source": said.source}
    told = {"description": said.description, "giver": said.giver, "sources": []}
    return told | (who if protected else {})


def _protect(session: Session, row: Procedure, by: Audience, at: datetime) -> None:
    """In the audit a hash says that two reports are of one person, and nothing says of whom."""
    row.own_key = own_key(by.person_id)
    # The one letter about it leaves when it is due: one as soon as it is made would say when that was.
    row.told_at = at
    record(session, None, "protect", Noun.AID_REPORT, row.id, {"who": row.own_key[:16]}, at=at)


def _refuse_names(session: Session, said: Told, by: Audience) -> None:
    words = said.description.casefold()
    names = (session.get_one(Organisation, by.organisation_id).name, session.get_one(Person, by.person_id).name)
    if any(name.casefold() in words for name in names):
        raise Refused(NAMED, field="description")


def _refuse_again(session: Session, said: Told, by: Audience) -> None:
    same = (said.day.isoformat(), said.pcode, said.kind)
    for row in own_reports(session, by.person_id):
        if row.state not in CYCLE.over and (row.facts["day"], row.pcode, row.facts["kind"]) == same:
            raise Refused(N_("Look at your list: you have reported this already."))
