"""Where messages for somebody go: his numbers and mailboxes, added, removed and put in another order. Every change is told by mail to
the person and to whoever answers for him, at the addresses that stood before, so that an account in wrong hands is noticed. What is
under way keeps its address: whoever changes the list takes nothing back that was promised."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, defer

from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.msgid import N_
from deconflict.domain.numbers import keeps_numbers_of
from deconflict.domain.people import NUMBERS_MOST
from deconflict.matching.standing import FUNCTION_OF
from deconflict.services.letters import tell_of_numbers
from deconflict.store.audit import AuditEntry, record
from deconflict.store.base import Unreadable, lookup_hash, transaction
from deconflict.store.people import Contact, Duty, Person
from deconflict.store.trials import part_with, queue_trial

log = structlog.get_logger()
ADD, FIRST, REMOVE = VERBS = ("add_contact", "put_contact_first", "remove_contact")
DAY = timedelta(days=1)
MOST_A_DAY = 60  # changes by one account: each new number is written to, and may be a stranger's
FIELD = {"sms": "number", "email": "mailbox"}


def add(person_id: int, carries: str, address: str, edition: int, by: Audience, now: datetime) -> None:
    """After those there are; a number is unverified and gets a test text with its code. `address` has passed its schema, `carries` is
    sms or email, `edition` that of the list it is added to. Raises NotFound, Refused."""
    field = FIELD[carries]
    with transaction() as session:
        person, contacts = _held(session, person_id, edition, by, now)
        lookup = lookup_hash(address)
        if any(contact.lookup == lookup for contact in contacts):
            raise Refused(N_("This one stands in the list already. Give another."), field=field)
        if sum(contact.carries == carries for contact in contacts) >= NUMBERS_MOST:
            raise Refused(N_("Three at most. Remove one first."), field=field)
        before = _mailboxes(contacts)
        position = max((contact.position for contact in contacts), default=-1) + 1
        contact = Contact(
            person_id=person_id, carries=carries, address=address, lookup=lookup, position=position, given_at=now
        )
        session.add(contact)
        session.flush()
        if carries == "sms":
            queue_trial(session, contact, now)
        _changed(session, person, ADD, carries, before, by, now)


def put_first(person_id: int, contact_id: int, edition: int, by: Audience, now: datetime) -> None:
    """Before the others of its kind. A number that is not verified still comes after those that are. Raises NotFound, Refused."""
    with transaction() as session:
        person, contacts = _held(session, person_id, edition, by, now)
        chosen = _chosen(contacts, contact_id)
        for turn, contact in enumerate([chosen, *(one for one in contacts if one is not chosen)]):
            contact.position = -1 - turn  # no two may share a place meanwhile
        session.flush()
        for contact in contacts:
            contact.position = -1 - contact.position
        _changed(session, person, FIRST, chosen.carries, _mailboxes(contacts), by, now)


def remove(person_id: int, contact_id: int, edition: int, sure: bool, by: Audience, now: datetime) -> None:
    """Nothing new goes there. Raises NotFound, and Refused; with the field `sure` where a person would be hard to reach and whoever asks
    is not sure."""
    with transaction() as session:
        person, contacts = _held(session, person_id, edition, by, now)
        chosen = _chosen(contacts, contact_id)
        warning = _warning(session, person, chosen, [one for one in contacts if one is not chosen], now)
        if warning and not sure:
            raise Refused(warning, field="sure")
        before = _mailboxes(contacts)
        part_with(session, chosen.id, now)
        session.delete(chosen)
        _changed(session, person, REMOVE, chosen.carries, before, by, now)


def _held(session: Session, person_id: int, edition: int, by: Audience, now: datetime) -> tuple[Person, list[Contact]]:
    """The person, locked, and the contacts in their order. Of two who change the list at once, the second is told."""
    person = session.get(Person, person_id, with_for_update={"of": Person, "key_share": True})
    if person is None or not person.active or not keeps_numbers_of(person_id, person.organisation_id, by, person.scope):
        raise NotFound
    if person.edition != edition:
        raise Refused(
            N_(
                "Somebody changed this list meanwhile, and nothing of yours was done. Look at it as it is now, then do it again."
            ),
            field="edition",
        )
    mine = (AuditEntry.actor_id == by.person_id, AuditEntry.verb.in_(VERBS), AuditEntry.at > now - DAY)
    if (session.scalar(select(func.count()).select_from(AuditEntry).where(*mine)) or 0) >= MOST_A_DAY:
        raise Refused(N_("You have changed many numbers today. Go on tomorrow, or ask an administrator."))
    query = select(Contact).where(Contact.person_id == person_id).options(defer(Contact.address))
    return person, list(session.scalars(query.order_by(Contact.position)))


def _chosen(contacts: Iterable[Contact], contact_id: int) -> Contact:
    found = next((contact for contact in contacts if contact.id == contact_id), None)
    if found is None:
        raise NotFound
    return found


def _mailboxes(contacts: Iterable[Contact]) -> list[str]:
    """As far as a key opens them."""
    found = []
    for contact in contacts:
        if contact.carries == "email":
            try:
                found.append(contact.address)
            except Unreadable:
                log.error("a mailbox cannot be read", person=contact.person_id)
    return found


def _warning(session: Session, person: Person, chosen: Contact, left: list[Contact], now: datetime) -> str | None:
    """What is to be said before it is removed."""
    if not left:
        return N_("This is the only number or address. Without one this person can be told nothing.")
    texts = any(contact.carries == "sms" and contact.usable for contact in left)
    if chosen.carries != "sms" or texts or not _stands_on_a_ladder(session, person, now):
        return None
    return N_(
        "This is the last number that works of somebody who is owed alerts: no text and no call would reach this person."
    )


def _stands_on_a_ladder(session: Session, person: Person, now: datetime) -> bool:
    if (person.organisation.side, person.function) in {(side, what) for (side, _role), what in FUNCTION_OF.items()}:
        return True
    duty = select(Duty.id).where(Duty.person_id == person.id, or_(Duty.until_at.is_(None), Duty.until_at > now))
    return session.scalars(duty.limit(1)).first() is not None


def _changed(
    session: Session, person: Person, verb: str, carries: str, mailboxes: list[str], by: Audience, now: datetime
) -> None:
    """`mailboxes` as they were before."""
    person.edition += 1
    told = tell_of_numbers(session, person, mailboxes, by, now)
    record(session, by.person_id, verb, "person", person.id, {"carries": carries, "told": told}, at=now)
