"""Judging again what was judged before, because somebody asks for it. The scheduler does the work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, true

from deconflict.domain.country import Mission
from deconflict.matching.in_force import Basis, basis_of, read_basis
from deconflict.matching.marks import AGAIN, ASKED, READ, mark_live
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.items import DueMark, Item, ItemVersion
from deconflict.store.work import Judged


def rejudge(since: datetime | None, now: datetime) -> int:
    """Marks every live item, or those filed, amended or judged at `since` or later, to be looked at again (matching.again). Returns
    how many it has marked; those that wait already are not marked twice."""
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


def others_in_force(mission: Mission) -> Basis | None:
    """What the schedulers judge by, where that is not what this process was started with."""
    basis = read_basis(db.session())
    db.session.rollback()
    return None if basis == basis_of(mission) else basis


def waiting() -> int:
    """How many are still to be looked at again."""
    left = DueMark.reason.in_((ASKED, READ, AGAIN))
    count = db.session.scalar(select(func.count()).select_from(DueMark).where(left)) or 0
    db.session.rollback()
    return count


def judged_by() -> str:
    """The version of the SOP that cases are judged by now; empty before any scheduler has started."""
    basis = read_basis(db.session())
    return basis.sop_version if basis is not None else ""
