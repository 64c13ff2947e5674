"""Keeps, while tests run, pages of every make that any test was given, so that tests/look_at_pages.py can look at them: rare states
too, which no walk comes by. Only where PAGES_SEEN names a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request_finished, template_rendered
from flask_babel import force_locale
from jinja2 import Template

FOLDER = "PAGES_SEEN"
TEMPLATES = "templates"
TAG = re.compile(r"<([a-z][a-z0-9]*)((?:\s+[^<>]*?)?)/?>")
NAMED = re.compile(r"\s([a-z-]+)(?:=\"([^\"]*)\")?")
TOLD_BY = ("class", "type", "role", "lang")  # of other attributes it is the name that counts
LANGUAGE = re.compile(r'<html[^>]* lang="(..)"')

_known: dict[str, set[str]] = {}
_templates: set[str] = set()
_collecting = True


@contextmanager
def as_it_is() -> Iterator[None]:
    """Nothing is kept, and no page made twice: for whoever counts what a page costs."""
    global _collecting
    _collecting = False
    try:
        yield
    finally:
        _collecting = True


def parts(html: str) -> set[str]:
    """What a page is made of: each kind of tag by the names of its attributes, its class and its type, inside of what came before."""
    found, last = set(), ""
    for tag, said in TAG.findall(html):
        kinds = (f"{name}={value}" if name in TOLD_BY else name for name, value in NAMED.findall(said))
        mark = f"{tag} {' '.join(sorted(kinds))}"
        found.add(f"{last}>{mark}")
        last = mark
    return found


def language(html: str) -> str:
    said = LANGUAGE.search(html)
    return said[1] if said else ""


def keep_for(folder: Path) -> None:
    """From now on, of every app of this process."""
    folder.mkdir(parents=True, exist_ok=True)

    def keeps(html: str) -> bool:
        known, made_of = _known.setdefault(language(html), set()), parts(html)
        if "<html" not in html or made_of <= known:
            return False
        known |= made_of
        (folder / f"{blake2b(html.encode(), digest_size=12).hexdigest()}.html").write_text(html, encoding="utf-8")
        return True

    def template(_app: Flask, template: Template, context: dict[str, Any], **_more: Any) -> None:
        g.page_seen = (template, context)
        if template.name and template.name not in _templates:
            _templates.add(template.name)
            with (folder / TEMPLATES).open("a", encoding="utf-8") as names:
                names.write(f"{template.name}\n")

    def page(_app: Flask, response: Response, **_more: Any) -> None:
        if not _collecting or response.mimetype != "text/html" or "Content-Disposition" in response.headers:
            return  # a file stands alone
        html = response.get_data().decode(errors="replace")
        if keeps(html) and "page_seen" in g:
            # Most tests speak French. What the view itself said stays so; the page is the other reader's.
            made, context = g.page_seen
            with force_locale("en" if language(html) == "fr" else "fr"):
                keeps(made.render(context))

    request_finished.connect(page, weak=False)
    template_rendered.connect(template, weak=False)


if os.environ.get(FOLDER):
    keep_for(Path(os.environ[FOLDER]))
