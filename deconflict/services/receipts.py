"""What providers say happened. Late, twice or reversed: a message's status never goes backwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.channels.port import Code, Receipt, Reply, Status
from deconflict.domain.states import MESSAGE, MessageState, target
from deconflict.services.acknowledgements import acknowledge_by_reply
from deconflict.services.giving_up import give_up, locked
from deconflict.services.opting import begin_again, stop
from deconflict.services.pacing import FIRST_POLL
from deconflict.services.self_test import take_test_receipt
from deconflict.store import alerts
from deconflict.store.alerts import ACCEPTED, NO_TRACE, Message, Try
from deconflict.store.base import db, lookup_hash, transaction
from deconflict.store.work import insert_once

STATUS_OF = {
    MessageState.QUEUED: Status.QUEUED,
    MessageState.SENDING: Status.QUEUED,
    MessageState.UNSURE: Status.QUEUED,
    MessageState.WITHDRAWN: Status.QUEUED,
    MessageState.SENT: Status.SENT,
    MessageState.DELIVERED: Status.DELIVERED,
    MessageState.FAILED: Status.FAILED,
}
EVENT = {Status.SENT: "accept", Status.DELIVERED: "deliver", Status.FAILED: "fail"}
OPEN = (None, NO_TRACE, Code.UNKNOWN_OUTCOME)
LEFT = (None, ACCEPTED, Code.UNKNOWN_OUTCOME)  # a copy may be on its way


def take_receipt(token: str, receipt: Receipt, now: datetime) -> bool:
    """Moves the message forward. Unknown tokens and repeated receipts change nothing; the caller answers 200 to all."""
    message_id = db.session.scalars(select(Message.id).where(Message.token == token)).first()
    along = _along(db.session(), message_id, receipt.provider_ref) if message_id is not None else ()
    db.session.rollback()
    if message_id is None:
        return take_test_receipt(receipt, now, token=token)
    moved = [_hear(one, receipt, now) for one in (message_id, *along)]
    return any(moved)


def take_reply(reply: Reply, now: datetime) -> bool:
    """A text from a phone. An opt-out is an incident: that number can no longer be told, until it opts in again."""
    if reply.opted_out or reply.opted_in:
        with transaction() as session:
            lookup = lookup_hash(reply.from_number)
            if reply.opted_out:
                stop(session, lookup, now)
            else:
                begin_again(session, lookup, reply.from_number, now)
        return False
    return acknowledge_by_reply(reply.from_number, reply.text, now)


def _hear(message_id: int, receipt: Receipt, now: datetime) -> bool:
    with transaction() as session:
        return hear(session, locked(session, message_id), receipt, now)


def _along(session: Session, message_id: int, reference: str) -> list[int]:
    """The messages that left in the same text."""
    this = _meant(session.scalars(select(Try).where(Try.message_id == message_id).order_by(Try.number)), reference)
    if this is None or this.bundle_id is None:
        return []
    theirs = select(Try.message_id).where(Try.bundle_id == this.bundle_id, Try.message_id != message_id)
    return list(session.scalars(theirs.order_by(Try.message_id)))


def hear(session: Session, message: Message, receipt: Receipt, now: datetime) -> bool:
    """One receipt for a message that is `locked`. The same words twice change nothing."""
    fresh = insert_once(
        session,
        alerts.Receipt,
        message_id=message.id,
        provider_ref=receipt.provider_ref,
        status=receipt.status,
        code=receipt.code,
        received_at=now,
    )
    if not fresh:
        return False
    copies = _attribute(session, message, receipt.provider_ref, now)
    known = STATUS_OF.get(MessageState(message.state))
    said = standing(_heard(session, message), copies)
    if receipt.status is not Status.FAILED and said is Status.QUEUED:
        said = Status.SENT  # whoever reports on it has it
    if known is None or known.advanced_by(said) is known:
        return False
    event = EVENT[said]
    if message.state not in MESSAGE[event].sources:  # what was taken back cannot fail any more
        return False
    message.provider_ref = message.provider_ref or receipt.provider_ref
    message.sent_at = message.sent_at or now
    if said is Status.FAILED:
        give_up(session, message, receipt.code or Code.UNREACHABLE, now)
        return True
    message.state, message.lease_until = target("message", message.state, event, "system"), None
    message.poll_after = now + FIRST_POLL
    if said is Status.DELIVERED:
        message.poll_after = message.alert.unreached_at = None
    return True


def standing(heard: Mapping[str, Status], copies: int) -> Status:
    """What a message is, from the furthest that each of its `copies` is known to have come, by the provider's references.
    It has failed when as many have failed as have left: one that still may arrive is waited for."""
    failed = [reference for reference, status in heard.items() if status is Status.FAILED]
    if failed and len(failed) >= copies:
        return Status.FAILED
    others = [status for status in heard.values() if status is not Status.FAILED]
    return max(others, key=lambda status: status.rank, default=Status.QUEUED)


def furthest(receipts: Iterable[tuple[str, str]]) -> dict[str, Status]:
    """The furthest status of each reference, in whatever order they came."""
    known: dict[str, Status] = {}
    for reference, status in receipts:
        known[reference] = known.get(reference, Status.QUEUED).advanced_by(Status(status))
    return known


def _heard(session: Session, message: Message) -> dict[str, Status]:
    rows = select(alerts.Receipt.provider_ref, alerts.Receipt.status).where(alerts.Receipt.message_id == message.id)
    return furthest((row.provider_ref, row.status) for row in session.execute(rows))


def _attribute(session: Session, message: Message, reference: str, now: datetime) -> int:
    """Writes into the ledger which hand-over this reference is. Returns how many may have left."""
    mine = list(session.scalars(select(Try).where(Try.message_id == message.id).order_by(Try.number)))
    this = _meant(mine, reference)
    if this is not None and this.provider_ref is None:
        this.provider_ref, this.outcome, this.ended_at = reference, ACCEPTED, now
    return sum(one.outcome in LEFT for one in mine)


def _meant(tries: Iterable[Try], reference: str) -> Try | None:
    """The hand-over that got this reference in answer, else the one that lasts, else the first that nobody has accounted for."""
    known = list(tries)
    answered = (one for one in known if one.provider_ref == reference)
    unsure = sorted(
        (one for one in known if one.provider_ref is None and one.outcome in OPEN),
        key=lambda one: one.outcome is not None,
    )
    return next(answered, None) or next(iter(unsure), None)
