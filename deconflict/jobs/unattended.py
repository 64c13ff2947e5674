"""A grave case that nobody takes: the area's deputy is rung, then its heads, then the duty officers of other hubs, once each. An
alert that was acknowledged changes nothing here: that somebody knows is not that somebody has it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import structlog
from sqlalchemy import and_, func, select
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
    rung = (Alert.case_id == Case.id, Alert.round == Case.round, Alert.purpose.startswith(f"{QUEUE}:"))
    waiting = (
        select(Case.id, Case.severity, Case.round_at, func.count(Alert.purpose.distinct()).label("rung"))
        .outerjoin(Alert, and_(*rung))
        .where(Case.state.in_(UNTAKEN), Case.owner_id.is_(None), Case.severity.in_(list(mission.queue_alarm.after)))
        .where(Case.ends_at > now)
        .group_by(Case.id)
        .order_by(Case.starts_at)
    )
    rows = db.session.execute(waiting).all()
    db.session.rollback()
    people = 0
    for case_id in (row.id for row in rows if _stages_due(mission, row.severity, row.round_at, now) > row.rung):
        try:
            with transaction() as session:
                people += _ring(session, mission, case_id, now)
        except Exception:
            log.exception("an unattended case could not be rung about", case=case_id)
    return people


def _stages_due(mission: Mission, severity: str, since: datetime, now: datetime) -> int:
    return min(mission.queue_alarm.rings(Severity(severity), since, now), len(STAGES))


def _ring(session: Session, mission: Mission, case_id: int, now: datetime) -> int:
    case = session.get_one(Case, case_id, with_for_update={"of": Case})
    if case.state not in UNTAKEN or case.owner_id is not None:
        return 0
    count = _stages_due(mission, case.severity, case.round_at, now)
    rung_before = select(Alert.purpose).where(Alert.case_id == case.id, Alert.round == case.round)
    known = set(session.scalars(rung_before.where(Alert.purpose.startswith(f"{QUEUE}:"))))
    done, people = len(known), 0
    for stage in STAGES:
        name = f"{QUEUE}:{stage}"
        if done >= count:
            break
        if name in known:
            continue
        # A stage on which nobody stands delays nobody: the next is rung in its place.
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
