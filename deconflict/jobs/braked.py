"""The brake went on: the desk is rung once, on one of the cases that wait, and its ladder is climbed until somebody answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.escalation import BRAKE, DESK
from deconflict.domain.states import OPEN_CASES, AlertState
from deconflict.matching.climb import Climb
from deconflict.services.restraint import take_off
from deconflict.store.alerts import Alert
from deconflict.store.base import db, transaction
from deconflict.store.brake import Brake, brake_on, held_cases, held_messages
from deconflict.store.cases import Case


def ring_for_brake(mission: Mission, now: datetime) -> bool:
    """Whether anybody was rung. Where nothing waits any more, because the cases ended, the brake comes off by itself."""
    nothing = _nothing_to_do(db.session())
    db.session.rollback()
    if nothing:
        return False
    with transaction() as session:
        held = [case for case, _count in held_cases(session)]
        if not held:
            take_off(session, now)
            return False
        case = next((case for case in held if case.state in OPEN_CASES), None)
        if case is None:
            return False
        session.get(Case, case.id, with_for_update={"of": Case})  # before the brake, as everybody does who locks both
        brake = session.scalars(select(Brake).where(Brake.on.is_(True)).with_for_update()).first()
        if brake is None or (brake.rung_at is not None and _climbing(session, brake)):
            return False
        name = f"{BRAKE}:{brake.id}"
        written = Climb(session, mission, case, "ocha", DESK, name, alerted_at=now, now=now).take_due_steps()
        if written:
            brake.rung_at = now
        return bool(written)


def _nothing_to_do(session: Session) -> bool:
    """Looked at before anything is locked: for as long as the brake is on, each turn comes by."""
    brake = brake_on(session)
    return brake is None or (brake.rung_at is not None and held_messages(session) > 0 and _climbing(session, brake))


def _climbing(session: Session, brake: Brake) -> bool:
    """Whether somebody answered, or its ladder still stands: the case it was hung on may have ended, or begun a new round."""
    mine = select(Alert).join(Case, Case.id == Alert.case_id).where(Alert.purpose == f"{BRAKE}:{brake.id}")
    stands = (Alert.state == AlertState.OWED, Case.state.in_(OPEN_CASES), Alert.round == Case.round)
    answered = session.scalars(mine.where(Alert.state == AlertState.ACKNOWLEDGED).limit(1)).first()
    return answered is not None or session.scalars(mine.where(*stands).limit(1)).first() is not None
