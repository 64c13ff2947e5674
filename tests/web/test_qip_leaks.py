"""What of a QIP reaches nobody who may not have it, on any page that he can open; and golden scenario 5 through the project's pages."""

from __future__ import annotations

from datetime import timedelta

import make
import pytest
from pages import words
from qip_pages import PROJECT, QipHouse

from deconflict.domain import roles
from deconflict.domain.filing import postponed
from deconflict.domain.qips import CONSULTED, READERS

PARTNER = "ONG Sahel zq"
MONEY = ("45,000", "45 000", "45\u202f000", "45\u00a0000", "45000")
TITLE = (PROJECT["title_fr"], PROJECT["title_en"], "Forage de l&#39;école")
DAYS = ("1 February 2020", "30 June 2020", "2020-02-01", "2020-06-30")
SIGN = PROJECT["signage"]
EXACT = ("14.9924", "-2.9512", "14.99", "30P")
OUTSIDE = sorted(CONSULTED)
NO_BUSINESS = sorted(roles.ALL - CONSULTED - READERS)
OUTLETS = ("/", "/qips", "/procedures", "/ours", "/notices", "/plans", "/requests", "/desk", "/desk/items")


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return QipHouse(app, mission, make_account, sign_in)


def everything(browser, reference):
    """Every page that may speak of a project, one after the other."""
    paths = (*OUTLETS, f"/qips/{reference}", f"/qips/{reference}/amend", f"/qips/{reference}/event/ceremony")
    return "\n".join(browser.get(path).text for path in paths)


def found(text, *planted):
    return [one for one in planted if one in text]


@pytest.mark.parametrize("role", OUTSIDE)
def test_whoever_is_consulted_knows_of_nothing_before_then_place_sector_and_month_alone(house, role):
    reference = house.registers()
    house.turn()
    browser = house.reader(role)
    assert browser.get(f"/qips/{reference}").status_code == 404
    assert found(everything(browser, reference).replace(f"/qips/{reference}", ""), reference, PARTNER, *TITLE) == []
    house.opens(reference)
    text = everything(browser, reference)
    assert found(text, PARTNER, *MONEY, *TITLE, *DAYS, *EXACT, SIGN) == []
    page = words(browser.get(f"/qips/{reference}"))
    for told in ("Water, sanitation and hygiene", "Douentza", "February 2020", "June 2020"):
        assert told in page
    assert ("Local NGO" in page) == (role != roles.SUBMITTER)


@pytest.mark.parametrize("role", OUTSIDE)
def test_once_the_committee_has_approved_it_they_read_its_title_and_its_budget_and_never_the_partner_nor_the_days(
    house, role
):
    reference = house.registers()
    house.approves(reference)
    event = house.plans_event(reference, "ceremony", "2020-05-14", "10:00", "10:30", "12:00", "12:30")
    for step in ("sign", "start"):
        house.steps(reference, step, on="2019-12-07")
    text = everything(house.reader(role), reference)
    # nor the last day, which is by when somebody must act, nor that of the beginning
    assert found(text, PARTNER, *DAYS, *EXACT, SIGN, event, "14 May", "7 Jun", "1 Jul", "7 December") == []
    assert "45,000 USD" in text
    assert "Borehole of the school" in text


@pytest.mark.parametrize("role", NO_BUSINESS)
def test_for_whoever_has_no_business_with_it_there_is_no_such_page(house, role):
    reference = house.registers()
    house.approves(reference)
    browser = house.reader(role)
    assert browser.get(f"/qips/{reference}").status_code == 404
    assert browser.get("/qips").status_code == 404


