"""One person's due texts leave as one, with one code that answers for exactly the cases it lists (RUL-18). Everything that
happens to that text happened to each of its messages."""

from __future__ import annotations

import re
from datetime import timedelta

import make
import pytest
from fakes.twilio_network import Fault
from outbox import LABEL, ledger, messages, number_of, texts
from planted import look_again
from sqlalchemy import func, select, update
from world import code_in

from deconflict.channels.port import Receipt, Status
from deconflict.domain.sms import segments
from deconflict.domain.states import AlertState, MessageState
from deconflict.jobs.inquire import inquire_due
from deconflict.services import requests
from deconflict.services.acknowledgements import acknowledge_by_code, acknowledge_by_reply
from deconflict.services.calm import had_enough
from deconflict.services.hearing import take_receipt_of
from deconflict.services.wording import facts
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.codes import Bundle, codes_under
from deconflict.store.deliveries import deliveries_of
from deconflict.store.figures import figures_at
from deconflict.store.retention import forget_people
from deconflict.store.wall import tries_since


def states(only_first=True):
    return [message.state for message in messages() if message.attempt == 1 or not only_first]


def answered():
    look_again()
    return [alert.state == AlertState.ACKNOWLEDGED for alert in db.session.scalars(select(Alert).order_by(Alert.id))]


# ---- what leaves ---------------------------------------------------------------------------------------------------------


def test_three_cases_of_one_person_are_one_text_with_one_code(outbox):
    outbox.owe_one_person(3)
    outbox.turn()
    (text,) = texts(outbox)
    labels = [message.alert.label for message in messages()]
    assert LABEL.findall(text) == labels
    assert text.startswith(f"Dossiers {', '.join(labels)}: ")
    assert segments(text) == 1
    assert states() == [MessageState.SENT] * 3
    assert [ledger(message) for message in messages()] == [["accepted"]] * 3
    assert len({message.provider_ref for message in messages()}) == 1
    assert db.session.scalar(select(func.count()).select_from(Bundle)) == 1
    outbox.all_is_well()


def test_as_many_as_one_segment_lists_and_the_rest_in_the_next(outbox):
    outbox.owe_one_person(8)
    outbox.turn()
    assert len(texts(outbox)) == 2
    assert all(segments(text) == 1 for text in texts(outbox))
    listed = [label for text in texts(outbox) for label in LABEL.findall(text)]
    assert sorted(listed) == sorted(message.alert.label for message in messages())
    outbox.all_is_well()


def test_two_people_never_share_a_text_nor_two_numbers_of_one(outbox):
    outbox.owe(2)
    outbox.owe_one_person(1)
    outbox.turn()
    assert len(texts(outbox)) == 3
    assert db.session.scalar(select(func.count()).select_from(Bundle)) == 0
    outbox.all_is_well()


def test_mails_leave_one_by_one_since_each_has_its_link(outbox):
    outbox.owe_one_person(3, "sms", "email")
    outbox.turn()
    assert (len(outbox.network.sent), len(outbox.sink.mails)) == (1, 3)
    outbox.all_is_well()


@pytest.mark.parametrize(
    ("words", "many"),
    [
        (("focal_request", "focal_reminder"), 1),
        (("focal_request", "focal_minimal"), 2),
        (("focal_minimal", "focal_minimal"), 1),
        (("focal_request", "focal_closed"), 2),
        (("focal_closed", "focal_closed"), 1),
        (("officer_critical", "officer_high"), 2),
        (("officer_critical", "officer_critical"), 1),
        (("officer_high", "officer_reminder", "officer_objection"), 1),
        (("officer_brake", "officer_brake"), 2),
        (("team_high", "team_reminder"), 1),
    ],
)
def test_what_is_urgent_what_is_over_and_the_brake_are_said_apart(outbox, words, many):
    alerts = outbox.owe_one_person(len(words))
    with transaction() as session:
        for alert, word in zip(alerts, words, strict=True):
            session.execute(update(Alert).where(Alert.id == alert).values(text=word))
    outbox.turn()
    assert len(texts(outbox)) == many
    assert len([label for text in texts(outbox) for label in LABEL.findall(text)]) == len(words)
    outbox.all_is_well()


