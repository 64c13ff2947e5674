"""A session that was left open, or stolen, re-numbers nobody: the password comes first, and what was typed comes back."""

from __future__ import annotations

import time

import pytest
from accounts import PASSWORD
from pages import fields, words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.store.base import db
from deconflict.store.people import Contact
from deconflict.web.password_again import WITHIN

NEW = "+22376000001"


@pytest.fixture
def awa(app, make_account):
    """Answers for ONG Alpha."""
    return make_account(roles.FOCAL_POINT, name="Awa", organisation="ONG Alpha", phone="+22370000001", language="en")


@pytest.fixture
def moussa(app, make_account):
    """Files for it."""
    return make_account(roles.SUBMITTER, name="Moussa", organisation="ONG Alpha", phone="+22370000002", language="en")


@pytest.fixture
def admin(app, make_account):
    return make_account(roles.ADMINISTRATOR, name="Ada", language="en")


def aged(browser, seconds):
    with browser.session_transaction() as session:
        session["fs_paa"] = time.time() - seconds
    return browser


def left_open(browser):
    return aged(browser, WITHIN.total_seconds() + 1)


def numbers(app, someone):
    with app.app_context():
        mine = select(Contact).where(Contact.person_id == someone.person_id, Contact.carries == "sms")
        return [row.address for row in db.session.scalars(mine.order_by(Contact.position))]


def page_of(someone):
    return f"/people/{someone.person_id}/numbers"


def form(browser, someone, **more):
    return {"edition": fields(browser.get(page_of(someone)))["edition"]} | more


@pytest.mark.parametrize(("who", "whose"), [("moussa", "moussa"), ("awa", "moussa"), ("admin", "moussa")])
def test_in_an_old_session_the_password_comes_first_and_the_number_typed_comes_back(app, sign_in, request, who, whose):
    by, whose = request.getfixturevalue(who), request.getfixturevalue(whose)
    browser = left_open(sign_in(app.test_client(), by))
    asked = browser.post(f"{page_of(whose)}/add", data=form(browser, whose, number=NEW))
    assert (asked.status_code, asked.location.partition("?")[0]) == (303, "/verify")
    assert NEW.strip("+") not in asked.location
    assert len(numbers(app, whose)) == 1
    question = browser.get(asked.location)
    assert "where somebody's messages go" in words(question)
    wrong = browser.post(asked.location, data={"password": "not this one at all"})
    assert wrong.status_code == 200
    assert len(numbers(app, whose)) == 1
    back = browser.post(asked.location, data={"password": PASSWORD})
    shown = browser.get(back.location)
    assert "Your password is right" in words(shown)
    assert "Nothing was sent" in words(shown)
    assert fields(shown)["number"] == NEW
    done = browser.post(f"{page_of(whose)}/add", data=form(browser, whose, number=NEW))
    assert done.location == page_of(whose)
    assert NEW in numbers(app, whose)


def test_whoever_gave_it_a_short_while_ago_is_not_asked(app, sign_in, moussa):
    browser = aged(sign_in(app.test_client(), moussa), WITHIN.total_seconds() - 30)
    done = browser.post(f"{page_of(moussa)}/add", data=form(browser, moussa, number=NEW))
    assert done.location == page_of(moussa)
    assert NEW in numbers(app, moussa)


@pytest.mark.parametrize("ahead", [-3600, -(10**9)])
def test_an_hour_that_lies_ahead_is_no_password(app, sign_in, moussa, ahead):
    browser = aged(sign_in(app.test_client(), moussa), ahead)
    asked = browser.post(f"{page_of(moussa)}/add", data=form(browser, moussa, number=NEW))
    assert asked.location.startswith("/verify")
    assert NEW not in numbers(app, moussa)


@pytest.mark.parametrize("act", ["first", "remove", "add-mailbox"])
def test_every_door_of_the_list_asks(app, sign_in, awa, moussa, act):
    browser = sign_in(app.test_client(), awa)
    browser.post(f"{page_of(moussa)}/add", data=form(browser, moussa, number=NEW))
    before = numbers(app, moussa)
    with app.app_context():
        last = db.session.scalars(select(Contact.id).where(Contact.person_id == moussa.person_id)).all()[-1]
    left_open(browser)
    typed = form(browser, moussa, contact=str(last), sure="yes", mailbox="other@people.example.org")
    asked = browser.post(f"{page_of(moussa)}/{act}", data=typed)
    assert asked.location.startswith("/verify")
    assert numbers(app, moussa) == before


@pytest.mark.parametrize("door", ["/telling", "/people/ours/{}/retire"])
def test_nor_are_teams_and_people_silenced_without_it(app, sign_in, awa, moussa, door):
    browser, path = sign_in(app.test_client(), awa), door.format(moussa.person_id)
    typed = {"direct": "false", "mail_names_own": "false", "sure": "yes"}
    asked = left_open(browser).post(path, data=typed)
    assert asked.location.startswith("/verify")
    assert "/verify" not in (aged(browser, 30).post(path, data=typed).location or "")


def test_a_stranger_s_list_is_missing_before_anything_is_asked(app, sign_in, make_account, moussa):
    other = make_account(roles.FOCAL_POINT, name="Binta", organisation="Association Badenya", language="en")
    browser = left_open(sign_in(app.test_client(), other))
    for person in (moussa.person_id, 999_999):
        answer = browser.post(f"/people/{person}/numbers/add", data={"edition": "0", "number": NEW})
        assert answer.status_code == 404
