"""What a party may read of a case: its own item, what it was asked, and the alerts of whoever looks. A part of the gate that
disclosure.py is, apart because it grew.

That a case has ended is not said before the fixed hour at which parties hear (RUL-6): an owner who amends step by step and
reads at once whether a request still stands would trace the other side. So nothing here derives from the state of a case
or of its alerts, only from what the party itself did, from what an officer did openly, and from that hour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from deconflict.domain.answers import NOTHING, Offer
from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import (
    RECOGNITION,
    HalfDay,
    ItemFacts,
    ItemView,
    Recognition,
    ReleasedWords,
    sees_own_case,
    view_of_item,
)
from deconflict.domain.filing import Filing
from deconflict.domain.levels import Heard
from deconflict.domain.ocha_areas import OCHA

OPEN, ANSWERED, CHANGED, WITHDRAWN, OVER = "open", "answered", "changed", "withdrawn", "over"
TELL_CLOSING = "tell_closing"
BatchAt = Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True)
class Move:
    """One line of a case's history: when, by which event, and whether the case was open after it."""

    at: datetime
    event: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """One request to the party's side. `words` as kept with it; `made_at` when it left, before which the side knew nothing of it;
    `hoped_at` by when an answer is hoped for, by its own departure; `offer` what it proposed instead; `withdrawn` by an
    officer; `over` once the party was told of its end; `answer_code` accept, counter, decline or None; `answer` the party's own
    short text; `plates` what `disclosure.plates_shown` lets through at this moment."""

    id: int
    ask: str
    words: Mapping[str, Any]
    made_at: datetime
    withdrawn: bool
    over: bool = False
    answer_code: str | None = None
    answer: str = ""
    answered_at: datetime | None = None
    plates: str | None = None
    hoped_at: datetime | None = None
    offer: Offer = NOTHING


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """One alert that is owed to the person who looks. `purpose` request, minimal or closing; `due` says that its hour has
    come; `said` that the person acknowledged it. `owed_at` of a closing is the hour at which parties hear of it: when the
    case ended would tell which of several changes ended it."""

    id: int
    counter: int
    purpose: str
    owed_at: datetime
    due: bool
    said: bool


@dataclass(frozen=True, slots=True)
class PartyCaseFacts:
    """One case as its rows say it for one side. `ended_at`: the end that this side has been told of, None where there is none or
    something was said to it since. `behind`: who beside its desk must have the word (domain.levels), empty where nobody; `passed`
    what that unit or team said, or its desk of it; `to_desk`: some message went to its desk, that this can be written beside. Never
    leaves services and disclosure."""

    reference: str
    told: bool
    ended_at: datetime | None
    requests: tuple[RequestFacts, ...]
    alerts: tuple[AlertFacts, ...]
    behind: str = ""
    passed: tuple[Heard, ...] = ()
    to_desk: bool = False


@dataclass(frozen=True, slots=True)
class PartyRequestView:
    """`state`: open, answered, changed (the item was amended after it was asked), withdrawn, over."""

    id: int
    ask: str
    words: ReleasedWords
    made_at: datetime
    state: str
    answer_code: str | None
    answer: str
    answered_at: datetime | None
    plates: str | None = None
    hoped_at: datetime | None = None
    offer: Offer = NOTHING


@dataclass(frozen=True, slots=True)
class PartyAlertView:
    """`waits`: the newest of them, and the person has not acknowledged it yet."""

    id: int
    label: str
    purpose: str
    owed_at: datetime
    said: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class PartyCaseView:
    """A case under the party's own reference. `waits`: something is expected of this person. `behind`: the level, unit or team, of
    which it may be written down that it has the word; empty where nobody leaves, or nothing stands any more. `passed`: what was
    said of that so far."""

    reference: str
    item: ItemView
    requests: tuple[PartyRequestView, ...]
    alerts: tuple[PartyAlertView, ...]
    over: bool
    last_at: datetime
    behind: str = ""
    passed: tuple[Heard, ...] = ()

    @property
    def waits(self) -> bool:
        return any(r.state == OPEN for r in self.requests) or any(a.waits for a in self.alerts)


def view_of_own_case(case: PartyCaseFacts, item: ItemFacts, audience: Audience) -> PartyCaseView | None:
    """The party's page of a case; None when for this audience it does not exist, which it does not before something was said
    to that side."""
    view = view_of_item(item, audience)
    if view is None or not sees_own_case(item, audience, told=case.told):
        return None
    requests = tuple(_requests(case, item.filed_at))
    alerts = _alerts(case)
    moments = [r.made_at for r in requests] + [a.owed_at for a in alerts] + [item.filed_at]
    over = case.ended_at is not None
    stands = any(r.state not in (WITHDRAWN, OVER) for r in requests) or not requests
    behind = case.behind if case.to_desk and stands and not over else ""
    return PartyCaseView(case.reference, view, requests, alerts, over, max(moments), behind, case.passed)


