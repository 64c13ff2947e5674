"""Rows of the outbox as the lines of a case's delivery page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from deconflict.domain.delivery import Delivery, ReceiptLine, Sending, TryLine, ending_of
from deconflict.domain.states import MessageState
from deconflict.store.alerts import Alert, Message, Try
from deconflict.store.base import Unreadable
from deconflict.store.cases import Case
from deconflict.store.desk_log import Names, acknowledgement_line, names_of
from deconflict.store.people import Person

Along = Mapping[int | None, set[int]]


def deliveries_of(session: Session, case_id: int, skip: int, most: int) -> tuple[list[Delivery], int]:
    """Newest first, and how many there are in all."""
    mine = Alert.case_id == case_id
    total = session.scalar(select(func.count()).select_from(Alert).where(mine)) or 0
    query = (
        select(Alert)
        .where(mine)
        .options(
            selectinload(Alert.messages).selectinload(Message.receipts),
            selectinload(Alert.messages).selectinload(Message.ledger),
            selectinload(Alert.acknowledgements),
            joinedload(Alert.person).joinedload(Person.organisation),
        )
    )
    rows = session.scalars(query.order_by(Alert.id.desc()).offset(skip).limit(most)).all()
    names = names_of(session, {ack.recorded_by_id for row in rows for ack in row.acknowledgements})
    along = _along(session, rows)
    return [_delivery(row, names, along) for row in rows], total


def _along(session: Session, rows: Iterable[Alert]) -> Along:
    """By bundle, the alerts that it tells of and everybody at the desk may know of."""
    bundles = {one.bundle_id for row in rows for message in row.messages for one in message.ledger} - {None}
    query = (
        select(Try.bundle_id, Message.alert_id)
        .join(Message, Message.id == Try.message_id)
        .join(Alert, Alert.id == Message.alert_id)
        .join(Case, Case.id == Alert.case_id)
        .where(Try.bundle_id.in_(bundles), ~Case.eyes_only)
    )
    found: dict[int | None, set[int]] = {}
    for bundle_id, alert_id in session.execute(query) if bundles else ():
        found.setdefault(bundle_id, set()).add(alert_id)
    return found


def _delivery(row: Alert, names: Names, along: Along) -> Delivery:
    return Delivery(
        label=row.label,
        side=row.side,
        person=row.person.name,
        organisation=row.person.organisation.name,
        function=row.person.function,
        purpose=row.about,
        level=row.level,
        state=row.state,
        owed_at=row.owed_at,
        ack_due_at=row.ack_due_at,
        unreached_at=row.unreached_at,
        sendings=tuple(_sending(message, along) for message in row.messages),
        acknowledgements=tuple(acknowledgement_line(ack, names) for ack in row.acknowledgements),
    )


def _sending(row: Message, along: Along) -> Sending:
    return Sending(
        channel=row.channel,
        ending=_ending(row),
        attempt=row.attempt,
        state=row.state,
        error=row.error,
        due_at=row.due_at,
        leaves_at=row.send_after if row.state == MessageState.QUEUED else None,
        tries=tuple(_try(one, along.get(one.bundle_id, set()) - {row.alert_id}) for one in row.ledger),
        receipts=tuple(ReceiptLine(one.status, one.code, one.received_at) for one in row.receipts),
    )


def _try(row: Try, others: Collection[int]) -> TryLine:
    return TryLine(row.provider, row.begun_at, row.ended_at, row.outcome, len(others))


def _ending(row: Message) -> str:
    try:
        return ending_of(row.channel, row.address)
    except Unreadable:
        return ""
