"""The case of one item, which nobody of the other side meets: of a team that is not heard of, of a site that armed people are in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.severity import Harm, Severity
from deconflict.domain.states import CaseState
from deconflict.matching import desk, endings
from deconflict.matching.in_force import basis_of
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.store.moves import move_case, note_event
from deconflict.store.outbox import fresh_reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What such a case is about now: `facts` by which it is known again, and the hours between which it stands."""

    facts: dict[str, object]
    severity: Severity
    sensitive: bool
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of them: the `mark` behind the item in the pair's name, the state in which it begins, and the event that opens it."""

    mark: str
    state: CaseState
    event: str

    def case_of(self, session: Session, item: Item) -> Case | None:
        """The one row that an item has of this sort, locked."""
        return session.scalars(select(Case).where(Case.pair == self._pair(item)).with_for_update(of=Case)).first()

    def opened(
        self, session: Session, mission: Mission, case: Case | None, item: Item, matter: Matter, now: datetime
    ) -> Case:
        """New, or a new round of the one that the item had before."""
        known = case is not None
        if case is None:
            case = Case(
                pair=self._pair(item),
                humanitarian_id=item.id,
                reference=fresh_reference(),
                humanitarian_reference=fresh_reference(),
                mission_reference=fresh_reference(),
                state=self.state,
                round=1,
                round_at=now,
                harm=Harm.DANGER,
                judgement={},
                opened_at=now,
                released=[],
            )
        else:
            endings.recall_closing(session, case)
            case.outcome = case.adjusted_by = None
            desk.begin_round(session, case, now)
        basis = basis_of(mission)
        case.area, case.eyes_only, case.severity = item.area, matter.sensitive, matter.severity
        case.humanitarian_version, case.judged_from = item.version, matter.facts
        case.sop_version, case.gazetteer, case.profile = basis.sop_version, basis.gazetteer, basis.profile
        case.starts_at, case.ends_at = matter.starts_at, matter.ends_at
        session.add(case)
        session.flush()
        if known:
            move_case(session, case, self.event, "system", now)
        else:
            note_event(session, case, self.event, now)
        return case

    def _pair(self, item: Item) -> str:
        return f"{item.id}:{self.mark}"
