"""Contracts end: from that hour on nobody's duty, number or mailbox is used and the person signs in no more. Two weeks before,
whoever answers for the organisation and the desk are told, once."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.channels.letters import Kind
from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.msgid import N_
from deconflict.domain.numbers import ENDS_SOON
from deconflict.services.leaving import shut
from deconflict.services.letters import tell_answerable, tell_desk
from deconflict.store.audit import record
from deconflict.store.base import Unreadable, db, transaction
from deconflict.store.people import Person

log = structlog.get_logger()
BATCH = 50


def set_end(person_id: int, until_at: datetime | None, by: Audience, now: datetime) -> None:
    """`until_at` None: none is known. Raises NotFound, and Refused for an hour that is past or for whoever sets his own."""
    if until_at is not None and until_at <= now:
        raise Refused(N_("The end is past: deactivate the person instead."), field="until")
    with transaction() as session:
        person = session.get(Person, person_id, with_for_update={"of": Person})
        if person is None or not person.active:
            raise NotFound
        if person_id == by.person_id:
            raise Refused(N_("Ask another administrator to set the end of yours."), field="until")
        write_end(session, person, until_at, by, now)


def write_end(session: Session, person: Person, until_at: datetime | None, by: Audience, now: datetime) -> None:
    """Inside the caller's transaction. It is announced anew."""
    person.until_at, person.end_told_at = until_at, None
    detail = {"until": until_at.isoformat() if until_at else None}
    record(session, by.person_id, "contract_end", "person", person.id, detail, at=now)


def keep_contracts(now: datetime) -> int:
    """Announces what ends soon and ends what is over. Each in its own transaction. Returns how many."""
    live = (Person.active.is_(True), Person.until_at.is_not(None))
    over = select(Person.id).where(*live, Person.until_at <= now).limit(BATCH)
    soon = select(Person.id).where(*live, Person.until_at <= now + ENDS_SOON, Person.end_told_at.is_(None)).limit(BATCH)
    ended, announced = list(db.session.scalars(over)), list(db.session.scalars(soon))
    db.session.rollback()
    for person_id in ended:
        with transaction() as session:
            _end(session, person_id, now)
    for person_id in announced:
        try:
            with transaction() as session:
                _announce(session, person_id, now)
        except Unreadable:  # an address that no key opens stops no other
            log.error("the end of a contract could not be announced", person=person_id)
    return len(ended) + len(announced)


def _end(session: Session, person_id: int, now: datetime) -> None:
    person = session.get_one(Person, person_id, with_for_update={"of": Person})
    if not person.active or person.until_at is None or person.until_at > now:
        return
    shut(session, person, now)
    record(session, None, "contract_over", "person", person_id, at=now)


def _announce(session: Session, person_id: int, now: datetime) -> None:
    person = session.get_one(Person, person_id, with_for_update={"of": Person})
    if (
        not person.active
        or person.until_at is None
        or person.end_told_at is not None
        or person.until_at > now + ENDS_SOON
    ):
        return
    person.end_told_at = now
    told = tell_answerable(session, Kind.CONTRACT_ENDS, person, now)
    told += tell_desk(session, Kind.CONTRACT_ENDS, person, now)
    record(session, None, "contract_ends", "person", person_id, {"told": told}, at=now)
