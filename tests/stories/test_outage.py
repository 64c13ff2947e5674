"""A provider is out: the second one takes over, one message finds out whether the first is back, and when none is left the
desk sees whom to call."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from outbox import BASE, ledger, messages, number_of, only

from deconflict.channels.port import Ambiguous, Code, Receipt, SendFailed, Status
from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.calls import Why, calls_for
from deconflict.domain.states import MessageState
from deconflict.services.hearing import collect
from deconflict.services.sending import claim
from deconflict.store.base import db
from deconflict.store.calls import calls_by_hand
from deconflict.store.providers import in_trouble
from deconflict.store.waiting import late_since

OFFICER = Audience(1, 1, "ocha", frozenset({roles.CMCOORD}), None, "fr")
FOCAL_POINT = Audience(2, 2, "humanitarian", frozenset({roles.FOCAL_POINT, roles.SUBMITTER}), None, "fr")


@dataclass
class Carrier:
    """A provider that fails with `fails` while that is set, for the numbers in `only` or for all."""

    name: str
    carries: str = "sms"
    fails: str | None = None
    only: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)
    took: list[str] = field(default_factory=list)
    two_way = False

    def send(self, outgoing, now):
        self.asked.append(outgoing.to)
        if self.fails and (not self.only or outgoing.to in self.only):
            code = Code(self.fails)
            raise Ambiguous() if code is Code.UNKNOWN_OUTCOME else SendFailed.because(code)
        self.took.append(outgoing.to)
        return f"{self.name}-{len(self.took)}"

    def trace(self, outgoing, tried_at, now):
        if self.fails:
            raise SendFailed(True, Code.NETWORK)
        return None

    def status_of(self, provider_ref, now):
        return None

    def read_hook(self, hook):
        raise NotImplementedError


@pytest.fixture
def first(outbox):
    """The preferred of two."""
    first = Carrier("first")
    outbox.channels = {"first": first, "second": Carrier("second")}
    return first


@pytest.fixture
def second(outbox, first):
    return outbox.channels["second"]


@pytest.mark.parametrize("code", [Code.PROVIDER, Code.NETWORK, Code.ACCOUNT])
def test_the_second_takes_at_once_what_the_first_could_not(outbox, first, second, code):
    first.fails = code
    outbox.owe(10)
    outbox.turn()
    assert {message.state for message in messages()} == {MessageState.SENT}
    assert len(second.took) == 10
    assert len(first.asked) <= 3 + 7, "what was on its way when the third failed"
    assert [row.name for row in in_trouble(db.session)] == ["first"]
    assert in_trouble(db.session)[0].last_error == code
    assert Counter(len(ledger(message)) for message in messages())[2] == len(first.asked)
    outbox.owe(5)
    asked = len(first.asked)
    outbox.turn()
    assert len(first.asked) == asked, "it is left alone"
    assert len(second.took) == 15


def test_one_message_finds_out_whether_it_is_back(outbox, first, second):
    first.fails = Code.PROVIDER
    outbox.owe(8)
    outbox.turn()
    asked = len(first.asked)
    outbox.now += timedelta(seconds=61)
    outbox.owe(6)
    outbox.turn()
    assert len(first.asked) == asked + 1
    assert {message.state for message in messages()} == {MessageState.SENT}
    first.fails = None
    outbox.now += timedelta(seconds=121)
    outbox.owe(6)
    outbox.turn()
    assert len(first.took) >= 1
    outbox.owe(6)
    outbox.turn()
    assert first.took[-6:] == first.asked[-6:]
    assert in_trouble(db.session) == []


def test_one_that_takes_requests_and_never_answers_is_left_alone_too(outbox, first, second):
    first.fails = Code.UNKNOWN_OUTCOME
    outbox.owe(20)
    outbox.turn()
    unsure = [message for message in messages() if message.state == MessageState.UNSURE]
    assert 3 <= len(unsure) <= 3 + 8
    assert len(second.took) == 20 - len(unsure)
    outbox.forward(400)
    assert {message.state for message in messages()} == {MessageState.SENT}, (
        "nobody can be asked: the second takes those too"
    )
    assert {tuple(ledger(message)) for message in messages()} >= {("no_trace", "accepted")}


@pytest.mark.parametrize("code", [Code.SENDER, Code.FILTERED, Code.REFUSED])
def test_what_the_first_may_not_carry_the_second_may(outbox, first, second, code):
    first.fails, first.only = code, frozenset({number_of(1_001_000)})
    outbox.owe(2)
    outbox.turn()
    assert {message.state for message in messages()} == {MessageState.SENT}
    assert [ledger(message) for message in messages()] == [[code, "accepted"], ["accepted"]]
    assert in_trouble(db.session) == []


@pytest.mark.parametrize("code", [Code.FILTERED, Code.SENDER, Code.PROVIDER])
def test_what_the_first_took_and_an_operator_refused_the_second_tries_at_once(outbox, first, second, code):
    outbox.owe()
    outbox.turn()
    assert (len(first.took), only().state) == (1, MessageState.SENT)
    outbox.hears(only(), "failed", code)
    outbox.turn()
    assert second.took == first.took
    again = messages()[-1]
    assert (again.attempt, again.state, again.provider) == (2, MessageState.SENT, "second")
    assert again.alert.unreached_at is None
    outbox.hears(again, "failed", code)
    outbox.turn()
    assert (len(first.took), len(second.took)) == (1, 1)
    assert again.alert.unreached_at == outbox.now


@pytest.mark.parametrize("code", [Code.BAD_ADDRESS, Code.OPTED_OUT])
def test_a_number_that_is_to_blame_is_not_tried_through_the_second(outbox, first, second, code):
    first.fails = code
    outbox.owe()
    outbox.turn()
    assert (only().state, only().error, second.asked) == (MessageState.FAILED, code, [])


def test_when_none_is_left_it_waits_and_the_desk_sees_whom_to_call(outbox, first, second):
    first.fails = second.fails = Code.NETWORK
    outbox.owe(5)
    due = outbox.now
    outbox.turn()
    assert {message.state for message in messages()} == {MessageState.QUEUED}
    assert late_since(db.session, outbox.now) is None
    outbox.forward(130)
    assert late_since(db.session, outbox.now) == due
    catalogue = outbox.app.extensions["mission"].catalogue
    calls = calls_for(calls_by_hand(db.session, catalogue, outbox.now), OFFICER)
    assert [call.why for call in calls] == [Why.WAITING] * 5
    assert {call.since for call in calls} == {due}
    assert [call.numbers for call in calls] == [(number_of(1_001_000 + n),) for n in range(5)]
    assert calls_for(calls_by_hand(db.session, catalogue, outbox.now), FOCAL_POINT) == []
    knocked = len(first.asked) + len(second.asked)
    outbox.forward(1800)
    assert len(first.asked) + len(second.asked) < knocked + 20, "nobody knocks at a closed door all the time"
    first.fails = None
    outbox.forward(15 * 60 + 30)
    assert {message.state for message in messages()} == {MessageState.SENT}
    assert late_since(db.session, outbox.now) is None
    assert calls_by_hand(db.session, catalogue, outbox.now) == []


def test_back_again_everything_that_is_due_leaves_within_half_a_minute(outbox, first, second):
    first.fails = second.fails = Code.NETWORK
    outbox.owe(200)
    outbox.turn()
    first.fails = None
    outbox.now += timedelta(minutes=15)
    outbox.forward(30)
    assert {message.state for message in messages()} == {MessageState.SENT}


def test_while_texts_cannot_leave_mails_do(outbox, first, second):
    first.fails = second.fails = Code.NETWORK
    outbox.channels["mail"] = Carrier("mail", "email")
    outbox.owe(100)
    outbox.turn()
    outbox.owe(20, "email")
    outbox.turn()
    assert len(outbox.channels["mail"].took) == 20


def test_a_way_that_nobody_configured_is_a_failure_and_not_a_silence(outbox, first):
    outbox.owe(1, "voice")
    outbox.turn()
    assert (only("voice").state, only("voice").error) == (MessageState.FAILED, "sender")
    assert only("voice").alert.unreached_at == outbox.now


def test_a_provider_that_was_taken_out_of_the_configuration_is_forgotten(outbox, first, second):
    first.fails = Code.NETWORK
    outbox.owe(4)
    outbox.turn()
    assert [row.name for row in in_trouble(db.session)] == ["first"]
    del outbox.channels["first"]
    outbox.owe(1)
    outbox.turn()
    assert in_trouble(db.session) == []


@dataclass
class Box(Carrier):
    """A provider that calls nobody: news lies in a box until it is forgotten."""

    news: list[Receipt] = field(default_factory=list)

    def collect(self, now):
        return list(self.news)

    def forget(self, heard):
        self.news = [one for one in self.news if one not in heard]

    def trace(self, outgoing, tried_at, now):
        return next(iter(self.news), None)


def test_news_of_a_try_that_nobody_wrote_down_stays_in_its_box_until_it_is_traced(outbox):
    """The sender died after it handed a text to the modem: emptied too early, the box would say that there is none."""
    box = Box("box")
    outbox.channels = {"box": box}
    outbox.owe()
    (ticket,) = claim(outbox.channels, BASE, outbox.worker, outbox.now)
    box.send(ticket.outgoing, outbox.now)
    box.news.append(Receipt("box-1", Status.DELIVERED))
    collect([box], outbox.now)
    assert len(box.news) == 1
    outbox.forward(60)
    assert (only().state, ledger(only()), len(box.asked)) == (MessageState.DELIVERED, ["accepted"], 1)
    collect([box], outbox.now)
    assert box.news == []
