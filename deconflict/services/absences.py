"""Somebody is away for a while: ladders pass him over, the deputy stands in, and a duty that nobody else holds is a hole."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import sees_person
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.msgid import N_
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.moves import LOST
from deconflict.store.people import Absence, Person


def note(person_id: int, from_at: datetime, until_at: datetime, by: Audience, now: datetime) -> int:
    """Of somebody of one's own organisation. Returns the absence's id. Raises Refused for a span that is over or turned round,
    for somebody of elsewhere, and for one who is away already at that time."""
    if until_at <= from_at or until_at <= now:
        raise Refused(N_("The end is before the beginning, or past. Correct one of the two."), field="until_date")
    with transaction() as session:
        person = session.get(Person, person_id)
        if person is None or not person.active or not _is_own(person, by):
            raise Refused(N_("Choose one of the list."), field="person")
        same = select(Absence.id).where(
            Absence.person_id == person_id, Absence.from_at < until_at, Absence.until_at > from_at
        )
        if session.scalars(same).first() is not None:
            raise Refused(N_("This person is noted as absent already at that time. Choose other days."), field="person")
        row = Absence(person_id=person_id, from_at=from_at, until_at=until_at, noted_by_id=by.person_id)
        session.add(row)
        session.flush()
        detail = {"from": from_at.isoformat(), "until": until_at.isoformat()}
        record(session, by.person_id, "absent", "person", person_id, detail, at=now)
        return row.id


def end(absence_id: int, by: Audience, now: datetime) -> None:
    """Back now; one that has not begun never begins. NotFound for one of elsewhere, LostRace when it is over already."""
    with transaction() as session:
        row = _own(session, absence_id, by)
        if row.until_at <= max(now, row.from_at):
            raise LostRace(LOST)
        row.until_at = max(now, row.from_at)
        record(session, by.person_id, "back", "person", row.person_id, at=now)


def _own(session: Session, absence_id: int, by: Audience) -> Absence:
    row = session.get(Absence, absence_id, with_for_update={"of": Absence})
    if row is None or not _is_own(row.person, by):
        raise NotFound
    return row


def _is_own(person: Person, by: Audience) -> bool:
    side, own = person.organisation.side, person.organisation_id == by.organisation_id
    return own and sees_person(by, organisation_id=person.organisation_id, side=side, scope=person.scope)
