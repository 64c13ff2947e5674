"""A form that keeps itself while somebody writes, on a small phone in French, and goes on after the line was cut."""

from __future__ import annotations

import pytest

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
    ngo.page.locator('main [name="vehicles"]').fill("2")
    ngo.page.keyboard.press("Tab")
    ngo.page.wait_for_timeout(1500)
    ngo.opens("/notices")  # as after a telephone was switched off: nothing of the page is left
    ngo.sees("Mopti - Bankass")
    ngo.presses("main ul.drafts a")
    for name, value in (TYPED | {"persons": "7", "vehicles": "2"}).items():
        assert ngo.page.locator(f'main [name="{name}"]').input_value() == value, name


def test_the_same_without_scripts_at_every_button(visit):
    ngo = visit("ngo")
    ngo.opens("/notices/new")
    ngo.fills(TYPED)
    ngo.presses('main button[name="_do"][value="keep"]')
    ngo.sees("Mopti - Bankass")
    ngo.presses("main ul.drafts a")
    for name, value in TYPED.items():
        assert ngo.page.locator(f'main [name="{name}"]').input_value() == value, name
