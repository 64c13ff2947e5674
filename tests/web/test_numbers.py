"""The page of numbers that are to be checked: for the desk all, for whoever answers for an organisation its own."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from deskhouse import DeskHouse
from pages import errors, words
from planted import plain
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.store.base import db, lookup_hash, transaction
from deconflict.store.doubts import Doubt
from deconflict.store.people import Contact


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


@pytest.fixture
def doubt(house):
    with house.app.app_context(), transaction() as session:
        row = Doubt(lookup=lookup_hash("+22370000001"), person_id=house.ngo.person_id, team=False, since=house.now)
        session.add(row)
        session.flush()
        return row.id


def left(house):
    with house.app.app_context():
        return len(db.session.scalars(select(Doubt.id)).all())


def test_the_desk_reads_whose_number_it_is_and_the_queue_counts_it(house, doubt):
    said = words(house.desk.get("/numbers"))
    assert "Awa" in said
    assert "+22370000001" in said
    assert "1 number to check" in words(house.desk.get("/desk"))


def test_without_one_the_queue_is_silent(house):
    assert "to check" not in words(house.desk.get("/desk"))
    assert "None is known." in words(house.desk.get("/numbers"))


def test_an_organisation_reads_its_own_and_no_other_s(house, doubt, make_account):
    other = house.browser(make_account(roles.FOCAL_POINT, organisation="Association Badenya", language="en"))
    assert "+22370000001" in words(house.browser(house.ngo).get("/numbers"))
    said = words(other.get("/numbers"))
    assert "+22370000001" not in said
    assert "Awa" not in said
    assert house.browser(house.g9).get("/numbers").status_code == 404


def test_many_numbers_stand_on_several_pages(house):
    assert ">Next<" not in house.desk.get("/numbers").text
    for n in range(40):
        house.make_account(roles.FOCAL_POINT, name=f"Person {n}", phone=f"+223710000{n:02d}")
    first, second = house.desk.get("/numbers"), house.desk.get("/numbers?page=1")
    assert "page=1" in first.text
    assert len(first.data) < 60_000
    shown = [{f"+223710000{n:02d}" for n in range(40) if f"+223710000{n:02d}" in page.text} for page in (first, second)]
    assert len(shown[0] | shown[1]) == 40
    assert not shown[0] & shown[1]


def test_a_mailbox_is_named_to_nobody(house):
    with house.app.app_context(), transaction() as session:
        lookup = lookup_hash("awa@people.example.org")
        session.add(Doubt(lookup=lookup, person_id=house.ngo.person_id, team=False, since=house.now))
    said = words(house.desk.get("/numbers"))
    assert "the mailbox" in said
    assert "awa@" not in said


def test_a_test_text_is_sent_and_its_code_read_back(house):
    with house.app.app_context():
        known = select(Contact.id).where(Contact.person_id == house.ngo.person_id, Contact.carries == "sms")
        contact = db.session.scalars(known).one()
    said = words(house.desk.get("/numbers"))
    assert re.search(r"Awa Focal point.*?\+22370000001 unverified none yet", said)
    assert house.browser(house.g9).post(f"/numbers/{contact}/try").status_code == 404
    assert house.desk.post(f"/numbers/{contact}/try").status_code == 303
    house.turn()
    (sent,) = house.sms.sent
    assert sent.to == "+22370000001"
    reference, code = re.search(r"Test (\w{5}),.* Code (\d{4})", sent.text).groups()
    bad = house.desk.post(f"/numbers/{contact}/code", data={f"code-{contact}": f"{reference} 99999"})
    assert bad.status_code == 422
    assert errors(bad) == [f"f-code-{contact}"]
    typed = {f"code-{contact}": f"{reference} {code}"}
    assert house.desk.post(f"/numbers/{contact}/code", data=typed).status_code == 303
    assert "+22370000001" not in words(house.desk.get("/numbers"))


def test_a_code_of_a_test_text_is_taken_on_the_code_page_with_the_same_answer(house, client):
    house.now += timedelta(hours=1)
    with house.app.app_context():
        known = select(Contact.id).where(Contact.person_id == house.ngo.person_id, Contact.carries == "sms")
        contact = db.session.scalars(known).one()
    house.browser(house.ngo).post(f"/numbers/{contact}/try")
    house.turn()
    reference, code = re.search(r"Test (\w{5}),.* Code (\d{4})", house.sms.sent[-1].text).groups()
    wrong, right = (client.post("/k", data={"code": f"{reference} {c}"}) for c in ("12345", code))
    assert plain(wrong) == plain(right)
    with house.app.app_context():
        assert db.session.get_one(Contact, contact).verified_at is not None


def test_only_an_officer_confirms_and_says_who_said_so(house, doubt):
    url = f"/numbers/doubts/{doubt}/confirm"
    assert house.browser(house.ngo).post(url, data={f"words-{doubt}": "me"}).status_code == 404
    empty = house.desk.post(url, data={f"words-{doubt}": ""})
    assert empty.status_code == 422
    assert errors(empty) == [f"f-words-{doubt}"]
    assert left(house) == 1
    assert house.desk.post(url, data={f"words-{doubt}": "Awa by phone, 06:10"}).status_code == 303
    assert left(house) == 0
    assert house.desk.post(url, data={f"words-{doubt}": "again"}).status_code == 404
