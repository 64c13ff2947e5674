"""An owner has lowered its level: what it releases no more is taken back (RUL-7). The matcher does it, for the mark that every
amendment makes: the owner himself would wait for it, and longer for each case that nobody told him of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.disclosure import RECOGNITION
from deconflict.domain.filing import Level
from deconflict.domain.states import OPEN_CASES, STANDING_REQUESTS, AlertState
from deconflict.matching.desk import new_round
from deconflict.store.cases import Case, Request
from deconflict.store.items import Item
from deconflict.store.moves import note_event
from deconflict.store.outbox import withdraw
from deconflict.store.queries import alerts_of
from deconflict.store.released import is_taken_back, shows_too_much


def withdraw_unreleased(session: Session, mission: Mission, item: Item, now: datetime) -> None:
    """At match_only the requests to the other side that rested on what it released, and the desk is told by a new round; below
    full what its vehicles look like. Of a level that has not changed nothing follows."""
    if item.level == Level.FULL:
        return
    other = "mission" if item.side == "humanitarian" else "humanitarian"
    mine = or_(Case.humanitarian_id == item.id, Case.mission_id == item.id)
    # Locked before the requests are read: an officer may be asking at this moment, on what was released a moment ago.
    open_cases = select(Case).where(mine, Case.state.in_(OPEN_CASES)).order_by(Case.id).with_for_update(of=Case)
    found = {case.id: case for case in session.scalars(open_cases)}
    if not found:
        return
    asked_of: dict[int, list[Request]] = {}
    for request in session.scalars(select(Request).where(Request.case_id.in_(found), Request.side == other)):
        asked_of.setdefault(request.case_id, []).append(request)
    for case_id, asked in asked_of.items():
        case, standing = found[case_id], [request for request in asked if request.state in STANDING_REQUESTS]
        if any(is_taken_back(session, case, request) for request in standing):
            withdraw_requests(session, case, standing, now)
            note_event(session, case, "level_lowered", now, code=other)
            new_round(session, mission, case, now)
        elif any(shows_too_much(case, request) for request in standing):
            note_event(session, case, "recognition_withdrawn", now)
        for request in asked:
            if shows_too_much(case, request):
                request.words = {key: value for key, value in request.words.items() if key != RECOGNITION}


def withdraw_requests(session: Session, case: Case, asked: Iterable[Request], now: datetime) -> None:
    """Those of these that stand, and their alerts: each side has one open request at most. Nothing is sent about it: where a newer
    one takes their place the side hears once, of that one."""
    for request in asked:
        if request.state in STANDING_REQUESTS:
            request.take_back("withdraw", "officer", now)
            old = [a for a in alerts_of(session, case, owed_only=True) if a.purpose == request.purpose]
            withdraw(session, old, AlertState.SUPERSEDED)
