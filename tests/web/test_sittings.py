"""Sittings of the committees: called, moved, cancelled; what is on their agenda and who decides of it; overrides, conditions, minutes,
and the line in the monthly report (golden scenario 18)."""

from __future__ import annotations

import pytest
from committees import LAST, RIPE, Committees
from pages import errors, words
from sqlalchemy import select
from world import at_once

from deconflict.domain.errors import Refused
from deconflict.domain.procedures import Noun
from deconflict.services import sittings as service
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.procedures import Procedure

EARLY = "2019-12-17"  # the sixth working day of ten


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return Committees(app, mission, make_account, sign_in)


def conditions(house):
    with house.app.app_context():
        db.session.expire_all()
        mine = select(Procedure).where(Procedure.noun == Noun.CONDITION)
        return list(db.session.scalars(mine.order_by(Procedure.id)))


ASKED = {
    "conditions-0-kind": "signage",
    "conditions-0-by_role": "qip_manager",
    "conditions-0-until": "2020-02-10",
    "conditions-1-kind": "other",
    "conditions-1-words": "Une réunion avec le maire",
    "conditions-1-by_role": "cimic",
    "conditions-1-until": "2020-01-15",
}


# ---- golden scenario 18 ------------------------------------------------------------------------------------------


def test_on_day_six_of_ten_the_chair_is_blocked_and_an_override_with_a_reason_is_in_the_monthly_report(house):
    reference = house.opened()
    sitting = house.calls(EARLY)
    house.to(EARLY)
    blocked = house.decides(sitting, reference)
    assert blocked.status_code == 422
    assert "runs until Tue 24 Dec 00:00" in words(blocked)
    assert house.state(reference) == "consultation"
    assert house.overrides(reference, sitting, words=" ").status_code == 422
    assert house.overrides(reference, sitting, code="").status_code == 422
    assert house.overrides(reference, sitting).status_code == 303
    assert house.decides(sitting, reference).status_code == 303
    assert house.state(reference) == "recommended"
    flag = "after 5 of 10 working days of consultation, by an override"
    for who in (house.officer, house.manager, house.hc, house.member):
        assert flag in words(house.page(who, f"/consultations/{reference}"))
    with house.app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "override")).one()
        assert (entry.actor_id, entry.detail["code"]) == (house.chair.person_id, "funds_lapse")
    for who in (house.hc, house.boss, house.officer, house.head):
        report = words(house.page(who, "/reports/hc-month"))
        for told in (
            "Borehole in Bankass",
            reference,
            "Charlotte Chair",
            "5 of 10",
            "The funds lapse before",
            "Le fonds expire le 20",
        ):
            assert told in report, told
        assert "Mopti 1 0 of 1 5; 5 100 % (4 of 4) 1" in report
    assert "month=2019-11" not in house.page(house.hc, "/reports/hc-month").text, "nothing was before"
    assert "month=2019-12" in house.page(house.hc, "/reports/hc-month?month=2020-01").text
    for who in (house.chair, house.manager, house.ngo, house.g9):
        assert house.page(who, "/reports/hc-month").status_code == 404


def test_a_month_without_one_says_so_and_nonsense_is_this_month(house):
    page = words(house.page(house.hc, "/reports/hc-month?month=2019-11"))
    assert "There was none" in page
    assert "November 2019" in page
    for odd in ("2019-13", "x", "99999-01", "0001-01", ""):
        assert "December 2019" in words(house.page(house.hc, f"/reports/hc-month?month={odd}"))


def test_an_override_is_only_for_a_sitting_that_comes_too_early(house):
    reference = house.opened()
    late, early = house.calls(RIPE), house.calls(EARLY)
    assert house.overrides(reference, late).status_code == 422
    for who in (house.manager, house.member, house.officer, house.g9):
        assert house.overrides(reference, early, who).status_code == 404, who
    assert house.overrides(reference, early, house.other_chair).status_code == 404
    assert house.overrides(reference, early, house.secretary).status_code == 422, "not of her committee"
    assert house.state(reference) == "consultation"


