"""What the calendar does: cases lapse, items end, alerts expire, answers that age are asked again, and the sweep marks
everything still ahead, as a safety net under the due marks."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.states import LIVE_ITEMS, OPEN_CASES, AlertState
from deconflict.jobs.apart import each_apart
from deconflict.matching.endings import end_case
from deconflict.matching.marks import mark, mark_ahead
from deconflict.services.brake import WINDOW as ATTEMPTS_COUNT
from deconflict.store import attempts
from deconflict.store.alerts import Alert
from deconflict.store.base import transaction
from deconflict.store.cases import Case
from deconflict.store.drills import PLANNED
from deconflict.store.items import Item
from deconflict.store.moves import move_item
from deconflict.store.outbox import withdraw
from deconflict.store.work import Slot, lock_matcher, take_slot_in, turn

log = structlog.get_logger()

SWEEP_EVERY = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
OLD_SLOTS = timedelta(days=2)
ENDED_AFTER = timedelta(
    hours=24
)  # so long after its last window an item may still be amended: late is usual. It stays matched
BATCH = 200


def run_calendar(mission: Mission, now: datetime) -> None:
    """Each minute's work, by whichever scheduler takes the slot first."""
    with turn("minute", MINUTE, now) as mine:
        if mine:
            _minute(mission, now)


def _minute(mission: Mission, now: datetime) -> None:
    with transaction() as session:
        session.execute(delete(Slot).where(Slot.slot < now - OLD_SLOTS, Slot.job != PLANNED))
        attempts.forget(session, now - ATTEMPTS_COUNT)
        _expire_alerts(session, now)
        _end_items(session, now)
    with transaction() as session:
        lock_matcher(session)  # as the matcher does, who takes the same rows next: so neither waits for the other
        _rejudge(session, now)
        if take_slot_in(session, "sweep", SWEEP_EVERY, now):
            mark_ahead(session, now)
    _lapse(mission, now)


def _expire_alerts(session: Session, now: datetime) -> None:
    useless = select(Alert).where(Alert.state == AlertState.OWED, Alert.useful_until <= now).limit(BATCH)
    withdraw(session, list(session.scalars(useless)), AlertState.EXPIRED)


def _rejudge(session: Session, now: datetime) -> None:
    """Cases whose answer changes by the passing of time alone."""
    aged = select(Case).where(Case.state.in_(OPEN_CASES), Case.rejudge_at <= now, Case.ends_at > now).limit(BATCH)
    cases = session.scalars(aged).all()
    items = {case.humanitarian_id for case in cases if case.humanitarian_id is not None}
    mark(session, items, "rejudge", now)  # items before cases, the order of everybody who touches both
    for case in cases:
        case.rejudge_at = None


def _end_items(session: Session, now: datetime) -> None:
    over = select(Item).where(Item.state.in_(LIVE_ITEMS), Item.ends_at <= now - ENDED_AFTER).limit(BATCH)
    for item in session.scalars(over):
        move_item(session, item, "end", "system")


def _lapse(mission: Mission, now: datetime) -> None:
    """The hour has passed undecided: counted apart from resolved. Each case in its own transaction."""

    def lapse(session: Session, case_id: int) -> None:
        case = session.get(Case, case_id, with_for_update={"of": Case})
        if case is not None and case.state in OPEN_CASES and case.ends_at <= now:
            end_case(session, mission, case, "lapse", now)

    over = select(Case.id).where(Case.state.in_(OPEN_CASES), Case.ends_at <= now).limit(BATCH)
    each_apart(over, lapse, lambda id: log.exception("a case could not lapse", case=id))
