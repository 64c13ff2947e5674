"""What is owed, written straight into the outbox: people with numbers and mailboxes, one alert each, and the questions every
bad day is asked afterwards."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fakes.smtp_sink import SmtpSink
from fakes.twilio_network import TwilioNetwork
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from deconflict.channels.port import Channel, Receipt, Status
from deconflict.channels.smtp import SmtpMail
from deconflict.channels.twilio_sms import TwilioSms
from deconflict.domain.states import WAITING, AlertState, MessageState
from deconflict.jobs.dispatch import dispatch_due, take_back
from deconflict.jobs.inquire import inquire_due
from deconflict.services.pacing import Pace
from deconflict.services.receipts import take_receipt
from deconflict.store.alerts import ACCEPTED, NO_TRACE, Alert, Message
from deconflict.store.base import db, lookup_hash, transaction
from deconflict.store.cases import Case
from deconflict.store.people import Contact, Organisation, Person

PER_CASE = 500
PATIENCE_S = 0.7
BASE = "http://127.0.0.1:8000"
LABEL = re.compile(r"\b[0-9A-Z]{5}-\d+\b")
MAY_HAVE_ARRIVED = (ACCEPTED, "unknown_outcome", NO_TRACE, None)


def number_of(index: int) -> str:
    return f"+2237{index:07d}"


def mailbox_of(index: int) -> str:
    return f"p{index}@people.example"


def owe(count: int, now: datetime, channels: Iterable[str] = ("sms",), first: int = 1_000_000) -> list[int]:
    """`count` people are owed word by each of these channels, due now. Returns the ids of the alerts."""
    kinds = tuple(channels)
    indexes = range(first, first + count)
    with transaction() as session:
        people = _people(session, indexes, kinds)
        cases = _inserted(session, Case, [_case(now) for _ in range(-(-count // PER_CASE))])
        alerts = _inserted(session, Alert, [_alert(n, cases[n // PER_CASE], p, now) for n, p in enumerate(people)])
        session.execute(
            insert(Message), [_message(i, a, k, now) for i, a in zip(indexes, alerts, strict=True) for k in kinds]
        )
    return alerts


def owe_one_person(count: int, now: datetime, channels: Iterable[str] = ("sms",), first: int = 1_000_000) -> list[int]:
    """The same person is owed word of so many cases. Returns the ids of the alerts."""
    kinds = tuple(channels)
    with transaction() as session:
        (person,) = _people(session, [first], kinds)
        cases = _inserted(session, Case, [_case(now) for _ in range(count)])
        alerts = _inserted(session, Alert, [_alert(n, case, person, now) for n, case in enumerate(cases)])
        session.execute(insert(Message), [_message(first, alert, k, now) for alert in alerts for k in kinds])
    return alerts


def owe_more(outbox: Outbox) -> int:
    """Whoever was owed something last is owed word of one more case. Returns the alert."""
    with transaction() as session:
        person = session.scalars(select(Person).order_by(Person.id.desc()).limit(1)).one()
        (case,) = _inserted(session, Case, [_case(outbox.now)])
        (alert,) = _inserted(session, Alert, [_alert(case, case, person.id, outbox.now)])
        session.execute(insert(Message), [_message(outbox.first, alert, "sms", outbox.now)])
    return alert


def _people(session: Session, indexes: Collection[int], kinds: tuple[str, ...]) -> list[int]:
    organisation = Organisation(name=f"ONG {secrets.token_hex(4)}", side="humanitarian")
    session.add(organisation)
    session.flush()
    people = _inserted(session, Person, [_person(i, organisation.id) for i in indexes])
    session.execute(insert(Contact), [c for i, p in zip(indexes, people, strict=True) for c in _contacts(i, p, kinds)])
    return people


def _inserted(session, row, values) -> list[int]:
    return list(session.scalars(insert(row).returning(row.id, sort_by_parameter_order=True), values))


def _person(index: int, organisation_id: int) -> dict[str, object]:
    return {"organisation_id": organisation_id, "name": f"P {index}", "language": "fr", "function": "focal_point"}


def _contacts(index: int, person_id: int, kinds: Iterable[str]) -> list[dict[str, object]]:
    found = []
    for position, kind in enumerate(kinds):
        address = _address(index, kind)
        found.append({"person_id": person_id, "carries": kind, "address": address, "lookup": lookup_hash(address)})
        found[-1]["position"] = position
    return found


def _address(index: int, kind: str) -> str:
    return mailbox_of(index) if kind == "email" else number_of(index)


def _case(now: datetime) -> dict[str, object]:
    references = [secrets.token_hex(4).upper() for _ in range(3)]
    return {
        "pair": secrets.token_hex(8),
        "reference": references[0],
        "humanitarian_reference": references[1],
        "mission_reference": references[2],
        "state": "taken",
        "severity": "high",
        "harm": "danger",
        "area": "MOPTI",
        "sop_version": "x",
        "round_at": now,
        "opened_at": now,
        "starts_at": now + timedelta(days=2),
        "ends_at": now + timedelta(days=3),
    }


def _alert(number: int, case_id: int, person_id: int, now: datetime) -> dict[str, object]:
    return {
        "case_id": case_id,
        "round": 1,
        "purpose": "request:1",
        "step": "first",
        "person_id": person_id,
        "side": "humanitarian",
        "text": "focal_request",
        "level": "desk",
        "reference": f"R{case_id:04d}"[-5:],
        "counter": 1 + number % PER_CASE,
        "code": f"{number % 10_000:04d}",
        "link": secrets.token_urlsafe(24),
        "state": AlertState.OWED,
        "owed_at": now,
        "ack_due_at": now + timedelta(hours=2),
        "useful_until": now + timedelta(days=3),
    }


def _message(index: int, alert_id: int, kind: str, now: datetime) -> dict[str, object]:
    address = _address(index, kind)
    return {
        "alert_id": alert_id,
        "channel": kind,
        "address": address,
        "address_hash": lookup_hash(address),
        "token": secrets.token_urlsafe(24),
        "state": MessageState.QUEUED,
        "urgency": 3,
        "due_at": now,
        "send_after": now,
        "timed_at": now,
        "queued_at": now,
    }


# ---- afterwards -------------------------------------------------------------------------------------------------------


def messages() -> list[Message]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Message).order_by(Message.id)))


def only(channel: str = "sms") -> Message:
    """Later tries of an address that failed not counted."""
    (message,) = (message for message in messages() if message.channel == channel and message.attempt == 1)
    return message


def ledger(message: Message) -> list[str | None]:
    return [row.outcome for row in message.ledger]


def copies_of(message: Message, network: TwilioNetwork, sink: SmtpSink) -> int:
    """How often it left: by the label that texts to its number bear, the token of a call's callback, or the Message-ID."""
    if message.channel == "email":
        own = hashlib.sha256(f"{message.id}:{message.token}".encode()).hexdigest()[:32]
        return sum(str(mail["Message-ID"]).startswith(f"<{own}@") for mail in sink.mails)
    if message.channel == "voice":
        return sum(sent.callback.endswith("/" + message.token) for sent in network.sent)
    return said_to(network)[message.address, message.alert.label]


