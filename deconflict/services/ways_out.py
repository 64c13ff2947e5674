"""Ways out of a case, read and not written: what each side could change, and whether it may be asked to (RUL-8, RUL-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.filing import Filing
from deconflict.domain.states import OPEN_CASES
from deconflict.domain.ways_out import Change
from deconflict.matching.ways_out import UNREADABLE, Ways, asks, ways_out
from deconflict.services.requests import draft
from deconflict.store.cases import Case


@dataclass(frozen=True, slots=True)
class SideWays:
    """One side's ways. `askable`: the other side has released words in which it may be asked now."""

    ways: Ways
    askable: bool

    @property
    def side(self) -> str:
        return str(self.ways.side)

    @property
    def filing(self) -> Filing:
        return self.ways.filing

    def ask_of(self, change: Change) -> str:
        """The code of the request that fits; nothing of the change's figures goes with it."""
        return asks(change, self.ways.filing)


def of_case(session: Session, case_id: int, mission: Mission, now: datetime) -> list[SideWays] | None:
    """By side, the mission first; an empty list for a case that is over, is of one item or only informs. None where an item cannot be
    read: then nobody knows what it would meet."""
    case = session.get_one(Case, case_id)
    if case.state not in OPEN_CASES:
        return []
    try:
        return [_side(session, case, ways, mission) for ways in ways_out(session, mission, case, now)]
    except UNREADABLE:
        return None


def _side(session: Session, case: Case, ways: Ways, mission: Mission) -> SideWays:
    return SideWays(ways, draft(session, case, str(ways.side), mission).words is not None)
