"""Which due marks come next: what somebody has just changed before what is looked at again."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, select

from deconflict.matching.in_force import ASKED, RULES
from deconflict.store.base import db
from deconflict.store.items import DueMark

SWEEP = "sweep"
AGAIN = (RULES, ASKED)
AGAIN_AT_ONCE, SWEPT_AT_ONCE = 25, 10


@dataclass(slots=True)
class Due:
    """An item to settle, with the marks that say so. `afresh`: whatever is known of it, its boxes included, is made again."""

    item_id: int
    mark_ids: list[int] = field(default_factory=list)
    afresh: bool = False


def due_items(limit: int) -> list[Due]:
    """The oldest marks, gathered by item; those of new rules and of the sweep last and few at a time, so that a new filing
    never waits behind them. The read ends here: no old snapshot is kept while computing."""
    found = [
        *db.session.execute(_marks(DueMark.reason.not_in((SWEEP, *AGAIN))).limit(limit * 4)),
        *db.session.execute(_marks(DueMark.reason.in_(AGAIN)).limit(AGAIN_AT_ONCE)),
        *db.session.execute(_marks(DueMark.reason == SWEEP).limit(SWEPT_AT_ONCE)),
    ]
    db.session.rollback()
    by_item: dict[int, Due] = {}
    for mark_id, item_id, reason in found:
        due = by_item.setdefault(item_id, Due(item_id))
        due.mark_ids.append(mark_id)
        due.afresh |= reason in AGAIN
    return list(by_item.values())[:limit]


def _marks(which: ColumnElement[bool]) -> Select[int, int, str]:
    return select(DueMark.id, DueMark.item_id, DueMark.reason).where(which).order_by(DueMark.id)
