"""No officer acted in time: the minimal alert (RUL-1, RUL-2), or, where something was filed late, everybody at the desk."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.states import OPEN_CASES
from deconflict.matching.climb import DESK, MINIMAL, Climb
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.moves import note_event

log = structlog.get_logger()
SIDES = ("humanitarian", "mission")
RING = "ring"
RING_AGAIN = timedelta(minutes=15)


def release_due(mission: Mission, now: datetime) -> int:
    """Cases whose hold has ended with nobody having acted. Each in its own transaction; one that fails stops no other."""
    # An officer's act clears the hold: where it still stands, nobody has looked at this round, whatever the state.
    waiting = select(Case.id).where(Case.hold_until <= now, Case.state.in_(OPEN_CASES)).order_by(Case.hold_until)
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
    if case is None or case.state not in OPEN_CASES or case.hold_until is None or case.hold_until > now:
        return
    case.hold_until = None
    written = _tell_owners(session, mission, case, now)
    if written:
        note_event(session, case, MINIMAL, now)
    if not written or any(item.late for item in case.items):
        # A filing minutes before departure could be bait: a person decides, and every hub is rung until one does (RUL-2).
        Climb(session, mission, case, "ocha", DESK, _ring_name(now), alerted_at=now, now=now).take_all()
        note_event(session, case, "ring_desk", now)
        case.hold_until = now + RING_AGAIN


def _tell_owners(session: Session, mission: Mission, case: Case, now: datetime) -> int:
    """ "Call your base before leaving", once a round to each owner who may hear it."""
    climbs = [
        Climb(session, mission, case, side, MINIMAL, f"{MINIMAL}:{side}", alerted_at=now, now=now) for side in SIDES
    ]
    return sum(climb.take_due_steps() for climb in climbs if climb.may_begin())


def _ring_name(now: datetime) -> str:
    """Each ringing is a word of its own, so that whoever slept through one is rung by the next."""
    return f"{RING}:{int(now.timestamp() // RING_AGAIN.total_seconds())}"
