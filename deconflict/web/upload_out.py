"""The workbooks of a list: empty with its drop-downs, to be filled in, and as it came with what is to be mended in it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain import uploads as where
from deconflict.domain.activity import Side
from deconflict.domain.uploads import UploadFacts
from deconflict.files.sheets import Column, Mark, workbook
from deconflict.store import uploads as store
from deconflict.store.base import db
from deconflict.store.uploads import EntryRow
from deconflict.web.filing_pages import Pages
from deconflict.web.language import current_language, named
from deconflict.web.upload_columns import KEY, TO_MEND, Col, columns_of, lines_of
from deconflict.web.upload_pages import STATES, Fault, faults_of
from deconflict.web.upload_send import before_of, looked_at

LINES = 500  # that have drop-downs
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ALL = tuple(STATES)
MOST = 2_000
HINTS = {
    KEY: _l(
        "Any number or word of yours, another for each item. Lines with the same one are its stops, in their order."
    ),
    "place": _l("Name, P-code or position. Several places of one line: with ; between them."),
    "position": _l("Degrees or MGRS. Write it as text."),
}


def template(pages: Pages, what: str) -> Response:
    columns = [_column(col) for col in columns_of(pages, what)]
    return _answer(workbook(_title(pages, what), columns, lines=LINES, notes=_notes(pages, what)), "form")


def marked(pages: Pages, upload: UploadFacts) -> Response:
    """What the file said of its fields, red where it is to be mended, and why in the last column; columns that were not read are gone."""
    cols = columns_of(pages, upload.sheet)
    columns = [*map(_column, cols), Column(str(TO_MEND), width=60)]
    rows: list[list[str]] = []
    marks: list[Mark] = []
    for row, faults in _entries(pages, upload):
        said = row.said
        first = len(rows)
        lines = lines_of(cols, said["key"], said["values"], said["stops"])
        places = _places(cols, said["values"], said["stops"], said["cells"])
        texts: dict[int, list[str]] = {}
        for fault in faults:
            at, column = places.get(fault.cell, (0, 0))
            marks.append(Mark(first + at, column, fault.text))
            texts.setdefault(at, []).append(named(fault.label, fault.text) if fault.label else fault.text)
        told = str(STATES[row.state]) + (f" ({row.reference})" if row.reference else "")
        for n, line in enumerate(lines):
            rows.append([*line, "\n".join([*([told] if n == 0 else []), *texts.get(n, [])])])
    return _answer(workbook(_title(pages, upload.sheet), columns, rows, marks=marks, lines=50), "list")


def _entries(pages: Pages, upload: UploadFacts) -> Iterator[tuple[EntryRow, list[Fault]]]:
    before = before_of(upload)
    for row in store.entries_of(db.session(), upload, ALL, skip=0, most=MOST):
        faults = []
        if row.state in (where.WRONG, where.DOUBT):
            faults = faults_of(pages, upload.sheet, row.said, looked_at(pages, upload, row, before, {}))
        yield row, faults


def _places(
    cols: tuple[Col, ...], values: dict[str, str], stops: int, cells: dict[str, str]
) -> dict[str, tuple[int, int]]:
    """Where what stood in a cell of the file stands now: line of the item and column, from 0."""
    found = {}
    for column, col in enumerate(cols):
        for n in range(stops if col.of_stop else 1):
            name = f"stops-{n}-{col.field}" if col.of_stop else col.field
            if name in cells:
                found[cells[name]] = (n, column)
    return found


def _column(col: Col) -> Column:
    return Column(
        col.header,
        col.tag,
        width=30 if col.field in ("place", "position") else 18,
        choices=tuple(col.choices.values()),
        hint=str(HINTS.get(col.field, "")),
        kind=col.kind,
    )


def _title(pages: Pages, what: str) -> str:
    return str(pages.sheets[what].paper)


def _notes(pages: Pages, what: str) -> list[str]:
    """What is to be known before one begins."""
    said = [
        _("One line is one stop. Lines with the same number are one item, in their order."),
        _("What is said of the whole item stands on its first line."),
        _("Local time, unless it is a date-time group."),
        _(
            "When the file comes again, a line with the same number is the same item: what differs is amended. A line that is gone is "
            "asked about."
        ),
    ]
    if pages.side is Side.MISSION:
        said += [
            _("Earliest and latest may be date-time groups: leave the date empty then. Positions in MGRS."),
            _("Several villages of one line are reached at some time of its hours: write them with ; between them."),
            _(
                "Never: how many they are, units below the sector, call signs, frequencies, weapons. Such columns are not read."
            ),
        ]
    else:
        said += [_("Never: names and numbers of people, beneficiaries, sums of money, donors.")]
    return said


def _answer(content: bytes, name: str) -> Response:
    answer = Response(content, mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{current_language()}.xlsx"'
    return answer
