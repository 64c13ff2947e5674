"""Guessing is braked, and nobody can keep somebody else out by guessing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from accounts import PASSWORD
from sqlalchemy import func, select

from deconflict.domain import roles
from deconflict.services import brake
from deconflict.store.attempts import FailedAttempt
from deconflict.store.base import db
from deconflict.web.signin import COOKIE

HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def hour(app):
    """The clock of pages, moved by hand."""
    at = [datetime(2026, 12, 1, 8, tzinfo=UTC)]
    app.extensions["clock"] = lambda: at[0]
    return at


def signs_in(browser, email, password=PASSWORD, address=HERE):
    return browser.post("/login", data={"email": email, "password": password}, environ_base={"REMOTE_ADDR": address})


def is_in(browser):
    return browser.get("/").status_code == 200


def guesses(app, email, times, address=HERE, browser=None):
    browser = browser or app.test_client()
    return [signs_in(browser, email, f"wrong wrong {n}", address) for n in range(times)]


def test_after_five_wrong_ones_the_right_one_is_not_looked_at_for_a_quarter_of_an_hour(app, make_account, hour):
    someone = make_account(roles.FOCAL_POINT)
    guesses(app, someone.email, 4)
    browser = app.test_client()
    signs_in(browser, someone.email)
    assert is_in(browser)
    guesses(app, someone.email, 1)
    late = app.test_client()
    answer = signs_in(late, someone.email)
    assert not is_in(late)
    assert "Trop d&#39;essais" in answer.text
    hour[0] += timedelta(minutes=15)
    signs_in(late, someone.email)
    assert is_in(late)


def test_an_account_that_does_not_exist_is_braked_with_the_same_words(app, make_account, hour):
    someone = make_account(roles.FOCAL_POINT)
    there, nowhere = (guesses(app, email, 6) for email in (someone.email, "nobody@alpha.example"))
    for one, other in zip(there, nowhere, strict=True):
        assert one.status_code == other.status_code
        assert re.sub('value="[^"]*"', "", one.text) == re.sub('value="[^"]*"', "", other.text)


def test_a_stranger_elsewhere_does_not_keep_the_owner_out(app, make_account, hour):
    someone = make_account(roles.FOCAL_POINT)
    guesses(app, someone.email, 8, ELSEWHERE)
    browser = app.test_client()
    signs_in(browser, someone.email, address=HERE)
    assert is_in(browser)


def test_from_everywhere_at_once_the_owner_s_own_browser_still_opens_and_a_new_one_does_not(app, make_account, hour):
    someone = make_account(roles.FOCAL_POINT)
    own = app.test_client()
    signs_in(own, someone.email)
    own.post("/logout")
    for n in range(brake.PER_ACCOUNT // 4 + 1):
        guesses(app, someone.email, 4, f"198.51.100.{n}")
    new = app.test_client()
    signs_in(new, someone.email, address="192.0.2.1")
    assert not is_in(new)
    signs_in(own, someone.email)
    assert is_in(own)


def test_the_mark_of_one_account_opens_no_other(app, make_account, hour):
    mine, other = make_account(roles.FOCAL_POINT), make_account(roles.FOCAL_POINT, name="Bintou")
    browser = app.test_client()
    signs_in(browser, mine.email)
    browser.post("/logout")
    guesses(app, other.email, 5, HERE, browser)
    signs_in(browser, other.email)
    assert not is_in(browser)


@pytest.mark.parametrize("forged", ["", "x", "W10.abc", "bm9uc2Vuc2U.x"])
def test_a_forged_mark_is_none(app, make_account, hour, forged):
    someone = make_account(roles.FOCAL_POINT)
    browser = app.test_client()
    browser.set_cookie(COOKIE, forged)
    guesses(app, someone.email, 5, HERE, browser)
    signs_in(browser, someone.email)
    assert not is_in(browser)


def test_many_accounts_from_one_place_are_braked_too(app, make_account, hour):
    someone = make_account(roles.FOCAL_POINT)
    for n in range(brake.PER_PLACE):
        guesses(app, f"nobody{n}@alpha.example", 1)
    browser = app.test_client()
    signs_in(browser, someone.email)
    assert not is_in(browser)
    signs_in(browser, someone.email, address=ELSEWHERE)
    assert is_in(browser)


def test_behind_a_proxy_on_this_server_its_last_word_is_the_address(app, make_account, hour):
    someone = make_account(roles.FOCAL_POINT)
    for n in range(5):
        app.test_client().post(
            "/login",
            data={"email": someone.email, "password": "wrong wrong"},
            headers={"X-Forwarded-For": f"192.0.2.{n}, {ELSEWHERE}"},
        )
    for address, opens in ((ELSEWHERE, False), (HERE, True)):
        browser = app.test_client()
        browser.post(
            "/login",
            data={"email": someone.email, "password": PASSWORD},
            headers={"X-Forwarded-For": f"192.0.2.99, {address}"},
        )
        assert is_in(browser) is opens


def test_what_is_counted_names_nobody_and_is_forgotten(app, make_account, hour):
    someone = make_account(roles.FOCAL_POINT)
    guesses(app, someone.email, 3)
    with app.app_context():
        kept = " ".join(db.session.scalars(select(FailedAttempt.key)))
        assert kept
        assert someone.email not in kept
        assert HERE not in kept
    hour[0] += timedelta(minutes=16)
    guesses(app, "nobody@alpha.example", 1)
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(FailedAttempt.at < hour[0])) == 0


def test_the_present_password_is_braked_where_it_is_changed(app, client, make_account, sign_in, hour):
    someone = make_account(roles.FOCAL_POINT)
    sign_in(client, someone)
    new = "quatre chevaux gris"
    for _ in range(5):
        client.post("/change", data={"password": "wrong", "new_password": new, "new_password_confirm": new})
    page = client.post("/change", data={"password": PASSWORD, "new_password": new, "new_password_confirm": new})
    assert "Trop d&#39;essais" in page.text
    elsewhere = app.test_client()
    signs_in(elsewhere, someone.email)
    assert is_in(elsewhere)


def test_two_new_passwords_that_differ_are_no_guess(app, client, make_account, sign_in, hour):
    someone = make_account(roles.FOCAL_POINT)
    sign_in(client, someone)
    for _ in range(6):
        client.post(
            "/change", data={"password": PASSWORD, "new_password": "one two three", "new_password_confirm": "x"}
        )
    with app.app_context():
        assert db.session.scalar(select(func.count(FailedAttempt.id))) == 0


def test_opening_the_page_of_the_second_step_signs_nobody_out(client, make_account, sign_in):
    sign_in(client, make_account(roles.FOCAL_POINT))
    for _ in range(2):
        assert client.get("/tf-validate").status_code == 303
    assert is_in(client)
