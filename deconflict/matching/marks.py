"""Due marks: why an item is looked at, and which come next. What somebody has just changed comes before what is looked at again.

Who changes an item marks it in his own transaction (`file`, `amend`, `cancel` ...), and the matcher judges it. Who looks at
many again marks them all with one of WHOLE; matching.again turns those into READ, and those into AGAIN where there is
anything to judge. Marks are inserted and deleted, never changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, delete, insert, or_, select, union
from sqlalchemy.orm import Session

from deconflict.domain.states import OFF_ITEMS, OPEN_CASES, ItemState
from deconflict.store.base import db
from deconflict.store.cases import Case
from deconflict.store.duplicates import Duplicate
from deconflict.store.items import DueMark, Item

RULES, ASKED, SWEEP = "rules", "asked", "sweep"
WHOLE = (RULES, ASKED, SWEEP)  # all that is known of the item is to be made again
READ = "read"  # it has been, and its boxes are right
AGAIN = "again"  # it is to be judged, after what was filed
AGAIN_AT_ONCE = 25
IDS_AT_ONCE = 1000


@dataclass(slots=True)
class Due:
    """An item to settle, with the marks that say so."""

    item_id: int
    mark_ids: list[int] = field(default_factory=list)


def due_items(limit: int) -> list[Due]:
    """The oldest marks, gathered by item; those of what is judged again last and few at a time, so that a new filing never
    waits behind them. The read ends here: no old snapshot is kept while computing."""
    found = [
        *db.session.execute(marked(DueMark.reason.not_in((*WHOLE, READ, AGAIN))).limit(limit * 4)),
        *db.session.execute(marked(DueMark.reason == AGAIN).limit(AGAIN_AT_ONCE)),
    ]
    db.session.rollback()
    return gathered(found)[:limit]


def marked(which: ColumnElement[bool]) -> Select[int, int]:
    """(mark, item), the oldest first."""
    return select(DueMark.id, DueMark.item_id).where(which).order_by(DueMark.id)


def gathered(found: Collection[Sequence[int]]) -> list[Due]:
    """By item, in the order of the oldest mark of each."""
    by_item: dict[int, Due] = {}
    for mark_id, item_id in found:
        by_item.setdefault(item_id, Due(item_id)).mark_ids.append(mark_id)
    return list(by_item.values())


def mark(session: Session, item_ids: Collection[int], reason: str, now: datetime) -> int:
    """A mark for each of these items; returns how many."""
    rows = [{"item_id": item_id, "reason": reason, "made_at": now} for item_id in sorted(item_ids)]
    if rows:
        session.execute(insert(DueMark), rows)
    return len(rows)


def take(session: Session, mark_ids: Sequence[int]) -> None:
    """These marks are done with."""
    for some in portions(mark_ids):
        session.execute(delete(DueMark).where(DueMark.id.in_(some)))


def portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many as one statement takes on either database."""
    return (ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE))


def mark_live(session: Session, which: ColumnElement[bool], reason: str, now: datetime) -> int:
    """Marks each of these items that takes part and does not wait for the same reason already; returns how many."""
    waiting = select(DueMark.item_id).where(DueMark.reason == reason)
    wanted = select(Item.id).where(Item.takes_part, which, Item.id.not_in(waiting))
    return mark(session, session.scalars(wanted).all(), reason, now)


def mark_ahead(session: Session, now: datetime) -> int:
    """What the periodic sweep looks at: every item that takes part and waits for nothing, and every cancelled one that still counts
    somewhere, whose mark must have been lost. Returns how many it marks. Past its end and not yet ended an item is left out:
    one that cannot be read would ring the desk again as soon as its case has lapsed."""
    waiting = select(DueMark.item_id)
    in_time = or_(Item.ends_at > now, Item.state == ItemState.ENDED)
    ahead = select(Item.id).where(Item.takes_part, in_time, Item.id.not_in(waiting))
    open_cases, standing = Case.state.in_(OPEN_CASES), and_(Duplicate.gone_at.is_(None), Duplicate.ends_at > now)
    counts: CompoundSelect[int | None] = union(
        select(Case.humanitarian_id).where(open_cases),
        select(Case.mission_id).where(open_cases),
        select(Duplicate.first_id).where(standing),
        select(Duplicate.second_id).where(standing),
    )
    left = select(Item.id).where(Item.state.in_(OFF_ITEMS), Item.id.in_(counts), Item.id.not_in(waiting))
    marked_ahead = mark(session, session.scalars(ahead).all(), SWEEP, now)
    return marked_ahead + mark(session, session.scalars(left).all(), AGAIN, now)
