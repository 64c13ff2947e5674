"""Who has a desk at all, what of it which officer sees, and where nothing of it may be read."""

from __future__ import annotations

import re

import make
import pytest
from deskhouse import NEAR_BANKASS, DeskHouse
from pages import words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.filing import Level
from deconflict.store.alerts import Alert
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.items import Item


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


@pytest.mark.parametrize("role", sorted(roles.ALL - roles.OFFICERS))
def test_nobody_else_has_a_desk(house, role):
    notice, _plan = house.meet()
    browser = house.browser(house.make_account(role))
    reads = ["/desk", "/desk/ended", "/desk/items", f"/desk/items/{notice}", "/desk/find", "/roster"]
    reads += [house.url(), house.url("ask") + "?side=mission&ask-mission=avoid_place&round=1"]
    assert {url: browser.get(url).status_code for url in reads} == dict.fromkeys(reads, 404)
    acts = ["take", "hand-back", "ask", "release", "agree", "dismiss", "relay", "closing"]
    writes = [house.url(act) for act in acts]
    writes += [f"/desk/items/{notice}/read", f"/desk/items/{notice}/return", "/roster", "/roster/1/end"]
    assert {url: browser.post(url).status_code for url in writes} == dict.fromkeys(writes, 404)


def test_a_sensitive_case_does_not_exist_for_the_head_of_a_sub_office(house):
    notice, _plan = house.meet(kind="PROT_MON", level=Level.MATCH_ONLY)
    assert house.case.eyes_only
    reference = house.case.reference
    assert house.desk.get(house.url()).status_code == 200
    assert house.head_desk.get(house.url()).status_code == 404
    assert house.head_desk.get(f"/desk/items/{notice}").status_code == 404
    assert house.acts("take", house.head_desk).status_code == 404
    for url in ("/desk", "/desk/items"):
        page = house.head_desk.get(url)
        assert reference not in page.text
        assert notice not in page.text
    assert "0 open" in words(house.head_desk.get("/desk"))
    missing = house.head_desk.post("/desk/find", data={"find": "ZZZZZ"})
    for known in (reference, house.case.humanitarian_reference, notice):
        found = house.head_desk.post("/desk/find", data={"find": known})
        assert found.status_code == missing.status_code == 200
        assert words(found).replace(known, "") == words(missing).replace("ZZZZZ", "")


def test_overnight_places_are_for_the_coordination_officer_only(house):
    whole = make.distribution("Bankass", "10 Dec 09:00-15:00")
    object.__setattr__(whole, "overnight", "overnight-7731")
    house.files(house.ngo, whole)
    house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    assert "overnight-7731" in house.desk.get(house.url()).text
    assert "overnight-7731" not in house.head_desk.get(house.url()).text


def test_who_was_told_by_which_channel_is_shown_without_codes(house):
    house.meet()
    page = house.desk.get(house.url())
    assert "Oumou" in words(page)
    assert "SMS: sent, not known to have arrived" in words(page)
    with house.app.app_context():
        codes = [alert.code for alert in db.session.scalars(select(Alert))]
    assert codes
    main = words(page)
    assert not [code for code in codes if re.search(rf"(?<!\d){code}(?!\d)", main.replace("2019", ""))]


def test_opening_a_case_and_a_filing_leaves_a_trace(house):
    notice, _plan = house.meet()
    house.desk.get(house.url())
    house.desk.get(f"/desk/items/{notice}")
    with house.app.app_context():
        seen = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "view")).all()
        item = db.session.scalars(select(Item).where(Item.reference == notice)).one()
    assert {(e.noun, e.noun_id, e.actor_id) for e in seen} == {
        ("case", house.case.id, house.officer.person_id),
        ("humanitarian", item.id, house.officer.person_id),
    }


def test_titles_and_addresses_carry_no_place(house):
    notice, plan = house.meet()
    urls = [
        "/desk",
        "/desk/items",
        "/desk/ended",
        "/roster",
        house.url(),
        f"/desk/items/{notice}",
        f"/desk/items/{plan}",
    ]
    urls.append(house.url("ask") + "?side=mission&ask-mission=avoid_place&round=1")
    for url in urls:
        page = house.desk.get(url)
        assert page.status_code == 200, url
        title = re.search(r"<title>(.*?)</title>", page.text, re.DOTALL)[1]
        links = " ".join(re.findall(r'(?:href|action|src)="([^"]*)"', page.text))
        for planted in ("Bankass", "Alpha", "14.0", "3.51"):
            assert planted not in title, url
            assert planted not in links, url
