"""A file becomes lines: its columns are known by their headers, or a person says what they mean, once for all files of that make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from flask import request
from flask_babel import force_locale
from flask_babel import gettext as _

from deconflict.domain.activity import Side
from deconflict.domain.coordinates import BadPosition, read_position
from deconflict.domain.errors import Refused
from deconflict.domain.msgid import N_
from deconflict.domain.places import fold
from deconflict.domain.uploads import UploadFacts
from deconflict.domain.withheld import found_in, found_in_place
from deconflict.files.kobo import joined
from deconflict.files.tables import Flaw, Line, Table, read_tables
from deconflict.services import uploads as service
from deconflict.store import uploads as store
from deconflict.store.base import db
from deconflict.store.items import Item
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.filing_form import fresh
from deconflict.web.filing_pages import Pages, mission
from deconflict.web.filing_write import read_filing
from deconflict.web.forms_ui import Form
from deconflict.web.language import LOCALES
from deconflict.web.upload_columns import ASKED_ONCE, KEY, MOST_PLACES, TO_MEND, Col, codes_of, columns_of, headers_of
from deconflict.web.upload_look import look
from deconflict.web.upload_rows import Entry, Reading, cell_name, entries, recognised

MOST_ITEMS = 1_000
LOOKED_AT = 6  # lines that tell whether a list is another edition of one that was sent before
NEAR_S = 4 * 24 * 3600.0
NO_LINES = N_("There is no line to read under the headers of this file.")
TOO_MANY = N_("A file has a thousand items at most. Send it in parts.")
SHORTEST = 3  # of a text that can say anything of the kind
NEVER_STORED = N_(
    "What stands here is never stored (how many they are, units, call signs, frequencies, weapons, plates). It was not read: take it out."
)
NO_COLUMN = N_("No column of the file has this header. Choose one of its headers, or leave it empty.")


def take(pages: Pages, what: str, raw: bytes) -> UploadFacts:
    """Raises BadFile, or Refused for what holds no line."""
    by, at = current_audience(), now()
    known = headers_of(pages, what)
    table, reading = _best(joined(read_tables(raw)), known, military=pages.side is Side.MISSION)
    if not table.lines:
        raise Refused(NO_LINES, field="file")
    kept = store.columns_kept(db.session(), by, what, service.headers_mark(map(fold, table.header)))
    if kept is not None:
        reading = _reading(table, kept, reading)
    dropped = _without(table, reading.withheld)
    if pages.side is Side.MISSION:
        dropped = _scrubbed(dropped, reading, codes_of(pages, what))
    upload = service.take_in(what, service.digest_of(raw), _said(dropped, reading), by, at)
    return upload if lacking(pages, what, reading) else _read(pages, upload, dropped, reading)


def added() -> set[str]:
    """Headers, folded, of the column that is added to a list which is given back, in any language of ours."""
    found = set()
    for locale in LOCALES.values():
        with force_locale(locale):
            found.add(fold(str(TO_MEND)))
    return found


def lacking(pages: Pages, what: str, reading: Reading) -> list[Col]:
    """Fields that every item has and that neither a column nor the whole file says: what an empty form would ask for."""
    needed = _needed(pages, what)
    placed = {"place", "position", "_lat"}
    said = {*reading.columns, *reading.same}
    found = []
    for col in columns_of(pages, what):
        if col.field in ("place", "position"):
            missing = col.field == "place" and not any(f"stops-0-{name}" in said for name in placed)
        else:
            missing = (col.field == KEY or col.target in needed) and col.target not in said
        if missing:
            found.append(col)
    return found


def understand(pages: Pages, upload: UploadFacts) -> Form | None:
    """What somebody said of the columns. The form with what is to be mended; None once the lines are read."""
    table, reading = table_of(upload)
    names = {fold(header): n for n, header in enumerate(table.header) if header}
    columns, same, wrong = {}, {}, {}
    typed = {name: text.strip()[:200] for name, text in request.form.items() if name[:4] in ("col-", "all-")}
    for target in targets(pages, upload.sheet):
        said = typed.get(f"col-{target}", "")
        if not said:
            if text := typed.get(f"all-{target}", ""):
                same[target] = text
        elif (n := names.get(fold(said))) is None:
            wrong[f"col-{target}"] = [_(NO_COLUMN)]
        else:
            columns[target] = n
    said_now = Reading(columns, same, _unread(table, columns, reading.withheld), reading.withheld)
    for col in lacking(pages, upload.sheet, said_now):
        wrong.setdefault(f"col-{col.target}", [_("Say which column this is.")])
    if wrong:
        return Form(typed, wrong)
    by, at = current_audience(), now()
    kept = {"columns": {target: table.header[n] for target, n in columns.items()}, "same": same}
    service.keep_columns(upload.sheet, service.headers_mark(map(fold, table.header)), kept, by, at)
    _read(pages, upload, table, said_now)
    return None


def targets(pages: Pages, what: str) -> dict[str, tuple[Col, int]]:
    """What a column may be said to fill in: the field, and of which place of the line, counted from 1; 0 for the whole."""
    found: dict[str, tuple[Col, int]] = {}
    cols = columns_of(pages, what)
    places = MOST_PLACES if pages.sheets[what].stops > 1 else 1
    for col in cols:
        if not col.of_stop:
            found[col.target] = (col, 0)
    for n in range(places):
        found |= {f"stops-{n}-{col.field}": (col, n + 1) for col in cols if col.of_stop}
    return found


def table_of(upload: UploadFacts) -> tuple[Table, Reading]:
    """As it was taken in."""
    said = store.said_of(db.session(), upload)
    table = said["table"]
    lines = tuple(Line(number, tuple(cells)) for number, cells in table["lines"])
    flaws = tuple(Flaw(**flaw) for flaw in table["flaws"])
    kept = Table(table["name"], tuple(table["header"]), table["header_line"], tuple(table["tags"]), lines, flaws)
    return kept, Reading(said["columns"], said["same"], tuple(said["unread"]), tuple(said["withheld"]))


def _read(pages: Pages, upload: UploadFacts, table: Table, reading: Reading) -> UploadFacts:
    """Its lines in the place of its table; the list that it goes on with is looked for."""
    by = current_audience()
    found = entries(table, reading, codes_of(pages, upload.sheet), mission().zone)
    if len(found) > MOST_ITEMS:
        service.drop(upload, by, now())
        raise Refused(TOO_MANY, field="file")
    marks = [service.mark_of(by, upload.sheet, entry.key or f"\0{entry.lines[0]}") for entry in found]
    rows = [service.NewEntry(mark, _json(entry)) for mark, entry in zip(marks, found, strict=True)]
    said = {"unread": reading.unread, "withheld": reading.withheld, "lines": len(table.lines)}
    read = service.read(upload, rows, said, by, now())
    follows = _goes_on(pages, upload.sheet, dict(zip(marks, found, strict=True)))
    if follows is not None:
        service.follow(read, follows, by, now())
        read = replace(read, list_id=follows)
    return read


def _json(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "values": dict(entry.values),
        "stops": entry.stops,
        "cells": dict(entry.cells),
        "wrong": [list(one) for one in entry.wrong],
        "lines": list(entry.lines),
    }


def _goes_on(pages: Pages, what: str, found: Mapping[str, Entry]) -> int | None:
    """The list of which these lines are another edition. Many number their lines from 1 each week: only where some lines leave within days
    of what they were before is it the same list; whoever sent it may say otherwise."""
    by = current_audience()
    for list_id, hits in store.lists_with(db.session(), by, pages.side, what, found).items():
        items = {mark: db.session.get(Item, item_id) for mark, item_id in list(hits.items())[:LOOKED_AT]}
        near = [mark for mark, item in items.items() if item is not None and _near(pages, what, found[mark], item)]
        if len(near) * 2 >= len(items):
            return list_id
    return None


def _near(pages: Pages, what: str, entry: Entry, item: Item) -> bool:
    looked = look(pages, what, _json(entry), None, {})
    if looked.filing is None:
        return False
    if pages.sites:
        return True
    leaves = min(window.earliest for stop in looked.filing.stops for window in stop.windows)
    return abs((leaves - item.departs_at).total_seconds()) <= NEAR_S


def _best(tables: Sequence[Table], known: Mapping[str, str], *, military: bool) -> tuple[Table, Reading]:
    """The sheet of which most columns are understood."""
    read = [(table, recognised(table, known, added(), military=military)) for table in tables]
    if not read:
        raise Refused(NO_LINES, field="file")
    return max(read, key=lambda one: (len(one[1].columns), len(one[0].lines)))


def _reading(table: Table, kept: Mapping[str, Any], found: Reading) -> Reading:
    names = {fold(header): n for n, header in enumerate(table.header)}
    columns = {target: names[fold(said)] for target, said in kept["columns"].items() if fold(said) in names}
    return Reading(columns, kept["same"], _unread(table, columns, found.withheld), found.withheld)


def _unread(table: Table, columns: Mapping[str, int], withheld: Sequence[str]) -> tuple[str, ...]:
    read = set(columns.values())
    return tuple(h for n, h in enumerate(table.header) if h and n not in read and h not in withheld)


def _without(table: Table, withheld: Sequence[str]) -> Table:
    """What is never stored is not stored on the way either."""
    gone = {n for n, header in enumerate(table.header) if header in withheld}
    if not gone:
        return table

    def kept(cells: Sequence[str]) -> tuple[str, ...]:
        return tuple("" if n in gone else cell for n, cell in enumerate(cells))

    lines = tuple(Line(line.number, kept(line.cells)) for line in table.lines)
    return replace(table, header=kept(table.header), lines=lines)


def _scrubbed(table: Table, reading: Reading, codes: Mapping[str, Mapping[str, str]]) -> Table:
    """Without the texts of cells that say what is never stored of the mission; of each its cell is told, and not what stood there."""
    of = {column: target.rpartition("-")[2] for target, column in reading.columns.items()}
    flaws = list(table.flaws)
    lines = []
    for line in table.lines:
        cells = list(line.cells)
        for n, text in enumerate(cells):
            name = of.get(n, "")
            if len(text) < SHORTEST or fold(text) in codes.get(name, {}):
                continue
            if (found_in_place if name == "place" else found_in)(text) is not None and not _is_position(text):
                cells[n] = ""
                flaws.append(Flaw(cell_name(n, line.number), NEVER_STORED, {}))
        lines.append(Line(line.number, tuple(cells)))
    return replace(table, lines=tuple(lines), flaws=tuple(flaws))


def _is_position(text: str) -> bool:
    try:
        read_position(text)
    except BadPosition:
        return False
    return True


def _said(table: Table, reading: Reading) -> dict[str, Any]:
    """The table as it is kept until its columns are understood."""
    return {
        "table": {
            "name": table.name,
            "header": table.header,
            "header_line": table.header_line,
            "tags": table.tags,
            "lines": [[line.number, line.cells] for line in table.lines],
            "flaws": [asdict(flaw) for flaw in table.flaws],
        },
        "columns": dict(reading.columns),
        "same": dict(reading.same),
        "unread": reading.unread,
        "withheld": reading.withheld,
    }


def _needed(pages: Pages, what: str) -> set[str]:
    sheet = pages.sheets[what]
    start = dict(sheet.start.items())
    _filing, errors = read_filing(pages, what, fresh(start, sheet.stops), None)
    return {name for name in errors if name not in (*ASKED_ONCE, "", "stops")}
