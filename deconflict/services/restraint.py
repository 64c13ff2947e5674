"""What the brake holds: an officer lets it go or discards it, case by case or all at once, and it stands in the history."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.errors import Refused
from deconflict.domain.escalation import BRAKE
from deconflict.domain.free_text import check_words
from deconflict.domain.held import HeldFacts, HeldLine
from deconflict.domain.kinds import Catalogue
from deconflict.domain.msgid import N_
from deconflict.domain.severity import Severity
from deconflict.domain.states import AlertState, MessageState, target
from deconflict.services.cases import desk_case, has_it
from deconflict.store.alerts import Alert, Message
from deconflict.store.audit import record
from deconflict.store.base import transaction
from deconflict.store.brake import Brake, held_cases, held_messages
from deconflict.store.cases import Case
from deconflict.store.desk import sensitive_cases
from deconflict.store.moves import note_event

LET_GO, DISCARD = DECISIONS = ("let_go", "discard")


def decide(
    references: Collection[str], decision: str, reason: str, by: Audience, catalogue: Catalogue, now: datetime
) -> int:
    """For what is held of these cases; how many messages. Discarded, those alerts are owed no more: the cases stay on the desk.
    When nothing is held any more, the brake is off and counts anew. Raises NotFound, Refused."""
    if decision not in DECISIONS:
        raise Refused(N_("Choose what is to become of them."))
    if not reason.strip():
        raise Refused(N_("Say in a few words why: somebody will ask after an incident."), field="reason")
    check_words(reason, by)
    total = 0
    for reference in sorted(references):
        with transaction() as session:
            case = desk_case(session, reference, by, catalogue)
            count = _decide(session, case, decision, now)
            if count:
                note_event(session, case, decision, now, actor_id=by.person_id, reason=reason.strip()[:1000])
                record(session, by.person_id, decision, "case", case.id, {"messages": count}, at=now)
            _answered(session, by, now)
            if not held_messages(session):
                take_off(session, now)
            total += count
    return total


def what_is_held(session: Session, catalogue: Catalogue) -> list[HeldFacts]:
    """Case by case, for domain.held to show to whom it may."""
    held = held_cases(session)
    sensitive = sensitive_cases(session, [case for case, _ in held], catalogue)
    return [
        HeldFacts(
            HeldLine(
                case=case.reference,
                area=case.area,
                severity=Severity(case.severity),
                starts_at=case.starts_at,
                people=people,
            ),
            case.id in sensitive,
        )
        for case, people in held
    ]


def take_off(session: Session, now: datetime) -> None:
    """Nothing is held any more: what comes from now on is counted anew, and nobody is rung for it."""
    ringing = select(Alert).where(Alert.purpose.startswith(f"{BRAKE}:"), Alert.state == AlertState.OWED)
    for alert in session.scalars(ringing.order_by(Alert.id).with_for_update(of=Alert)):
        alert.state = AlertState.SUPERSEDED
    session.flush()
    session.execute(update(Brake).where(Brake.on.is_(True)).values(on=None, ended_at=now))


def _decide(session: Session, case: Case, decision: str, now: datetime) -> int:
    mine = select(Alert).where(Alert.case_id == case.id).order_by(Alert.id).with_for_update(of=Alert)
    alerts = {alert.id: alert for alert in session.scalars(mine)}
    held = select(Message).where(Message.alert_id.in_(alerts), Message.state == MessageState.HELD)
    messages = session.scalars(held.order_by(Message.id).with_for_update(of=Message)).all()
    for message in messages:
        event = LET_GO if decision == LET_GO else "withdraw"
        message.state = target("message", message.state, event, "officer")
        message.send_after, message.timed_at = max(message.send_after, now), now
        message.due_at = message.send_after
        if decision == DISCARD and alerts[message.alert_id].state == AlertState.OWED:
            alerts[message.alert_id].state = AlertState.SUPERSEDED
    session.flush()
    return len(messages)


def _answered(session: Session, by: Audience, now: datetime) -> None:
    """Whoever decides has heard that he was to."""
    mine = select(Alert).where(Alert.purpose.startswith(f"{BRAKE}:"), Alert.person_id == by.person_id)
    for alert in session.scalars(mine.where(Alert.state == AlertState.OWED).with_for_update(of=Alert)):
        has_it(session, alert, now)
