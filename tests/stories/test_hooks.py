"""What the provider says happened: late, twice, reversed, forged. Told over its own signed calls to the real pages."""

from __future__ import annotations

from itertools import permutations

import make
import pytest
from fakes.twilio_network import Sent, TwilioNetwork
from planted import Visitor, look_again
from sqlalchemy import select

from deconflict.domain.states import MessageState
from deconflict.store.alerts import Message, Receipt
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, lookup_hash, transaction
from deconflict.store.people import Contact

NEAR_BANKASS = (14.0800, -3.5120)
SECOND = "+22370000066"
STATUS_HOOK = "http://127.0.0.1:8000/hooks/twilio/status/"
RANK = {MessageState.SENT: 1, MessageState.DELIVERED: 2, MessageState.FAILED: 3}


@pytest.fixture
def network():
    """One of its own: phones that said STOP stay cut off."""
    with TwilioNetwork() as running:
        yield running


@pytest.fixture
def rung(world):
    """The duty officer, who has two numbers, was texted on the first. What was sent to it."""
    world.officer.also_has(SECOND)
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    world.officer.expects("URGENT")
    return world.network.last_to(world.officer.phone.address)


def call(provider, *hooks):
    """Posts the calls one after the other; their statuses."""
    answers = [provider.post(hook.path, hook.form, headers=hook.headers) for hook in hooks]
    assert all(answer.data == b"" and "Set-Cookie" not in answer.headers for answer in answers)
    return [answer.status_code for answer in answers]


def message_to(number):
    """The newest, but for a later try of it."""
    look_again()
    query = select(Message).where(Message.address_hash == lookup_hash(number), Message.attempt == 1)
    return db.session.scalars(query.order_by(Message.id.desc())).first()


def receipts_of(message):
    return [row.status for row in db.session.scalars(select(Receipt).where(Receipt.message_id == message.id))]


def contact(number):
    look_again()
    return db.session.scalars(select(Contact).where(Contact.lookup == lookup_hash(number))).one()


def test_delivered_moves_the_message_and_is_kept_as_a_receipt(world, rung, provider):
    assert message_to(rung.to).state == MessageState.SENT
    assert call(provider, *world.network.receipts(rung, "queued", "sent", "delivered")) == [200] * 3
    message = message_to(rung.to)
    assert (message.state, message.provider_ref) == (MessageState.DELIVERED, rung.sid)
    assert receipts_of(message) == ["queued", "sent", "delivered"]
    world.turn()
    world.all_quiet()


def test_undelivered_tries_the_person_s_next_number_at_once(world, rung, provider):
    assert call(provider, *world.network.receipts(rung, "undelivered", code=30003)) == [200]
    failed = message_to(rung.to)
    assert (failed.state, failed.error) == (MessageState.FAILED, "unreachable")
    world.turn(1)
    world.network.phone(SECOND).expects(world.case.reference)
    assert contact(rung.to).unreachable_at is None  # switched off today is not gone for ever


def test_both_numbers_failing_the_ladder_goes_on(world, rung, provider):
    call(provider, *world.network.receipts(rung, "undelivered", code=30003))
    world.turn(1)
    world.network.phone(SECOND).expects("URGENT")
    call(provider, *world.network.receipts(world.network.last_to(SECOND), "failed", code=30003))
    world.turn(1)
    world.officer.expects_nothing()
    world.forward("70m")
    world.deputy.expects("URGENT")


