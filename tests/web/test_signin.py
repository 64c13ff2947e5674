"""Sign-in: what opens, what does not, what a second step and an invitation change."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from accounts import PASSWORD, settings_of
from flask import Flask
from passlib.totp import TOTP

from deconflict.domain import roles
from deconflict.services import people
from deconflict.store.base import db
from deconflict.store.people import Account

NEW = "quatre chameaux sous la lune"


def enter(client, email, password=PASSWORD, **more):
    return client.post("/login", data={"email": email, "password": password} | more)


def signed_in(client) -> bool:
    return client.get("/").status_code == 200


def account(app: Flask, someone) -> Account:
    return db.session.get_one(Account, someone.account_id)


def test_the_right_password_opens_and_signing_out_closes(client, make_account):
    someone = make_account(roles.FOCAL_POINT)
    assert enter(client, someone.email).status_code == 302
    assert signed_in(client)
    client.post("/logout")
    assert not signed_in(client)


def test_signing_out_cannot_be_caused_by_a_link(client, make_account, sign_in):
    sign_in(client, make_account(roles.FOCAL_POINT))
    assert client.get("/logout").status_code == 405
    assert signed_in(client)


def test_the_e_mail_is_taken_in_any_case(client, make_account):
    enter(client, make_account(roles.FOCAL_POINT).email.upper())
    assert signed_in(client)


def test_nobody_learns_whether_an_account_exists(client, make_account):
    known = enter(client, make_account(roles.FOCAL_POINT).email, "wrong password here")
    unknown = enter(client, "nobody@people.example.org", "wrong password here")
    pages = [re.sub(r'value="[^"]*"', "", page.text) for page in (known, unknown)]
    assert known.status_code == unknown.status_code
    assert pages[0] == pages[1]


def test_a_remembered_sign_in_cannot_be_asked_for(client, make_account):
    answer = enter(client, make_account(roles.FOCAL_POINT).email, remember="y")
    assert not any("remember" in cookie for cookie in answer.headers.getlist("Set-Cookie"))


def test_a_token_signs_nobody_in(app, client, make_account, sign_in):
    """Flask-Security would take one in a header, in the address and in JSON."""
    someone = make_account(roles.FOCAL_POINT)
    with app.test_request_context():
        token = account(app, someone).get_auth_token()
    for path, more in (
        ("/", {"headers": {"Authentication-Token": token}}),
        (f"/?auth_token={token}", {}),
        ("/", {"json": {"auth_token": token}}),
    ):
        assert client.get(path, **more).status_code == 303, path
    assert sign_in(client, someone).get("/").status_code == 200


def test_nobody_is_given_a_token(app, client, make_account):
    someone = {"email": make_account(roles.FOCAL_POINT).email, "password": PASSWORD}
    answer = client.post("/login?include_auth_token", json=someone)
    assert answer.status_code == 404
    assert not signed_in(client)
    assert "token" not in client.post("/login", json=someone).json["response"].get("user", {})


def test_after_signing_in_one_is_where_one_wanted_to_be_and_nowhere_else(client, make_account):
    someone = make_account(roles.ADMINISTRATOR)
    wanted = client.get("/people")
    assert wanted.location == "/login?next=/people"
    page = client.get(wanted.location).text
    assert 'action="/login?next=/people"' in page
    assert client.post("/login?next=/people", data={"email": someone.email, "password": PASSWORD}).location == "/people"
    client.post("/logout")
    away = client.post("/login?next=https://example.org/", data={"email": someone.email, "password": PASSWORD})
    assert "example.org" not in (away.location or "")


def test_every_form_needs_its_token(app, client, make_account):
    app.config["WTF_CSRF_ENABLED"] = True
    someone = make_account(roles.FOCAL_POINT)
    enter(client, someone.email)
    assert not signed_in(client)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
    assert token
    enter(client, someone.email, csrf_token=token[1])
    assert signed_in(client)


def test_a_form_of_a_session_that_ended_leads_to_sign_in(app, client):
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/people/organisations/new", data={"name": "x"}).location == "/login"


def test_a_password_is_changed_by_who_knows_it_and_by_the_rule(app, client, make_account, sign_in):
    someone = make_account(roles.FOCAL_POINT, name="Awa Traoré")
    sign_in(client, someone)

    def change(present, new):
        return client.post("/change", data={"password": present, "new_password": new, "new_password_confirm": new})

    for present, new in (("wrong password", NEW), (PASSWORD, "short"), (PASSWORD, "awa.traore.2026")):
        change(present, new)
        client.post("/logout")
        enter(client, someone.email)
        assert signed_in(client), (present, new)
    change(PASSWORD, NEW)
    client.post("/logout")
    enter(client, someone.email)
    assert not signed_in(client)
    enter(client, someone.email, NEW)
    assert signed_in(client)


def test_passwords_are_kept_as_argon2_only(app, client, make_account, sign_in):
    someone = make_account(roles.FOCAL_POINT)
    sign_in(client, someone)
    client.post("/change", data={"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW})
    with app.app_context():
        assert account(app, someone).password.startswith("$argon2id$")


def set_up(client) -> TOTP:
    """Goes through the set-up page as a person with an app on the phone would."""
    page = client.post("/tf-setup", data={"setup": "authenticator"}).text
    key = re.search(r"<code>([A-Z2-7-]+)</code>", page)
    where = re.search(r'action="(/tf-setup/[^"]+)"', page)
    assert key
    assert where
    app_on_phone = TOTP(key[1].replace("-", ""))
    done = client.post(where[1], data={"code": app_on_phone.generate().token})
    assert done.location == "/mf-recovery-codes"
    return app_on_phone


def test_whoever_needs_a_second_step_does_nothing_before_it_is_set_up(app, client, make_account, sign_in):
    app.config["SECOND_FACTOR_REQUIRED"] = True
    sign_in(client, make_account(roles.ADMINISTRATOR))
    for path in ("/", "/people", "/change"):
        assert client.get(path).location == "/tf-setup", path
    assert client.get("/tf-setup").status_code == 200
    set_up(client)
    assert client.get("/people").status_code == 200


def test_whoever_only_files_for_an_ngo_needs_none(app, client, make_account, sign_in):
    app.config["SECOND_FACTOR_REQUIRED"] = True
    sign_in(client, make_account(roles.FOCAL_POINT))
    assert signed_in(client)


def test_the_demo_asks_for_none():
    from deconflict import _config

    assert _config(settings_of("sqlite://"))["SECOND_FACTOR_REQUIRED"] is True
    assert _config(settings_of("sqlite://", demo=True))["SECOND_FACTOR_REQUIRED"] is False


def test_a_second_step_once_set_up_is_asked_for_at_every_sign_in(app, client, make_account, sign_in):
    someone = make_account(roles.CMCOORD)
    sign_in(client, someone)
    phone = set_up(client)
    client.post("/logout")
    assert "/tf-validate" in enter(client, someone.email).location
    assert not signed_in(client)
    client.post("/tf-validate", data={"code": "000000"})
    assert not signed_in(client)
    enter(client, someone.email)
    client.post("/tf-validate", data={"code": phone.generate().token})
    assert signed_in(client)


def test_the_second_step_s_secret_and_recovery_codes_are_stored_sealed(app, client, make_account, sign_in):
    someone = make_account(roles.CMCOORD)
    sign_in(client, someone)
    phone = set_up(client)
    codes = re.findall(r"<li>([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})</li>", client.post("/mf-recovery-codes").text)
    assert len(codes) == 8
    with app.app_context():
        stored = account(app, someone)
        kept = f"{stored.tf_totp_secret} {stored.mf_recovery_codes}"
    assert phone.base32_key not in kept
    assert base64.b32encode(phone.key).decode() not in kept
    assert not any(code in kept for code in codes)


def test_a_recovery_code_lets_in_once(client, make_account, sign_in):
    someone = make_account(roles.CMCOORD)
    sign_in(client, someone)
    set_up(client)
    code = re.findall(r"<li>([0-9a-f-]{14})</li>", client.post("/mf-recovery-codes").text)[0]
    for expected in (True, False):
        client.post("/logout")
        enter(client, someone.email)
        client.post("/mf-recovery", data={"code": code})
        assert signed_in(client) is expected


def test_the_page_that_would_write_mail_is_shut(client):
    assert client.get("/tf-rescue").status_code in (404, 405)
    assert client.post("/tf-rescue", data={"help_setup": "help"}).status_code == 404


def test_whoever_must_have_a_second_step_gets_nowhere_after_switching_it_off(app, client, make_account, sign_in):
    sign_in(client, make_account(roles.CMCOORD))
    set_up(client)
    assert 'value="disable"' in client.get("/tf-setup").text
    app.config["SECOND_FACTOR_REQUIRED"] = True
    assert 'value="disable"' not in client.get("/tf-setup").text
    client.post("/tf-setup", data={"setup": "disable"})
    assert client.get("/").location == "/tf-setup"


def test_deactivating_ends_every_session_at_once(app, make_account, sign_in):
    administrator, someone = make_account(roles.ADMINISTRATOR), make_account(roles.FOCAL_POINT)
    client = sign_in(app.test_client(), someone)
    assert signed_in(client)
    with app.app_context():
        people.deactivate(administrator.audience, someone.person_id, now=datetime.now(UTC))
    assert not signed_in(client)
    enter(client, someone.email)
    assert not signed_in(client)


def test_from_the_console_inviting_again_ends_password_second_step_and_sessions(app, client, make_account, sign_in):
    someone = make_account(roles.CMCOORD)
    sign_in(client, someone)
    set_up(client)
    with app.app_context():
        people.reinvite(None, someone.person_id, link_for=str, now=datetime.now(UTC))
    assert not signed_in(client)
    enter(client, someone.email)
    assert not signed_in(client)
    with app.app_context():
        stored = account(app, someone)
        assert (stored.password, stored.tf_primary_method, stored.tf_totp_secret) == (None, None, None)


@pytest.mark.parametrize("minutes", [14, 16])
def test_fifteen_idle_minutes_end_a_session(app, client, make_account, sign_in, minutes):
    import time_machine

    sign_in(client, make_account(roles.FOCAL_POINT))
    start = datetime.now(UTC)
    with time_machine.travel(start, tick=False):
        assert signed_in(client)
    with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
        assert signed_in(client) is (minutes < 15)
