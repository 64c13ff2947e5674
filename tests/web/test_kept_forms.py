"""What was typed into any form outlives a session that ended, a token that is too old, and a mistake of ours: for its writer alone."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from accounts import PASSWORD, enter
from pages import NOW, attributes, errors, fields, notice, words
from sqlalchemy import select, update

from deconflict.domain import roles
from deconflict.services.retention import keep_no_longer
from deconflict.store.base import db, transaction
from deconflict.store.items import Item
from deconflict.store.kept_forms import LIFE, MOST, KeptForm
from deconflict.store.people import Account, Organisation
from deconflict.web.kept_forms import STANDS_HERE, STANDS_ON

WORDS = "the road is cut <here> & there"


@pytest.fixture
def house(app, make_account, sign_in):
    app.config["WTF_CSRF_ENABLED"] = True
    app.extensions["clock"] = lambda: app.extensions.get("hour", NOW)

    class House:
        app = None
        awa = make_account(roles.FOCAL_POINT, roles.SUBMITTER, name="Awa", language="en", phone="+22370000001")
        binta = make_account(roles.FOCAL_POINT, name="Binta", language="en")
        oumou = make_account(roles.CMCOORD, name="Oumou", language="en")
        admin = make_account(roles.ADMINISTRATOR, name="Adama", language="en")

        def browser(self, who):
            return sign_in(app.test_client(), who)

        def ended(self, who):
            """As if he had signed out elsewhere."""
            with app.app_context(), transaction() as session:
                mark = uuid4().hex
                rows = update(Account).where(Account.person_id == who.person_id)
                session.execute(rows.values(fs_uniquifier=mark))

        def signs_in(self, client, who, next_):
            page = client.get(next_)
            token = fields(page)["csrf_token"]
            return client.post(next_, data={"email": who.email, "password": PASSWORD, "csrf_token": token})

        def rows(self):
            with app.app_context():
                return list(db.session.scalars(select(KeptForm).order_by(KeptForm.id)))

    found = House()
    found.app = app
    return found


def form_of(page, action=""):
    """What the form with this action would send."""
    for tag, body in re.findall(r"(<form[^>]*>)(.*?)</form>", page.text, re.DOTALL):
        if 'class="language"' not in tag and "logout" not in tag and (not action or f'action="{action}"' in tag):
            return {
                one["name"]: one.get("value", "")
                for one in map(attributes, re.findall(r"<input[^>]*>", body))
                if "name" in one
            }
    raise AssertionError(action)


CASES = [
    ("/people/ours/invite", "", {"name": WORDS, "email": "not an address", "phones-0": "70 00"}),
    ("/absences", "", {"from_date": "yesterday", "until_date": WORDS}),
    ("/people/{awa}/numbers", "/people/{awa}/numbers/add", {"number": "76 00 00 09 or so"}),
]


@pytest.mark.parametrize(("page", "action", "typed"), CASES)
def test_it_leads_through_the_sign_in_to_the_same_form_with_everything_typed(house, page, action, typed):
    page, action = (text.format(awa=house.awa.person_id) for text in (page, action))
    browser = house.browser(house.awa)
    form = form_of(browser.get(page), action) | typed
    house.ended(house.awa)
    sent = browser.post(action or page, data=form)
    assert sent.status_code == 303
    assert sent.location.startswith("/login?next=")
    for text in typed.values():
        assert text not in sent.location
        assert text not in str(sent.headers.getlist("Set-Cookie"))
    back = house.signs_in(browser, house.awa, sent.location)
    assert back.location.startswith(f"{page}?again=")
    shown = browser.get(back.location)
    assert shown.status_code == 200
    assert "Nothing was sent" in words(shown)
    for text in typed.values():
        assert html.escape(text, quote=True) in shown.text.replace("&#34;", "&quot;"), text


def test_a_whole_notice_comes_back_with_its_stops_and_its_key(house):
    browser = house.browser(house.awa)
    token = form_of(browser.get("/notices/new"))["csrf_token"]
    typed = notice(**{"stops-1-place": WORDS, "_do": "file"})
    house.ended(house.awa)
    sent = browser.post("/notices/new", data=typed | {"csrf_token": token})
    back = house.signs_in(browser, house.awa, sent.location)
    shown = browser.get(back.location)
    kept = fields(shown)
    assert {name: kept.get(name) for name in typed if name != "_do"} == {
        name: text for name, text in typed.items() if name != "_do"
    }
    again = browser.post("/notices/new", data=kept | {"stops-1-place": "Bankass", "_do": "review"})
    assert again.status_code == 200, errors(again)
    done = browser.post("/notices/new", data=fields(again) | {"_do": "file"})
    assert done.status_code == 303
    assert house.rows() == []


def test_a_session_whose_cookie_is_gone_is_the_same(app, house):
    form = form_of(house.browser(house.awa).get("/people/ours/invite")) | {"name": WORDS}
    stranger = app.test_client()
    sent = stranger.post("/people/ours/invite", data=form)
    assert sent.location.startswith("/login?next=")
    back = house.signs_in(stranger, house.awa, sent.location)
    assert fields(stranger.get(back.location))["name"] == WORDS


def test_a_token_that_is_too_old_shows_the_form_again_at_once(house):
    browser = house.browser(house.awa)
    form = form_of(browser.get("/people/ours/invite")) | {"name": WORDS}
    with browser.session_transaction() as session:
        del session["csrf_token"]
    sent = browser.post("/people/ours/invite", data=form)
    assert sent.location.startswith("/people/ours/invite?again=")
    assert fields(browser.get(sent.location))["name"] == WORDS


def test_only_its_writer_gets_it_back(app, house):
    form = form_of(house.browser(house.awa).get("/people/ours/invite")) | {"name": WORDS}
    stranger = app.test_client()
    sent = stranger.post("/people/ours/invite", data=form)
    other = house.signs_in(stranger, house.binta, sent.location)
    shown = stranger.get(other.location)
    assert WORDS not in html.unescape(shown.text)
    assert "kept no longer" in words(shown)
    assert "Go on with form" not in words(stranger.get("/"))
    mine = house.browser(house.awa)
    assert "Go on with form 1" in words(mine.get("/"))
    assert fields(mine.get(f"/people/ours/invite?again={house.rows()[0].id}"))["name"] == WORDS
    assert WORDS not in html.unescape(mine.get(f"/absences?again={house.rows()[0].id}").text)
    missing, foreign = (stranger.get(f"/people/ours/invite?again={id}") for id in (99999, house.rows()[0].id))
    assert words(missing) == words(foreign)


def test_nobody_sends_another_s_form_in_his_own_name(app, house):
    browser = house.browser(house.awa)
    form = form_of(browser.get("/absences")) | {
        "person": str(house.awa.person_id),
        **{"from_date": "2026-12-02", "from_time": "08:00", "until_date": "2026-12-03", "until_time": "08:00"},
    }
    token = None
    with browser.session_transaction() as session:
        token = session["csrf_token"]
    enter(browser, house.binta)
    with browser.session_transaction() as session:
        session["csrf_token"] = token
    page = browser.post("/absences", data=form)
    assert page.status_code == 400
    assert "Somebody else had opened this form" in words(page)
    assert [row.account_id for row in house.rows()] == [house.awa.account_id]
    assert fields(house.browser(house.awa).get(f"/absences?again={house.rows()[0].id}"))["until_date"] == "2026-12-03"


@pytest.mark.parametrize("forged", ["~1.00000000000000000000", "~999999.x", "~", "~1.", "~x.y"])
def test_a_forged_writer_keeps_nothing(app, house, forged):
    sent = app.test_client().post("/people/ours/invite", data={"name": WORDS, "csrf_token": f"old{forged}"})
    assert sent.location == "/login"
    assert house.rows() == []


def test_it_is_sealed_is_over_after_a_day_and_there_are_few_of_one_account(app, house, mission):
    form = form_of(house.browser(house.awa).get("/people/ours/invite"))
    for n in range(MOST + 2):
        app.test_client().post("/people/ours/invite", data=form | {"name": f"{WORDS} {n}"})
    with app.app_context():
        raw = [row[0] for row in db.session.execute(db.text("SELECT body FROM kept_form"))]
    assert len(raw) == MOST
    assert not any("road" in text for text in raw)
    newest = house.rows()[-1].id
    mine = house.browser(house.awa)
    app.extensions["hour"] = NOW + LIFE
    assert "kept no longer" in words(mine.get(f"/people/ours/invite?again={newest}"))
    with app.app_context():
        keep_no_longer(mission, NOW + LIFE + timedelta(seconds=1))
    assert house.rows() == []


def test_a_closed_account_and_a_form_that_is_no_form_of_ours_keep_nothing(app, house):
    form = form_of(house.browser(house.awa).get("/people/ours/invite"))
    app.test_client().post("/people/ours/invite", data=form | {"name": "x" * 70_000})
    assert house.rows() == []
    with app.app_context(), transaction() as session:
        session.get_one(Account, house.awa.account_id).active = False
    app.test_client().post("/people/ours/invite", data=form | {"name": WORDS})
    assert house.rows() == []


def test_no_secret_is_ever_kept(app, house):
    """Passwords and codes stand in forms of other pages, none of which is among these."""
    assert not {
        endpoint for endpoint in STANDS_HERE | STANDS_ON.keys() if endpoint.startswith(("security", "people.join"))
    }
    assert {*STANDS_HERE, *STANDS_ON, *STANDS_ON.values()} <= app.view_functions.keys()


def called_in(house, reference, who):
    with house.app.app_context():
        code = db.session.scalars(select(Item.code).where(Item.reference == reference)).one()
    return {
        "code": f"{reference} {code}",
        "call": {
            **{"_caller": str(who.person_id), "_way": "phone", "_back": "directory", "_language": "fr"},
            **{"_call_date": "2026-12-01", "_call_time": "07:50"},
        },
    }


@pytest.mark.parametrize("act", ["cancel", "change"])
def test_what_was_written_down_of_a_call_comes_back_with_its_notice(app, house, make_account, act):
    radia = make_account(roles.RADIO_OPERATOR, name="Radia", language="en", function="support")
    awa, radio = house.browser(house.awa), house.browser(radia)
    token = form_of(awa.get("/notices/new"))["csrf_token"]
    page = awa.post("/notices/new", data=notice() | {"csrf_token": token, "_do": "review"})
    reference = awa.post("/notices/new", data=fields(page) | {"_do": "file"}).location.split("/")[2]
    heard = called_in(house, reference, house.awa)
    address = f"/on-behalf/{act}"
    assert radio.get(address).location == "/on-behalf"
    start = form_of(radio.get("/on-behalf"), "/on-behalf/change")
    opened = radio.post(address, data=start | {"code": heard["code"]})
    assert opened.status_code == 200
    typed = fields(opened) | heard["call"]
    typed |= {"reason": WORDS} if act == "cancel" else {"persons": "9", "_reason": WORDS, "_do": "review"}
    house.ended(radia)
    sent = radio.post(address, data=typed)
    assert sent.location.startswith("/login?next=")
    for secret in (reference, heard["code"][-4:], WORDS):
        assert secret not in sent.location
    back = house.signs_in(radio, radia, sent.location)
    assert re.fullmatch(rf"{address}\?again=\d+", back.location)
    shown = radio.get(back.location)
    assert shown.status_code == 200
    assert "Nothing was sent" in words(shown)
    assert reference in words(shown)
    kept = fields(shown)
    assert {name: kept.get(name) for name in typed if name not in ("_do", "csrf_token")} == {
        name: text for name, text in typed.items() if name not in ("_do", "csrf_token")
    }
    other = house.browser(house.oumou).get(
        back.location
    )  # another's account is asked for the notice like on any first day
    assert reference not in other.text
    form = kept | {"_read_back": "yes"}
    if act == "change":
        review = radio.post(address, data=kept | {"_do": "review"})
        assert review.status_code == 200, errors(review)
        form = fields(review) | {"_read_back": "yes", "_do": "file"}
    assert radio.post(address, data=form).status_code == 303
    assert house.rows() == []


def test_what_somebody_gives_back_a_draft_with_comes_back_too(app, house, make_account):
    writer = make_account(roles.SUBMITTER, name="Moussa", language="en")
    with app.app_context(), transaction() as session:
        session.scalars(
            select(Organisation).where(Organisation.id == house.awa.audience.organisation_id)
        ).one().two_step = True
        for account in session.scalars(select(Account)):
            account.joined_at = NOW
    moussa, awa = house.browser(writer), house.browser(house.awa)
    token = form_of(moussa.get("/notices/new"))["csrf_token"]
    assert moussa.post("/notices/new", data=notice() | {"csrf_token": token, "_do": "file"}).location == "/notices"
    draft = f"/notices/drafts/{notice()['_key']}"
    form = form_of(awa.get(draft), f"{draft}/give-back") | {"words": WORDS}
    house.ended(house.awa)
    back = house.signs_in(awa, house.awa, awa.post(f"{draft}/give-back", data=form).location)
    assert back.location.startswith(f"{draft}?again=")
    shown = awa.get(back.location)
    again = form_of(shown, f"{draft}/give-back")
    assert again["words"] == WORDS
    assert form_of(shown, "/notices/new")["stops-1-place"] == "Bankass"
    assert awa.post(f"{draft}/give-back", data=again).status_code == 303
    assert house.rows() == []


# ---- mistakes of ours --------------------------------------------------------------------------------------------------


def test_after_a_mistake_of_ours_the_page_carries_what_was_typed_back_to_its_form(app, house, monkeypatch):
    app.testing = app.config["PROPAGATE_EXCEPTIONS"] = False
    browser = house.browser(house.awa)
    form = form_of(browser.get("/people/ours/invite")) | {"name": WORDS, "_do": "x"}
    monkeypatch.setattr("deconflict.web.own_people.ColleagueSchema", None)
    broken = browser.post("/people/ours/invite", data=form)
    assert broken.status_code == 500
    assert "What you typed is in this page" in broken.text
    monkeypatch.undo()
    back = browser.post("/kept", data=form_of(broken, "/kept"))
    assert back.location.startswith("/people/ours/invite?again=")
    assert fields(browser.get(back.location))["name"] == WORDS
    with app.app_context():
        assert db.session.scalars(select(Item)).all() == []


def test_a_mistake_on_a_page_without_a_form_carries_nothing_and_the_carrier_takes_no_other_address(
    app, house, monkeypatch
):
    browser = house.browser(house.awa)
    token = form_of(browser.get("/people/ours/invite"))["csrf_token"]
    for to in ("/login", "/nowhere", "/people/ours", "//evil.example", ""):
        assert browser.post("/kept", data={"_to": to, "x": WORDS, "csrf_token": token}).status_code == 404, to
    assert house.rows() == []


def test_what_cannot_be_done_any_more_leaves_the_words_on_the_page(house):
    browser = house.browser(house.awa)
    token = form_of(browser.get("/notices/new"))["csrf_token"]
    page = browser.post("/notices/new", data=notice() | {"csrf_token": token, "_do": "review"})
    done = browser.post("/notices/new", data=fields(page) | {"_do": "file"})
    reference = done.location.split("/")[2]
    form = form_of(browser.get(f"/notices/{reference}/cancel")) | {"reason": WORDS}
    assert browser.post(f"/notices/{reference}/cancel", data=form).status_code == 303
    again = browser.post(f"/notices/{reference}/cancel", data=form)
    assert again.status_code == 409
    assert html.escape(WORDS) in again.text


def test_an_invisible_character_is_taken_out_and_the_rest_stays(house):
    browser = house.browser(house.awa)
    form = form_of(browser.get("/people/ours/invite")) | {"name": "A\0wa", "email": "a@b.example.org"}
    sent = browser.post("/people/ours/invite", data=form)
    assert sent.status_code == 303
    kept = fields(browser.get(sent.location))
    assert (kept["name"], kept["email"]) == ("Awa", "a@b.example.org")
