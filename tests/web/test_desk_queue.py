"""The queue as an officer asks for it: filters, what is new to him, cases of one talk, taking one without leaving the list."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import make
import pytest
from deskhouse import NEAR_BANKASS, DeskHouse
from pages import words
from sqlalchemy import select

from deconflict.services import filing
from deconflict.store.base import db
from deconflict.store.people import Organisation

VILLAGES = ("Bankass", "Koro", "Bandiagara")


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def listed(page):
    return re.findall(r'href="/desk/([0-9A-Z]{5})"', page.text)


def patrol_through_villages(house, *, kind="DIST_FOOD", villages=VILLAGES):
    """A long patrol that halts in three places where people are served that day; its reference."""
    for n, place in enumerate(villages):
        house.files(house.ngo, make.distribution(place, f"1{n} Dec 09:00-15:00", kind=kind))
    return house.files(house.g9, tour(villages))


def tour(places):
    """One patrol that halts in a place a day."""
    halts = [make.presence(place, f"1{n} Dec 13:00-16:00", None) for n, place in enumerate(places)]
    return replace(make.patrol(places[0], "10 Dec 13:00-16:00"), stops=tuple(stop for halt in halts for stop in halt))


def talk(reference, act=""):
    return f"/desk/group/{reference}" + (f"/{act}" if act else "")


def ticked(house, *left_out):
    return [f"{case.reference}:{case.round}" for case in house.cases() if case.reference not in left_out]


def owners(house):
    return [case.owner_id for case in house.cases()]


# ---- filters -------------------------------------------------------------------------------------------------------


def test_the_queue_is_filtered_by_organisation_sector_and_rule_and_its_counts_follow(house):
    house.meet()
    house.files(house.ngo, make.distribution("Ansongo", "13 Dec 09:00-15:00"))
    house.files(house.g9, make.patrol("Ansongo", "13 Dec 13:00-16:00"))
    bankass, ansongo = (case for case in house.cases())
    with house.app.app_context():
        ngo = db.session.scalars(select(Organisation.id).where(Organisation.name == "ONG Alpha")).one()
        sectors = [case.humanitarian.sector for case in house.cases()]
    assert sectors[0] != sectors[1]
    page = house.desk.get(f"/desk?sector={sectors[1]}")
    assert listed(page) == [ansongo.reference]
    assert "1 open" in words(page)
    assert "1 of 2 shown" in words(page)
    assert len(listed(house.desk.get(f"/desk?organisation={ngo}"))) == 2
    assert len(listed(house.desk.get("/desk?organisation=999&sector=x&rule=y"))) == 2
    rule = bankass.judgement["hits"][0]["rule_id"]
    assert bankass.reference in listed(house.desk.get(f"/desk?rule={rule}"))
    other = next(one.id for one in house.mission.pack.rules if not any(one.id in case.rules for case in house.cases()))
    assert "No open case here." in words(house.desk.get(f"/desk?rule={other}"))


def test_what_was_asked_for_is_carried_into_the_blind_view_and_back(house):
    house.meet()
    page = house.desk.get("/desk?severity=critical&apart=1").text
    blind = re.search(r'href="(/desk\?blind=1[^"]*)"', page)[1].replace("&amp;", "&")
    assert "severity=critical" in blind
    back = re.search(r'href="(/desk\?[^"]*)">Show everything', house.desk.get(blind).text)[1]
    assert "severity=critical" in back
    assert "blind" not in back


def test_a_case_is_taken_from_the_list_which_stays_as_it_was_asked_for(house):
    house.meet()
    page = house.desk.get("/desk?severity=critical")
    form = re.search(r'<form method="post" action="(/desk/\w{5}/take-here)".*?</form>', page.text, re.DOTALL)
    assert 'name="severity" value="critical"' in form[0]
    answer = house.desk.post(form[1], data={"round": "1", "severity": "critical"})
    assert answer.location == "/desk?severity=critical"
    said = words(house.desk.get(answer.location))
    assert f"{house.case.reference} is yours." in said
    assert "Mine" in said
    assert "Take it" not in said


def test_whoever_presses_second_in_the_list_reads_who_was_first_and_when(house):
    house.meet()
    here = house.url("take-here")
    house.desk.post(here, data={"round": "1"})
    house.now += timedelta(minutes=3)
    answer = house.other_desk.post(here, data={"round": "1"})
    said = words(house.other_desk.get(answer.location))
    assert "Somebody else has taken this case: Oumou, on Sat 7 Dec 06:00." in said
    assert house.case.owner_id == house.officer.person_id


# ---- new to him ----------------------------------------------------------------------------------------------------


def test_what_came_since_an_officer_looked_is_marked_until_he_says_that_he_has_seen_it(house):
    house.meet()
    page = house.desk.get("/desk")
    assert "New to you" in words(page)
    assert "New to you" in words(house.desk.get("/desk")), "opening it is not reading it"
    until = re.search(r'name="until" value="([^"]+)"', page.text)[1]
    house.now += timedelta(minutes=5)
    house.files(house.ngo, make.distribution("Koro", "9 Dec 09:00-11:00"))
    house.files(house.g9, make.patrol("Koro", "9 Dec 10:00-12:00"))
    house.desk.post("/desk/seen", data={"until": until})
    said = words(house.desk.get("/desk"))
    assert said.count("New to you") == 1, "what came after the page he read stays marked"
    assert "1 is new or has changed since you last looked." in said
    assert words(house.other_desk.get("/desk")).count("New to you") == 2, "his colleague has seen nothing"
    assert len(listed(house.desk.get("/desk?new=1"))) == 1


def test_a_case_that_changes_is_marked_again(house):
    notice, _plan = house.meet()
    house.now += timedelta(minutes=1)
    house.desk.post("/desk/seen", data={"until": house.now.isoformat()})
    assert "looked" not in words(house.desk.get("/desk"))
    house.now += timedelta(hours=1)
    house.amends(house.ngo, notice, make.distribution("Bankass", "10 Dec 08:00-14:00"))
    assert "Changed since you looked" in words(house.desk.get("/desk"))


@pytest.mark.parametrize("until", ["2099-01-01T00:00:00+00:00", "2019-12-07", "yesterday", ""])
def test_nobody_sees_the_future_and_what_is_no_instant_marks_nothing(house, until):
    house.desk.post("/desk/seen", data={"until": until})
    house.now += timedelta(minutes=1)
    house.meet()
    assert "New to you" in words(house.desk.get("/desk"))


# ---- talks ---------------------------------------------------------------------------------------------------------


def test_a_patrol_through_villages_is_one_entry_with_its_cases_and_each_case_by_itself_when_asked(house):
    plan = patrol_through_villages(house)
    assert len(house.cases()) == 3
    page = house.desk.get("/desk")
    assert "3 cases in one talk" in words(page)
    assert f'href="{talk(plan)}"' in page.text
    assert set(listed(page)) == {case.reference for case in house.cases()}
    assert "in one talk" not in words(house.desk.get("/desk?apart=1"))
    assert "in one talk" not in words(house.desk.get("/desk?blind=1"))


def test_one_press_takes_a_talk_and_another_hands_it_back(house):
    plan = patrol_through_villages(house)
    answer = house.desk.post(talk(plan, "take"), data={"member": ticked(house)})
    assert answer.location == talk(plan)
    assert owners(house) == [house.officer.person_id] * 3
    assert "3 cases are yours." in words(house.desk.get(talk(plan)))
    house.desk.post(talk(plan, "hand-back"), data={"member": ticked(house)})
    assert owners(house) == [None] * 3


def test_a_talk_is_taken_from_the_list_whole_but_for_what_another_has(house):
    patrol_through_villages(house)
    hers = house.cases()[0]
    house.other_desk.post(f"/desk/{hers.reference}/take", data={"round": "1"})
    form = re.search(
        r'<form method="post" action="([^"]*/take)" data-take>.*?</form>', house.desk.get("/desk").text, re.DOTALL
    )
    members = re.findall(r'name="member" value="(\w+:\d+)"', form[0])
    assert sorted(members) == sorted(ticked(house, hers.reference))
    answer = house.desk.post(form[1], data={"member": members, "list": "1", "severity": "critical"})
    assert answer.location == "/desk?severity=critical"
    assert owners(house) == [house.colleague.person_id, house.officer.person_id, house.officer.person_id]


def test_the_blind_list_says_when_the_first_clock_runs_out(house):
    house.meet()
    assert re.search(r'data-label="Runs out">in 15 min<', house.desk.get("/desk?blind=1").text)


def test_only_those_that_are_ticked_are_meant(house):
    plan = patrol_through_villages(house)
    out = house.cases()[1].reference
    house.desk.post(talk(plan, "take"), data={"member": ticked(house, out)})
    assert owners(house) == [house.officer.person_id, None, house.officer.person_id]
    answer = house.desk.post(talk(plan, "take"))
    assert answer.status_code == 422
    assert "Tick the cases that you mean." in words(answer)


def test_what_another_officer_has_is_left_and_named_with_who_and_when(house):
    plan = patrol_through_villages(house)
    hers = house.cases()[0]
    house.other_desk.post(f"/desk/{hers.reference}/take", data={"round": "1"})
    house.desk.post(talk(plan, "take"), data={"member": ticked(house)})
    assert owners(house) == [house.colleague.person_id, house.officer.person_id, house.officer.person_id]
    said = words(house.desk.get(talk(plan)))
    assert "2 cases are yours." in said
    assert f"Left as it was: {hers.reference}. Somebody else has taken this case: Demba, on Sat 7 Dec 06:00." in said


def test_a_talk_is_dismissed_with_one_reason_but_for_what_another_has(house):
    plan = patrol_through_villages(house)
    hers = house.cases()[0]
    house.other_desk.post(f"/desk/{hers.reference}/take", data={"round": "1"})
    form = {"member": ticked(house), "dismiss-code": "test", "dismiss-reason": "an exercise"}
    house.desk.post(talk(plan, "dismiss"), data=form)
    assert [case.state for case in house.cases()] == ["taken", "dismissed", "dismissed"]
    missing = house.desk.post(talk(plan, "dismiss"), data=form | {"dismiss-reason": " "})
    assert missing.status_code == 422
    assert "Say in a few words why" in words(missing)


def test_a_case_that_moved_on_since_the_page_was_read_is_left(house):
    plan = patrol_through_villages(house)
    stale = ticked(house)[0].replace(":1", ":0")
    house.desk.post(talk(plan, "take"), data={"member": [stale, *ticked(house)[1:]]})
    assert owners(house) == [None, house.officer.person_id, house.officer.person_id]
    assert f"Left as it was: {house.cases()[0].reference}. Somebody else acted on this a moment ago." in words(
        house.desk.get(talk(plan))
    )


def test_of_a_talk_a_sub_office_head_knows_the_members_that_exist_for_him(house):
    house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00", kind="PROT_MON"))
    house.files(house.ngo, make.distribution("Koro", "11 Dec 09:00-15:00"))
    house.files(house.ngo, make.distribution("Bandiagara", "12 Dec 09:00-15:00"))
    plan = house.files(house.g9, tour(VILLAGES))
    secret = house.cases()[0]
    assert "3 cases in one talk" in words(house.desk.get("/desk"))
    for address in ("/desk", talk(plan), "/desk?apart=1", "/desk?blind=1"):
        page = house.head_desk.get(address)
        assert secret.reference not in page.text, address
        assert len(listed(page)) == 2, address
    assert "2 open" in words(house.head_desk.get("/desk"))
    house.head_desk.post(talk(plan, "take"), data={"member": ticked(house)})
    assert owners(house)[0] is None
    assert secret.reference not in house.head_desk.get(talk(plan)).text


def test_a_page_of_a_talk_is_written_down_and_is_none_for_an_item_without_open_cases(house):
    assert house.desk.get(talk("ZZZZZ")).status_code == 404
    notice, _plan = house.meet()
    assert house.desk.get(talk(notice)).status_code == 200
    house.acts("dismiss", **{"dismiss-code": "test", "dismiss-reason": "an exercise"})
    assert house.desk.get(talk(notice)).status_code == 404
    assert house.desk.post(talk(notice, "take"), data={"member": ticked(house)}).status_code == 404


def test_of_a_very_long_talk_a_page_at_a_time_is_decided_and_reasons_are_said_once(house):
    with house.app.app_context():
        for n in range(40):
            what = make.distribution("Bankass", f"10 Dec 09:{n:02d}-15:00")
            filing.file_item(what, house.ngo.audience, f"n{n}", house.mission, house.now)
    plan = house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    for _ in range(4):
        house.turn()
    first, second = (listed(house.desk.get(f"{talk(plan)}?page={page}")) for page in (0, 1))
    assert (len(first), len(second)) == (36, 4)
    assert "40 open cases are about it." in words(house.desk.get(talk(plan)))
    assert house.desk.get(f"{talk(plan)}?page=2").status_code == 404
    house.other_desk.post(talk(plan, "take"), data={"member": ticked(house)})
    house.desk.post(talk(plan, "take"), data={"member": ticked(house)})
    assert words(house.desk.get(talk(plan))).count("Left as it was: ") == 1
    assert set(owners(house)) == {house.colleague.person_id}


def test_a_long_talk_shows_its_first_cases_and_says_how_many_more(house):
    for n in range(7):
        house.files(house.ngo, make.distribution("Bankass", f"10 Dec 09:{n:02d}-15:00"))
    plan = house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    page = house.desk.get("/desk")
    assert len(listed(page)) == 5
    assert "7 cases in one talk" in words(page)
    assert "2 more in this talk" in words(page)
    assert len(listed(house.desk.get(talk(plan)))) == 7


def test_a_notice_that_nobody_can_read_is_counted_for_no_sub_office_head(house):
    house.files(house.ngo, make.distribution("Koro", "9 Dec 09:00-11:00"))
    house.files(house.g9, make.patrol("Koro", "9 Dec 10:00-12:00"))
    house.damage(house.files(house.ngo, make.distribution("Gossi", "20 Dec 09:00-15:00")))
    assert "2 open" in words(house.desk.get("/desk"))
    assert "1 open" in words(house.head_desk.get("/desk"))
