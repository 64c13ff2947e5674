"""The queue's light rows: columns of open cases and of who is waited for, in a few queries however many there are. Nothing that was
filed is opened here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from deconflict.domain.filing import kinds_of
from deconflict.domain.kinds import Catalogue
from deconflict.domain.queue import QueueRow
from deconflict.domain.severity import Harm, Severity
from deconflict.domain.states import OPEN_CASES, AlertState, CaseState, ReleaseState
from deconflict.store.alerts import Alert
from deconflict.store.cases import ALONE_OCCUPIED, ALONE_OVERDUE, Case, CaseEvent, ReleaseAsk
from deconflict.store.desk import UNREADABLE, known_items
from deconflict.store.items import Item, ItemVersion
from deconflict.store.people import Organisation

IS_OPEN = Case.state.in_(OPEN_CASES)
OF_ONE = (f":{ALONE_OVERDUE}", f":{ALONE_OCCUPIED}")


def queue_rows(session: Session) -> list[QueueRow]:
    """Every open case, in no order."""
    waits = _waits(session)
    return [_row(found, tuple(waits.get(found.id, ()))) for found in session.execute(_query())]


def sensitive_ids(session: Session, catalogue: Catalogue) -> frozenset[int]:
    """Of the open cases whose notice is SENSITIVE or cannot be read. Kinds alone are looked at, each notice once; what could not be
    checked is read whole, and everything is where a row is damaged."""
    found = session.execute(select(Case.id, Case.humanitarian_id, Case.state).where(IS_OPEN)).all()
    notices = {item_id for _id, item_id, _state in found if item_id is not None}
    doubtful = {item_id for _id, item_id, state in found if state == CaseState.UNCHECKED and item_id is not None}
    try:
        plain = _sensitive_kinds(session, notices - doubtful, catalogue)
    except UNREADABLE:  # a spoilt row takes the whole answer with it
        plain, doubtful = set(), notices
    items = session.scalars(select(Item).where(Item.id.in_(doubtful))).all() if doubtful else []
    whole = {
        item.id for item, facts in zip(items, known_items(session, items, catalogue), strict=True) if facts.sensitive
    }
    return frozenset(id for id, item_id, _state in found if item_id in plain | whole)


def _sensitive_kinds(session: Session, notices: Collection[int], catalogue: Catalogue) -> set[int]:
    """Those of which any kind is SENSITIVE or unknown, and those of which nothing is kept."""
    current = select(Item.id, ItemVersion.filing).join(ItemVersion, ItemVersion.item_id == Item.id)
    open_notices = select(Case.humanitarian_id).where(IS_OPEN)
    rows = session.execute(current.where(ItemVersion.version == Item.version, Item.id.in_(open_notices))).all()
    harmless = {id for id, filing in rows if id in notices and _is_harmless(filing, catalogue)}
    return set(notices) - harmless


def _is_harmless(filing: dict[str, Any], catalogue: Catalogue) -> bool:
    try:
        return not any(catalogue[code].sensitive for code in kinds_of(filing))
    except UNREADABLE:
        return False


def last_moves(session: Session, ids: Collection[int]) -> dict[str, datetime]:
    """When something last happened to these cases, by the desk's reference."""
    newest = select(Case.reference, func.max(CaseEvent.at)).join(Case, Case.id == CaseEvent.case_id)
    found = session.execute(newest.where(CaseEvent.case_id.in_(ids)).group_by(Case.reference))
    return {reference: at for reference, at in found}  # noqa: C416  # dict() takes no rows of two types


def organisations_in(session: Session, ids: Collection[int]) -> list[tuple[int, str]]:
    """Id and name, by name."""
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)).order_by(Organisation.name)
    return [(id, name) for id, name in session.execute(query)]


def _query() -> Select[Any]:
    humanitarian, plan = aliased(Item), aliased(Item)
    own = [
        getattr(Case, name)
        for name in (
            *("id", "pair", "reference", "state", "round", "severity", "harm", "area", "also", "rules"),
            *("opened_at", "round_at", "starts_at", "hold_until", "owner_id"),
        )
    ]
    of_items = [
        getattr(item, name).label(f"{side}_{name}")
        for side, item in (("humanitarian", humanitarian), ("mission", plan))
        for name in ("reference", "owner_id", "sector")
    ]
    query = select(*own, *of_items).outerjoin(humanitarian, Case.humanitarian_id == humanitarian.id)
    return query.outerjoin(plan, Case.mission_id == plan.id).where(IS_OPEN)


def _row(found: Row[Any], waits: tuple[datetime, ...]) -> QueueRow:
    alone = found.pair.endswith(OF_ONE)
    sectors = (found.humanitarian_sector, found.mission_sector)
    organisations = (found.humanitarian_owner_id, found.mission_owner_id)
    return QueueRow(
        id=found.id,
        reference=found.reference,
        state=found.state,
        round=found.round,
        severity=Severity(found.severity),
        harm=Harm(found.harm),
        areas=(found.area, *found.also.split()),
        sectors=frozenset(code for code in sectors if code),
        organisations=frozenset(id for id in organisations if id is not None),
        rules=frozenset(found.rules.split()),
        opened_at=found.opened_at,
        round_at=found.round_at,
        starts_at=found.starts_at,
        hold_until=found.hold_until,
        owner_id=found.owner_id,
        humanitarian=found.humanitarian_reference,
        mission=found.mission_reference,
        alone=alone,
        unchecked=not found.rules and not alone,
        waits=waits,
    )


def _waits(session: Session) -> dict[int, list[datetime]]:
    """By when somebody of a side should have acknowledged, and by when an owner who was rung should have answered, by case. Of a
    case the first of each."""
    found: dict[int, list[datetime]] = defaultdict(list)
    for case_id, _code, at in side_clocks(session):
        found[case_id].append(at)
    return found


def side_clocks(session: Session) -> Iterator[tuple[int, str, datetime]]:
    """The first of each clock that runs for a side of an open case: `word` of who should have acknowledged, `release` of an owner who was
    rung."""
    owed = and_(Alert.state == AlertState.OWED, Alert.side != "ocha", Alert.ack_due_at.is_not(None))
    alerts = select(Alert.case_id, func.min(Alert.ack_due_at)).join(Case, Case.id == Alert.case_id).where(owed, IS_OPEN)
    rung = or_(ReleaseAsk.state == ReleaseState.ASKED, ReleaseAsk.state == ReleaseState.SILENT)
    # Of one side the last call only: whoever was called again is waited for by the new clock.
    last = select(func.max(ReleaseAsk.id)).group_by(ReleaseAsk.case_id, ReleaseAsk.side)
    calls = select(ReleaseAsk.case_id, ReleaseAsk.due_at).join(Case, Case.id == ReleaseAsk.case_id)
    calls = calls.where(rung, ReleaseAsk.round == Case.round, ReleaseAsk.id.in_(last), IS_OPEN)
    for code, query in (("word", alerts.group_by(Alert.case_id)), ("release", calls)):
        for case_id, at in session.execute(query).all():
            if at is not None:
                yield case_id, code, at
