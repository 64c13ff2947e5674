"""The first half of sending: claim what is due and choose who carries it. Claimed, it is a row of the ledger before it
leaves; while it leaves no transaction is open. What became of it is services.outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, and_, insert, select, update
from sqlalchemy.orm import Session, aliased

from deconflict.channels.port import Channel, Code, Outgoing
from deconflict.channels.texts import render, render_mail, render_voice
from deconflict.domain.severity import Harm
from deconflict.domain.states import AlertState, MessageState
from deconflict.services.giving_up import give_up, locked
from deconflict.services.routing import NOT_HERE, Routes, routes_at
from deconflict.store.alerts import NO_TRACE, Alert, Message, Try
from deconflict.store.base import Unreadable, db, transaction
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.store.people import Person
from deconflict.store.providers import keep_breaker

log = structlog.get_logger()

LEASE = timedelta(seconds=90)
LONGEST_CALL = timedelta(seconds=45)  # no provider keeps one waiting as long; what is left of a lease must be more
BATCH = 64

# What one message needs to leave. Rows of columns and not of objects: ten thousand may be due at once.
Facts = Any
NEEDED = (
    Message.id,
    Message.channel,
    Message.address,
    Message.token,
    Message.tries,
    Message.attempt,
    Message.urgency,
    Alert.state.label("alert_state"),
    Alert.useful_until,
    Alert.level,
    Alert.text,
    Alert.reference,
    Alert.counter,
    Alert.code,
    Alert.link,
    Person.language,
    Person.spoken,
    Case.harm,
    Item.departs_at,
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A claimed message, ready to leave, with nothing of the database in it. `number` counts its hand-overs; it must have
    begun before `begin_by`, or not at all, since somebody else may hold it afterwards."""

    message_id: int
    number: int
    channel: Channel
    outgoing: Outgoing
    begin_by: datetime


@dataclass(slots=True)
class _Batch:
    """What becomes of the messages of one claim."""

    tickets: list[Ticket] = field(default_factory=list)
    moves: list[dict[str, object]] = field(default_factory=list)
    broken: list[tuple[int, Code]] = field(default_factory=list)


def claim(
    channels: Mapping[str, Channel], base_url: str, worker: str, now: datetime, limit: int = BATCH
) -> list[Ticket]:
    """Takes due messages for this worker, most urgent first, one for each provider that may work again; two workers never hold
    the same one within its lease. What may not or need not leave any more is settled here."""
    while True:
        waiting = db.session.scalars(_due(now).limit(1)).first() is not None
        db.session.rollback()
        if not waiting:
            return []
        with transaction() as session:
            routes = routes_at(session, channels, now)
            batch = _taken(session, routes, base_url, worker, _ids(session, routes, now, limit))
            for name in routes.probes:
                keep_breaker(session, name, routes.breakers[name].probed(now + LEASE))
        given_up = [_gave_up(message_id, code, now) for message_id, code in batch.broken]
        if batch.tickets or not (batch.moves or any(given_up)):
            return batch.tickets


def _gave_up(message_id: int, code: Code, now: datetime) -> bool:
    """One that cannot even be given up stays where it is, late for everybody to see, and stops no other."""
    try:
        with transaction() as session:
            message = locked(session, message_id)
            if message.state == MessageState.QUEUED:
                give_up(session, message, code, now)
    except Exception:
        log.exception("a message could not be given up", message=message_id)
        return False
    return True


def _due(now: datetime) -> Select[int]:
    by_urgency = (Message.urgency.desc(), Message.send_after, Message.id)
    queued = (Message.state == MessageState.QUEUED, Message.send_after <= now)
    return select(Message.id).where(*queued).order_by(*by_urgency)


def _ids(session: Session, routes: Routes, now: datetime, limit: int) -> list[int]:
    """Of kinds that nothing configured carries too: those are given up, so that the next kind is tried."""
    barred = routes.kinds - routes.free()
    queries = [_due(now).where(Message.channel.not_in(barred)).limit(limit)]
    queries += [_due(now).where(Message.channel == kind).limit(1) for kind in sorted(routes.single())]
    return [id for query in queries for id in session.scalars(query.with_for_update(skip_locked=True, of=Message))]


def _taken(session: Session, routes: Routes, base_url: str, worker: str, ids: Sequence[int]) -> _Batch:
    batch = _Batch()
    rows = _read(session, ids, batch)
    refused = refusals(session, [row.id for row in rows if row.tries or row.attempt > 1])
    for row in rows:
        _settle(row, routes, refused.get(row.id, frozenset()), base_url, worker, batch)
    if batch.moves:
        session.execute(update(Message), batch.moves)
    begun = [
        {"message_id": t.message_id, "number": t.number, "provider": t.channel.name, "begun_at": routes.now}
        for t in batch.tickets
    ]
    if begun:
        session.execute(insert(Try), begun)
    return batch


