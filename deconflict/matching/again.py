"""Looking at everything again without judging everything again: new rules, `flask rejudge`, and the sweep every few minutes.

All items they speak of are marked. What is marked goes three steps:

1. *Read.* The filing is read and understood anew, and its boxes are written where others are stored.
2. *Sift.* All boxes against all (matching.sweep). Who comes near nothing that a rule may concern, and of whom nothing is known,
   is let go: judged alone it would change nothing.
3. The matcher judges the others one by one, after whatever was filed meanwhile.

Nothing rests on what was believed before: not on an earlier judgement, not on stored boxes. A pair is found by whichever of
the two is sifted last, when the boxes of both are right. What cannot be read, has moved between two steps or cannot be
sifted is judged one by one. A kill at any moment leaves the marks for the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict
from datetime import datetime

import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.matching.boxes import Row, outdated, rows_of, understand, write_rows
from deconflict.matching.each_read import each_read
from deconflict.matching.in_force import basis_of, in_force, keep
from deconflict.matching.marks import AGAIN, READ, WHOLE, Due, gathered, mark, marked, portions, take
from deconflict.matching.sweep import Swept
from deconflict.store.base import db, transaction
from deconflict.store.items import DueMark, Item
from deconflict.store.work import Judged, lock_matcher

log = structlog.get_logger()
READ_MARKS = (
    select(DueMark.id, DueMark.item_id, Item.version, Item.takes_part)
    .join(Item, Item.id == DueMark.item_id)
    .where(DueMark.reason == READ)
    .order_by(DueMark.id)
)
READ_AT_ONCE = 500  # a filing waits no longer than this takes: a fifth of a second


def look_again(mission: Mission, now: datetime) -> int:
    """A step for what is marked as a whole: some are read, or all that were read are sifted. Returns how many items went a
    step; none where other rules are in force."""
    if db.session.scalar(marked(DueMark.reason.in_((*WHOLE, READ))).limit(1)) is None or not keep(mission, now):
        db.session.rollback()
        return 0
    read = _read(mission, now)
    left = db.session.scalar(marked(DueMark.reason.in_(WHOLE)).limit(1)) is not None
    db.session.rollback()
    return read if left else read + _sift(mission, now)


# ---- read ------------------------------------------------------------------------------------------------------------


def _read(mission: Mission, now: datetime) -> int:
    """Some of what is marked as a whole. Its boxes are those of the version that was read, or they stay."""
    session = db.session()
    due = gathered(session.execute(marked(DueMark.reason.in_(WHOLE)).limit(READ_AT_ONCE)).all())
    wanted = select(Item).where(Item.id.in_([one.item_id for one in due]), Item.takes_part)
    items = session.scalars(wanted.order_by(Item.id)).all()
    versions, rows = {item.id: item.version for item in items}, _understood(session, items, mission)
    others = outdated(session, rows)
    with transaction():
        if not in_force(lock_matcher(session), mission):
            return 0
        due = _still_due(session, due)
        current = _current(session, [one.item_id for one in due])
        right = {id for id in rows if current.get(id) == versions[id]}
        write_rows(session, {id: rows[id] for id in sorted(others & right)})
        take(session, [mark_id for one in due for mark_id in one.mark_ids])
        mark(session, right, READ, now)
        mark(session, {one.item_id for one in due} - right, AGAIN, now)
    return len(due)


def _understood(session: Session, items: Sequence[Item], mission: Mission) -> dict[int, list[Row]]:
    """The boxes of each of these items that can be read."""
    read = each_read(session, items, lambda item, filing: rows_of(understand(item, filing, mission)))
    return {item.id: rows for item, rows in read}


def _still_due(session: Session, due: Sequence[Due]) -> list[Due]:
    """Without the marks that somebody else has taken."""
    ids = [mark_id for one in due for mark_id in one.mark_ids]
    return gathered(session.execute(marked(DueMark.id.in_(ids))).all())


def _current(session: Session, item_ids: Sequence[int]) -> dict[int, int]:
    """The version of each of these that is live, locked against its owner until this is written, in the matcher's order."""
    query = select(Item.id, Item.version).where(Item.id.in_(item_ids), Item.takes_part).order_by(Item.id)
    return {row.id: row.version for row in session.execute(query.with_for_update(read=True, key_share=True))}


# ---- sift ------------------------------------------------------------------------------------------------------------


def _sift(mission: Mission, now: datetime) -> int:
    """All that was read. Who is let go has been looked at by these rules, and that is written down."""
    session = db.session()
    seen = {row.id: (row.item_id, row.version) for row in session.execute(READ_MARKS)}
    if not seen:
        session.rollback()
        return 0
    wanted = _to_judge(session, mission, {item_id for item_id, _ in seen.values()})
    with transaction():
        if not in_force(lock_matcher(session), mission):
            return 0
        found = [row for row in session.execute(READ_MARKS) if row.id in seen]
        same = [row for row in found if seen[row.id] == (row.item_id, row.version) and row.takes_part]
        let_go = {row.item_id: row.version for row in same if row.item_id not in wanted}
        take(session, [row.id for row in found])
        _note_looked(session, mission, let_go, now)
        mark(session, {row.item_id for row in found} - let_go.keys(), AGAIN, now)
    return len(found)


def _to_judge(session: Session, mission: Mission, among: Set[int]) -> Set[int]:
    """Whom of these to judge: all, where they cannot be sifted. The read ends before the computing."""
    try:
        swept = Swept.read(session)
        session.rollback()
        return swept.to_judge(mission.pack, among)
    except OperationalError:
        raise
    except Exception:
        log.exception("the sweep failed, so everything is judged one by one")
        session.rollback()
        return among


def _note_looked(session: Session, mission: Mission, let_go: Mapping[int, int], now: datetime) -> None:
    """The version of each, by item. Who has another mark is judged for it, and its history is to say why."""
    basis = asdict(basis_of(mission))
    columns = [getattr(Judged, name) for name in ("item_id", "version", *basis)]
    live = select(*columns).join(Item, Item.id == Judged.item_id).where(Item.takes_part)
    known = {row.item_id: row._asdict() for row in session.execute(live)}
    busy = set(session.scalars(select(DueMark.item_id)))
    looked = [{"item_id": id, "version": version, **basis} for id, version in let_go.items() if id not in busy]
    new = [row for row in looked if known.get(row["item_id"]) != row]
    for some in portions([row["item_id"] for row in new]):
        session.execute(delete(Judged).where(Judged.item_id.in_(some)))
    if new:
        session.execute(insert(Judged), [row | {"at": now} for row in new])
