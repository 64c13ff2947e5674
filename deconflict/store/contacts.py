"""Somebody's numbers and mailboxes as their page shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound
from deconflict.domain.numbers import ContactFacts, Mark, contacts_for, keeps_numbers_of, marks_of, reads_numbers_of
from deconflict.store.base import Unreadable
from deconflict.store.doubts import Doubt
from deconflict.store.drills import silent_numbers
from deconflict.store.people import Contact, Person


@dataclass(frozen=True, slots=True)
class ContactsView:
    """`edition` goes with every change of the list."""

    person_id: int
    name: str
    organisation: str
    edition: int
    numbers: tuple[ContactFacts, ...]
    mailboxes: tuple[ContactFacts, ...]


def contacts_of(session: Session, person_id: int, audience: Audience, now: datetime) -> ContactsView:
    """In the order to try. Raises NotFound for whom this audience does not keep the numbers of, and for whoever is gone."""
    person = session.get(Person, person_id, options=[joinedload(Person.organisation)])
    if (
        person is None
        or not person.active
        or not keeps_numbers_of(person_id, person.organisation_id, audience, person.scope)
    ):
        raise NotFound
    query = (
        select(Contact)
        .where(Contact.person_id == person_id)
        .options(defer(Contact.address), selectinload(Contact.doubt))
    )
    rows, silent = session.scalars(query.order_by(Contact.position)).all(), silent_numbers(session, now)
    facts = [_facts(row, silent.get(row.id, 0)) for row in rows]
    shown = contacts_for(facts, person_id, person.organisation_id, audience)
    # As they are tried: a number that nobody has verified comes last.
    numbers = sorted((one for one in shown if one.carries == "sms"), key=lambda one: not one.verified)
    mailboxes = (one for one in shown if one.carries == "email")
    return ContactsView(
        person_id, person.name, person.organisation.name, person.edition, tuple(numbers), tuple(mailboxes)
    )


def shared_with(session: Session, person_id: int, lookup: str, audience: Audience) -> list[str]:
    """Names of others who have this number too, as far as this audience reads numbers: drivers share phones."""
    query = select(Person).join(Contact, Contact.person_id == Person.id).where(Contact.lookup == lookup)
    people = session.scalars(query.where(Person.id != person_id, Person.active.is_(True)).order_by(Person.name))
    return [person.name for person in people if reads_numbers_of(person.organisation_id, audience)]


def marks(session: Session, people: Collection[int], now: datetime) -> dict[int, tuple[Mark, ...]]:
    """Of these people (by ids), what is to be seen at a glance; of whoever was deactivated before his contract was over, nothing. Opens
    no address."""
    numbers = (Contact.id, Contact.carries, Contact.verified_at, Contact.unreachable_at, Contact.given_at, Doubt.id)
    query = (
        select(Person.id, Person.active, Person.until_at, *numbers)
        .outerjoin(Contact, Contact.person_id == Person.id)
        .outerjoin(Doubt, Doubt.lookup == Contact.lookup)
        .where(Person.id.in_(people))
    )
    silent, contacts, until = silent_numbers(session, now), defaultdict(list), {}
    for person_id, active, until_at, id, carries, verified_at, unreachable_at, given_at, doubt in session.execute(
        query
    ):
        if active or (until_at is not None and until_at <= now):
            until[person_id] = until_at
        if id is not None:
            facts = ContactFacts(
                id=id,
                carries=carries,
                address="",
                verified=verified_at is not None,
                stopped=unreachable_at is not None,
                doubted=doubt is not None,
                silent=silent.get(id, 0),
                given_at=given_at,
            )
            contacts[person_id].append(facts)
    return {id: marks_of(contacts[id], until_at, now) for id, until_at in until.items()}


def everybody(session: Session) -> list[Person]:
    """Active people, by organisation and name."""
    query = select(Person).where(Person.active.is_(True)).options(joinedload(Person.organisation))
    return list(session.scalars(query.order_by(Person.organisation_id, Person.name, Person.id)))


def _facts(row: Contact, silent: int) -> ContactFacts:
    try:
        address = row.address
    except Unreadable:
        address = ""
    return ContactFacts(
        id=row.id,
        carries=row.carries,
        address=address,
        verified=row.verified_at is not None,
        stopped=row.unreachable_at is not None,
        doubted=row.doubt is not None,
        silent=silent,
        given_at=row.given_at,
    )
