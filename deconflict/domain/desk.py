"""What an officer sees of a case: both items, the figures, the history, who was told. A part of the gate that disclosure.py
is, apart because it grew. For whom a case does not exist, nothing here does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import ItemFacts, ItemView, ReleasedWords, opens, sees_desk_case, view_of_item
from deconflict.domain.filing import Level
from deconflict.domain.judgement import Judgement
from deconflict.domain.severity import Severity
from deconflict.domain.states import OPEN_CASES, AlertState, CaseState, RequestState


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody of the owner to call. `phones` in the order to try, satellite and others included."""

    name: str
    function: str
    phones: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskItem:
    """One item at one version, as far as it is known when nothing of what was filed can be read. `reason`: what its owner
    wrote beside the version; `callees`: whom to call."""

    side: Side
    reference: str
    owner: str
    state: str
    version: int
    late: bool
    departs_at: datetime
    filed_at: datetime
    reason: str = ""
    callees: tuple[Callee, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskItemFacts(DeskItem):
    """`facts` None: it cannot be read. Never leaves services and disclosure."""

    facts: ItemFacts | None

    @property
    def sensitive(self) -> bool:
        """A notice that nobody can read is treated as if it were."""
        return self.side is Side.HUMANITARIAN if self.facts is None else self.facts.sensitive


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskItemView(DeskItem):
    """The item as an officer may see it. `view` None: it cannot be read."""

    sensitive: bool
    view: ItemView | None

    @property
    def needs_release(self) -> bool:
        """Its owner keeps it to himself, and may be asked by phone to release something of it (RUL-8)."""
        return self.view is not None and not self.sensitive and self.view.level is Level.MATCH_ONLY


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call to the owner on `side` for a one-off release that nobody has answered. `silent`: its clock has run out."""

    side: str
    asked_at: datetime
    due_at: datetime
    silent: bool


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case itself, without what its two items hold. `released`: sides that gave a one-off release. `asked`: the newest
    request to each side, as (side, its state). `silent`: alerts to a party whose acknowledgement is late. `calls` of this round
    that wait for an answer. `reduced_at`: since when where and when are told in communes and weeks."""

    reference: str
    humanitarian_reference: str
    mission_reference: str
    state: str
    round: int
    severity: Severity
    eyes_only: bool
    area: str
    sop_version: str
    opened_at: datetime
    starts_at: datetime
    ends_at: datetime
    hold_until: datetime | None
    released: frozenset[str]
    owner_id: int | None
    owner: str | None
    ended_at: datetime | None
    outcome: str | None
    adjusted_by: str | None
    judgement: Judgement | None
    asked: tuple[tuple[str, str], ...] = ()
    silent: int = 0
    calls: tuple[CallLine, ...] = ()
    reduced_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_CASES

    @property
    def unchecked(self) -> bool:
        """Nobody knows what it is about, whether somebody has taken it or not."""
        return self.is_open and self.judgement is None

    @property
    def unseen(self) -> bool:
        """No officer has looked at it yet, as far as anybody knows."""
        return self.state == CaseState.DETECTED or (self.state == CaseState.UNCHECKED and self.owner_id is None)


@dataclass(frozen=True, slots=True)
class RequestLine:
    """What one side was asked, in the very words it read, and what it answered."""

    id: int
    side: str
    ask: str
    words: ReleasedWords
    state: str
    made_at: datetime
    made_by: str
    answered_at: datetime | None
    answered_by: str
    answer: str

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
    """What somebody said, at which level, and for a relay how it was heard and who wrote it down."""

    at: datetime
    level: str
    method: str
    answer: str
    how: str
    recorded_by: str


@dataclass(frozen=True, slots=True)
class AlertLine:
    """Who is owed word, without the code and the address. `label` is the reference that person reads, with its counter."""

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


@dataclass(frozen=True, slots=True)
class CaseLog:
    requests: tuple[RequestLine, ...] = ()
    alerts: tuple[AlertLine, ...] = ()
    events: tuple[EventLine, ...] = ()

    def owed_to(self, person_id: int) -> tuple[AlertLine, ...]:
        """The alerts of the desk that this officer has not acknowledged."""
        return tuple(a for a in self.alerts if a.person_id == person_id and a.side == "ocha" and a.waits)

    def untold(self, request: RequestLine) -> bool:
        """Whether a request still waits of which no message went to anybody of its side: its severity has no ladder, or nobody
        there has an address."""
        told = (a for a in self.alerts if a.side == request.side and a.purpose == "request" and a.messages)
        return request.state == RequestState.OPEN and not any(a.owed_at >= request.made_at for a in told)

    def closing_waits(self, now: datetime) -> bool:
        """Whether a closing text is still to leave at the fixed hour (RUL-6)."""
        waiting = (m for a in self.alerts if a.purpose == "closing" and a.state == AlertState.OWED for m in a.messages)
        return any(m.leaves_at is not None and m.leaves_at > now for m in waiting)


@dataclass(frozen=True, slots=True)
class DeskCaseFacts:
    """One case as its rows say it. Never leaves services and disclosure."""

    line: CaseLine
    items: tuple[DeskItemFacts, ...]
    log: CaseLog = CaseLog()

    @property
    def sensitive(self) -> bool:
        return any(item.sensitive for item in self.items)


@dataclass(frozen=True, slots=True)
class DeskCaseView:
    """One case as an officer sees it; a side is None where the case is about the other item alone."""

    line: CaseLine
    humanitarian: DeskItemView | None
    mission: DeskItemView | None
    log: CaseLog

    @property
    def items(self) -> tuple[DeskItemView, ...]:
        return tuple(item for item in (self.humanitarian, self.mission) if item is not None)

    def side(self, side: str) -> DeskItemView | None:
        return self.humanitarian if side == Side.HUMANITARIAN else self.mission


def view_of_desk_case(facts: DeskCaseFacts, audience: Audience) -> DeskCaseView | None:
    """The desk's page of a case; None when for this audience it does not exist (a SENSITIVE one for a sub-office head)."""
    if not sees_desk_case(audience, sensitive=facts.sensitive):
        return None
    views = {item.side: view_of_desk_item(item, audience) for item in facts.items}
    return DeskCaseView(facts.line, views.get(Side.HUMANITARIAN), views.get(Side.MISSION), facts.log)


def view_of_desk_item(item: DeskItemFacts, audience: Audience) -> DeskItemView | None:
    """An item as the desk reads it; None when for this audience it does not exist."""
    if not sees_desk_case(audience, sensitive=item.sensitive):
        return None
    bare = {field.name: getattr(item, field.name) for field in fields(DeskItem)}
    if not opens("contact.phone", audience, own=False):
        bare["callees"] = ()
    view = view_of_item(item.facts, audience) if item.facts is not None else None
    return DeskItemView(**bare, sensitive=item.sensitive, view=view)


def queue_order(line: CaseLine) -> tuple[bool, int, datetime, str]:
    """What nobody could check comes first, then the worst, then what starts soonest."""
    return not line.unchecked, -line.severity.rank, line.starts_at, line.reference


def in_queue_order(views: Iterable[DeskCaseView]) -> list[DeskCaseView]:
    return sorted(views, key=lambda view: queue_order(view.line))
