"""A movement filed on a small phone in French on a line that is cut three times: while it is written, and twice while it is sent, when
the request arrives and its answer does not."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import timedelta
from socket import SHUT_RDWR

import pytest
from playwright.sync_api import Error
from test_drafts_kept import kept
from test_sentence import distribution, press
from werkzeug.test import run_wsgi_app

pytestmark = pytest.mark.browser

CUT = ("ERR_INTERNET_DISCONNECTED", "ERR_EMPTY_RESPONSE", "ERR_CACHE_MISS")
NO_ANSWER = "chrome-error://chromewebdata/"


def was_cut(ngo):
    """What went wrong so far was the cut, and nothing else."""
    ngo.wrong = [each for each in ngo.wrong if not any(cut in each for cut in CUT)]


def cut_while_writing(ngo):
    """With scripts what is typed while nothing is reached is kept with the next. Without them the press of a button is lost: whoever
    goes back finds what was kept before, whoever has the browser send it again loses nothing."""
    persons = ngo.page.locator('main [name="persons"]')
    if ngo.scripts:
        ngo.page.keyboard.press("Tab")
        kept(ngo)
        ngo.page.context.set_offline(True)
        ngo.fills({"persons": "7"})
        ngo.page.keyboard.press("Tab")
        ngo.page.wait_for_timeout(300)
        ngo.page.context.set_offline(False)
        ngo.fills({"vehicles": "3"})
        ngo.page.keyboard.press("Tab")
        ngo.page.wait_for_timeout(1500)
    else:
        press(ngo, "keep")
        ngo.presses("main ul.drafts a")
        for comes_back in (ngo.page.go_back, ngo.page.reload):
            assert persons.input_value() == "6"
            ngo.fills({"persons": "7"})
            ngo.page.context.set_offline(True)
            ngo.page.locator('main .actions button[value="review"]').click()
            ngo.page.wait_for_url(NO_ANSWER)
            ngo.page.context.set_offline(False)
            comes_back()
        assert persons.input_value() == "7"
        assert ngo.page.locator('main [name="stops-1-place"]').input_value() == "Bankass"
    was_cut(ngo)


@contextmanager
def answers_lost(house):
    """Whatever is filed meanwhile arrives and is filed, and the line goes before its answer; yields where each answer led."""
    whole, led = house.app.wsgi_app, []

    def losing(environ, start):
        body, status, headers = run_wsgi_app(whole, environ)
        if headers.get("Location", "").endswith("/filed"):
            led.append(headers["Location"])
            environ["werkzeug.socket"].shutdown(SHUT_RDWR)
            raise ConnectionResetError
        start(status, headers.to_wsgi_list())
        return body

    house.app.wsgi_app = losing
    yield led
    house.app.wsgi_app = whole


def reviews(ngo, house):
    ngo.page.locator('main [name="disclaimer"]').check()
    ngo.page.locator('main [name="confirmed_by"]').select_option("nobody")
    press(ngo, "review")
    ngo.sees(house.say("Nothing is sent yet."))


def gets_no_answer(ngo, house):
    ngo.page.locator('main .actions button[value="file"]').click()
    if ngo.scripts:
        ngo.page.locator("h1", has_text=house.say("No answer: the network is gone")).wait_for()
        ngo.sees(house.say("Do not assume that it was sent."))
    else:
        ngo.page.wait_for_url(NO_ANSWER)


def goes_back(ngo, house):
    """To a page that was itself an answer: the browser asks whether to send what led to it again, and one says yes."""
    with suppress(Error):
        ngo.page.go_back()
    ngo.page.wait_for_timeout(700)  # its question is a page like that of the cut, which no address tells apart
    ngo.page.reload()
    if not ngo.page.locator('main .actions button[value="file"]').count():
        assert ngo.page.locator('main [name="persons"]').input_value() == "7"
        reviews(ngo, house)


def sends_again(ngo, house):
    if ngo.scripts:
        ngo.presses(ngo.page.get_by_role("button", name=house.say("Send it again")))
    else:
        ngo.page.reload()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_movement_is_written_cut_off_resumed_and_filed_once(house, morning, visit, scripts):
    form = distribution((morning + timedelta(days=4)).date())
    ngo = visit("ngo", scripts=scripts)
    if scripts:
        ngo.page.evaluate("() => navigator.serviceWorker.ready.then(() => 0)")
    ngo.opens("/notices/new")
    ngo.presses('main button[name="_do"][value="add"]')
    ngo.fills(form)
    cut_while_writing(ngo)

    ngo.opens("/notices")  # as after a telephone was switched off: nothing of the page is left
    ngo.presses("main ul.drafts a")
    for name, value in (form | {"persons": "7"} | ({"vehicles": "3"} if scripts else {})).items():
        field = ngo.page.locator(f'main [name="{name}"]')
        if field.first.get_attribute("type") == "radio":
            assert ngo.page.locator(f'main [name="{name}"][value="{value}"]').is_checked(), name
        else:
            assert field.input_value() == value, name

    ngo.presses('main .actions button[value="review"]', refused=True)  # nobody has read the clause yet
    assert ngo.page.evaluate("() => document.activeElement.matches('.errors')") or not scripts
    ngo.page.locator('main .errors a[href="#f-disclaimer"]').wait_for()
    reviews(ngo, house)

    with answers_lost(house) as led:
        gets_no_answer(ngo, house)
        goes_back(ngo, house)
        gets_no_answer(ngo, house)
    assert len(led) >= 2
    assert len(set(led)) == 1
    sends_again(ngo, house)
    was_cut(ngo)
    reference = ngo.page.locator("main .reference").inner_text().split()[0]
    assert led[0].endswith(f"/{reference}/filed")
    ngo.opens("/notices")
    assert ngo.page.locator("main tbody tr").count() == 1
    assert not ngo.page.locator("main ul.drafts").count()
    house.world.all_quiet()
