"""What waits in the outbox: is anything due, lost or late, and what a clock that was set back makes of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session

from deconflict.domain.states import WAITING, MessageState
from deconflict.store.alerts import Message

LATE = timedelta(minutes=2)
CLOCKS_APART = timedelta(seconds=5)  # two machines' clocks differ by less
LONGEST_RETRY = timedelta(minutes=20)  # what waits longer waits for an hour of the day, which stays that hour
BATCH = 500


def anything_due(session: Session, now: datetime, mail: bool | None = None) -> bool:
    """Whether any message is to leave now, of this share."""
    due = (Message.state == MessageState.QUEUED, Message.send_after <= now, share(mail))
    return bool(session.scalar(select(exists().where(*due))))


def share(mail: bool | None) -> ColumnElement[bool]:
    """The mail, everything but the mail, or all of it for None. A mail server that is silent for minutes delays mail."""
    if mail is None:
        return true()
    return Message.channel == "email" if mail else Message.channel != "email"


def anything_lost(session: Session, now: datetime) -> bool:
    """Whether a worker holds any, who might be gone, or a clock that was set back has timed any."""
    lost = or_(Message.state == MessageState.SENDING, _from_the_future(now))
    return bool(session.scalar(select(exists().where(lost))))


def anything_from_the_future(session: Session, now: datetime) -> bool:
    """Whether a clock that was set back has timed any."""
    return bool(session.scalar(select(exists().where(_from_the_future(now)))))


def late(now: datetime, older_than: timedelta = LATE) -> ColumnElement[bool]:
    """Of a Message: should have left so long ago, and nobody can say that it has."""
    return and_(Message.state.in_(WAITING), Message.due_at < now - older_than)


def late_since(session: Session, now: datetime) -> datetime | None:
    """When the oldest message that should have left, and of which nobody can say that it has, was due; None when none is
    late."""
    return session.scalar(select(func.min(Message.due_at)).where(late(now)))


def late_messages(session: Session, now: datetime, older_than: timedelta = LATE) -> int:
    """How many due messages have waited longer than they should: what /readyz turns red for."""
    return session.scalar(select(func.count()).select_from(Message).where(late(now, older_than))) or 0


def set_right(session: Session, now: datetime) -> int:
    """After a clock was set back: what was timed by the old one keeps its wait and loses the jump. Returns how many."""
    theirs = select(Message).where(_from_the_future(now)).order_by(Message.id).limit(BATCH).with_for_update()
    rows = session.scalars(theirs.execution_options(populate_existing=True)).all()
    for message in rows:
        wait = message.send_after - message.timed_at
        if wait <= LONGEST_RETRY:
            message.send_after = now + max(wait, timedelta(0))
            message.due_at = min(message.due_at, message.send_after)
        if message.lease_until is not None:
            message.lease_until = now + (message.lease_until - message.timed_at)
        message.timed_at = now
    return len(rows)


def _from_the_future(now: datetime) -> ColumnElement[bool]:
    return and_(Message.state.in_(WAITING), Message.timed_at > now + CLOCKS_APART)
