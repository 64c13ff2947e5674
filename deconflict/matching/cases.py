"""A judgement becomes a case: opened, updated, softened, reopened or ended, with its history and the word owed to OCHA."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.judgement import Judgement
from deconflict.domain.severity import Severity
from deconflict.domain.states import OPEN_CASES, CaseState, ItemState
from deconflict.matching import desk, endings
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.store.moves import move_case, note_event
from deconflict.store.outbox import fresh_reference


def settle(
    session: Session,
    mission: Mission,
    humanitarian: Item,
    mission_item: Item,
    judgement: Judgement | None,
    now: datetime,
) -> None:
    """Makes the pair's case say what the judgement says. Called under the matcher's lock with current versions."""
    case = session.scalars(
        select(Case).where(Case.pair == pair_of(humanitarian, mission_item)).with_for_update(of=Case)
    ).first()
    if ItemState.ENDED in (humanitarian.state, mission_item.state):
        return  # what is over is neither opened nor closed again: the case lapses at its own hour
    if judgement is None or judgement.ends_at <= now:
        # Where the hour has simply passed the case lapses, which is counted apart from resolved: jobs/calendar does that.
        if case is not None and case.state in OPEN_CASES and case.ends_at > now:
            cancelled = ItemState.CANCELLED in (humanitarian.state, mission_item.state)
            endings.end_case(session, mission, case, "overtake" if cancelled else "vanish", now)
        return
    if case is None:
        _open(session, mission, humanitarian, mission_item, judgement, now)
    else:
        _update(session, mission, case, humanitarian, mission_item, judgement, now)


def pair_of(humanitarian: Item | None, mission_item: Item | None) -> str:
    """The canonical name of a pair, or of one item alone that could not be checked."""
    return f"{humanitarian.id if humanitarian else '-'}:{mission_item.id if mission_item else '-'}"


def material(old: Judgement, new: Judgement) -> bool:
    """Whether people must look again: other rules, other severity, another place (100 m) or other hours (a minute)."""
    return _figures(old) != _figures(new)


def _figures(judgement: Judgement) -> tuple[object, ...]:
    hits = sorted(
        (
            hit.rule_id,
            str(hit.severity),
            round(hit.gap_m / 100) if hit.gap_m != float("inf") else -1,
            round(hit.nominal.a_at.timestamp() / 60),
            round(hit.nominal.b_at.timestamp() / 60),
            round(hit.meets_from.timestamp() / 60),
            round(hit.meets_until.timestamp() / 60),
        )
        for hit in judgement.hits
    )
    return (str(judgement.severity), judgement.eyes_only, tuple(hits))


def _open(
    session: Session, mission: Mission, humanitarian: Item, mission_item: Item, judgement: Judgement, now: datetime
) -> None:
    case = Case(
        pair=pair_of(humanitarian, mission_item),
        humanitarian_id=humanitarian.id,
        mission_id=mission_item.id,
        reference=fresh_reference(),
        humanitarian_reference=fresh_reference(),
        mission_reference=fresh_reference(),
        state=CaseState.DETECTED,
        round=1,
        round_at=now,
        opened_at=now,
        area=humanitarian.area,
        released=[],
    )
    _take_judgement(case, judgement)
    _take_versions(case, humanitarian, mission_item)
    _hold(mission, case, now)
    session.add(case)
    session.flush()
    note_event(session, case, "open", now)
    desk.alert_desk(session, mission, case, now)


def _update(
    session: Session,
    mission: Mission,
    case: Case,
    humanitarian: Item,
    mission_item: Item,
    judgement: Judgement,
    now: datetime,
) -> None:
    before = Judgement.from_json(case.judgement) if case.judgement else None
    changed = before is None or material(before, judgement)
    worse = before is None or judgement.severity.rank > before.severity.rank
    softer = before is not None and judgement.severity.rank < before.severity.rank
    aged = _same_versions(case, humanitarian, mission_item, judgement) and not worse
    longer = judgement.ends_at > case.ends_at
    if case.state in OPEN_CASES:
        _take_judgement(case, judgement)
        _take_versions(case, humanitarian, mission_item)
        if changed and (softer or aged):
            note_event(session, case, "soften" if softer else "refresh", now)
        elif changed:
            _hold(mission, case, now)
            if case.state == CaseState.DETECTED:
                note_event(session, case, "change", now)
            else:
                move_case(session, case, "change", "system", now)
            desk.new_round(session, mission, case, now)
        return
    back = case.state in (CaseState.CLOSED, CaseState.OVERTAKEN)
    if back or (changed and not aged) or (case.state == CaseState.LAPSED and longer):
        _take_judgement(case, judgement)
        _take_versions(case, humanitarian, mission_item)
        _hold(mission, case, now)
        endings.recall_closing(session, case)
        case.outcome = case.adjusted_by = None
        move_case(session, case, "reopen", "system", now)
        desk.new_round(session, mission, case, now)


def _take_judgement(case: Case, judgement: Judgement) -> None:
    case.judgement = judgement.to_json()
    case.severity, case.harm = judgement.severity, judgement.harm
    case.eyes_only = judgement.eyes_only
    case.sop_version = judgement.sop_version
    case.starts_at, case.ends_at = judgement.starts_at, judgement.ends_at
    case.rejudge_at = judgement.rejudge_at


def _hold(mission: Mission, case: Case, now: datetime) -> None:
    """A new round gives the officer his time again before the minimal alert goes (RUL-1)."""
    case.hold_until = mission.pack.clocks.hold_until(Severity(case.severity), case.starts_at, now)


def _same_versions(case: Case, humanitarian: Item, mission_item: Item, judgement: Judgement) -> bool:
    """Only the clock moved: a stop that is over leaves the figures without anybody having changed a plan."""
    seen = (case.humanitarian_version, case.mission_version, case.sop_version)
    return seen == (humanitarian.version, mission_item.version, judgement.sop_version)


def _take_versions(case: Case, humanitarian: Item, mission_item: Item) -> None:
    case.humanitarian_version, case.mission_version = humanitarian.version, mission_item.version
    case.area = humanitarian.area
