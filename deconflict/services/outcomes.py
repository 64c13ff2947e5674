"""The second half of sending: what became of each hand-over, many in one transaction. A receipt may have come in meanwhile
and knows better; a worker may come back after somebody else took its message over. The ledger keeps what each of them says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from deconflict.channels.port import Channel, Code, SendFailed
from deconflict.domain.states import MESSAGE, MessageState, target
from deconflict.services.giving_up import give_up, locked
from deconflict.services.pacing import FIRST_POLL, Pace, retry_in
from deconflict.services.routing import NOT_HERE, Routes, judge
from deconflict.services.sending import Ticket, refusals
from deconflict.store.alerts import ACCEPTED, Message, Try
from deconflict.store.base import transaction

log = structlog.get_logger()
AT_ONCE = timedelta(0)
Change = dict[str, object]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`failure` None: the provider took it and calls it `provider_ref`. Not `begun`: it never left our hands, because its
    time was over or its provider had just been found not to work."""

    ticket: Ticket
    provider_ref: str | None = None
    failure: SendFailed | None = None
    begun: bool = True

    def each(self) -> Iterator[Outcome]:
        """The same for every message that left in this text."""
        yield self
        for message_id, number in self.ticket.along:
            yield replace(self, ticket=replace(self.ticket, message_id=message_id, number=number, along=()))

    @property
    def code(self) -> str:
        return ACCEPTED if self.failure is None else str(self.failure.code)


def record(outcomes: Sequence[Outcome], channels: Mapping[str, Channel], pace: Pace, now: datetime) -> frozenset[str]:
    """Writes what became of these tries. Returns the providers that are left alone now."""
    with transaction() as session:
        said = [(outcome.ticket.channel.name, outcome.code) for outcome in outcomes if outcome.begun]
        routes = judge(session, channels, said, now)
        every = [one for outcome in outcomes for one in outcome.each()]
        final = _write(session, every, routes, pace, now)
    for outcome in final:  # one by one: each locks its alert, and alerts are locked before their messages
        try:
            with transaction() as session:
                _fail(session, outcome, now)
        except Exception:  # its lease ends, and its provider is asked
            log.exception("a failure could not be written", message=outcome.ticket.message_id)
    return routes.left_alone()


def _write(session: Session, outcomes: Sequence[Outcome], routes: Routes, pace: Pace, now: datetime) -> list[Outcome]:
    """Returns those for which nothing is left but another address."""
    ids = sorted({outcome.ticket.message_id for outcome in outcomes})
    query = select(Message.id, Message.state, Message.tries).where(Message.id.in_(ids)).order_by(Message.id)
    known = {row.id: row for row in session.execute(query.with_for_update(of=Message))}
    refused = refusals(session, [o.ticket.message_id for o in outcomes if o.code in NOT_HERE])
    moves: list[Change] = []
    ended: list[Change] = []
    final: list[Outcome] = []
    for outcome in outcomes:
        ticket = outcome.ticket
        row = known.get(ticket.message_id)
        if row is None:
            continue  # forgotten with its case
        refused_by = refused.get(row.id, frozenset()) | {ticket.channel.name}
        elsewhere = outcome.code in NOT_HERE and routes.another(ticket.channel.carries, refused_by)
        if outcome.failure is not None and not outcome.failure.retryable and not elsewhere:
            final.append(outcome)
            continue
        mine = (Try.message_id == row.id, Try.number == ticket.number)
        if not outcome.begun:
            session.execute(delete(Try).where(*mine))
        elif outcome.code == Code.UNKNOWN_OUTCOME:  # unless the provider has called about it already
            entry = {"outcome": outcome.code, "ended_at": now}
            session.execute(update(Try).where(*mine, Try.outcome.is_(None)).values(entry))
        else:
            ended.append(_entry(outcome, now))
        change = _change(outcome, row.state, row.tries == ticket.number, elsewhere, pace, now)
        if change:
            moves.append({"id": row.id, "lease_until": None, "timed_at": now} | change)
    if ended:
        session.execute(update(Try), ended)
    if moves:
        session.execute(update(Message), moves)
    return final


def _entry(outcome: Outcome, now: datetime) -> Change:
    ticket = outcome.ticket
    return {
        "message_id": ticket.message_id,
        "number": ticket.number,
        "ended_at": now,
        "outcome": outcome.code,
        "provider_ref": outcome.provider_ref,
    }


def _change(outcome: Outcome, state: str, newest: bool, elsewhere: bool, pace: Pace, now: datetime) -> Change:
    """What it means for the message; empty for one that moved on meanwhile. `newest`: nobody else has tried it since."""
    in_hand = newest and state in (MessageState.SENDING, MessageState.UNSURE)
    number = outcome.ticket.number
    if not outcome.begun:
        return {"state": MessageState.QUEUED, "tries": number - 1} if in_hand else {}
    if outcome.failure is None:
        if state == MessageState.SENDING and not newest:  # the other one is on its way too; the ledger says so
            return {}
        return _accepted(outcome, state, now)
    if not in_hand:
        return {}
    if outcome.code == Code.UNKNOWN_OUTCOME:
        return {"state": MessageState.UNSURE, "error": outcome.code, "send_after": now + pace.unsure}
    wait = AT_ONCE if elsewhere else retry_in(number, outcome.ticket.outgoing.to)
    return {"state": MessageState.QUEUED, "error": outcome.code, "send_after": now + wait}


def _accepted(outcome: Outcome, state: str, now: datetime) -> Change:
    """Whatever a receipt has said already stands."""
    if state not in MESSAGE["accept"].sources:
        return {}
    return {
        "state": target("message", state, "accept", "system"),
        "sent_at": now,
        "provider_ref": outcome.provider_ref,
        "poll_after": now + FIRST_POLL,
    }


def _fail(session: Session, outcome: Outcome, now: datetime) -> None:
    message = locked(session, outcome.ticket.message_id)
    session.execute(update(Try), [_entry(outcome, now)])
    if message.tries == outcome.ticket.number and message.state in (MessageState.SENDING, MessageState.UNSURE):
        give_up(session, message, outcome.code, now)
