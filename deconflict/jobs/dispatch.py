"""Claim, let go, send, record. The database's half is services.sending and services.outcomes; here the providers are called,
several at a time, while the next are claimed and what became of the last is written."""

from __future__ import annotations

import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from deconflict.channels.port import Ambiguous, Channel, SendFailed
from deconflict.domain.breaker import FAILURES
from deconflict.domain.escalation import Clocks
from deconflict.services.outcomes import Outcome, record
from deconflict.services.pacing import Pace
from deconflict.services.routing import FAILING, introduce
from deconflict.services.sending import Ticket, claim
from deconflict.services.tracing import abandon, holders
from deconflict.store.base import db, transaction
from deconflict.store.waiting import anything_due, anything_from_the_future, anything_lost, set_right

log = structlog.get_logger()

LONGEST_S = 30.0  # of one call: whoever watches the sender wants to see it come round within a minute
RECORD_S = 0.1  # an outcome waits no longer for others to be written with it
RECORD_MANY = 64
Clock = Callable[[], datetime]


def dispatch_due(
    channels: Mapping[str, Channel],
    base_url: str,
    worker: str,
    now: datetime,
    *,
    pace: Pace = Pace(),  # noqa: B008 - frozen
    clock: Clock | None = None,
    mail: bool | None = None,
    clocks: Clocks | None = None,
) -> int:
    """Sends what is due, most urgent first. `channels` by name, in order of preference; `clock` where time goes on meanwhile;
    `mail`: nothing else, or everything else; `clocks`: what may wait by them waits. Returns how many tries were made."""
    at = clock or (lambda: now)
    due = anything_due(db.session, at(), mail)  # type: ignore[arg-type]
    db.session.rollback()
    if not due:
        return 0
    introduce(channels)
    with ThreadPoolExecutor(max_workers=pace.workers) as pool:
        return _Sending(pool, channels, base_url, worker, pace, at, mail, clocks).run()


def take_back(worker: str, pace: Pace, now: datetime) -> None:
    """Messages that nobody holds any more, and times that a clock no longer means. To be called by whoever dispatches, who
    has nothing in hand at that moment: what it held before, it lost."""
    lost = anything_lost(db.session(), now)
    jumped = lost and anything_from_the_future(db.session(), now)
    db.session.rollback()
    if jumped:
        with transaction() as session:
            set_right(session, now)
    if lost:
        abandon({name for name in holders() if name == worker or is_gone(name)}, pace, now)


def is_gone(worker: str) -> bool:
    """Whether a worker, `host:pid` or `mail@host:pid`, ran on this machine and does not any more. Of other machines' only their
    leases tell."""
    host, _, pid = worker.rpartition("@")[2].rpartition(":")
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:  # somebody else's process
        return False
    return False


@dataclass
class _Sending:
    """Messages in the air. `alone`: providers that were found not to work; what was claimed for them does not leave. `in_a_row`:
    their failures that are not written yet, so that one that refuses at once does not go through a whole batch."""

    pool: ThreadPoolExecutor
    channels: Mapping[str, Channel]
    base_url: str
    worker: str
    pace: Pace
    at: Clock
    mail: bool | None = None
    clocks: Clocks | None = None
    alone: frozenset[str] = frozenset()
    in_a_row: Counter[str] = field(default_factory=Counter)

    def run(self) -> int:
        """Until nothing is due, or for LONGEST_S. Returns how many tries were made."""
        flying: set[Future[Outcome]] = set()
        landed: list[Outcome] = []
        tried, look = 0, True
        began = written = time.monotonic()
        while True:
            if look and len(flying) <= 4 * self.pace.workers and time.monotonic() - began < LONGEST_S:
                tickets = claim(
                    self.channels, self.base_url, self.worker, self.at(), mail=self.mail, clocks=self.clocks
                )
                flying |= {self.pool.submit(self._send, ticket) for ticket in tickets}
                look = False
            if not flying and not landed:
                return tried
            done, flying = wait(flying, timeout=RECORD_S, return_when=FIRST_COMPLETED)
            landed += [future.result() for future in done]
            old = time.monotonic() - written >= RECORD_S
            if landed and (old or not flying or len(landed) >= RECORD_MANY):
                self.alone = record(landed, self.channels, self.pace, self.at())
                self.in_a_row.clear()
                tried += sum(outcome.begun for outcome in landed)
                landed, look, written = [], True, time.monotonic()

    def _send(self, ticket: Ticket) -> Outcome:
        name = ticket.channel.name
        if name in self.alone or self.in_a_row[name] >= FAILURES or self.at() >= ticket.begin_by:
            return Outcome(ticket, begun=False)
        outcome = self._handed_over(ticket)
        self.in_a_row[name] = self.in_a_row[name] + 1 if outcome.code in FAILING else 0
        return outcome

    def _handed_over(self, ticket: Ticket) -> Outcome:
        try:
            return Outcome(ticket, ticket.channel.send(ticket.outgoing, self.at()))
        except SendFailed as failure:
            return Outcome(ticket, failure=failure)
        except Exception:
            log.exception("a channel broke its promise", message=ticket.message_id)
            return Outcome(ticket, failure=Ambiguous())
