"""The first half of sending: claim what is due and choose who carries it. Claimed, it is a row of the ledger before it
leaves; while it leaves no transaction is open. What became of it is services.outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, and_, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from deconflict.channels.port import Channel, Code, Outgoing
from deconflict.domain.escalation import Clocks
from deconflict.domain.severity import Harm
from deconflict.domain.states import AlertState, MessageState
from deconflict.services.calm import had_enough, tonight
from deconflict.services.giving_up import give_up, locked
from deconflict.services.routing import NOT_HERE, Routes, routes_at
from deconflict.services.wording import UNFIT, Facts, facts, outgoing_of, together
from deconflict.store.alerts import NO_TRACE, Message, Try
from deconflict.store.base import Unreadable, db, transaction
from deconflict.store.codes import Bundle, fresh_code
from deconflict.store.doubts import doubted
from deconflict.store.providers import keep_breaker
from deconflict.store.waiting import share

log = structlog.get_logger()

LEASE = timedelta(seconds=90)
LONGEST_CALL = timedelta(seconds=45)  # no provider keeps one waiting as long; what is left of a lease must be more
BATCH = 64


@dataclass(frozen=True, slots=True)
class Ticket:
    """A claimed message, ready to leave, with nothing of the database in it. `number` counts its hand-overs; it must have
    begun before `begin_by`, or not at all, since somebody else may hold it afterwards. `along`: other messages that leave in the
    same text, with the numbers of theirs."""

    message_id: int
    number: int
    channel: Channel
    outgoing: Outgoing
    begin_by: datetime
    along: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _Batch:
    """What becomes of the messages of one claim."""

    tickets: list[Ticket] = field(default_factory=list)
    moves: list[dict[str, object]] = field(default_factory=list)
    begun: list[dict[str, object]] = field(default_factory=list)
    broken: list[tuple[int, Code]] = field(default_factory=list)


def claim(
    channels: Mapping[str, Channel],
    base_url: str,
    worker: str,
    now: datetime,
    limit: int = BATCH,
    mail: bool | None = None,
    clocks: Clocks | None = None,
) -> list[Ticket]:
    """Takes due messages for this worker, of this share (`store.waiting.share`), most urgent first, one for each provider that may
    work again; two workers never hold the same one within its lease. What may not or need not leave any more is settled here, and
    what may wait by `clocks` (services.calm)."""
    while True:
        waiting = db.session.scalars(_due(now, mail).limit(1)).first() is not None
        db.session.rollback()
        if not waiting:
            return []
        with transaction() as session:
            routes = routes_at(session, channels, now)
            batch = _taken(session, routes, base_url, worker, _ids(session, routes, now, limit, mail), clocks)
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


def _due(now: datetime, mail: bool | None) -> Select[int]:
    by_urgency = (Message.urgency.desc(), Message.send_after, Message.id)
    queued = (Message.state == MessageState.QUEUED, Message.send_after <= now, share(mail))
    return select(Message.id).where(*queued).order_by(*by_urgency)


def _ids(session: Session, routes: Routes, now: datetime, limit: int, mail: bool | None) -> list[int]:
    """Of kinds that nothing configured carries too: those are given up, so that the next kind is tried. With each text come the
    others to its number: they may leave with it."""
    barred = routes.kinds - routes.free()
    queries = [_due(now, mail).where(Message.channel.not_in(barred)).limit(limit)]
    queries += [_due(now, mail).where(Message.channel == kind).limit(1) for kind in sorted(routes.single())]
    ids = [id for query in queries for id in _claimed(session, query)]
    if "sms" in routes.free() and ids:
        numbers = select(Message.address_hash).where(Message.id.in_(ids), Message.channel == "sms")
        # By number and not by state, or all that is due would be read for each batch.
        due = func.coalesce(Message.state, "") == MessageState.QUEUED
        there = select(Message.id).where(Message.address_hash.in_(numbers), Message.channel == "sms", due)
        more = there.where(Message.send_after <= now, Message.id.not_in(ids)).order_by(Message.id).limit(limit)
        ids += _claimed(session, more)
    return ids


def _claimed(session: Session, query: Select[int]) -> list[int]:
    return list(session.scalars(query.with_for_update(skip_locked=True, of=Message)))


def _taken(
    session: Session, routes: Routes, base_url: str, worker: str, ids: Sequence[int], clocks: Clocks | None
) -> _Batch:
    batch = _Batch()
    rows = _read(session, ids, batch)
    later = tonight(rows, clocks, routes.now) if clocks else {}
    _put_off(later, batch, routes.now)
    rows = [row for row in rows if row.id not in later]
    strangers = doubted(session, [row.address_hash for row in rows])
    batch.broken += [(row.id, Code.WRONG_PERSON) for row in rows if row.address_hash in strangers]
    leaving = [row for row in rows if row.address_hash not in strangers and _leaves(row, routes, batch)]
    refused = refusals(session, [row.id for row in leaving if row.tries or row.attempt > 1])
    texts = together(leaving, refused, routes.now)
    enough = had_enough(session, texts, clocks, routes.now) if clocks else {}
    _put_off(enough, batch, routes.now)
    for text in texts:
        if text[0].id not in enough:
            _hand_out(session, text, routes, refused, base_url, worker, batch)
    if batch.moves:
        session.execute(update(Message), batch.moves)
    if batch.begun:
        session.execute(insert(Try), batch.begun)
    return batch


def _put_off(later: Mapping[int, datetime], batch: _Batch, now: datetime) -> None:
    batch.moves += [{"id": id, "send_after": at, "due_at": at, "timed_at": now} for id, at in later.items()]


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


def _leaves(row: Facts, routes: Routes, batch: _Batch) -> bool:
    """Otherwise it need not any more, or it cannot."""
    if _need_not_leave(row, routes.now):
        batch.moves.append({"id": row.id, "state": MessageState.WITHDRAWN})
        return False
    because = None
    if not row.active and row.level != "team":
        because = Code.GONE
    elif row.useful_until <= routes.now:
        because = Code.EXPIRED
    elif row.channel not in routes.kinds:
        # Nobody configured this way of reaching people: said as a failure, so that the next one is tried.
        because = Code.SENDER
    if because is not None:
        batch.broken.append((row.id, because))
    return because is None


def _hand_out(
    session: Session,
    text: Sequence[Facts],
    routes: Routes,
    refused: Mapping[int, frozenset[str]],
    base_url: str,
    worker: str,
    batch: _Batch,
) -> None:
    """To the provider that carries it, if one may now: a row in the ledger for each message of this text."""
    first, now = text[0], routes.now
    channel = routes.pick(first.channel, max(row.urgency for row in text), refused.get(first.id, frozenset()))
    if channel is None:
        return
    bundle = _bundle(session, text, now) if len(text) > 1 else None
    try:
        outgoing = outgoing_of(text, base_url, bundle.code if bundle else None)
    except UNFIT:
        log.exception("a message has no text", message=first.id)
        batch.broken += [(row.id, Code.REFUSED) for row in text]
        return
    lease = now + LEASE
    along = tuple((row.id, row.tries + 1) for row in text[1:])
    batch.tickets.append(Ticket(first.id, first.tries + 1, channel, outgoing, lease - LONGEST_CALL, along))
    for row in text:
        begun = {"message_id": row.id, "number": row.tries + 1, "provider": channel.name, "begun_at": now}
        batch.begun.append(begun | {"bundle_id": bundle.id if bundle else None})
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


def _bundle(session: Session, text: Sequence[Facts], now: datetime) -> Bundle:
    bundle = Bundle(code=fresh_code(session, sorted({row.reference for row in text})), made_at=now)
    session.add(bundle)
    session.flush()
    return bundle


def _need_not_leave(row: Facts, now: datetime) -> bool:
    """Its alert ended; or it is another try and the person has said by now that he has it; or a team already moving would be
    reached for no danger (RUL-4): a closing text says that nothing is to be done any more, and may reach it anywhere."""
    if row.alert_state in (AlertState.SUPERSEDED, AlertState.EXPIRED):
        return True
    if row.alert_state == AlertState.ACKNOWLEDGED and (row.tries or row.attempt > 1):
        return True
    moving = row.text != "team_closed" and row.departs_at is not None and row.departs_at <= now
    return row.level == "team" and row.harm != Harm.DANGER and moving
