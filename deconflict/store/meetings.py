"""Rows of the dialogue log."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.meetings import SENSITISATION
from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.store.procedures import Procedure, procedure_facts


def every_meeting(session: Session) -> list[ProcedureFacts]:
    """All that are kept, the newest first; for the clock, and for counts that officers read."""
    rows = session.scalars(select(Procedure).where(Procedure.noun == Noun.MEETING).order_by(Procedure.id.desc()))
    return [procedure_facts(row) for row in rows]


def planned_session(session: Session, area: str) -> Procedure | None:
    """The session in communities that this area has ahead, as the clock planned it; locked."""
    query = select(Procedure).where(
        Procedure.noun == Noun.MEETING, Procedure.state == "planned", Procedure.area == area
    )
    rows = session.scalars(query.order_by(Procedure.id).with_for_update(of=Procedure))
    return next((row for row in rows if row.facts["kind"] == SENSITISATION and row.facts["due_by"]), None)
