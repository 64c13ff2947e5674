"""Every way a provider fails. Afterwards nothing owed is lost, nothing was told twice beyond what the ledger declares, and
nobody else was told."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from fakes.smtp_sink import MailFault
from fakes.twilio_network import Fault
from outbox import copies_of, ledger, messages, only

from deconflict.domain.states import MessageState
from deconflict.store.base import db
from deconflict.store.providers import in_trouble
from deconflict.store.waiting import late_since

ANSWERED = {
    "429": ({"fault": Fault.ERROR, "status": 429, "code": 20429}, "busy"),
    "500": ({"fault": Fault.ERROR, "status": 500, "code": 20500}, "provider"),
    "a proxy's 503": ({"fault": Fault.BARE_ERROR, "status": 503}, "provider"),
}
# Whether it left or not, nobody said: (fault, did it leave)
SILENT = {
    "hang": (Fault.HANG, False),
    "reset after acceptance": (Fault.RESET_AFTER_ACCEPT, True),
    "garbage": (Fault.GARBAGE, True),
    "no sid": (Fault.NO_SID, True),
}


def breaks(network, fault, **how):
    network.breaks(fault, **how)


@pytest.mark.parametrize("name", ANSWERED)
def test_what_was_not_taken_is_tried_again_and_told_once(outbox, name):
    how, code = ANSWERED[name]
    outbox.owe()
    outbox.network.breaks(how["fault"], **{key: how[key] for key in how if key != "fault"})
    outbox.turn()
    assert (only().state, only().error, ledger(only())) == (MessageState.QUEUED, code, [code])
    assert only().send_after > outbox.now
    outbox.rests()
    assert ledger(only()) == [code, "accepted"]
    assert copies_of(only(), outbox.network, outbox.sink) == 1
    outbox.all_is_well()


@pytest.mark.parametrize("name", SILENT)
def test_what_nobody_answered_for_is_asked_about_before_it_is_sent_again(outbox, name):
    fault, left = SILENT[name]
    outbox.owe()
    outbox.network.breaks(fault)
    outbox.turn()
    outbox.network.mend()
    assert (only().state, only().tries, ledger(only())) == (MessageState.UNSURE, 1, ["unknown_outcome"])
    outbox.forward(25)
    assert only().state == MessageState.UNSURE, "the provider's own call is awaited first"
    outbox.forward(10)
    assert only().state == MessageState.SENT
    assert ledger(only()) == (["accepted"] if left else ["no_trace", "accepted"])
    assert copies_of(only(), outbox.network, outbox.sink) == 1
    assert only().provider_ref == outbox.network.sent[-1].sid
    outbox.all_is_well()


@pytest.mark.parametrize("status", ["queued", "sent", "delivered"])
def test_a_callback_about_it_ends_the_doubt_and_nobody_is_asked(outbox, status):
    outbox.owe()
    outbox.network.breaks(Fault.RESET_AFTER_ACCEPT)
    outbox.turn()
    (sent,), asked = outbox.network.sent, outbox.network.requests
    assert outbox.hears(only(), status, ref=sent.sid)
    assert only().state == (MessageState.DELIVERED if status == "delivered" else MessageState.SENT)
    assert ledger(only()) == ["accepted"]
    outbox.forward(120)
    assert outbox.network.requests == asked
    outbox.all_is_well()


def test_the_doubt_may_end_in_a_failure_and_then_the_next_way_is_tried(outbox):
    outbox.owe(1, "sms", "email")
    outbox.sink.breaks(MailFault.GREYLIST, times=None)
    outbox.network.breaks(Fault.GARBAGE)
    outbox.turn()
    assert outbox.hears(only(), "failed", "bad_address", ref=outbox.network.sent[0].sid)
    assert (only().state, only().error) == (MessageState.FAILED, "bad_address")
    outbox.forward(120)
    assert len(outbox.network.sent) == 1
    outbox.sink.mend()
    outbox.rests()
    outbox.all_is_well()


def test_a_provider_that_cannot_be_asked_for_minutes_gets_it_again(outbox):
    """Telling somebody twice is better than too late; the ledger says so."""
    outbox.owe()
    outbox.network.breaks(Fault.RESET_AFTER_ACCEPT)
    outbox.turn()
    outbox.network.breaks(Fault.ERROR, times=None, status=500)
    outbox.forward(290)
    assert only().state == MessageState.UNSURE
    outbox.forward(60)
    outbox.network.mend()
    outbox.rests()
    assert ledger(only())[0] == "no_trace"
    assert ledger(only())[-1] == "accepted"
    assert copies_of(only(), outbox.network, outbox.sink) == 2
    outbox.all_is_well()


def test_an_answer_with_a_wrong_sid_still_hears_of_its_own_message_by_our_token(outbox):
    outbox.owe()
    outbox.turn()
    assert outbox.hears(only(), "failed", "unreachable", ref="SM" + "f" * 32)
    assert only().state == MessageState.FAILED
    outbox.all_is_well()


# ---- mail --------------------------------------------------------------------------------------------------------------

MAIL_AGAIN = {
    MailFault.GREYLIST: ["busy", "accepted"],
    MailFault.BUSY_AFTER_DATA: ["busy", "accepted"],
    MailFault.DROP_BEFORE_DATA: ["network", "accepted"],
    MailFault.RUDE_GOODBYE: ["accepted"],
}


@pytest.mark.parametrize("fault", MAIL_AGAIN)
def test_mail_that_may_come_later_comes_once(outbox, fault):
    outbox.owe(1, "email")
    outbox.sink.breaks(fault)
    outbox.turn()
    outbox.rests()
    assert ledger(only("email")) == MAIL_AGAIN[fault]
    assert copies_of(only("email"), outbox.network, outbox.sink) == 1
    outbox.all_is_well()


def test_mail_whose_server_dies_with_it_comes_again_under_the_same_id(outbox):
    outbox.owe(1, "email")
    outbox.sink.breaks(MailFault.DROP_AFTER_DATA)
    outbox.turn()
    assert only("email").state == MessageState.UNSURE
    outbox.rests()
    assert ledger(only("email")) == ["no_trace", "accepted"]
    assert len({str(mail["Message-ID"]) for mail in outbox.sink.mails}) == 1
    assert copies_of(only("email"), outbox.network, outbox.sink) == 2
    outbox.all_is_well()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (MailFault.NO_SUCH_MAILBOX, "bad_address"),
        (MailFault.REFUSED_AFTER_DATA, "filtered"),
        (MailFault.SENDER_REFUSED, "sender"),
    ],
)
def test_mail_that_is_refused_is_not_sent_again_and_nobody_is_forgotten(outbox, fault, code):
    (alert_id,) = outbox.owe(1, "email")
    outbox.sink.breaks(fault)
    outbox.turn()
    outbox.forward(120)
    assert (only("email").state, only("email").error, ledger(only("email"))) == (MessageState.FAILED, code, [code])
    assert only("email").alert.unreached_at is not None
    assert only("email").alert_id == alert_id
    outbox.all_is_well()


# ---- many at once, everything wrong ----------------------------------------------------------------------------------------

SMS_FAULTS = [Fault.ERROR, Fault.BARE_ERROR, Fault.RESET_AFTER_ACCEPT, Fault.GARBAGE, Fault.NO_SID]
MAIL_FAULTS = [fault for fault in MailFault if fault not in (MailFault.NO_SUCH_MAILBOX, MailFault.REFUSED_AFTER_DATA)]


def test_five_hundred_alerts_through_everything_at_once(outbox):
    """With the same on the other database, a thousand (C2)."""
    chance = random.Random(11)
    outbox.owe(400, "sms")
    outbox.owe(100, "email")
    for round_ in range(8):
        for _ in range(12):
            outbox.network.breaks(chance.choice(SMS_FAULTS), status=chance.choice([429, 500, 503]))
        for _ in range(4):
            outbox.sink.breaks(chance.choice(MAIL_FAULTS))
        outbox.forward(30)
        outbox.all_is_well()
        assert round_ or late_since(db.session, outbox.now) is None
    outbox.network.mend()
    outbox.sink.mend()
    outbox.rests()
    states = {message.state for message in messages()}
    assert states <= {MessageState.SENT, MessageState.FAILED}
    failed = [message for message in messages() if message.state == MessageState.FAILED]
    assert all(message.alert.unreached_at for message in failed)
    assert not [message for message in failed if message.channel == "sms"]
    doubled = [m for m in messages() if copies_of(m, outbox.network, outbox.sink) > 1]
    assert not [message for message in doubled if message.channel == "sms"], "each was asked about first"
    outbox.all_is_well()


def test_it_waits_over_hours_and_leaves_as_long_as_it_matters(outbox):
    outbox.owe()
    outbox.network.breaks(Fault.ERROR, times=None, status=500)
    outbox.forward(6 * 3600, step_s=60)
    assert only().state == MessageState.QUEUED
    assert 10 < only().tries < 60
    assert late_since(db.session, outbox.now) == outbox.now - timedelta(hours=6)
    assert [row.name for row in in_trouble(db.session)] == ["twilio"]
    outbox.network.mend()
    outbox.forward(20 * 60)
    assert only().state == MessageState.SENT
    assert late_since(db.session, outbox.now) is None
    assert in_trouble(db.session) == []
    outbox.all_is_well()


def test_what_is_useless_by_now_does_not_leave_as_if_it_were_fresh(outbox):
    outbox.owe()
    outbox.network.breaks(Fault.ERROR, times=None, status=500)
    outbox.forward(60)
    outbox.network.mend()
    outbox.now += timedelta(days=3)
    outbox.turn()
    assert (only().state, only().error) == (MessageState.FAILED, "expired")
    assert outbox.network.sent == []
