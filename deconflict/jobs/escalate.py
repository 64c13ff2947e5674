"""Whoever is owed word by now gets an alert: the only loop of the system. The arithmetic is domain.escalation's."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, lazyload, load_only, selectinload

from deconflict.domain.country import Mission
from deconflict.domain.escalation import BRAKE, DESK, MINIMAL, OVERDUE, RELEASE, REQUEST, UNANSWERED
from deconflict.domain.levels import BEHIND, HAS_IT
from deconflict.domain.states import OPEN_CASES, AlertState, CaseState, ReleaseState, RequestState
from deconflict.domain.states import UNANSWERED as WAIT
from deconflict.jobs.release import RING
from deconflict.matching.climb import OBJECTION, UNREACHED, Climb
from deconflict.matching.marks import portions
from deconflict.matching.silence import silent_since
from deconflict.services import asked, releases
from deconflict.services.risk import end_acceptances
from deconflict.store.alerts import Alert
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case

log = structlog.get_logger()
UNSEEN = (CaseState.DETECTED, CaseState.UNCHECKED)
IDLE = "idle"
# All of an alert that ladders and silence go by: there may be ten thousand.
READ = (
    *(Alert.case_id, Alert.round, Alert.purpose, Alert.step, Alert.side, Alert.level, Alert.state, Alert.text),
    *(Alert.owed_at, Alert.confirm_due_at, Alert.person_id),
)
Begun = tuple[Climb, set[str]]  # a ladder with the steps that it has taken


def escalate_due(mission: Mission, now: datetime) -> int:
    """Climbs every ladder whose next step is due. Returns how many alerts were written."""
    releases.fall_silent(mission, now)
    asked.fall_silent(mission, now)
    end_acceptances(mission, now)
    written = 0
    for case_id in _with_a_step_due(mission, now):
        try:
            with transaction() as session:
                session.get(Case, case_id, with_for_update={"of": Case})
                for case, alerts in _read(session, [case_id]):
                    written += sum(climb.take_due_steps() for climb, _ in _climbs(session, mission, case, alerts, now))
        except Exception:
            log.exception("a case could not be escalated", case=case_id)
        finally:
            db.session.rollback()
    return written


def _with_a_step_due(mission: Mission, now: datetime) -> list[int]:
    """The cases to lock, the soonest first. All that are open are read for it, many at once: every few seconds, and mostly for
    nothing."""
    ids = db.session.scalars(select(Case.id).where(Case.state.in_(OPEN_CASES)).order_by(Case.starts_at)).all()
    db.session.rollback()
    found = [case_id for some in portions(ids) for case_id in _due_among(mission, some, now)]
    db.session.rollback()
    return found


def _due_among(mission: Mission, case_ids: Sequence[int], now: datetime) -> list[int]:
    """Those of these with a step due. Where one cannot be read, each half of them by itself: it hides no other."""
    session = db.session()
    try:
        return [
            case.id
            for case, alerts in _read(session, case_ids)
            if any(climb.due_steps(taken) for climb, taken in _climbs(session, mission, case, alerts, now))
        ]
    except OperationalError:
        raise
    except Exception:
        session.rollback()
        if len(case_ids) == 1:
            log.exception("a case could not be escalated", case=case_ids[0])
            return []
        half = len(case_ids) // 2
        return _due_among(mission, case_ids[:half], now) + _due_among(mission, case_ids[half:], now)


def _read(session: Session, case_ids: Sequence[int]) -> list[tuple[Case, list[Alert]]]:
    """Those of these cases that are open, in this order, with their alerts, oldest first, and all that the ladders rest on."""
    about = (selectinload(Case.events), selectinload(Case.requests), selectinload(Case.release_asks))
    cases = session.scalars(select(Case).where(Case.id.in_(case_ids), Case.state.in_(OPEN_CASES)).options(*about))
    found = {case.id: (case, list[Alert]()) for case in cases}
    # A ringing is no ladder, and there may be hundreds of them: only what people said to one counts.
    heeded = or_(Alert.purpose.not_like(f"{RING}:%"), Alert.acknowledgements.any())
    alerts = select(Alert).where(Alert.case_id.in_(found), heeded).order_by(Alert.id)
    lightly = (load_only(*READ), lazyload(Alert.person), selectinload(Alert.acknowledgements))
    for alert in session.scalars(alerts.options(*lightly)):
        found[alert.case_id][1].append(alert)
    return [found[id] for id in case_ids if id in found]


def _climbs(session: Session, mission: Mission, case: Case, alerts: list[Alert], now: datetime) -> Iterator[Begun]:
    this_round = [alert for alert in alerts if alert.round == case.round]

    def begin(side: str, purpose: str, name: str, since: datetime, about: list[Alert]) -> Iterator[Begun]:
        begun = [alert for alert in about if alert.purpose == name]
        climb = Climb(session, mission, case, side, purpose, name, alerted_at=since, now=now)
        taken = {alert.step for alert in begun}
        if not _answered(begun, climb.ladder.required if climb.ladder else frozenset()):
            yield climb, taken
        elif purpose in (REQUEST, MINIMAL) and _to_be_passed_on(begun, side) and not climb.amended():
            yield replace(climb, passing=True), taken

    if case.hold_until is not None or case.state in UNSEEN or _owed(this_round, DESK):
        yield from begin("ocha", DESK, DESK, case.round_at, this_round)
    silent = silent_since(mission.pack.clocks, case, _of_this_matter(case, alerts), now)
    if silent is not None:
        yield from begin("ocha", DESK, f"{IDLE}:{int(silent.timestamp())}", silent, this_round)
    for name in {alert.purpose for alert in this_round if alert.purpose.startswith(MINIMAL)}:
        since = min(alert.owed_at for alert in this_round if alert.purpose == name)
        yield from begin(name.partition(":")[2], MINIMAL, name, since, this_round)
    for name in {alert.purpose for alert in this_round if alert.purpose.startswith(OVERDUE)}:
        since = min(alert.owed_at for alert in this_round if alert.purpose == name)
        yield from begin("humanitarian", OVERDUE, name, since, this_round)
    for name in {alert.purpose for alert in this_round if alert.purpose.startswith((UNREACHED, OBJECTION, BRAKE))}:
        since = min(alert.owed_at for alert in this_round if alert.purpose == name)
        yield from begin("ocha", DESK, name, since, this_round)
    for call in case.release_asks:
        if call.state == ReleaseState.SILENT and call.round == case.round:
            yield from begin("ocha", DESK, f"{RELEASE}:{call.id}", call.due_at, this_round)
    for request in case.requests:
        # A yes of a desk is no word of its unit; after a no the desk at OCHA is rung at once, and nothing is to be passed on.
        if request.state in {*WAIT, RequestState.ACCEPTED} and request.leaves_at is not None:
            yield from begin(request.side, REQUEST, request.purpose, request.leaves_at, alerts)
        if request.state == RequestState.SILENT and request.due_at is not None and request.round == case.round:
            yield from begin("ocha", DESK, f"{UNANSWERED}:{request.id}", request.due_at, this_round)


def _of_this_matter(case: Case, alerts: list[Alert]) -> list[Alert]:
    """Those of this round, and those of its requests."""
    asked = {request.purpose for request in case.requests if request.round == case.round}
    return [alert for alert in alerts if alert.round == case.round or alert.purpose in asked]


def _owed(alerts: list[Alert], purpose: str) -> bool:
    return any(alert.purpose == purpose and alert.state == AlertState.OWED for alert in alerts)


def _to_be_passed_on(alerts: list[Alert], side: str) -> bool:
    """Its desk has the word, and neither the unit nor the team behind it has confirmed."""
    asked = [alert for alert in alerts if alert.side == side and alert.confirm_due_at is not None]
    if not any(alert.state == AlertState.ACKNOWLEDGED for alert in asked):
        return False
    said = (ack for alert in asked for ack in alert.acknowledgements)
    return not any(ack.level == BEHIND[side] and ack.answer in HAS_IT for ack in said)


def _answered(alerts: list[Alert], required: Collection[str]) -> bool:
    """Somebody has it, or an officer's act has made it old news. A team's word counts as much as a desk's here, since
    who goes knows. On the `required` steps everybody must have it; who said so on one step has said it for all."""
    have = {alert.person_id for alert in alerts if alert.state == AlertState.ACKNOWLEDGED}
    missing = (a for a in alerts if a.step in required and a.state == AlertState.OWED and a.person_id not in have)
    if any(missing):
        return False
    return any(alert.state == AlertState.ACKNOWLEDGED for alert in alerts) or (
        bool(alerts) and not any(alert.state == AlertState.OWED for alert in alerts)
    )
