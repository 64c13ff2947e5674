"""The sentence of the README, sentence by sentence."""

from __future__ import annotations

import make
import pytest

from deconflict.domain.filing import Level
from deconflict.domain.states import CaseState

NEAR_BANKASS = (14.0800, -3.5120)
DRIVER = "+22370000095"


@pytest.fixture
def distribution():
    return make.distribution("Bankass", "10 Dec 09:00-15:00", phone=DRIVER)


@pytest.fixture
def long_patrol():
    return make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00")


def test_two_plans_that_meet_open_a_case_and_the_duty_officer_hears_by_sms_and_mail(world, distribution, long_patrol):
    world.at("2019-12-09T06:00Z")
    world.ngo.files(distribution)
    world.all_quiet()
    world.cimic.files(long_patrol)
    assert (world.case.state, world.case.severity) == (CaseState.DETECTED, "critical")
    world.officer.expects("URGENT", world.case.reference)
    world.officer.mailbox.expects(world.case.reference)
    world.all_quiet()  # nobody outside OCHA hears before the officer acts


def test_plans_that_do_not_meet_open_nothing_and_nobody_hears(world, distribution):
    world.ngo.files(distribution)
    world.cimic.files(make.patrol("Koro", "10 Dec 13:00-16:00"))
    assert world.cases() == []
    world.all_quiet()


def test_the_whole_sentence_asked_moved_closed_and_everybody_told(world, distribution, long_patrol):
    world.at("2019-12-09T06:00Z")
    notice = world.ngo.files(distribution)
    plan = world.cimic.files(long_patrol)
    text = world.officer.expects("URGENT")
    world.officer.types_code(text)
    world.officer.takes(world.case)
    world.officer.asks(world.case, "mission")
    asked = world.cimic.expects(world.case.mission_reference)
    world.cimic.types_code(asked)
    world.all_quiet()  # the humanitarian side was asked nothing, so it hears nothing
    world.cimic.amends(plan, make.patrol("Koro", "10 Dec 13:00-16:00"), "another village")
    assert world.case.state == CaseState.CLOSED
    assert world.case.adjusted_by == "mission"
    world.officer.expects(world.case.reference)  # the desk at once
    world.all_quiet()  # the party in the next batch
    world.forward("7h")
    world.cimic.expects(world.case.mission_reference)
    world.all_quiet()
    assert world.item(notice).version == 1


def test_an_acknowledged_alert_does_not_climb_the_ladder(world, distribution, long_patrol):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(distribution)
    world.cimic.files(long_patrol)
    world.officer.types_code(world.officer.expects("URGENT"))
    world.officer.takes(world.case)
    world.forward("50m")
    world.all_quiet()  # nobody outside OCHA hears before the officer acts, and nobody else at OCHA


def test_taking_a_case_and_then_doing_nothing_is_silence_too(world, distribution, long_patrol):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(distribution)
    world.cimic.files(long_patrol)
    world.officer.expects("URGENT")
    world.officer.takes(world.case)
    world.forward("70m")
    world.officer.expects(world.case.reference)  # the hour that the SOP gives him to look is over
    world.forward("130m")
    world.deputy.expects("URGENT")
    world.sub_office_head.expects("URGENT")


def test_a_request_under_way_leaves_the_desk_in_peace(world, distribution, long_patrol):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(distribution)
    world.cimic.files(long_patrol)
    world.officer.takes(world.case)
    world.officer.asks(world.case, "mission")
    world.read_everything()
    world.forward("50m")
    world.officer.expects_nothing()
    world.deputy.expects_nothing()


def test_given_back_a_case_rings_the_desk_anew(world, distribution, long_patrol):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(distribution)
    world.cimic.files(long_patrol)
    world.officer.takes(world.case)
    world.read_everything()
    world.officer.hands_back(world.case)
    assert world.case.state == CaseState.DETECTED
    world.officer.expects("URGENT")
    world.forward("20m")
    world.ngo.expects(world.case.humanitarian_reference)  # the hold runs again, and nobody acted


