"""The database's half of sending: claim what is due, record what became of it. Between the two no transaction is open; a
crash leaves `sending`, which returns to the queue when its lease ends: twice is better than never, and `tries` says so."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, and_, or_, select, update
from sqlalchemy.orm import Session

from deconflict.channels.port import Channel, Code, Outgoing, SendFailed
from deconflict.channels.texts import render, render_mail
from deconflict.domain.severity import Harm
from deconflict.domain.states import AlertState, MessageState
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import Unreadable, db, transaction
from deconflict.store.outbox import first_contact, queue_message
from deconflict.store.people import Contact

log = structlog.get_logger()

LEASE = timedelta(seconds=90)  # longer than any provider's timeout
BATCH = 20
FIRST_RETRY_S = 20.0
LONGEST_RETRY_S = 900.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """A claimed message, ready to leave, with nothing of the database in it."""

    message_id: int
    channel: Channel
    outgoing: Outgoing


@dataclass(frozen=True, slots=True)
class Outcome:
    """`failure` None: the provider took it and calls it `provider_ref`."""

    message_id: int
    provider: str
    provider_ref: str | None
    failure: SendFailed | None


def claim(channels: Mapping[str, Channel], base_url: str, worker: str, now: datetime) -> list[Ticket]:
    """Takes due messages for this worker; two workers never hold the same one within its lease."""
    waiting = db.session.scalars(_due(now).limit(1)).first() is not None
    db.session.rollback()
    if not waiting:
        return []
    with transaction() as session:
        ids = list(session.scalars(_due(now).with_for_update(skip_locked=True)))
        session.execute(
            update(Message)
            .where(Message.id.in_(ids))
            .values(state=MessageState.SENDING, lease_until=now + LEASE, worker=worker, tries=Message.tries + 1)
            .execution_options(synchronize_session=False)
        )
        session.expire_all()
        return [ticket for id in ids if (ticket := _readable(session, id, channels, base_url, now)) is not None]


def _readable(
    session: Session, message_id: int, channels: Mapping[str, Channel], base_url: str, now: datetime
) -> Ticket | None:
    """One row whose address or code no key opens stops no other message: it fails, the ladder climbs and the desk sees it."""
    try:
        return _ticket(session.get_one(Message, message_id), channels, base_url, now)
    except Unreadable:
        log.error("a message cannot be read", message=message_id)
        gone = update(Message).where(Message.id == message_id)
        session.execute(gone.values(state=MessageState.FAILED, error=Code.REFUSED, lease_until=None))
        return None


def _due(now: datetime) -> Select[int]:
    """Ids of what should have left by now: queued, or claimed by a worker that did not come back. Most urgent first."""
    queued = and_(Message.state == MessageState.QUEUED, Message.send_after <= now)
    abandoned = and_(Message.state == MessageState.SENDING, Message.lease_until < now)
    by_urgency = (Message.urgency.desc(), Message.send_after, Message.id)
    return select(Message.id).where(or_(queued, abandoned)).order_by(*by_urgency).limit(BATCH)


def _ticket(message: Message, channels: Mapping[str, Channel], base_url: str, now: datetime) -> Ticket | None:
    """None for what must not leave any more: its alert ended, or its hour has passed."""
    alert = message.alert
    if alert.state in (AlertState.SUPERSEDED, AlertState.EXPIRED):
        message.state = MessageState.WITHDRAWN
        return None
    if alert.useful_until <= now:
        message.state, message.error = MessageState.FAILED, Code.EXPIRED
        return None
    if alert.level == "team" and alert.case.harm != Harm.DANGER and _on_the_road(alert, now):
        message.state = MessageState.WITHDRAWN  # a team already moving is reached for danger only (RUL-4)
        return None
    channel = channels.get(message.channel)
    if channel is None:
        # Nobody configured this way of reaching people: said as a failure, so that the ladder climbs and the desk sees it.
        message.state, message.error = MessageState.FAILED, Code.SENDER
        return None
    return Ticket(message.id, channel, _outgoing(message, alert, base_url))


def _on_the_road(alert: Alert, now: datetime) -> bool:
    """A closing text says that nothing is to be done any more, and may reach a team anywhere."""
    item = alert.case.humanitarian
    return alert.text != "team_closed" and item is not None and item.departs_at <= now


def _outgoing(message: Message, alert: Alert, base_url: str) -> Outgoing:
    """The words in the recipient's language, never the session's. A link only ever stands in an e-mail."""
    reference, counter, code, language = alert.reference, alert.counter, alert.code, alert.person.language
    if message.channel == "sms":
        subject, body = "", render(alert.text, language, reference=reference, counter=counter, code=code)
    else:
        link = f"{base_url}/a/{alert.link}"
        mail = render_mail(alert.text, language, reference=reference, counter=counter, code=code, link=link)
        subject, body = mail.subject, mail.body
    return Outgoing(
        message_id=message.id,
        to=message.address,
        text=body,
        subject=subject,
        useful_until=alert.useful_until,
        callback_token=message.token,
    )


def record_outcome(outcome: Outcome, now: datetime) -> None:
    """Writes what became of one try. A receipt may have come in meanwhile and knows better."""
    with transaction() as session:
        message = session.get(Message, outcome.message_id, with_for_update=True)
        if message is None or message.state not in (MessageState.SENDING, MessageState.QUEUED):
            return
        message.provider, message.lease_until = outcome.provider, None
        if outcome.failure is None:
            message.state, message.sent_at, message.provider_ref = MessageState.SENT, now, outcome.provider_ref
        elif outcome.failure.retryable:
            message.state, message.error = MessageState.QUEUED, outcome.failure.code
            message.send_after = now + timedelta(seconds=_retry_s(message.tries))
        else:
            fail_message(session, message, outcome.failure.code, now)


def fail_message(session: Session, message: Message, code: str, now: datetime) -> None:
    """It will not arrive there: the address is marked where it is to blame, and the person's next one is tried at once."""
    message.state, message.error = MessageState.FAILED, code
    alert = message.alert
    if code in (Code.BAD_ADDRESS, Code.OPTED_OUT):
        _mark_unreachable(session, alert, message, now)
    if alert.state != AlertState.OWED or alert.team_contact is not None or alert.useful_until <= now:
        return
    tried = frozenset(m.address_hash for m in alert.messages if m.channel == message.channel)
    contact = first_contact(alert.person, message.channel, tried)
    if contact is not None:
        queue_message(session, alert, message.channel, contact.address, now, now, message.urgency)


def _mark_unreachable(session: Session, alert: Alert, message: Message, now: datetime) -> None:
    rows = select(Contact).where(Contact.person_id == alert.person_id, Contact.lookup == message.address_hash)
    for contact in session.scalars(rows):
        contact.unreachable_at = now


def _retry_s(tries: int) -> float:
    """Doubling with jitter, so that a provider coming back is not met by everything at once."""
    return float(min(FIRST_RETRY_S * 2 ** max(0, tries - 1), LONGEST_RETRY_S) * random.uniform(0.7, 1.3))  # noqa: S311


def late_messages(session: Session, now: datetime, older_than: timedelta) -> int:
    """How many due messages have waited longer than they should: what /readyz turns red for."""
    waiting = select(Message.id).where(
        Message.state.in_((MessageState.QUEUED, MessageState.SENDING)), Message.due_at < now - older_than
    )
    return len(session.scalars(waiting).all())
