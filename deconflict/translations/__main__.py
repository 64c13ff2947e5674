"""`python -m deconflict.translations` compiles every catalogue that is newer than its binary; with `update` it first brings them up
to what code and pages say: new msgids come in empty, those that nobody says go, translations stay."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
METHODS = [("deconflict/**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"encoding": "utf-8"}}
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "N_": None,
    "Refused": None,
    "WrongState": None,
    "LostRace": None,
}


def catalogues(folder: Path) -> list[Path]:
    """One per language; an empty file is how a new language begins."""
    return sorted(folder.glob("*/LC_MESSAGES/messages.po"))


def read(po: Path) -> Catalog:
    with po.open("rb") as source:
        catalogue = read_po(source, locale=po.parent.parent.name)
    catalogue.fuzzy = False
    return catalogue


def said(root: Path) -> Catalog:
    """Every msgid of code and pages, with the files that say it."""
    found = Catalog()
    for file, line, message, _comments, context in extract_from_dir(root, METHODS, OPTIONS, KEYWORDS):
        found.add(message, locations=[(file, line)], context=context)
    return found


def merge(catalogue: Catalog, found: Catalog) -> int:
    """Takes up what is said into `catalogue`. A translation is kept only under the very same msgid: a near one would be a guess.
    Returns how many are without one."""
    for old in [message for message in catalogue if message.id]:
        new = found.get(old.id, old.context)
        if new is None or new.id != old.id:
            catalogue.delete(old.id, old.context)
    for message in (message for message in found if message.id):
        known = catalogue.get(message.id, message.context)
        if known is None:
            catalogue.add(message.id, context=message.context, locations=message.locations)
        else:
            known.locations = message.locations
    catalogue.obsolete.clear()
    return sum(not _translated(message) for message in catalogue if message.id)


def _translated(message: Message) -> bool:
    """In every plural form, where there are several."""
    text = message.string
    return bool(text if text is None or isinstance(text, str) else all(text))


def update_all(folder: Path, root: Path) -> None:
    """One msgid a line, in alphabetical sequence and without line numbers: a change of code moves nothing that it does not concern."""
    found = said(root)
    for po in catalogues(folder):
        catalogue = read(po)
        missing = merge(catalogue, found)
        target = io.BytesIO()
        write_po(target, catalogue, width=0, sort_output=True, include_lineno=False, ignore_obsolete=True)
        if target.getvalue() != po.read_bytes():
            po.write_bytes(target.getvalue())
        print(f"{catalogue.locale}: {len(catalogue)} messages, {missing} without a translation")


def compile_all(folder: Path) -> None:
    """Writes messages.mo beside every messages.po that changed since."""
    for po in catalogues(folder):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        with mo.open("wb") as target:
            write_mo(target, read(po))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["update"]:
            update_all(FOLDER, ROOT)
            compile_all(FOLDER)
        case [] | ["compile"]:
            compile_all(FOLDER)
        case _:
            sys.exit("usage: python -m deconflict.translations [compile | update]")
