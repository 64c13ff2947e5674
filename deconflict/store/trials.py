"""Texts that try whether a number is its owner's: they belong to no case. Rows before they leave, like letters."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Select, String, exists, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from deconflict.domain.numbers import NumberFacts
from deconflict.domain.states import MessageState
from deconflict.store.base import Base, Code, Ref, Sealed, Unreadable, UTCDateTime
from deconflict.store.outbox import fresh_reference
from deconflict.store.people import Contact, Person

WAITING = (MessageState.QUEUED, MessageState.SENDING)
FAILURES = 5  # wrong codes, after which it answers to none


class Trial(Base):
    """One text to one number of somebody; `contact_id` None: the number was removed since. Until `send_after` nobody else takes
    it, whether it failed or is being sent; `answered_at`: when its code came back."""

    __tablename__ = "trial"
    __table_args__ = (Index("ix_trial_due", "state", "send_after"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    drill_id: Mapped[int | None] = mapped_column(ForeignKey("drill.id"), index=True)
    address: Mapped[str] = mapped_column(Sealed, deferred=True)
    reference: Mapped[str] = mapped_column(Ref, index=True)
    code: Mapped[str] = mapped_column(Sealed, deferred=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(Code)
    tries: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    send_after: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    contact: Mapped[Contact | None] = relationship()
    person: Mapped[Person] = relationship()

    def answers_to(self, code: str) -> bool:
        """Whether this is its code; of one that no key opens nobody knows."""
        try:
            return hmac.compare_digest(self.code, code)
        except Unreadable:
            return False


def queue_trial(session: Session, contact: Contact, now: datetime, drill_id: int | None = None) -> Trial:
    trial = Trial(
        person_id=contact.person_id,
        contact_id=contact.id,
        drill_id=drill_id,
        address=contact.address,
        reference=fresh_reference(),
        code=f"{secrets.randbelow(10_000):04d}",
        token=secrets.token_urlsafe(24),
        state=MessageState.QUEUED,
        queued_at=now,
        send_after=now,
    )
    session.add(trial)
    session.flush()
    return trial


def due_trials(now: datetime, most: int) -> Select[int]:
    """Ids of what should leave by now, oldest first."""
    return select(Trial.id).where(Trial.state.in_(WAITING), Trial.send_after <= now).order_by(Trial.id).limit(most)


def open_trials(session: Session, reference: str, since: datetime) -> list[Trial]:
    """Those under this reference that still wait for their code, locked."""
    mine = (
        Trial.reference == reference,
        Trial.queued_at > since,
        Trial.answered_at.is_(None),
        Trial.contact_id.is_not(None),
    )
    return list(session.scalars(select(Trial).where(*mine).order_by(Trial.id).with_for_update(of=Trial)))


def tried_since(session: Session, contact_id: int, since: datetime) -> bool:
    query = select(exists().where(Trial.contact_id == contact_id, Trial.queued_at > since))
    return bool(session.scalar(query))


def to_verify_again(session: Session, verified_before: datetime, tried_before: datetime, most: int) -> list[int]:
    """Ids of numbers that were verified so long ago that they are tried again, and have not been since `tried_before`."""
    tried = exists().where(Trial.contact_id == Contact.id, Trial.queued_at > tried_before)
    query = select(Contact.id).join(Person).where(Person.active.is_(True), Contact.carries == "sms", ~tried)
    return list(session.scalars(query.where(Contact.verified_at <= verified_before).order_by(Contact.id).limit(most)))


def lapsed(session: Session, verified_before: datetime, most: int) -> list[int]:
    """Ids of numbers whose verification has lapsed."""
    query = select(Contact.id).where(Contact.verified_at <= verified_before)
    return list(session.scalars(query.order_by(Contact.id).limit(most)))


def part_with(session: Session, contact_id: int, now: datetime) -> None:
    """The number is removed: what waits for it is taken back, and what it was sent stands for its person alone."""
    theirs = update(Trial).where(Trial.contact_id == contact_id)
    session.execute(theirs.where(Trial.state.in_(WAITING)).values(state=MessageState.WITHDRAWN, ended_at=now))
    session.execute(theirs.values(contact_id=None))


def to_verify(session: Session, silent: Collection[int], most: int) -> list[NumberFacts]:
    """Numbers of active people that were never verified, or not lately, and those that are `silent` in drills (ids of contacts), by
    organisation and name."""
    query = (
        select(Contact)
        .join(Contact.person)
        .where(Person.active.is_(True), Contact.carries == "sms")
        .where(or_(Contact.verified_at.is_(None), Contact.id.in_(silent)))
        .options(joinedload(Contact.person).joinedload(Person.organisation))
        .order_by(Person.organisation_id, Person.name, Contact.position)
    )
    try:
        rows = session.scalars(query.limit(most)).all()
    except Unreadable:  # one that no key opens: then each is read alone
        ids = session.scalars(query.with_only_columns(Contact.id).limit(most)).all()
        rows = [row for id in ids if (row := _opened(session, id)) is not None]
    last = select(func.max(Trial.id)).where(Trial.contact_id.in_([row.id for row in rows])).group_by(Trial.contact_id)
    newest = {trial.contact_id: trial for trial in session.scalars(select(Trial).where(Trial.id.in_(last)))}
    return [_facts(row, newest.get(row.id), row.id in silent) for row in rows]


def _opened(session: Session, contact_id: int) -> Contact | None:
    try:
        return session.get(Contact, contact_id)
    except Unreadable:
        return None


def _facts(row: Contact, trial: Trial | None, silent: bool) -> NumberFacts:
    return NumberFacts(
        id=row.id,
        person=row.person.name,
        organisation_id=row.person.organisation_id,
        organisation=row.person.organisation.name,
        side=row.person.organisation.side,
        function=row.person.function,
        address=row.address,
        tried_at=trial.queued_at if trial else None,
        tried=trial.state if trial else None,
        verified=row.verified_at is not None,
        silent=silent,
    )
