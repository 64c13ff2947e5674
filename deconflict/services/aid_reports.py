"""Aid that was given outside QIPs: reported by whoever saw it, or declared by the mission, and looked into by the CMCoord officer.

Whoever reported stands in what is sealed, and in a keyed hash by which his own page finds it. Neither row, history nor audit name him,
and what is written of his acts bears the day alone: an hour beside another list would name him too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from deconflict.domain.aid_reports import CYCLE, OFFICER, PROTECTED
from deconflict.domain.aid_sources import Source
from deconflict.domain.aid_words import BY_MISSION, Told
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.procedures import Noun
from deconflict.services.aid_clocks import day_of, due_in, laid_open
from deconflict.services.aid_reading import own_report
from deconflict.services.procedures import began_before, begin, move, taken
from deconflict.store.aid_reports import own_key, own_reference, own_reports
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.people import Organisation, Person
from deconflict.store.procedures import Procedure, procedure

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
            due=laid_open(mission, now) if protected else due_in("reported", mission, now),
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


def _secret(said: Told, by: Audience, *, protected: bool) -> dict[str, Any]:
    who = {"person_id": by.person_id, "organisation_id": by.organisation_id, "source": said.source}
    told = {"description": said.description, "giver": said.giver, "sources": []}
    return told | (who if protected else {})


def _protect(session: Session, row: Procedure, by: Audience, at: datetime) -> None:
    """In the audit a hash says that two reports are of one person, and nothing says of whom."""
    row.own_key = own_key(by.person_id)
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
