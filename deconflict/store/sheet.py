"""Rows as the sheet for the day the server is dead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.domain.country import Mission
from deconflict.domain.escalation import OCHA_ROLES
from deconflict.domain.ocha_areas import whose
from deconflict.domain.severity import Severity
from deconflict.domain.sheet import AHEAD, CallEntry, CaseEntry, DutyEntry, ItemEntry, Reach, Sheet, within_h
from deconflict.domain.states import LIVE_MOVES, OPEN_CASES
from deconflict.store.base import Unreadable
from deconflict.store.callees import to_call
from deconflict.store.calls import calls_by_hand
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.store.people import Person
from deconflict.store.queries import on_duty


def sheet_at(session: Session, mission: Mission, now: datetime) -> Sheet:
    """The gravest case first, then what starts first."""
    book = _Book(session, now)
    cases = session.scalars(
        select(Case).where(Case.state.in_(OPEN_CASES), Case.starts_at <= now + AHEAD, Case.ends_at > now)
    ).all()
    items = session.scalars(
        select(Item)
        .where(Item.state.in_(LIVE_MOVES), Item.departs_at <= now + AHEAD, Item.ends_at > now)
        .order_by(Item.side, Item.reference)
    )
    calls = [facts.call for facts in calls_by_hand(session, mission.catalogue, now)]
    return Sheet(
        made_at=now,
        calls=tuple(
            CallEntry(one.label, one.case, one.since, Reach(one.side, one.function, one.numbers))
            for one in sorted(calls, key=lambda call: (-call.severity.rank, call.starts_at, call.since))
        ),
        cases=tuple(
            CaseEntry(
                case.reference,
                case.severity,
                within_h(case.starts_at, now),
                tuple(book.side(case, item) for item in case.items),
            )
            for case in sorted(cases, key=lambda case: (-Severity(case.severity).rank, case.starts_at, case.id))
        ),
        items=tuple(ItemEntry(item.reference, _whose(item), book.of(item)) for item in items),
        duty=tuple(_duty(session, mission, now)),
    )


def _duty(session: Session, mission: Mission, now: datetime) -> Iterable[DutyEntry]:
    for area in mission.areas:
        for step in OCHA_ROLES:
            for person in on_duty(session, area.code, step, now):
                yield DutyEntry(area.code, step, _numbers(person))


def _numbers(person: Person) -> tuple[str, ...]:
    """None where they cannot be read: the others are worth the sheet."""
    try:
        return tuple(phone.address for phone in person.phones)
    except Unreadable:
        return ()


@dataclass
class _Book:
    """Whom to call of whom, looked up once."""

    session: Session
    now: datetime
    known: dict[tuple[int, str, str | int | None], tuple[Reach, ...]] = field(default_factory=dict)

    def of(self, item: Item) -> tuple[Reach, ...]:
        # Of an area that OCHA entered it is whoever wrote it, of everything else somebody of the organisation and sector.
        apart = item.id if item.of_ocha else item.sector if item.side == Side.MISSION else None
        key = item.owner_id, item.side, apart
        if key not in self.known:
            self.known[key] = tuple(
                Reach(_whose(item), function, _numbers(person))
                for function, person in to_call(self.session, item, now=self.now)
            )
        return self.known[key]

    def side(self, case: Case, item: Item) -> tuple[str, str, tuple[Reach, ...]]:
        own = case.reference if item.of_ocha else case.reference_for(item.side)
        return _whose(item), own, self.of(item)


def _whose(item: Item) -> str:
    return whose(item.side, of_ocha=item.of_ocha)
