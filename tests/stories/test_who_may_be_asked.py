"""Who may be asked what, told in the words the other side released and in no others (RUL-8, RUL-9); and the silence around a
sensitive notice (RUL-3)."""

from __future__ import annotations

import re
from dataclasses import replace

import make
import pytest
from planted import look_again, plain, signed_in, tell_the_time
from sqlalchemy import select

from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.filing import Level
from deconflict.domain.states import CaseState
from deconflict.services import releases
from deconflict.services.requests import draft
from deconflict.store.alerts import Alert, Message
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.cases import CaseEvent, Request

MO, RED, FULL = Level.MATCH_ONLY, Level.REDACTED, Level.FULL
NEAR_BANKASS = (14.0800, -3.5120)
DRIVER = "+22370000094"
ACTIVE, PATROL_FROM = "10 Dec 07:43-11:11", "10 Dec 10:07-13:52"

# place, level of the notice, level of the plan, may the organisation be asked, may the mission be asked
PAIRS = [
    ("Bankass", MO, MO, False, False),
    ("Koro", MO, RED, True, False),
    ("Douentza", RED, MO, False, True),
    ("Gao", RED, RED, True, True),
    ("Ansongo", FULL, MO, False, True),
    ("Kidal", FULL, RED, True, True),
]


def meet(world, place="Bankass", notice=RED, plan=RED, kind="DIST_FOOD"):
    """A notice and a patrol that meet; their case."""
    before = {case.id for case in world.cases()}
    filed = make.distribution(place, ACTIVE, kind=kind, level=notice, phone=DRIVER)
    world.ngo.files(replace(filed, plates="AB-1234-MD", overnight="chez les soeurs"))
    world.cimic.files(make.patrol(place, PATROL_FROM, level=plan))
    (case,) = [case for case in world.cases() if case.id not in before]
    return case


def words_for(world, case, side):
    look_again()
    return draft(db.session, case, side, world.mission).words


def request(request_id):
    look_again()
    return db.session.get_one(Request, request_id)


@pytest.fixture
def ahead(world):
    """Three days before, in the morning: nobody sleeps and nothing is late."""
    world.at("2019-12-07T08:00Z")
    return world


def test_every_pair_of_levels_gives_exactly_these_sides_to_ask(ahead):
    for place, notice, plan, organisation, mission in PAIRS:
        case = meet(ahead, place, notice, plan)
        for side, may in (("humanitarian", organisation), ("mission", mission)):
            assert (words_for(ahead, case, side) is not None) is may, (place, side)
            if may:
                continue
            with pytest.raises(Refused) as refusal:
                ahead.officer.asks(case, side)
            assert refusal.value.field == "side"
        assert ahead.cases()[-1].state == CaseState.DETECTED  # a refused ask changes nothing
    look_again()
    assert db.session.scalars(select(Request)).all() == []
    assert ahead.alerts("request") == []
    assert not db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "disclose")).all()


def test_a_request_holds_the_released_words_and_nothing_else(ahead):
    case = meet(ahead)
    asked = {side: request(ahead.officer.asks(case, side)).words for side in ("humanitarian", "mission")}
    for side, crowd in (("humanitarian", None), ("mission", True)):
        assert asked[side].keys() == {"place", "pcode", "cod_version", "half_days", "crowd"}
        assert (asked[side]["place"], asked[side]["crowd"]) == ("Bankass", crowd)
        assert all(part in ("morning", "afternoon", "night") for _day, part in asked[side]["half_days"])
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "disclose").order_by(AuditEntry.id)).all()
    assert [entry.actor_id for entry in entries] == [ahead.officer.person_id] * 2
    assert "Bankass" not in str([entry.detail for entry in entries])


def test_the_half_days_take_in_the_other_s_hours_and_tell_no_minute(ahead):
    case = meet(ahead)
    for side in ("humanitarian", "mission"):
        halves = {(half.day.isoformat(), half.part) for half in words_for(ahead, case, side).half_days}
        assert {("2019-12-10", "morning"), ("2019-12-10", "afternoon")} <= halves
    shifted = make.patrol("Bankass", "10 Dec 10:31-13:29", level=RED)
    before = words_for(ahead, case, "humanitarian")
    reference = case.mission.reference
    ahead.cimic.amends(reference, shifted)
    assert words_for(ahead, ahead.case, "humanitarian") == before


