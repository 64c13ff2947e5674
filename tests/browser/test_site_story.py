"""A site filed on a small phone in French, without scripts and with them: read once more on the map, looked at by a colleague too, and
read by the officer who verifies it."""

from __future__ import annotations

import pytest
from accounts import create_account
from house import PASSWORD
from test_sentence import press

from deconflict.domain import roles

pytestmark = pytest.mark.browser

MAP = "main .own-map svg"


def school(day):
    return {
        "name": "École A de Bankass",
        "kind": "SITE_SCHOOL",
        "works": "yes",
        "stops-0-place": "Bankass",
        "stops-0-position": "14,0712 N 3,5163 O",
        "fix_method": "gps",
        "fixed_on": day.isoformat(),
        "radius_m": "120",
        "valid_from": "2019-01-01",
        "operator": "Académie",
        "opening": "usual",
        "marking": "flag",
        "occupancy": "many",
        "level": "redacted",
    }


@pytest.mark.parametrize("scripts", [False, True])
def test_a_site_is_filed_seconded_by_a_colleague_and_shown(house, morning, visit, scripts):
    ngo, officer = (visit(name, scripts=scripts) for name in ("ngo", "officer"))
    colleague = visit(scripts=scripts)
    colleague.signs_in(create_account(house.app, roles.SUBMITTER, organisation="ONG Alpha").email, PASSWORD)

    ngo.opens("/sites/new")
    ngo.fills(school(morning.date()))
    ngo.presses('main .actions button[value="review"]', refused=True)  # nobody has read the clause yet
    ngo.page.locator('main .errors a[href="#f-disclaimer"]').wait_for()
    ngo.page.locator('main [name="disclaimer"]').check()
    press(ngo, "review")
    ngo.sees(house.say("Nothing is sent yet."), "14.07120", "École A de Bankass")
    assert ngo.page.locator(MAP).is_visible()
    press(ngo, "file")
    site = ngo.page.locator("main .reference").inner_text().split()[0]
    assert ngo.page.locator(MAP).is_visible()

    ngo.opens(f"/sites/{site}")
    assert not ngo.page.locator('main form[action$="/second"]').count()  # he entered it himself
    colleague.opens("/sites")
    colleague.presses(f'main a[href="/sites/{site}"]')
    button = colleague.page.locator('main form[action$="/second"] button')
    assert colleague.page.locator(MAP).bounding_box()["y"] < button.bounding_box()["y"]
    colleague.presses(button)
    colleague.sees(house.say("Written down: you have looked at the position too."))
    assert not colleague.page.locator('main form[action$="/second"]').count()

    ngo.opens(f"/sites/{site}")
    ngo.sees(house.say("A colleague of yours has checked the position."), "École A de Bankass", "120 m")
    officer.opens(f"/desk/sites/{site}")
    officer.sees("École A de Bankass", "ONG Alpha")
    assert officer.page.locator(MAP).is_visible()
    house.world.all_quiet()
