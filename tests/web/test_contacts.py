"""The page of somebody's numbers and mailboxes, as its owner, a focal point and an administrator find it."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from deskhouse import DeskHouse
from pages import attributes, errors, words
from planted import plain
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.numbers import masked
from deconflict.store.alerts import Acknowledgement, Alert
from deconflict.store.base import db, transaction
from deconflict.store.letters import Letter
from deconflict.store.people import Contact, Person

NUMBER, NEW = "+22370000001", "+22376000009"


@pytest.fixture
def house(app, mission, make_account, sign_in):
    house = DeskHouse(app, mission, make_account, sign_in)
    house.driver = make_account(
        roles.SUBMITTER, name="Moussa", organisation="ONG Alpha", phone="+22370000021", function="team", language="en"
    )
    house.admin = make_account(roles.ADMINISTRATOR, name="Admin", language="en")
    house.stranger = make_account(roles.FOCAL_POINT, name="Bina", organisation="Association Badenya", language="en")
    return house


def url(who, act=""):
    return f"/people/{who.person_id}/numbers" + (f"/{act}" if act else "")


def hidden(page, act, contact=None):
    """The fields that are not seen of a form of this page."""
    for form in re.findall(r"<form.*?</form>", page.text, re.DOTALL):
        found = [attributes(tag) for tag in re.findall(r'<input type="hidden"[^>]*>', form)]
        sent = {one["name"]: one["value"] for one in found if one["name"] != "csrf_token"}
        if f'/numbers/{act}"' in form and contact in (None, sent.get("contact")):
            return sent
    raise AssertionError(f"no form for {act}")


def push(browser, who, act, contact=None, **typed):
    """What a person does: open the page, and press."""
    sent = hidden(browser.get(url(who)), act, contact)
    return browser.post(url(who, act), data=sent | typed)


def listed(house, who, carries="sms"):
    with house.app.app_context():
        rows = select(Contact).where(Contact.person_id == who.person_id, Contact.carries == carries)
        return [(str(one.id), one.address) for one in db.session.scalars(rows.order_by(Contact.position))]


def test_a_focal_point_adds_puts_first_and_removes(house):
    browser = house.browser(house.ngo)
    added = push(browser, house.driver, "add", number="76 00 00 09")
    assert added.status_code == 303
    page = browser.get(url(house.driver))
    said = words(page)
    assert "test text is on its way" in said
    assert f"{NEW} unverified added" in said
    (old, _), (new, _) = listed(house, house.driver)
    assert push(browser, house.driver, "first", new).status_code == 303
    assert [id for id, _address in listed(house, house.driver)] == [new, old]
    assert push(browser, house.driver, "remove", old).status_code == 303
    assert [address for _id, address in listed(house, house.driver)] == [NEW]
    house.turn()
    assert [sent.to for sent in house.sms.sent] == [NEW]
    assert len(house.mail.sent) >= 6  # three changes, told to the person and to the focal point


def test_the_pages_lead_there(house):
    mine = house.browser(house.driver).get("/")
    assert f'href="{url(house.driver)}"' in mine.text
    assert f'href="{url(house.driver)}"' in house.browser(house.ngo).get("/people/ours").text
    assert f'href="{url(house.driver)}"' in house.browser(house.admin).get(f"/people/{house.driver.person_id}").text
    assert f'href="{url(house.driver)}"' not in house.desk.get("/numbers").text


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ("", "number", "Fill this in"),
        ("20 22 12 34", "number", "fixed line"),
        ("+8821612345678", "number", "satellite"),
        ("70 00", "number", "no such number"),
        ("sept zero", "number", "country code"),
        (NUMBER, "number", "already"),
    ],
)
def test_a_number_that_will_not_do_is_said_beside_it_and_not_lost(house, typed, field, said):
    answer = push(house.browser(house.ngo), house.ngo, "add", number=typed)
    assert answer.status_code == 422
    assert errors(answer) == [f"f-{field}"]
    assert said in html.unescape(answer.text)
    assert f'value="{typed}"' in html.unescape(answer.text)
    assert len(listed(house, house.ngo)) == 1


def test_a_mailbox_is_written_as_one(house):
    browser = house.browser(house.ngo)
    assert errors(push(browser, house.ngo, "add-mailbox", mailbox="awa at dunia")) == ["f-mailbox"]
    assert push(browser, house.ngo, "add-mailbox", mailbox="Second@Dunia.example.org").status_code == 303
    assert [address for _id, address in listed(house, house.ngo, "email")][-1] == "second@dunia.example.org"


def test_the_last_number_asks_twice_and_says_why(house):
    browser = house.browser(house.ngo)
    ((only, _),) = listed(house, house.ngo)
    first = push(browser, house.ngo, "remove", only)
    assert first.status_code == 422
    assert errors(first) == ["f-sure"]
    assert 'id="f-sure"' in first.text
    assert "no text and no call would reach this person" in html.unescape(first.text)
    assert len(listed(house, house.ngo)) == 1
    sure = hidden(first, "remove", only)
    assert sure["sure"] == "yes"
    assert browser.post(url(house.ngo, "remove"), data=sure).status_code == 303
    assert listed(house, house.ngo) == []
    assert "no number" in words(browser.get("/people/ours"))


def test_nobody_else_finds_the_page_and_it_is_missing_like_one_of_nobody(house):
    whom = house.ngo
    for who in (house.stranger, house.driver, house.g9, house.officer, house.head):
        browser = house.browser(who)
        missing = browser.get("/people/99999/numbers")
        assert missing.status_code == 404
        assert plain(browser.get(url(whom))) == plain(missing)
        for act in ("add", "add-mailbox", "first", "remove"):
            for data in (
                {},
                {"edition": "0", "contact": "1", "number": NEW, "mailbox": "x@example.org", "sure": "yes"},
            ):
                answer = browser.post(url(whom, act), data=data)
                assert answer.status_code == 404, (who, act)
                assert plain(answer) == plain(browser.post(f"/people/99999/numbers/{act}", data=data))
    assert len(listed(house, whom)) == 1
    with house.app.app_context():
        assert db.session.scalars(select(Letter)).all() == []


def test_a_contact_of_somebody_else_cannot_be_named(house):
    browser = house.browser(house.ngo)
    ((foreign, address),) = listed(house, house.g9)
    for act in ("first", "remove"):
        data = {"edition": "0", "contact": foreign, "sure": "yes"}
        assert browser.post(url(house.ngo, act), data=data).status_code == 404
    assert listed(house, house.g9) == [(foreign, address)]


def test_an_administrator_changes_what_he_does_not_read(house):
    browser = house.browser(house.admin)
    page = browser.get(url(house.ngo))
    assert NUMBER not in page.text
    assert "awa@" not in page.text
    assert masked(NUMBER) == "+223 … 01"
    assert masked(NUMBER) in words(page)
    assert push(browser, house.ngo, "add", number=NEW).status_code == 303
    assert NEW not in browser.get(url(house.ngo)).text
    assert "has this number too" not in browser.get(url(house.driver)).text


def test_a_focal_point_reads_the_numbers_of_his_and_of_mailboxes_enough_to_tell_them_apart(house):
    said = words(house.browser(house.ngo).get(url(house.driver)))
    assert "+22370000021" in said
    assert "m … @people.example.org" in said
    assert "moussa@" not in said
    assert "moussa@people.example.org" in words(house.browser(house.driver).get(url(house.driver)))


def test_a_shared_phone_is_said_to_whoever_reads_both_and_to_nobody_else(house):
    browser = house.browser(house.ngo)
    push(browser, house.ngo, "add", number="+22370000021")
    assert "Moussa has this number too" in words(browser.get(url(house.ngo)))
    push(browser, house.ngo, "add", number="+22370000002")  # of the mission's desk
    said = words(browser.get(url(house.ngo)))
    assert "has this number too" not in said
    assert "Lars" not in said
    driver = house.browser(house.driver)
    push(driver, house.driver, "add", number=NUMBER)
    assert "Awa" not in words(driver.get(url(house.driver)))


def test_of_two_open_pages_the_second_is_told_and_what_it_typed_is_kept(house):
    browser, other = house.browser(house.ngo), house.browser(house.driver)
    stale = hidden(other.get(url(house.driver)), "add")
    assert push(browser, house.driver, "add", number=NEW).status_code == 303
    late = other.post(url(house.driver, "add"), data=stale | {"number": "+22376000010"})
    assert late.status_code == 422
    assert "Somebody changed this list meanwhile" in html.unescape(late.text)
    assert 'value="+22376000010"' in late.text
    assert NEW in late.text
    again = other.post(url(house.driver, "add"), data=hidden(late, "add") | {"number": "+22376000010"})
    assert again.status_code == 303
    assert [address for _id, address in listed(house, house.driver)] == ["+22370000021", NEW, "+22376000010"]


@pytest.mark.parametrize(
    "data", [{"edition": "x"}, {"contact": "1"}, {"edition": "0", "contact": "-1"}, {"edition": "0", "nation": "any"}]
)
def test_nonsense_is_refused_and_changes_nothing(house, data):
    browser = house.browser(house.ngo)
    for act in ("add", "add-mailbox", "first", "remove"):
        assert browser.post(url(house.ngo, act), data=data).status_code == 422
    assert len(listed(house, house.ngo)) == 1


def test_it_reads_in_french_too_and_whoever_is_gone_has_no_page(house, make_account):
    someone = make_account(roles.FOCAL_POINT, name="Fanta", organisation="ONG Alpha", phone="+22370000031")
    browser = house.browser(someone)
    said = words(browser.get(url(someone)))
    assert "Mes numéros" in said
    assert "Ajouter le numéro" in said
    with house.app.app_context(), transaction() as session:
        session.get_one(Person, house.driver.person_id).active = False
    assert browser.get(url(house.driver)).status_code == 404


def test_the_desk_sees_beside_an_answer_that_the_number_is_new(house):
    house.meet()
    house.acts("ask", **{"side": "humanitarian", "ask-humanitarian": "avoid_place"})
    assert "number changed lately" not in words(house.desk.get(house.url()))
    with house.app.app_context(), transaction() as session:
        alert = session.scalars(select(Alert).order_by(Alert.id.desc())).first()
        row = Acknowledgement(alert_id=alert.id, at=house.now, level="desk", method="code_page", answer="received")
        row.new_number = True
        session.add(row)
    assert "number changed lately" in words(house.desk.get(house.url()))
    assert "number changed lately" in words(house.desk.get(house.url("delivery")))


def test_officers_and_organisations_read_at_a_glance_what_is_to_be_mended(house):
    with house.app.app_context(), transaction() as session:
        session.get_one(Person, house.driver.person_id).until_at = house.now + timedelta(days=3)
    said = words(house.desk.get("/numbers"))
    assert "Moussa, ONG Alpha unverified contract ends soon" in said
    assert "Fatou, OCHA no number" in said
    mine = words(house.browser(house.ngo).get("/numbers"))
    assert "Moussa , ONG Alpha unverified contract ends soon" in mine
    assert "Fatou" not in mine
    assert "contract ends soon" in words(house.browser(house.ngo).get("/people/ours"))
    assert "no number" in words(house.desk.get("/people/ours"))
    organisation = house.ngo.audience.organisation_id
    assert "contract ends soon" in words(house.browser(house.admin).get(f"/people/organisations/{organisation}"))