def test_a_message_without_words_stops_no_other(outbox):
    alerts = outbox.owe_one_person(3)
    with transaction() as session:
        session.execute(update(Alert).where(Alert.id == alerts[1]).values(text="team_lunch"))
    outbox.turn()
    assert states() == [MessageState.SENT, MessageState.FAILED, MessageState.SENT]
    assert len(texts(outbox)) == 1
    assert [message.alert.unreached_at is not None for message in messages()] == [False, True, False]


def test_what_ends_soon_leaves_alone_and_shortens_the_life_of_no_other(outbox):
    alerts = outbox.owe_one_person(3)
    with transaction() as session:
        soon = outbox.now + timedelta(minutes=30)
        session.execute(update(Alert).where(Alert.id == alerts[1]).values(useful_until=soon))
    outbox.turn()
    lives = {tuple(LABEL.findall(s.form["Body"])): int(s.form["ValidityPeriod"]) for s in outbox.network.sent}
    one, two, three = (message.alert.label for message in messages())
    assert lives[(two,)] <= 1800
    assert lives[one, three] == 36_000


# ---- its code ------------------------------------------------------------------------------------------------------------


def test_its_code_answers_for_what_it_lists_under_any_of_its_references_and_for_nothing_else(outbox):
    outbox.owe_one_person(3)
    outbox.turn()
    outbox.owe_one_person(1)
    (text,) = texts(outbox)
    code = re.search(r"Code (\d{4})", text)[1]
    other = messages()[-1].alert
    acknowledge_by_code(f"{other.reference} {code}", outbox.now)
    assert answered() == [False] * 4
    acknowledge_by_code(f"{LABEL.findall(text)[1]} {code}", outbox.now)
    assert answered() == [True, True, True, False]


def test_its_own_code_of_one_of_them_answers_for_that_one(outbox):
    outbox.owe_one_person(3)
    outbox.turn()
    alert = messages()[1].alert
    acknowledge_by_code(f"{alert.reference} {alert.code}", outbox.now)
    assert answered() == [False, True, False]


@pytest.mark.parametrize("words", ["{code}", "OK {code}", "{label} {code}"])
def test_a_reply_with_its_code_answers_for_all_of_them(outbox, words):
    outbox.owe_one_person(3)
    outbox.turn()
    (text,) = texts(outbox)
    said = words.format(code=re.search(r"Code (\d{4})", text)[1], label=LABEL.findall(text)[2])
    assert not acknowledge_by_reply(number_of(1), said, outbox.now), "from a phone that got none"
    assert answered() == [False] * 3
    assert acknowledge_by_reply(outbox.network.sent[0].to, said, outbox.now)
    assert answered() == [True] * 3


def test_no_later_code_under_one_of_its_references_is_the_same(outbox):
    outbox.owe_one_person(2)
    outbox.turn()
    one, two = (message.alert for message in messages())
    known = codes_under(db.session(), one.reference)
    assert {frozenset({one.id}), frozenset({one.id, two.id})} == set(known.values())
    assert len(known) == 2


# ---- what becomes of it --------------------------------------------------------------------------------------------------


def test_one_receipt_is_about_all_of_them(outbox):
    outbox.owe_one_person(3)
    outbox.turn()
    first, *_ = messages()
    assert outbox.hears(first, "delivered")
    assert states() == [MessageState.DELIVERED] * 3
    assert not outbox.hears(first, "sent"), "late"
    assert states() == [MessageState.DELIVERED] * 3


def test_a_receipt_by_the_providers_own_reference_too(outbox):
    outbox.owe_one_person(3)
    outbox.turn()
    (sent,) = outbox.network.sent
    assert take_receipt_of(messages()[0].provider, Receipt(sent.sid, Status.DELIVERED), outbox.now)
    assert states() == [MessageState.DELIVERED] * 3


