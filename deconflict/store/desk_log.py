"""What happened in a case, for the desk: requests, who was told how, history. Codes and addresses stay in their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from deconflict.domain.answers import offer_of
from deconflict.domain.desk_log import AcknowledgementLine, AlertLine, CaseLog, EventLine, MessageLine, RequestLine
from deconflict.domain.party import released
from deconflict.domain.states import MessageState
from deconflict.store.alerts import Acknowledgement, Alert, Message
from deconflict.store.cases import Case, CaseEvent, Request
from deconflict.store.contacted import calls_made
from deconflict.store.people import Person
from deconflict.store.queries import answers_of

Names = Mapping[int | None, str]


def log_of(session: Session, case: Case) -> CaseLog:
    """Newest alerts and requests first; history oldest first."""
    query = (
        select(Alert)
        .where(Alert.case_id == case.id)
        .options(
            selectinload(Alert.messages).selectinload(Message.receipts),
            selectinload(Alert.acknowledgements),
            joinedload(Alert.person).joinedload(Person.organisation),
        )
    )
    alerts = session.scalars(query.order_by(Alert.id.desc())).all()
    names, answers = _names(session, case, alerts), answers_of(session, [case.id])[case.id]
    return CaseLog(
        requests=tuple(_request(row, names, answers.get(row.id)) for row in reversed(case.requests)),
        alerts=tuple(_alert(row, names) for row in alerts),
        events=tuple(_event(row) for row in case.events),
        calls=calls_made(session, case.id),
    )


def _names(session: Session, case: Case, alerts: Sequence[Alert]) -> Names:
    wanted = {row.made_by_id for row in case.requests} | {row.answered_by_id for row in case.requests}
    return names_of(session, wanted | {ack.recorded_by_id for alert in alerts for ack in alert.acknowledgements})


def names_of(session: Session, ids: Set[int | None]) -> Names:
    """By id; nobody is nobody."""
    return {person.id: person.name for person in session.scalars(select(Person).where(Person.id.in_(ids - {None})))}


def _request(row: Request, names: Names, answer_code: str | None) -> RequestLine:
    return RequestLine(
        id=row.id,
        side=row.side,
        ask=row.ask,
        words=released(row.words),
        state=row.state,
        made_at=row.made_at,
        made_by=names.get(row.made_by_id, ""),
        answered_at=row.answered_at,
        answered_by=names.get(row.answered_by_id, ""),
        answer_code=answer_code,
        answer=row.answer,
        leaves_at=row.leaves_at,
        due_at=row.due_at,
        offer=offer_of(row.offer),
    )


def _alert(row: Alert, names: Names) -> AlertLine:
    return AlertLine(
        id=row.id,
        label=row.label,
        side=row.side,
        person_id=row.person_id,
        person=row.person.name,
        organisation=row.person.organisation.name,
        function=row.person.function,
        purpose=row.about,
        step=row.step,
        level=row.level,
        state=row.state,
        owed_at=row.owed_at,
        ack_due_at=row.ack_due_at,
        messages=tuple(_message(message) for message in row.messages),
        acknowledgements=tuple(acknowledgement_line(ack, names) for ack in row.acknowledgements),
    )


def _message(row: Message) -> MessageLine:
    told = max((receipt.received_at for receipt in row.receipts), default=None)
    return MessageLine(
        channel=row.channel,
        state=row.state,
        at=told or row.sent_at or row.queued_at,
        leaves_at=row.send_after if row.state == MessageState.QUEUED else None,
        tries=row.tries,
        error=row.error,
    )


def acknowledgement_line(row: Acknowledgement, names: Names) -> AcknowledgementLine:
    """`names`: who wrote relays down."""
    return AcknowledgementLine(
        at=row.at,
        level=row.level,
        method=row.method,
        answer=row.answer,
        how=row.how,
        recorded_by=names.get(row.recorded_by_id, ""),
        read_back=row.read_back,
        new_number=row.new_number,
    )


def _event(row: CaseEvent) -> EventLine:
    return EventLine(
        at=row.at,
        actor=row.actor.name if row.actor else "",
        event=row.event,
        state=row.state,
        round=row.round,
        severity=row.severity,
        code=row.code,
        reason=row.reason,
        sop_version=row.sop_version,
        humanitarian_version=row.humanitarian_version,
        mission_version=row.mission_version,
    )
