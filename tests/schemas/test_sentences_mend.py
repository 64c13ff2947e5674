"""Every sentence with which a form is refused says what to do about it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from marshmallow import fields
from mends import MENDS

from deconflict.settings import ROOT

SCHEMAS, SERVICES = (sorted((ROOT / "deconflict" / name).glob("*.py")) for name in ("schemas", "services"))
# Of positions and names of places: each offers what may have been meant, as test_notice_schema.py has it.
OF_PLACES = {"whereabouts.py", "doubt_words.py"}


def said(node: ast.AST, mark: str) -> Iterator[str]:
    """The texts that are marked to be translated below this node; what only numbers another sentence is none."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == mark:
            text = call.args[0]
            if isinstance(text, ast.Constant) and "%(sentence)s" not in text.value:
                yield text.value


def refusals_of(path: Path) -> Iterator[str]:
    """Of a schema: all but the choices of its lists. Of a service: what it says of a field."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path in SCHEMAS:
        for top in tree.body:
            if not isinstance(top, ast.Assign | ast.AnnAssign) or isinstance(top.value, ast.Call):
                yield from said(top, "_l")
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "Refused":
            continue
        if any(more.arg == "field" for more in node.keywords):
            yield from said(node, "N_")
            yield from (each.value for each in node.args if isinstance(each, ast.Constant))


@pytest.mark.parametrize(
    "path", [path for path in (*SCHEMAS, *SERVICES) if path.name not in OF_PLACES], ids=lambda p: p.name
)
def test_what_is_refused_can_be_mended(path: Path) -> None:
    """In English, and in what it is in French."""
    said_so = {sentence: french(sentence) for sentence in refusals_of(path)}
    without = [each for each, told in said_so.items() if not (MENDS["en"].search(each) and MENDS["fr"].search(told))]
    assert not without


@cache
def _catalogue() -> Catalog:
    with (ROOT / "deconflict/translations/fr/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="fr")


def french(sentence: str) -> str:
    found = _catalogue().get(sentence)
    assert found is not None, sentence
    return str(found.string)


def test_what_is_left_empty_is_asked_for_in_our_own_words() -> None:
    """A library's sentence is English to everybody. What is written into files of the configuration is."""
    modules = {
        import_module(f"deconflict.schemas.{path.stem}").__name__ for path in SCHEMAS if path.stem != "toml_fields"
    }
    ours = [kind for kind in _below(fields.Field) if kind.__module__ in modules]
    assert len(ours) > 15
    for kind in ours:
        said = {}
        for each in reversed(kind.__mro__):
            said |= vars(each).get("default_error_messages", {})
        assert said["required"] != fields.Field.default_error_messages["required"], kind


def _below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def test_the_sentences_are_found() -> None:
    found = {sentence for path in (*SCHEMAS, *SERVICES) for sentence in refusals_of(path)}
    assert len(found) > 100
    assert {"Choose one of the list.", "Check the year.", "Choose what to ask."} <= found
    assert not any(MENDS["en"].search(said) for said in ("The end is past.", "Three numbers at most."))
    assert not any(MENDS["fr"].search(said) for said in ("Il n'y a personne chez vous.", "Ce n'est pas assez."))
