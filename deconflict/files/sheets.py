"""Workbooks: a table of texts -> an Excel file that is the same to the byte for the same table, and in which nothing runs."""

from __future__ import annotations

import io
import re
import textwrap
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import ExcelWriter

LISTS = "Listes"  # the hidden sheet that drop-downs take their answers from
FORMATS = {"text": "@", "date": "yyyy-mm-dd", "time": "hh:mm", "number": "0"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_WHOLE = re.compile(r"0|-?[1-9]\d{0,14}", re.ASCII)  # Excel keeps fifteen digits
_LONGEST, _HINT, _HINT_TITLE = 32_767, 255, 32  # what Excel takes in a cell, in a hint and over it
_NOTE = 2_000  # what anybody reads in a comment
_NO_DAY = datetime(1980, 1, 1)  # noqa: DTZ001 - what a file says of when it was made: nothing
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\']")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_LOOKS: dict[str, dict[str, Any]] = {
    "head": {"font": Font(bold=True), "fill": PatternFill("solid", fgColor="FFDCE6F1"), "alignment": _WRAPPED},
    "tag": {"font": Font(color="FF595959", size=9), "fill": PatternFill("solid", fgColor="FFEDEDED")},
    "marked": {"fill": PatternFill("solid", fgColor="FFFFB3B3"), "alignment": _WRAPPED},
    "cell": {"alignment": _WRAPPED},
}


@dataclass(frozen=True, slots=True)
class Column:
    """`name`: what stands over it; `tag`: its HXL tag, "" for none; `choices`: a drop-down; `hint`: shown where somebody writes into
    it; `kind`: text, date (YYYY-MM-DD), time (HH:MM), number (whole). What is not of its kind stays as it was typed."""

    name: str
    tag: str = ""
    width: int = 18
    choices: tuple[str, ...] = ()
    hint: str = ""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to look at: `line` of the rows and `column`, both from 0; red, with `text` as a comment."""

    line: int
    column: int
    text: str


def workbook(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]] = (),
    *,
    marks: Iterable[Mark] = (),
    lines: int = 0,
    notes: Sequence[str] = (),
    footer: str = "",
) -> bytes:
    """One sheet: names, HXL tags where a column has one, then the rows, which are read once and not kept. Drop-downs and hints reach
    `lines` empty lines further; `notes` stand on a sheet of their own, `footer` under every printed page."""
    book = Workbook(write_only=True)
    book.properties = DocumentProperties(creator=None, created=_NO_DAY, modified=_NO_DAY)
    sheet = _sheet(book, title)
    tagged = any(column.tag for column in columns)
    _set_up(sheet, columns, "A3" if tagged else "A2", footer)
    sheet.append([_cell(sheet, column.name, "text", "head") for column in columns])
    if tagged:
        sheet.append([_cell(sheet, column.tag, "text", "tag") for column in columns])
    first = 3 if tagged else 2
    last = first + _write(sheet, columns, rows, marks) + lines
    _write_notes(book, notes)
    _validate(book, sheet, columns, first, max(last - 1, first))
    return _saved(book)


def _sheet(book: Any, title: str) -> Any:
    """Written into memory: openpyxl would put positions into a temporary file."""
    sheet = book.create_sheet(_NOT_IN_TITLES.sub(" ", _clean(title))[:31].strip() or "1")
    sheet._writer = WorksheetWriter(sheet, out=io.BytesIO())
    return sheet


def _set_up(sheet: Any, columns: Sequence[Column], freeze: str, footer: str) -> None:
    """All that stands before the rows in the file. A column's own format is that of the lines nobody has written yet."""
    sheet.freeze_panes = freeze
    for n, column in enumerate(columns, 1):
        dimension = sheet.column_dimensions[get_column_letter(n)]
        dimension.width, dimension.number_format = column.width, FORMATS[column.kind]
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    sheet.oddFooter.left.text = _clean(footer).replace("&", "&&")[:_HINT] or None
    sheet._writer.write_top()


def _write(sheet: Any, columns: Sequence[Column], rows: Iterable[Sequence[str]], marks: Iterable[Mark]) -> int:
    """How many rows there were."""
    said: dict[tuple[int, int], list[str]] = {}
    for mark in marks:
        said.setdefault((mark.line, mark.column), []).append(mark.text)
    widest = max((column for _line, column in said), default=-1) + 1
    count = 0
    for count, row in enumerate(rows, 1):
        cells: list[Any] = []
        for n in range(max(len(row), len(columns), widest)):
            notes = said.get((count - 1, n), [])
            text = row[n] if n < len(row) else ""
            kind = columns[n].kind if n < len(columns) else "text"
            cell = _cell(sheet, text, kind, "marked" if notes else "cell") if text or notes else None
            if cell and notes:
                cell.comment = _comment("\n".join(notes))
            cells.append(cell)
        sheet.append(cells)
    return count


