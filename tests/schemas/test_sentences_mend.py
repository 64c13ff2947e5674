"""Every sentence with which a form is refused says what to do about it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
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
    without = [sentence for sentence in refusals_of(path) if not MENDS.search(sentence)]
    assert not without


def test_the_sentences_are_found() -> None:
    found = {sentence for path in (*SCHEMAS, *SERVICES) for sentence in refusals_of(path)}
    assert len(found) > 100
    assert {"Choose one of the list.", "Check the year.", "Choose what to ask."} <= found
    assert not MENDS.search("The end is past.")
    assert not MENDS.search("Three numbers at most.")
