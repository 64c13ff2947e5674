"""What an officer sees of a case: both items, the figures, the history, who was told. A part of the gate that disclosure.py
is, apart because it grew. For whom a case does not exist, nothing here does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.desk_log import NO_LOG, CaseLog
from deconflict.domain.disclosure import ItemFacts, ItemView, sees_desk_case, view_of_item
from deconflict.domain.filing import Level
from deconflict.domain.judgement import Figures, Judgement
from deconflict.domain.levels import LevelLine, weakest
from deconflict.domain.matrix import opens
from deconflict.domain.ocha_areas import whose
from deconflict.domain.severity import Severity
from deconflict.domain.sites import may_be_told
from deconflict.domain.states import OPEN_CASES, CaseState


@dataclass(frozen=True, slots=True)
class Callee:
    """Somebody of the owner to call. `phones` in the order to try, satellite and others included; `names` each of them as a call that
    was made is written down, or the person where he has none; `language`: what he reads."""

    name: str
    function: str
    phones: tuple[str, ...]
    names: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskItem:
    """One item at one version, as far as it is known when nothing of what was filed can be read. `reason`: what its owner
    wrote beside the version; `callees`: whom to call; `of_ocha`: an area that OCHA entered."""

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
    of_ocha: bool = False

    @property
    def whose(self) -> str:
        """The code of who is behind it."""
        return whose(self.side, of_ocha=self.of_ocha)


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
        return self.view is not None and not self.sensitive and self.view.level is Level.MATCH_ONLY and self.tellable

    @property
    def tellable(self) -> bool:
        """Whether anything of it may go to the other side at all: nothing of a site that is not verified, whoever releases it."""
        site = self.view.site if self.view is not None else None
        return site is None or may_be_told(
            self.state, disputed=bool(site.disputed), occupied=site.occupied_at is not None
        )


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call to the owner on `side` for a one-off release that nobody has answered. `silent`: its clock has run out."""

    side: str
    asked_at: datetime
    due_at: datetime
    silent: bool


@dataclass(frozen=True, slots=True)
class AskLine:
    """A request to `side` that has no answer. `leaves_at`: its side knows of it from then on; `silent`: its clock has run out."""

    side: str
    leaves_at: datetime
    due_at: datetime
    silent: bool


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case itself, without what its two items hold. `released`: sides that gave a one-off release. `asked`: the newest
    request to each side, as (side, its state). `silent`: alerts to a party whose acknowledgement is late. `calls` of this round
    that wait for an answer, and requests that do. `reduced_at`: since when where and when are told in communes and weeks.
    `overdue_stop`: the number of the stop where a team has not said that it arrived; None for a case of anything else.
    `occupied`: of a site that armed people are in. `of_ocha`: its plan is an area that OCHA entered, so that the organisation
    alone is a party. `levels` of every side that was told. `before`: the figures of the round before."""

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
    unanswered: tuple[AskLine, ...] = ()
    reduced_at: datetime | None = None
    overdue_stop: int | None = None
    occupied: bool = False
    of_ocha: bool = False
    resolution: str | None = None
    levels: tuple[LevelLine, ...] = ()
    before: Figures | None = None

    @property
    def weakest(self) -> LevelLine | None:
        """The level of a side that is furthest from having the word; None where no side was told."""
        return weakest(self.levels)

    @property
    def alone(self) -> bool:
        """Of one item, which nobody of the other side meets."""
        return self.overdue_stop is not None or self.occupied

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_CASES

    @property
    def unchecked(self) -> bool:
        """Nobody knows what it is about, whether somebody has taken it or not."""
        return self.is_open and self.judgement is None and not self.alone

    @property
    def unseen(self) -> bool:
        """No officer has looked at it yet, as far as anybody knows."""
        return self.state in (CaseState.DETECTED, CaseState.OVERDUE) or (
            self.state == CaseState.UNCHECKED and self.owner_id is None
        )


@dataclass(frozen=True, slots=True)
class DeskCaseFacts:
    """One case as its rows say it. Never leaves services and disclosure."""

    line: CaseLine
    items: tuple[DeskItemFacts, ...]
    log: CaseLog = NO_LOG

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
