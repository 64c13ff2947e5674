"""Calls to make by hand: rows turned into facts, for domain.calls to show to whom it may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased, defer, joinedload, selectinload

from deconflict.domain.calls import Call, CallFacts, Why
from deconflict.domain.kinds import Catalogue
from deconflict.domain.severity import Severity
from deconflict.domain.states import MAY_HAVE_LEFT, WAITING, AlertState, MessageState
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import Unreadable
from deconflict.store.cases import Case
from deconflict.store.outbox import BY_PHONE
from deconflict.store.people import Person
from deconflict.store.queries import facts_of
from deconflict.store.waiting import LATE

MOST = 200
WORST = list(Why)


def calls_by_hand(session: Session, catalogue: Catalogue, now: datetime) -> list[CallFacts]:
    """Of everybody who is owed word and has not said that he has it: whom no address reaches, whose phones all failed, and
    whose messages are late, for whatever reason. The most urgent MOST."""
    late = and_(Message.state.in_(WAITING), Message.due_at < now - LATE)
    failed = Message.state == MessageState.FAILED
    worrying = exists().where(Message.alert_id == Alert.id, or_(late, failed))
    query = (
        select(Alert)
        .join(Case, Case.id == Alert.case_id)
        .where(Alert.state == AlertState.OWED, Alert.useful_until > now, or_(Alert.unreached_at.is_not(None), worrying))
        .where(~_answered_elsewhere())
        .options(
            defer(Alert.code),
            defer(Alert.team_contact),  # one that is torn hides no other
            selectinload(Alert.messages),
            joinedload(Alert.case),
            joinedload(Alert.person).joinedload(Person.organisation),
        )
        .order_by(Case.starts_at, Alert.id)
    )
    rows = session.scalars(query.limit(MOST)).all()
    found = [(row, why) for row in rows if (why := _why(row, now)) is not None]
    sensitive = {case.id: _sensitive(session, case, catalogue) for case in {row.case for row, _ in found}}
    calls: dict[tuple[int, int, str], CallFacts] = {}
    for (
        row,
        why,
    ) in found:  # a person is called once about a case, by his newest alert, whatever else of it failed before
        key = row.case_id, row.person_id, row.team_contact_hash
        before = (calls[key].call.why, calls[key].call.since) if key in calls else why
        worse = min(before, why, key=lambda known: WORST.index(known[0]))
        calls[key] = CallFacts(_call(row, *worse), sensitive[row.case_id])
    return list(calls.values())


def _answered_elsewhere() -> ColumnElement[bool]:
    """Whether the same person has acknowledged another alert of this round."""
    other = aliased(Alert)
    return exists().where(
        other.case_id == Alert.case_id,
        other.round == Alert.round,
        other.person_id == Alert.person_id,
        other.team_contact_hash == Alert.team_contact_hash,
        other.state == AlertState.ACKNOWLEDGED,
    )


def _why(row: Alert, now: datetime) -> tuple[Why, datetime] | None:
    """And since when; None where a phone may still ring, or has."""
    if row.unreached_at is not None:
        return Why.UNREACHED, row.unreached_at
    if any(message.state == MessageState.DELIVERED for message in row.messages):
        return None
    phones = [message for message in row.messages if message.channel in BY_PHONE]
    dead = [message for message in phones if message.state == MessageState.FAILED]
    if dead and not any(_on_its_way(message, now) for message in phones):
        return Why.NO_PHONE, max(message.timed_at for message in dead)
    late = [message.due_at for message in row.messages if message.state in WAITING and message.due_at < now - LATE]
    return (Why.WAITING, min(late)) if late else None


def _on_its_way(message: Message, now: datetime) -> bool:
    soon = (
        message.attempt == 1 or message.send_after <= now
    )  # a later try of a phone that is off is a hope and not a way
    return message.state in MAY_HAVE_LEFT or (message.state == MessageState.QUEUED and soon)


def _call(row: Alert, why: Why, since: datetime) -> Call:
    return Call(
        alert_id=row.id,
        label=f"{row.reference}-{row.counter}",
        case=row.case.reference,
        area=row.case.area,
        severity=Severity(row.case.severity),
        starts_at=row.case.starts_at,
        side=row.side,
        purpose=row.purpose.partition(":")[0],
        person=row.person.name,
        organisation=row.person.organisation.name,
        function=row.person.function,
        team=bool(row.team_contact_hash),
        numbers=tuple(_numbers(row)),
        why=why,
        since=since,
    )


def _numbers(row: Alert) -> Sequence[str]:
    """None where they cannot be read: that somebody must be told stands there all the same."""
    try:
        if row.team_contact is not None:
            return [row.team_contact]
        phones = [contact for contact in row.person.contacts if contact.carries != "email"]
    except Unreadable:
        return []
    return [phone.address for phone in sorted(phones, key=lambda phone: phone.unreachable_at is not None)]


def _sensitive(session: Session, case: Case, catalogue: Catalogue) -> bool:
    """Whether its notice is. One that cannot be read is treated as if it were."""
    if case.humanitarian is None:
        return False
    try:
        return facts_of(session, case.humanitarian, catalogue).sensitive
    except (ValueError, KeyError, TypeError):
        return True
