"""Whoever is owed word by now gets an alert: the only loop of the system. The arithmetic is domain.escalation's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.states import OPEN_CASES, AlertState, CaseState, RequestState
from deconflict.matching.climb import DESK, MINIMAL, REQUEST, Climb
from deconflict.store.alerts import Alert
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.queries import alerts_of

log = structlog.get_logger()
UNSEEN = (CaseState.DETECTED, CaseState.UNCHECKED)


def escalate_due(mission: Mission, now: datetime) -> int:
    """Climbs every ladder whose next step is due. Returns how many alerts were written."""
    written = 0
    for case_id in _open_case_ids():
        try:
            if not any(climb.due_steps() for climb in _climbs_of(db.session, mission, case_id, now)):  # type: ignore[arg-type]
                continue
            with transaction() as session:
                session.get(Case, case_id, with_for_update={"of": Case})
                written += sum(climb.take_due_steps() for climb in _climbs_of(session, mission, case_id, now))
        except Exception:
            log.exception("a case could not be escalated", case=case_id)
        finally:
            db.session.rollback()
    return written


def _open_case_ids() -> list[int]:
    ids = list(db.session.scalars(select(Case.id).where(Case.state.in_(OPEN_CASES)).order_by(Case.starts_at)))
    db.session.rollback()
    return ids


def _climbs_of(session: Session, mission: Mission, case_id: int, now: datetime) -> Iterator[Climb]:
    case = session.get(Case, case_id)
    if case is None or case.state not in OPEN_CASES:
        return
    alerts = [alert for alert in alerts_of(session, case) if alert.round == case.round]

    def climb(side: str, purpose: str, name: str) -> Iterator[Climb]:
        begun = [alert for alert in alerts if alert.purpose == name]
        if not _answered(begun):
            alerted_at = min((alert.owed_at for alert in begun), default=now)
            yield Climb(session, mission, case, side, purpose, name, alerted_at=alerted_at, now=now)

    if case.state in UNSEEN:
        yield from climb("ocha", DESK, DESK)
    for name in {alert.purpose for alert in alerts if alert.purpose.startswith(MINIMAL)}:
        yield from climb(name.partition(":")[2], MINIMAL, name)
    for request in case.requests:
        # A request outlives a change of round: its alerts are of the round in which it was made.
        if request.state == RequestState.OPEN and request.round == case.round:
            yield from climb(request.side, REQUEST, f"{REQUEST}:{request.id}")


def _answered(alerts: list[Alert]) -> bool:
    """Somebody has it: a team's word counts as much as a desk's for stopping this ladder."""
    return any(alert.state == AlertState.ACKNOWLEDGED for alert in alerts)
