"""What may go wrong with a text about several cases, and must not."""

from __future__ import annotations

import random
import re
import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from dies import run_and_die
from fakes.sms_gateway import HOOK_SECRET, TOKEN, GatewayFault, SmsGateway
from fakes.twilio_network import Fault
from outbox import BASE, LABEL, ledger, messages, number_of, owe_more, said_to, texts
from planted import look_again
from sqlalchemy import select, update
from world import at_once, code_in

from deconflict.channels import texts as wordings
from deconflict.channels.gateway import from_settings
from deconflict.channels.port import Receipt, Reply, Status
from deconflict.channels.twilio_sms import TwilioSms
from deconflict.domain.states import AlertState, MessageState
from deconflict.jobs.dispatch import dispatch_due
from deconflict.jobs.inquire import AT_ONCE, inquire_due
from deconflict.services import opting
from deconflict.services.acknowledgements import ANSWERS, acknowledge_by_code, acknowledge_by_reply
from deconflict.services.calm import had_enough
from deconflict.services.receipts import take_receipt, take_reply
from deconflict.services.sending import claim
from deconflict.services.tracing import claim_questions, record_answers
from deconflict.services.wording import facts
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import db, lookup_hash, transaction
from deconflict.store.cases import Case
from deconflict.store.codes import codes_under
from deconflict.store.outbox import queue_message
from deconflict.store.people import Contact, Person


def second_number():
    with transaction() as session:
        person = session.scalars(select(Person)).one()
        number = number_of(9_000_001)
        session.add(
            Contact(person_id=person.id, carries="sms", address=number, lookup=lookup_hash(number), position=11)
        )
    return number


@pytest.mark.parametrize("by", ["code_page", "reply"])
def test_wrong_person_of_a_text_of_three_sends_all_three_to_the_next_number(outbox, by):
    outbox.owe_one_person(3)
    number = second_number()
    outbox.turn()
    (text,) = texts(outbox)
    if by == "code_page":
        acknowledge_by_code(code_in(text), outbox.now, "wrong_person")
    else:
        assert acknowledge_by_reply(outbox.network.sent[0].to, code_in(text).split()[1] + " 9", outbox.now)
    outbox.turn()
    told = [label for sent in outbox.network.sent if sent.to == number for label in LABEL.findall(sent.form["Body"])]
    assert sorted(told) == sorted(message.alert.label for message in messages()[:3])


class GatewaySettings:
    def __init__(self, path):
        self.sms_gateway_file, self.public_base_url = str(path), BASE


@pytest.mark.parametrize("trace", [False, True])
def test_what_was_handed_over_alone_is_not_taken_for_the_text_of_two(outbox, tmp_path, trace):
    """The first was taken and its answer lost, the second met a 503; then both leave as one under the reference of the first.
    Without [trace]: a gateway that takes each client_ref once. With it: a list that shows the first one late."""
    with SmsGateway() as gateway:
        real, hidden = gateway.take, []

        def once(message):
            return next((one["id"] for one in [*gateway.taken, *hidden] if one["ref"] == message["ref"]), None) or real(
                message
            )

        path = tmp_path / "g.toml"
        if trace:
            path.write_text(gateway.description)
        else:
            gateway.take = once
            path.write_text(re.sub(r"\[trace\].*?\n\n", "", gateway.description, flags=re.S))
        channel = from_settings(GatewaySettings(path), {"GATEWAY_TOKEN": TOKEN, "GATEWAY_HOOK_SECRET": HOOK_SECRET})
        outbox.channels = {channel.name: channel}
        outbox.owe_one_person(1)
        gateway.breaks(GatewayFault.GARBAGE)
        outbox.turn()
        if trace:
            hidden, gateway.taken[:] = list(gateway.taken), []
        outbox.now += timedelta(seconds=15)
        owe_more(outbox)
        gateway.breaks(GatewayFault.DOWN)
        outbox.turn()
        assert [m.state for m in messages()] == ["unsure", "queued"]
        outbox.now += timedelta(seconds=30)
        inquire_due(outbox.channels, BASE, outbox.now)
        if trace:
            gateway.taken[:] = hidden
            gateway.breaks(GatewayFault.BEHIND)  # of the text of both nothing was taken
        outbox.turn()
        outbox.forward(900, 20)
        said = {label for one in gateway.taken for label in LABEL.findall(one["text"])}
        state = {message.alert.label: message.state for message in messages()}
        assert {label for label, s in state.items() if s in ("sent", "delivered")} <= said, (
            state,
            said,
            [ledger(m) for m in messages()],
        )


