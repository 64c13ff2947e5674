"""Every page that can be reached, by eye and by keyboard, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import make
import pytest
from accounts import create_account
from house import PASSWORD
from sending import Sender
from visitor import PHONE, audit, visiting

from deconflict.domain import roles

pytestmark = pytest.mark.browser

SOON_S = 15
DESK = (1280, 900)
MOST_PAGES = 105  # of one walk: more than anybody's pages have links to


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


OF_EVERY_HOUR = re.compile(
    r"/desk/(ahead|\w+/map)\?"
)  # a page for each half-day or half-hour there is: the first will do


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
        links = [link for link in links if not OF_EVERY_HOUR.match(link)]
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
    visitor = visit(who, language=house.actor(who).audience.language, scripts=True)
    seen = walk(visitor)
    assert expected <= seen
    sender = Sender(visitor)
    sender.sends_all(sorted(seen))
    assert ("/k", "answer=received", True) in sender.pressed
    if who == "officer":
        assert f"/desk/{case}" in seen


@pytest.mark.parametrize(("who", "language"), [("cimic", "fr"), ("ngo", "en")])
def test_each_side_reads_its_pages_in_the_other_language_too(house, case, visit, who, language):
    visitor = visit(who, language=house.actor(who).audience.language, scripts=True)
    visitor.opens("/")
    visitor.language = language
    visitor.presses("form.language button")
    kind = "/plans" if who == "cimic" else "/notices"
    assert {kind, f"{kind}/new", "/requests"} <= walk(visitor)


def test_what_is_for_one_role_alone_is_fit_for_a_small_phone_too(house, case, visit):
    """A front page for everybody; whoever sets up accounts or passes words on has pages and forms of his own."""
    for role in sorted(roles.ALL - {roles.FOCAL_POINT, roles.CIMIC, roles.CMCOORD}):
        visitor = visit(scripts=True)
        visitor.signs_in(create_account(house.app, role).email, PASSWORD)
        visitor.opens("/")
        if role in (roles.ADMINISTRATOR, roles.RADIO_OPERATOR):
            Sender(visitor).sends_all(sorted(walk(visitor)))


def test_the_desk_in_english_on_a_wide_screen(case, visit):
    head = visit("ocha_head", language="en", size=DESK, scripts=True)
    assert f"/desk/{case}" in walk(head)


def test_what_burns_and_the_first_act_are_on_the_first_screen_of_a_phone(case, visit):
    officer = visit("officer")
    officer.opens(f"/desk/{case}")
    for what in (".start-line", 'form[action$="/take"] button', 'form[action$="/have"] button'):
        box = officer.page.locator(what).bounding_box()
        assert box["y"] + box["height"] <= PHONE[1], what


def test_the_menu_takes_two_rows_of_a_phone_and_one_of_a_desk_and_opens_by_keyboard(case, visit):
    for who in ("ngo", "cimic", "officer"):
        visitor = visit(who, language="en" if who == "cimic" else "fr")
        visitor.opens("/")
        row = visitor.page.locator("header nav li a").first.bounding_box()["height"]
        assert visitor.page.locator("header nav").bounding_box()["height"] <= 2 * row + 4, who
    tabs_to(visitor, "nav summary")
    assert not visitor.page.locator('nav a[href="/roster"]').is_visible()
    visitor.page.keyboard.press("Enter")
    tabs_to(visitor, 'nav a[href="/roster"]')
    enters(visitor)
    assert visitor.page.url.endswith("/roster")
    assert visitor.page.locator("nav summary.here").is_visible()
    desk = visit("officer", size=DESK)
    desk.opens("/desk")
    assert desk.page.locator('nav a[href="/roster"]').is_visible()
    assert desk.page.locator("header nav").bounding_box()["height"] <= row + 4


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
    with visiting(browser, "http://127.0.0.1:9", scripts=True) as visitor:
        visitor.page.set_content(BAD_PAGE)
        assert {"axe label", "axe button-name"} <= {each.split(":")[0] for each in visitor.found_by_axe()}
