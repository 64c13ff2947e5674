"""Receipts in whatever order, however often, of however many copies: a status never goes backwards, and ends in the same place
(C8). And receipts that never come are asked for."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outbox import copies_of, ledger, messages, only
from sqlalchemy import select

from deconflict.channels.port import Receipt, Status
from deconflict.domain.states import AlertState, MessageState
from deconflict.services.receipts import furthest, standing, take_receipt
from deconflict.store.alerts import Alert, Try
from deconflict.store.base import db, transaction

RANK = {"queued": 0, "sending": 0, "unsure": 0, "sent": 1, "delivered": 2, "failed": 3}
SEQUENCES = 500  # on each database
ONE = st.tuples(st.sampled_from(["SM1", "SM2", "SM3"]), st.sampled_from([str(status) for status in Status]))


@given(st.lists(ONE, max_size=12), st.integers(0, 3), st.randoms(use_true_random=False))
def test_the_order_makes_no_difference(receipts, copies, chance):
    shuffled = list(receipts)
    chance.shuffle(shuffled)
    assert standing(furthest(receipts), copies) is standing(furthest(shuffled + receipts), copies)


@given(st.lists(ONE, min_size=1, max_size=12), st.integers(1, 3))
def test_it_has_failed_when_as_many_failed_as_have_left_and_not_before(receipts, copies):
    known = furthest(receipts)
    failed = sum(status is Status.FAILED for status in known.values())
    assert (standing(known, copies) is Status.FAILED) == (failed >= copies)


def test_a_thousand_shuffled_sequences(outbox):
    """Two databases, five hundred each. The last word is the same whatever the order, and no step leads back."""
    chance = random.Random(23)
    outbox.owe(SEQUENCES)
    outbox.turn()
    ends: dict[tuple[str, ...], set[str]] = {}
    for number, message in enumerate(messages()):
        words = tuple(sorted(chance.sample(["queued", "sent", "delivered", "failed"], chance.randrange(1, 5))))
        calls = [*words, *chance.choices(words, k=2)]
        chance.shuffle(calls)
        now, rank = outbox.now + timedelta(seconds=number), RANK[message.state]
        for word in calls:
            code = "unreachable" if word == "failed" else None
            take_receipt(message.token, Receipt(message.provider_ref, Status(word), code), now)
            state = db.session.scalar(select(type(message).state).where(type(message).id == message.id))
            db.session.rollback()
            assert RANK[state] >= rank, (calls, word, state)
            rank = RANK[state]
        ends.setdefault(words, set()).add(state)
    assert all(len(states) == 1 for states in ends.values()), ends
    assert len(ends) == 15
    assert {"delivered", "failed", "sent"} == set().union(*ends.values())


def a_second_copy(message):
    """It was sent again although the first had left after all."""
    with transaction() as session:
        row = session.get_one(Try, (message.id, 1))
        session.add(
            Try(message_id=message.id, number=2, provider=row.provider, begun_at=row.begun_at, outcome="accepted")
        )
        session.get_one(Try, (message.id, 2)).provider_ref = "SM-second"
        session.get_one(type(message), message.id).tries = 2


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_copies_one_that_arrives_is_enough(outbox, turned):
    outbox.owe()
    outbox.turn()
    first = only().provider_ref
    a_second_copy(only())
    news = [("failed", first), ("delivered", "SM-second")]
    for status, ref in reversed(news) if turned else news:
        outbox.hears(only(), status, "unreachable", ref=ref)
    assert only().state == MessageState.DELIVERED


def test_of_two_copies_both_must_fail(outbox):
    outbox.owe()
    outbox.turn()
    first = only().provider_ref
    a_second_copy(only())
    outbox.hears(only(), "failed", "unreachable", ref=first)
    assert only().state == MessageState.SENT
    outbox.hears(only(), "failed", "unreachable", ref="SM-second")
    assert only().state == MessageState.FAILED


def test_news_of_a_copy_that_was_thought_lost_keeps_the_next_one_from_leaving(outbox):
    """Its trace was read too early; before it leaves again the provider calls."""
    outbox.owe()
    outbox.turn()
    with transaction() as session:
        session.get_one(Try, (only().id, 1)).outcome = "no_trace"
    with transaction() as session:
        row = session.get_one(Try, (only().id, 1))
        row.provider_ref, row.message.state = None, MessageState.QUEUED
    assert outbox.hears(only(), "sent", ref=outbox.network.sent[0].sid)
    assert (only().state, ledger(only())) == (MessageState.SENT, ["accepted"])
    outbox.turn()
    assert copies_of(only(), outbox.network, outbox.sink) == 1


# ---- receipts that do not come -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "state"), [("delivered", "delivered"), ("undelivered", "failed"), ("sent", "sent")])
def test_a_receipt_that_is_lost_is_asked_for(outbox, word, state):
    outbox.owe()
    outbox.turn()
    outbox.network.becomes(outbox.network.sent[0], word, code=30005 if state == "failed" else None)
    outbox.forward(280)
    assert only().state == MessageState.SENT
    outbox.forward(30)
    assert only().state == state


def test_it_is_asked_for_less_and_less_often_and_never_when_it_is_known(outbox):
    outbox.owe(20)
    outbox.turn()
    begun = outbox.network.requests
    outbox.forward(3600, step_s=30)
    assert 20 * 3 <= outbox.network.requests - begun <= 20 * 5
    for sent in outbox.network.sent:
        outbox.network.becomes(sent, "delivered")
    outbox.forward(3600, step_s=30)
    assert {message.state for message in messages()} == {MessageState.DELIVERED}
    asked = outbox.network.requests
    outbox.forward(3600, step_s=60)
    assert outbox.network.requests == asked


def test_what_is_answered_is_not_asked_about(outbox):
    outbox.owe()
    outbox.turn()
    with transaction() as session:
        session.scalars(select(Alert)).one().state = AlertState.ACKNOWLEDGED
    asked = outbox.network.requests
    outbox.forward(600)
    assert outbox.network.requests == asked


def test_many_lost_receipts_are_asked_for_a_few_at_a_time(outbox):
    outbox.owe(60)
    outbox.turn()
    outbox.now += timedelta(minutes=6)
    before = outbox.network.requests
    outbox.turn()
    assert outbox.network.requests - before == 5