def texts(outbox: Outbox) -> list[str]:
    """All that left by SMS."""
    return [sent.form["Body"] for sent in outbox.network.sent]


def said_to(network: TwilioNetwork) -> Counter[tuple[str, str]]:
    """How many texts to a number bear a label."""
    return Counter((sent.to, label) for sent in network.sent for label in LABEL.findall(sent.form.get("Body", "")))


def nothing_lost_nothing_doubled_nobody_else(network: TwilioNetwork, sink: SmtpSink) -> None:
    """Every alert that is owed has left, or waits for its next try, or stands there as one that reaches nobody; no text left
    more often than the ledger says it may have; and whatever left was for whom it was owed to."""
    found = messages()
    ways = {MessageState.SENT, MessageState.DELIVERED, *WAITING}
    for alert in db.session.scalars(select(Alert).where(Alert.state == AlertState.OWED)):
        states = [message.state for message in found if message.alert_id == alert.id]
        assert alert.unreached_at or ways & set(states), (alert.id, states)
    said, accounted = said_to(network), Counter[tuple[str, str]]()
    mails = 0
    for message in found:
        declared = sum(row.outcome in MAY_HAVE_ARRIVED for row in message.ledger)
        key = message.address, message.alert.label
        texted = message.channel == "sms"
        left = min(said[key] - accounted[key], declared) if texted else copies_of(message, network, sink)
        assert left <= declared, (message.channel, left, ledger(message))
        assert left or message.state not in (MessageState.SENT, MessageState.DELIVERED), (message.channel, message.id)
        if texted:
            accounted[key] += left
        elif message.channel == "email":
            mails += left
    assert accounted == said, "the ledger knows of every text, and of no other person's"
    assert mails == len(sink.mails)
    assert {sent.to for sent in network.sent} <= {message.address for message in found}
    assert {str(mail["To"]) for mail in sink.mails} <= {message.address for message in found}


@dataclass
class Outbox:
    """A database with an outbox, a telephone network and a mail server that fail when they are told to, and a clock moved by
    hand. Providers are given little patience."""

    app: Flask
    network: TwilioNetwork
    sink: SmtpSink
    now: datetime = datetime(2019, 12, 9, 6, tzinfo=UTC)
    worker: str = "test"
    channels: dict[str, Channel] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.network.clock = lambda: self.now
        self.waits(PATIENCE_S)

    def waits(self, patience_s: float) -> None:
        """For an answer of a provider."""
        settings = self.app.extensions["settings"]
        sms, mail = TwilioSms(settings, timeout_s=patience_s), SmtpMail(settings, timeout_s=patience_s)
        self.channels = {sms.name: sms, mail.name: mail}

    def owe(self, count: int = 1, *channels: str) -> list[int]:
        self.first = getattr(self, "first", 1_000_000) + 1000
        return owe(count, self.now, channels or ("sms",), self.first)

    def owe_one_person(self, count: int, *channels: str) -> list[int]:
        self.first = getattr(self, "first", 1_000_000) + 1000
        return owe_one_person(count, self.now, channels or ("sms",), self.first)

    def turn(self, worker: str = "") -> int:
        """What goes on beside the cycle, once."""
        take_back(worker or self.worker, Pace(), self.now)
        inquire_due(self.channels, BASE, self.now)
        return dispatch_due(self.channels, BASE, worker or self.worker, self.now)

    def forward(self, span_s: float, step_s: float = 10.0) -> None:
        """The sender comes round on the way."""
        end = self.now + timedelta(seconds=span_s)
        while self.now < end:
            self.now = min(end, self.now + timedelta(seconds=step_s))
            self.turn()

    def rests(self) -> None:
        """Until nothing waits, an hour at the most."""
        end = self.now + timedelta(hours=1)
        while any(message.state in WAITING for message in messages()):
            assert self.now < end, [
                (m.id, m.state, m.error, m.send_after, ledger(m)) for m in messages() if m.state in WAITING
            ]
            self.forward(20)

    def all_is_well(self) -> None:
        nothing_lost_nothing_doubled_nobody_else(self.network, self.sink)

    def hears(self, message: Message, status: str, code: str | None = None, ref: str | None = None) -> bool:
        """The provider's call about a message."""
        receipt = Receipt(ref or message.provider_ref or "SM?", Status(status), code)
        return take_receipt(message.token, receipt, self.now)
