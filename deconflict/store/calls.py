"""Calls to make by hand: rows turned into facts, for domain.calls to show to whom it may."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, aliased, defer, joinedload, selectinload

from deconflict.domain.calls import Call, CallFacts, Why
from deconflict.domain.kinds import Catalogue
from deconflict.domain.severity import Severity
from deconflict.domain.states import WAITING, AlertState, MessageState
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import Unreadable, lookup_hash
from deconflict.store.cases import Case
from deconflict.store.desk import sensitive_cases
from deconflict.store.doubts import doubted
from deconflict.store.outbox import BY_PHONE
from deconflict.store.people import Person
from deconflict.store.waiting import LATE, late

MOST = 200
WORST = list(Why)


def calls_by_hand(session: Session, catalogue: Catalogue, now: datetime) -> list[CallFacts]:
    """Of everybody who is owed word and has not said that he has it: whom no address reaches, whose phones all failed, and
    whose messages are late, for whatever reason. The most urgent MOST."""
    failed = Message.state == MessageState.FAILED
    worrying = exists().where(Message.alert_id == Alert.id, or_(late(now), failed))
    query = (
        select(Alert)
        .join(Case, Case.id == Alert.case_id)
        .where(Alert.state == AlertState.OWED, Alert.useful_until > now, or_(Alert.unreached_at.is_not(None), worrying))
        .where(~_answered_elsewhere())
        .options(
            defer(Alert.code),
            defer(Alert.team_contact),  # one that is torn hides no other
            defer(Alert.team_second),
            selectinload(Alert.messages),
            joinedload(Alert.case),
            joinedload(Alert.person).joinedload(Person.organisation),
        )
        .order_by(Case.starts_at, Alert.id)
    )
    rows = session.scalars(query.limit(MOST)).all()
    found = [(row, why) for row in rows if (why := _why(row, now)) is not None]
    calls: dict[tuple[int, int, str], tuple[Alert, tuple[Why, datetime]]] = {}
    for row, why in found:
        # A person is called once about a case, by his newest alert, whatever else of it failed before.
        key = row.case_id, row.person_id, row.team_contact_hash
        _, before = calls.get(key, (row, why))
        calls[key] = row, min(before, why, key=lambda known: WORST.index(known[0]))
    sensitive = sensitive_cases(session, {row.case for row, _ in found}, catalogue)
    return [CallFacts(_call(session, row, *why), row.case_id in sensitive) for row, why in calls.values()]


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
    if dead and not any(message.on_its_way(now) for message in phones):
        return Why.NO_PHONE, max(message.timed_at for message in dead)
    waits = [message.due_at for message in row.messages if message.state in WAITING and message.due_at < now - LATE]
    return (Why.WAITING, min(waits)) if waits else None


def _call(session: Session, row: Alert, why: Why, since: datetime) -> Call:
    return Call(
        alert_id=row.id,
        label=row.label,
        case=row.case.reference,
        area=row.case.area,
        severity=Severity(row.case.severity),
        starts_at=row.case.starts_at,
        side=row.side,
        purpose=row.about,
        person=row.person.name,
        organisation=row.person.organisation.name,
        function=row.person.function,
        level=row.level,
        team=bool(row.team_contact_hash),
        numbers=tuple(_numbers(session, row)),
        why=why,
        since=since,
    )


def _numbers(session: Session, row: Alert) -> Sequence[str]:
    """None where they cannot be read: that somebody must be told stands there all the same. Where somebody else answers at a
    team's, those of who answers for it."""
    try:
        if row.team_contact_hash:
            team = {lookup_hash(number): number for number in (row.team_contact, row.team_second) if number}
            strangers = doubted(session, team.keys())
            if right := [number for lookup, number in team.items() if lookup not in strangers]:
                return right
        if not row.person.active:
            return []
        return [phone.address for phone in row.person.phones if phone.doubt is None]
    except Unreadable:
        return []
