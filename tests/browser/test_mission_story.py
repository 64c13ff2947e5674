"""A CIMIC officer on a small phone in French, without scripts and with them: an area to avoid, a patrol told after it was made, and the
question that closes it; and a team that checks in by its code on a handset that is not signed in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from test_sentence import distribution, file, group, patrol, press

pytestmark = pytest.mark.browser
SCRIPTS = pytest.mark.parametrize("scripts", [False, True])


@pytest.fixture
def desk(visit):
    """The mission's desk, which speaks English, in French."""

    def enter(scripts):
        cimic = visit("cimic", language="en", scripts=scripts)
        cimic.language = "fr"
        cimic.presses("form.language button")
        return cimic

    return enter


def reference(visitor):
    return visitor.page.locator("main .reference").inner_text().split()[0]


@SCRIPTS
def test_an_area_to_avoid_is_given_by_its_corners_mended_and_filed(house, morning, desk, scripts):
    cimic = desk(scripts)
    day = (morning + timedelta(days=3)).date()
    cimic.opens("/plans/new")
    cimic.presses('main a[href="/plans/new/zone"]')
    corners = ["30PVB4400056000", "30PVB5400056000", "Koro", "14,0700 N 3,5200 O quelque part"]
    cimic.fills(
        {
            "kind": "AVOID_AREA",
            "shape": "polygon",
            "points": "\n".join(corners),
            "begins_time": group(day, "0600"),
            "ends_date": day.isoformat(),
            "ends_time": "18:00",
            "level": "redacted",
        }
    )
    cimic.presses('main .actions button[value="review"]', refused=True)
    assert cimic.page.locator("main .errors a").count() == 1
    cimic.page.locator('main .errors a[href="#f-points"]').wait_for()
    assert cimic.page.locator('[name="points"]').input_value().splitlines() == corners  # nothing typed is lost
    cimic.fills({"points": "\n".join([*corners[:3], "14,0700 N 3,5200 O"])})
    press(cimic, "review")
    cimic.sees(house.say("Nothing is sent yet."))
    assert cimic.page.locator("main .own-map svg").is_visible()
    press(cimic, "file")
    area = reference(cimic)
    cimic.opens("/plans")
    cimic.presses(f'main a[href="/plans/{area}"]')
    cimic.sees(area)


@SCRIPTS
def test_a_patrol_that_was_made_already_is_told_and_closed_with_its_question(house, morning, visit, desk, scripts):
    cimic, officer = desk(scripts), visit("officer", scripts=scripts)
    day = (morning - timedelta(days=1)).date()
    cimic.opens("/plans/new/patrol")
    cimic.presses('main button[name="_do"][value="remove-1"]')
    cimic.fills(patrol(day))
    press(cimic, "review")
    press(cimic, "file")
    plan = reference(cimic)
    cimic.opens("/plans")
    cimic.presses(f'main a[href="/plans/{plan}/close-out"] >> nth=0')
    cimic.presses("main form .actions button", refused=True)  # neither yes nor no
    cimic.page.locator('main .errors a[href="#f-aid_given"]').wait_for()
    cimic.fills({"aid_given": "yes"})
    cimic.presses("main form .actions button", refused=True)  # of what kind, where, planned or not
    assert cimic.page.locator("main .errors a").count() >= 2
    assert cimic.page.locator('[name="aid_given"][value="yes"]').is_checked()
    for name in ("category", "stop"):
        cimic.fills({name: cimic.page.locator(f'main select[name="{name}"] option').nth(1).get_attribute("value")})
    cimic.fills({"planned": "no"})
    cimic.presses("main form .actions button")
    cimic.opens(f"/plans/{plan}")
    cimic.sees(house.say("Was aid given?"))
    officer.opens("/desk/close-outs")
    officer.sees(plan)


@SCRIPTS
def test_a_team_checks_in_by_its_code_and_its_base_sees_it(house, morning, visit, scripts):
    ngo, team = visit("ngo", scripts=scripts), visit(scripts=scripts)
    ngo.opens("/notices/new")
    ngo.presses('main button[name="_do"][value="add"]')
    ngo.page.locator('main [name="disclaimer"]').check()
    ngo.page.locator('main [name="confirmed_by"]').select_option("nobody")
    notice = file(ngo, distribution((morning + timedelta(days=1)).date()) | {"check_in_plan": "stops"})
    ngo.opens(f"/notices/{notice}")
    reference_and_code = ngo.page.locator("main strong.mono", has_text=notice).inner_text()
    team.opens("/c")
    team.fills({"code": reference_and_code.lower(), "stop": "1"})
    team.presses('main button[value="departed"]')
    team.sees(house.say("This page always says the same. If you are not sure, call your base."))
    ngo.opens(f"/notices/{notice}")
    assert ngo.page.locator("main .check-ins li").count() == 1
    team.fills({"code": f"{notice} 0000", "stop": "2"})
    team.presses('main button[value="arrived"]')
    team.sees(house.say("This page always says the same. If you are not sure, call your base."))
    ngo.opens(f"/notices/{notice}")
    assert (
        ngo.page.locator("main .check-ins li").count() == 1
    )  # with a wrong code nothing is noted, and nobody is told so
