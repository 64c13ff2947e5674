"""Rows of the outbox of the last 24 hours as facts for domain.wall."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.wall import SPAN, SentFact, TryFact
from deconflict.store.alerts import Alert, Message, Try
from deconflict.store.cases import Case


def sent_since(session: Session, now: datetime) -> list[SentFact]:
    """Every message that was due in the span."""
    query = (
        select(Message.due_at, Message.state, Case.eyes_only)
        .join(Alert, Alert.id == Message.alert_id)
        .join(Case, Case.id == Alert.case_id)
        .where(Message.due_at > now - SPAN, Message.due_at <= now)
    )
    return [SentFact(*row) for row in session.execute(query)]


def tries_since(session: Session, now: datetime) -> list[TryFact]:
    """Every hand-over that was begun in it. One text about several cases is one, for everybody who may know of any of them."""
    query = (
        select(Try.provider, Try.begun_at, Try.outcome, Case.eyes_only, Try.bundle_id)
        .join(Message, Message.id == Try.message_id)
        .join(Alert, Alert.id == Message.alert_id)
        .join(Case, Case.id == Alert.case_id)
        .where(Try.begun_at > now - SPAN, Try.begun_at <= now)
        .order_by(Case.eyes_only, Try.message_id, Try.number)
    )
    found: dict[int, TryFact] = {}
    for nth, row in enumerate(session.execute(query)):
        fact = TryFact(row.provider, row.begun_at, row.outcome, row.eyes_only)
        found.setdefault(-nth if row.bundle_id is None else row.bundle_id, fact)
    return list(found.values())
