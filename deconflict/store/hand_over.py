"""Rows as the report of one area at a change of duty: light columns, nothing that was filed, and of nothing that some officer may not
know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from deconflict.domain.calls import CallFacts
from deconflict.domain.country import Mission
from deconflict.domain.hand_over import (
    AreaReport,
    Awaited,
    Clocked,
    Runs,
    ToCall,
    counted,
    is_for_every_officer,
    open_case,
    since_when,
)
from deconflict.domain.queue import QueueRow
from deconflict.domain.states import OPEN_CASES, UNANSWERED
from deconflict.store.after_action import without_note
from deconflict.store.calls import calls_by_hand
from deconflict.store.cases import Case, Request
from deconflict.store.desk import sensitive_cases
from deconflict.store.notes import Note
from deconflict.store.people import Duty, Person
from deconflict.store.queue import sensitive_ids, side_clocks

JUST_OVER = timedelta(hours=2)  # whoever ends his shift first and writes then, writes of that shift


def area_report(
    session: Session, mission: Mission, area: str, rows: Sequence[QueueRow], person_id: int, now: datetime
) -> AreaReport:
    """`rows`: the open cases that exist for who writes, in the order of the queue."""
    hidden = _not_for_all(session, mission)
    mine = [row for row in rows if area in row.areas and row.id not in hidden]
    since, known = _since(session, area, person_id, now), {row.reference for row in mine}
    awaited, owners = _awaited(session, known), _names(session, {row.owner_id for row in mine})
    waits = _waits(session, mine, awaited)
    over = _for_all(session, mission, area, _turned(session, since))
    lapsed = _for_all(session, mission, area, without_note(session, frozenset(map(str, mission.pack.clocks.review))))
    return AreaReport(
        area=area,
        since=since,
        counts=counted(mine),
        cases=tuple(open_case(row, waits.get(row.reference, ()), owners, mission.pack.clocks, now) for row in mine),
        awaited=awaited,
        calls=_to_call(calls_by_hand(session, mission.catalogue, now), known),
        lapsed=tuple(case.reference for case in lapsed),
        opened=tuple(case.reference for case in over if case.opened_at > since),
        ended=tuple((case.reference, case.state) for case in over if _ended_since(case, since)),
        untold=sum(area in row.areas and row.id in hidden for row in rows),
    )


def _not_for_all(session: Session, mission: Mission) -> frozenset[int]:
    return frozenset() if is_for_every_officer(sensitive=True) else sensitive_ids(session, mission.catalogue)


def _for_all(session: Session, mission: Mission, area: str, cases: Collection[Case]) -> list[Case]:
    """Those of the area that every officer may know of, in their order."""
    here = [case for case in cases if area in (case.area, *case.also.split())]
    hidden = frozenset() if is_for_every_officer(sensitive=True) else sensitive_cases(session, here, mission.catalogue)
    return [case for case in here if case.id not in hidden]


def _since(session: Session, area: str, person_id: int, now: datetime) -> datetime:
    mine = (Duty.area == area, Duty.person_id == person_id, Duty.from_at <= now)
    standing = or_(Duty.until_at.is_(None), Duty.until_at > now - JUST_OVER)
    written = select(func.max(Note.at)).where(Note.area == area)
    return since_when(
        session.scalar(select(func.max(Duty.from_at)).where(*mine, standing)),
        session.scalar(written.where(Note.by_id == person_id)),
        session.scalar(written),
        now,
    )


def _turned(session: Session, since: datetime) -> Sequence[Case]:
    """What was opened or ended since, in this order of time."""
    query = select(Case).where(or_(Case.opened_at > since, Case.ended_at > since))
    return session.scalars(query.order_by(Case.opened_at, Case.id)).all()


def _ended_since(case: Case, since: datetime) -> bool:
    return case.state not in OPEN_CASES and case.ended_at is not None and case.ended_at > since


def _waits(session: Session, rows: Collection[QueueRow], awaited: Collection[Awaited]) -> dict[str, list[Clocked]]:
    """The clocks that run for a side, by case."""
    known = {row.id: row.reference for row in rows}
    found: dict[str, list[Clocked]] = defaultdict(list)
    for case_id, code, at in side_clocks(session):
        if case_id in known:
            found[known[case_id]].append(Clocked(Runs(code), at))
    for one in awaited:
        found[one.case].append(Clocked(Runs.ANSWER, one.due_at))
    return found


def _names(session: Session, ids: Collection[int | None]) -> dict[int, str]:
    """Of officers, by id."""
    wanted = [id for id in ids if id is not None]
    rows: Any = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted))) if wanted else ()
    return {id: name for id, name in rows}  # noqa: C416  # dict() takes no rows of two types


def _awaited(session: Session, known: Collection[str]) -> tuple[Awaited, ...]:
    """Of these cases; what should have been answered first comes first."""
    query = select(Case.reference, Request).join(Case, Case.id == Request.case_id)
    waiting = (Request.state.in_(UNANSWERED), Case.state.in_(OPEN_CASES))
    return tuple(
        Awaited(reference, asked.side, asked.leaves_at, asked.due_at)
        for reference, asked in session.execute(query.where(*waiting).order_by(Request.due_at, Request.id))
        if reference in known and asked.leaves_at is not None and asked.due_at is not None
    )


def _to_call(facts: Collection[CallFacts], known: Collection[str]) -> tuple[ToCall, ...]:
    """Of these cases, the gravest first, then what starts first, as on the list of calls."""
    calls = sorted(
        (one.call for one in facts if one.call.case in known and is_for_every_officer(sensitive=one.sensitive)),
        key=lambda call: (-call.severity.rank, call.starts_at, call.since),
    )
    return tuple(ToCall(call.label, call.case, call.side, call.since) for call in calls)