def test_two_working_days_are_left_between_its_end_and_the_sitting(house):
    reference = house.opened()
    sitting = house.calls("2019-12-24")
    house.to("2019-12-24")
    assert house.state(reference) == "consulted"
    house.press(house.manager, f"/sittings/{sitting}/project", of=reference, qip=reference)
    assert house.state(reference) == "consulted", "the clock has ended, and the committee has had no time to read"
    assert house.overrides(reference, sitting).status_code == 303
    assert "after 10 of 10 working days" in words(house.page(house.hc, f"/consultations/{reference}"))


# ---- calling, moving, cancelling ---------------------------------------------------------------------------------


def test_what_is_ripe_by_its_day_is_on_the_agenda_by_itself(house):
    ripe, other = house.consulted("q1"), house.qip("q2")
    sitting = house.calls(RIPE)
    assert house.state(ripe) == "scheduled"
    assert house.state(other) == "registered"
    page = words(house.page(house.member, f"/sittings/{sitting}"))
    assert f"Borehole in Bankass {ripe}" in page
    assert house.row(ripe).due_who == "lprc_chair"


def test_what_becomes_ripe_later_is_put_on_it_by_the_manager_or_with_one_press(house):
    sitting = house.calls(RIPE)
    reference = house.consulted()
    assert house.state(reference) == "consulted"
    house.press(house.chair, f"/sittings/{sitting}/agenda", of=sitting)
    assert house.state(reference) == "scheduled"
    house.press(house.manager, f"/sittings/{sitting}/project", of=reference, qip=reference, off="yes")
    assert house.state(reference) == "consulted"
    house.press(house.manager, f"/sittings/{sitting}/project", of=reference, qip=reference)
    assert house.state(reference) == "scheduled"


def test_nobody_calls_another_committee_nor_for_a_day_off_or_a_day_that_is_past(house):
    for who, committee, day in (
        (house.other_chair, "LPRC-C", RIPE),
        (house.chair, "PRC", RIPE),
        (house.secretary, "LPRC-C", RIPE),
        (house.chair, "LPRC-C", "2019-12-25"),
        (house.chair, "LPRC-C", "2019-12-28"),
        (house.chair, "LPRC-C", "2019-12-06"),
        (house.chair, "LPRC-C", "2029-12-06"),
    ):
        form = {"committee": committee, "day": day, "members": ["ocha"]}
        assert house.browser(who).post("/sittings/new", data=form).status_code == 422, (committee, day)
    for who in (house.member, house.officer, house.g9, house.hc):
        assert house.browser(who).post("/sittings/new", data={}).status_code == 404
    assert house.calls(RIPE, house.manager) == house.calls(RIPE), (
        "the same committee on the same day is the same sitting"
    )


def test_moved_earlier_than_a_consultation_allows_it_stays_where_it_was(house):
    reference = house.consulted()
    sitting = house.calls("2019-12-27")
    refused = house.press(house.chair, f"/sittings/{sitting}/move", of=sitting, day="2019-12-24")
    assert (refused.status_code, errors(refused)) == (422, ["f-day"])
    assert reference in words(refused)
    assert house.row(sitting).facts["day"] == "2019-12-27"
    assert house.press(house.chair, f"/sittings/{sitting}/move", of=sitting, day=RIPE).status_code == 303
    assert house.row(sitting).facts["day"] == RIPE
    assert house.row(reference).due_at.date().isoformat() == "2019-12-27", "the end of the 26th"


