"""Moving rows through their life cycle: compare-and-set, with the history written in the same statement's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from deconflict.domain import states
from deconflict.domain.errors import LostRace
from deconflict.domain.msgid import N_
from deconflict.store.audit import record
from deconflict.store.cases import Case, CaseEvent
from deconflict.store.items import Item

LOST = N_("Somebody else acted on this a moment ago. Look at it again before you decide.")


def note_event(
    session: Session,
    case: Case,
    event: str,
    now: datetime,
    *,
    actor_id: int | None = None,
    code: str = "",
    reason: str = "",
) -> CaseEvent:
    """One line of history as the case stands now."""
    entry = CaseEvent(
        case_id=case.id,
        at=now,
        actor_id=actor_id,
        event=event,
        state=case.state,
        round=case.round,
        severity=case.severity,
        code=code,
        reason=reason,
        sop_version=case.sop_version,
        humanitarian_version=case.humanitarian_version,
        mission_version=case.mission_version,
    )
    session.add(entry)
    if actor_id is None:  # what a person does is recorded by the service that does it
        detail = {"round": case.round, "severity": case.severity, "state": case.state}
        record(session, None, event, "case", case.id, detail, at=now)
    return entry


def move_case(
    session: Session,
    case: Case,
    event: str,
    who: str,
    now: datetime,
    *,
    actor_id: int | None = None,
    code: str = "",
    reason: str = "",
) -> None:
    """Moves the case by `event`. Raises WrongState where the table forbids it, LostRace where it moved meanwhile."""
    after = states.target("case", case.state, event, who)
    session.flush()
    moved = session.execute(
        update(Case)
        .where(Case.id == case.id, Case.state == case.state, Case.round == case.round)
        .values(state=after)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise LostRace(LOST)
    session.refresh(case, ["state"])
    case.ended_at = None if after in states.OPEN_CASES else now
    note_event(session, case, event, now, actor_id=actor_id, code=code, reason=reason)


def move_item(session: Session, item: Item, event: str, who: str) -> None:
    """As move_case, for an item at the version the caller has read."""
    after = states.target(states.table_of(item.state), item.state, event, who)
    session.flush()
    moved = session.execute(
        update(Item)
        .where(Item.id == item.id, Item.state == item.state, Item.version == item.version)
        .values(state=after)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise LostRace(LOST)
    session.refresh(item, ["state"])