def _read(session: Session, ids: Sequence[int], batch: _Batch) -> list[Facts]:
    """In the order of `ids`. One row whose address or code no key opens stops no other: it fails, and the next way is tried."""
    try:
        return facts(session, ids)
    except Unreadable:
        rows = []
        for id in ids:
            try:
                rows += facts(session, [id])
            except Unreadable:
                log.error("a message cannot be read", message=id)
                batch.broken.append((id, Code.REFUSED))
        return rows


def facts(session: Session, ids: Sequence[int]) -> list[Facts]:
    query = (
        select(*NEEDED)
        .join(Alert, Alert.id == Message.alert_id)
        .join(Person, Person.id == Alert.person_id)
        .join(Case, Case.id == Alert.case_id)
        .outerjoin(Item, Item.id == Case.humanitarian_id)
        .where(Message.id.in_(ids))
    )
    known = {row.id: row for row in session.execute(query)} if ids else {}
    return [known[id] for id in ids]


def refusals(session: Session, ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Providers that did not take a message which another may take, or lost it; or took an earlier one to the same address,
    which then was refused."""
    found: dict[int, set[str]] = {}
    if ids:
        tried = select(Try.message_id, Try.provider).where(Try.outcome.in_({*NOT_HERE, NO_TRACE}))
        before = aliased(Message)
        same = and_(before.alert_id == Message.alert_id, before.channel == Message.channel, before.id != Message.id)
        there = before.address_hash == Message.address_hash
        refused = and_(before.state == MessageState.FAILED, before.error.in_(NOT_HERE))
        earlier = select(Message.id, before.provider).join(before, and_(same, there, refused))
        for query in (tried.where(Try.message_id.in_(ids)), earlier.where(Message.id.in_(ids))):
            for id, provider in session.execute(query):
                found.setdefault(id, set()).add(provider or "")
    return {id: frozenset(providers) for id, providers in found.items()}


def _settle(row: Facts, routes: Routes, refused_by: frozenset[str], base_url: str, worker: str, batch: _Batch) -> None:
    """One message: it leaves, or it need not any more, or it cannot."""
    now = routes.now
    if _need_not_leave(row, now):
        batch.moves.append({"id": row.id, "state": MessageState.WITHDRAWN})
        return
    if row.useful_until <= now:
        batch.broken.append((row.id, Code.EXPIRED))
        return
    if row.channel not in routes.kinds:
        # Nobody configured this way of reaching people: said as a failure, so that the next one is tried.
        batch.broken.append((row.id, Code.SENDER))
        return
    channel = routes.pick(row.channel, row.urgency, refused_by)
    if channel is None:
        return
    try:
        outgoing = outgoing_of(row, base_url)
    except ValueError:
        log.exception("a message has no text", message=row.id)
        batch.broken.append((row.id, Code.REFUSED))
        return
    lease = now + LEASE
    batch.tickets.append(Ticket(row.id, row.tries + 1, channel, outgoing, lease - LONGEST_CALL))
    batch.moves.append(
        {
            "id": row.id,
            "state": MessageState.SENDING,
            "provider": channel.name,
            "tries": row.tries + 1,
            "lease_until": lease,
            "timed_at": now,
            "worker": worker,
        }
    )


def _need_not_leave(row: Facts, now: datetime) -> bool:
    """Its alert ended; or it is another try and the person has said by now that he has it; or a team already moving would be
    reached for no danger (RUL-4): a closing text says that nothing is to be done any more, and may reach it anywhere."""
    if row.alert_state in (AlertState.SUPERSEDED, AlertState.EXPIRED):
        return True
    if row.alert_state == AlertState.ACKNOWLEDGED and (row.tries or row.attempt > 1):
        return True
    moving = row.text != "team_closed" and row.departs_at is not None and row.departs_at <= now
    return row.level == "team" and row.harm != Harm.DANGER and moving


def outgoing_of(row: Facts, base_url: str, others: Iterable[str] = ()) -> Outgoing:
    """The words in the recipient's language, never the session's. A link only ever stands in an e-mail. Raises ValueError for
    a text that this channel does not have."""
    subject, script = "", None
    words = {"reference": row.reference, "counter": row.counter, "code": row.code}
    if row.channel == "sms":
        body = render(row.text, row.language, **words)
    elif row.channel == "voice":
        body, script = render_voice(row.text, row.language, reference=row.reference, spoken=row.spoken)
    else:
        mail = render_mail(row.text, row.language, **words, link=f"{base_url}/a/{row.link}")
        subject, body = mail.subject, mail.body
    return Outgoing(
        message_id=row.id,
        to=row.address,
        text=body,
        subject=subject,
        script=script,
        useful_until=row.useful_until,
        callback_token=row.token,
        attempt=row.tries + 1,
        others=frozenset(others),
    )
