"""Claim, let go, send, record: the database's half is services.sending, here the providers are called."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import structlog

from deconflict.channels.port import Ambiguous, Channel, SendFailed
from deconflict.services.sending import Outcome, Ticket, claim, record_outcome

log = structlog.get_logger()


def dispatch_due(channels: Mapping[str, Channel], base_url: str, worker: str, now: datetime) -> int:
    """Sends what is due, most urgent first. `channels` by what they carry. Returns how many tries were made."""
    tickets = claim(channels, base_url, worker, now)
    if not tickets:
        return 0
    with ThreadPoolExecutor(max_workers=min(8, len(tickets))) as pool:
        outcomes = list(pool.map(lambda ticket: _send(ticket, now), tickets))
    for outcome in outcomes:
        record_outcome(outcome, now)
    return len(outcomes)


def _send(ticket: Ticket, now: datetime) -> Outcome:
    try:
        return Outcome(ticket.message_id, ticket.channel.name, ticket.channel.send(ticket.outgoing, now), None)
    except SendFailed as failure:
        return Outcome(ticket.message_id, ticket.channel.name, None, failure)
    except Exception:
        log.exception("a channel broke its promise", message=ticket.message_id)
        return Outcome(ticket.message_id, ticket.channel.name, None, Ambiguous())
