"""What nobody accounted for. A try whose answer never came, or whose worker is gone, is not simply sent again: the provider's
own call is awaited, then its list is read. Receipts that do not come are asked for, too."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, and_, not_, or_, select, update
from sqlalchemy.orm import Session

from deconflict.channels.port import Channel, Code, Outgoing, Receipt, SendFailed
from deconflict.domain.states import AlertState, MessageState, target
from deconflict.services.giving_up import locked
from deconflict.services.pacing import Pace, poll_in
from deconflict.services.receipts import hear
from deconflict.services.routing import Routes, routes_at
from deconflict.services.sending import LEASE
from deconflict.services.wording import UNFIT, facts, outgoing_of
from deconflict.store.alerts import NEWEST, NO_TRACE, Alert, Message, Try
from deconflict.store.base import Unreadable, db, transaction
from deconflict.store.codes import code_of

log = structlog.get_logger()
# Since the try; then telling somebody twice is better than telling him too late.
ASKED_FOR = timedelta(minutes=5)
ASK_AGAIN = timedelta(seconds=30)
AROUND = timedelta(hours=1)  # other messages to the same number, this long before, are not to be mistaken for it
UNACCOUNTED = or_(Try.outcome.is_(None), Try.outcome == Code.UNKNOWN_OUTCOME)


@dataclass(frozen=True, slots=True)
class Question:
    """A text that left, and nobody said what became of it: its messages. `tried_at`: when the first such try began."""

    messages: tuple[int, ...]
    channel: Channel
    outgoing: Outgoing
    tried_at: datetime


@dataclass(frozen=True, slots=True)
class Poll:
    """A text that was taken, and whose receipt has not come: its messages."""

    messages: tuple[int, ...]
    channel: Channel
    provider_ref: str


def holders() -> frozenset[str]:
    """Workers that hold messages."""
    names = frozenset(
        db.session.scalars(select(Message.worker).where(Message.state == MessageState.SENDING).distinct())
    )
    db.session.rollback()
    return frozenset(name for name in names if name is not None)


def abandon(gone: Collection[str], pace: Pace, now: datetime) -> int:
    """Messages of workers that are `gone`, or whose lease is over, are nobody's: they become UNSURE. A worker that only was
    slow, or whose clock jumped, has the time of a callback to come back."""
    left = or_(Message.lease_until < now, Message.worker.in_(gone))
    mine = select(Message).where(Message.state == MessageState.SENDING, left)
    if db.session.scalars(mine.limit(1)).first() is None:
        db.session.rollback()
        return 0
    with transaction() as session:
        query = mine.order_by(Message.id).with_for_update(skip_locked=True, of=Message)
        rows = session.scalars(query.execution_options(populate_existing=True)).all()
        for message in rows:
            begun_at = message.timed_at if message.worker in gone else now
            message.state = target("message", message.state, "lose", "system")
            message.error, message.lease_until = Code.UNKNOWN_OUTCOME, None
            message.timed_at, message.send_after = now, max(now, begun_at + pace.unsure)
            session.execute(
                update(Try)
                .where(Try.message_id == message.id, Try.number == message.tries, Try.outcome.is_(None))
                .values(outcome=Code.UNKNOWN_OUTCOME, ended_at=now)
            )
        return len(rows)


def claim_questions(channels: Mapping[str, Channel], base_url: str, limit: int, now: datetime) -> list[Question]:
    """Takes messages whose callback was awaited in vain, most urgent first; nobody else asks within the lease."""
    due = select(Message).where(Message.state == MessageState.UNSURE, Message.send_after <= now)
    if db.session.scalars(due.limit(1)).first() is None:
        db.session.rollback()
        return []
    questions: list[Question] = []
    with transaction() as session:
        routes = routes_at(session, channels, now)
        query = due.order_by(Message.urgency.desc(), Message.send_after, Message.id).limit(limit)
        rows = list(session.scalars(query.with_for_update(skip_locked=True, of=Message)))
        rows += session.scalars(_along(rows, due).with_for_update(skip_locked=True, of=Message))
        for text in _texts(session, rows):
            question = _question(session, text, routes, base_url)
            if question is not None:
                questions.append(question)
    return questions


def _question(session: Session, text: Sequence[Message], routes: Routes, base_url: str) -> Question | None:
    """None where it cannot be asked, or not now."""
    first, now = text[0], routes.now
    channel = routes.channels.get(first.provider or "")
    tried_at = _tried_at(session, first) or now
    for message in text:
        message.timed_at = now
    if channel is None or (outgoing := _outgoing(session, first, base_url, tried_at)) is None:
        for message in text:
            _requeue(session, message, now)  # there is nobody to ask, or nothing to ask about
        return None
    if routes.alone(channel):
        for message in text:
            _wait(session, message, routes, tried_at)
        return None
    for message in text:
        message.send_after = now + LEASE
    return Question(tuple(message.id for message in text), channel, outgoing, tried_at)


def _along(rows: Sequence[Message], due: Select[Any]) -> Select[Any]:
    """The others that left in the same texts as these: asked about one by one, each could be taken for another's copy."""
    ids = [row.id for row in rows]
    theirs = select(Try.bundle_id).join(Message, NEWEST).where(Message.id.in_(ids), Try.bundle_id.is_not(None))
    mine = select(Try.message_id).join(Message, NEWEST).where(Try.bundle_id.in_(theirs))
    return due.where(Message.id.in_(mine), Message.id.not_in(ids)).order_by(Message.id)


