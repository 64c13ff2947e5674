"""The application as a whole: it starts, speaks both languages, keeps its headers, fails plainly."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from flask import Flask, abort
from hypothesis import given
from hypothesis import strategies as st
from planted import plain

from deconflict.domain import roles
from deconflict.domain.errors import LostRace, NotFound, Refused, WrongState
from deconflict.log import HIDDEN, redact, scrub
from deconflict.settings import ROOT
from deconflict.web.audience import PUBLIC, audience


def raising(app: Flask, error: Exception) -> None:
    """A page that fails, for somebody to meet."""

    @app.get("/fails")
    @audience(PUBLIC)
    def fails() -> str:
        raise error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound(), 404),
        (LostRace("Somebody was faster."), 409),
        (WrongState("Not from here."), 409),
        (Refused("No."), 422),
    ],
)
def test_every_refusal_has_its_page(app, client, error, status):
    raising(app, error)
    answer = client.get("/fails", headers={"Accept-Language": "en"})
    assert answer.status_code == status
    if status != 404:
        assert error.sentence in answer.text


def test_what_is_not_there_and_what_is_not_yours_look_the_same(app, client, make_account, sign_in):
    sign_in(client, make_account(roles.FOCAL_POINT))
    absent, foreign = client.get("/there-is-nothing"), client.get("/people")
    assert absent.status_code == foreign.status_code == 404
    assert plain(absent) == plain(foreign)


def test_a_failure_answers_plainly_in_both_languages_without_the_database(app, client, capsys):
    app.testing = False
    raising(app, RuntimeError("at 14.0700, -3.5200 call +22370000001"))
    answer = client.get("/fails")
    assert answer.status_code == 500
    assert "Une erreur" in answer.text
    assert "Something went wrong" in answer.text
    logged = capsys.readouterr().out
    assert "RuntimeError" in logged
    assert "14.0700" not in logged
    assert "70000001" not in logged


def test_an_error_page_of_http_has_words_too(app, client):
    @app.get("/big")
    @audience(PUBLIC)
    def big() -> str:
        abort(413)

    assert client.get("/big", headers={"Accept-Language": "en"}).status_code == 413
    assert "2 MB" in client.get("/big", headers={"Accept-Language": "en"}).text


@pytest.mark.parametrize(
    ("header", "lang"),
    [("fr-FR,fr", "fr"), ("en-GB,en;q=0.8", "en"), ("bm", "fr"), ("", "fr"), ("en;q=0.3,fr;q=0.9", "fr")],
)
def test_a_stranger_reads_french_unless_the_browser_prefers_english(client, header, lang):
    assert f'<html lang="{lang}">' in client.get("/login", headers={"Accept-Language": header}).text


def test_whoever_is_signed_in_reads_their_own_language_whatever_the_browser_says(client, make_account, sign_in):
    sign_in(client, make_account(roles.FOCAL_POINT, language="en"))
    assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "fr"}).text


def test_the_language_switch_keeps_the_page_and_changes_the_person(client, make_account, sign_in):
    sign_in(client, make_account(roles.FOCAL_POINT, language="fr"))
    answer = client.post("/language", data={"language": "en", "next": "/?page=2"})
    assert answer.status_code == 303
    assert answer.location == "/?page=2"
    assert '<html lang="en">' in client.get("/").text


def test_a_stranger_s_choice_of_language_is_kept_in_a_cookie(client):
    client.post("/language", data={"language": "en"})
    assert '<html lang="en">' in client.get("/login", headers={"Accept-Language": "fr"}).text


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "/\\example.org", "javascript:x", ""])
def test_the_language_switch_sends_nobody_elsewhere(client, elsewhere):
    assert client.post("/language", data={"language": "en", "next": elsewhere}).location == "/"


def test_the_front_page_offers_only_what_exists_and_is_open(app, client, make_account, sign_in):
    page = sign_in(client, make_account(roles.ADMINISTRATOR)).get("/").text
    assert 'href="/people"' in page
    page = sign_in(client, make_account(roles.FOCAL_POINT)).get("/").text
    assert 'href="/people"' not in page


def test_officers_and_only_they_read_that_nobody_endorsed_the_rules(client, make_account, sign_in):
    assert 'class="banner notice"' in sign_in(client, make_account(roles.CMCOORD)).get("/").text
    assert 'class="banner notice"' not in sign_in(client, make_account(roles.FOCAL_POINT)).get("/").text


def test_a_person_s_session_ends_when_nobody_uses_it(app, client, make_account, sign_in):
    sign_in(client, make_account(roles.FOCAL_POINT))
    answer = client.get("/")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires=" in cookie
    assert app.permanent_session_lifetime.total_seconds() == 15 * 60


def test_an_access_line_names_the_rule_of_the_path_and_nothing_that_was_typed(app, client, capsys, caplog):
    with caplog.at_level("INFO"):
        client.get("/login?next=/people&place=Bankass")
        client.get("/14.0700,-3.5200")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"request"' in line]
    assert [line["path"] for line in lines] == ["/login", "-"]
    assert "Bankass" not in json.dumps(lines)


def test_a_wrong_environment_stops_the_start_and_says_what_is_missing():
    run = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env={"PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert "DATABASE_URL" in run.stderr
    assert "SECRET_KEY" in run.stderr
    assert "Traceback" not in run.stderr


words = st.text(st.characters(categories=["L"]), min_size=1, max_size=12)
latitudes = st.floats(-90, 90).map(lambda x: f"{x:.4f}")
longitudes = st.floats(-180, 180).map(lambda x: f"{x:.5f}")
digits = st.integers(10_000_000, 99_999_999).map(str)
secrets = st.one_of(
    latitudes,
    longitudes,
    longitudes.map(lambda text: text.replace(".", ",")),
    digits.map(lambda d: "+223" + d),
    digits.map(lambda d: f"+223 {d[:2]} {d[2:4]} {d[4:6]} {d[6:]}"),
    digits.map(lambda d: f"{d[:2]} {d[2:4]} {d[4:6]} {d[6:]}"),
    digits.map(lambda d: f"30PUB{d}"),
    digits.map(lambda d: f"30P UB {d[:4]} {d[4:]}"),
    words.filter(str.isascii).map(lambda w: f"{w}@alpha.example.org"),
)


@given(words, secrets, words)
def test_nothing_shaped_like_a_position_a_number_or_an_address_is_logged(before, secret, after):
    kept = scrub(f"{before} {secret} {after}")
    assert secret not in kept
    assert HIDDEN in kept


@pytest.mark.parametrize("text", ["4F7K2", "case 4F7K2 round 3", "R01a", "2019-12-09", "503 in 12 ms", "ML060505"])
def test_references_rules_and_codes_stay_readable_in_logs(text):
    assert scrub(text) == text


def test_what_stands_under_a_telling_name_is_hidden_at_every_depth():
    event = {"event": "sent", "to": "x", "detail": {"phone": 5, "rows": [{"lat": 1.5, "reference": "4F7K2"}]}}
    assert redact(None, "", event) == {
        "event": "sent",
        "to": HIDDEN,
        "detail": {"phone": HIDDEN, "rows": [{"lat": HIDDEN, "reference": "4F7K2"}]},
    }