def test_what_matters_for_days_is_not_cut_to_the_minute_of_its_companion(outbox):
    alerts = outbox.owe_one_person(2)
    with transaction() as session:
        session.execute(
            update(Alert).where(Alert.id == alerts[1]).values(useful_until=outbox.now + timedelta(seconds=20))
        )
    outbox.turn()
    by_label = {
        label: int(s.form["ValidityPeriod"]) for s in outbox.network.sent for label in LABEL.findall(s.form["Body"])
    }
    first = db.session.get(Alert, alerts[0])
    assert by_label[first.label] > 3600, by_label


def test_a_companion_that_ends_while_it_waits_its_turn_does_not_fail_the_other(outbox):
    alerts = outbox.owe_one_person(2)
    with transaction() as session:
        session.execute(
            update(Alert).where(Alert.id == alerts[1]).values(useful_until=outbox.now + timedelta(seconds=20))
        )
    start = outbox.now
    calls = {"n": 0}

    def clock():  # the claim at once; the hand-over 25 s later, behind a slow provider
        calls["n"] += 1
        return start if calls["n"] <= 2 else start + timedelta(seconds=25)

    dispatch_due(outbox.channels, BASE, "test", start, clock=clock)
    first = next(m for m in messages() if m.alert_id == alerts[0] and m.attempt == 1)
    assert first.state == MessageState.SENT, (first.state, first.error)


def test_one_text_that_nobody_answered_for_counts_once(outbox):
    outbox.owe_one_person(4)
    with transaction() as session:
        session.execute(update(Case).values(harm="distinction", severity="high"))
    ids = [m.id for m in messages()]
    with transaction() as session:
        session.execute(update(Message).where(Message.id == ids[3]).values(send_after=outbox.now + timedelta(hours=1)))
    outbox.network.breaks(Fault.HANG)
    outbox.turn()
    outbox.network.mend()
    assert [m.state for m in messages()][:3] == ["unsure"] * 3
    clocks = outbox.app.extensions["mission"].pack.clocks
    look_again()
    rows = facts(db.session(), ids[3:])
    assert had_enough(db.session(), [rows], clocks, outbox.now) == {}


def test_codes_of_texts_that_surely_never_left_answer_for_nothing(outbox):
    outbox.owe_one_person(2)
    outbox.network.breaks(Fault.ERROR, times=None, status=429, code=20429)
    outbox.forward(12 * 3600, 300)
    outbox.network.mend()
    one = messages()[0].alert
    known = codes_under(db.session(), one.reference)
    assert len(texts(outbox)) == 0
    assert len(known) <= 2, len(known)


def test_another_copy_is_not_taken_for_the_lost_text_of_those_still_asked_about(outbox):
    """The account keeps no texts. Six in one text; the inquirer asks four at a time while the sender sends."""
    settings = replace(outbox.app.extensions["settings"], twilio_content_retention="discard")
    sms = TwilioSms(settings, timeout_s=0.7)
    outbox.channels = {sms.name: sms}
    outbox.owe_one_person(6)
    with transaction() as session:
        session.execute(update(Alert).values(text="officer_high", side="ocha"))
    outbox.network.breaks(Fault.HANG)
    outbox.turn()
    outbox.network.mend()
    assert [m.state for m in messages()] == ["unsure"] * 6
    outbox.now += timedelta(seconds=31)
    # one round of jobs.inquire ...
    questions = claim_questions(outbox.channels, BASE, AT_ONCE, outbox.now)
    record_answers(
        [(q, q.channel.trace(q.outgoing, q.tried_at, outbox.now)) for q in questions], outbox.channels, outbox.now
    )
    # ... the sender comes by (another thread) ...
    dispatch_due(outbox.channels, BASE, "test", outbox.now)
    for sent in outbox.network.sent:
        outbox.network.becomes(sent, "delivered")
    # ... and the inquirer goes on
    inquire_due(outbox.channels, BASE, outbox.now)
    outbox.forward(600, 20)
    said = {label for text in texts(outbox) for label in LABEL.findall(text)}
    state = {m.alert.label: m.state for m in messages()}
    assert {label for label, s in state.items() if s in ("sent", "delivered")} <= said, (state, said)


