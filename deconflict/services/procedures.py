"""Procedures move: one transaction for the row, its history, its audit entry and whoever must act next. What each step of a noun asks for
is in the module of that noun; nothing but this moves one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import LostRace, NotFound
from deconflict.domain.every_procedure import CYCLES, sees_procedure
from deconflict.domain.procedures import SYSTEM, Due, Noun, ProcedureFacts
from deconflict.store.audit import record
from deconflict.store.moves import LOST
from deconflict.store.outbox import fresh_reference
from deconflict.store.procedures import Procedure, ProcedureStep, procedure, procedure_facts

MOST_WORDS = 500
Sees = Callable[[ProcedureFacts, Audience], bool]
After = Callable[[Session, Procedure, Audience | None, Mission, datetime], None]

# What follows every step of a noun in the same transaction, whoever took it: filled by the module that does it.
AFTER: dict[Noun, After] = {}


def began_before(session: Session, key: str) -> Procedure | None:
    """What this form has made already: a retry after a lost answer makes no twin."""
    return session.scalars(select(Procedure).where(Procedure.key == key)).first()


def begin(
    session: Session,
    noun: Noun,
    by: Audience | None,
    key: str,
    facts: Mapping[str, Any],
    mission: Mission,
    now: datetime,
    *,
    pcode: str | None = None,
    area: str = "",
    sector: str = "",
    due: Due | None = None,
    protected: bool = False,
    words: str = "",
) -> Procedure:
    """A new row in the state that its cycle begins with. `by` None: the clock. `protected`: neither the row nor its history nor the audit
    says who; the caller seals that. `pcode` gives area and sector where it is known. Raises NotFound for whoever may not begin one."""
    cycle = CYCLES[noun]
    if not cycle.begun_by & (by.roles if by else {SYSTEM}):
        raise NotFound
    if pcode is not None:
        area, sector = mission.area_of(pcode), mission.sector_of(pcode)
    known = by if not protected else None
    row = Procedure(
        noun=noun,
        reference=fresh_reference(),
        key=key,
        state=cycle.begins,
        version=1,
        facts=dict(facts),
        own_key="",
        owner_id=known.organisation_id if known else None,
        made_by_id=known.person_id if known else None,
        area=area,
        sector=sector,
        pcode=pcode,
        cod_version=mission.gazetteer.edition if pcode else "",
        made_at=now,
        moved_at=now,
    )
    row.wait_for(due)
    session.add(row)
    session.flush()
    _write(session, row, "begin", known, mission, now, words=words)
    return row


def taken(
    session: Session, noun: Noun, reference: str, version: int, by: Audience, sees: Sees = sees_procedure
) -> Procedure:
    """The row, locked, at the version that the person was looking at. Raises NotFound where there is none for him, LostRace where it moved
    meanwhile."""
    row = procedure(session, noun, reference, lock=True)
    if row is None or not sees(procedure_facts(row), by):
        raise NotFound
    if row.version != version:
        raise LostRace(LOST)
    return row


def move(
    session: Session,
    row: Procedure,
    event: str,
    by: Audience | None,
    mission: Mission,
    now: datetime,
    *,
    change: Mapping[str, Any] | None = None,
    due: Due | None = None,
    code: str = "",
    words: str = "",
    detail: Mapping[str, Any] | None = None,
    protected: bool = False,
) -> None:
    """One step of a row that is locked. `by` None: the clock. `change`: facts that are new; `due`: who must act next, None where nobody
    must; `detail`: what the history keeps of this step alone; `protected`: neither history nor audit says who. Raises WrongState where
    the table has no such row."""
    cycle = CYCLES[Noun(row.noun)]
    row.state = cycle.after(row.state, event, by.roles if by else {SYSTEM})
    row.version += 1
    row.moved_at = now
    row.facts = {**row.facts, **(change or {})}
    row.ended_at = now if row.state in cycle.over else None
    row.wait_for(due)
    known = by if not protected else None
    _write(session, row, event, known, mission, now, code=code, words=words, detail=detail)
    if (follow := AFTER.get(Noun(row.noun))) is not None:
        follow(session, row, by, mission, now)


def _write(
    session: Session,
    row: Procedure,
    event: str,
    by: Audience | None,
    mission: Mission,
    now: datetime,
    *,
    code: str = "",
    words: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    session.add(
        ProcedureStep(
            procedure_id=row.id,
            version=row.version,
            at=now,
            actor_id=by.person_id if by else None,
            event=event,
            state=row.state,
            code=code,
            words=words.strip()[:MOST_WORDS],
            facts=dict(detail or {}),
            sop_version=mission.pack.version,
        )
    )
    said = {"state": row.state, "version": row.version} | ({"code": code} if code else {})
    record(session, by.person_id if by else None, event, row.noun, row.id, said, at=now, organisation_id=row.owner_id)
