"""Where a procedure stands, in words: its state, who must act by when, what was done. The same on every page of every noun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, url_for
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.every_procedure import CYCLES
from deconflict.domain.procedures import SYSTEM, Noun, Past, ProcedureFacts, must_act
from deconflict.domain.qips import tells_due
from deconflict.web.audience import may_open
from deconflict.web.desk_words import short
from deconflict.web.language import label

# The page of one, by noun; its address names the reference.
PAGES: Mapping[Noun, str] = {
    Noun.QIP: "qips.show",
    Noun.SITTING: "sittings.show",
    Noun.CONDITION: "conditions.show",
    Noun.AID_REPORT: "aid_reports.show",
    Noun.ASSET_REQUEST: "asset_requests.show",
    Noun.ACCESS_INCIDENT: "access_incidents.show",
    Noun.HAZARD: "hazards.show",
    Noun.MEETING: "meetings.show",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """`act`, `who` and `by` empty where nobody must act; `by` empty where there is no hour. `mine`: the reader must."""

    noun: str
    reference: str
    url: str
    state: str
    act: str
    who: str
    by: str
    late: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class PastLine:
    """`words`: as typed, in one language."""

    at: str
    by: str
    act: str
    state: str
    words: str


def standing(facts: ProcedureFacts, who: Audience, now: datetime) -> Standing:
    cycle = CYCLES[facts.noun]
    due = facts.due if facts.noun is not Noun.QIP or tells_due(facts, who) else None
    return Standing(
        noun=label(dict(cycle.label)),
        reference=facts.reference,
        url=page_of(facts, who),
        state=label(dict(cycle.states[facts.state])),
        act=label(dict(cycle.act_label(due.event))) if due else "",
        who=who_words(due.who) if due else "",
        by=short(due.at) if due and due.at else "",
        late=bool(due and due.at and due.at <= now),
        mine=must_act(facts, who),
    )


def who_words(who: frozenset[str]) -> str:
    """Roles as people call them, in the order of roles.LABELS."""
    names = [label(roles.LABELS[code]) for code in roles.LABELS if code in who]
    return ", ".join([*names, *([_("the clock of this system")] if SYSTEM in who else [])])


def page_of(facts: ProcedureFacts, who: Audience) -> str:
    """Its address where the reader may open it, else nothing."""
    endpoint = PAGES[facts.noun]
    return url_for(endpoint, reference=facts.reference) if may_open(current_app, endpoint, who) else ""


def past_lines(facts: ProcedureFacts, *, names: bool) -> list[PastLine]:
    """The newest first; `names` of who acted only where the reader may have them."""
    return [_past(facts, line, names=names) for line in reversed(facts.past)]


def _past(facts: ProcedureFacts, line: Past, *, names: bool) -> PastLine:
    cycle = CYCLES[facts.noun]
    begun = line.event == "begin"
    return PastLine(
        at=short(line.at),
        by=(line.by or "") if names else "",
        act=_("Begun") if begun else label(dict(cycle.act_label(line.event))),
        state=label(dict(cycle.states[line.state])),
        words=line.words,
    )
