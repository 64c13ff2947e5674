"""A team has not said that it arrived: a case of its notice alone. Its organisation's base hears first, and the officer when nobody
there has it in time (D7.1). It is no alarm for a rescue, and says so."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from deconflict.domain.check_ins import next_word
from deconflict.domain.country import Mission
from deconflict.domain.escalation import OVERDUE
from deconflict.domain.filing import MovementNotice
from deconflict.domain.severity import Severity
from deconflict.domain.states import LIVE_MOVES, OPEN_CASES, CaseState, ItemState
from deconflict.matching import endings
from deconflict.matching.alone import Matter, Sort
from deconflict.matching.climb import Climb
from deconflict.store.cases import ALONE_OVERDUE
from deconflict.store.check_ins import said_of
from deconflict.store.items import Item
from deconflict.store.queries import filing_of, is_sensitive, version_of

SORT = Sort(ALONE_OVERDUE, CaseState.OVERDUE, "miss")
WATCHED = timedelta(days=3)  # after the last word that was due: then the case lapses, and is counted
WATCHED_STATES = LIVE_MOVES | {ItemState.ENDED}  # that its hours are over is no news of the team


def look(session: Session, mission: Mission, item: Item, now: datetime) -> int:
    """Opens the case of what is overdue by now, or ends it once the team has spoken, has other hours or does not go. Returns how many
    are told."""
    filing = filing_of(version_of(session, item))
    case = SORT.case_of(session, item)
    waited = None
    if isinstance(filing, MovementNotice) and item.state in WATCHED_STATES:
        said = [one for one in said_of(session, item.id) if one.version == item.version]
        waited = next_word(filing.stops, filing.check_in_plan, said, mission.pack.overdue_after)
    if waited is None or waited.due_at > now:
        if case is not None and case.state in OPEN_CASES:
            endings.end_case(session, mission, case, "vanish", now)
        return 0
    about: dict[str, object] = {"stop": waited.stop, "due": waited.due_at.isoformat()}
    if case is not None and case.judged_from == about:
        return 0  # it is told already; or an officer has looked at this very silence, or it was watched long enough
    matter = Matter(
        facts=about,
        severity=Severity.HIGH,
        sensitive=is_sensitive(filing, mission.catalogue),
        starts_at=waited.due_at,
        ends_at=max(item.ends_at, now) + WATCHED,
    )
    case = SORT.opened(session, mission, case, item, matter, now)
    name = f"{OVERDUE}:{waited.stop}"
    return Climb(session, mission, case, "humanitarian", OVERDUE, name, alerted_at=now, now=now).take_due_steps()
