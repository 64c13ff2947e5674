"""No officer acted in time: the minimal alert (RUL-1, RUL-2), or, where something was filed late, everybody at the desk."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.severity import Severity
from deconflict.domain.states import CaseState
from deconflict.matching.climb import DESK, MINIMAL, Climb
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.moves import note_event

log = structlog.get_logger()
SIDES = ("humanitarian", "mission")


def release_due(mission: Mission, now: datetime) -> int:
    """Cases whose hold has ended with nobody having acted. Each in its own transaction; one that fails stops no other."""
    waiting = select(Case.id).where(Case.hold_until <= now, Case.state == CaseState.DETECTED).order_by(Case.hold_until)
    ids = list(db.session.scalars(waiting))
    db.session.rollback()
    for case_id in ids:
        try:
            with transaction() as session:
                _release(session, mission, case_id, now)
        except Exception:
            log.exception("a hold could not be ended", case=case_id)
    return len(ids)


def _release(session: Session, mission: Mission, case_id: int, now: datetime) -> None:
    case = session.get(Case, case_id, with_for_update={"of": Case})
    if case is None or case.state != CaseState.DETECTED or case.hold_until is None or case.hold_until > now:
        return
    case.hold_until = None
    if any(item.late for item in case.items):
        # A filing minutes before departure could be bait: a person decides, and the whole desk is rung for one.
        written = _whole_desk(session, mission, case, now)
        note_event(session, case, "ring_desk", now)
    else:
        climbs = [
            Climb(session, mission, case, side, MINIMAL, f"{MINIMAL}:{side}", alerted_at=now, now=now) for side in SIDES
        ]
        written = sum(climb.take_due_steps() for climb in climbs if climb.may_begin())
        note_event(session, case, MINIMAL, now)
    record(session, None, MINIMAL, "case", case.id, {"round": case.round, "alerts": written}, at=now)


def _whole_desk(session: Session, mission: Mission, case: Case, now: datetime) -> int:
    ladder = mission.pack.ladder(Severity(case.severity), "ocha")
    climb = Climb(session, mission, case, "ocha", DESK, DESK, alerted_at=now, now=now)
    return climb.take_all() if ladder is not None else 0
