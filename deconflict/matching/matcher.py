"""Due marks -> judgements -> cases.

Computing comes before the lock; under the lock the rules in force and the versions of the item and of every neighbour are
read again, and where one has moved the work is done again there. So two matchers never write an older answer over a newer
one, and a kill at any moment leaves the marks for the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from deconflict.domain.activity import Activity, Side
from deconflict.domain.country import Mission
from deconflict.domain.judgement import Judgement
from deconflict.matching import cases, duplicates, in_force, occupied, unchecked
from deconflict.matching.boxes import replace_boxes, understand
from deconflict.matching.candidates import neighbours
from deconflict.matching.causes import before
from deconflict.matching.lowered import withdraw_unreleased
from deconflict.matching.marks import Due, due_items, take
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.escorts import escorts_of, linked_with
from deconflict.store.items import Item
from deconflict.store.queries import filing_of, is_no_notice, version_of
from deconflict.store.work import Judged, lock_matcher

log = structlog.get_logger()


@dataclass(slots=True)
class Answer:
    """What one item means to its neighbours, with the versions and the escorts (by plan) that it was computed from. `duplicates` are
    other notices. `unreadable` items are people's work. `activity` None: the item no longer takes part, or cannot be read."""

    versions: dict[int, int] = field(default_factory=dict)
    escorts: Mapping[int, frozenset[int]] = field(default_factory=dict)
    judgements: dict[int, Judgement | None] = field(default_factory=dict)
    duplicates: dict[int, Judgement | None] = field(default_factory=dict)
    unreadable: set[int] = field(default_factory=set)
    activity: Activity | None = None


def match_due(mission: Mission, now: datetime, limit: int = 200) -> int:
    """Works through due marks, oldest first, an item at a time. Returns how many items were settled. One item that cannot
    be settled does not stop the others: its marks stay, and it is told."""
    settled = 0
    if not in_force.keep(mission, now):
        return settled
    for due in due_items(limit):
        try:
            settled += _settle_item(mission, due, now)
        except OperationalError:  # the database's trouble and not the item's: its marks stay for the next turn
            log.exception("an item waits for the database", item=due.item_id)
            db.session.rollback()
        except Exception:
            log.exception("an item could not be settled", item=due.item_id)
            unchecked.report(mission, due.item_id, due.mark_ids, now)
    return settled


def judge_item(session: Session, mission: Mission, item: Item, now: datetime) -> Answer:
    """The item against everything that could meet it, and against every item it already has a case with: what it may have
    come near to by its change, and what it may have left."""
    answer = Answer(versions={item.id: item.version})
    known = _case_neighbours(session, item.id)
    ours = item.side == Side.HUMANITARIAN
    if not item.takes_part:
        answer.judgements = dict.fromkeys(known)
        answer.duplicates = dict.fromkeys(duplicates.partners(session, mission, item, None) if ours else ())
        _note_versions(session, answer)
        return answer
    answer.escorts = escorts_of(session, known | {item.id})
    answer.activity = _understood(session, mission, item, answer)
    if answer.activity is None:
        return answer
    _judge_cases(session, mission, answer, answer.activity, known, now)
    if ours:
        _judge_duplicates(session, mission, item, answer, now)
    return answer


def _judge_cases(
    session: Session, mission: Mission, answer: Answer, activity: Activity, known: set[int], now: datetime
) -> None:
    unjudged: set[int] = set()
    found = neighbours(session, mission, activity)
    answer.escorts = {**answer.escorts, **escorts_of(session, found)}
    for other in session.scalars(select(Item).where(Item.id.in_(found | known)).order_by(Item.id)):
        answer.versions[other.id] = other.version
        if not other.takes_part:
            answer.judgements[other.id] = None
            continue
        theirs = _understood(session, mission, other, answer)
        if theirs is not None:
            pair = (activity, theirs) if activity.side is Side.HUMANITARIAN else (theirs, activity)
            try:
                plan = other if activity.side is Side.HUMANITARIAN else session.get_one(Item, activity.id)
                answer.judgements[other.id] = judged(session, mission, pair, plan, now)
            except Exception:
                log.exception("a pair could not be judged", item=activity.id, other=other.id)
                unjudged.add(other.id)
    # One neighbour that breaks the arithmetic is that neighbour's trouble; when all do, it is this item's.
    answer.unreadable |= {activity.id} if unjudged and not answer.judgements else unjudged


def judged(
    session: Session, mission: Mission, pair: tuple[Activity, Activity], plan: Item, now: datetime
) -> Judgement | None:
    """What the rules say of a notice and a plan now; of a plan that was filed without notice also what is over already, of which
    nobody had been able to say anything."""
    found = mission.pack.judge(*pair, now=now)
    if found is None and plan.departs_at < now and is_no_notice(session, plan):
        return mission.pack.judge(*pair, now=min(activity.departs_at for activity in pair))
    return found


