"""Looking at every page that tests were given finds what is wrong with it, and which pages no test is given."""

from __future__ import annotations

import subprocess
import sys

import pages_seen
import pytest
from test_pages import BAD_PAGE

from deconflict.settings import ROOT

pytestmark = pytest.mark.browser


def test_a_page_that_is_not_well_and_a_template_without_a_page_are_told(tmp_path):
    (tmp_path / "a.html").write_text(BAD_PAGE.replace("<html>", '<html lang="fr">'), encoding="utf-8")
    (tmp_path / pages_seen.TEMPLATES).write_text("desk/wall.html\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tests.look_at_pages", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    for part in ("axe label", "sideways: 500", "templates/desk/queue.html: no test"):
        assert part in done.stdout
    assert "templates/desk/wall.html" not in done.stdout


def test_what_a_page_is_made_of_tells_states_apart_and_not_words():
    page = '<html lang="fr"><p class="flash {}">{}</p><a href="/{}">{}</a>'
    calm, same, grave = (
        pages_seen.parts(page.format(*words)) for words in (("a", *"123"), ("a", *"456"), ("b", *"123"))
    )
    assert calm == same != grave
    assert pages_seen.language(page) == "fr"