@pytest.mark.parametrize("many", [1, 2])
def test_a_failure_told_before_the_hand_over_is_written_down_is_about_that_hand_over(outbox, many):
    """First try: no trace. Second: taken, and reported as undelivered before our own answer is recorded."""
    outbox.owe_one_person(many)
    outbox.network.breaks(Fault.HANG)
    outbox.turn()
    outbox.network.mend()
    outbox.now += timedelta(seconds=31)
    inquire_due(outbox.channels, BASE, outbox.now)
    (sms,) = (channel for channel in outbox.channels.values() if channel.carries == "sms")
    real = sms.send

    def send(outgoing, now):
        ref = real(outgoing, now)
        at_once(
            outbox.app, lambda: take_receipt(outgoing.callback_token, Receipt(ref, Status.FAILED, "unreachable"), now)
        )
        return ref

    sms.send = send
    outbox.turn()
    assert [m.state for m in messages() if m.attempt == 1] == [MessageState.FAILED] * many, [
        (m.state, ledger(m)) for m in messages()
    ]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_nobody_is_told_that_an_answer_is_awaited_who_was_asked_nothing(outbox, lang):
    outbox.owe_one_person(2)
    with transaction() as session:
        session.execute(update(Alert).values(text="focal_minimal"))
        session.execute(update(Person).values(language=lang))
    outbox.turn()
    for text in texts(outbox):
        assert not {"attendue", "awaited"} & set(re.findall(r"\w+", text)), text


@pytest.mark.parametrize("reference", ["4F7K2", "K4821"])
def test_a_whole_text_about_several_pasted_into_the_page_acknowledges(outbox, reference):
    alerts = outbox.owe_one_person(2)
    with transaction() as session:
        session.execute(update(Alert).where(Alert.id == alerts[0]).values(reference="8QX3M"))
        session.execute(update(Alert).where(Alert.id == alerts[1]).values(reference=reference))
    outbox.turn()
    (text,) = texts(outbox)
    acknowledge_by_code(text, outbox.now)
    look_again()
    assert {a.state for a in db.session.scalars(select(Alert))} == {AlertState.ACKNOWLEDGED}, text


def test_cannot_comply_with_one_of_three_can_be_said(outbox):
    """The reader types the reference it is about, as the text taught him."""
    outbox.owe_one_person(3)
    outbox.turn()
    (text,) = texts(outbox)
    acknowledge_by_code(f"{LABEL.findall(text)[1]} {code_in(text).split()[1]}", outbox.now, "cannot_comply")
    look_again()
    said = [[k.answer for k in a.acknowledgements] for a in db.session.scalars(select(Alert).order_by(Alert.id))]
    assert said == [[], ["cannot_comply"], []], said


def test_a_template_of_several_that_cannot_be_filled_stops_no_other_person(outbox, monkeypatch):
    real = wordings._source

    def source(lang, name):
        return "Dossiers $refs" if name == "focal_request.several.txt" else real(lang, name)

    monkeypatch.setattr(wordings, "_source", source)
    outbox.owe_one_person(2)
    outbox.owe(1)
    outbox.turn()
    assert len(texts(outbox)) == 3, "each alone, in the words for one"


def test_killed_after_the_hand_over_of_six(outbox):
    outbox.owe_one_person(6)
    with transaction() as session:
        session.execute(update(Alert).values(text="officer_high", side="ocha"))
    for ticket in claim(outbox.channels, BASE, "gone:1", outbox.now):
        ticket.channel.send(ticket.outgoing, outbox.now)
    outbox.now += timedelta(seconds=100)
    outbox.rests()
    assert len(texts(outbox)) == 1
    outbox.all_is_well()


@pytest.mark.parametrize("order", ["d", "sd", "ds", "fd", "df", "sfd"])
def test_receipts_in_odd_orders_leave_all_members_alike(outbox, order):
    outbox.owe_one_person(3)
    outbox.turn()
    (sent,) = outbox.network.sent
    ids = [m.id for m in messages()]
    for n, letter in enumerate(order):
        status = {"s": "sent", "d": "delivered", "f": "failed"}[letter]
        m = [m for m in messages() if m.id in ids][n % 3]
        outbox.hears(m, status, "unreachable" if letter == "f" else None, ref=sent.sid)
    assert len({m.state for m in messages() if m.id in ids}) == 1
    outbox.all_is_well()


FAULTS = [Fault.ERROR, Fault.BARE_ERROR, Fault.RESET_AFTER_ACCEPT, Fault.GARBAGE, Fault.NO_SID]


