"""A test message end to end, on a schedule of its own: every provider writes to the administrator's own phone or mailbox, and
what does not arrive turns health red before somebody who is owed word finds out. When one goes depends on nothing that anybody
has filed, so everybody may be told that it failed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from deconflict.channels.port import Channel, Code, Outgoing, Receipt, SendFailed, Status
from deconflict.domain.self_test import AGAIN, PATIENCE
from deconflict.store.base import db, transaction
from deconflict.store.outbox import fresh_reference
from deconflict.store.self_tests import SelfTest, forget_others, proofs, self_test_of
from deconflict.store.work import insert_once, take_slot

log = structlog.get_logger()
TEXT = "Test {reference}."  # the same in both languages, and nothing in it for whoever finds the phone
ASK_EVERY = timedelta(minutes=1)
ASKED_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class SelfTests:
    """Where test messages go, "" for nowhere, and how often."""

    number: str = field(default="", repr=False)
    mailbox: str = field(default="", repr=False)
    every: timedelta = timedelta(hours=6)

    def address(self, channel: Channel) -> str:
        """Nobody is rung for a test."""
        return {"sms": self.number, "email": self.mailbox}.get(channel.carries, "")


def run_self_tests(channels: Mapping[str, Channel], plan: SelfTests, now: datetime) -> None:
    """Sends those that are due, asks what became of the others. No transaction is open while a provider is called."""
    tested = {name: channel for name, channel in channels.items() if plan.address(channel)}
    known = proofs(db.session())
    db.session.rollback()
    if {proof.provider for proof in known} != set(tested):
        with transaction() as session:
            forget_others(session, set(tested))
            for name, channel in tested.items():
                insert_once(
                    session, SelfTest, provider=name, carries=channel.carries, next_at=now, token="", confirms=False
                )
        known = proofs(db.session())
        db.session.rollback()
    for proof in known:
        outgoing = _begun(proof.provider, plan, tested[proof.provider], now) if proof.due(plan.every, now) else None
        if outgoing is not None:
            _send(proof.provider, tested[proof.provider], outgoing, now)
    if tested and take_slot("self_test", ASK_EVERY, now):
        for name, channel in tested.items():
            _ask(name, channel, now)


def take_test_receipt(receipt: Receipt, now: datetime, *, token: str = "", provider: str = "") -> bool:
    """A receipt for a test message, known by our token or by what the provider calls it. Whether it moved anything."""
    with transaction() as session:
        row = self_test_of(session, token=token, provider=provider, provider_ref=receipt.provider_ref)
        return row is not None and _hear(row, receipt, now)


def _begun(name: str, plan: SelfTests, channel: Channel, now: datetime) -> Outgoing | None:
    """Of two schedulers one begins."""
    with transaction() as session:
        row = session.get(SelfTest, name, with_for_update=True)
        if row is None or not row.proof.due(plan.every, now):
            return None
        if row.proof.pending:  # the one before never arrived
            row.failing_at = row.proof.failing_since(now)
        row.began_at, row.next_at = now, now + plan.every
        row.token, row.provider_ref = secrets.token_urlsafe(24), None
        return _outgoing(row.token, plan.address(channel), now)


def _outgoing(token: str, address: str, now: datetime) -> Outgoing:
    text = TEXT.format(reference=fresh_reference())
    return Outgoing(
        message_id=0, to=address, text=text, subject=text.rstrip("."), useful_until=now + PATIENCE, callback_token=token
    )


def _send(name: str, channel: Channel, outgoing: Outgoing, now: datetime) -> None:
    reference, code = "", ""
    try:
        reference = channel.send(outgoing, now)
    except SendFailed as failure:
        code = failure.code
    except Exception:
        log.exception("a channel broke its promise", provider=name)
        code = Code.UNKNOWN_OUTCOME
    with transaction() as session:
        row = self_test_of(session, token=outgoing.callback_token)
        if row is None:
            return
        if code:
            _failed(row, code, now)
        else:
            row.provider_ref = row.provider_ref or reference
            if not row.confirms:
                _arrived(row, now)


def _ask(name: str, channel: Channel, now: datetime) -> None:
    """For a receipt that was lost."""
    row = db.session.get(SelfTest, name)
    young = row is not None and row.began_at is not None and now - row.began_at <= ASKED_FOR
    reference = row.provider_ref if row is not None and young and (row.proof.pending or not row.confirms) else None
    db.session.rollback()
    if reference is None:
        return
    try:
        receipt = channel.status_of(reference, now)
    except SendFailed:
        return  # the next minute asks again
    except Exception:
        log.exception("a channel broke its promise", provider=name)
        return
    if receipt is not None:
        take_test_receipt(receipt, now, provider=name)


def _hear(row: SelfTest, receipt: Receipt, now: datetime) -> bool:
    if receipt.status is Status.DELIVERED:
        moved = row.proof.pending or row.failing_at is not None or not row.confirms
        row.confirms = True
        _arrived(row, now)
        return moved
    if receipt.status is Status.FAILED:
        _failed(row, receipt.code or Code.UNREACHABLE, now)
        return True
    return False


def _arrived(row: SelfTest, now: datetime) -> None:
    row.arrived_at, row.failing_at, row.error = now, None, None


def _failed(row: SelfTest, code: str, now: datetime) -> None:
    log.warning("a test message did not arrive", provider=row.provider, because=code)
    row.failing_at, row.error = row.failing_at or row.began_at or now, code
    row.provider_ref, row.next_at = None, min(row.next_at, now + AGAIN)