def test_what_the_asked_side_reads_is_its_own_and_the_words(ahead, monkeypatch):
    case = meet(ahead)
    ahead.officer.asks(case, "humanitarian")
    ahead.officer.asks(ahead.case, "mission")
    tell_the_time(ahead.app, monkeypatch, lambda: ahead.now)
    ngo = signed_in(ahead.app, ahead.ngo.person_id).get(f"/requests/{case.humanitarian_reference}")
    cimic = signed_in(ahead.app, ahead.cimic.person_id).get(f"/requests/{case.mission_reference}")
    assert (ngo.status_code, cimic.status_code) == (200, 200)
    for own, foreign, page in (("07:43", "10:07", ngo), ("10:07", "07:43", cimic)):
        assert own in page.text
        for never in (foreign, "13:52" if own == "07:43" else "11:11", case.reference, "R01", "critical"):
            assert never not in page.text
    assert "AB-1234-MD" not in cimic.text
    assert "ONG Alpha" not in cimic.text
    assert "Bankass" in ngo.text
    assert "Bankass" in cimic.text


def test_texts_of_a_request_hold_no_place_no_time_and_no_name(ahead):
    case = meet(ahead)
    ahead.read_everything()
    before = len(ahead.sink.mails)
    for side in ("humanitarian", "mission"):
        ahead.officer.asks(ahead.case, side)
    texts = [text for phone in ahead.network.phones.all() for text in phone.unread]
    texts += [f"{mail['Subject']}\n{mail.get_content()}" for mail in ahead.sink.mails[before:]]
    assert len(texts) >= 5
    assert {p.address for p in ahead.network.phones.all() if p.unread} >= {DRIVER, ahead.ngo.phone.address}
    bodies = [text.partition("\n-- \n")[0] for text in texts]  # the fixed disclaimer of every mail speaks of law
    never = r"bankass|10:07|07:43|décembre|december|\balpha\b|\bocha\b|minusma|patrou?ill?|patrol"
    assert [found[0] for body in bodies if (found := re.search(never, body, re.IGNORECASE))] == []
    assert any(case.humanitarian_reference in body for body in bodies)
    assert not any(case.reference in body for body in bodies)


def test_a_side_that_is_not_asked_hears_and_sees_nothing(ahead, monkeypatch):
    case = meet(ahead, plan=RED, notice=RED)
    ahead.read_everything()
    ahead.officer.asks(case, "mission")
    ahead.ngo.expects_nothing()
    ahead.driver_phone(DRIVER).expects_nothing()
    tell_the_time(ahead.app, monkeypatch, lambda: ahead.now)
    browser = signed_in(ahead.app, ahead.ngo.person_id)
    assert browser.get(f"/requests/{case.humanitarian_reference}").status_code == 404
    assert case.humanitarian_reference not in browser.get("/requests").text


# ---- one-off release -------------------------------------------------------------------------------------------------------


def test_both_kept_to_themselves_the_mission_s_release_opens_the_asking_of_the_organisation_alone(ahead):
    case = meet(ahead, notice=MO, plan=MO)
    ahead.officer.notes_release(case, "mission")
    assert words_for(ahead, ahead.case, "mission") is None
    assert words_for(ahead, ahead.case, "humanitarian").crowd is None
    ahead.officer.asks(ahead.case, "humanitarian")
    ahead.ngo.expects(case.humanitarian_reference)
    with pytest.raises(Refused):
        ahead.officer.asks(ahead.case, "mission")
    ahead.read_everything()
    ahead.cimic.expects_nothing()


def test_the_organisation_s_release_opens_the_asking_of_the_mission_alone(ahead):
    case = meet(ahead, notice=MO, plan=MO)
    ahead.officer.notes_release(case, "humanitarian")
    assert words_for(ahead, ahead.case, "humanitarian") is None
    assert words_for(ahead, ahead.case, "mission").crowd is True
    ahead.officer.asks(ahead.case, "mission")
    ahead.cimic.expects(case.mission_reference)


def test_no_release_is_an_answer_and_leaves_both_unasked(ahead):
    case = meet(ahead, notice=MO, plan=MO)
    ahead.officer.notes_release(case, "mission", granted=False)
    for side in ("humanitarian", "mission"):
        with pytest.raises(Refused):
            ahead.officer.asks(ahead.case, side)
    events = db.session.scalars(select(CaseEvent).where(CaseEvent.event == "release")).all()
    assert [(event.code, event.actor_id) for event in events] == [("mission:refused", ahead.officer.person_id)]


def test_a_release_taken_back_closes_the_asking_again_and_is_of_one_case_only(ahead):
    case = meet(ahead, notice=MO, plan=MO)
    other = meet(ahead, "Koro", notice=MO, plan=MO)
    ahead.officer.notes_release(case, "mission")
    assert words_for(ahead, other, "humanitarian") is None
    ahead.officer.notes_release(case, "mission", granted=False)
    with pytest.raises(Refused):
        ahead.officer.asks(case, "humanitarian")