def test_a_number_that_does_not_exist_is_marked_and_not_tried_again(world, rung, provider):
    call(provider, *world.network.receipts(rung, "failed", code=30005))
    assert contact(rung.to).unreachable_at == world.now
    world.turn(1)
    world.network.phone(SECOND).expects("URGENT")
    world.other_ngo.files(make.distribution("Koro", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Koro", "10 Dec 10:00-12:00"))
    world.network.phone(SECOND).expects("URGENT")
    world.officer.phone.expects_nothing()


def test_the_same_news_twice_is_one_receipt_and_one_second_try(world, rung, provider):
    (hook,) = world.network.receipts(rung, "undelivered", code=30003)
    assert call(provider, hook, hook, hook) == [200] * 3
    assert receipts_of(message_to(rung.to)) == ["failed"]
    world.turn()
    world.network.phone(SECOND).expects("URGENT")
    world.network.phone(SECOND).expects_nothing()


def test_in_whatever_order_and_however_often_the_status_never_goes_back(world, rung, provider):
    words = {"queued": 1, "sent": 1, "delivered": 2, "undelivered": 3}
    for number, order in enumerate(permutations(words), start=1):
        token = fresh_message(rung, 10 * number)  # each that fails is tried again later, under the next number
        sent = Sent(f"SM{token}", {"To": rung.to, "StatusCallback": STATUS_HOOK + token})
        highest = RANK[MessageState.SENT]
        for word in (*order, order[0]):
            assert call(provider, *world.network.receipts(sent, word, code=30003)) == [200]
            highest = max(highest, words[word])
            assert RANK[message_by(token).state] == highest, (order, word)
        assert sorted(receipts_of(message_by(token))) == ["delivered", "failed", "queued", "sent"]


def fresh_message(like, attempt):
    """Another message to the same phone, sent a moment ago; its token."""
    with transaction() as session:
        first = session.scalars(select(Message).where(Message.address_hash == lookup_hash(like.to))).first()
        new = ("id", "token", "state", "attempt", "provider_ref")
        kept = [column.key for column in Message.__table__.columns if column.key not in new]
        more = Message(**{name: getattr(first, name) for name in kept}, state=MessageState.SENT, attempt=attempt)
        more.token = f"token-{attempt}"
        session.add(more)
    return more.token


def message_by(token):
    look_again()
    return db.session.scalars(select(Message).where(Message.token == token)).one()


def test_a_receipt_that_comes_before_the_send_was_recorded_tells_whose_it_is(world, rung, provider):
    claimed = message_to(rung.to).id
    with transaction() as session:
        message = session.get_one(Message, claimed)
        message.state, message.provider_ref, message.sent_at = MessageState.SENDING, None, None
        message.lease_until = world.now
    assert call(provider, *world.network.receipts(rung, "delivered")) == [200]
    message = message_to(rung.to)
    assert (message.state, message.provider_ref, message.lease_until) == (MessageState.DELIVERED, rung.sid, None)
    world.forward("5m")
    world.officer.expects_nothing()  # it is not sent a second time when the lease ends


def test_a_forged_receipt_is_turned_away_and_moves_nothing(world, rung, provider):
    (hook,) = world.network.receipts(rung, "delivered")
    assert call(provider, hook.forged(), hook.unsigned()) == [403, 403]
    (of_another,) = world.network.receipts(rung, "delivered", token="another token")
    assert call(provider, of_another) == [403]
    moved = Sent(rung.sid, {"To": rung.to, "StatusCallback": STATUS_HOOK + "x" * 32})
    (signed_for_elsewhere,) = world.network.receipts(moved, "delivered")
    assert provider.post(hook.path, hook.form, headers=signed_for_elsewhere.headers).status_code == 403
    assert message_to(rung.to).state == MessageState.SENT
    assert receipts_of(message_to(rung.to)) == []


def test_a_token_nobody_knows_is_answered_like_a_known_one(world, rung, provider):
    unknown = Sent("SM" + "0" * 32, {"To": rung.to, "StatusCallback": STATUS_HOOK + "y" * 32})
    before = db.session.scalars(select(Receipt)).all()
    assert call(provider, *world.network.receipts(unknown, "delivered", "undelivered")) == [200, 200]
    look_again()
    assert db.session.scalars(select(Receipt)).all() == before
    assert message_to(rung.to).state == MessageState.SENT


def test_a_provider_nobody_knows_and_a_call_of_another_kind_are_turned_away(world, rung, provider):
    (hook,) = world.network.receipts(rung, "delivered")
    path = hook.path.replace("/twilio/", "/pigeon/")
    assert provider.post(path, hook.form, headers=hook.headers).status_code == 403
    assert Visitor(world.app).get(hook.path).status_code == 405
    empty = world.network.sign(hook.url.partition("#")[0], {"MessageSid": rung.sid})
    assert call(provider, empty) == [403]


def test_a_reply_over_the_status_hook_and_a_receipt_over_the_reply_hook_move_nothing(world, rung, provider):
    token = message_to(rung.to).token
    reply = world.network.reply(rung.to, "hello", STATUS_HOOK + token)
    receipt = world.network.sign(
        "http://127.0.0.1:8000/hooks/twilio/reply", {"MessageSid": rung.sid, "MessageStatus": "delivered"}
    )
    assert call(provider, reply, receipt) == [200, 200]
    assert message_to(rung.to).state == MessageState.SENT


def test_a_phone_that_says_stop_is_marked_unreachable_and_the_next_number_is_used(world, rung, provider):
    stop = world.network.reply(rung.to, "STOP", "http://127.0.0.1:8000/hooks/twilio/reply")
    assert call(provider, stop) == [200]
    assert contact(rung.to).unreachable_at == world.now
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "opt_out")).one()
    assert (entry.noun, entry.noun_id) == ("person", world.officer.person_id)
    world.other_ngo.files(make.distribution("Koro", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Koro", "10 Dec 10:00-12:00"))
    world.network.phone(SECOND).expects("URGENT")
    world.officer.phone.expects_nothing()


def test_a_phone_the_provider_already_refuses_is_marked_and_the_next_number_is_used_at_once(world, rung, provider):
    world.network.reply(
        world.deputy.phone.address, "STOP", "http://127.0.0.1:8000/hooks/twilio/reply"
    )  # never reached us
    second = world.deputy.also_has("+22370000067")
    world.forward("70m")
    second.expects("URGENT")
    assert contact(world.deputy.phone.address).unreachable_at is not None
    assert message_to(world.deputy.phone.address).error == "opted_out"


def test_news_of_a_superseded_alert_is_kept_and_rings_nobody(world, rung, provider):
    world.officer.takes(world.case)
    call(provider, *world.network.receipts(rung, "undelivered", code=30003))
    assert message_to(rung.to).state == MessageState.FAILED
    world.turn()
    world.network.phone(SECOND).expects_nothing()