def _texts(session: Session, messages: Sequence[Message]) -> list[list[Message]]:
    """Those that left in one text together."""
    query = select(Message.id, Try.bundle_id).join(Try, NEWEST).where(Message.id.in_([m.id for m in messages]))
    bundle_of = {id: bundle for id, bundle in session.execute(query) if bundle is not None}
    texts: dict[tuple[str, int], list[Message]] = {}
    for message in messages:
        bundle = bundle_of.get(message.id)
        texts.setdefault(("bundle", bundle) if bundle else ("message", message.id), []).append(message)
    return list(texts.values())


def record_answers(
    answers: Sequence[tuple[Question, Receipt | SendFailed | None]], channels: Mapping[str, Channel], now: datetime
) -> None:
    """What the providers' lists say of each. One that cannot be asked now is asked about nothing else for a while."""
    for question, message_id, answer in ((q, id, answer) for q, answer in answers for id in q.messages):
        with transaction() as session:
            routes = routes_at(session, channels, now)
            message = locked(session, message_id)
            if isinstance(answer, Receipt):
                hear(session, message, answer, now)
            if message.state != MessageState.UNSURE:
                continue
            message.timed_at = now
            if isinstance(answer, SendFailed):
                _wait(session, message, routes, question.tried_at)
            else:
                _requeue(session, message, now)
    silent = {question.channel.name for question, answer in answers if isinstance(answer, SendFailed)}
    if silent:
        with transaction() as session:
            theirs = (Message.state == MessageState.UNSURE, Message.provider.in_(silent), Message.send_after <= now)
            session.execute(update(Message).where(*theirs).values(send_after=now + ASK_AGAIN, timed_at=now))


def claim_polls(channels: Mapping[str, Channel], limit: int, now: datetime) -> list[Poll]:
    """Takes messages whose receipts are owed for long. For what has been answered meanwhile nobody is asked."""
    due = select(Message).where(Message.state == MessageState.SENT, Message.poll_after <= now)
    if db.session.scalars(due.limit(1)).first() is None:
        db.session.rollback()
        return []
    texts: dict[tuple[str, str], list[int]] = {}
    with transaction() as session:
        routes = routes_at(session, channels, now)
        query = due.join(Alert, Alert.id == Message.alert_id).order_by(Message.poll_after, Message.id).limit(limit)
        for message in session.scalars(query.with_for_update(skip_locked=True, of=Message)).all():
            channel = channels.get(message.provider or "")
            alert = message.alert
            if (
                channel is None
                or not message.provider_ref
                or alert.state != AlertState.OWED
                or alert.useful_until <= now
            ):
                message.poll_after = None
                continue
            message.poll_after = now + poll_in(message.sent_at or now, now)
            if routes.works(channel):
                texts.setdefault((channel.name, message.provider_ref), []).append(message.id)
    return [Poll(tuple(ids), channels[name], reference) for (name, reference), ids in texts.items()]


def record_polls(answers: Sequence[tuple[Poll, Receipt | SendFailed | None]], now: datetime) -> None:
    """What the providers say of each."""
    heard = ((answer, id) for poll, answer in answers for id in poll.messages)
    for answer, message_id in heard:
        if isinstance(answer, SendFailed):
            continue  # asked again in its turn
        with transaction() as session:
            message = locked(session, message_id)
            if answer is None:
                message.poll_after = None  # this provider cannot be asked
            else:
                hear(session, message, answer, now)


def _tried_at(session: Session, message: Message) -> datetime | None:
    mine = and_(Try.message_id == message.id, Try.provider == message.provider, UNACCOUNTED)
    return session.scalars(select(Try.begun_at).where(mine).order_by(Try.number).limit(1)).first()


def _outgoing(session: Session, message: Message, base_url: str, tried_at: datetime) -> Outgoing | None:
    """What was sent, with the references of other messages to the same address, which are not this one's."""
    mine = select(Try.bundle_id).where(Try.message_id == message.id, Try.number == message.tries)
    bundle_id = session.scalars(mine).first()
    along = select(Try.message_id).where(Try.bundle_id == bundle_id).order_by(Try.message_id)
    ids = session.scalars(along).all() if bundle_id is not None else [message.id]
    this = and_(Message.id.in_(ids), Try.bundle_id.is_not_distinct_from(bundle_id))
    theirs = (Message.address_hash == message.address_hash, not_(this))
    known = select(Try.provider_ref).join(Message, Message.id == Try.message_id)
    others = session.scalars(known.where(*theirs, Try.provider_ref.is_not(None), Try.begun_at >= tried_at - AROUND))
    try:
        code = code_of(session, bundle_id) if bundle_id is not None else None
        return outgoing_of(facts(session, ids), base_url, code, [reference for reference in others if reference])
    except (Unreadable, *UNFIT):
        log.error("a message cannot be asked about", message=message.id)
        return None


def _wait(session: Session, message: Message, routes: Routes, tried_at: datetime) -> None:
    """Its provider cannot be asked now. After a while it is sent again all the same, wherever it would be taken."""
    patient = routes.now - tried_at <= ASKED_FOR
    if patient or message.channel not in routes.free():
        message.send_after = routes.now + ASK_AGAIN
    else:
        _requeue(session, message, routes.now)


def _requeue(session: Session, message: Message, now: datetime) -> None:
    session.execute(
        update(Try)
        .where(Try.message_id == message.id, Try.provider == message.provider, UNACCOUNTED)
        .values(outcome=NO_TRACE, ended_at=now)
    )
    message.state = target("message", message.state, "requeue", "system")
    message.send_after = now
