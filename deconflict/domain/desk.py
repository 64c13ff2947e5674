"""What an officer sees of a case: both items, the figures, the history, who was told. A part of the gate that disclosure.py
is, apart because it grew. For whom a case does not exist, nothing here does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import ItemFacts, ItemView, ReleasedWords, opens, sees_desk_case, view_of_item
from deconflict.domain.filing import Level
from deconflict.domain.judgement import Judgement
from deconflict.domain.severity import Severity
from deconflict.domain.states import OPEN_CASES, AlertState, CaseState


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody of the owner to call. `phones` in the order to try, satellite and others included."""

    name: str
    function: str
    phones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeskItemFacts:
    """One item at one version. `facts` None: it cannot be read, and its reference and owner are all there is."""

    side: Side
    reference: str
    owner: str
    state: str
    version: int
    late: bool
    departs_at: datetime
    filed_at: datetime
    facts: ItemFacts | None
    reason: str = ""
    callees: tuple[Callee, ...] = ()

    @property
    def sensitive(self) -> bool:
        """A notice that nobody can read is treated as if it were."""
        return self.side is Side.HUMANITARIAN if self.facts is None else self.facts.sensitive


@dataclass(frozen=True, slots=True)
class DeskItemView:
    """One item as an officer may see it. `view` None: it cannot be read. `reason`: what its owner wrote beside the version."""

    side: Side
    reference: str
    owner: str
    state: str
    version: int
    late: bool
    departs_at: datetime
    filed_at: datetime
    sensitive: bool
    view: ItemView | None
    reason: str = ""
    callees: tuple[Callee, ...] = ()

    @property
    def needs_release(self) -> bool:
        """Its owner keeps it to himself, and may be asked by phone to release something of it (RUL-8)."""
        return self.view is not None and not self.sensitive and self.view.level is Level.MATCH_ONLY


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case itself, without what its two items hold. `released`: sides that gave a one-off release. `asked`: the newest
    request to each side, as (side, its state). `silent`: alerts to a party whose acknowledgement is late."""

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
    view = view_of_item(item.facts, audience) if item.facts is not None else None
    return DeskItemView(
        side=item.side,
        reference=item.reference,
        owner=item.owner,
        state=item.state,
        version=item.version,
        late=item.late,
        departs_at=item.departs_at,
        filed_at=item.filed_at,
        sensitive=item.sensitive,
        view=view,
        reason=item.reason,
        callees=item.callees if opens("contact.phone", audience, own=False) else (),
    )


def queue_order(line: CaseLine) -> tuple[bool, int, datetime, str]:
    """What nobody could check comes first, then the worst, then what starts soonest."""
    return not line.unchecked, -line.severity.rank, line.starts_at, line.reference


def in_queue_order(views: Iterable[DeskCaseView]) -> list[DeskCaseView]:
    return sorted(views, key=lambda view: queue_order(view.line))
