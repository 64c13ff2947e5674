"""What every provider promises, and the few words the rest of the system knows about sending.

A channel makes two promises: `send(outgoing, now) -> provider reference`, raising only `SendFailed`; `read_hook(hook) ->
Receipt | Reply`, raising only `BadSignature`. A provider's own words and codes stop at its file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Status(StrEnum):
    """What a provider says happened to a message. Delivered is never acknowledged.

    The order is total, so that receipts arriving late, twice or reversed always end in the same place. Failure outranks
    delivery: when a provider says both, believing the louder one costs a second call and not a life.
    """

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"

    @property
    def rank(self) -> int:
        return list(Status).index(self)

    def advanced_by(self, news: Status) -> Status:
        """The status after this news; never an earlier one."""
        return max(self, news, key=lambda status: status.rank)


class Code(StrEnum):
    """Why a message did not arrive, in our words, the same for every provider."""

    BAD_ADDRESS = "bad_address"  # no such phone or mailbox: the contact must be mended
    OPTED_OUT = "opted_out"  # the person, or whoever held the phone, told the provider to stop writing
    FILTERED = "filtered"  # an operator refused the text
    REFUSED = "refused"  # the provider refused the message itself
    SENDER = "sender"  # our sender may not write there
    EXPIRED = "expired"  # its use ended before it left
    UNREACHABLE = "unreachable"  # switched off or out of coverage: another channel now, this one again later
    BUSY = "busy"  # asked to slow down
    ACCOUNT = "account"  # our credentials or our account: an operator can mend it while the message waits
    PROVIDER = "provider"  # the provider is failing
    NETWORK = "network"  # nothing left this machine
    UNKNOWN_OUTCOME = "unknown_outcome"  # it left, and nobody said what became of it

    @property
    def retryable(self) -> bool:
        """May the same message to the same address succeed when tried again?"""
        return self not in _FINAL


_FINAL = {Code.BAD_ADDRESS, Code.OPTED_OUT, Code.FILTERED, Code.REFUSED, Code.SENDER, Code.EXPIRED}


class SendFailed(Exception):
    """The message was not handed over. Carries no address and no text, so that it may be logged whole."""

    def __init__(self, retryable: bool, code: str) -> None:
        super().__init__(code)
        self.retryable = retryable
        self.code = code


class Ambiguous(SendFailed):
    """The request left and no usable answer came back: it may have been sent. Trying again may tell somebody twice,
    which is better than never; the ledger says so."""

    def __init__(self) -> None:
        super().__init__(True, Code.UNKNOWN_OUTCOME)


class BadSignature(Exception):
    """The hook is not from the provider, or says nothing we asked it to say. Answer a bare 403 to both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message to one address: a phone number in E.164 or an e-mail address. `text` is ready to leave; `subject` is
    for e-mail; `callback_token` is the secret part of the hook's address. What names a person stays out of repr()."""

    message_id: int
    to: str = field(repr=False)
    text: str = field(repr=False)
    subject: str = field(default="", repr=False)
    useful_until: datetime
    callback_token: str = field(repr=False)

    def life_s(self, now: datetime) -> float:
        """Seconds it stays useful. Raises SendFailed when none are left: old news sent as fresh misleads."""
        left_s = (self.useful_until - now).total_seconds()
        if left_s <= 0:
            raise SendFailed(Code.EXPIRED.retryable, Code.EXPIRED)
        return left_s


@dataclass(frozen=True, slots=True)
class Hook:
    """A provider calling us. `url` is PUBLIC_BASE_URL + the raw request target, never a decoded one: providers sign what
    they were told to call, and a proxy or a framework rewrites it."""

    url: str
    form: Mapping[str, str]
    headers: Mapping[str, str]

    def header(self, name: str) -> str:
        """One header whatever its case, "" when absent."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What happened to a message we sent. `code` is a `Code` when it failed."""

    provider_ref: str
    status: Status
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody answered. A sender's number can be forged, so a reply is a claim until its code is checked.
    `opted_out`: from now on the provider drops our messages to this number, which is an incident."""

    from_number: str = field(repr=False)
    text: str = field(repr=False)
    provider_ref: str
    opted_out: bool = False


@runtime_checkable
class Channel(Protocol):
    """One provider. `carries` is "sms" or "email"."""

    @property
    def name(self) -> str: ...

    @property
    def carries(self) -> str: ...

    def send(self, outgoing: Outgoing, now: datetime) -> str:
        """Hand over one message and return the provider's reference. Raises SendFailed, nothing else."""

    def read_hook(self, hook: Hook) -> Receipt | Reply:
        """Understand a call from the provider. Raises BadSignature, nothing else."""
