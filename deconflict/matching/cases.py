"""A judgement becomes a case: opened, updated, softened, reopened or ended, with its history and the word owed to OCHA."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.activity import LatLon
from deconflict.domain.country import Mission
from deconflict.domain.judgement import Figures, Hit, Judgement
from deconflict.domain.severity import Severity
from deconflict.domain.states import OFF_ITEMS, OPEN_CASES, CaseState
from deconflict.matching import desk, endings
from deconflict.matching.causes import Looked, causes, last_look
from deconflict.matching.in_force import basis_of
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.store.moves import move_case, note_event
from deconflict.store.outbox import fresh_reference
from deconflict.store.queries import is_no_notice


@dataclass(frozen=True, slots=True)
class Pairing:
    """A humanitarian and a mission item, and what is said of them now. `before` is what the one that is being settled was
    judged with last, to say why a first case opens; `escorted`: the plan was decided to escort that very notice."""

    mission: Mission
    humanitarian: Item
    mission_item: Item
    judgement: Judgement | None
    before: Looked
    now: datetime
    escorted: bool = False


def settle(session: Session, pairing: Pairing) -> None:
    """Makes the pair's case say what the judgement says. Called under the matcher's lock with current versions."""
    humanitarian, mission_item, judgement = pairing.humanitarian, pairing.mission_item, pairing.judgement
    case = session.scalars(
        select(Case).where(Case.pair == pair_of(humanitarian, mission_item)).with_for_update(of=Case)
    ).first()
    if case is None:
        if judgement is not None and judgement.ends_at > pairing.now:
            _open(session, pairing, judgement)
        elif judgement is not None and is_no_notice(session, mission_item):
            _open_past(session, pairing, judgement)
        return
    last = last_look(case)
    _take_look(case, pairing)
    if judgement is not None and judgement.ends_at > pairing.now:
        _update(session, pairing, case, judgement, last)
    # Where the hour has simply passed the case lapses, which is counted apart from resolved: jobs/calendar does that.
    elif case.state in OPEN_CASES and case.ends_at > pairing.now:
        cancelled = bool({humanitarian.state, mission_item.state} & OFF_ITEMS)
        event, why = "overtake" if cancelled else "vanish", _why(pairing, last)
        endings.end_case(session, pairing.mission, case, event, pairing.now, last=last, why=why)


def pair_of(humanitarian: Item | None, mission_item: Item | None) -> str:
    """The canonical name of a pair, or of one item alone that could not be checked."""
    return f"{humanitarian.id if humanitarian else '-'}:{mission_item.id if mission_item else '-'}"


def material(old: Judgement, new: Judgement) -> bool:
    """Whether people must look again: other rules, other severity, another place (100 m) or other hours (a minute)."""
    return _figures(old) != _figures(new)


def comes_back(
    state: CaseState, ends_at: datetime, old: Judgement | None, new: Judgement, *, aged: bool = False
) -> bool:
    """Whether a case that has ended opens again, now that its pair meets as `new` says. `aged`: nothing but time has passed."""
    if state in (CaseState.CLOSED, CaseState.OVERTAKEN):
        return True
    changed = old is None or material(old, new)
    return (changed and not aged) or (state == CaseState.LAPSED and new.ends_at > ends_at)


def elsewhere(old: Judgement, new: Judgement) -> bool:
    """Whether some of it is at another place or other hours than people were told: milder or not, they must look again."""
    return not {_where(hit) for hit in new.hits} <= {_where(hit) for hit in old.hits}


def _figures(judgement: Judgement) -> tuple[object, ...]:
    hits = sorted((*_where(hit), str(hit.severity)) for hit in judgement.hits)
    return (str(judgement.severity), judgement.eyes_only, tuple(hits))


def _where(hit: Hit) -> tuple[str, int, int, int, int, int]:
    return (
        hit.rule_id,
        round(hit.gap_m / 100) if hit.gap_m != float("inf") else -1,
        round(hit.nominal.a_at.timestamp() / 60),
        round(hit.nominal.b_at.timestamp() / 60),
        round(hit.meets_from.timestamp() / 60),
        round(hit.meets_until.timestamp() / 60),
    )


def _open(session: Session, pairing: Pairing, judgement: Judgement) -> None:
    desk.alert_desk(session, pairing.mission, _opened(session, pairing, judgement), pairing.now)


def _open_past(session: Session, pairing: Pairing, judgement: Judgement) -> None:
    """Of a plan that was filed when the two had met already: the desk reads it among what lapsed, and nobody is alerted of what
    cannot be changed any more."""
    case = _opened(session, pairing, judgement)
    first = min(pairing.humanitarian.departs_at, pairing.mission_item.departs_at)  # as the matcher asked
    case.judged_from = case.judged_from | {"at": first.isoformat()}
    endings.end_case(session, pairing.mission, case, "lapse", pairing.now)


def _opened(session: Session, pairing: Pairing, judgement: Judgement) -> Case:
    humanitarian, mission_item, now = pairing.humanitarian, pairing.mission_item, pairing.now
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
        released=[],
    )
    _take_look(case, pairing)
    _take_judgement(case, pairing, judgement)
    _hold(pairing, case)
    session.add(case)
    session.flush()
    note_event(session, case, "open", now, code=_why(pairing, pairing.before))
    return case


def _update(session: Session, pairing: Pairing, case: Case, judgement: Judgement, last: Looked) -> None:
    before, now = Judgement.from_json(case.judgement) if case.judgement else None, pairing.now
    figures = _figures_of(case, before)
    changed = before is None or material(before, judgement)
    worse = before is None or judgement.severity.rank > before.severity.rank
    softer = before is not None and judgement.severity.rank < before.severity.rank and not elsewhere(before, judgement)
    aged = last == last_look(case) and not worse
    why = _why(pairing, last, worse=worse and before is not None)
    if case.state in OPEN_CASES:
        _take_judgement(case, pairing, judgement)
        if changed and (softer or aged):
            note_event(session, case, "soften" if softer else "refresh", now, code=why)
        elif changed:
            case.before = figures
            _hold(pairing, case)
            if case.state == CaseState.DETECTED:
                note_event(session, case, "change", now, code=why)
            else:
                move_case(session, case, "change", "system", now, code=why)
            desk.new_round(session, pairing.mission, case, now)
        return
    if comes_back(CaseState(case.state), case.ends_at, before, judgement, aged=aged):
        _take_judgement(case, pairing, judgement)
        case.before = figures
        _hold(pairing, case)
        endings.recall_closing(session, case)
        case.outcome = case.adjusted_by = case.resolution = None
        desk.begin_round(session, case, now)
        move_case(session, case, "reopen", "system", now, code=why)
        desk.alert_desk(session, pairing.mission, case, now)


def _figures_of(case: Case, judgement: Judgement | None) -> dict[str, Any]:
    """Of the round that stands: where a new one begins, the desk is shown them beside it."""
    if judgement is None or not judgement.hits or not case.judged_from:
        return {}
    ours, theirs = case.judged_from["versions"]
    return Figures.of(judgement, (ours, theirs)).to_json()


def _take_judgement(case: Case, pairing: Pairing, judgement: Judgement) -> None:
    """With what it was computed from: an ended case is looked at again and again, but keeps the judgement people acted on."""
    case.judgement = judgement.to_json()
    case.judged_from = {
        "at": pairing.now.isoformat(),
        "versions": [pairing.humanitarian.version, pairing.mission_item.version],
        "sop_version": judgement.sop_version,
        "gazetteer": case.gazetteer,
        "profile": case.profile,
        **({"escorted": True, "looked_escorted": True} if pairing.escorted else {}),
    }
    case.severity, case.harm = judgement.severity, judgement.harm
    case.eyes_only = judgement.eyes_only
    case.starts_at, case.ends_at = judgement.starts_at, judgement.ends_at
    case.rejudge_at = judgement.rejudge_at


def _take_look(case: Case, pairing: Pairing) -> None:
    """Whatever it found: the next one that differs in nothing of this is the clock's doing."""
    basis = basis_of(pairing.mission)
    case.humanitarian_version, case.mission_version = pairing.humanitarian.version, pairing.mission_item.version
    case.sop_version, case.gazetteer, case.profile = basis.sop_version, basis.gazetteer, basis.profile
    if case.judged_from and pairing.escorted != case.judged_from.get("looked_escorted", False):
        case.judged_from = case.judged_from | {"looked_escorted": pairing.escorted}
    case.area, case.also = pairing.humanitarian.area, " ".join(_also(pairing))


def _also(pairing: Pairing) -> list[str]:
    """The areas that a case concerns beside the one that leads, which is that of the notice, whose people are at risk (RUL-27): where
    the plan is read, and where the two come nearest."""
    areas = {pairing.mission_item.area}
    if pairing.judgement is not None:
        areas.add(_area_at(pairing.mission, pairing.judgement.hits[0].nominal.a_point, pairing.humanitarian.area))
    return sorted(areas - {pairing.humanitarian.area, ""})


def _area_at(mission: Mission, point: LatLon, else_: str) -> str:
    try:
        return mission.area_of(point)
    except LookupError:  # in no area of the mission
        return else_


def _hold(pairing: Pairing, case: Case) -> None:
    """A new round gives the officer his time again before the minimal alert goes (RUL-1)."""
    clocks = pairing.mission.pack.clocks
    case.hold_until = clocks.hold_until(Severity(case.severity), case.starts_at, pairing.now)


def _why(pairing: Pairing, last: Looked, *, worse: bool = False) -> str:
    basis = basis_of(pairing.mission)
    decided = pairing.escorted != last.escorted
    return causes(last, pairing.humanitarian, pairing.mission_item, basis, worse=worse, escort=decided)
