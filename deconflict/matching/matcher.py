"""Due marks -> judgements -> cases.

Computing comes before the lock; under the lock the versions of the item and of every neighbour are read again, and where
one has moved the work is done again there. So two matchers never write an older answer over a newer one, and a kill at any
moment leaves the marks for the next.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, Select, delete, or_, select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Activity, Side
from deconflict.domain.country import Mission
from deconflict.domain.judgement import Judgement
from deconflict.domain.sop import Reach
from deconflict.domain.states import LIVE_ITEMS
from deconflict.matching import cases, unchecked
from deconflict.matching.boxes import rows_of, understand
from deconflict.matching.candidates import neighbours
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.items import DueMark, Item
from deconflict.store.queries import filing_of, version_of
from deconflict.store.work import lock_matcher

log = structlog.get_logger()

SWEEP = "sweep"
SWEPT_AT_ONCE = 10


@dataclass(slots=True)
class Answer:
    """What one item means to its neighbours, with the versions it was computed from. `unreadable` items are people's work."""

    versions: dict[int, int] = field(default_factory=dict)
    judgements: dict[int, Judgement | None] = field(default_factory=dict)
    unreadable: set[int] = field(default_factory=set)


def match_due(mission: Mission, now: datetime, limit: int = 200) -> int:
    """Works through due marks, oldest first, an item at a time. Returns how many items were settled. One item that cannot
    be settled does not stop the others: its marks stay, and it is told."""
    settled = 0
    for item_id, mark_ids in _due_items(limit):
        try:
            _settle_item(mission, item_id, mark_ids, now)
            settled += 1
        except Exception:
            log.exception("an item could not be settled", item=item_id)
            unchecked.report(mission, item_id, mark_ids, now)
    return settled


def judge_item(session: Session, mission: Mission, item: Item, now: datetime) -> Answer:
    """The item against everything that could meet it, and against every item it already has a case with."""
    answer = Answer(versions={item.id: item.version})
    known = _case_neighbours(session, item.id)
    if item.state not in LIVE_ITEMS:
        answer.judgements = dict.fromkeys(known)
        _note_versions(session, answer)
        return answer
    activity = _understood(session, mission, item, answer)
    if activity is None:
        return answer
    side = Side(item.side)
    unjudged: set[int] = set()
    found = neighbours(session, rows_of(activity), side, reach_of(mission, activity))
    for other in session.scalars(select(Item).where(Item.id.in_(found | known)).order_by(Item.id)):
        answer.versions[other.id] = other.version
        if other.state not in LIVE_ITEMS:
            answer.judgements[other.id] = None
            continue
        theirs = _understood(session, mission, other, answer)
        if theirs is not None:
            pair = (activity, theirs) if side is Side.HUMANITARIAN else (theirs, activity)
            try:
                answer.judgements[other.id] = mission.pack.judge(*pair, now=now)
            except Exception:
                log.exception("a pair could not be judged", item=item.id, other=other.id)
                unjudged.add(other.id)
    # One neighbour that breaks the arithmetic is that neighbour's trouble; when all do, it is this item's.
    answer.unreadable |= {item.id} if unjudged and not answer.judgements else unjudged
    return answer


def reach_of(mission: Mission, activity: Activity) -> Reach:
    """How far any rule may look from this activity, whatever the other side may be doing."""
    mine = {name for part in activity.parts for name in (part.kind, *part.groups)}
    other = Side.MISSION if activity.side is Side.HUMANITARIAN else Side.HUMANITARIAN
    theirs = mission.catalogue.names(other)
    pair = (mine, theirs) if activity.side is Side.HUMANITARIAN else (theirs, mine)
    return mission.pack.reach(*pair)


def _settle_item(mission: Mission, item_id: int, mark_ids: list[int], now: datetime) -> None:
    item = db.session.get(Item, item_id)
    early = judge_item(db.session, mission, item, now) if item is not None else None  # type: ignore[arg-type]
    with transaction() as session:
        lock_matcher(session)
        item = session.get(Item, item_id, populate_existing=True)
        if item is not None and early is not None:
            answer = early if _still_holds(session, early) else judge_item(session, mission, item, now)
            _write(session, mission, item, answer, now)
        session.execute(delete(DueMark).where(DueMark.id.in_(mark_ids)))


def _write(session: Session, mission: Mission, item: Item, answer: Answer, now: datetime) -> None:
    for unreadable_id in sorted(answer.unreadable):
        unchecked.open_case(session, mission, session.get_one(Item, unreadable_id), now)
    if item.id in answer.unreadable:
        return
    unchecked.recover(session, mission, item, now)
    for other_id, judgement in sorted(answer.judgements.items()):
        other = session.get_one(Item, other_id)
        humanitarian, mission_item = (item, other) if item.side == Side.HUMANITARIAN else (other, item)
        cases.settle(session, mission, humanitarian, mission_item, judgement, now)


def _understood(session: Session, mission: Mission, item: Item, answer: Answer) -> Activity | None:
    try:
        return understand(item, filing_of(version_of(session, item)), mission)
    except Exception:
        log.exception("an item could not be read", item=item.id)
        answer.unreadable.add(item.id)
        return None


def _still_holds(session: Session, answer: Answer) -> bool:
    rows = session.execute(select(Item.id, Item.version, Item.state).where(Item.id.in_(answer.versions))).all()
    live = {id for id, judgement in answer.judgements.items() if judgement is not None}
    return all(
        version == answer.versions[id] and (id not in live or state in LIVE_ITEMS) for id, version, state in rows
    )


def _case_neighbours(session: Session, item_id: int) -> set[int]:
    rows = session.execute(
        select(Case.humanitarian_id, Case.mission_id).where(
            or_(Case.humanitarian_id == item_id, Case.mission_id == item_id)
        )
    )
    return {id for row in rows for id in row if id is not None and id != item_id}


def _note_versions(session: Session, answer: Answer) -> None:
    for id, version in session.execute(select(Item.id, Item.version).where(Item.id.in_(answer.judgements))):
        answer.versions[id] = version


def _due_items(limit: int) -> list[tuple[int, list[int]]]:
    """The oldest marks, gathered by item; those of the sweep last and few at a time, so that a new filing never waits behind
    it. The read ends here: no old snapshot is kept while computing."""
    swept = DueMark.reason == SWEEP
    found = [
        *db.session.execute(_marks(~swept).limit(limit * 4)),
        *db.session.execute(_marks(swept).limit(SWEPT_AT_ONCE)),
    ]
    db.session.rollback()
    by_item: dict[int, list[int]] = {}
    for mark_id, item_id in found:
        by_item.setdefault(item_id, []).append(mark_id)
    return list(by_item.items())[:limit]


def _marks(which: ColumnElement[bool]) -> Select[int, int]:
    return select(DueMark.id, DueMark.item_id).where(which).order_by(DueMark.id)
