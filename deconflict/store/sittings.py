"""Questions asked of sittings, of what is on their agenda and of what they decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.domain.sittings import DECISIONS, day_of
from deconflict.store.procedures import Procedure, ProcedureStep, procedure_facts

DECIDED = frozenset(event for events in DECISIONS.values() for event in events)


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision or override as the history of a project keeps it."""

    qip: ProcedureFacts
    at: datetime
    by: str
    event: str
    code: str
    words: str
    facts: dict[str, Any]


def called(session: Session, committee: str) -> list[Procedure]:
    """Its sittings that are still to come or to be written up, the earliest first."""
    rows = session.scalars(select(Procedure).where(Procedure.noun == Noun.SITTING, Procedure.state == "called"))
    return sorted((row for row in rows if row.facts["committee"] == committee), key=lambda row: day_of(row.facts))


def on_day(session: Session, committee: str, day: date) -> Procedure | None:
    """The sitting of a committee that is called for a day."""
    return next((row for row in called(session, committee) if day_of(row.facts) == day), None)


def keys_like(session: Session, prefix: str) -> int:
    """How many rows began under a key of this beginning."""
    query = select(func.count()).select_from(Procedure).where(Procedure.key.startswith(prefix, autoescape=True))
    return session.scalar(query) or 0


def qips_in(session: Session, states: Collection[str], *, lock: bool = False) -> list[Procedure]:
    """Projects in these states, in the order in which everybody locks them."""
    query = select(Procedure).where(Procedure.noun == Noun.QIP, Procedure.state.in_(list(states)))
    query = query.order_by(Procedure.id)
    return list(session.scalars(query.with_for_update(of=Procedure) if lock else query))


def on_agenda(session: Session, sitting: str, *, lock: bool = False) -> list[Procedure]:
    """Projects that are on the agenda of this sitting and not decided."""
    return [row for row in qips_in(session, ["scheduled"], lock=lock) if row.facts.get("sitting") == sitting]


def decided(session: Session, *, since: datetime | None = None, until: datetime | None = None) -> list[Decided]:
    """Every decision of a committee, the oldest first; within a span where one is given."""
    return _lines(session, DECIDED, since, until)


def decided_at(session: Session, sitting: str) -> list[Decided]:
    """What one sitting decided."""
    return [line for line in decided(session) if line.facts.get("sitting") == sitting]


def overridden(session: Session, since: datetime, until: datetime) -> list[Decided]:
    """Overrides of the consultation's clock within a span, whatever became of them."""
    return _lines(session, ["override"], since, until)


def anything_before(session: Session, at: datetime) -> bool:
    """Whether any committee had decided or overridden anything by then."""
    query = select(ProcedureStep.id).join(Procedure).where(Procedure.noun == Noun.QIP, ProcedureStep.at < at)
    return session.scalar(query.where(ProcedureStep.event.in_([*DECIDED, "override"])).limit(1)) is not None


def _lines(session: Session, events: Iterable[str], since: datetime | None, until: datetime | None) -> list[Decided]:
    query = (
        select(ProcedureStep)
        .join(Procedure)
        .where(Procedure.noun == Noun.QIP, ProcedureStep.event.in_(list(events)))
        .options(joinedload(ProcedureStep.procedure))
    )
    if since is not None:
        query = query.where(ProcedureStep.at >= since)
    if until is not None:
        query = query.where(ProcedureStep.at < until)
    return [_decided(line) for line in session.scalars(query.order_by(ProcedureStep.id))]


def _decided(line: ProcedureStep) -> Decided:
    by = line.actor.name if line.actor is not None else ""
    return Decided(procedure_facts(line.procedure), line.at, by, line.event, line.code, line.words, line.facts)


def conditions_of(session: Session, sitting: str) -> list[ProcedureFacts]:
    """What it asked for, in the order in which it did."""
    rows = session.scalars(select(Procedure).where(Procedure.noun == Noun.CONDITION).order_by(Procedure.id))
    return [procedure_facts(row) for row in rows if row.facts.get("sitting") == sitting]


def conditions_on(session: Session, qip: str) -> list[ProcedureFacts]:
    """What committees asked for of one project."""
    rows = session.scalars(select(Procedure).where(Procedure.noun == Noun.CONDITION).order_by(Procedure.id))
    return [procedure_facts(row) for row in rows if row.facts.get("qip") == qip]