def _cell(sheet: Any, text: str, kind: str, look: str) -> Any:
    """A real day, hour or number where the text is one; else a text, whatever it begins with."""
    value: Any = _value(text, kind)
    is_text = isinstance(value, str)
    cell: Any = WriteOnlyCell(sheet, value=_clean(text)[:_LONGEST] or None if is_text else value)
    if is_text and cell.value:
        cell.data_type = "s"
    cell._style = _style(sheet, FORMATS["text" if is_text else kind], look)
    return cell


def _style(sheet: Any, number_format: str, look: str) -> Any:
    """Made once for a workbook and shared by its cells: made for each, they are most of the time that a long table takes."""
    made: dict[tuple[str, str], Any] = sheet.parent.__dict__.setdefault("_made_styles", {})
    if (number_format, look) not in made:
        cell: Any = WriteOnlyCell(sheet)
        cell.number_format = number_format
        for name, value in _LOOKS[look].items():
            setattr(cell, name, value)
        made[number_format, look] = cell._style
    return made[number_format, look]


def _value(text: str, kind: str) -> str | date | time | int:
    try:
        if kind == "date" and _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            return day if day.year >= 1900 else text
        if kind == "time" and (found := _HOUR.fullmatch(text)):
            return time(int(found[1]), int(found[2]))
    except ValueError:
        return text
    return int(text) if kind == "number" and _WHOLE.fullmatch(text) else text


def _comment(text: str) -> Comment:
    """As large as its text, by nobody."""
    said = _clean(text)[:_NOTE]
    height = 20 * (1 + sum(max(1, len(textwrap.wrap(line, 40))) for line in said.splitlines()))
    return Comment(said, "", height=height, width=300)


def _write_notes(book: Any, notes: Sequence[str]) -> None:
    if not notes:
        return
    sheet = _sheet(book, "Notes")
    sheet.column_dimensions["A"].width = 110
    sheet._writer.write_top()
    for note in notes:
        sheet.append([_cell(sheet, note, "text", "cell")])


def _validate(book: Any, sheet: Any, columns: Sequence[Column], first: int, last: int) -> None:
    """Drop-downs take their answers from a hidden sheet: a list inside of a rule ends at 255 letters."""
    lists = list(dict.fromkeys(column.choices for column in columns if column.choices))
    if lists:
        hidden = _sheet(book, LISTS)
        hidden.sheet_state = "hidden"
        hidden._writer.write_top()
        for n in range(max(map(len, lists))):
            hidden.append([_cell(hidden, one[n] if n < len(one) else "", "text", "cell") for one in lists])
    for n, column in enumerate(columns, 1):
        if not column.choices and not column.hint:
            continue
        rule = DataValidation(allow_blank=True)
        if column.hint:
            rule.showInputMessage, rule.prompt = True, _clean(column.hint)[:_HINT]
            rule.promptTitle = _clean(column.name)[:_HINT_TITLE]
        if column.choices:
            letter = get_column_letter(lists.index(column.choices) + 1)
            rule.type, rule.showErrorMessage = "list", True
            rule.formula1 = f"{quote_sheetname(LISTS)}!${letter}$1:${letter}${len(column.choices)}"
        rule.add(f"{get_column_letter(n)}{first}:{get_column_letter(n)}{last}")
        sheet.data_validations.append(rule)


def _clean(text: str) -> str:
    """Without what XML cannot hold."""
    return str(ILLEGAL_CHARACTERS_RE.sub("", text)).encode("utf-8", errors="replace").decode("utf-8")


class _Archive(zipfile.ZipFile):
    """Says of no part when it was written."""

    def writestr(self, zinfo_or_arcname: str | zipfile.ZipInfo, data: Any, *_args: Any, **_kwargs: Any) -> None:
        info = zipfile.ZipInfo(str(zinfo_or_arcname))
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
        super().writestr(info, data)


class _Writer(ExcelWriter):
    """Takes the sheets from memory."""

    _archive: _Archive

    def write_worksheet(self, ws: Any) -> None:
        ws.close()
        ws._rels = ws._writer._rels
        self._archive.writestr(ws.path[1:], ws._writer.out.getvalue())
        self.manifest.append(ws)


def _saved(book: Any) -> bytes:
    out = io.BytesIO()
    _Writer(book, _Archive(out, "w", zipfile.ZIP_DEFLATED)).save()
    return out.getvalue()