def told(outbox):
    said = said_to(outbox.network)
    for m in messages():
        if m.state in ("sent", "delivered"):
            assert said[m.address, m.alert.label], (m.id, ledger(m))


@pytest.mark.parametrize("point", ["claiming", "claimed", "before sending", "sent", "recording", "recorded"])
def test_a_scheduler_killed_at_any_step_tells_everybody_once(outbox, point):
    for _ in range(2):
        outbox.owe_one_person(3)
    outbox.owe_one_person(7)
    with transaction() as session:
        session.execute(update(Alert).values(text="officer_high", side="ocha"))
    run_and_die(outbox.app, point, outbox.now)
    outbox.turn()
    outbox.rests()
    assert {m.state for m in messages()} == {MessageState.SENT}
    told(outbox)
    outbox.all_is_well()
    assert len(outbox.network.sent) == 3, len(outbox.network.sent)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_network_does_nothing_is_said_to_have_left_that_did_not(outbox, seed):
    chance = random.Random(seed)
    for _ in range(12):
        outbox.owe_one_person(chance.randrange(1, 8))
    with transaction() as session:
        session.execute(update(Alert).values(text="officer_high", side="ocha"))
    for round_ in range(6):
        for _ in range(6):
            outbox.network.breaks(chance.choice(FAULTS), status=chance.choice([429, 500, 503]))
        outbox.forward(30)
        told(outbox)
        for m in chance.sample(messages(), 6):
            if m.provider_ref and m.state == "sent":
                outbox.hears(m, chance.choice(["delivered", "sent", "failed"]), "unreachable")
        if round_ < 3:
            outbox.owe_one_person(chance.randrange(1, 5))
        outbox.all_is_well()
        told(outbox)
    assert said_to(outbox.network), "not all of it was refused"


def test_many_at_once_tell_and_answer_and_no_text_leaves_twice(outbox):
    for _ in range(25):
        outbox.owe_one_person(4)
    outbox.waits(30)
    errors = []

    def send(worker):
        dispatch_due(outbox.channels, "http://127.0.0.1:8000", worker, outbox.now)

    def hear(seed):
        chance = random.Random(seed)
        for _ in range(60):
            sent = outbox.network.sent
            if not sent:
                continue
            one = chance.choice(sent)
            try:
                what = chance.randrange(5)
                if what == 0:
                    acknowledge_by_code(code_in(one.form["Body"]), outbox.now, chance.choice(ANSWERS))
                elif what == 1:
                    acknowledge_by_reply(one.to, code_in(one.form["Body"]).split()[1] + " 9", outbox.now)
                elif what == 2:
                    take_reply(Reply(one.to, "STOP", "x", opted_out=True), outbox.now)
                else:
                    take_receipt(
                        one.callback.rpartition("/")[2], Receipt(one.sid, chance.choice(list(Status)), None), outbox.now
                    )
            except Exception as e:
                errors.append(e)
                db.session.rollback()

    at_once(outbox.app, *(partial(send, f"w-{n}") for n in range(3)), *(partial(hear, n) for n in range(3)))
    assert not errors, errors[:3]
    assert set(said_to(outbox.network).values()) == {1}


def test_a_stop_and_what_was_written_meanwhile_do_not_wait_for_each_other(outbox, monkeypatch):
    """The messages of two alerts interleave; whoever locks several does so in the order of their ids."""
    outbox.owe_one_person(2, "sms", "email")
    with transaction() as session:
        rows = list(session.scalars(select(Message).order_by(Message.id)))
        number, last = rows[0].address, rows[3].id
        late = queue_message(session, rows[0].alert, "email", "x@people.example", outbox.now, outbox.now, 3)
        ids = [last, late.id]
    passed, seen = threading.Event(), threading.Event()
    real = opting.pass_over

    def slow(session, alert, wrong, now):
        real(session, alert, wrong, now)
        passed.set()
        seen.wait(0.5)

    def record():
        assert passed.wait(5)
        with transaction() as session:
            query = select(Message.id).where(Message.id.in_(ids)).order_by(Message.id)
            session.execute(query.with_for_update(of=Message)).all()
        seen.set()

    monkeypatch.setattr(opting, "pass_over", slow)
    at_once(outbox.app, lambda: take_reply(Reply(number, "STOP", "SM1", opted_out=True), outbox.now), record)
    assert seen.is_set()
