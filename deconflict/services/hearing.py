"""What providers say that does not come with our token: by their own reference, by a key during a call, or out of a box that
is emptied here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog
from sqlalchemy import exists, select

from deconflict.channels.port import Channel, Collecting, Heard, Pressed, Receipt, SendFailed
from deconflict.domain.states import MessageState
from deconflict.services.acknowledgements import acknowledge_by_key
from deconflict.services.receipts import take_receipt, take_reply
from deconflict.store.alerts import Message, Try
from deconflict.store.base import db

log = structlog.get_logger()


def take_receipt_of(provider: str, receipt: Receipt, now: datetime) -> bool:
    """A receipt for the message that `provider` calls so. Whether it moved anything."""
    known = select(Try.message_id).where(Try.provider == provider, Try.provider_ref == receipt.provider_ref)
    token = db.session.scalar(select(Message.token).where(Message.id.in_(known)))
    db.session.rollback()
    return token is not None and take_receipt(token, receipt, now)


def take_pressed(token: str, pressed: Pressed, now: datetime) -> bool:
    """A key pressed in a call: only the person who was rung hears the words, so the key is his answer."""
    return acknowledge_by_key(token, pressed.key, now)


def collect(channels: Iterable[Channel], now: datetime) -> int:
    """Fetches what lies in the boxes of those who call nobody, writes it down, and only then takes it out of them. Returns how
    much there was. A box that cannot be opened now is opened the next time, and stops no other."""
    total = 0
    for channel in channels:
        if isinstance(channel, Collecting):
            try:
                total += _empty(channel, channel.name, now)
            except SendFailed as failure:
                log.warning("a box could not be opened", provider=channel.name, code=failure.code)
    return total


def _empty(box: Collecting, provider: str, now: datetime) -> int:
    heard = box.collect(now)
    for one in heard:
        _take(provider, one, now)
    done = [one for one in heard if not isinstance(one, Receipt) or _accounted(provider, one)]
    if done:
        box.forget(done)
    return len(heard)


def _accounted(provider: str, receipt: Receipt) -> bool:
    """Whether the ledger knows this reference, or cannot come to know it any more. While a hand-over of this provider is not
    accounted for, it may be that one's: taken out of the box, it could not be traced, and would be sent again."""
    known = (Try.provider == provider, Try.provider_ref == receipt.provider_ref)
    open_one = (Message.provider == provider, Message.state.in_((MessageState.SENDING, MessageState.UNSURE)))
    asked = select(exists().where(*known) | ~exists().where(*open_one))
    accounted = bool(db.session.scalar(asked))
    db.session.rollback()
    return accounted


def _take(provider: str, heard: Heard, now: datetime) -> None:
    if isinstance(heard, Receipt):
        take_receipt_of(provider, heard, now)
    elif not isinstance(heard, Pressed):
        take_reply(heard, now)
