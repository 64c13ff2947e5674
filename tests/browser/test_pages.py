"""Every page that can be reached, by eye and by keyboard, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import make
import pytest
from house import PASSWORD
from visitor import PHONE, audit, visiting

pytestmark = pytest.mark.browser

SOON_S = 15
DESK = (1280, 900)
MOST_PAGES = 75  # of one walk: more than anybody's pages have links to


def moved(filing, days):
    """The filing so many days later, with windows as people give them on a form: half an hour each."""

    def later(window):
        at = window and window.earliest + timedelta(days=days)
        return window and replace(window, earliest=at, latest=at + timedelta(minutes=30))

    stops = tuple(replace(stop, arrive=later(stop.arrive), depart=later(stop.depart)) for stop in filing.stops)
    return replace(filing, stops=stops)


@pytest.fixture
def case(house, morning):
    """A notice and a plan that meet in four days; the desk's reference of their case."""
    days = (morning.date() - date(2019, 12, 6)).days
    house.files("ngo", moved(make.distribution("Bankass", "10 Dec 09:00-15:00"), days))
    house.files("cimic", moved(make.patrol("Bankass", "10 Dec 13:00-16:00"), days))
    return house.actor("officer").phone.expects("URGENT", within_s=SOON_S).split("dossier ")[1][:5]


def tabs_to(visitor, selector, most=60):
    """Tab until the element has the focus, which must be seen."""
    for _ in range(most):
        visitor.page.keyboard.press("Tab")
        if visitor.page.evaluate("s => document.activeElement.matches(s)", selector):
            seen = "() => getComputedStyle(document.activeElement).outlineStyle !== 'none'"
            assert visitor.page.evaluate(seen), f"{selector} does not show that it has the focus"
            return
    raise AssertionError(f"{selector} is not reached within {most} steps on {visitor.page.url}")


def enters(visitor):
    with visitor.page.expect_navigation() as coming:
        visitor.page.keyboard.press("Enter")
    assert coming.value.status < 400


def walk(visitor):
    """Every page that links lead to from the front page; their paths."""
    seen, ahead = set(), ["/"]
    while ahead and len(seen) < MOST_PAGES:
        path = ahead.pop(0)
        visitor.opens(path)
        seen.add(path)
        links = visitor.page.evaluate(
            "() => [...document.querySelectorAll('a[href^=\"/\"]:not([download]):not([hreflang])')]"
            ".map((a) => a.getAttribute('href').split('#')[0])"
        )
        ahead += [link for link in dict.fromkeys(links) if link not in seen and link not in ahead]
    assert not ahead, f"more than {MOST_PAGES} pages: {ahead}"
    return seen


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("ngo", {"/notices", "/notices/new", "/requests", "/change"}),
        ("cimic", {"/plans", "/plans/new", "/plans/new/patrol", "/plans/new/event", "/requests"}),
        ("officer", {"/desk", "/desk/items", "/desk/ended", "/roster"}),
    ],
)
def test_every_page_that_links_lead_to_is_fit_for_a_small_phone(house, case, visit, who, expected):
    language = house.actor(who).audience.language
    seen = walk(visit(who, language=language, scripts=True))
    assert expected <= seen
    if who == "officer":
        assert f"/desk/{case}" in seen


def test_the_desk_in_english_on_a_wide_screen(case, visit):
    head = visit("ocha_head", language="en", size=DESK, scripts=True)
    assert f"/desk/{case}" in walk(head)


def test_what_burns_and_the_first_act_are_on_the_first_screen_of_a_phone(case, visit):
    officer = visit("officer")
    officer.opens(f"/desk/{case}")
    for what in (".start-line", 'form[action$="/take"] button', 'form[action$="/have"] button'):
        box = officer.page.locator(what).bounding_box()
        assert box["y"] + box["height"] <= PHONE[1], what


def test_no_printed_sheet_carries_both_sides(case, visit):
    """References, clocks and calls to make only (RUL-14)."""
    for size in (PHONE, DESK):
        officer = visit("officer", size=size)
        officer.opens(f"/desk/{case}")
        assert "Bankass" in officer.text
        officer.page.emulate_media(media="print")
        assert case in officer.text
        for hidden in ("Bankass", "R01a", "1,4 km"):
            assert hidden not in officer.text, hidden


def test_sign_in_queue_and_first_case_by_keyboard_alone(house, case, visit):
    officer = visit()
    officer.opens("/login")
    officer.page.keyboard.press("Tab")
    assert officer.page.evaluate("() => document.activeElement.matches('a.skip')")
    assert officer.page.locator("a.skip").bounding_box()["y"] >= 0
    tabs_to(officer, "[name=email]")
    officer.page.keyboard.type(house.actor("officer").mailbox.address)
    tabs_to(officer, "[name=password]")
    officer.page.keyboard.type(PASSWORD)
    enters(officer)
    tabs_to(officer, 'a[href="/desk"]')
    enters(officer)
    tabs_to(officer, "main ol.queue a")
    enters(officer)
    assert officer.page.url.endswith(f"/desk/{case}")
    tabs_to(officer, 'form[action$="/take"] button')
    enters(officer)
    officer.opens(f"/desk/{case}")
    officer.sees("officer")


def test_the_language_of_a_page_changes_with_one_press_and_stays(house, visit):
    ngo = visit()
    ngo.opens("/k")
    ngo.language = "en"
    ngo.presses("form.language button")
    assert ngo.page.url.endswith("/k")
    ngo.sees(house.say("Acknowledge a message", "en"))
    ngo.opens("/login")
    ngo.fills({"email": house.actor("ngo").mailbox.address, "password": PASSWORD})
    ngo.language = "fr"  # whoever signs in has a language of their own
    ngo.presses("main form button")
    ngo.language = "en"
    ngo.presses("form.language button")
    ngo.opens("/notices")
    ngo.sees(house.say("Our notices", "en"))


BAD_PAGE = """<!doctype html><html><body style="margin:0"><div style="width:500px;height:1px" id="a"></div><h3 id="a">x</h3>
<p style="color:#999;background:#fff">pale</p><details><summary>s</summary><input name="mute"></details><button></button>
<a href="#nowhere">x</a><p aria-describedby="nobody" style="font-size:9px">x</p><svg width="9" height="9"></svg></body></html>"""


def test_what_is_wrong_with_a_page_is_seen(browser, tmp_path):
    with visiting(browser, "http://127.0.0.1:9") as visitor:
        visitor.page.set_content(BAD_PAGE)
        found = " / ".join(visitor.page.evaluate(audit()))
        for part in (
            *("sideways: 500", "no language", "0 of <main>", "jumps from 0 to 3", "id a occurs twice", "#nowhere"),
            *("mute> has no label", "pale>: contrast 2.8", "says nothing", "#nobody", "9 px", "no text of its own"),
        ):
            assert part in found, f"{part!r} is not in {found}"
        visitor.page.goto("data:text/html,<img src='http://127.0.0.2:9/x.png'>")
        assert any("asks http://127.0.0.2:9/x.png" in each for each in visitor.wrong)
