"""Everything ahead and what we filed, by eye and by keyboard, in both languages, on a phone and on a desk, and on paper."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import make
import pytest
from test_pages import DESK, PHONE, moved, tabs_to
from visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def filed(house, morning):
    """A distribution and a patrol that meet in four days, and a convoy on the same day; their references and the day."""
    days = (morning.date() - date(2019, 12, 6)).days
    notice = house.files("ngo", moved(make.distribution("Bankass", "10 Dec 09:00-15:00"), days))
    plan = house.files("cimic", moved(make.patrol("Bankass", "10 Dec 13:00-16:00"), days))
    convoy = house.files("ngo", moved(make.journey("Mopti", "Gao", "10 Dec 06:00-18:00"), days))
    return notice, plan, convoy, (date(2019, 12, 10) + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(("who", "language", "size"), [("officer", "fr", PHONE), ("ocha_head", "en", DESK)])
def test_an_officer_finds_a_half_day_and_the_items_in_it(filed, visit, who, language, size):
    notice, plan, _convoy, day = filed
    officer: Visitor = visit(who, size=size, language=language, scripts=True)
    officer.opens("/desk")
    officer.presses('main nav a[href="/desk/ahead"]')
    officer.opens(f"/desk/ahead?day={day}")
    officer.presses('main nav a[href*="half=afternoon"]')
    assert notice in officer.text
    assert plan in officer.text
    officer.opens(f"/desk/ahead/week?day={day}")
    officer.presses("td.both a")
    assert "half=afternoon" in officer.page.url
    officer.presses(f'table a[href="/desk/items/{plan}"]')
    assert plan in officer.text


def test_the_filter_is_a_form_that_needs_no_script(filed, visit):
    notice, plan, _convoy, day = filed
    officer = visit("officer", scripts=False)
    officer.opens(f"/desk/ahead?day={day}")
    officer.unfolds("#layer-patrol")
    for layer in ("movement", "site"):
        officer.page.locator(f"#layer-{layer}").uncheck()
    officer.presses("main details form button")
    assert plan in officer.text
    assert notice not in officer.text


@pytest.mark.parametrize("scripts", [True, False])
def test_the_slider_leads_from_day_to_day(filed, visit, scripts):
    """With scripts at once and without leaving the page; without them by its button."""
    notice, plan, _convoy, day = filed
    officer = visit("officer", scripts=scripts)
    officer.opens("/desk/ahead")
    away = (date.fromisoformat(day) - datetime.now(UTC).date()).days
    slider = officer.page.locator("#moment")
    if scripts:
        before = officer.page.url
        slider.focus()
        for _ in range(away):
            officer.page.keyboard.press("ArrowRight")
        officer.page.locator("#shown", has_text=plan).wait_for()
        assert officer.page.url == before
    else:
        slider.fill(str(away))
        officer.presses("main form[data-moments] button")
    assert notice in officer.text
    assert plan in officer.text


def test_the_grid_of_a_week_is_reached_and_pushed_by_keyboard(filed, visit):
    *_references, day = filed
    officer = visit("officer")
    officer.opens(f"/desk/ahead/week?day={day}")
    tabs_to(officer, "div.wide")
    officer.page.keyboard.press("ArrowRight")


def test_no_printed_sheet_of_what_is_ahead_carries_both_sides(filed, visit):
    notice, plan, _convoy, day = filed
    officer = visit("officer", size=DESK)
    for path in (f"/desk/ahead?day={day}", f"/desk/ahead/week?day={day}"):
        officer.page.emulate_media(media="screen")
        officer.opens(path)
        assert "Bankass" in officer.text
        officer.page.emulate_media(media="print")
        for hidden in ("Bankass", notice, plan):
            assert hidden not in officer.text, hidden


@pytest.mark.parametrize(("who", "language", "size"), [("ngo", "fr", PHONE), ("cimic", "en", DESK)])
def test_each_side_reads_its_own_on_a_list_a_map_and_a_week(filed, visit, who, language, size):
    notice, plan, convoy, day = filed
    own, other = ((notice, convoy), plan) if who == "ngo" else ((plan,), notice)
    visitor = visit(who, language=language, size=size, scripts=True)
    visitor.opens("/ours")
    for path in ("/ours", "/ours/map", f"/ours/calendar?week={day}"):
        visitor.opens(path)
        assert all(reference in visitor.text for reference in own), path
        assert other not in visitor.text
    visitor.opens(f"/ours/{own[0]}")
