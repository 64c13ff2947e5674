"""What a side answers, and when it is asked: three answers of which only OCHA reads any, one request at a time, on a clock, at fixed
hours unless it burns (RUL-4, RUL-6, RUL-9)."""

from __future__ import annotations

from datetime import date, timedelta

import make
import pytest
from planted import look_again, signed_in, tell_the_time
from sqlalchemy import select

from deconflict.domain.answers import Offer, offer_of, offered
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.services import asked as service
from deconflict.services import requests
from deconflict.services.preview import preview
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.cases import CaseEvent, Request

NOTICE_WORDS, PLAN_WORDS = "zebre-quatre", "girafe-neuf"
NEAR = (14.1050, -3.5350)  # 4.2 km from Bankass: HIGH, and of distinction


@pytest.fixture
def critical(world):
    """Three days ahead, in the morning; the officer has it."""
    world.at("2019-12-07T08:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    world.officer.takes(world.case)
    world.read_everything()
    return world


@pytest.fixture
def high(world):
    """The same, 4.2 km apart and after the end: HIGH, of distinction, three days ahead."""
    world.at("2019-12-07T08:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol(NEAR, "10 Dec 18:00-20:00"))
    world.officer.takes(world.case)
    world.read_everything()
    assert (world.case.severity, world.case.harm) == ("high", "distinction")
    return world


def request(request_id) -> Request:
    look_again()
    return db.session.get_one(Request, request_id)


def answers(world, who, request_id, code, text="", offer=None):
    requests.answer(request_id, code, text, who.audience, world.mission, world.now, offer or Offer())
    world.turn()


def browser(world, monkeypatch, who):
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    return signed_in(world.app, who.person_id)


# ---- three answers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "text", "state"),
    [("accept", "", "accepted"), ("decline", "", "declined"), ("counter", "we could go on Thursday", "countered")],
)
def test_a_side_answers_once_and_a_reason_is_its_own_to_give(critical, code, text, state):
    asked = critical.officer.asks(critical.case, "mission")
    critical.read_everything()
    answers(critical, critical.cimic, asked, code, text)
    assert (request(asked).state, request(asked).answer) == (state, text)
    for again in ("accept", "counter", "decline"):
        with pytest.raises(Refused, match="answered"):
            answers(critical, critical.cimic, asked, again, "another word")
    critical.read_everything()


def test_what_is_proposed_instead_is_words_a_half_day_a_place_each_as_far_as_it_helps(critical):
    asked = critical.officer.asks(critical.case, "mission")
    answers(critical, critical.cimic, asked, "counter", "", Offer(date(2019, 12, 12), "morning", "Koro"))
    assert offer_of(request(asked).offer) == Offer(date(2019, 12, 12), "morning", "Koro")
    critical.read_everything()


def test_a_proposal_of_nothing_is_none(critical):
    asked = critical.officer.asks(critical.case, "mission")
    with pytest.raises(Refused) as refusal:
        answers(critical, critical.cimic, asked, "counter", "  ")
    assert refusal.value.field == "text"
    assert request(asked).state == "open"
    critical.read_everything()


@pytest.mark.parametrize(
    ("typed", "field"),
    [(("", "morning", ""), "day"), (("one of these days", "", ""), "day"), (("2019-12-12", "noon", ""), "part")],
)
def test_a_half_day_that_is_none_is_said_where_it_was_typed(critical, typed, field):
    with pytest.raises(Refused) as refusal:
        offered(*typed, critical.cimic.audience)
    assert refusal.value.field == field


def test_an_accepted_request_keeps_no_proposal(critical):
    asked = critical.officer.asks(critical.case, "mission")
    answers(critical, critical.cimic, asked, "accept", "", Offer(date(2019, 12, 12)))
    assert request(asked).offer == {}
    critical.read_everything()


@pytest.mark.parametrize("code", ["decline", "counter"])
def test_a_no_and_a_proposal_ring_the_desk_at_once(critical, code):
    asked = critical.officer.asks(critical.case, "mission")
    critical.read_everything()
    answers(critical, critical.cimic, asked, code, "not on that day")
    critical.officer.expects(critical.case.reference)
    critical.ngo.expects_nothing()
    critical.cimic.expects_nothing()


def test_a_yes_rings_nobody(critical):
    asked = critical.officer.asks(critical.case, "mission")
    critical.read_everything()
    answers(critical, critical.cimic, asked, "accept")
    critical.all_quiet()


# ---- two threads that never meet -----------------------------------------------------------------------------------------


def test_neither_side_reads_a_word_of_the_other_s_answer(critical, monkeypatch):
    """Both are asked, both propose something else in words that nobody else would write; every page, text and mail of each."""
    mails = len(critical.sink.mails)
    of_ngo = critical.officer.asks(critical.case, "humanitarian")
    of_plan = critical.officer.asks(critical.case, "mission")
    answers(critical, critical.ngo, of_ngo, "counter", NOTICE_WORDS, Offer(date(2019, 12, 23), "night", NOTICE_WORDS))
    answers(critical, critical.cimic, of_plan, "counter", PLAN_WORDS, Offer(date(2019, 12, 24), "night", PLAN_WORDS))
    case = critical.case
    for who, own, foreign, day, reference in (
        (critical.ngo, NOTICE_WORDS, PLAN_WORDS, "24 d", case.humanitarian_reference),
        (critical.cimic, PLAN_WORDS, NOTICE_WORDS, "23 d", case.mission_reference),
    ):
        visitor = browser(critical, monkeypatch, who)
        pages = [visitor.get(path) for path in ("/", "/requests", "/notices", "/plans", f"/requests/{reference}")]
        assert own in pages[-1].text
        for page in pages:
            assert foreign not in page.text
            assert day not in page.text.lower()
    desk = browser(critical, monkeypatch, critical.officer).get(f"/desk/{case.reference}").text
    assert NOTICE_WORDS in desk
    assert PLAN_WORDS in desk
    texts = [text for phone in critical.network.phones.all() for text in phone.unread]
    texts += [mail.get_content() for mail in critical.sink.mails[mails:]]
    assert texts
    assert not [text for text in texts if NOTICE_WORDS in text or PLAN_WORDS in text]
    entries = str([entry.detail for entry in db.session.scalars(select(AuditEntry))])
    assert NOTICE_WORDS not in entries
    assert PLAN_WORDS not in entries
    critical.read_everything()


def test_an_answer_of_one_side_changes_nothing_on_the_other_s_pages(critical, monkeypatch):
    of_ngo = critical.officer.asks(critical.case, "humanitarian")
    of_plan = critical.officer.asks(critical.case, "mission")
    visitor = browser(critical, monkeypatch, critical.cimic)
    page = f"/requests/{critical.case.mission_reference}"
    before = [visitor.get(path).text for path in (page, "/requests", "/plans")]
    answers(critical, critical.ngo, of_ngo, "decline", NOTICE_WORDS)
    after = [visitor.get(path).text for path in (page, "/requests", "/plans")]
    assert [strip(text) for text in after] == [strip(text) for text in before]
    assert request(of_plan).state == "open"
    critical.read_everything()


def strip(text: str) -> str:
    """Without what every page draws anew."""
    return "\n".join(line for line in text.splitlines() if "csrf" not in line and "nonce" not in line)[:200] + str(
        text.count("<")
    )


# ---- one at a time -------------------------------------------------------------------------------------------------------


def test_a_new_request_takes_the_place_of_the_old_and_the_side_hears_once(critical):
    first = critical.officer.asks(critical.case, "mission", "change_time")
    critical.cimic.expects()
    second = critical.officer.asks(critical.case, "mission", "change_place")
    assert (request(first).state, request(second).state) == ("withdrawn", "open")
    critical.cimic.expects()
    critical.cimic.expects_nothing()
    with pytest.raises(LostRace):
        answers(critical, critical.cimic, first, "accept")
    critical.read_everything()


def test_the_same_asked_twice_is_one_request(critical):
    assert critical.officer.asks(critical.case, "mission") == critical.officer.asks(critical.case, "mission")
    critical.read_everything()


def test_a_proposal_is_replaced_by_what_the_officer_asks_next(critical):
    first = critical.officer.asks(critical.case, "mission")
    answers(critical, critical.cimic, first, "counter", "rather Thursday")
    second = critical.officer.asks(critical.case, "mission", "change_time")
    assert (request(first).state, request(second).state) == ("withdrawn", "open")
    critical.read_everything()


# ---- the clock -----------------------------------------------------------------------------------------------------------


def told(world):
    return [a.person.name for a in world.alerts("unanswered")]


def test_when_the_clock_runs_out_who_asked_is_told_and_nothing_is_taken_for_an_answer(critical):
    asked = critical.officer.asks(critical.case, "mission")
    assert request(asked).due_at - request(asked).made_at == timedelta(hours=1)
    critical.cimic.types_code(critical.cimic.expects())
    critical.read_everything()
    critical.forward("55m")
    assert told(critical) == []
    critical.forward("10m")
    assert told(critical) == ["officer"]
    critical.officer.expects()
    assert (request(asked).state, request(asked).answered_at) == ("silent", None)
    assert [e.code for e in critical.case.events if e.event == "request_silent"] == ["mission"]
    answers(critical, critical.cimic, asked, "accept")
    critical.forward("2h")
    assert told(critical) == ["officer"]
    critical.read_everything()


def test_an_answer_in_time_ends_the_clock(critical):
    asked = critical.officer.asks(critical.case, "mission")
    critical.read_everything()
    answers(critical, critical.cimic, asked, "accept")
    critical.forward("2h")
    assert told(critical) == []
    assert request(asked).state == "accepted"
    critical.read_everything()


def test_nobody_speaks_and_the_ladder_goes_on_to_the_heads(critical):
    critical.officer.asks(critical.case, "mission")
    critical.forward("8h")
    assert told(critical)[0] == "officer"
    assert {"sub_office_head", "ocha_head"} <= set(told(critical))
    critical.read_everything()


def test_what_the_side_reads_of_the_clock_rests_on_its_own_departure_alone(critical, monkeypatch):
    """Two cases that differ in the other side's severity and hours alone read the same."""
    clocks = critical.mission.pack.clocks
    critical.officer.asks(critical.case, "mission")
    visitor = browser(critical, monkeypatch, critical.cimic)
    page = visitor.get(f"/requests/{critical.case.mission_reference}").text
    item = critical.case.mission
    hoped = clocks.hoped_at(item.departs_at, request(1).leaves_at)
    assert f"{hoped:%H:%M}" in page
    assert f"{request(1).due_at:%H:%M}" != f"{hoped:%H:%M}"
    assert f"{request(1).due_at:%H:%M}" not in page
    critical.read_everything()


# ---- fixed hours -----------------------------------------------------------------------------------------------------------


def test_what_does_not_burn_leaves_at_the_next_fixed_hour(high, monkeypatch):
    asked = high.officer.asks(high.case, "mission")
    assert f"{request(asked).leaves_at:%H:%M}" == "12:00"
    visitor = browser(high, monkeypatch, high.cimic)
    page = f"/requests/{high.case.mission_reference}"
    high.forward("3h")
    assert visitor.get(page).status_code == 404
    assert high.case.mission_reference not in visitor.get("/requests").text
    assert high.alerts("request") == []
    with pytest.raises(NotFound):
        answers(high, high.cimic, asked, "accept")
    high.forward("70m")
    high.cimic.expects()
    assert visitor.get(page).status_code == 200
    assert request(asked).due_at - request(asked).leaves_at == timedelta(hours=4)
    high.read_everything()


def test_what_is_critical_leaves_at_once(critical):
    asked = critical.officer.asks(critical.case, "mission")
    assert request(asked).leaves_at == request(asked).made_at
    critical.cimic.expects()
    critical.read_everything()


def test_near_the_start_it_leaves_at_once_whatever_it_is(high):
    high.at("2019-12-09T20:00Z")
    high.turn()
    asked = high.officer.asks(high.case, "mission")
    assert request(asked).has_left(high.now)
    high.read_everything()


def test_an_officer_sends_it_now_with_a_reason_that_is_kept(high):
    case = high.case
    asked = high.officer.asks(case, "mission")
    with pytest.raises(Refused) as refusal:
        service.send_now(case.reference, case.round, "mission", " ", high.officer.audience, high.mission, high.now)
    assert refusal.value.field == "why"
    for outsider in (high.ngo, high.cimic):
        with pytest.raises(NotFound):
            service.send_now(case.reference, case.round, "mission", "x", outsider.audience, high.mission, high.now)
    why = "they plan tonight"
    service.send_now(case.reference, case.round, "mission", why, high.officer.audience, high.mission, high.now)
    high.turn()
    high.cimic.expects()
    assert request(asked).has_left(high.now)
    event = db.session.scalars(select(CaseEvent).where(CaseEvent.event == "send_now")).one()
    assert (event.code, event.reason, event.actor_id) == ("mission", why, high.officer.person_id)
    with pytest.raises(NotFound):  # nothing waits any more
        service.send_now(case.reference, case.round, "mission", why, high.officer.audience, high.mission, high.now)
    high.read_everything()


def test_or_says_so_when_he_asks(high):
    case, why = high.case, "they plan tonight"
    asked = requests.ask(
        case.reference, case.round, "mission", "avoid_place", high.officer.audience, high.mission, high.now, why_now=why
    )
    high.turn()
    high.cimic.expects()
    assert request(asked).leaves_at == request(asked).made_at
    assert [e.reason for e in high.case.events if e.event == "ask"] == [why]
    high.read_everything()


def test_the_preview_says_when_it_leaves(high):
    case = high.case
    shown = preview(case.reference, case.round, "mission", "avoid_place", high.officer.audience, high.mission, high.now)
    assert f"{shown.leaves_at:%H:%M}" == "12:00"
    assert {f"{message.leaves_at:%H:%M}" for message in shown.messages} == {"12:00"}
    assert high.alerts("request") == []
    high.read_everything()


def test_of_what_was_taken_back_before_its_hour_the_side_never_learns(high, monkeypatch):
    first = high.officer.asks(high.case, "mission", "change_time")
    second = high.officer.asks(high.case, "mission", "change_place")
    assert (request(first).state, request(first).leaves_at) == ("withdrawn", None)
    high.forward("5h")
    high.cimic.expects()
    high.cimic.expects_nothing()
    page = browser(high, monkeypatch, high.cimic).get(f"/requests/{high.case.mission_reference}").text
    assert page.count('class="ask"') == 1
    assert request(second).state == "open"
    high.read_everything()


def test_an_owner_who_moves_away_before_the_hour_never_learns_that_he_was_to_be_asked(high, monkeypatch):
    asked = high.officer.asks(high.case, "mission")
    high.cimic.amends(high.case.mission.reference, make.patrol("Kidal", "10 Dec 18:00-20:00"))
    high.read_everything()
    high.forward("12h")
    assert request(asked).state == "done"
    visitor = browser(high, monkeypatch, high.cimic)
    assert visitor.get(f"/requests/{high.case.mission_reference}").status_code == 404
    high.cimic.expects_nothing()
    high.cimic.mailbox.expects_nothing()


def test_what_changes_the_case_before_the_hour_takes_the_request_back_for_the_officer_to_ask_anew(high):
    asked = high.officer.asks(high.case, "mission")
    high.ngo.amends(high.case.humanitarian.reference, make.distribution("Bankass", "10 Dec 08:00-14:00"))
    assert high.case.round == 2
    assert (request(asked).state, request(asked).leaves_at) == ("withdrawn", None)
    high.read_everything()
    high.forward("5h")
    high.cimic.expects_nothing()


def test_one_that_has_left_holds_through_a_change_of_the_other_side(critical):
    asked = critical.officer.asks(critical.case, "mission")
    critical.ngo.amends(critical.case.humanitarian.reference, make.distribution("Bankass", "10 Dec 08:00-14:00"))
    assert critical.case.round == 2
    assert request(asked).state == "open"
    critical.read_everything()
