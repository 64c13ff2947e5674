"""A session that ended while somebody was writing takes nothing away."""

from __future__ import annotations

import html
import re

import pytest
from accounts import enter

from deconflict.domain import roles

TYPED = {"kind": "TRANSIT_STAFF", "stops-0-place": "Bankass <l'école>", "_do": "file", "csrf_token": "old"}


@pytest.fixture
def stale(app):
    app.config["WTF_CSRF_ENABLED"] = True


def hidden(page):
    form = page.text.rpartition('<form method="post"')[2]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in fields}


def test_what_was_typed_stands_in_the_page_and_is_sent_again_after_signing_in(stale, client, make_account):
    page = client.post("/notices/new", data=TYPED)
    assert page.status_code == 400
    assert "Nothing is lost" in page.text or "Rien n" in page.text
    kept = hidden(page)
    assert kept == {name: text for name, text in TYPED.items() if name != "csrf_token"} | {"_do": "review"}
    enter(client, make_account(roles.SUBMITTER))
    again = client.post("/notices/new", data=kept)
    assert again.status_code == 400
    ready = hidden(again)
    assert ready.pop("csrf_token")
    assert ready == kept
    form = client.post("/notices/new", data=hidden(again), headers={"Referer": "http://localhost/notices/new"})
    assert form.status_code == 422
    assert "Bankass &lt;l&#39;école&gt;" in form.text


def test_it_goes_to_the_same_form_and_to_none_of_another_place(stale, client):
    page = client.post("/notices/new?from=4F7K2", data=TYPED)
    assert re.findall(r'<form method="post" action="([^"]*)"', page.text)[-1] == "/notices/new?from=4F7K2"


def test_an_officer_s_act_is_not_kept_to_be_sent_again(stale, client):
    assert client.post("/roster", data={"step": "duty"}).location == "/login"


def test_a_cancelling_is_not_kept_to_be_sent_again_since_it_counts_at_once(stale, client):
    assert client.post("/notices/4F7K2/cancel", data={"reason": "x"}).location == "/login"
