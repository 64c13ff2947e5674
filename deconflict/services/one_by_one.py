"""Letters and test texts leave beside the outbox, one after the other: a row is taken for a while, and then it has left, is tried
again later, or has failed for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from deconflict.channels.port import Outgoing, SendFailed
from deconflict.domain.states import MessageState
from deconflict.store.letters import Letter
from deconflict.store.trials import Trial

LEASE = timedelta(seconds=90)
RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Ready:
    """A claimed row with nothing of the database in it."""

    id: int
    outgoing: Outgoing


def take(row: Letter | Trial, now: datetime) -> None:
    """It is about to be handed over once more; nobody else takes it within the lease."""
    row.state, row.send_after, row.tries = MessageState.SENDING, now + LEASE, row.tries + 1


def end(row: Letter | Trial, state: MessageState, now: datetime) -> None:
    row.state, row.ended_at = state, now


def settle(row: Letter | Trial, failure: SendFailed | None, now: datetime) -> None:
    """What became of one try."""
    if failure is None:
        end(row, MessageState.SENT, now)
    elif failure.retryable:
        row.state = MessageState.QUEUED
        row.send_after = now + min(RETRY * 2 ** min(row.tries - 1, 10), LONGEST_RETRY)
    else:
        end(row, MessageState.FAILED, now)