def test_undelivered_each_goes_its_next_way_and_they_are_tried_again_as_one(outbox):
    outbox.owe_one_person(3)
    outbox.turn()
    outbox.hears(messages()[0], "failed", "unreachable")
    assert states() == [MessageState.FAILED] * 3
    again = [message for message in messages() if message.attempt == 2]
    assert len(again) == 3
    assert len({message.send_after for message in again}) == 1
    outbox.now = again[0].send_after
    outbox.turn()
    assert len(texts(outbox)) == 2
    assert LABEL.findall(texts(outbox)[0]) == LABEL.findall(texts(outbox)[1])
    outbox.all_is_well()


def test_a_second_copy_says_which_it_is_and_both_codes_answer(outbox):
    """The first may have arrived all the same, late."""
    outbox.owe_one_person(2)
    outbox.turn()
    outbox.hears(messages()[0], "failed", "unreachable")
    outbox.now = messages()[-1].send_after
    outbox.turn()
    first, second = texts(outbox)
    assert code_in(first) != code_in(second)
    acknowledge_by_code(code_in(first), outbox.now)
    assert answered() == [True, True]


def test_what_nobody_answered_for_is_asked_about_once_and_found(outbox):
    outbox.owe_one_person(3)
    outbox.network.breaks(Fault.RESET_AFTER_ACCEPT)
    outbox.turn()
    outbox.network.mend()
    assert states() == [MessageState.UNSURE] * 3
    asked = outbox.network.requests
    outbox.forward(40)
    assert outbox.network.requests == asked + 1
    assert states() == [MessageState.SENT] * 3
    assert len(texts(outbox)) == 1
    outbox.all_is_well()


def test_what_is_not_found_is_sent_again_as_one(outbox):
    outbox.owe_one_person(3)
    outbox.network.breaks(Fault.HANG)
    outbox.turn()
    outbox.network.mend()
    outbox.rests()
    assert [ledger(message) for message in messages()] == [["no_trace", "accepted"]] * 3
    assert len(texts(outbox)) == 1
    outbox.all_is_well()


def test_what_was_not_taken_is_tried_again_as_one(outbox):
    outbox.owe_one_person(3)
    outbox.network.breaks(Fault.ERROR, status=429, code=20429)
    outbox.turn()
    assert states() == [MessageState.QUEUED] * 3
    outbox.rests()
    assert [ledger(message) for message in messages()] == [["busy", "accepted"]] * 3
    assert len(texts(outbox)) == 1
    outbox.all_is_well()


def test_a_number_that_does_not_exist_is_given_up_for_each(outbox):
    outbox.owe_one_person(3)
    outbox.network.breaks(Fault.ERROR, status=400, code=21211)
    outbox.turn()
    outbox.network.mend()
    assert states() == [MessageState.FAILED] * 3
    assert all(message.alert.unreached_at for message in messages())
    outbox.all_is_well()


def test_a_receipt_that_does_not_come_is_asked_for_once(outbox):
    outbox.owe_one_person(3)
    outbox.turn()
    (sent,) = outbox.network.sent
    outbox.network.becomes(sent, "delivered")
    asked = outbox.network.requests
    outbox.now += timedelta(minutes=6)
    inquire_due(outbox.channels, "http://127.0.0.1:8000", outbox.now)
    assert outbox.network.requests == asked + 1
    assert states() == [MessageState.DELIVERED] * 3


def test_one_that_is_asked_anew_leaves_alone_and_an_old_receipt_is_about_the_old_text(outbox):
    """Its companion was told meanwhile; the first copy of both is reported late."""
    outbox.owe_one_person(2)
    outbox.network.breaks(Fault.HANG)
    outbox.turn()
    outbox.network.mend()
    one, two = messages()
    with transaction() as session:
        session.execute(update(Alert).where(Alert.id == two.alert_id).values(state=AlertState.ACKNOWLEDGED))
    outbox.rests()
    assert states() == [MessageState.SENT, MessageState.WITHDRAWN]
    assert LABEL.findall(texts(outbox)[0]) == [one.alert.label]
    outbox.hears(messages()[0], "delivered")
    assert states() == [MessageState.DELIVERED, MessageState.WITHDRAWN]


# ---- restraint, and afterwards -------------------------------------------------------------------------------------------


