"""Everything a person reads exists in French: catalogues, message templates, labels of the mission profile."""

from __future__ import annotations

import string
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from deconflict.translations import __main__ as catalogues

ROOT = Path(__file__).parents[2]


def said() -> set[str]:
    """Every msgid of the code and the pages."""
    return {id_of(message) for message in catalogues.said(ROOT) if message.id}


def id_of(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


def french() -> Catalog:
    with (ROOT / "deconflict/translations/fr/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="fr")


def test_french_says_everything_that_the_code_and_the_pages_say():
    catalogue = french()
    known = {
        entry.id[0] if isinstance(entry.id, tuple) else entry.id for entry in catalogue if entry.id and entry.string
    }
    missing = sorted(said() - known)
    assert not missing, f"{len(missing)} without French, such as {missing[:5]}"


def test_no_french_is_kept_that_nobody_says():
    catalogue = french()
    known = {entry.id[0] if isinstance(entry.id, tuple) else entry.id for entry in catalogue if entry.id}
    assert known <= said()


def test_no_translation_is_a_guess_or_loses_a_placeholder():
    for entry in french():
        if not entry.id:
            continue
        assert not entry.fuzzy, entry.id
        sources = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        strings = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        for text in strings:
            wanted = {p for source in sources for p in placeholders(source)}
            assert placeholders(text) <= wanted, entry.id
            if len(strings) == 1:
                assert placeholders(text) == wanted, entry.id


def placeholders(text: str) -> set[str]:
    """`%(name)s` names of a text."""
    return {part.split(")")[0] for part in text.split("%(")[1:]}


def test_catalogues_compile(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "deconflict.translations"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert (ROOT / "deconflict/translations/fr/LC_MESSAGES/messages.mo").exists()


@pytest.mark.parametrize("event", sorted(p.name for p in (ROOT / "templates/messages/fr").glob("*.txt")))
def test_every_message_exists_in_both_languages_with_the_same_names(event):
    texts = [(ROOT / "templates/messages" / lang / event).read_text(encoding="utf-8") for lang in ("fr", "en")]
    names = [{n for _, n, _, _ in string.Formatter().parse(t.replace("$", "{x}")) if n} for t in texts]
    assert all(texts)
    assert names[0] == names[1]
    dollars = [{w.strip(".,:;-\n ") for w in t.split() if w.startswith("$")} for t in texts]
    assert dollars[0] == dollars[1]


def test_both_languages_have_the_same_messages():
    files = [{p.name for p in (ROOT / "templates/messages" / lang).glob("*.txt")} for lang in ("fr", "en")]
    assert files[0] == files[1]
