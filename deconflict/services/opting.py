"""A phone tells our provider to stop, or to begin again. Stopped, it can no longer be told: an incident that whoever answers
for its owner and the desk hear of by mail, because a text is what it does not take."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.severity import Severity
from deconflict.domain.states import AlertState, MessageState
from deconflict.services.giving_up import lock_messages, pass_over
from deconflict.services.letters import tell_of_stop
from deconflict.store.alerts import Alert, Message
from deconflict.store.audit import record
from deconflict.store.outbox import queue_message
from deconflict.store.people import Contact


def stop(session: Session, lookup: str, now: datetime) -> None:
    """The number with this hash takes nothing more. What waits for it goes to the next number of its owner."""
    owed = _owed(session, lookup)
    lock_messages(session, owed)
    for alert in owed:
        pass_over(session, alert, frozenset({lookup}), now)
    for contact in _contacts(session, lookup):
        fresh = contact.unreachable_at is None
        contact.unreachable_at = contact.unreachable_at or now
        record(session, None, "opt_out", "person", contact.person_id, at=now)
        if fresh:
            tell_of_stop(session, contact.person, now)


def begin_again(session: Session, lookup: str, number: str, now: datetime) -> None:
    """It takes texts again, and whoever holds it is there. What its owner is still owed, and nothing else could carry, leaves."""
    stopped = [contact for contact in _contacts(session, lookup) if contact.unreachable_at is not None]
    for contact in stopped:
        contact.unreachable_at = None
        record(session, None, "opt_in", "person", contact.person_id, at=now)
    people = [contact.person_id for contact in stopped if contact.usable and contact.person.active]
    send_what_waits(session, people, lookup, number, now)


def send_what_waits(session: Session, people: Collection[int], lookup: str, number: str, now: datetime) -> None:
    """A number of theirs (by ids) takes texts: what they are owed, and nothing could carry, leaves for it."""
    waiting = select(Alert).where(Alert.person_id.in_(people), Alert.team_contact_hash == "")
    waiting = waiting.where(Alert.state == AlertState.OWED, Alert.unreached_at.is_not(None), Alert.useful_until > now)
    for alert in session.scalars(waiting.order_by(Alert.id).with_for_update(of=Alert)):
        before = [m for m in alert.messages if (m.channel, m.address_hash) == ("sms", lookup)]
        attempt = max((message.attempt for message in before), default=0) + 1
        queue_message(session, alert, "sms", number, now, now, Severity(alert.case.severity).rank, attempt)


def _contacts(session: Session, lookup: str) -> list[Contact]:
    return list(session.scalars(select(Contact).where(Contact.lookup == lookup).order_by(Contact.id)))


def _owed(session: Session, lookup: str) -> list[Alert]:
    """Of which a text waits for this number, locked."""
    waits = (MessageState.QUEUED, MessageState.HELD)
    theirs = select(Message.alert_id).where(
        Message.address_hash == lookup, Message.channel == "sms", Message.state.in_(waits)
    )
    owed = select(Alert).where(Alert.id.in_(theirs), Alert.state == AlertState.OWED).order_by(Alert.id)
    return list(session.scalars(owed.with_for_update(of=Alert)))
