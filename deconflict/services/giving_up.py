"""A message that will not arrive where it was sent: the person's next number at once, then the next way of reaching him, then
the next person. What might still arrive there is tried again over hours, for as long as it matters."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from deconflict.channels.port import Code
from deconflict.channels.texts import Event
from deconflict.domain.severity import Severity
from deconflict.domain.states import AlertState, MessageState, target
from deconflict.services.letters import tell_of_stop
from deconflict.services.pacing import again_in
from deconflict.services.routing import NOT_HERE
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import Unreadable
from deconflict.store.doubts import doubted
from deconflict.store.outbox import first_contact, queue_message, team_address
from deconflict.store.people import Contact
from deconflict.store.providers import kinds_carried, others_carry

log = structlog.get_logger()
KINDS = ("sms", "voice", "email")
NOBODY_THERE = (Code.BAD_ADDRESS, Code.OPTED_OUT)  # the address is to blame


def locked(session: Session, message_id: int) -> Message:
    """The message with its alert, both locked in the order of everybody who touches both: alert first."""
    alert_id = session.scalars(select(Message.alert_id).where(Message.id == message_id)).one()
    unsealed = (defer(Alert.code), defer(Alert.team_contact))
    session.get_one(Alert, alert_id, options=unsealed, with_for_update={"of": Alert}, populate_existing=True)
    return session.get_one(Message, message_id, with_for_update={"of": Message}, populate_existing=True)


def give_up(session: Session, message: Message, code: str, now: datetime) -> None:
    """The message, `locked`, has failed for good or was not delivered. Its address is marked where it is to blame."""
    message.state = target("message", message.state, "fail", "system")
    message.error, message.lease_until, message.poll_after = code, None, None
    alert = message.alert
    if code in NOBODY_THERE:
        _mark_unreachable(session, alert, message, now)
    if alert.state != AlertState.OWED or alert.useful_until <= now:
        return
    if code in NOT_HERE and _try_elsewhere(session, alert, message, now):
        return
    if not _try_next(session, alert, message, now) and not _others_alive(alert, message, now):
        alert.unreached_at = alert.unreached_at or now
    if Code(code).retryable or code == Code.EXPIRED:  # a provider keeps it for hours only, and it matters still
        _try_again_later(session, message, now)


def lock_messages(session: Session, alerts: Collection[Alert]) -> None:
    """Before several alerts are passed over in one transaction: whoever else locks several messages does so in their order."""
    mine = select(Message.id).where(Message.alert_id.in_([alert.id for alert in alerts])).order_by(Message.id)
    session.execute(mine.with_for_update()).all()


def pass_over(session: Session, alert: Alert, wrong: frozenset[str], now: datetime) -> None:
    """Somebody else answers at these addresses (hashes): what waits for them is taken back, and the next is tried. The alert is
    locked."""
    mine = select(Message).where(Message.alert_id == alert.id).order_by(Message.id).with_for_update()
    messages = session.scalars(mine.execution_options(populate_existing=True)).all()
    session.expire(alert, ["messages"])
    wrong |= doubted(session, [message.address_hash for message in messages])
    theirs = [message for message in messages if message.address_hash in wrong]
    for message in theirs:
        if message.state in (MessageState.QUEUED, MessageState.HELD):
            message.state = target("message", message.state, "withdraw", "system")
    session.flush()
    if not theirs or alert.state != AlertState.OWED or alert.useful_until <= now:
        return
    others = any(_alive(message, now) for message in messages if message not in theirs)
    if not _try_next(session, alert, theirs[-1], now) and not others:
        alert.unreached_at = alert.unreached_at or now


def _try_elsewhere(session: Session, alert: Alert, failed: Message, now: datetime) -> bool:
    """The same address at once through a provider that has not tried it for this alert: what was taken, and then refused by
    an operator, another way into the country may deliver. What never left our hands fares no better elsewhere."""
    if failed.provider is None:
        return False
    same = [m for m in alert.messages if (m.channel, m.address_hash) == (failed.channel, failed.address_hash)]
    if failed.attempt < max(m.attempt for m in same) or not others_carry(
        session, failed.channel, {m.provider for m in same}
    ):
        return False
    queue_message(session, alert, failed.channel, failed.address, now, now, failed.urgency, failed.attempt + 1)
    return True


def _try_next(session: Session, alert: Alert, failed: Message, now: datetime) -> bool:
    """Queues the next number of the same kind, else the first of the next kind that somebody carries and that this alert may
    take. False when nothing is left."""
    try:
        for kind, address in _left(session, alert, failed):
            queue_message(session, alert, kind, address, now, now, failed.urgency)
            return True
    except Unreadable:
        log.error("somebody's addresses cannot be read", alert=alert.id)
    return False


def _left(session: Session, alert: Alert, failed: Message) -> Iterator[tuple[str, str]]:
    used = {message.channel for message in alert.messages}
    carried = kinds_carried(session)
    for kind in (failed.channel, *(kind for kind in KINDS if kind not in used)):
        if (kind in carried or not carried) and _may_take(alert, failed, kind):
            tried = frozenset(m.address_hash for m in alert.messages if m.channel == kind)
            address = _address(session, alert, kind, tried)
            if address is not None:
                yield kind, address


def _may_take(alert: Alert, failed: Message, kind: str) -> bool:
    """Nobody is rung for what is not grave, or to hear that something is over; teams read no mail; and what has no words here has
    none of any kind."""
    event = Event(alert.text) if alert.text in set(Event) else None
    if kind == "voice":
        return event is not None and event.has_voice and failed.urgency >= Severity.HIGH.rank
    return kind != "email" or (event is not None and event.has_mail)


def _address(session: Session, alert: Alert, kind: str, tried: frozenset[str]) -> str | None:
    if alert.team_contact_hash:
        dead = {m.address_hash for m in alert.messages if m.error in (*NOBODY_THERE, Code.WRONG_PERSON)}
        return team_address(session, alert, kind, tried | dead)
    contact = first_contact(alert.person, kind, tried)
    return contact.address if contact else None


def _others_alive(alert: Alert, failed: Message, now: datetime) -> bool:
    """Whether something else of this alert is on its way or has arrived."""
    return any(_alive(other, now) for other in alert.messages if other is not failed)


def _alive(message: Message, now: datetime) -> bool:
    return message.state == MessageState.HELD or message.on_its_way(now)


def _try_again_later(session: Session, message: Message, now: datetime) -> None:
    at = now + again_in(message.attempt, message.address_hash)
    alert = message.alert
    same = [m for m in alert.messages if (m.channel, m.address_hash) == (message.channel, message.address_hash)]
    if at < alert.useful_until and message.attempt == max(m.attempt for m in same):
        queue_message(session, alert, message.channel, message.address, now, at, message.urgency, message.attempt + 1)


def _mark_unreachable(session: Session, alert: Alert, message: Message, now: datetime) -> None:
    rows = select(Contact).where(Contact.person_id == alert.person_id, Contact.lookup == message.address_hash)
    for contact in session.scalars(rows):
        if contact.unreachable_at is None and message.error == Code.OPTED_OUT:  # the provider knew before we did
            tell_of_stop(session, contact.person, now)
        contact.unreachable_at = now
