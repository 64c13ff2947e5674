"""Requests that have been made: one that waits for its hour may leave earlier, and one whose clock runs out is told to the desk.
Silence is never an answer."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.escalation import DESK, REQUEST, UNANSWERED
from deconflict.domain.free_text import check_words
from deconflict.domain.msgid import N_
from deconflict.domain.states import OPEN_CASES, CaseState, RequestState, target
from deconflict.domain.states import UNANSWERED as WAIT
from deconflict.matching.climb import Climb
from deconflict.services.cases import acted, desk_case, not_anothers
from deconflict.services.filing import Also
from deconflict.services.requests import due
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case, Request
from deconflict.store.items import Item
from deconflict.store.moves import note_event

log = structlog.get_logger()
WAITING = OPEN_CASES - {CaseState.AGREED}  # of what was agreed an officer has heard the answer, whoever wrote none


def send_now(reference: str, round_: int, side: str, why: str, by: Audience, mission: Mission, now: datetime) -> None:
    """The request to this side leaves at once instead of at the next fixed hour; the reason stands in the history. Raises NotFound
    where none waits for its hour."""
    if not why.strip():
        raise Refused(N_("Say in a few words why it cannot wait for its hour."), field="why")
    check_words(why, by, "why")
    with transaction() as session:
        case = desk_case(session, reference, by, mission.catalogue, round_)
        not_anothers(case, by)
        waiting = [r for r in case.requests if r.side == side and r.state == RequestState.OPEN and not r.has_left(now)]
        if not waiting:
            raise NotFound
        request = waiting[-1]
        request.leaves_at, request.due_at = now, due(case, mission, now)
        note_event(session, case, "send_now", now, actor_id=by.person_id, code=side, reason=why.strip()[:1000])
        acted(session, case, by, now)
        detail = {"round": case.round, "request": request.id}
        record(session, by.person_id, "send_now", "case", case.id, detail, at=now)
        Climb(session, mission, case, side, REQUEST, request.purpose, alerted_at=now, now=now).take_due_steps()


def as_asked(request_id: int) -> Also:
    """What is written beside an amendment, in its transaction: that it is what the owner had said yes to. Whether it is enough the
    matcher says, to the desk alone. A request that was taken back or ended meanwhile stays as it is."""
    return lambda session, item: _amended(session, request_id, item)


def _amended(session: Session, request_id: int, item: Item) -> None:
    request = session.get(Request, request_id, with_for_update={"of": Request})
    if request is not None and request.state == RequestState.ACCEPTED and request.case.item_of(request.side) is item:
        request.state = target("request", request.state, "amend", "owner")
        request.item_version = item.version


def leaves_at(request_id: int) -> datetime | None:
    """Of a request that was just made: when its side may know of it."""
    return db.session.scalar(select(Request.leaves_at).where(Request.id == request_id))


def fall_silent(mission: Mission, now: datetime) -> int:
    """Requests whose clock has run out: whoever asked is told first, from there the ladder goes on. Each in its own transaction; one
    that fails stops no other."""
    late = (
        select(Request.id)
        .join(Case)
        .where(Request.state == RequestState.OPEN, Request.due_at <= now, Request.leaves_at <= now)
        .where(Case.state.in_(WAITING), Case.ends_at > now)
        .order_by(Request.due_at)
    )
    ids = list(db.session.scalars(late))
    db.session.rollback()
    for request_id in ids:
        try:
            with transaction() as session:
                _fall_silent(session, mission, request_id, now)
        except Exception as error:
            log.error("a silence could not be told", request=request_id, error=type(error).__name__)
    return len(ids)


def _fall_silent(session: Session, mission: Mission, request_id: int, now: datetime) -> None:
    request = session.get_one(Request, request_id)
    case = session.get_one(Case, request.case_id, with_for_update={"of": Case})
    session.refresh(request)  # an answer may have come in while the case was waited for
    if request.state not in WAIT or request.due_at is None or case.state not in WAITING:
        return
    request.state = target("request", request.state, "silence", "system")
    note_event(session, case, "request_silent", now, code=request.side)
    if request.round != case.round:  # the desk was rung for the new round, and asks anew
        return
    name = f"{UNANSWERED}:{request.id}"
    Climb(session, mission, case, "ocha", DESK, name, alerted_at=request.due_at, now=now).tell(request.made_by)
