"""Writing what is owed: an alert with its first messages, inside the caller's transaction. Who is owed what was decided
before; here it only becomes rows."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, not_, select
from sqlalchemy.orm import Session

from deconflict.domain.escalation import CLOSING
from deconflict.domain.states import AlertState, MessageState
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import lookup_hash
from deconflict.store.cases import Case
from deconflict.store.codes import fresh_code
from deconflict.store.doubts import doubted
from deconflict.store.people import Contact, Person

BY_PHONE = ("voice", "sms")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to misread over a radio


@dataclass(frozen=True, slots=True)
class Owed:
    """One person, one purpose, one step of a ladder. `channels` of sms, voice, email; `text` names the template;
    `urgency` orders the queue, highest first. `team_number` reaches a field team through a number of its notice, `team_second` where that
    fails, by text if it takes one (`second_texts`). `told`: channel and number where the word of which this is the end reached a team,
    or may have. `twin`: the person has been written to on another step, so nothing leaves for this one."""

    person: Person
    side: str
    purpose: str
    step: str
    text: str
    level: str
    channels: tuple[str, ...]
    useful_until: datetime
    send_after: datetime
    ack_due_at: datetime | None = None
    confirm_due_at: datetime | None = None
    urgency: int = 0
    team_number: str | None = None
    team_second: str | None = None
    second_texts: bool = False
    told: tuple[tuple[str, str], ...] = ()
    twin: bool = False


def fresh_reference() -> str:
    """Five random characters that say nothing: no place, organisation, date or sequence."""
    return "".join(secrets.choice(ALPHABET) for _ in range(5))


def write_alert(session: Session, case: Case, owed: Owed, now: datetime) -> Alert | None:
    """The alert and a message per channel; None when this round already owes it to this person (then nothing is written
    twice)."""
    team_hash = lookup_hash(owed.team_number) if owed.team_number else ""
    same = select(Alert.id).where(
        Alert.case_id == case.id,
        Alert.round == case.round,
        Alert.purpose == owed.purpose,
        Alert.step == owed.step,
        Alert.person_id == owed.person.id,
        Alert.team_contact_hash == team_hash,
    )
    if session.scalars(same).first() is not None:
        return None
    reference = case.reference_for(owed.side)
    alert = Alert(
        case_id=case.id,
        round=case.round,
        purpose=owed.purpose,
        step=owed.step,
        person_id=owed.person.id,
        team_contact=owed.team_number,
        team_contact_hash=team_hash,
        team_second=owed.team_second,
        second_texts=owed.second_texts,
        side=owed.side,
        text=owed.text,
        level=owed.level,
        reference=reference,
        counter=_next_counter(session, reference),
        code=fresh_code(session, [reference]),
        link=secrets.token_urlsafe(24),
        state=AlertState.OWED,
        owed_at=now,
        ack_due_at=owed.ack_due_at,
        confirm_due_at=owed.confirm_due_at,
        useful_until=owed.useful_until,
    )
    session.add(alert)
    session.flush()
    if owed.twin:
        return alert
    queued = [queue_first(session, alert, owed, channel, now) for channel in owed.channels]
    if not any(queued):
        # Not silently skipped: the alert stays owed, the next person and the desk hear of it at once.
        alert.unreached_at = now
    return alert


def queue_first(session: Session, alert: Alert, owed: Owed, channel: str, now: datetime) -> bool:
    """A message to the first address that carries this channel, or to every number of a team that is told the end of what it was
    told; False for a person without one, and for a team at whose numbers somebody else answers."""
    if owed.team_number is None:
        contact = first_contact(owed.person, channel)
        addresses = [contact.address] if contact else []
    else:
        first = team_address(session, alert, channel)
        addresses = _told(session, owed, channel) or ([first] if first else [])
    for address in addresses:
        queue_message(session, alert, channel, address, now, owed.send_after, owed.urgency)
    return bool(addresses)


def team_address(session: Session, alert: Alert, channel: str, tried: frozenset[str] = frozenset()) -> str | None:
    """The next of a team's numbers that was not tried for this alert, at which nobody else answers; one that has proved to work in this
    case comes first. Raises Unreadable."""
    numbers = (alert.team_contact, alert.team_second if alert.second_texts else None) if channel in BY_PHONE else ()
    left = {lookup_hash(number): number for number in numbers if number}
    strangers, works = doubted(session, left.keys()), _works(session, alert, left.keys())
    wanted = sorted((lookup for lookup in left if lookup not in tried | strangers), key=lambda one: one not in works)
    return left[wanted[0]] if wanted else None


def _works(session: Session, alert: Alert, lookups: Collection[str]) -> set[str]:
    """Those of these numbers where the last message of the case of which anything is known arrived."""
    known = (MessageState.DELIVERED, MessageState.FAILED)
    rows = select(Message.address_hash, Message.state).join(Alert).where(Alert.case_id == alert.case_id)
    mine = rows.where(Message.address_hash.in_(lookups), Message.state.in_(known)).order_by(Message.id)
    last = {row.address_hash: row.state for row in session.execute(mine)}
    return {lookup for lookup, state in last.items() if state == MessageState.DELIVERED}


def _told(session: Session, owed: Owed, channel: str) -> list[str]:
    """Once each, without those at which somebody else answers by now."""
    numbers = {lookup_hash(number): number for carried, number in owed.told if carried == channel and number}
    strangers = doubted(session, numbers.keys())
    return [number for lookup, number in numbers.items() if lookup not in strangers]


def first_contact(person: Person, channel: str, tried: frozenset[str] = frozenset()) -> Contact | None:
    """The next address in the person's order that is not known to fail and was not tried for this alert. A number for texts
    can be rung too; one that nobody has verified comes after those that are. Whoever has left has none."""
    if not person.active:
        return None
    carriers = BY_PHONE if channel == "voice" else (channel,)
    for contact in sorted(person.contacts, key=lambda one: one.carries == "sms" and one.verified_at is None):
        if contact.carries in carriers and contact.usable and contact.lookup not in tried:
            return contact
    return None


def queue_message(
    session: Session,
    alert: Alert,
    channel: str,
    address: str,
    now: datetime,
    send_after: datetime,
    urgency: int,
    attempt: int = 1,
) -> Message:
    message = Message(
        alert_id=alert.id,
        channel=channel,
        address=address,
        address_hash=lookup_hash(address),
        attempt=attempt,
        token=secrets.token_urlsafe(24),
        state=MessageState.QUEUED,
        urgency=urgency,
        due_at=send_after,
        send_after=send_after,
        timed_at=now,
        queued_at=now,
    )
    session.add(message)
    session.flush()
    return message


def withdraw(session: Session, alerts: list[Alert], state: AlertState) -> None:
    """Ends alerts; their messages that nobody has begun to send are taken back, since old news is worse than none. Each is
    looked at under its lock: one that somebody claims at this moment has left, and its reader is owed the closing text."""
    for alert in alerts:
        alert.state = state
    mine = select(Message).where(Message.alert_id.in_([alert.id for alert in alerts])).order_by(Message.id)
    for message in session.scalars(mine.with_for_update().execution_options(populate_existing=True)):
        if message.state in (MessageState.QUEUED, MessageState.HELD):
            message.state = MessageState.WITHDRAWN
    session.flush()


def _next_counter(session: Session, reference: str) -> int:
    """A closing text that was taken back before it left takes no number: from a gap its reader would learn that the case ended
    and opened again in between (RUL-6)."""
    left = select(Message.id).where(Message.alert_id == Alert.id, Message.state != MessageState.WITHDRAWN).exists()
    recalled = and_(Alert.purpose == CLOSING, Alert.state == AlertState.SUPERSEDED, not_(left))
    highest = session.scalar(select(func.max(Alert.counter)).where(Alert.reference == reference, not_(recalled)))
    return (highest or 0) + 1
