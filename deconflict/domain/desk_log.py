"""What happened in a case, in the lines an officer reads: what was asked, who was told and what became of it, the history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from deconflict.domain.answers import NOTHING, Offer
from deconflict.domain.contacted import CallMade, Tally, tally
from deconflict.domain.disclosure import ReleasedWords
from deconflict.domain.states import UNANSWERED, AlertState, RequestState


@dataclass(frozen=True, slots=True)
class RequestLine:
    """What one side was asked, in the very words it read, and what it answered. `answer_code` is accept, counter or decline, whatever
    the state has become since; None while it has not answered. `leaves_at` None: it was taken back before its side knew of it."""

    noun: ClassVar[str] = "request"
    id: int
    side: str
    ask: str
    words: ReleasedWords
    state: str
    made_at: datetime
    made_by: str
    answered_at: datetime | None
    answered_by: str
    answer_code: str | None
    answer: str
    leaves_at: datetime | None = None
    due_at: datetime | None = None
    offer: Offer = NOTHING

    @property
    def at(self) -> datetime:
        return self.made_at

    @property
    def stands(self) -> bool:
        """It was neither replaced nor ended."""
        return self.state not in (RequestState.WITHDRAWN, RequestState.DONE)


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One try. `at` is the last thing known of it: receipt, sending or queueing; `leaves_at` while it waits."""

    channel: str
    state: str
    at: datetime
    leaves_at: datetime | None
    tries: int
    error: str | None


@dataclass(frozen=True, slots=True)
class AcknowledgementLine:
    """What somebody said, at which level, and for a relay how it was heard, whether the reference was read back, and who wrote it
    down. `new_number`: it came from a number or mailbox that was changed a short while before."""

    at: datetime
    level: str
    method: str
    answer: str
    how: str
    recorded_by: str
    read_back: bool = False
    new_number: bool = False


@dataclass(frozen=True, slots=True)
class AlertLine:
    """Who is owed word, without the code and the address. `label` is the reference that person reads, with its counter."""

    noun: ClassVar[str] = "alert"
    id: int
    label: str
    side: str
    person_id: int
    person: str
    organisation: str
    function: str
    purpose: str
    step: str
    level: str
    state: str
    owed_at: datetime
    ack_due_at: datetime | None
    messages: tuple[MessageLine, ...]
    acknowledgements: tuple[AcknowledgementLine, ...]

    @property
    def at(self) -> datetime:
        return self.owed_at

    @property
    def waits(self) -> bool:
        """An acknowledgement is expected: a closing text asks for none."""
        return self.state == AlertState.OWED and self.ack_due_at is not None

    @property
    def moved(self) -> bool:
        """It counts no more: something newer took its place, or its hour has passed."""
        return self.state not in (AlertState.OWED, AlertState.ACKNOWLEDGED)

    @property
    def relayable(self) -> bool:
        """A party's alert whose acknowledgement an officer may still hear by phone, for a level above it too."""
        return self.side != "ocha" and self.state in (AlertState.OWED, AlertState.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class EventLine:
    """One line of history; `actor` empty is the system."""

    noun: ClassVar[str] = "event"
    at: datetime
    actor: str
    event: str
    state: str
    round: int
    severity: str
    code: str
    reason: str
    sop_version: str
    humanitarian_version: int
    mission_version: int


Entry = RequestLine | AlertLine | EventLine


@dataclass(frozen=True, slots=True)
class CaseLog:
    """Requests and alerts newest first, events oldest first."""

    requests: tuple[RequestLine, ...] = ()
    alerts: tuple[AlertLine, ...] = ()
    events: tuple[EventLine, ...] = ()
    calls: tuple[CallMade, ...] = ()

    def called(self, side: str) -> Tally | None:
        """How often somebody of this side was called, and what came of it."""
        return tally(self.calls, side)

    def owed_to(self, person_id: int) -> tuple[AlertLine, ...]:
        """The alerts of the desk that this officer has not acknowledged."""
        return tuple(a for a in self.alerts if a.person_id == person_id and a.side == "ocha" and a.waits)

    def untold(self, request: RequestLine, now: datetime) -> bool:
        """Whether a request still waits of which no message went to anybody of its side: its severity has no ladder, or nobody
        there has an address."""
        told = (a for a in self.alerts if a.side == request.side and a.purpose == "request" and a.messages)
        if request.state not in UNANSWERED or request.leaves_at is None:
            return False
        return request.leaves_at <= now and not any(a.owed_at >= request.leaves_at for a in told)

    def closing_waits(self, now: datetime) -> bool:
        """Whether a closing text is still to leave at the fixed hour (RUL-6)."""
        waiting = (m for a in self.alerts if a.purpose == "closing" and a.state == AlertState.OWED for m in a.messages)
        return any(m.leaves_at is not None and m.leaves_at > now for m in waiting)

    def standing(self) -> tuple[RequestLine, ...]:
        """The newest request to each side, where it stands: what an officer has to know of before he asks again."""
        newest = {request.side: request for request in reversed(self.requests)}
        return tuple(request for request in self.requests if request.stands and newest[request.side] is request)

    def foremost(self, most: int) -> tuple[AlertLine, ...]:
        """The alerts that an officer looks for first: a party's silence, the desk's, then what was told last."""
        return tuple(sorted((a for a in self.alerts if not a.moved), key=_pressing)[:most])

    def relayable(self, most: int) -> tuple[AlertLine, ...]:
        """Whose acknowledgement may come in by phone: first who still owes one. As those answer, the others move up."""
        return tuple(sorted((a for a in self.alerts if a.relayable), key=_pressing)[:most])

    def entries(self) -> list[Entry]:
        """Everything that was asked, told and done, newest first."""
        everything: Iterable[Entry] = (*self.requests, *self.alerts, *reversed(self.events))
        return sorted(everything, key=lambda entry: entry.at, reverse=True)


NO_LOG = CaseLog()


def _pressing(alert: AlertLine) -> tuple[bool, bool, float]:
    return not (alert.waits and alert.side != "ocha"), not alert.waits, -alert.owed_at.timestamp()
