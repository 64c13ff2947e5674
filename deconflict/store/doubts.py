"""Numbers and mailboxes at which somebody else answered, until they are verified again. Kept by their keyed hash: a number that
is given again, for whomever, is still that number."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from deconflict.domain.numbers import DoubtFacts
from deconflict.store.base import Base, Unreadable, UTCDateTime
from deconflict.store.people import Contact, Person


class Doubt(Base):
    """`lookup` is the hash of the address. `person` was meant; `team`: the number is a field team's, given in a notice, and
    `person` answers for it."""

    __tablename__ = "doubt"

    id: Mapped[int] = mapped_column(primary_key=True)
    lookup: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    team: Mapped[bool]
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    person: Mapped[Person] = relationship(lazy="joined")


def doubted(session: Session, lookups: Collection[str]) -> frozenset[str]:
    """Which of these hashes nothing may be sent to."""
    if not lookups:
        return frozenset()
    return frozenset(session.scalars(select(Doubt.lookup).where(Doubt.lookup.in_(set(lookups)))))


def settle(session: Session, lookup: str) -> None:
    """The address is its owner's again: it is used from now on."""
    session.execute(delete(Doubt).where(Doubt.lookup == lookup))
    for contact in session.scalars(select(Contact).where(Contact.lookup == lookup)):
        session.expire(contact, ["doubt"])


def all_doubts(session: Session) -> list[DoubtFacts]:
    """The oldest first, each with the number where it is in the directory; one that no key opens hides no other."""
    query = select(Doubt).options(joinedload(Doubt.person).joinedload(Person.organisation))
    return [_facts(session, row) for row in session.scalars(query.order_by(Doubt.since, Doubt.id))]


def _facts(session: Session, row: Doubt) -> DoubtFacts:
    carries = session.scalar(select(Contact.carries).where(Contact.lookup == row.lookup).limit(1)) or "sms"
    mailbox = carries == "email"  # read by its owner alone
    try:
        number = select(Contact.address).where(Contact.lookup == row.lookup).limit(1)
        address = None if mailbox else session.scalar(number)
    except Unreadable:
        address = None
    return DoubtFacts(
        id=row.id,
        person=row.person.name,
        organisation_id=row.person.organisation_id,
        organisation=row.person.organisation.name,
        side=row.person.organisation.side,
        function=row.person.function,
        team=row.team,
        mailbox=mailbox,
        address=address or "",
        since=row.since,
    )
