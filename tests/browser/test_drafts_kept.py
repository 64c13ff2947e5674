"""A form that keeps itself while somebody writes, on a small phone in French, and goes on after the line was cut."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from house import PASSWORD

from deconflict.domain.drafts import MOST
from deconflict.services import drafts

pytestmark = pytest.mark.browser

TYPED = {"stops-0-place": "Mopti", "stops-1-place": "Bankass", "persons": "6", "communications": "70 00 00 07"}


def kept(visitor):
    """The page has said that it is kept."""
    visitor.page.wait_for_function("() => document.getElementById('draft-note').textContent.trim() !== ''")


def test_what_was_typed_before_the_line_was_cut_is_there_again(visit):
    ngo = visit("ngo", scripts=True)
    ngo.opens("/notices/new")
    ngo.fills(TYPED)
    ngo.page.keyboard.press("Tab")
    kept(ngo)
    ngo.page.context.set_offline(True)
    ngo.page.locator('main [name="persons"]').fill("7")
    ngo.page.keyboard.press("Tab")
    ngo.page.wait_for_timeout(300)
    ngo.page.context.set_offline(False)
    ngo.wrong = [each for each in ngo.wrong if "ERR_INTERNET_DISCONNECTED" not in each]  # that was the cut
    whole = re.compile(r'(name="vehicles"\s+|\bvehicles=)2\b')
    with ngo.page.expect_response(lambda answer: answer.status == 204 and whole.search(answer.request.post_data or "")):
        ngo.page.locator('main [name="vehicles"]').fill("2")
        ngo.page.keyboard.press("Tab")
    ngo.opens("/notices")  # as after a telephone was switched off: nothing of the page is left
    ngo.sees("Mopti - Bankass")
    ngo.presses("main ul.drafts a")
    for name, value in (TYPED | {"persons": "7", "vehicles": "2"}).items():
        assert ngo.page.locator(f'main [name="{name}"]').input_value() == value, name


NOT_KEPT, KEPT = "NOT KEPT since", "Kept as a draft at"
CUT, OUT = "There is no network.", "You are signed out: sign in in another window, under your own name, and go on here."
FULL = "You keep twenty drafts already. Send or delete one first."


def types(visitor, name, text):
    visitor.page.locator(f'main [name="{name}"]').fill(text)
    visitor.page.keyboard.press("Tab")


def says(house, visitor, *sentences):
    """The note does, in the end: each sentence in the reader's words, with an hour behind the first."""
    first, *rest = (re.escape(house.say(sentence)) for sentence in sentences)
    said = "^" + r"\. ".join([rf"{first} \d\d:\d\d", *rest]) + "$"
    visitor.page.wait_for_function(
        "(said) => new RegExp(said).test(document.getElementById('draft-note').textContent)", arg=said
    )


def forgives(visitor, *faults):
    """What the browser says of what this test did to it."""
    visitor.wrong = [each for each in visitor.wrong if not any(fault in each for fault in faults)]


def test_a_page_without_a_network_says_that_it_is_not_kept_until_it_is(house, visit):
    ngo = visit("ngo", scripts=True)
    ngo.opens("/notices/new")
    types(ngo, "persons", "6")
    says(house, ngo, KEPT)
    assert ngo.page.locator("#draft-note").get_attribute("role") == "status"
    ngo.page.context.set_offline(True)
    types(ngo, "persons", "7")
    says(house, ngo, NOT_KEPT, CUT)
    ngo.looks_again()
    ngo.page.evaluate("""() => { window.said = 0;
        new MutationObserver((all) => (said += all.length)).observe(document.getElementById("draft-note"), { childList: true }); }""")
    types(ngo, "persons", "8")
    ngo.page.wait_for_timeout(500)
    assert ngo.page.evaluate("() => said") == 0  # said once
    ngo.page.context.set_offline(False)  # nobody touches it any more
    says(house, ngo, KEPT)
    assert not ngo.page.locator("#draft-note.lost").count()
    forgives(ngo, "ERR_INTERNET_DISCONNECTED")


def test_a_page_whose_session_is_over_says_so_and_goes_on_after_the_sign_in(house, visit):
    ngo = visit("ngo", scripts=True)
    ngo.opens("/notices/new")
    types(ngo, "persons", "6")
    says(house, ngo, KEPT)
    ngo.page.context.clear_cookies()
    types(ngo, "persons", "7")
    says(house, ngo, NOT_KEPT, OUT)
    window, other = ngo.page, ngo.page.context.new_page()

    def signs_in(name):
        other.goto(house.url + "/login")
        other.locator('main [name="email"]').fill(house.actor(name).mailbox.address)
        other.locator('main [name="password"]').fill(PASSWORD)
        with other.expect_navigation():
            other.locator("main form button").click()

    signs_in("alternate")  # of the same organisation, and not who wrote it
    types(ngo, "persons", "8")
    window.wait_for_timeout(1000)
    says(house, ngo, NOT_KEPT, OUT)
    window.context.clear_cookies()
    signs_in("ngo")
    types(ngo, "persons", "9")
    says(house, ngo, KEPT)
    ngo.opens("/notices")
    ngo.presses("main ul.drafts a")
    assert ngo.page.locator('main [name="persons"]').input_value() == "9"
    forgives(ngo, "400")


def test_one_draft_too_many_is_said_with_the_sentence_of_the_server(house, visit):
    ngo = visit("ngo", scripts=True)
    with house.app.app_context():
        who, at = house.actor("ngo").audience, datetime.now(UTC)
        for n in range(MOST):
            drafts.keep(
                drafts.Draft(key=f"{n:032x}", side="humanitarian", sheet="movement", values={"persons": "1"}, stops=2),
                who,
                at,
            )
    ngo.opens("/notices/new")
    types(ngo, "persons", "6")
    says(house, ngo, NOT_KEPT, FULL)
    with house.app.app_context():
        drafts.forget(f"{0:032x}", who)
    types(ngo, "persons", "7")
    says(house, ngo, KEPT)


def test_the_same_without_scripts_at_every_button(visit):
    ngo = visit("ngo")
    ngo.opens("/notices/new")
    ngo.fills(TYPED)
    ngo.presses('main button[name="_do"][value="keep"]')
    ngo.sees("Mopti - Bankass")
    ngo.presses("main ul.drafts a")
    for name, value in TYPED.items():
        assert ngo.page.locator(f'main [name="{name}"]').input_value() == value, name