def test_a_sitting_that_is_cancelled_gives_back_what_was_on_its_agenda(house):
    reference = house.consulted()
    sitting = house.calls()
    assert house.press(house.chair, f"/sittings/{sitting}/cancel", of=sitting, code="").status_code == 422
    assert house.press(house.chair, f"/sittings/{sitting}/cancel", of=sitting, code="security").status_code == 303
    assert (house.state(sitting), house.state(reference)) == ("cancelled", "consulted")
    assert house.row(reference).facts["sitting"] is None
    again = house.calls()
    assert again != sitting
    assert house.state(reference) == "scheduled"


def test_of_an_override_whose_sitting_is_cancelled_the_clock_runs_on(house):
    reference = house.opened()
    sitting = house.calls(EARLY)
    house.to(EARLY)
    house.overrides(reference, sitting)
    house.press(house.chair, f"/sittings/{sitting}/cancel", of=sitting, code="no_quorum")
    assert house.state(reference) == "consultation"
    assert "by an override" not in words(house.page(house.hc, f"/consultations/{reference}"))
    assert "Charlotte Chair" in words(house.page(house.hc, "/reports/hc-month")), (
        "what was done is not undone in the report"
    )
    house.to(LAST)
    assert house.state(reference) == "consultation"
    house.to("2019-12-24")
    assert house.state(reference) == "consulted"


# ---- deciding ----------------------------------------------------------------------------------------------------


def test_only_the_chair_decides_in_a_local_committee_and_only_the_secretary_in_the_national_one(house):
    reference = house.consulted()
    local = house.calls()
    house.to(RIPE)
    for who in (house.secretary, house.member, house.manager, house.officer, house.other_chair, house.g9):
        assert house.decides(local, reference, who=who).status_code == 404
    assert house.decides(local, reference).status_code == 303
    national = house.calls("2019-12-27", house.secretary, "PRC")
    house.to("2019-12-27")
    assert house.decides(national, reference, "prc_approve", who=house.chair).status_code == 404
    assert reference in house.page(house.secretary, f"/sittings/{national}").text
    assert house.decides(national, reference, "prc_approve", who=house.secretary).status_code == 303
    row = house.row(reference)
    assert (row.state, row.due_event, row.due_who) == ("approved", "sign", "qip_manager")
    assert "Mopti 1 1 of 1 10; 10" in words(house.page(house.hc, "/reports/hc-month")), "counted once"


def test_the_national_committee_exists_for_every_sector_and_a_local_one_for_its_own(house):
    local, national = house.calls(), house.calls("2019-12-27", house.secretary, "PRC")
    assert house.page(house.chair, f"/sittings/{local}").status_code == 200
    assert house.page(house.other_chair, f"/sittings/{local}").status_code == 404
    for who in (house.chair, house.other_chair, house.member):
        assert house.page(who, f"/sittings/{national}").status_code == 200
    for who in (house.ngo, house.wash, house.forum):
        assert house.page(who, f"/sittings/{local}").status_code == 404


def test_before_its_day_nothing_is_decided(house):
    reference = house.consulted()
    sitting = house.calls()
    assert house.decides(sitting, reference).status_code == 422
    assert house.press(house.chair, f"/sittings/{sitting}/minutes", of=sitting, present=["ocha"]).status_code == 422
    assert (house.state(sitting), house.state(reference)) == ("called", "scheduled")


@pytest.mark.parametrize(
    ("event", "code", "form", "field"),
    [
        ("recommend", "relocate", {}, "f-code"),
        ("reject", "proceed_unchanged", {}, "f-code"),
        ("recommend", "proceed_unchanged", {"words": ""}, "f-words"),
        ("recommend", "proceed_with_mitigation", {}, "f-conditions-0-kind"),
        ("recommend", "proceed_with_mitigation", {"conditions-0-kind": "signage"}, "f-conditions-0-by_role"),
        ("recommend", "proceed_unchanged", {**ASKED, "conditions-0-until": "2019-12-01"}, "f-conditions-0-until"),
        ("prc_approve", "proceed_unchanged", {}, "f-event"),
        ("", "proceed_unchanged", {}, "f-event"),
    ],
)
def test_an_outcome_that_does_not_go_with_the_decision_is_sent_back(house, event, code, form, field):
    reference = house.consulted()
    sitting = house.calls()
    house.to(RIPE)
    refused = house.decides(sitting, reference, event, code, **form)
    assert refused.status_code == 422
    assert field in errors(refused)
    assert house.state(reference) == "scheduled"


