"""A figure of the SOP from the thought to the case that it opens: begun and proposed by a head of office on a wide screen in English,
signed by an officer on a phone in French. And the end of a duty: a draft, a note, and the place found again."""

from __future__ import annotations

import time
from datetime import timedelta

import make
import pytest
from test_desk_days import DESKTOP, PHONE
from test_desk_stays_open import MAKES_DAY, cases

from deconflict.domain.filing import shifted

pytestmark = pytest.mark.browser
ELSEWHERE = (14.2500, -3.5160)  # 18 km from Bankass: further than any rule of distance reaches


def again_until(visitor, words):
    """The page is looked at again until it says this."""
    for _ in range(100):
        if words in visitor.text:
            return
        time.sleep(0.2)
        visitor.page.reload()
    raise AssertionError(f"{visitor.page.url} never said {words!r}")


def without_a_case(house, morning):
    later = morning.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=4) - MAKES_DAY
    house.files("ngo", shifted(make.distribution("Bankass", "10 Dec 09:00-15:00"), later))
    house.files("cimic", shifted(make.patrol(ELSEWHERE, "10 Dec 13:00-16:00"), later))


@pytest.mark.parametrize("scripts", [True, False])
def test_a_distance_is_changed_read_signed_and_in_force(house, morning, visit, scripts):
    without_a_case(house, morning)
    head = visit("ocha_head", language="en", scripts=scripts, size=DESKTOP)
    head.opens("/sop/versions")
    head.fills({"name": "browser-1"})
    head.presses('main form[action$="/begin"] button')
    head.sees("Nothing yet: it is what is in force.")
    head.presses('main a[href$="/figures/rules"]')
    head.page.locator('[name="rule.R01b.within_km"]').fill("many")
    head.presses("main form .actions button", refused=True)
    head.sees("Give a number")
    head.page.locator('[name="rule.R01b.within_km"]').fill("30")
    head.presses("main form .actions button")
    head.sees("R01b: Within (km)", "30")
    again_until(head, "Cases that would open: 1")
    head.fills({"reason": "asked for by the coordination committee"})
    head.presses('main form[action$="/propose"] button')
    head.sees("Waits for a second signature", "You proposed it.")
    assert not cases(house)
    officer = visit("officer", language="fr", scripts=scripts, size=PHONE)
    officer.opens("/sop/versions")
    waits = house.say("A version of the SOP waits for a second signature: see Rules and clocks, Versions.")
    assert waits in officer.page.locator("body").inner_text()
    officer.presses(officer.page.locator("main a", has_text="browser-1").first)
    officer.sees("R01b", "asked for by the coordination committee", house.say("Cases that would open"))
    officer.presses('main form[action$="/sign"] button')
    officer.sees(house.say("It is in force. Everything that is filed is looked at by it from now on."))
    for _ in range(100):
        if cases(house):
            break
        time.sleep(0.1)
    (case,) = cases(house)
    assert case.sop_version == "browser-1"
    officer.opens("/sop")
    officer.sees("browser-1", "30 km")


def test_whoever_ends_a_duty_begins_with_a_draft_notes_and_finds(house, morning, visit):
    without_a_case(house, morning)
    officer = visit("officer", language="fr", scripts=False, size=PHONE)
    officer.opens("/roster/notes")
    officer.page.locator('main select[name="area"]').select_option(index=1)
    officer.presses(officer.page.locator("main button", has_text=house.say("Begin with a draft")).first)
    field = officer.page.locator('main textarea[name="text"]')
    assert field.input_value().strip()
    field.fill(field.input_value() + "\nLe maire rappelle à midi.")
    officer.presses(officer.page.locator("main button", has_text=house.say("Hand over")).last)
    officer.sees("Le maire rappelle à midi.")
    officer.opens("/desk/find")
    officer.fills({"find": "bankas"})
    officer.presses("main form button")
    officer.sees("Bankass")
    assert "bankas" not in officer.page.url
    officer.presses(officer.page.locator("main table a.mono").first)
    officer.page.locator("main summary", has_text=house.say("Write a note")).first.click()
    officer.fills({"note-words": "À rappeler avant le départ."})
    officer.presses(officer.page.locator("main button", has_text=house.say("Keep the note")).first)
    officer.sees("À rappeler avant le départ.")
