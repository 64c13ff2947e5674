"""Word to the desk: the first alert of a round, and taking it back when a new round begins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.escalation import CLOSING, DESK, REQUEST
from deconflict.domain.states import OPEN_CASES, STANDING_REQUESTS, AlertState
from deconflict.matching.climb import Climb
from deconflict.store.cases import Case
from deconflict.store.outbox import withdraw
from deconflict.store.queries import alerts_of


def alert_desk(session: Session, mission: Mission, case: Case, now: datetime) -> int:
    """The steps of OCHA's ladder that are due at once, and word to the other areas that it concerns (RUL-27). The matcher alerts
    OCHA only (RUL-1)."""
    climb = Climb(session, mission, case, "ocha", DESK, DESK, alerted_at=case.round_at, now=now)
    return climb.take_due_steps() + climb.inform(case.also.split())


def new_round(session: Session, mission: Mission, case: Case, now: datetime) -> None:
    """People are asked again, the desk at once."""
    begin_round(session, case, now)
    alert_desk(session, mission, case, now)


def begin_round(session: Session, case: Case, now: datetime) -> None:
    """What was acknowledged, agreed or released once was about the round before. Of a case that had ended so was who had it: it is
    anybody's, and rings until somebody takes it."""
    if case.state not in OPEN_CASES:
        case.owner_id = None
    supersede(session, case)
    for request in case.requests:  # its words are of the round before, and nobody has read them yet
        if request.state in STANDING_REQUESTS and not request.has_left(now):
            request.take_back("withdraw", "system", now)
    case.round += 1
    case.round_at = now
    case.released = []


def supersede(session: Session, case: Case) -> None:
    """Desk and minimal alerts of the rounds before: what is still owed of them is old news. Requests stay: what was asked of
    a side holds until the officer takes it back."""
    owed = alerts_of(session, case, owed_only=True)
    old = [alert for alert in owed if not alert.purpose.startswith((REQUEST, CLOSING))]
    withdraw(session, old, AlertState.SUPERSEDED)