def test_a_decision_is_recorded_once(house):
    reference = house.consulted()
    sitting = house.calls()
    house.to(RIPE)
    version = str(house.row(reference).version)
    assert house.decides(sitting, reference, version=version).status_code == 303
    house.decides(sitting, reference, "reject", "withdraw", version=version)
    house.decides(sitting, reference, "reject", "withdraw")
    assert house.state(reference) == "recommended"


def test_of_two_who_act_at_once_one_wins(house):
    reference = house.consulted()
    sitting = house.calls()
    house.to(RIPE)
    version, lost = house.row(reference).version, []

    def act(event, code):
        def do():
            try:
                args = (sitting, reference, version, event, code, "motif", [])
                service.decide(*args, house.chair.audience, house.mission, house.now)
            except Refused as error:
                lost.append(error)

        return do

    at_once(house.app, act("recommend", "proceed_unchanged"), act("reject", "withdraw"))
    assert len(lost) == 1
    taken = [event for event in house.events(reference) if event in ("recommend", "reject")]
    assert len(taken) == 1


def test_what_is_returned_is_the_manager_s_to_amend(house):
    reference = house.consulted()
    sitting = house.calls()
    house.to(RIPE)
    assert house.decides(sitting, reference, "return", "relocate").status_code == 303
    row = house.row(reference)
    assert (row.state, row.due_event, row.due_who) == ("returned", "amend", "qip_manager")


# ---- conditions --------------------------------------------------------------------------------------------------


def test_conditions_are_followed_up_until_they_are_met(house):
    reference = house.consulted()
    sitting = house.calls()
    house.to(RIPE)
    assert house.decides(sitting, reference, "recommend", "proceed_with_mitigation", **ASKED).status_code == 303
    sign, meeting = conditions(house)
    assert (sign.due_who, meeting.due_who) == ("qip_manager", "cimic")
    mine, _others = words(house.page(house.manager, "/procedures")).split("Waits for others")
    assert sign.reference in mine
    assert meeting.reference not in mine
    page = f"/conditions/{sign.reference}"
    form = {"event": "done", "words": "Panneau posé"}
    assert house.press(house.g9, page, of=sign.reference, **form).status_code == 404, "another's"
    assert house.press(house.manager, page, of=sign.reference, event="done", words="").status_code == 422
    assert house.press(house.manager, page, of=sign.reference, **form).status_code == 303
    assert house.state(sign.reference) == "done"
    assert sign.reference not in words(house.page(house.manager, "/procedures"))
    house.to("2020-01-16")
    line = words(house.page(house.g9, "/procedures")).split("Waits for others")[0]
    assert meeting.reference in line
    assert "late" in line
    shown = words(house.page(house.member, f"/sittings/{sitting}"))
    assert "Une réunion avec le maire" in shown
    assert "To be met late" in shown


def test_whoever_set_a_condition_gives_more_time_lifts_it_or_finds_that_it_is_not_met(house):
    reference = house.consulted()
    sitting = house.calls()
    house.to(RIPE)
    house.decides(sitting, reference, "recommend", "proceed_with_mitigation", **ASKED)
    sign, meeting = conditions(house)
    page = f"/conditions/{sign.reference}"
    assert house.press(house.chair, page, of=sign.reference, event="extend", until="2019-12-01").status_code == 422
    assert house.press(house.secretary, page, of=sign.reference, event="lift", words="x").status_code == 404
    house.press(house.chair, page, of=sign.reference, event="extend", until="2020-03-02")
    assert house.row(sign.reference).due_at.date().isoformat() == "2020-03-03"
    house.press(house.manager, page, of=sign.reference, event="done", words="posé")
    house.press(house.chair, page, of=sign.reference, event="reopen", words="pas de logo")
    assert house.row(sign.reference).due_who == "qip_manager"
    house.press(house.chair, f"/conditions/{meeting.reference}", of=meeting.reference, event="lift", words="sans objet")
    assert house.state(meeting.reference) == "lifted"
    for who in (house.ngo, house.wash, house.other_chair):
        assert house.page(who, page).status_code == 404