@pytest.mark.parametrize(
    "role",
    [
        roles.LPRC_MEMBER,
        roles.LPRC_CHAIR,
        roles.PRC_SECRETARY,
        roles.QIP_MANAGER,
        roles.CIMIC,
        roles.OPS,
        roles.HC_OFFICE,
    ],
)
def test_of_what_humanitarians_plan_there_no_page_of_the_mission_or_a_committee_says_anything(house, role):
    reference = house.registers()
    notice = house.files(house.ngo, house.wash("Douentza", "20 Dec 08:00-12:00"))
    assert house.rules() == {"R04c"}
    browser = house.reader(role)
    text = everything(browser, reference)
    assert found(text, notice, "ONG Alpha", "180 days", "Same aid", house.cases()[0].reference) == []
    page = words(browser.get(f"/qips/{reference}"))
    assert PARTNER in page or role == roles.OPS
    assert ("45,000 USD" in page) == (role != roles.OPS)


def test_the_answer_after_registering_is_the_same_whatever_humanitarians_plan_there(house):
    house.files(house.ngo, house.wash("Douentza", "20 Dec 08:00-12:00"))
    reference = house.registers()
    house.turn()
    with_one = words(house.manager.get(f"/qips/{reference}")).replace(reference, "REFER")
    other = house.registers(_key="4" * 32, **{"stops-0-place": "Bankass"})
    house.turn()
    alone = words(house.manager.get(f"/qips/{other}")).replace(other, "REFER").replace("Bankass", "Douentza")
    assert _without_cercle(with_one) == _without_cercle(alone)


def _without_cercle(text):
    return text.partition("Place")[0] + text.partition("Works")[2].partition("What was done")[0]


def test_of_a_sensitive_notice_the_head_of_a_sub_office_is_not_told_and_the_officer_is(house):
    reference = house.registers(sector="protection")
    notice = house.files(
        house.ngo, make.distribution("Douentza", "20 Dec 08:00-12:00", kind="PROT_MON", level=make.Level.MATCH_ONLY)
    )
    assert notice in house.desk.get(f"/qips/{reference}").text
    assert notice not in house.head_desk.get(f"/qips/{reference}").text
    assert "0 humanitarian activities" in words(house.head_desk.get(f"/qips/{reference}"))


# ---- golden scenario 5 -------------------------------------------------------------------------------------------


def kits(mission, later):
    """Hygiene kits given out in Douentza on the 16th of May, or so many days later."""
    return postponed(make.distribution("Douentza", "10 Dec 09:00-12:00", kind="DIST_NFI"), 158 + later, 0, mission.zone)


def approved_with_a_handover(house, **change):
    reference = house.registers(**change)
    house.approves(reference)
    return reference, house.plans_event(reference, "ceremony", "2020-05-14", "10:00", "10:30", "11:00", "11:30")


def test_a_handover_two_days_before_a_distribution_is_found_by_its_week_and_by_the_works(house, mission):
    approved_with_a_handover(house)
    notice = house.files(house.ngo, kits(mission, 0))
    assert "R05b" in house.rules()
    ceremony = next(case for case in house.cases() if "R05b" in str(case.judgement))
    assert ceremony.severity == "high"
    house.amends(house.ngo, notice, kits(mission, 9))  # the 25th
    house.turn()
    assert "R05" not in "".join(house.standing_rules())
    assert house.standing_rules() == {"R04b"}  # the works are still going on


def test_eleven_days_after_the_handover_and_a_month_after_the_works_nothing_is_left(house, mission):
    approved_with_a_handover(house, ends_on="2020-04-30")
    notice = house.files(house.ngo, kits(mission, 0))
    assert "R05b" in house.standing_rules()
    house.amends(house.ngo, notice, kits(mission, 9))
    house.turn(timedelta(seconds=6))
    assert house.standing_rules() == set()


def test_the_event_ends_with_its_own_cancellation_and_the_project_says_so(house):
    reference, event = approved_with_a_handover(house)
    assert house.manager.post(f"/plans/{event}/cancel", data={"reason": "Reportée"}).status_code == 303
    page = words(house.manager.get(f"/qips/{reference}"))
    assert "Cancelled" in page.partition("Visible events")[2]
