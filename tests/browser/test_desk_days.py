"""Three days at the desk: a case from overlap to agreement on a phone in French without scripts; one by the keyboard alone, in English;
and a patrol through three villages as one talk, with the case looked at from every side."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta

import make
import pytest
from test_desk_stays_open import MAKES_DAY, cases, meets

from deconflict.domain.filing import shifted

pytestmark = pytest.mark.browser
PHONE, DESKTOP = (360, 740), (1280, 800)
FURTHEST_TABS = 80


def press(visitor, words):
    """The button or link of these words."""
    visitor.presses(visitor.page.locator("main").get_by_text(words, exact=True).first)


def unfold(visitor, words):
    visitor.page.locator("main summary", has_text=words).first.click()


def state_of(house, reference):
    return next(case.state for case in cases(house) if case.reference == reference)


def until(house, reference, *states):
    for _ in range(100):
        if state_of(house, reference) in states:
            return
        time.sleep(0.1)
    raise AssertionError(f"{reference} is {state_of(house, reference)}")


# ---- the first: on a phone, without scripts --------------------------------------------------------------------------------


def test_from_overlap_to_agreement_on_a_phone(house, morning, visit):
    reference = meets(house, morning, "Bankass", 4)
    officer = visit("officer", language="fr", scripts=False, size=PHONE)
    officer.opens("/desk")
    officer.sees(reference, house.say("New to you"))
    officer.presses(f'main [data-case="{reference}"] form[action$="/take-here"] button')
    officer.sees(house.say("%(reference)s is yours.", reference=reference))
    officer.opens(f"/desk/{reference}")
    officer.sees(house.say("Why"), house.say("Map"))
    officer.presses('main a[href$="/ways"]')
    officer.sees(house.say("Ways out"))
    assert officer.page.locator("main ol.ways li").count() >= 2
    officer.presses(officer.page.locator('main section[aria-labelledby="ways-mission"] ol.ways button').first)
    officer.sees(house.say("Nothing has left yet."))
    officer.presses('main form[action$="/ask"] .actions button')
    officer.sees(house.say("Ask the mission to change"))
    officer.presses('main a[href*="side=mission"]')
    officer.sees(house.say("OCHA asks"))

    cimic = visit("cimic", language="en", scripts=False, size=PHONE)
    cimic.opens("/requests")
    cimic.presses("main tbody a")
    cimic.sees("OCHA asks", "Bankass")
    assert "ONG Alpha" not in cimic.text
    cimic.presses('main button[name="answer"][value="accept"]')
    assert "/amend" in cimic.page.url  # his own form, for him to change
    later = cimic.page.locator('main [name$="arrive_date"], main [name$="arrive_time"]').first.input_value()
    assert later
    officer.opens(f"/desk/{reference}")
    officer.sees(house.say("Accepted, not changed yet"))


# ---- the second: the keyboard alone ------------------------------------------------------------------------------------------


def tab_to(page, wanted):
    """With the tab key until what has the focus fits this selector, as somebody without a mouse goes."""
    for _ in range(FURTHEST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"no way to {wanted} by the keyboard on {page.url}")


def enters(page):
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_day_by_the_keyboard_alone_in_english(house, morning, visit):
    reference = meets(house, morning, "Koro", 5)
    officer = visit("officer", language="fr", scripts=True, size=DESKTOP)
    officer.language = "en"
    officer.presses("form.language button")
    officer.opens("/desk")
    page = officer.page
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == reference
    with page.expect_navigation():
        page.keyboard.press("t")
    officer.sees(house.say("%(reference)s is yours.", "en", reference=reference))
    page.keyboard.press("j")
    enters(page)
    assert page.url.endswith(f"/desk/{reference}")
    tab_to(page, 'main a[href$="/ways"]')
    enters(page)
    tab_to(page, "main ol.ways button")
    enters(page)
    officer.sees("Nothing has left yet.")
    tab_to(page, 'main form[action$="/ask"] .actions button')
    enters(page)
    until(house, reference, "asked")
    officer.looks_again()


# ---- the third: one talk ----------------------------------------------------------------------------------------------------------


def test_a_patrol_through_three_villages_is_one_talk(house, morning, visit):
    days = morning.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=6) - MAKES_DAY
    for place, hours in (("Bankass", "10 Dec 08:00-12:00"), ("Bandiagara", "10 Dec 09:00-15:00")):
        house.files("ngo", shifted(make.distribution(place, hours), days))
    stops = (
        *make.presence("Bankass", "10 Dec 09:00-10:00", None),
        *make.presence("Bandiagara", "10 Dec 13:00-14:00", None),
    )
    plan = house.files("cimic", shifted(_patrol(stops), days))
    for _ in range(100):
        if len(cases(house)) == 2:
            break
        time.sleep(0.1)
    first, second = (case.reference for case in cases(house))
    officer = visit("officer", language="fr", scripts=False, size=DESKTOP)
    officer.opens("/desk")
    officer.presses(officer.page.locator(f'main a[href$="/group/{plan}"]').first)
    officer.sees(first, second)
    officer.page.locator(f'main input[value^="{second}:"]').uncheck()
    press(officer, house.say("Take those that are ticked"))
    until(house, first, "taken")
    assert state_of(house, second) == "detected"
    officer.opens(f"/desk/{first}")
    officer.presses(f'main a[href="/desk/{first}/map"]')
    officer.presses(officer.page.locator("main form button, main .actions a").first)
    officer.opens(f"/desk/{first}/eyes?side=humanitarian")
    assert plan not in officer.page.locator("main").inner_text()
    officer.opens(f"/desk/{first}")
    unfold(officer, house.say("Dismiss: this is no case"))
    officer.fills({"dismiss-code": "not_same_community", "dismiss-reason": "deux villages du même nom"})
    officer.presses('main form[action$="/dismiss"] button')
    assert state_of(house, first) == "dismissed"
    officer.opens("/desk/ahead")
    officer.opens("/desk/ahead/week")
    officer.opens("/desk/ended")
    officer.sees(first)


def _patrol(stops):
    return replace(make.patrol("Bankass", "10 Dec 09:00-10:00"), stops=stops)
