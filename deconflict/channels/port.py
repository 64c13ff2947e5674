"""What every provider promises, and the few words the rest of the system knows about sending.

A channel sends, says what became of a try (`trace`, `status_of`) and reads the calls of its provider (`read_hook`). Of
these only `SendFailed` and `BadSignature` are ever raised. A provider's own words and codes stop at its file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
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
    WRONG_PERSON = "wrong_person"  # somebody else answers there
    GONE = "gone"  # whoever it was for has left: nothing is sent to him any more
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


_FINAL = {
    *(Code.BAD_ADDRESS, Code.WRONG_PERSON, Code.GONE, Code.OPTED_OUT, Code.FILTERED, Code.REFUSED),
    *(Code.SENDER, Code.EXPIRED),
}


class SendFailed(Exception):
    """The message was not handed over. Carries no address and no text, so that it may be logged whole."""

    def __init__(self, retryable: bool, code: str) -> None:
        super().__init__(code)
        self.retryable = retryable
        self.code = code

    @staticmethod
    def because(code: Code) -> SendFailed:
        """Retryable as this code is."""
        return SendFailed(code.retryable, code)


class Ambiguous(SendFailed):
    """The request left and no usable answer came back: it may have been sent. Trying again may tell somebody twice,
    which is better than never; the ledger says so."""

    def __init__(self) -> None:
        super().__init__(True, Code.UNKNOWN_OUTCOME)


class BadSignature(Exception):
    """The hook is not from the provider, or says nothing we asked it to say. Answer a bare 403 to both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What a call says, for a channel that has recordings of it: `name` is the recording's file name; `language` is the
    recipient's, `written` the one the text is in, which a machine can read out; `reference` is spelled in it."""

    name: str
    language: str
    written: str
    reference: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message to one address: a phone number in E.164 or an e-mail address. `text` is ready to leave; `subject` is
    for e-mail, `script` for a call; `callback_token` is the secret part of the hook's address. `attempt` counts hand-overs
    of this message from 1. `others`: references a provider gave for other messages to this address, which are not this
    one's whatever its list shows of them. `along`: the ids of other messages that leave in this text. What names a person stays
    out of repr()."""

    message_id: int
    to: str = field(repr=False)
    text: str = field(repr=False)
    subject: str = field(default="", repr=False)
    script: Script | None = None
    useful_until: datetime
    callback_token: str = field(repr=False)
    attempt: int = 1
    others: frozenset[str] = frozenset()
    along: tuple[int, ...] = ()

    @property
    def own_reference(self) -> str:
        """The same for the same messages however often they are tried, and no number anybody could count by."""
        ids = "+".join(map(str, (self.message_id, *self.along)))
        return hashlib.sha256(f"{ids}:{self.callback_token}".encode()).hexdigest()[:32]

    def life_s(self, now: datetime) -> float:
        """Seconds it stays useful. Raises SendFailed when none are left: old news sent as fresh misleads."""
        left_s = (self.useful_until - now).total_seconds()
        if left_s <= 0:
            raise SendFailed.because(Code.EXPIRED)
        return left_s


@dataclass(frozen=True, slots=True)
class Hook:
    """A provider calling us. `url` is PUBLIC_BASE_URL + the raw request target, never a decoded one: providers sign what
    they were told to call, and a proxy or a framework rewrites it. `form` is `body` read as a form, empty for other bodies."""

    url: str
    form: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)

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
    `opted_out`: from now on the provider drops our messages to this number, which is an incident; `opted_in`: it does not any
    more."""

    from_number: str = field(repr=False)
    text: str = field(repr=False)
    provider_ref: str
    opted_out: bool = False
    opted_in: bool = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key pressed during a call of ours: one of 0-9, * and #."""

    provider_ref: str
    key: str


def is_key(key: str) -> bool:
    """Whether it is one key of a telephone."""
    return len(key) == 1 and key in "0123456789*#"


Heard = Receipt | Reply | Pressed


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider does next; an empty one asks nothing of it."""

    body: str = ""
    mimetype: str = "text/plain"


@runtime_checkable
class Channel(Protocol):
    """One provider. `carries` is "sms", "email" or "voice"; `two_way`: can whoever is reached write back to it?"""

    @property
    def name(self) -> str: ...

    @property
    def carries(self) -> str: ...

    @property
    def two_way(self) -> bool: ...

    def send(self, outgoing: Outgoing, now: datetime) -> str:
        """Hand over one message and return the provider's reference. Raises SendFailed, nothing else."""

    def trace(self, outgoing: Outgoing, tried_at: datetime, now: datetime) -> Receipt | None:
        """What became of a try whose answer never came, from the provider's own list; `tried_at` is when it began. None: the
        provider knows of none, or keeps no list. Raises SendFailed when it cannot be asked now, nothing else."""

    def status_of(self, provider_ref: str, now: datetime) -> Receipt | None:
        """What the provider says of it now, for receipts that are lost; None when it cannot be polled, or knows nothing.
        Raises SendFailed when it cannot be asked now, nothing else."""

    def read_hook(self, hook: Hook) -> Heard:
        """Understand a call from the provider. Raises BadSignature, nothing else."""


@runtime_checkable
class Collecting(Protocol):
    """A channel whose news is fetched, because nothing calls us: a modem on this machine."""

    def collect(self, now: datetime) -> list[Heard]:
        """What has come since, oldest first. It stays in the provider's box until `forget`, so that a crash before it is
        written down here loses nothing. Raises SendFailed when the box cannot be opened now, nothing else."""

    def forget(self, heard: Sequence[Heard]) -> None:
        """Take out of the box what has been written down. Raises as `collect`."""


@runtime_checkable
class Conversing(Protocol):
    """A channel whose provider waits to hear how to go on: a call after a key was pressed."""

    def answer(self, hook: Hook, heard: Heard) -> Answer:
        """What to reply to a hook that `read_hook` understood."""


@runtime_checkable
class Playing(Protocol):
    """A channel whose provider fetches sounds from us during a call."""

    def recording(self, language: str, name: str) -> Path | None:
        """The file of this name, None unless a call of ours plays it."""
