"""Quick Impact Projects: registered, amended, moved on by their manager, overrun by the clock, and their visible events. What the
consultation and the committees do is in services/consultations and services/sittings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from deconflict.domain.activity import OPEN_END
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import Refused
from deconflict.domain.every_procedure import sees_procedure
from deconflict.domain.filing import Level, MissionPlan
from deconflict.domain.msgid import N_
from deconflict.domain.procedures import Noun
from deconflict.domain.qip_proposal import QipProposal, plan_of
from deconflict.domain.qips import PROPOSAL, due_of, last_day, works_window
from deconflict.domain.working_days import end_of
from deconflict.matching.boxes import understood
from deconflict.services.filing import WITH_PROJECT
from deconflict.services.procedures import began_before, begin, move, taken
from deconflict.services.qip_items import follow
from deconflict.store.base import transaction
from deconflict.store.items import Item
from deconflict.store.procedures import Procedure, procedure_facts
from deconflict.store.procedures import procedure as row_of

# What amending takes back: it is consulted on anew, as it stands then (D7.4).
UNCONSULTED: Mapping[str, Any] = dict.fromkeys(
    ["consultation_opened_at", "consultation_ends_at", "consultation_closed_at", "sitting", "overridden_at"]
)


def register(proposal: QipProposal, by: Audience, key: str, mission: Mission, now: datetime) -> str:
    """A new project, matched as a proposal from this moment. The same `key` again answers with the first: a retry after a lost answer
    makes no twin. Returns its reference. Raises NotFound for whoever may not, Refused for another sector's."""
    try:
        return _register(proposal, by, key, mission, now)
    except IntegrityError:  # the twin was being written in the same moment
        return _register(proposal, by, key, mission, now)


def _register(proposal: QipProposal, by: Audience, key: str, mission: Mission, now: datetime) -> str:
    facts, sector, area = located(proposal, mission)
    _in_own_sector(sector, by)
    with transaction() as session:
        twin = began_before(session, key)
        if twin is not None:
            if twin.noun != Noun.QIP or twin.made_by_id != by.person_id:
                raise Refused(N_("This form was used already. Open a new one and start again."))
            return twin.reference
        due = due_of("registered", facts, mission.qip.longest_months, mission.zone)
        row = begin(session, Noun.QIP, by, key, facts, mission, now, area=area, sector=sector, due=due)
        _lies_at(row, facts, mission)
        follow(session, row, by, mission, now)
        return row.reference


def amend(reference: str, version: int, proposal: QipProposal, by: Audience, mission: Mission, now: datetime) -> None:
    """The project as it is now meant, before anybody is consulted on it or once a committee has returned it."""
    facts, sector, area = located(proposal, mission)
    _in_own_sector(sector, by)
    with transaction() as session:
        row = taken(session, Noun.QIP, reference, version, by)
        taken_back = UNCONSULTED if row.facts.get("consultation_opened_at") else {}
        row.area, row.sector = area, sector
        _lies_at(row, facts, mission)
        move(session, row, "amend", by, mission, now, change={**facts, **taken_back})


def take_step(
    reference: str,
    version: int,
    event: str,
    by: Audience,
    mission: Mission,
    now: datetime,
    *,
    on: str = "",
    code: str = "",
    words: str = "",
) -> None:
    """One of sign, start, visit, suspend, resume, complete, close, cancel. `on`: the day it happened, ISO. Raises NotFound, LostRace,
    WrongState; Refused for a day before the works began."""
    with transaction() as session:
        row = taken(session, Noun.QIP, reference, version, by)
        began = row.facts.get("started_on")
        if on and began and event in ("complete", "visit", "close") and on < began:
            raise Refused(N_("That is before the works began. Correct the day."), field="on")
        move(
            session,
            row,
            event,
            by,
            mission,
            now,
            change=_change(event, on, code),
            due=row.due if event == "visit" else None,
            code=code,
            words=words,
            detail={"on": on} if on else None,
        )


def _change(event: str, on: str, code: str) -> dict[str, Any]:
    days = {"sign": "signed_on", "start": "started_on", "complete": "completed_on", "close": "closed_on"}
    change = {days[event]: on} if event in days else {}
    return change | ({"rating": code} if event == "close" else {})


def link_event(session: Session, item: Item, plan: MissionPlan, by: Audience, mission: Mission, now: datetime) -> None:
    """A visible event that is filed belongs to this project: both say so, in one transaction. Raises Refused where there is no such
    project for this person, or none that may have events any more."""
    row = row_of(session, Noun.QIP, plan.qip, lock=True)
    if row is None or not sees_procedure(procedure_facts(row), by):
        raise Refused(N_("There is no such QIP. Open the event's form from the page of its project again."))
    events = [*row.facts.get("events", ()), item.reference]
    move(
        session,
        row,
        "plan_event",
        by,
        mission,
        now,
        change={"events": events},
        due=row.due,
        code=plan.occasion,
        detail={"item": item.reference},
    )


def on_due(session: Session, row: Procedure, mission: Mission, now: datetime) -> None:
    """The clock: a project that is past its last day and not completed has overrun its time, and stays so until somebody ends it.
    Until then its works are matched without an end."""
    if now < end_of(last_day(row.facts, mission.qip.longest_months), mission.zone):
        row.wait_for(due_of(row.state, row.facts, mission.qip.longest_months, mission.zone))
        return
    facts = {**row.facts, "overrun_at": now.isoformat()}
    due = due_of(row.state, facts, mission.qip.longest_months, mission.zone)
    move(session, row, "overrun", None, mission, now, change={"overrun_at": now.isoformat()}, due=due)


def located(proposal: QipProposal, mission: Mission) -> tuple[dict[str, Any], str, str]:
    """The facts of a project with the codes of where it is, as the matcher reads its place (RUL-22); its sector and area."""
    facts = proposal.facts()
    plan = plan_of(facts, PROPOSAL, Level.MATCH_ONLY, *works_window(facts, "registered", mission.zone, OPEN_END))
    area, sector = mission.desks_of(plan)
    spot = understood(plan, mission, item_id=0, version=1).parts[0].spot
    codes = {"settlement": spot.settlement, "commune": spot.commune}
    return {**facts, **codes, "committee": mission.committee_of(sector)}, sector, area


def _lies_at(row: Procedure, facts: Mapping[str, Any], mission: Mission) -> None:
    row.pcode = facts["settlement"] or facts["commune"]
    row.cod_version = mission.gazetteer.edition if row.pcode else ""


def _in_own_sector(sector: str, by: Audience) -> None:
    if by.sector not in (None, sector):
        raise Refused(
            N_("This is in another sector. Ask that sector's QIP manager to register it."), field="stops-0-place"
        )


WITH_PROJECT.append(link_event)
