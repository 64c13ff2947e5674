"""A test message end to end, on its own hours: what does not arrive is known before somebody who is owed word finds out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from world import at_once

from deconflict.channels.port import Ambiguous, Code, Outgoing, Receipt, SendFailed, Status
from deconflict.domain.self_test import Proof, failing, kind_failing_since
from deconflict.jobs.cycle import Cycle
from deconflict.jobs.deadman import report
from deconflict.services.health import health_of
from deconflict.services.hearing import take_receipt_of
from deconflict.services.receipts import take_receipt
from deconflict.services.self_test import SelfTests, run_self_tests
from deconflict.store.alerts import Message
from deconflict.store.base import db, transaction
from deconflict.store.self_tests import SelfTest
from deconflict.store.work import beat

NOW = datetime(2019, 12, 9, 6, tzinfo=UTC)
NUMBER, MAILBOX = "+22370000099", "admin@people.example"
PLAN = SelfTests(NUMBER, MAILBOX, timedelta(hours=6))
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass
class Line:
    """A provider. `failure`: raised at sending; `says`: what it answers when it is asked what became of a message."""

    name: str
    carries: str = "sms"
    failure: Exception | None = None
    says: Receipt | None = None
    two_way: bool = False
    sent: list[Outgoing] = field(default_factory=list)
    asked: int = 0

    def send(self, outgoing, now):
        self.sent.append(outgoing)
        if self.failure:
            raise self.failure
        return f"{self.name}-{len(self.sent)}"

    def trace(self, outgoing, tried_at, now):
        return None

    def status_of(self, provider_ref, now):
        self.asked += 1
        return self.says and replace(self.says, provider_ref=provider_ref)

    def read_hook(self, hook):
        raise NotImplementedError


@pytest.fixture
def house(world):
    """`at(minutes, *lines)` takes a turn; `failing()` names providers as health has them."""

    class House:
        mission, now, plan = world.mission, NOW, PLAN

        def at(self, minutes, *lines):
            self.now = NOW + minutes * MINUTE
            run_self_tests({line.name: line for line in lines}, self.plan, self.now)

        def health(self):
            db.session.rollback()
            db.session.expire_all()
            return health_of(db.session(), self.mission, self.now)

        def failing(self):
            return {one.provider: one.since for one in self.health().failing}

        def hears(self, line, status, code=None):
            receipt = Receipt(f"{line.name}-{len(line.sent)}", status, code)
            return take_receipt(line.sent[-1].callback_token, receipt, self.now)

    return House()


def test_every_provider_writes_to_the_administrator_at_once_and_then_every_six_hours(house):
    first, second, mail = Line("a"), Line("b"), Line("m", "email")
    for minutes in (0, 1, 359, 360, 361):
        house.at(minutes, first, second, mail)
    assert [outgoing.to for outgoing in first.sent] == [NUMBER] * 2 == [outgoing.to for outgoing in second.sent]
    assert [outgoing.to for outgoing in mail.sent] == [MAILBOX] * 2
    assert house.failing() == {}


def test_it_says_test_and_a_reference_and_nothing_else(house):
    line = Line("a")
    house.at(0, line)
    (outgoing,) = line.sent
    assert outgoing.text.startswith("Test ")
    assert len(outgoing.text) == len("Test 4F7K2.")
    assert NUMBER not in repr(outgoing)
    assert NUMBER not in repr(PLAN)
    assert outgoing.useful_until - house.now == timedelta(minutes=10)


def test_nobody_is_rung_and_without_an_address_nothing_is_sent(house):
    voice, line, mail = Line("v", "voice"), Line("a"), Line("m", "email")
    house.plan = SelfTests("", MAILBOX)
    house.at(0, voice, line, mail)
    assert (voice.sent, line.sent, len(mail.sent)) == ([], [], 1)


@pytest.mark.parametrize(
    "failure", [SendFailed(False, Code.ACCOUNT), SendFailed(True, Code.NETWORK), Ambiguous(), KeyError()]
)
def test_one_that_cannot_be_sent_is_failing_since_it_began_and_tried_again_in_five_minutes(house, failure):
    line = Line("a", failure=failure)
    house.at(0, line)
    assert house.failing() == {"a": NOW}
    house.at(4, line)
    assert len(line.sent) == 1
    house.at(5, line)
    assert (len(line.sent), house.failing()) == (2, {"a": NOW})
    line.failure = None
    house.at(10, line)
    assert house.failing() == {}


def test_one_that_the_operator_refused_is_failing_and_arriving_later_mends_it(house):
    line = Line("a")
    house.at(0, line)
    assert house.hears(line, Status.FAILED, Code.FILTERED)
    assert house.failing() == {"a": NOW}
    with transaction() as session:
        assert session.get_one(SelfTest, "a").error == Code.FILTERED
    assert house.hears(line, Status.DELIVERED)
    assert house.failing() == {}


def test_a_provider_that_told_of_an_arrival_must_tell_again(house):
    line = Line("a")
    house.at(0, line)
    assert house.hears(line, Status.DELIVERED)
    assert not house.hears(line, Status.DELIVERED)
    house.at(360, line)
    assert house.failing() == {}
    house.at(370, line)
    assert house.failing() == {}
    house.at(371, line)
    assert house.failing() == {"a": NOW + 6 * HOUR}
    house.hears(line, Status.DELIVERED)
    assert house.failing() == {}


def test_it_stays_failing_over_the_next_test_until_one_arrives(house):
    line = Line("a")
    house.at(0, line)
    house.hears(line, Status.DELIVERED)
    house.at(360, line)
    house.at(720, line)
    assert house.failing() == {"a": NOW + 6 * HOUR}
    assert house.hears(line, Status.DELIVERED)
    assert house.failing() == {}


def test_a_provider_that_never_tells_of_arrivals_is_believed_when_it_takes_one(house):
    line = Line("a", says=None)
    house.at(0, line)
    house.at(60, line)
    assert house.failing() == {}


def test_a_receipt_that_was_lost_is_asked_for(house):
    line = Line("a", says=Receipt("", Status.DELIVERED))
    house.at(0, line)
    house.at(1, line)
    with transaction() as session:
        assert session.get_one(SelfTest, "a").confirms
    asked = line.asked
    house.at(2, line)
    assert line.asked == asked


def test_a_receipt_under_the_provider_s_own_reference_is_understood_and_another_s_is_not(house):
    line = Line("a")
    house.at(0, line)
    assert not take_receipt_of("b", Receipt("a-1", Status.DELIVERED), house.now)
    assert not take_receipt_of("a", Receipt("a-2", Status.DELIVERED), house.now)
    assert take_receipt_of("a", Receipt("a-1", Status.FAILED, Code.UNREACHABLE), house.now)
    assert house.failing() == {"a": NOW}


def test_an_unknown_token_moves_nothing(house):
    line = Line("a")
    house.at(0, line)
    for token in ("", "x" * 32):
        assert not take_receipt(token, Receipt("a-1", Status.FAILED), house.now)
    assert house.failing() == {}


def test_what_nobody_tests_any_more_fails_no_more(house):
    line, other = Line("a", failure=Ambiguous()), Line("b")
    house.at(0, line, other)
    house.at(1, other)
    assert house.failing() == {}


def test_when_nobody_begins_the_next_test_that_is_a_failure_too(house):
    line = Line("a")
    house.at(0, line)
    house.now = NOW + 6 * HOUR + 10 * MINUTE
    assert house.failing() == {}
    house.now += MINUTE
    assert house.failing() == {"a": NOW + 6 * HOUR}


def test_a_clock_set_back_stops_no_test(house):
    line = Line("a")
    house.at(600, line)
    house.at(0, line)
    assert len(line.sent) == 2


def test_of_two_schedulers_one_sends(world, house):
    line = Line("a")
    house.at(0, line)
    at_once(world.app, *[lambda: run_self_tests({"a": line}, PLAN, NOW + 6 * HOUR)] * 2)
    assert len(line.sent) == 2


def test_it_is_no_alert_and_is_in_no_outbox(house):
    house.at(0, Line("a"))
    assert db.session.scalars(select(Message)).all() == []


def test_a_failing_test_silences_the_dead_man_s_switch(house, monkeypatch):
    heard = []
    monkeypatch.setattr("deconflict.jobs.deadman.sign", lambda url: heard.append(url) or "")
    line = Line("a", failure=Ambiguous())
    house.at(0, line)
    with transaction() as session:
        beat(session, "scheduler", house.now)
    report("https://watcher.example", house.mission, house.now)
    assert heard == []
    line.failure = None
    house.at(5, line)
    with transaction() as session:
        beat(session, "scheduler", house.now)
    report("https://watcher.example", house.mission, house.now)
    assert len(heard) == 1


def test_the_cycle_sends_them_where_the_settings_say(world, house):
    line = Line("a")
    cycle = Cycle(world.mission, {"a": line}, "http://127.0.0.1:8000", "test", self_tests=PLAN)
    cycle.prove(lambda: NOW)
    assert [outgoing.to for outgoing in line.sent] == [NUMBER]


# ---- the arithmetic --------------------------------------------------------------------------------------------------


def proof(provider, carries="sms", failing_at=None):
    return Proof(provider, carries, NOW, NOW + 6 * HOUR, NOW, failing_at)


def test_a_kind_is_silent_only_when_all_that_carry_it_fail_and_since_the_last_of_them_did():
    bad, worse, good = proof("a", failing_at=NOW), proof("b", failing_at=NOW + MINUTE), proof("c")
    at = NOW + HOUR
    assert kind_failing_since([bad, worse], at) == NOW + MINUTE
    assert kind_failing_since([bad, worse, good], at) is None
    assert kind_failing_since([good, proof("m", "email", NOW)], at) == NOW
    assert kind_failing_since([], at) is None
    assert [one.provider for one in failing([worse, good, bad], at)] == ["a", "b"]