def test_silence_at_the_desk_climbs_to_the_deputy_and_the_heads(world, distribution, long_patrol):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(distribution)
    world.cimic.files(long_patrol)
    world.officer.expects("URGENT")
    world.forward("70m")
    world.deputy.expects("URGENT")
    world.officer.expects(world.case.reference)
    world.sub_office_head.expects_nothing()
    world.forward("60m")
    world.sub_office_head.expects("URGENT")
    world.forward("40m")
    world.ocha_head.expects("URGENT")


def test_without_an_officer_in_time_the_owner_gets_the_minimal_alert(world, distribution, long_patrol):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(distribution)
    world.cimic.files(long_patrol)
    world.officer.expects("URGENT")
    world.forward("20m")
    reference = world.case.humanitarian_reference
    world.ngo.expects(reference)
    team = world.driver_phone(DRIVER).expects(reference)
    assert "appelez votre base avant de partir" in team
    world.cimic.expects(world.case.mission_reference)  # the notice is redacted, so the mission's desk may hear too


def test_the_minimal_alert_never_reaches_the_mission_for_a_match_only_notice(world, long_patrol):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", level=Level.MATCH_ONLY))
    world.cimic.files(long_patrol)
    world.forward("20m")
    world.ngo.expects(world.case.humanitarian_reference)
    world.cimic.expects_nothing()


def test_a_late_filing_rings_the_whole_desk_instead_of_the_parties(world, distribution, long_patrol):
    world.at("2019-12-09T20:00Z")
    world.ngo.files(distribution)  # 13 hours ahead: less than the 48 that the SOP asks for
    world.cimic.files(long_patrol)
    world.forward("20m")
    world.deputy.expects("URGENT")
    world.sub_office_head.expects("URGENT")
    world.ngo.expects_nothing()
    world.cimic.expects_nothing()


def test_a_request_nobody_acknowledges_climbs_to_the_alternate_and_back_to_the_desk(world, distribution):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(distribution)
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    world.officer.takes(world.case)
    world.officer.asks(world.case, "humanitarian")
    world.read_everything()
    world.forward("70m")
    world.alternate.expects(world.case.humanitarian_reference)
    world.forward("100m")
    world.officer.expects(world.case.reference)


def test_cancelling_overtakes_the_case_and_everybody_told_hears_that_it_is_over(world, distribution, long_patrol):
    world.at("2019-12-07T08:00Z")
    notice = world.ngo.files(distribution)
    world.cimic.files(long_patrol)
    world.officer.takes(world.case)
    world.officer.asks(world.case, "mission")
    world.read_everything()
    world.ngo.cancels(notice)
    assert world.case.state == CaseState.OVERTAKEN
    world.officer.expects(world.case.reference)
    world.forward("5h")
    closing = world.cimic.expects(world.case.mission_reference)
    assert "clear" not in closing.lower()
    world.ngo.expects_nothing()  # it was never told anything