def test_one_text_counts_once_against_the_day(outbox):
    outbox.owe_one_person(3)
    mild(outbox)
    outbox.turn()
    clocks = outbox.app.extensions["mission"].pack.clocks
    assert clocks.daily_cap == 3
    ids = [message.id for message in messages()]
    look_again()
    rows = facts(db.session(), ids)
    assert had_enough(db.session(), [[row] for row in rows[:2]], clocks, outbox.now) == {}
    third = had_enough(db.session(), [[row] for row in rows], clocks, outbox.now)
    assert list(third) == [rows[2].id]
    assert set(had_enough(db.session(), [rows[:1], rows[:1], rows], clocks, outbox.now)) == set(ids)


def mild(outbox):
    with transaction() as session:
        session.execute(update(Case).values(harm="distinction", severity="high"))


def test_a_case_forgotten_leaves_the_code_of_the_others_and_the_last_takes_it_along(outbox):
    outbox.owe_one_person(2)
    outbox.turn()
    one, two = (message.alert for message in messages())
    cases, code, reference = (one.case_id, two.case_id), code_in(texts(outbox)[0]).split()[1], two.reference
    with transaction() as session:
        forget_people(session, cases[0])
    acknowledge_by_code(f"{reference} {code}", outbox.now)
    assert answered() == [True]
    with transaction() as session:
        forget_people(session, cases[1])
    assert db.session.scalar(select(func.count()).select_from(Bundle)) == 0


def test_a_team_in_two_cases_reads_one_text(world):
    """One notice, two patrols, one officer asking the same side twice within a minute."""
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", phone="+22370000077"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 09:30-10:30"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-14:00"))
    one, two = world.cases()
    for case in (one, two):
        by = world.officer.audience
        requests.ask(case.reference, case.round, "humanitarian", "avoid_place", by, world.mission, world.now)
    world.turn()
    text = world.network.phone("+22370000077").expects("ossiers")
    world.network.phone("+22370000077").expects_nothing()
    assert {label[:5] for label in LABEL.findall(text)} == {one.humanitarian_reference, two.humanitarian_reference}
    world.ngo.types_code(text)
    look_again()
    mine = select(Alert).where(Alert.level == "team")
    assert {alert.state for alert in db.session.scalars(mine)} == {AlertState.ACKNOWLEDGED}
    assert {a.level for alert in db.session.scalars(mine) for a in alert.acknowledgements} == {"team"}
    assert db.session.scalar(select(func.count()).select_from(Message)) > 4
    world.read_everything()


# ---- what the desk sees of it --------------------------------------------------------------------------------------------


def test_the_delivery_page_says_with_how_many_others_but_for_those_not_everybody_may_know_of(outbox):
    outbox.owe_one_person(3)
    outbox.turn()
    one, two, _three = (message.alert for message in messages())
    with transaction() as session:
        session.execute(update(Case).where(Case.id == two.case_id).values(eyes_only=True))
    look_again()
    along = [
        [line.along for sending in delivery.sendings for line in sending.tries]
        for case_id in (one.case_id, two.case_id)
        for delivery in deliveries_of(db.session(), case_id, 0, 9)[0]
    ]
    assert along == [[1], [2]]


def test_the_wall_and_the_metrics_count_texts(outbox):
    outbox.owe_one_person(3)
    outbox.owe(1)
    outbox.turn()
    look_again()
    (provider,) = {message.provider for message in messages()}
    assert figures_at(db.session(), outbox.now).tries == {(provider, "accepted"): 2}
    outbox.now += timedelta(minutes=1)
    assert [fact.eyes_only for fact in tries_since(db.session(), outbox.now)] == [False, False]
    with transaction() as session:
        session.execute(update(Case).where(Case.id == messages()[0].alert.case_id).values(eyes_only=True))
    assert [fact.eyes_only for fact in tries_since(db.session(), outbox.now)] == [False, False], "two may be known"
    with transaction() as session:
        session.execute(update(Case).values(eyes_only=True))
    assert [fact.eyes_only for fact in tries_since(db.session(), outbox.now)] == [True, True]
