"""A team has not said that it arrived: a case of its notice alone. Its organisation's base hears first, and the officer when nobody
there has it in time (D7.1). It is no alarm for a rescue, and says so."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.check_ins import next_word
from deconflict.domain.country import Mission
from deconflict.domain.escalation import OVERDUE
from deconflict.domain.filing import MovementNotice
from deconflict.domain.severity import Harm, Severity
from deconflict.domain.states import LIVE_MOVES, OPEN_CASES, CaseState, ItemState
from deconflict.matching import desk, endings
from deconflict.matching.climb import Climb
from deconflict.matching.in_force import basis_of
from deconflict.store.cases import ALONE_OVERDUE, Case
from deconflict.store.check_ins import said_of
from deconflict.store.items import Item
from deconflict.store.moves import move_case, note_event
from deconflict.store.outbox import fresh_reference
from deconflict.store.queries import filing_of, is_sensitive, version_of

WATCHED = timedelta(days=3)  # after the last word that was due: then the case lapses, and is counted
WATCHED_STATES = LIVE_MOVES | {ItemState.ENDED}  # that its hours are over is no news of the team


def look(session: Session, mission: Mission, item: Item, now: datetime) -> int:
    """Opens the case of what is overdue by now, or ends it once the team has spoken, has other hours or does not go. Returns how many
    are told."""
    filing = filing_of(version_of(session, item))
    case = _case_of(session, item)
    waited = None
    if isinstance(filing, MovementNotice) and item.state in WATCHED_STATES:
        said = [one for one in said_of(session, item.id) if one.version == item.version]
        waited = next_word(filing.stops, filing.check_in_plan, said, mission.pack.overdue_after)
    if waited is None or waited.due_at > now:
        if case is not None and case.state in OPEN_CASES:
            endings.end_case(session, mission, case, "vanish", now)
        return 0
    about = {"stop": waited.stop, "due": waited.due_at.isoformat()}
    if case is not None and case.judged_from == about and case.state not in OPEN_CASES:
        return 0  # an officer has looked at this very silence, or it was watched long enough
    if case is not None and case.state in OPEN_CASES and case.judged_from == about:
        return 0
    sensitive = is_sensitive(filing, mission.catalogue)
    case = _opened(session, mission, case, item, about, waited.due_at, now, sensitive=sensitive)
    name = f"{OVERDUE}:{waited.stop}"
    return Climb(session, mission, case, "humanitarian", OVERDUE, name, alerted_at=now, now=now).take_due_steps()


def _case_of(session: Session, item: Item) -> Case | None:
    return session.scalars(select(Case).where(Case.pair == _pair(item)).with_for_update(of=Case)).first()


def _pair(item: Item) -> str:
    return f"{item.id}:{ALONE_OVERDUE}"


def _opened(
    session: Session,
    mission: Mission,
    case: Case | None,
    item: Item,
    about: dict[str, object],
    due_at: datetime,
    now: datetime,
    *,
    sensitive: bool,
) -> Case:
    """New, or a new round of the one that the notice had before."""
    basis = basis_of(mission)
    if case is None:
        case = Case(
            pair=_pair(item),
            humanitarian_id=item.id,
            reference=fresh_reference(),
            humanitarian_reference=fresh_reference(),
            mission_reference=fresh_reference(),
            state=CaseState.OVERDUE,
            round=1,
            severity=Severity.HIGH,
            harm=Harm.DANGER,
            judgement={},
            opened_at=now,
            released=[],
            round_at=now,
            area=item.area,
            sop_version=basis.sop_version,
            starts_at=due_at,
            ends_at=due_at,
        )
        session.add(case)
        event = True
    else:
        endings.recall_closing(session, case)
        case.outcome = case.adjusted_by = None
        desk.begin_round(session, case, now)
        event = False
    case.area, case.eyes_only = item.area, sensitive
    case.humanitarian_version, case.judged_from = item.version, about
    case.sop_version, case.gazetteer, case.profile = basis.sop_version, basis.gazetteer, basis.profile
    case.starts_at, case.ends_at = due_at, max(item.ends_at, now) + WATCHED
    session.flush()
    if event:
        note_event(session, case, "miss", now)
    else:
        move_case(session, case, "miss", "system", now)
    return case
