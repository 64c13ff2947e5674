"""What a telephone keeps to write without a network, and what was written on it when it arrives."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from pages import KEY, NOW, file, notice, send, words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.drafts import MOST
from deconflict.store.base import db, transaction
from deconflict.store.drafts import DraftRow
from deconflict.store.items import Item
from deconflict.store.people import Account, Organisation

SEND, SESSION, SHEET = "/offline/fr/send", "/offline/session", "/offline/fr/sheet"
PUBLIC = (
    "/offline/fr",
    "/offline/en",
    "/offline/fr/lost",
    "/offline/en/lost",
    "/offline/fr/sw.js",
    "/offline/fr/app.webmanifest",
)
# What must not be read on a telephone that is searched, before a passphrase opens it.
TRADE = re.compile(
    r"minusma|\bocha\b|cmcoord|mission|patrouille|patrol|milit|convo|notif|humanit|d[ée]confl|chevauch|overlap|\bong\b|\bngo\b",
    re.IGNORECASE,
)


@pytest.fixture
def submitter(app, make_account, sign_in):
    return sign_in(app.test_client(), make_account(roles.SUBMITTER, organisation="ONG Alpha"))


@pytest.fixture
def two_steps(app, ngo):
    with app.app_context(), transaction() as session:
        session.scalars(select(Organisation).where(Organisation.name == "ONG Alpha")).one().two_step = True
        for account in session.scalars(select(Account)):
            account.joined_at = NOW


def comes(client, **typed):
    """One that was written on a telephone, as it arrives there."""
    answer = client.post(SEND, data=notice(**typed))
    assert answer.status_code == 200, answer.text
    return answer.json


def got(app, path):
    """As a stranger, read to its end: files stay open otherwise."""
    with app.test_client().get(path) as answer:
        answer.get_data()
        return answer


def items(app):
    with app.app_context():
        return db.session.scalars(select(Item)).all()


def kept(app):
    with app.app_context():
        return db.session.scalars(select(DraftRow)).all()


# ---- what the telephone keeps ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PUBLIC)
def test_what_is_kept_on_a_telephone_says_nothing_of_what_it_is_for(app, ngo, path):
    stranger, signed_in = app.test_client().get(path), ngo.get(path)
    assert stranger.status_code == 200
    assert stranger.data == signed_in.data  # nor whose it is
    said = re.sub(
        r"<[^>]*>", lambda tag: " ".join(re.findall(r'(?:data-\w+|title|alt)="([^"]*)"', tag[0])), stranger.text
    )
    assert not TRADE.findall(said.replace("formulaire", ""))
    assert "csrf" not in stranger.text


@pytest.mark.parametrize("name", ["vault.js", "offline.js", "phone.js"])
def test_nor_do_the_scripts(app, name):
    assert not TRADE.findall(got(app, f"/static/{name}").text)


def test_the_service_worker_answers_for_every_page_and_changes_with_what_it_keeps(app, monkeypatch):
    answer = app.test_client().get("/offline/fr/sw.js")
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.mimetype == "text/javascript"
    shell = json.loads(re.search(r"SHELL = (\[.*?\])", answer.text)[1])
    for path in shell:
        assert got(app, path).status_code == 200, path
    name = re.search(r'NAME = "(shell-\w+)"', answer.text)[1]
    assert re.search(r'NAME = "(shell-\w+)"', app.test_client().get("/offline/en/sw.js").text)[1] != name
    monkeypatch.setitem(app.config, "PRODUCT_NAME", "Agenda")
    assert re.search(r'NAME = "(shell-\w+)"', app.test_client().get("/offline/fr/sw.js").text)[1] != name


def test_what_is_installed_has_a_name_and_an_icon_that_say_nothing(app):
    found = app.test_client().get("/offline/fr/app.webmanifest")
    assert found.mimetype == "application/manifest+json"
    assert (found.json["name"], found.json["start_url"], found.json["display"]) == (
        "Carnet",
        "/offline/fr",
        "standalone",
    )
    assert {icon["sizes"] for icon in found.json["icons"]} == {"192x192", "512x512"}
    for icon in found.json["icons"]:
        assert got(app, icon["src"]).mimetype == "image/png"


def test_only_what_signing_out_answers_tells_the_browser_to_wipe(app, ngo):
    assert "Clear-Site-Data" not in ngo.get("/notices").headers
    assert "Clear-Site-Data" not in ngo.get("/offline/fr").headers
    # What a page of somebody else's sends comes without the cookie: it would wipe what is not sent yet.
    assert "Clear-Site-Data" not in app.test_client().post("/logout").headers
    assert ngo.post("/logout").headers["Clear-Site-Data"] == '"storage"'
    assert "Clear-Site-Data" not in ngo.post("/logout").headers


# ---- the form that is sealed there -----------------------------------------------------------------------------------


def test_the_form_is_that_of_the_page_without_what_is_sensitive(app, ngo):
    sheet = ngo.get(SHEET).json
    assert sheet["kept_s"] == 72 * 3600
    names = {re.sub(r"\d+", "0", name) for name in re.findall(r'name="([a-z][^"]*)"', sheet["html"])}
    page = {re.sub(r"\d+", "0", name) for name in re.findall(r'name="([a-z][^"]*)"', ngo.get("/notices/new").text)}
    assert names == page - {"csrf_token", "viewport", "robots", "next", "language", "theme-color"}
    catalogue = app.extensions["mission"].catalogue
    sensitive = {code for code, kind in catalogue.kinds.items() if kind.sensitive}
    offered = set(re.findall(r'<option value="(\w+)"', sheet["html"]))
    assert sensitive & set(re.findall(r'<option value="(\w+)"', ngo.get("/notices/new").text))
    assert not sensitive & offered
    assert "DIST_FOOD" in offered


def test_the_form_says_what_an_empty_one_lacks(ngo):
    needed = json.loads(re.search(r"data-needed='([^']*)'", ngo.get(SHEET).json["html"])[1])
    assert {"kind", "persons", "level", "disclaimer"} <= needed["whole"].keys()
    assert needed["first"].keys() == {"place", "depart_from"}
    assert needed["last"].keys() == {"place", "arrive_from"}
    assert not needed["whole"].keys() & {"cargo", "urgency_reason", "overnight"}


@pytest.mark.parametrize("path", [SHEET, SESSION])
def test_only_whoever_files_for_an_organisation_gets_it(app, g9, make_account, sign_in, path):
    officer = sign_in(app.test_client(), make_account(roles.CMCOORD, organisation="OCHA"))
    assert g9.get(path).status_code == 404
    assert officer.get(path).status_code == 404
    assert app.test_client().get(path).status_code == 303
    assert g9.post(SEND, data=notice()).status_code == 404
    assert app.test_client().post(SEND, data=notice()).status_code == 303
    assert items(app) == []


def test_the_form_says_whose_it_is_and_the_session_who_is_here(ngo, other_ngo):
    mine = ngo.get(SHEET).json["whose"]
    assert mine == ngo.get(SESSION).json["whose"]
    assert mine
    assert mine != other_ngo.get(SESSION).json["whose"]


# ---- when it arrives -------------------------------------------------------------------------------------------------


def test_what_is_in_no_doubt_is_filed_once_however_often_it_comes(app, ngo):
    first = comes(ngo)
    assert first["state"] == "filed"
    assert first["stops"][0].startswith("Mopti")
    [item] = items(app)
    assert item.reference in first["said"]
    assert first["url"] == f"/notices/{item.reference}"
    assert comes(ngo) == first
    assert len(items(app)) == 1
    assert kept(app) == []
    assert "Mopti" in words(ngo.get(first["url"]))


def test_it_is_filed_with_the_words_that_follow_every_filing(ngo):
    assert "Sans message, ne concluez rien." in comes(ngo)["said"]


def test_one_that_was_filed_and_is_over_by_now_is_not_filed_again(app, ngo):
    first = comes(ngo)
    app.extensions["clock"] = lambda: NOW + timedelta(days=20)
    again = comes(ngo)
    assert (again["state"], again["url"]) == ("filed", first["url"])
    assert len(items(app)) == 1


def test_what_was_changed_after_it_was_filed_is_not_said_to_be_sent(app, ngo):
    first = comes(ngo)
    again = comes(ngo, persons="9")
    assert again["state"] == "held"
    assert first["url"].rpartition("/")[2] in again["said"]
    assert comes(ngo) == first


def test_the_answer_says_places_and_hours(ngo):
    first = comes(ngo)["stops"][0]
    assert "06:00" in first


def test_what_lay_on_the_telephone_until_it_was_over_is_not_filed(app, ngo):
    app.extensions["clock"] = lambda: NOW + timedelta(days=20)
    answer = comes(ngo)
    assert answer["state"] == "draft"
    assert "Le début est dans le passé." in answer["said"]
    assert items(app) == []


@pytest.mark.parametrize(
    "typed",
    [
        {"stops-1-place": "Nulle Part"},
        {"persons": ""},
        {"stops-1-position": "14.0700 -30.5200"},
        {"stops-1-place": "", "stops-1-position": "14.0712 -3.5212"},
        {"communications": "12"},
        {"urgency": "urgent", "urgency_reason": "Mme Traoré porte 4 000 000 FCFA"},
    ],
)
def test_what_is_in_doubt_is_not_filed_and_waits_as_a_draft(app, ngo, typed):
    answer = comes(ngo, **typed)
    assert answer["state"] == "draft"
    assert "PAS envoyé" in answer["said"]
    assert items(app) == []
    page = ngo.get(answer["url"])
    assert page.status_code == 200
    for name, value in typed.items():
        assert value in page.text, name


def test_what_was_mended_meanwhile_is_not_written_over(app, ngo):
    comes(ngo, persons="")
    send(ngo, "/notices/new", notice(persons="9"), "keep")
    assert comes(ngo, persons="")["state"] == "draft"
    assert 'value="9"' in ngo.get(f"/notices/drafts/{KEY}").text


def test_a_draft_that_was_sent_from_elsewhere_is_answered_as_filed(app, ngo):
    comes(ngo, persons="")
    reference = file(ngo, "/notices/new", notice())
    answer = comes(ngo, persons="")
    assert (answer["state"], answer["url"]) == ("filed", f"/notices/{reference}")


def test_where_a_focal_point_sends_it_waits_for_one(app, submitter, two_steps):
    first = comes(submitter)
    assert first["state"] == "asked"
    assert items(app) == []
    assert comes(submitter) == first
    [draft] = kept(app)
    assert draft.asked_at == NOW


def test_one_too_many_stays_on_the_telephone(app, ngo):
    for n in range(MOST):
        comes(ngo, persons="", _key=f"{n:032x}")
    answer = comes(ngo, persons="")
    assert answer["state"] == "held"
    assert answer["said"]
    assert len(kept(app)) == MOST


def test_a_key_of_another_organisation_tells_nothing(app, ngo, other_ngo):
    theirs = comes(other_ngo)
    answer = comes(ngo)
    assert answer["state"] in ("draft", "held")
    assert theirs["url"] not in json.dumps(answer)
    assert len(items(app)) == 1


def test_what_one_account_wrote_is_not_sent_by_another(app, ngo, other_ngo):
    token = ngo.get(SESSION).json["token"]
    answer = other_ngo.post(SEND, data={**notice(), "csrf_token": token})
    assert answer.status_code == 400
    assert items(app) == []


def test_a_sensitive_one_that_comes_all_the_same_is_let_through_to_nobody(app, ngo):
    """No telephone offers it; one that is made by hand is a notice like any other, at its own level."""
    answer = comes(ngo, level="full", **{"stops-1-activity": "PROT_MON"})
    assert answer["state"] == "draft"
    assert items(app) == []