def test_a_release_is_written_down_by_an_officer_with_how_he_heard_it(ahead):
    case = meet(ahead, notice=MO, plan=MO)
    catalogue = ahead.mission.catalogue
    for party in (ahead.ngo, ahead.cimic, ahead.other_ngo):
        with pytest.raises(NotFound):
            releases.release_once(case.reference, "mission", True, "by phone", party.audience, catalogue, ahead.now)
    for side, how in (("mission", "  "), ("ocha", "by phone")):
        with pytest.raises(Refused):
            releases.release_once(case.reference, side, True, how, ahead.officer.audience, catalogue, ahead.now)
    assert ahead.case.released == []


# ---- sensitive ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def sensitive(ahead):
    """A protection mission and a patrol in the same place; the case."""
    case = meet(ahead, notice=MO, plan=RED, kind="PROT_MON")
    assert case.eyes_only
    ahead.officer.expects(case.reference)
    return case


def test_the_mission_is_never_asked_and_nothing_can_release_a_sensitive_notice(ahead, sensitive):
    with pytest.raises(Refused):
        ahead.officer.asks(sensitive, "mission")
    with pytest.raises(Refused):
        ahead.officer.notes_release(sensitive, "humanitarian")
    assert words_for(ahead, ahead.case, "mission") is None
    assert ahead.case.released == []
    ahead.officer.asks(ahead.case, "humanitarian")
    ahead.forward("5h")  # past noon, when it leaves
    ahead.ngo.expects(sensitive.humanitarian_reference)


def test_the_sub_office_head_is_skipped_and_the_step_passes_to_the_officer_on_duty(ahead, sensitive):
    ahead.forward("13h")
    ahead.deputy.expects(sensitive.reference)
    ahead.officer.expects(sensitive.reference)  # in place of the head of the sub-office
    ahead.sub_office_head.expects_nothing()
    ahead.forward("12h")
    ahead.ocha_head.expects(sensitive.reference)
    ahead.sub_office_head.expects_nothing()
    assert not [a for a in ahead.alerts("") if a.person_id == ahead.sub_office_head.person_id]


def test_for_the_sub_office_head_a_sensitive_case_does_not_exist(ahead, sensitive, monkeypatch):
    tell_the_time(ahead.app, monkeypatch, lambda: ahead.now)
    head, officer = (signed_in(ahead.app, who.person_id) for who in (ahead.sub_office_head, ahead.officer))
    path = f"/desk/{sensitive.reference}"
    assert officer.get(path).status_code == 200
    assert head.get(path).status_code == 404
    assert plain(head.get(path)).replace(sensitive.reference, "") == plain(head.get("/desk/ZZZZZ")).replace("ZZZZZ", "")
    assert sensitive.reference not in head.get("/desk").text
    assert sensitive.reference in officer.get("/desk").text
    with pytest.raises(NotFound):
        ahead.sub_office_head.takes(sensitive)


def test_from_filing_to_lapse_the_mission_has_no_trace_of_a_sensitive_notice(ahead, sensitive, monkeypatch):
    tell_the_time(ahead.app, monkeypatch, lambda: ahead.now)
    browser = signed_in(ahead.app, ahead.cimic.person_id)
    ahead.officer.asks(ahead.case, "humanitarian")
    pages = []
    for _day in range(4):
        ahead.forward("1d")
        pages += [browser.get("/requests"), browser.get("/plans"), browser.get("/")]
        assert browser.get(f"/requests/{sensitive.mission_reference}").status_code == 404
    assert ahead.case.state == CaseState.LAPSED
    for code in (sensitive.mission_reference, sensitive.reference, sensitive.humanitarian_reference):
        assert not any(code in page.text for page in pages)
    ahead.cimic.expects_nothing()
    ahead.cimic.mailbox.expects_nothing()
    assert not [a for a in ahead.alerts("") if a.side == "mission"]
    look_again()
    to_mission = select(Message).join(Alert).where(Alert.person_id == ahead.cimic.person_id)
    assert db.session.scalars(to_mission).all() == []


def test_a_sensitive_notice_that_is_cancelled_is_over_without_a_word_to_the_mission(ahead, sensitive):
    ahead.officer.asks(ahead.case, "humanitarian")
    ahead.forward("5h")  # past noon, when it leaves
    ahead.read_everything()
    ahead.ngo.cancels(sensitive.humanitarian.reference)
    ahead.forward("1d")
    ahead.ngo.expects(sensitive.humanitarian_reference)
    ahead.cimic.expects_nothing()


def test_a_plain_case_of_the_same_place_and_hour_reaches_the_sub_office_head(ahead):
    """What the silence above is measured against."""
    case = meet(ahead, notice=MO, plan=RED)
    ahead.forward("3h")
    ahead.sub_office_head.expects(case.reference)
