"""Words that no page, message or catalogue of this system may say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# The disclaimers deny these things and must name them to do so; a review committee does approve the mission's own project.
PERMISSION = re.compile(
    r"\b(approved|approval|cleared|clearance|authori[sz]ed|granted|permitted|all clear|is safe|you are safe|safe to|"
    r"approuvée?s?|autorisée?s?|accordée?s?|en sécurité|sécurisée?s?|sûre?s?)\b",
    re.IGNORECASE,
)
WAR_WORD = re.compile(r"\b(conflicts?|conflits?)\b", re.IGNORECASE)
OUTSIDE = re.compile(r"""(?:src|href|action|url)\s*[=(]\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+=", re.IGNORECASE)

PAGES = sorted((ROOT / "templates").rglob("*.html"))
TEXTS = sorted((ROOT / "templates").rglob("*.txt"))
CATALOGUES = sorted((ROOT / "deconflict/translations").rglob("*.po"))
ALLOWED_LINES = (
    "granted",  # the code of a one-off release's answer, never shown
    "sûr de",
    "bien sûr",
)


def lines(path: Path) -> list[tuple[int, str]]:
    return list(enumerate(path.read_text(encoding="utf-8").splitlines(), 1))


@pytest.mark.parametrize("path", [*PAGES, *TEXTS, *CATALOGUES], ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_a_person_reads_means_permission_or_safety(path):
    for number, line in lines(path):
        found = PERMISSION.search(line)
        if found and not any(word in line for word in ALLOWED_LINES):
            pytest.fail(f"{path.relative_to(ROOT)}:{number}: {found[0]!r}")


@pytest.mark.parametrize("path", [*PAGES, *TEXTS, *CATALOGUES], ids=lambda p: str(p.relative_to(ROOT)))
def test_the_word_that_means_war_is_not_used(path):
    for number, line in lines(path):
        assert not WAR_WORD.search(line), f"{path.relative_to(ROOT)}:{number}: {line.strip()}"


def test_identifiers_do_not_use_it_either():
    for path in sorted((ROOT / "deconflict").rglob("*.py")):
        for number, line in lines(path):
            code = line.split("#")[0].replace("on_conflict_do_nothing", "").replace("deconflict", "")
            assert not re.search(r"conflict", code.replace("ON CONFLICT", ""), re.IGNORECASE), f"{path}:{number}"


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_page_asks_anything_of_another_server_or_runs_inline_code(path):
    text = path.read_text(encoding="utf-8")
    assert not OUTSIDE.search(text)
    assert not INLINE.search(text)


def test_the_guards_above_do_find_what_they_look_for():
    assert PERMISSION.search("Votre mouvement est approuvé.")
    assert PERMISSION.search("The route is cleared")
    assert WAR_WORD.search("a conflict was found")
    assert OUTSIDE.search('<img src="//tiles.example/1.png">')
    assert INLINE.search('<p style="color:red">')
    assert INLINE.search("<script>alert(1)</script>")
    assert not INLINE.search('<script src="/static/a.js"></script>')
