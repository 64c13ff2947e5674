"""Each minute: teams of whom no word has come, and those that have spoken since."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.states import OPEN_CASES
from deconflict.jobs.apart import each_apart
from deconflict.matching.overdue import WATCHED, WATCHED_STATES, look
from deconflict.store.cases import ALONE_OVERDUE, Case
from deconflict.store.items import Item
from deconflict.store.work import turn

log = structlog.get_logger()
EVERY = timedelta(minutes=1)


def watch_check_ins(mission: Mission, now: datetime) -> None:
    with turn("check_ins", EVERY, now) as mine:
        if mine:
            look_at_check_ins(mission, now)


def look_at_check_ins(mission: Mission, now: datetime) -> None:
    """Each notice in its own transaction: one that cannot be read stops no other."""
    open_case = select(Case.humanitarian_id).where(
        Case.pair.endswith(f":{ALONE_OVERDUE}"), Case.state.in_(OPEN_CASES), Case.ends_at > now
    )
    due = (Item.word_due_at <= now) & Item.state.in_(WATCHED_STATES) & (Item.word_due_at > now - WATCHED)
    asked = select(Item.id).where(or_(due, Item.id.in_(open_case))).order_by(Item.word_due_at, Item.id)

    def one(session: Session, item_id: int) -> None:
        item = session.get(Item, item_id, with_for_update={"of": Item})
        if item is not None:
            look(session, mission, item, now)

    each_apart(asked, one, lambda id: log.exception("a check-in could not be looked at", item=id))
