"""The officer's list and a case that stay open: what moves shows itself and takes nothing out of anybody's hands; a dead line and an
ended session say so; keys and the sound."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import make
import pytest
from sqlalchemy import select

from deconflict.domain.filing import shifted
from deconflict.store.base import db
from deconflict.store.cases import Case

pytestmark = pytest.mark.browser

A_TURN_MS = 21_000
MAKES_DAY = datetime(2019, 12, 10, tzinfo=UTC)  # moved to the days of whoever runs this
DESKTOP = (1280, 800)
COUNTS_TONES = """(() => {
  const plays = AudioContext.prototype.createOscillator;
  globalThis.tones = 0;
  AudioContext.prototype.createOscillator = function () { tones += 1; return plays.call(this); };
})()"""


@pytest.fixture
def desk(visit):
    """The officer at the list, whose clock is moved by hand from then on."""

    def enter(path="/desk", size=DESKTOP, language="fr"):
        officer = visit("officer", language="fr", scripts=True, size=size)
        officer.page.add_init_script(COUNTS_TONES)
        officer.page.clock.install()
        officer.opens(path)
        return officer

    return enter


def meets(house, morning, place="Bankass", in_days=3):
    """A distribution and a patrol in one place; the case of the two, once it is there."""
    known = {case.reference for case in cases(house)}
    later = morning.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=in_days) - MAKES_DAY
    at_noon = {
        "ngo": make.distribution(place, "10 Dec 09:00-15:00"),
        "cimic": make.patrol(place, "10 Dec 12:00-14:00"),
    }
    for who, what in at_noon.items():
        house.files(who, shifted(what, later))
    for _ in range(200):
        found = {case.reference for case in cases(house)} - known
        if found:
            return found.pop()
        time.sleep(0.1)
    raise AssertionError("no case")


def cases(house):
    with house.app.app_context():
        found = list(db.session.scalars(select(Case).order_by(Case.id)))
        db.session.remove()
        return found


def turn(visitor):
    """A turn of the page's own clock, and the answers that follow."""
    visitor.page.clock.run_for(A_TURN_MS)


def entry(visitor, reference):
    return visitor.page.locator(f'#live [data-case="{reference}"]')


def test_a_new_case_comes_into_the_list_and_takes_nothing_out_of_the_hands(house, morning, desk):
    first = meets(house, morning)
    officer = desk()
    page = officer.page
    page.locator("#desk-sound").click()
    assert page.locator("#desk-sound").get_attribute("aria-pressed") == "true"
    page.locator("details.filter > summary").click()
    page.locator("#find").fill("4F7K")
    entry(officer, first).locator("a").first.focus()
    before = page.evaluate("tones")
    second = meets(house, morning, "Koro")
    turn(officer)
    entry(officer, second).wait_for()
    assert page.locator("#find").input_value() == "4F7K"
    assert page.locator("details.filter").evaluate("e => e.open")
    assert page.evaluate("document.activeElement.textContent") == first
    assert page.locator("#desk-said").text_content() == house.say("The list has changed.")
    page.wait_for_function(f"tones === {before + 1}")
    officer.looks_again()
    turn(officer)
    assert page.evaluate("tones") == before + 1, "nothing has come since"


def test_a_line_that_is_dead_says_so_and_that_it_is_back(house, morning, desk):
    meets(house, morning)
    officer = desk("/desk?blind=1", size=(360, 740))
    page = officer.page
    page.route("**/desk/pulse", lambda route: route.abort())
    stale = page.locator("#desk-stale")
    for _ in range(4):
        turn(officer)
    stale.wait_for()
    page.unroute("**/desk/pulse")
    turn(officer)
    stale.wait_for(state="hidden")
    officer.wrong = [each for each in officer.wrong if "ERR_FAILED" not in each]


def test_an_ended_session_says_so_and_asks_no_more(house, morning, desk):
    officer = desk()
    officer.page.context.clear_cookies()
    turn(officer)
    officer.page.locator("#desk-ended").wait_for()


def test_a_case_under_the_hands_says_that_it_has_changed_and_is_left_as_it_is(house, morning, desk):
    reference = meets(house, morning)
    officer = desk(f"/desk/{reference}")
    page = officer.page
    page.locator("summary", has_text=house.say("Note what was agreed")).click()
    page.locator("#f-agree-words").fill("Le colonel a dit oui")
    turn(officer)
    assert page.locator("#desk-changed").is_hidden()
    with house.app.app_context():
        house.actor("deputy").takes(cases(house)[0])
    turn(officer)
    page.locator("#desk-changed").wait_for()
    assert page.locator("#f-agree-words").input_value() == "Le colonel a dit oui"
    officer.looks_again()
    officer.presses("#desk-changed a")
    officer.sees(house.say("Taken"))


def test_keys_alone_go_through_the_list_take_a_case_and_open_it(house, morning, desk):
    for place in ("Bankass", "Koro"):
        meets(house, morning, place)
    officer = desk()
    page = officer.page
    order = page.locator("#live [data-case]").evaluate_all("all => all.map((one) => one.dataset.case)")
    assert len(order) == 2

    def focused():
        return page.evaluate("document.activeElement.textContent")

    page.keyboard.press("j")
    assert focused() == order[0]
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert focused() == order[1], "it ends at the last"
    page.keyboard.press("k")
    assert focused() == order[0]
    with page.expect_navigation():
        page.keyboard.press("t")
    officer.sees(house.say("%(reference)s is yours.", reference=order[0]))
    page.keyboard.press("?")
    assert page.locator("#desk-help").evaluate("e => e.open")
    page.keyboard.press("/")
    page.keyboard.type("jkt?")
    assert page.locator("#find").input_value() == "jkt?", "where somebody types a letter is a letter"
    page.keyboard.press("Escape")
    page.locator("#desk-keys").click()
    page.keyboard.press("j")
    assert focused() not in order, "switched off"
    page.locator("#desk-keys").click()
    page.keyboard.press("j")
    first = focused()
    assert first == order[1], "what nobody has burns before what somebody has taken"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"/desk/{first}")
