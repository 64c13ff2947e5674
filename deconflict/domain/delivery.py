"""What became of every word that was owed in a case, in the lines of the delivery page: each way, each hand-over to a provider,
each receipt, each answer. Without code, link, token, text and address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from deconflict.domain.desk_log import AcknowledgementLine

SHOWN_DIGITS = 3  # of a number: enough to tell two phones of one person apart, too few to ring one


@dataclass(frozen=True, slots=True)
class TryLine:
    """One hand-over. `outcome` None: it lasts, or whoever made it is gone. `along`: how many others left in the same text, but for
    those of cases that not everybody at the desk may open."""

    provider: str
    begun_at: datetime
    ended_at: datetime | None
    outcome: str | None
    along: int = 0


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What a provider said."""

    status: str
    code: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Sending:
    """One message. `ending`: the last digits of a number, "" for a mailbox and for what cannot be read; `attempt` counts the
    messages of this alert to the same address."""

    channel: str
    ending: str
    attempt: int
    state: str
    error: str | None
    due_at: datetime
    leaves_at: datetime | None
    tries: tuple[TryLine, ...]
    receipts: tuple[ReceiptLine, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One person who was owed word. `label` is what he reads: reference and counter; `unreached_at`: since when no address is
    left to try."""

    label: str
    side: str
    person: str
    organisation: str
    function: str
    purpose: str
    level: str
    state: str
    owed_at: datetime
    ack_due_at: datetime | None
    unreached_at: datetime | None
    sendings: tuple[Sending, ...]
    acknowledgements: tuple[AcknowledgementLine, ...]


def ending_of(channel: str, address: str) -> str:
    """As `012`; an e-mail has none."""
    return "" if channel == "email" else address[-SHOWN_DIGITS:]