def test_a_patrol_moved_back_reopens_the_case_and_no_closing_text_goes_out(world):
    world.at("2019-12-06T12:30Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    plan = world.cimic.files(make.patrol(NEAR_BANKASS, "11 Dec 17:00-18:00"))
    assert world.case.severity == "medium"
    world.officer.takes(world.case)
    world.officer.asks(world.case, "mission")
    world.cimic.amends(plan, make.patrol("Koro", "11 Dec 17:00-18:00"))
    assert world.case.state == CaseState.CLOSED
    world.read_everything()
    world.cimic.amends(plan, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    case = world.case
    assert (case.state, case.severity) == (CaseState.DETECTED, "critical")
    world.officer.expects("URGENT")
    world.forward("6h")
    assert all(a.state == "superseded" for a in world.alerts("closing") if a.side == "mission")


def test_a_dismissed_case_stays_dismissed_until_something_changes(world, distribution, long_patrol):
    world.at("2019-12-07T08:00Z")
    world.ngo.files(distribution)
    plan = world.cimic.files(long_patrol)
    world.officer.dismisses(world.case)
    world.read_everything()
    world.forward("30m")
    assert world.case.state == CaseState.DISMISSED
    world.cimic.amends(plan, make.patrol(NEAR_BANKASS, "10 Dec 10:00-12:00"))
    assert world.case.state == CaseState.DETECTED
    world.officer.expects("URGENT")


def test_a_case_that_nobody_decided_lapses_and_is_not_counted_as_resolved(world, distribution, long_patrol):
    world.at("2019-12-09T06:00Z")
    world.ngo.files(distribution)
    world.cimic.files(long_patrol)
    world.forward("2d")
    assert world.case.state == CaseState.LAPSED
    assert world.case.outcome == "lapse"


def test_a_taken_case_that_gets_worse_climbs_again_and_releases_the_minimal_alert(world):
    world.at("2019-12-06T12:30Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    plan = world.cimic.files(make.patrol(NEAR_BANKASS, "11 Dec 17:00-18:00"))
    world.officer.takes(world.case)
    world.cimic.amends(plan, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    assert (world.case.state, world.case.severity) == (CaseState.TAKEN, "critical")
    world.officer.expects("URGENT")
    world.forward("20m")
    world.ngo.expects(world.case.humanitarian_reference)
    world.forward("50m")
    world.deputy.expects("URGENT")


def test_a_dismissed_case_is_not_opened_again_by_the_clock(world):
    world.at("2019-12-07T08:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    world.officer.dismisses(world.case)
    world.read_everything()
    world.at("2019-12-10T18:30Z")
    world.forward("2h")
    assert world.case.state == CaseState.DISMISSED
    world.all_quiet()


def test_a_late_patrol_silences_nobody_who_filed_in_time(world, distribution):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(distribution)
    world.at("2019-12-10T02:00Z")
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    world.read_everything()
    world.forward("20m")
    assert {a.side for a in world.alerts("minimal")} == {"humanitarian"}
    assert world.alerts("ring")


def test_moved_to_the_last_hours_an_early_filing_is_late(world, distribution):
    world.at("2019-12-01T06:00Z")
    notice = world.ngo.files(make.distribution("Bankass", "20 Dec 09:00-15:00"))
    assert not world.item(notice).late
    world.at("2019-12-10T05:00Z")
    world.ngo.amends(notice, distribution)
    assert world.item(notice).late


def test_a_level_lowered_takes_back_what_was_asked_on_it(world, distribution, long_patrol):
    world.at("2019-12-07T06:00Z")
    notice = world.ngo.files(distribution)
    world.cimic.files(long_patrol)
    world.officer.takes(world.case)
    world.officer.asks(world.case, "mission")
    world.read_everything()
    world.ngo.amends(notice, make.distribution("Bankass", "10 Dec 09:00-15:00", level=Level.MATCH_ONLY, phone=DRIVER))
    assert [r.state for r in world.case.requests] == ["withdrawn"]
    world.officer.expects(world.case.reference)
    world.cimic.expects_nothing()


def test_a_longer_stay_lengthens_the_case(world):
    world.at("2019-12-07T06:00Z")
    notice = world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    before = world.case.ends_at
    world.ngo.amends(notice, make.distribution("Bankass", "10 Dec 09:00-21:00"))
    assert world.case.ends_at > before
    assert world.case.round == 2


@pytest.mark.parametrize("unmanned", [["officer"], ["officer", "deputy"], ["officer", "deputy", "sub_office_head"]])
def test_where_nobody_is_on_duty_the_next_who_stands_there_hears_at_once(world, distribution, long_patrol, unmanned):
    world.at("2019-12-07T06:00Z")
    world.leaves_duty(*unmanned)
    world.ngo.files(distribution)
    world.cimic.files(long_patrol)
    heard = [name for name in ("deputy", "sub_office_head", "ocha_head") if world.actors[name].phone.unread]
    assert heard == [name for name in ("deputy", "sub_office_head", "ocha_head") if name not in unmanned][:1]
