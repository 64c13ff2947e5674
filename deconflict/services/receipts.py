"""What providers say happened. Late, twice or reversed: a message's status never goes backwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from deconflict.channels.port import Code, Receipt, Reply, Status
from deconflict.domain.states import MessageState
from deconflict.services.acknowledgements import acknowledge_by_reply
from deconflict.services.sending import fail_message
from deconflict.store import alerts
from deconflict.store.audit import record
from deconflict.store.base import lookup_hash, transaction
from deconflict.store.people import Contact
from deconflict.store.work import insert_once

STATUS_OF = {
    MessageState.QUEUED: Status.QUEUED,
    MessageState.SENDING: Status.QUEUED,
    MessageState.SENT: Status.SENT,
    MessageState.DELIVERED: Status.DELIVERED,
    MessageState.FAILED: Status.FAILED,
}


def take_receipt(token: str, receipt: Receipt, now: datetime) -> bool:
    """Moves the message forward. Unknown tokens and repeated receipts change nothing; the caller answers 200 to all."""
    with transaction() as session:
        message = session.scalars(select(alerts.Message).where(alerts.Message.token == token).with_for_update()).first()
        if message is None:
            return False
        fresh = insert_once(
            session,
            alerts.Receipt,
            message_id=message.id,
            provider_ref=receipt.provider_ref,
            status=receipt.status,
            code=receipt.code,
            received_at=now,
        )
        known = STATUS_OF.get(MessageState(message.state))
        if not fresh or known is None or known.advanced_by(receipt.status) is known:
            return False
        # The callback may come before the send was recorded: our token in its address tells whose it is.
        message.provider_ref = message.provider_ref or receipt.provider_ref
        message.lease_until = None
        message.sent_at = message.sent_at or now
        if receipt.status is Status.FAILED:
            fail_message(session, message, receipt.code or Code.UNREACHABLE, now)
        else:
            message.state = MessageState(str(receipt.status))
        return True


def take_reply(reply: Reply, now: datetime) -> bool:
    """A text from a phone. An opt-out is an incident: that number can no longer be told."""
    if reply.opted_out:
        with transaction() as session:
            for contact in session.scalars(select(Contact).where(Contact.lookup == lookup_hash(reply.from_number))):
                contact.unreachable_at = now
                record(session, None, "opt_out", "person", contact.person_id, at=now)
        return False
    return acknowledge_by_reply(reply.from_number, reply.text, now)
