"""A movement filed on a small phone in French on a line that is cut twice: while it is written, and while it is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Error
from test_drafts_kept import kept
from test_sentence import distribution, press

pytestmark = pytest.mark.browser

CUT = "ERR_INTERNET_DISCONNECTED"
FORM = "() => Object.fromEntries(new FormData(document.querySelector('main form')))"


def cut_while_writing(ngo):
    """What was kept before stays, and what is typed while nothing is reached is kept with the next."""
    if ngo.scripts:
        ngo.page.keyboard.press("Tab")
        kept(ngo)
    else:
        press(ngo, "keep")
        ngo.presses("main ul.drafts a")
    ngo.page.context.set_offline(True)
    ngo.fills({"persons": "7"})
    if ngo.scripts:
        ngo.page.keyboard.press("Tab")
        ngo.page.wait_for_timeout(300)
    else:
        with pytest.raises(Error, match=CUT):
            ngo.page.goto(ngo.page.url)
    ngo.page.context.set_offline(False)
    if ngo.scripts:
        ngo.fills({"vehicles": "3"})
        ngo.page.keyboard.press("Tab")
        ngo.page.wait_for_timeout(1500)
    ngo.wrong = [each for each in ngo.wrong if CUT not in each]  # that was the cut


@pytest.mark.parametrize("scripts", [True, False])
def test_a_movement_is_written_cut_off_resumed_and_filed_once(house, morning, visit, scripts):
    form = distribution((morning + timedelta(days=4)).date())
    ngo = visit("ngo", scripts=scripts)
    ngo.opens("/notices/new")
    ngo.presses('main button[name="_do"][value="add"]')
    ngo.fills(form)
    cut_while_writing(ngo)

    ngo.opens("/notices")  # as after a telephone was switched off: nothing of the page is left
    ngo.presses("main ul.drafts a")
    resumed = form | ({"persons": "7", "vehicles": "3"} if scripts else {})
    for name, value in resumed.items():
        field = ngo.page.locator(f'main [name="{name}"]')
        if field.first.get_attribute("type") == "radio":
            assert ngo.page.locator(f'main [name="{name}"][value="{value}"]').is_checked(), name
        else:
            assert field.input_value() == value, name

    ngo.presses('main .actions button[value="review"]', refused=True)  # nobody has read the clause yet
    assert ngo.page.evaluate("() => document.activeElement.matches('.errors')") or not scripts
    ngo.page.locator('main .errors a[href="#f-disclaimer"]').wait_for()
    ngo.page.locator('main [name="disclaimer"]').check()
    ngo.page.locator('main [name="confirmed_by"]').select_option("nobody")
    press(ngo, "review")
    ngo.sees(house.say("Nothing is sent yet."))

    sent = ngo.page.request.post(ngo.page.url, form=ngo.page.evaluate(FORM) | {"_do": "file"})  # whose answer is lost
    assert sent.ok
    press(ngo, "file")
    reference = ngo.page.locator("main .reference").inner_text().split()[0]
    assert reference in sent.url
    ngo.opens("/notices")
    assert ngo.page.locator("main tbody tr").count() == 1
    assert not ngo.page.locator("main ul.drafts").count()
    house.world.all_quiet()