def ends_told(moves: Iterable[Move], batch_at: BatchAt, now: datetime) -> dict[datetime, datetime]:
    """When a case ended -> when parties were told, of those ends that they have been told: at the next fixed hour, or earlier
    by the officer. One that was undone before its hour never was one to them; one that was told stays one, whatever opens the
    case again (RUL-6)."""
    told: dict[datetime, datetime] = {}
    ended_at: datetime | None = None
    hour = now
    for move in moves:
        if ended_at is None and not move.is_open:
            ended_at, hour = move.at, batch_at(move.at)
        elif ended_at is not None and move.event == TELL_CLOSING:
            hour = min(hour, move.at)
        elif ended_at is not None and move.is_open:
            told |= {ended_at: hour} if hour <= move.at else {}
            ended_at = None
    return told | ({ended_at: hour} if ended_at is not None and hour <= now else {})


def standing(facts: RequestFacts, changed_at: datetime, *, over: bool) -> str:
    """How a request stands for the party. `changed_at`: when the current version of its item was filed. One that changed
    after it was asked is no longer answered here: whether the answer still counts would tell what the change did."""
    if facts.withdrawn:
        return WITHDRAWN
    if over:
        return OVER
    if facts.answer_code is not None:
        return ANSWERED
    return CHANGED if changed_at > facts.made_at else OPEN


def released(words: Mapping[str, Any]) -> ReleasedWords:
    """The words of a request as they were kept."""
    half_days = tuple(HalfDay(date.fromisoformat(day), part) for day, part in words.get("half_days", ()))
    seen = words.get(RECOGNITION)
    recognition = Recognition(**seen) if seen else None
    return ReleasedWords(words.get("place", ""), words.get("pcode"), half_days, words.get("crowd"), recognition)


def view_of_draft(filing: Filing, audience: Audience, now: datetime) -> ItemView | None:
    """What somebody is about to file, for him to read in words before he does; None when he may not file such a thing."""
    draft = ItemFacts(
        id=0,
        side=filing.side,
        owner_id=audience.organisation_id,
        owner_name="",
        reference="",
        state="",
        version=0,
        level=filing.level,
        area="",
        sector=audience.scope or "",
        late=False,
        sensitive=False,
        filed_at=now,
        filing=filing,
        of_ocha=audience.side == OCHA,
    )
    return view_of_item(draft, audience)


def own_filing(facts: ItemFacts, audience: Audience) -> Filing | None:
    """The whole filing, for its owner to amend; None for everybody else."""
    view = view_of_item(facts, audience)
    return facts.filing if view is not None and view.own else None


def _requests(case: PartyCaseFacts, changed_at: datetime) -> Iterator[PartyRequestView]:
    """Newest first. A newer one takes the place of those that were never answered."""
    for index, facts in enumerate(reversed(case.requests)):
        replaced = index > 0 and facts.answer_code is None
        shown = replace(facts, withdrawn=facts.withdrawn or replaced)
        yield _request(shown, standing(shown, changed_at, over=case.ended_at is not None or facts.over))


def _request(facts: RequestFacts, state: str) -> PartyRequestView:
    return PartyRequestView(
        id=facts.id,
        ask=facts.ask,
        words=released(facts.words),
        made_at=facts.made_at,
        state=state,
        answer_code=facts.answer_code,
        answer=facts.answer,
        answered_at=facts.answered_at,
        plates=facts.plates if state not in (WITHDRAWN, OVER) else None,
        hoped_at=facts.hoped_at if state == OPEN else None,
        offer=facts.offer,
    )


def _alerts(case: PartyCaseFacts) -> tuple[PartyAlertView, ...]:
    """Newest first. Only the newest is acknowledged: the highest counter counts (RUL-16)."""
    due: Sequence[AlertFacts] = sorted((a for a in case.alerts if a.due), key=lambda a: a.counter, reverse=True)
    views = [
        PartyAlertView(a.id, f"{case.reference}-{a.counter}", a.purpose, a.owed_at, a.said, waits=False) for a in due
    ]
    return tuple(replace(v, waits=not v.said) if index == 0 else v for index, v in enumerate(views))
