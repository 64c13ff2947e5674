"""What the mission and OCHA work through by steps beside notices, plans and cases: QIPs, reports of aid outside QIPs, requests for
escorts and military assets, access incidents, hazard notices, meetings. Each has a table: state x event x role -> state. What is not
written there is refused.

A procedure says at every moment who must act and by when; when nobody must, it is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from deconflict.domain.audience import Audience
from deconflict.domain.errors import WrongState
from deconflict.domain.msgid import N_

Label = Mapping[str, str]  # by language tag
SYSTEM = "system"  # in place of a role: the clock
SAME = ""  # of a step that leaves the state as it is


class Noun(StrEnum):
    """What a procedure is about."""

    QIP = "qip"
    SITTING = "sitting"  # of a committee that reviews QIPs
    CONDITION = "condition"  # that such a committee set
    AID_REPORT = "aid_report"  # of aid given outside QIPs
    ASSET_REQUEST = "asset_request"  # an armed escort or another military asset, as a last resort
    ACCESS_INCIDENT = "access_incident"
    HAZARD = "hazard"
    MEETING = "meeting"  # of the dialogue log


@dataclass(frozen=True, slots=True)
class Step:
    """From these states, by this event, to `target` (SAME: as it was); `who`: roles, or SYSTEM. `label` is what a button says."""

    sources: frozenset[str]
    target: str
    who: frozenset[str]
    label: Label


def step(sources: str, target: str, who: Iterable[str], *, en: str, fr: str) -> Step:
    """`sources` separated by spaces."""
    return Step(frozenset(sources.split()), target, frozenset(who), {"en": en, "fr": fr})


@dataclass(frozen=True, slots=True)
class LifeCycle:
    """Of one noun: where it begins and by whom, its steps by event, its states with their labels, those in which it is over."""

    noun: Noun
    begins: str
    begun_by: frozenset[str]
    states: Mapping[str, Label]
    steps: Mapping[str, Step]
    over: frozenset[str]
    label: Label
    dues: Mapping[str, Label] = field(default_factory=dict)  # what must be done that is no step of the table

    def after(self, state: str, event: str, who: Iterable[str]) -> str:
        """The state after `event` by somebody with the roles `who`. Raises WrongState where the table has no such row."""
        taken = self.steps.get(event)
        if taken is None or state not in taken.sources or not taken.who & frozenset(who):
            raise WrongState(
                N_("This step is not possible from here any more: somebody may have moved it. Nothing was changed.")
            )
        return taken.target or state

    def act_label(self, event: str) -> Label:
        """What is to be done, in words."""
        return self.dues[event] if event in self.dues else self.steps[event].label

    def open_to(self, state: str, who: Iterable[str]) -> list[str]:
        """The events that somebody with these roles may cause now, in table order."""
        held = frozenset(who)
        return [event for event, taken in self.steps.items() if state in taken.sources and taken.who & held]


@dataclass(frozen=True, slots=True)
class Due:
    """Who must do what, by when. `event`: of the table, or a code of the noun's own; `who`: roles, or SYSTEM where the clock itself
    acts; `at` None: as soon as somebody can."""

    event: str
    who: frozenset[str]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """One line of a history. `by` None: the clock, or somebody who is protected. `code` and `facts` are of the noun's own."""

    at: datetime
    by: str | None
    event: str
    state: str
    code: str = ""
    words: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProcedureFacts:
    """Everything about one procedure, but what is sealed. `facts` by the noun's own names; `own_key` is a keyed hash of who began it,
    where that is kept no other way. `item_id`: as what it is matched. Never leaves services and the gate."""

    id: int
    noun: Noun
    reference: str
    state: str
    version: int
    facts: Mapping[str, Any]
    owner_id: int | None
    made_by_id: int | None
    own_key: str
    area: str
    sector: str
    made_at: datetime
    moved_at: datetime
    due: Due | None
    item_id: int | None = None
    reduced_at: datetime | None = None
    past: tuple[Past, ...] = ()


def in_reach(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether it lies where the audience works: the mission's sector, for whoever has one."""
    return audience.sector in (None, facts.sector)


def must_act(facts: ProcedureFacts, audience: Audience) -> bool:
    """Whether the audience is one of those who must act next."""
    return facts.due is not None and bool(facts.due.who & audience.roles) and in_reach(facts, audience)
