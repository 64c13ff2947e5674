"""An item that could not be read or settled opens a case of its own, "could not be checked": a person must look."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.severity import Harm, Severity
from deconflict.domain.states import LIVE_ITEMS, OPEN_CASES, CaseState
from deconflict.matching import desk, endings
from deconflict.matching.in_force import basis_of
from deconflict.matching.marks import take
from deconflict.store.base import transaction
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.store.moves import move_case, note_event
from deconflict.store.outbox import fresh_reference

log = structlog.get_logger()
LONGEST_WAIT = timedelta(days=1)


def open_case(session: Session, mission: Mission, item: Item, now: datetime) -> None:
    """Opens it, or opens it again; an open one is left as it is. Judged HIGH and dangerous, since nobody knows."""
    if item.state not in LIVE_ITEMS:
        return
    case = _case_of(session, item)
    if case is not None and _dismissed_as_it_is(case, item):
        return
    if case is not None:
        _take_look(mission, case, item)
        if case.state in OPEN_CASES:
            return
    if case is None:
        case = _new_case(mission, item, now)
        session.add(case)
        session.flush()
        note_event(session, case, "fail", now)
    else:
        case.round, case.round_at, case.owner_id = case.round + 1, now, None
        move_case(session, case, "fail", "system", now)
    case.ends_at = max(item.ends_at, now + LONGEST_WAIT)
    desk.alert_desk(session, mission, case, now)


def _dismissed_as_it_is(case: Case, item: Item) -> bool:
    """An officer has looked at this very version and said that nothing is to be done."""
    seen = case.humanitarian_version if item.side == "humanitarian" else case.mission_version
    return case.state == CaseState.DISMISSED and seen == item.version


def _take_look(mission: Mission, case: Case, item: Item) -> None:
    """Which version could not be read, by which rules: an officer who dismisses the case has seen this one."""
    if item.side == "humanitarian":
        case.humanitarian_version = item.version
    else:
        case.mission_version = item.version
    basis = basis_of(mission)
    case.sop_version, case.gazetteer, case.profile = basis.sop_version, basis.gazetteer, basis.profile


def recover(session: Session, mission: Mission, item: Item, now: datetime) -> None:
    """The item can be read again: the case that said otherwise is over."""
    case = _case_of(session, item)
    if case is not None and case.state in OPEN_CASES:
        endings.end_case(session, mission, case, "vanish", now)


def report(mission: Mission, item_id: int, mark_ids: list[int], now: datetime) -> None:
    """In a transaction of its own, after settling failed: the case is opened and the marks are taken, so that one broken item
    is neither tried every second nor passed over in silence. The sweep marks it again."""
    try:
        with transaction() as session:
            item = session.get(Item, item_id)
            if item is not None:
                open_case(session, mission, item, now)
            take(session, mark_ids)
    except Exception:
        log.exception("an item could not even be reported", item=item_id)


def _case_of(session: Session, item: Item) -> Case | None:
    return session.scalars(select(Case).where(Case.pair == _pair(item)).with_for_update(of=Case)).first()


def _pair(item: Item) -> str:
    return f"{item.id}:-" if item.side == "humanitarian" else f"-:{item.id}"


def _new_case(mission: Mission, item: Item, now: datetime) -> Case:
    humanitarian = item.side == "humanitarian"
    return Case(
        pair=_pair(item),
        humanitarian_id=item.id if humanitarian else None,
        mission_id=None if humanitarian else item.id,
        humanitarian_version=item.version if humanitarian else 0,
        mission_version=0 if humanitarian else item.version,
        reference=fresh_reference(),
        humanitarian_reference=fresh_reference(),
        mission_reference=fresh_reference(),
        state=CaseState.UNCHECKED,
        round=1,
        round_at=now,
        severity=Severity.HIGH,
        harm=Harm.DANGER,
        # Nobody could read whether it is sensitive, so nobody but the officer may know of it.
        eyes_only=True,
        judgement={},
        sop_version=basis_of(mission).sop_version,
        gazetteer=basis_of(mission).gazetteer,
        profile=basis_of(mission).profile,
        area=item.area,
        opened_at=now,
        starts_at=item.departs_at,
        ends_at=item.ends_at,
        released=[],
    )
