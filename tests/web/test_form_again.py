"""A session that ended while somebody was writing takes nothing away."""

from __future__ import annotations

import html
import re
from uuid import uuid4

import make
import pytest
from accounts import enter
from deskhouse import NEAR_BANKASS, DeskHouse
from pages import NOW, errors, fields, file, notice, patrol, send, words
from sqlalchemy import update

from deconflict.domain import roles
from deconflict.store.base import transaction
from deconflict.store.people import Account

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


# ---- a session that was ended elsewhere -----------------------------------------------------------------------------


def ended_elsewhere(app, someone):
    """Signs the account out as another browser of his would: the cookie here stays as it was."""
    with app.app_context(), transaction() as session:
        rows = update(Account).where(Account.person_id == someone.person_id)
        session.execute(rows.values(fs_uniquifier=uuid4().hex))


def test_a_form_sent_after_the_session_was_ended_elsewhere_is_kept(app, client, make_account):
    someone = make_account(roles.SUBMITTER)
    enter(client, someone)
    assert client.get("/notices/new").status_code == 200
    ended_elsewhere(app, someone)
    page = client.post("/notices/new", data=TYPED)
    assert page.status_code == 400
    assert hidden(page)["stops-0-place"] == TYPED["stops-0-place"]
    assert hidden(page)["_do"] == "review"
    assert client.get("/notices/new").status_code == 303
    assert client.post("/notices/4F7K2/cancel", data={"reason": "x"}).location == "/login"


# ---- a character that nobody sees -----------------------------------------------------------------------------------


def test_a_nul_in_one_field_takes_the_others_not_away(ngo):
    page = send(ngo, "/notices/new", notice(**{"stops-1-place": "Ban\0kass", "a\0b": "x"}), "file")
    assert page.status_code == 422
    kept = hidden(page)
    assert "\0" not in "".join(kept) + "".join(kept.values())
    assert (kept["stops-1-place"], kept["persons"], kept["_do"]) == ("Bankass", "6", "review")
    assert ngo.post("/notices/new", data=kept).status_code == 200


# ---- amending what is no more ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("do", ["review", "file", "add"])
def test_what_was_typed_to_amend_a_cancelled_notice_can_be_sent_as_a_new_one(ngo, do):
    reference = file(ngo, "/notices/new", notice())
    assert ngo.get(f"/notices/{reference}/amend").status_code == 200
    ngo.post(f"/notices/{reference}/cancel", data={"reason": "the road is cut"})
    page = send(
        ngo, f"/notices/{reference}/amend", notice(persons="9", _base="1", _reason="more hands", _key="ab" * 16), do
    )
    assert page.status_code == 409
    assert re.findall(r'<form method="post" action="([^"]*)" novalidate', page.text)[-1] == "/notices/new"
    assert fields(page)["persons"] == "9"
    again = file(ngo, "/notices/new", fields(page))
    assert again != reference
    assert ngo.get(f"/notices/{reference}/amend").status_code == 422


def test_a_plan_that_was_cancelled_is_sent_anew_on_its_own_form(g9, app):
    app.extensions["clock"] = lambda: NOW
    reference = file(g9, "/plans/new/patrol", patrol())
    g9.post(f"/plans/{reference}/cancel", data={"reason": "rain"})
    page = send(g9, f"/plans/{reference}/amend", patrol("Koro", _base="1", _key="cd" * 16))
    assert page.status_code == 409
    assert file(g9, "/plans/new/patrol", fields(page)) != reference


# ---- an officer who was overtaken -----------------------------------------------------------------------------------


def test_an_officer_s_words_outlive_a_race_that_he_lost(app, mission, make_account, sign_in):
    house = DeskHouse(app, mission, make_account, sign_in)
    _notice, plan = house.meet()
    stale = str(house.case.round)
    house.amends(house.g9, plan, make.patrol(NEAR_BANKASS, "10 Dec 12:00-16:00"))
    form = {"round": stale, "agree-code": "MIL_TIME", "agree-words": "Lars said so at 07:40"}
    page = house.desk.post(house.url("agree"), data=form)
    assert page.status_code == 409
    assert fields(page)["agree-words"] == "Lars said so at 07:40"
    assert page.text.count("Lars said so at 07:40") == 1
    assert "What you had typed" not in words(house.desk.post(house.url("take"), data={"round": stale}))
    dismissed = {"dismiss-code": "test", "dismiss-reason": "exercise of the week"}
    stale = str(house.case.round)
    assert house.acts("dismiss", house.other_desk, **dismissed).status_code == 303
    late = house.desk.post(house.url("dismiss"), data={"round": stale} | dismissed | {"dismiss-reason": "not theirs"})
    assert late.status_code == 409
    assert "What you had typed: not theirs" in words(late)


# ---- what is missing ------------------------------------------------------------------------------------------------


def test_an_empty_form_says_all_that_its_two_ends_lack_at_once(ngo):
    ends = ["f-stops-0-place", "f-stops-0-depart_from", "f-stops-1-place", "f-stops-1-arrive_from"]
    asked = fields(ngo.get("/notices/new"))
    assert [name for name in errors(send(ngo, "/notices/new", asked)) if "stops" in name] == ends
    given = asked | {"stops-0-place": "Mopti", "stops-1-place": "Bankass"}
    assert [name for name in errors(send(ngo, "/notices/new", given)) if "stops" in name] == ends[1::2]
