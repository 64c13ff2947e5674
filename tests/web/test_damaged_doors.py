"""A filing that nobody can read is said to its owner to be so. To everybody else it is missing like what never was, at every
door that takes its reference."""

from __future__ import annotations

import make
import pytest
from deskhouse import DeskHouse
from planted import plain
from sqlalchemy import update

from deconflict.domain import roles
from deconflict.domain.filing import Level
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.items import ItemVersion

MISSING = "ZZZZZ"
DOORS = [("GET", ""), ("GET", "/filed"), ("GET", "/amend"), ("GET", "/cancel"), ("POST", "/amend"), ("POST", "/cancel")]


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


@pytest.fixture
def pages(house):
    """Both items of a case damaged; for each blueprint the reference, its owner, and whoever files on that side besides."""
    notice, plan = house.meet()
    sector = {"C": "E"}.get(sector_of(house), "C")
    house.damage(notice)
    house.damage(plan)
    stranger = house.make_account(roles.FOCAL_POINT, roles.SUBMITTER, organisation="Association Badenya", language="en")
    elsewhere = house.make_account(roles.CIMIC, organisation="Mission", scope=sector, language="en")
    return {
        "notices": (notice, house.browser(house.ngo), house.browser(stranger)),
        "plans": (plan, house.browser(house.g9), house.browser(elsewhere)),
    }


def sector_of(house):
    with house.app.app_context():
        return db.session.get_one(Case, house.case.id).mission.sector


def asks(browser, method, address):
    data = {"_do": "file", "reason": "x"} if method == "POST" else None
    return browser.open(address, method=method, data=data)


@pytest.mark.parametrize("name", ["notices", "plans"])
@pytest.mark.parametrize(("method", "door"), DOORS)
def test_what_is_another_s_is_missing_whether_it_can_be_read_or_not(pages, name, method, door):
    reference, owner, stranger = pages[name]
    there, nowhere = (asks(stranger, method, f"/{name}/{code}{door}") for code in (reference, MISSING))
    assert (there.status_code, plain(there)) == (nowhere.status_code, plain(nowhere))
    assert there.status_code == 404
    assert asks(owner, method, f"/{name}/{reference}{door}").status_code == 422


def test_a_damaged_item_does_not_tell_its_owner_of_a_case_before_the_desk_does(house):
    """Even who could guess the reference of his side finds nothing behind it while nothing was said to him."""
    notice, _plan = house.meet(level=Level.MATCH_ONLY)
    case = house.case
    with house.app.app_context(), transaction() as session:
        session.execute(
            update(ItemVersion).where(ItemVersion.item_id == case.humanitarian_id).values(filing={"filed": "notice"})
        )
    owner = house.browser(house.ngo)
    assert owner.get(f"/requests/{case.humanitarian_reference}").status_code == 404
    assert owner.get(f"/notices/{notice}").status_code == 422


def test_a_damaged_notice_is_missing_for_the_head_of_a_sub_office_at_every_door_of_the_desk(house):
    """It may have been a sensitive one."""
    notice = house.files(house.ngo, make.distribution("Gossi", "20 Dec 09:00-15:00"))
    house.damage(notice)
    for address in (house.url(), house.url("log"), house.url("map"), house.url("hold"), f"/desk/items/{notice}"):
        assert house.head_desk.get(address).status_code == 404, address
    for address in (
        house.url("take"),
        house.url("relay"),
        f"/desk/items/{notice}/read",
        f"/desk/items/{notice}/return",
    ):
        assert house.head_desk.post(address, data={"round": "1", "version": "1"}).status_code == 404, address
