"""A grave case that nobody takes: the area's deputy is rung, then its heads, then the duty officers of other hubs, once each. An
alert that was acknowledged changes nothing here: that somebody knows is not that somebody has it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.escalation import DESK
from deconflict.domain.severity import Severity
from deconflict.domain.states import CaseState
from deconflict.matching.climb import Climb
from deconflict.store.alerts import Alert
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.moves import note_event

log = structlog.get_logger()
QUEUE = "queue"
UNTAKEN = (CaseState.DETECTED, CaseState.UNCHECKED)
STAGES = ("deputy", "heads", "hubs")


def ring_unattended(mission: Mission, now: datetime) -> int:
    """Cases that wait longer than the profile allows. Each in its own transaction; one that fails stops no other. Returns how
    many people are rung."""
    waiting = select(Case.id, Case.severity, Case.round_at).where(
        Case.state.in_(UNTAKEN), Case.owner_id.is_(None), Case.severity.in_(list(mission.queue_alarm.after))
    )
    rows = db.session.execute(waiting.where(Case.ends_at > now).order_by(Case.starts_at)).all()
    due = [row.id for row in rows if mission.queue_alarm.rings(Severity(row.severity), row.round_at, now)]
    rung = 0
    for case_id in due:
        try:
            if not _left(db.session, mission, case_id, now):  # type: ignore[arg-type]
                continue
            with transaction() as session:
                rung += _ring(session, mission, case_id, now)
        except Exception:
            log.exception("an unattended case could not be rung about", case=case_id)
        finally:
            db.session.rollback()
    return rung


def _left(session: Session, mission: Mission, case_id: int, now: datetime) -> list[str]:
    """The stages that are due and were not rung in this round."""
    case = session.get_one(Case, case_id)
    if case.state not in UNTAKEN or case.owner_id is not None:
        return []
    rung = select(Alert.purpose).where(Alert.case_id == case.id, Alert.round == case.round)
    known = set(session.scalars(rung.where(Alert.purpose.startswith(f"{QUEUE}:"))))
    count = mission.queue_alarm.rings(Severity(case.severity), case.round_at, now)
    # A stage on which nobody stands delays nobody: the next is rung in its place.
    done = len(known)
    left = [stage for stage in STAGES if f"{QUEUE}:{stage}" not in known]
    return left if count > done else []


def _ring(session: Session, mission: Mission, case_id: int, now: datetime) -> int:
    case = session.get_one(Case, case_id, with_for_update={"of": Case})
    count = mission.queue_alarm.rings(Severity(case.severity), case.round_at, now)
    left = _left(session, mission, case_id, now)
    done, people = len(STAGES) - len(left), 0
    for stage in left:
        if done >= count:
            break
        name = f"{QUEUE}:{stage}"
        climb = Climb(session, mission, case, "ocha", DESK, name, alerted_at=case.round_at, now=now)
        rung = sum(climb.ring(area, role) for area, role in _posts(mission, case, stage))
        if rung:
            note_event(session, case, "queue_alarm", now)
        done, people = done + bool(rung), people + rung
    return people


def _posts(mission: Mission, case: Case, stage: str) -> Iterator[tuple[str, str]]:
    """Area and step of whom this stage rings."""
    if stage == "deputy":
        yield case.area, "deputy"
    elif stage == "heads":
        yield from ((case.area, "suboffice_head"), (case.area, "ocha_head"))
    else:
        yield from ((hub, "duty") for hub in mission.area(case.area).backup)
