"""What every answer tells the browser, and what pages never contain."""

from __future__ import annotations

import re

import pytest
from accounts import settings_of

from deconflict import create_app
from deconflict.domain import roles
from deconflict.store.base import db

PATHS = ("/", "/people", "/people/organisations/new", "/change", "/tf-setup", "/mf-recovery-codes", "/nothing")
PAGE_BYTES = 60_000
CSS_BYTES = 20_000  # of all pages: one file, asked for once
EXPECTED = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@pytest.fixture
def pages(app, client, make_account, sign_in):
    sign_in(client, make_account(roles.ADMINISTRATOR))
    return {"/login": app.test_client().get("/login")} | {path: client.get(path) for path in PATHS}


def test_every_page_has_the_headers(pages):
    for path, answer in pages.items():
        for name, value in EXPECTED.items():
            assert answer.headers[name] == value, (path, name)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy


def test_every_page_is_small_and_says_its_language(pages):
    for path, answer in pages.items():
        assert len(answer.data) < PAGE_BYTES, path
        assert re.search(r'<html lang="(fr|en)">', answer.text), path


def test_no_page_has_inline_code_inline_style_or_an_outside_address(pages):
    for path, answer in pages.items():
        assert not re.search(
            r"<script(?! src=\"/static/[^>]*></script>)|<style|\sstyle=|\son\w+=|javascript:", answer.text
        ), path
        assert not re.search(r"(src|href|action)=\"(https?:)?//", answer.text), path


def test_every_form_control_has_a_label_and_every_page_one_heading(pages):
    for path, answer in pages.items():
        text = answer.text
        labelled = set(re.findall(r'<label for="([^"]+)"', text))
        controls = re.findall(r"<(?:input|select|textarea)\b[^>]*>", text)
        for control in controls:
            if 'type="hidden"' not in control:
                assert re.search(r'id="([^"]+)"', control)[1] in labelled, (path, control)
        assert text.count("<h1") <= 1, path
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert len(ids) == len(set(ids)), path


def test_the_set_up_page_with_its_picture_is_small_too(client, make_account, sign_in):
    sign_in(client, make_account(roles.CMCOORD))
    page = client.post("/tf-setup", data={"setup": "authenticator"})
    assert 'src="data:image/svg+xml;base64,' in page.text
    assert len(page.data) < PAGE_BYTES


def test_titles_name_the_product_neutrally(app, pages):
    for path, answer in pages.items():
        title = re.search(r"<title>(.*?)</title>", answer.text, re.DOTALL)[1]
        assert title.endswith(app.config["PRODUCT_NAME"]), path
        assert not re.search(r"OCHA|MINUSMA|ONU|UN\b|déconfliction|deconfliction", title, re.IGNORECASE)


def test_whoever_is_not_signed_in_sees_nothing_that_says_what_this_is(client):
    text = client.get("/login").text
    assert not re.search(r"OCHA|MINUSMA|humanit|military|militaire|patrol|patrouille|convo", text, re.IGNORECASE)


def test_static_files_are_kept_for_ever_under_their_fingerprint(client):
    page = client.get("/login").text
    address = re.search(r'href="(/static/style\.css\?v=[0-9a-f]{10})"', page)[1]
    with client.get(address) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert len(answer.data) < CSS_BYTES


def test_a_missing_static_file_is_a_404_and_a_path_out_of_the_folder_too(client):
    assert client.get("/static/none.css").status_code == 404
    assert client.get("/static/../settings.py").status_code == 404
    assert client.get("/static/%2e%2e/settings.py").status_code == 404


def test_behind_https_cookies_and_the_browser_are_told_to_stay_there(database, mission):
    app = create_app(settings_of(database, public_base_url="https://x.example.org"), mission=mission)
    app.testing = True
    answer = app.test_client().get("/login", base_url="https://x.example.org")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert all("Secure" in cookie for cookie in answer.headers.getlist("Set-Cookie"))
    assert answer.headers.getlist("Set-Cookie")
    with app.app_context():
        db.engine.dispose()


def test_a_form_is_taken_behind_tls_although_pages_send_no_referrer(app, client):
    app.config["WTF_CSRF_ENABLED"] = True
    page = client.get("/login", base_url="https://localhost").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    data = {"csrf_token": token, "language": "en", "next": "/login"}
    assert client.post("/language", data=data, base_url="https://localhost").location == "/login"
