"""Somebody owed word has no address left that works: a safety event. The ladder's next step is taken at once and not at its
clock, the case says so, and the desk is rung to call."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.escalation import DESK, MINIMAL, OVERDUE, REQUEST
from deconflict.domain.states import OPEN_CASES, AlertState
from deconflict.jobs.apart import each_apart
from deconflict.matching.climb import UNREACHED, Climb
from deconflict.store.alerts import Alert
from deconflict.store.cases import Case, Request
from deconflict.store.moves import note_event

log = structlog.get_logger()
WITHOUT_LADDER = ("ring", "queue", "closing")
BATCH = 50


def pass_on(mission: Mission, now: datetime) -> int:
    """Everybody who cannot be reached and of whom nobody was told. Each in its own transaction; one that fails stops no
    other. Returns how many."""
    waiting = select(Alert.id).where(Alert.unreached_at.is_not(None), Alert.passed_on_at.is_(None))
    return each_apart(
        waiting.where(Alert.state == AlertState.OWED).order_by(Alert.id).limit(BATCH),
        lambda session, id: _pass_on(session, mission, id, now),
        lambda id: log.exception("an alert that reaches nobody could not be passed on", alert=id),
    )


def _pass_on(session: Session, mission: Mission, alert_id: int, now: datetime) -> None:
    case_id = session.scalars(select(Alert.case_id).where(Alert.id == alert_id)).one()
    case = session.get_one(Case, case_id, with_for_update={"of": Case})
    alert = session.get_one(Alert, alert_id, with_for_update={"of": Alert})
    if alert.unreached_at is None or alert.passed_on_at is not None or alert.state != AlertState.OWED:
        return
    if not _known(session, alert):
        who = "team" if alert.team_contact_hash else alert.person.function
        note_event(session, case, UNREACHED, now, code=f"{alert.side}:{who}")
    alert.passed_on_at = now
    if case.state not in OPEN_CASES or alert.round != case.round:
        return
    somebody = _somebody_else(session, alert) or _next_step(session, mission, case, alert, now)
    # Once a round for a side: whom to call stands on the desk's page.
    rung = Climb(session, mission, case, "ocha", DESK, f"{UNREACHED}:{alert.side}", alerted_at=now, now=now)
    if alert.side != "ocha":
        rung.take_due_steps()
    elif not somebody:
        rung.take_all()


def _known(session: Session, alert: Alert) -> bool:
    """Whether this round has said so of the same person, or the same team, already."""
    same = select(Alert.id).where(
        Alert.case_id == alert.case_id,
        Alert.round == alert.round,
        Alert.person_id == alert.person_id,
        Alert.team_contact_hash == alert.team_contact_hash,
        Alert.passed_on_at.is_not(None),
    )
    return session.scalars(same.limit(1)).first() is not None


def _next_step(session: Session, mission: Mission, case: Case, alert: Alert, now: datetime) -> int:
    kind, _, rest = alert.purpose.partition(":")
    if kind in WITHOUT_LADDER:
        return 0
    side, purpose = "ocha", DESK
    if kind == REQUEST:
        side, purpose = session.get_one(Request, int(rest)).side, REQUEST
    elif kind == MINIMAL:
        side, purpose = rest, MINIMAL
    elif kind == OVERDUE:
        side, purpose = "humanitarian", OVERDUE
    return Climb(session, mission, case, side, purpose, alert.purpose, alerted_at=now, now=now).take_next_step()


def _somebody_else(session: Session, alert: Alert) -> bool:
    """Whether somebody on the same ladder is being reached, or has answered."""
    live = (Alert.state == AlertState.ACKNOWLEDGED) | ((Alert.state == AlertState.OWED) & Alert.unreached_at.is_(None))
    others = select(Alert.id).where(
        Alert.case_id == alert.case_id,
        Alert.round == alert.round,
        Alert.purpose == alert.purpose,
        Alert.id != alert.id,
        live,
    )
    return session.scalars(others.limit(1)).first() is not None
