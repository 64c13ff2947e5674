"""Whoever is owed word by now gets an alert: the only loop of the system. The arithmetic is domain.escalation's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.escalation import BRAKE, DESK, MINIMAL, RELEASE, REQUEST
from deconflict.domain.states import OPEN_CASES, AlertState, CaseState, ReleaseState, RequestState
from deconflict.matching.climb import OBJECTION, UNREACHED, Climb
from deconflict.matching.silence import silent_since
from deconflict.services.releases import fall_silent
from deconflict.store.alerts import Alert
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.queries import alerts_of

log = structlog.get_logger()
UNSEEN = (CaseState.DETECTED, CaseState.UNCHECKED)
IDLE = "idle"


def escalate_due(mission: Mission, now: datetime) -> int:
    """Climbs every ladder whose next step is due. Returns how many alerts were written."""
    fall_silent(mission, now)
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
    alerts = alerts_of(session, case)
    this_round = [alert for alert in alerts if alert.round == case.round]

    def climb(side: str, purpose: str, name: str, since: datetime, about: list[Alert]) -> Iterator[Climb]:
        begun = [alert for alert in about if alert.purpose == name]
        if not _answered(begun):
            yield Climb(session, mission, case, side, purpose, name, alerted_at=since, now=now)

    if case.hold_until is not None or case.state in UNSEEN or _owed(this_round, DESK):
        yield from climb("ocha", DESK, DESK, case.round_at, this_round)
    silent = silent_since(mission.pack.clocks, case, _of_this_matter(case, alerts), now)
    if silent is not None:
        yield from climb("ocha", DESK, f"{IDLE}:{int(silent.timestamp())}", silent, this_round)
    for name in {alert.purpose for alert in this_round if alert.purpose.startswith(MINIMAL)}:
        since = min(alert.owed_at for alert in this_round if alert.purpose == name)
        yield from climb(name.partition(":")[2], MINIMAL, name, since, this_round)
    for name in {alert.purpose for alert in this_round if alert.purpose.startswith((UNREACHED, OBJECTION, BRAKE))}:
        since = min(alert.owed_at for alert in this_round if alert.purpose == name)
        yield from climb("ocha", DESK, name, since, this_round)
    for call in case.release_asks:
        if call.state == ReleaseState.SILENT and call.round == case.round:
            yield from climb("ocha", DESK, f"{RELEASE}:{call.id}", call.due_at, this_round)
    for request in case.requests:
        if request.state == RequestState.OPEN:
            yield from climb(request.side, REQUEST, request.purpose, request.made_at, alerts)


def _of_this_matter(case: Case, alerts: list[Alert]) -> list[Alert]:
    """Those of this round, and those of its requests."""
    asked = {request.purpose for request in case.requests if request.round == case.round}
    return [alert for alert in alerts if alert.round == case.round or alert.purpose in asked]


def _owed(alerts: list[Alert], purpose: str) -> bool:
    return any(alert.purpose == purpose and alert.state == AlertState.OWED for alert in alerts)


def _answered(alerts: list[Alert]) -> bool:
    """Somebody has it, or an officer's act has made it old news. A team's word counts as much as a desk's."""
    return any(alert.state == AlertState.ACKNOWLEDGED for alert in alerts) or (
        bool(alerts) and not any(alert.state == AlertState.OWED for alert in alerts)
    )