def _judge_duplicates(session: Session, mission: Mission, item: Item, answer: Answer, now: datetime) -> None:
    """What goes wrong here is told and costs no case: nobody is in danger of the same aid twice."""
    if answer.activity is None:
        return
    wanted = duplicates.partners(session, mission, item, answer.activity)
    for other in session.scalars(select(Item).where(Item.id.in_(wanted)).order_by(Item.id)):
        answer.versions[other.id] = other.version
        if not other.takes_part:
            answer.duplicates[other.id] = None
            continue
        try:
            theirs = understand(other, filing_of(version_of(session, other)), mission)
            answer.duplicates[other.id] = mission.pack.judge_duplicate(answer.activity, theirs, now=now)
        except OperationalError:
            raise
        except Exception:
            log.exception("the same aid could not be compared", item=item.id, other=other.id)


def _settle_item(mission: Mission, due: Due, now: datetime) -> bool:
    """False where other rules have come into force meanwhile: then this process has nothing to say."""
    item = db.session.get(Item, due.item_id)
    early = judge_item(db.session, mission, item, now) if item is not None else None  # type: ignore[arg-type]
    with transaction() as session:
        if not in_force.in_force(lock_matcher(session), mission):
            return False
        item = session.get(Item, due.item_id, populate_existing=True)
        if item is not None and early is not None:
            answer = early if _still_holds(session, early) else judge_item(session, mission, item, now)
            _write(session, mission, item, answer, now)
        take(session, due.mark_ids)
    return True


def _write(session: Session, mission: Mission, item: Item, answer: Answer, now: datetime) -> None:
    withdraw_unreleased(session, mission, item, now)
    looked = occupied.look(session, mission, item, now)
    for unreadable_id in sorted(answer.unreadable):
        unchecked.open_case(session, mission, session.get_one(Item, unreadable_id), now)
    if item.id in answer.unreadable:
        return
    if looked:
        unchecked.recover(session, mission, item, now)
    else:
        unchecked.open_case(session, mission, item, now)
    seen, linked = session.get(Judged, item.id), linked_with(session, item.id)
    for other_id, judgement in sorted(answer.judgements.items()):
        other = session.get_one(Item, other_id)
        pair = (item, other) if item.side == Side.HUMANITARIAN else (other, item)
        look = before(item, seen, other, in_force.basis_of(mission), escorted=other_id in linked)
        cases.settle(session, cases.Pairing(mission, *pair, judgement, look, now, escorted=_escorted(answer, pair)))
    duplicates.settle(session, item, answer.duplicates, now)
    _note_judged(session, mission, item, seen, answer, now)


def _escorted(answer: Answer, pair: tuple[Item, Item]) -> bool:
    """Whether the plan was decided to escort that notice."""
    return pair[0].id in answer.escorts.get(pair[1].id, ())


def _note_judged(
    session: Session, mission: Mission, item: Item, seen: Judged | None, answer: Answer, now: datetime
) -> None:
    """The boxes of an item are those of the rules it was judged by: whoever filed it may have had other files."""
    basis = in_force.basis_of(mission)
    known = seen is not None and (seen.version, seen.profile) == (item.version, basis.profile)
    if answer.activity is not None and not known:
        replace_boxes(session, item.id, answer.activity)
    row = seen or Judged(item_id=item.id)
    row.version, row.at = item.version, now
    row.sop_version, row.gazetteer, row.profile = basis.sop_version, basis.gazetteer, basis.profile
    session.add(row)


def _understood(session: Session, mission: Mission, item: Item, answer: Answer) -> Activity | None:
    try:
        return understand(item, filing_of(version_of(session, item)), mission, answer.escorts.get(item.id, frozenset()))
    except OperationalError:
        raise
    except Exception:
        log.exception("an item could not be read", item=item.id)
        answer.unreadable.add(item.id)
        return None


def _still_holds(session: Session, answer: Answer) -> bool:
    """Locked against their owners until this is written, in one order, so that two never wait for each other."""
    query = select(Item.id, Item.version, Item.takes_part).where(Item.id.in_(answer.versions)).order_by(Item.id)
    rows = session.execute(query.with_for_update(read=True, key_share=True)).all()
    judged = {**answer.judgements, **answer.duplicates}
    live = {id for id, judgement in judged.items() if judgement is not None} | answer.unreadable
    if answer.activity is not None:
        live.add(answer.activity.id)  # another scheduler may have settled its cancelling meanwhile
    if answer.escorts != escorts_of(session, answer.versions):
        return False
    return all(version == answer.versions[id] and (id not in live or takes_part) for id, version, takes_part in rows)


def _case_neighbours(session: Session, item_id: int) -> set[int]:
    rows = session.execute(
        select(Case.humanitarian_id, Case.mission_id).where(
            or_(Case.humanitarian_id == item_id, Case.mission_id == item_id)
        )
    )
    return {id for row in rows for id in row if id is not None and id != item_id}


def _note_versions(session: Session, answer: Answer) -> None:
    wanted = {*answer.judgements, *answer.duplicates}
    for id, version in session.execute(select(Item.id, Item.version).where(Item.id.in_(wanted))):
        answer.versions[id] = version
