"""Judging again what was judged before, because somebody asks for it. The scheduler does the work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, true

from deconflict.matching.in_force import ASKED, mark_live
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.items import DueMark, Item, ItemVersion
from deconflict.store.work import Judged


def rejudge(since: datetime | None, now: datetime) -> int:
    """Marks every live item, or those filed, amended or judged at `since` or later. Their boxes are made again too. Returns how
    many it has marked; those that wait already are not marked twice."""
    which: ColumnElement[bool] = true()
    if since is not None:
        filed = select(ItemVersion.item_id).where(ItemVersion.filed_at >= since)
        judged = select(Judged.item_id).where(Judged.at >= since)
        which = or_(Item.id.in_(filed), Item.id.in_(judged))
    with transaction() as session:
        marked = mark_live(session, which, ASKED, now)
        detail = {"marked": marked, "since": since.isoformat() if since else ""}
        record(session, None, "rejudge", "item", None, detail, at=now)
        return marked


def waiting() -> int:
    """How many of those it has marked are still to be judged."""
    count = db.session.scalar(select(func.count()).select_from(DueMark).where(DueMark.reason == ASKED)) or 0
    db.session.rollback()
    return count
