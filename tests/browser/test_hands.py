"""On a small phone, in French, without scripts: entered for somebody who calls, written on while a session ends, printed on one sheet."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from house import PASSWORD
from playwright.sync_api import Browser
from sqlalchemy import update

from deconflict.store.base import transaction
from deconflict.store.people import Account

pytestmark = pytest.mark.browser


def window(n, name, day, earliest, latest):
    return {f"stops-{n}-{name}_{part}": text for part, text in (("date", day), ("from", earliest), ("to", latest))}


def notice(day):
    return {
        "kind": "TRANSIT_STAFF",
        "stops-0-place": "Mopti",
        **window(0, "depart", day, "06:00", "07:00"),
        "stops-1-place": "Bankass",
        **window(1, "arrive", day, "09:00", "10:00"),
        "vehicles": "2",
        "persons": "6",
        "escort": "none",
        "level": "match_only",
        "disclaimer": "2026-11",
    }


def fills(visitor, form):
    """Those of the form that this page has: another may ask more."""
    visitor.fills(form)
    for name in ("confirmed_by", "check_in_plan"):
        if visitor.page.locator(f'main select[name="{name}"]').count():
            visitor.page.locator(f'main select[name="{name}"]').select_option("nobody")


@pytest.fixture
def day(morning):
    return (morning + timedelta(days=9)).date().isoformat()


def test_an_officer_enters_what_is_called_in_and_reads_it_back(house, visit, day):
    officer = visit("officer")
    officer.opens("/on-behalf")
    officer.page.locator('select[name="organisation"]').select_option(label="ONG Alpha")
    officer.presses("main form button >> nth=0")
    fills(officer, notice(day) | {"_caller": str(house.actor("ngo").person_id), "_way": "phone", "_back": "directory"})
    officer.presses('main button[name="_do"][value="review"] >> nth=-1')
    officer.sees(house.say("Read this out, one sentence after another"), "Bankass")
    officer.presses('main button[name="_do"][value="file"]')
    assert officer.page.evaluate("() => document.activeElement.className") == "errors"
    officer.page.locator('input[name="_read_back"]').check()
    officer.presses('main button[name="_do"][value="file"]')
    reference = re.search(r"\b([0-9A-Z]{5}) \d{4}\b", officer.text)[1]
    ngo = visit("ngo")
    ngo.opens(f"/notices/{reference}")
    ngo.sees("OCHA pour vous", "Bankass")


def test_a_session_that_ends_mid_way_leads_through_the_sign_in_back_to_the_same_form(house, visit, day):
    ngo = visit("ngo")
    ngo.opens("/notices/new")
    fills(ngo, notice(day))
    with house.app.app_context(), transaction() as session:
        mine = update(Account).where(Account.person_id == house.actor("ngo").person_id)
        session.execute(mine.values(fs_uniquifier=uuid4().hex))
    ngo.presses('main button[name="_do"][value="review"] >> nth=-1')
    assert "/login" in ngo.page.url
    assert "Bankass" not in ngo.page.url
    ngo.fills({"email": house.actor("ngo").mailbox.address, "password": PASSWORD})
    ngo.presses("main form button")
    assert "/notices/new?again=" in ngo.page.url
    for name in ("stops-1-place", "persons", "stops-0-depart_date"):
        assert ngo.page.locator(f'main [name="{name}"]').input_value() == notice(day)[name]
    ngo.presses('main button[name="_do"][value="review"] >> nth=-1')
    ngo.sees(house.say("Nothing is sent yet."), "Bankass")


@pytest.mark.parametrize("scripts", [False, True])
def test_the_focus_goes_to_what_is_to_be_mended_with_scripts_and_without(browser, house, scripts):
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(house.url + "/login")
    page.fill('[name="email"]', house.actor("ngo").mailbox.address)
    page.fill('[name="password"]', PASSWORD)
    page.click("main form button")
    page.goto(house.url + "/notices/new")
    page.locator('main .actions button[name="_do"][value="review"]').click()
    page.wait_for_selector(".errors")
    assert page.evaluate("() => document.activeElement.className") == "errors"
    page.locator('.errors a[href="#f-persons"]').click()
    page.keyboard.type("6")
    assert page.locator('[name="persons"]').input_value() == "6"
    context.close()


@pytest.mark.parametrize("name", ["ngo", "cimic"])
def test_the_paper_form_is_one_sheet_and_works_from_a_saved_file(browser, house, visit, tmp_path, name):
    visitor = visit(name, language={"ngo": "fr", "cimic": "en"}[name])
    what = {"ngo": "movement", "cimic": "patrol"}[name]
    visitor.opens(f"/paper/{what}")
    saved = tmp_path / "form.html"
    saved.write_bytes(visitor.page.request.get(f"{house.url}/paper/{what}/file").body())
    assert sides(browser, saved.as_uri()) <= 2


def sides(browser: Browser, address: str) -> int:
    page = browser.new_page()
    page.goto(address)
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