# ---- minutes -----------------------------------------------------------------------------------------------------


def test_minutes_say_who_sat_by_role_and_what_was_decided_and_a_correction_keeps_what_stood_there(house):
    first, second = house.opened("q1"), house.opened("q2")
    house.to("2019-12-24")
    sitting = house.calls()
    house.to(RIPE)
    house.decides(sitting, first)
    path = f"/sittings/{sitting}/minutes"
    assert house.press(house.chair, path, of=sitting, present=[], words="x").status_code == 422
    for who in (house.manager, house.secretary, house.member):
        assert house.press(who, path, of=sitting, present=["ocha"], words="x").status_code == 404
    assert (
        house.press(house.chair, path, of=sitting, present=["ocha", "unpol"], words="Première version").status_code
        == 303
    )
    assert house.state(sitting) == "held"
    assert house.state(second) == "consulted", "it was not reached"
    house.press(house.chair, path, of=sitting, present=["ocha"], words="Seconde version")
    page = words(house.page(house.member, f"/sittings/{sitting}"))
    assert "Seconde version" in page
    assert "Before correction 1: UN Police, OCHA Première version" in page
    assert "Recommend Proceed unchanged" in page
    house.decides(sitting, second)
    assert house.state(second) == "consulted", "a sitting that is over decides no more"


def test_a_sitting_is_due_until_its_minutes_are_written(house):
    sitting = house.calls(RIPE)
    assert (house.row(sitting).due_event, house.row(sitting).due_who) == ("hold", "lprc_chair")
    house.to("2019-12-27", 9)
    assert "late" in words(house.page(house.chair, "/sittings"))
    house.press(house.chair, f"/sittings/{sitting}/minutes", of=sitting, present=["ocha"], words="")
    assert house.row(sitting).due_event == ""
    assert house.row(sitting).ended_at is not None


def test_where_a_sector_has_no_local_committee_the_national_one_decides_as_the_first(house):
    reference = house.consulted(committee="PRC")
    sitting = house.calls(RIPE, house.secretary, "PRC")
    assert house.state(reference) == "scheduled"
    house.to(RIPE)
    assert house.decides(sitting, reference, "prc_approve", who=house.secretary).status_code == 303
    assert house.state(reference) == "approved"
    assert "0 Project Review Committee 1 1 of 1" in words(house.page(house.hc, "/reports/hc-month"))


def test_the_page_of_the_project_says_where_its_consultation_stands_and_flags_an_override(house):
    reference = house.qip()
    assert f"/consultations/{reference}/open" in house.page(house.manager, f"/qips/{reference}").text
    assert f"/consultations/{reference}/open" not in house.page(house.chair, f"/qips/{reference}").text
    house.press(house.manager, f"/consultations/{reference}/open", of=reference)
    sitting = house.calls(EARLY)
    house.to(EARLY)
    assert "by an override" not in words(house.page(house.manager, f"/qips/{reference}"))
    house.overrides(reference, sitting)
    for who in (house.manager, house.chair, house.officer, house.hc):
        assert "after 5 of 10 working days of consultation, by an override" in words(
            house.page(who, f"/qips/{reference}")
        )
    for who in (house.ngo, house.wash):
        page = words(house.page(who, f"/qips/{reference}"))
        assert "It runs until" in page
        assert "override" not in page
