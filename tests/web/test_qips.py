"""A QIP from its registration to its end on the mission's pages: what is asked, what is matched meanwhile, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import make
import pytest
from pages import errors, fields, window, words
from qip_pages import PROJECT, QipHouse
from sqlalchemy import func, select

from deconflict.domain import roles
from deconflict.domain.states import ItemState
from deconflict.store.base import db
from deconflict.store.items import Item
from deconflict.store.procedures import Procedure


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return QipHouse(app, mission, make_account, sign_in)


def test_a_project_is_registered_with_all_that_is_asked_and_stands_on_its_page(house):
    reference = house.registers()
    page = words(house.manager.get(f"/qips/{reference}"))
    for said in (
        "Borehole of the school",
        "Forage de l'école",
        "45,000 USD",
        "ONG Sahel zq",
        "Douentza",
        "Attached",
        "Civil Affairs",
    ):
        assert said in page
    assert "Registered" in page
    assert "Next: Open the consultation (QIP manager)" in page
    assert reference in words(house.manager.get("/qips"))


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(house):
    answer = house.manager.post(
        "/qips/new",
        data=PROJECT
        | {
            "budget_usd": "50,001",
            "ends_on": "2020-09-01",
            "signage": "Don de l'aide humanitaire de la mission",
            "stops-0-place": "Nowhere-sur-Rien",
            "partner": "ONG Sahel, 12 soldats",
            "work_plan": "",
        },
    )
    assert answer.status_code == 422
    assert errors(answer) == ["f-stops-0-place", "f-ends_on", "f-budget_usd", "f-partner", "f-signage", "f-work_plan"]
    typed = fields(answer)
    assert (typed["budget_usd"], typed["stops-0-place"]) == ("50,001", "Nowhere-sur-Rien")
    assert typed["title_fr"] == PROJECT["title_fr"]
    with house.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Procedure)) == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"budget_usd": "0"}, "f-budget_usd"),
        ({"budget_usd": "45000.50"}, "f-budget_usd"),
        ({"starts_on": "2020-07-01", "ends_on": "2020-06-01"}, "f-ends_on"),
        ({"starts_on": "2019-03-01", "ends_on": "2019-06-01"}, "f-ends_on"),
        ({"starts_on": "2029-03-01", "ends_on": "2029-06-01"}, "f-starts_on"),
        ({"stops-0-position": "18.4411,-1.4078"}, "f-stops-0-position"),
        ({"category": "war"}, "f-category"),
        ({"title_en": ""}, "f-title_en"),
    ],
)
def test_each_limit_refuses_by_itself(house, change, field):
    assert field in errors(house.manager.post("/qips/new", data=PROJECT | change))


def test_the_longest_a_project_may_last_is_counted_to_the_day(house):
    assert (
        house.manager.post("/qips/new", data=PROJECT | {"starts_on": "2020-01-15", "ends_on": "2020-07-15"}).status_code
        == 422
    )
    assert house.registers(starts_on="2020-01-15", ends_on="2020-07-14")


def test_the_same_form_sent_twice_makes_one_project_and_one_item(house):
    assert house.registers() == house.registers()
    with house.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Procedure)) == 1
        assert db.session.scalar(select(func.count()).select_from(Item)) == 1


def test_from_registration_it_is_matched_as_a_proposal_and_after_approval_as_works_until_it_is_closed(house):
    reference = house.registers()
    assert house.matched(reference) == ("QIP_PROPOSAL", ItemState.SUBMITTED, "match_only")
    house.approves(reference)
    assert house.matched(reference) == ("QIP_WORKS", ItemState.SUBMITTED, "redacted")
    house.steps(reference, "sign", on="2019-12-07")
    house.steps(reference, "start", on="2019-12-07")
    house.steps(reference, "complete", on="2019-12-07")
    assert house.matched(reference)[0] == "QIP_WORKS"
    house.steps(reference, "close", on="2019-12-07", code="met", words="Rapport final déposé")
    assert house.matched(reference)[1] == ItemState.CANCELLED
    page = words(house.manager.get(f"/qips/{reference}"))
    assert "It does what it was meant to do" in page


@pytest.mark.parametrize("how", ["reject", "cancel"])
def test_what_is_rejected_or_cancelled_is_matched_no_more(house, how):
    reference = house.registers()
    if how == "cancel":
        house.steps(reference, "cancel", code="duplicate", words="")
    else:
        house.forces(reference, "scheduled", "reject", roles.LPRC_CHAIR)
    assert house.matched(reference)[1] == ItemState.CANCELLED


def test_a_proposal_meets_the_same_aid_in_its_commune_and_works_meet_it_in_their_settlement(house):
    reference = house.registers()
    house.files(house.ngo, house.wash("Douentza", "20 Dec 08:00-12:00"))
    assert house.rules() == {"R04c"}
    house.approves(reference)
    house.turn()
    assert "R04a" not in house.rules()  # the works begin in February
    house.files(house.ngo, house.wash("Douentza", "20 Dec 08:00-12:00", later=62))
    assert "R04a" in house.rules()


def test_other_aid_in_the_commune_is_no_matter_of_a_proposal(house):
    house.registers()
    house.files(house.ngo, make.distribution("Douentza", "20 Dec 08:00-12:00"))
    assert house.cases() == []


def test_what_is_matched_is_no_plan_that_could_be_amended_past_its_project(house):
    reference = house.registers()
    item = house.item(reference).reference
    g9 = house.browser(house.g9)
    assert item not in g9.get("/plans").text
    answer = g9.get(f"/plans/{item}")
    assert (answer.status_code, answer.location) == (303, f"/qips/{reference}")
    for act in ("cancel", "postpone", "sharing", "amend", "again"):
        assert g9.post(f"/plans/{item}/{act}", data={"reason": "x", "days": "1"}).status_code == 404
    assert house.matched(reference)[1] == ItemState.SUBMITTED


def test_amending_moves_what_is_matched_and_one_who_was_slower_is_told_with_what_he_typed(house):
    reference = house.registers()
    form = fields(house.manager.get(f"/qips/{reference}/amend"))
    assert form["stops-0-place"]
    moved = form | {"stops-0-place": "Bankass", "budget_usd": "40000"}
    assert house.manager.post(f"/qips/{reference}/amend", data=moved).status_code == 303
    page = words(house.manager.get(f"/qips/{reference}"))
    assert "Bankass" in page
    assert "40,000 USD" in page
    assert house.item(reference).version == 2
    late = house.manager.post(f"/qips/{reference}/amend", data=form | {"budget_usd": "31000"})
    assert late.status_code == 409
    assert fields(late)["budget_usd"] == "31000"


def test_a_visible_event_is_written_from_the_page_of_its_project_and_both_say_so(house):
    reference = house.registers()
    form = fields(house.manager.get(f"/qips/{reference}/event/ceremony"))
    assert form["kind"] == "QIP_CEREMONY"
    assert form["qip"] == reference
    assert form["stops-0-place"].startswith("Douentza")
    event = house.plans_event(
        reference, "ceremony", "2019-12-14", "10:00", "10:30", "12:00", "12:30", civilian="yes", media="yes"
    )
    page = words(house.manager.get(f"/qips/{reference}"))
    assert event in page
    assert "Handover ceremony" in page
    assert "Nobody in uniform, media invited" in page
    assert house.facts(reference)["events"] == [event]
    assert "A visible event is planned" in page


def test_an_event_of_a_project_that_does_not_exist_is_not_filed(house):
    reference = house.registers()
    form = fields(house.manager.get(f"/qips/{reference}/event/stone")) | {"qip": "ZZZZZ"}
    form |= window("stops-0-arrive", "10:00", "10:30", "2019-12-14") | window(
        "stops-0-depart", "12:00", "12:30", "2019-12-14"
    )
    form |= {"level": "redacted"}
    review = house.manager.post("/plans/new/event", data=form | {"_do": "review"})
    assert review.status_code == 200, errors(review)
    answer = house.manager.post("/plans/new/event", data=fields(review) | {"_do": "file"})
    assert answer.status_code == 422
    assert "There is no such QIP" in words(answer)


def test_monitoring_suspension_and_the_steps_after_approval_are_written_down_in_order(house):
    reference = house.registers()
    assert house.tries(reference, "sign", on="2019-12-07").status_code == 422  # not approved
    assert house.state(reference) == "registered"
    house.approves(reference)
    house.steps(reference, "sign", on="2019-12-07")
    house.steps(reference, "start", on="2019-12-07")
    house.steps(reference, "visit", on="2019-12-07", code="delayed", words="La pompe manque")
    house.steps(reference, "suspend", code="security", words="")
    house.steps(reference, "resume", on="2019-12-07")
    assert house.state(reference) == "in_progress"
    page = words(house.manager.get(f"/qips/{reference}"))
    assert "Delayed" in page
    assert "La pompe manque" in page


def test_a_step_without_its_day_or_its_code_is_sent_back_with_what_was_typed(house):
    reference = house.registers()
    house.approves(reference)
    house.steps(reference, "sign", on="2019-12-07")
    house.steps(reference, "start", on="2019-12-07")
    answer = house.tries(reference, "visit", on="2031-01-01", code="", words="La pompe")
    assert answer.status_code == 422
    assert errors(answer) == ["f-visit-code"]
    answer = house.tries(reference, "visit", on="2031-01-01", code="delayed", words="La pompe")
    assert errors(answer) == ["f-visit-on"]
    assert "La pompe" in answer.text


def test_past_its_last_day_the_clock_says_so_once_and_its_works_go_on_being_matched(house):
    reference = house.registers()
    house.approves(reference)
    house.steps(reference, "sign", on="2019-12-07")
    house.steps(reference, "start", on="2019-12-07")
    house.turn(timedelta(days=170))
    assert "overrun_at" not in house.facts(reference)
    house.turn(timedelta(days=20))
    assert house.facts(reference)["overrun_at"]
    house.turn(timedelta(days=5))
    assert house.events(reference).count("overrun") == 1
    assert house.state(reference) == "in_progress"
    page = words(house.manager.get(f"/qips/{reference}"))
    assert "Over its time since" in page
    assert "late" in page
    assert house.item(reference).ends_at.year == 2200
    house.steps(reference, "complete", on="2020-06-10")
    assert "Over its time since" not in words(house.manager.get(f"/qips/{reference}"))


def test_two_projects_in_one_village_and_sector_are_found_and_told_to_ocha_alone(house):
    first = house.registers()
    second = house.registers(_key="1" * 32, title_en="Another borehole")
    elsewhere = house.registers(_key="2" * 32, **{"stops-0-place": "Bankass"})
    page = words(house.desk.get(f"/qips/{first}"))
    assert "1 other project of the mission" in page
    assert f"{second} QIP same settlement" in page
    assert elsewhere not in page
    assert "other project" not in words(house.manager.get(f"/qips/{first}"))
    assert second not in house.manager.get(f"/qips/{first}").text


def test_the_same_aid_by_humanitarians_is_counted_within_180_days_for_officers_alone(house):
    reference = house.registers()
    soon = house.files(house.ngo, house.wash("Douentza", "20 Dec 08:00-12:00"))
    later = house.files(house.ngo, house.wash("Douentza", "20 Dec 08:00-12:00", later=244))
    food = house.files(house.ngo, make.distribution("Douentza", "20 Dec 08:00-12:00"))
    page = words(house.desk.get(f"/qips/{reference}"))
    assert "1 humanitarian activity within 180 days" in page
    assert f"{soon} " in page
    assert later not in page
    assert food not in page
    for who in (
        house.manager,
        house.browser(house.g9),
        house.reader(roles.LPRC_MEMBER),
        house.reader(roles.PRC_SECRETARY),
    ):
        text = who.get(f"/qips/{reference}").text
        assert soon not in text
        assert "Same aid" not in text


def test_another_sectors_manager_neither_sees_nor_registers_there(house):
    reference = house.registers()
    other = house.reader(roles.QIP_MANAGER, scope="E")
    assert other.get(f"/qips/{reference}").status_code == 404
    assert reference not in other.get("/qips").text
    answer = other.post("/qips/new", data=PROJECT | {"_key": "3" * 32})
    assert answer.status_code == 422
    assert "another sector" in words(answer)
