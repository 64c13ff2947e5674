"""Workbooks: the visible sheets of an .xlsx, cell by cell. Only the parts that say something are opened: the list of sheets, the
formats that make a number a date, the texts, the sheets. No formula is computed, no link followed.

The sheets are read here rather than through openpyxl.load_workbook because that builds every style, name and comment of a file
before one can look (30 MB of styles become a gigabyte), and fills the rows up to a stray cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from zipfile import ZipFile

from deconflict.domain.msgid import N_
from deconflict.files import cells
from deconflict.files.cells import Fault, Said
from deconflict.files.grid import Grid, Merged
from deconflict.files.limits import MOST_CELLS, MOST_CHARACTERS, damaged, guarded, unpacked
from deconflict.files.markup import Attributes, Listener, walk
from deconflict.files.xlsx_parts import Book, Links, Styles, Texts, Typed, too_many_cells, unescaped, whole

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

NO_VALUE = N_(
    "A formula without a result. Copy the cell and paste it as a value, or open the file in Excel and save it there."
)
ERROR = N_("The cell shows %(found)s instead of a value. Mend the formula, or type the value.")

Heard = TypeVar("Heard", bound=Listener)

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)


def read_xlsx(raw: bytes) -> list[Grid]:
    """One grid per visible sheet, in the order of the workbook. Raises BadFile."""
    with guarded(raw) as archive:
        book = _heard(archive, "xl/workbook.xml", Book())
        links = _heard(archive, "xl/_rels/workbook.xml.rels", Links())
        texts = [_heard(archive, part, Texts()).texts for part in links.of("sharedStrings")[:1]]
        styles = [_heard(archive, part, Styles()).kinds() for part in links.of("styles")[:1]]
        known = _Known(texts[0] if texts else [], styles[0] if styles else [], book.epoch)
        worksheets = set(links.of("worksheet"))
        # By path: a list of sheets that names one of them a thousand times is read once.
        sheets = {path: name for name, link in book.sheets if (path := links.paths.get(link)) in worksheets}
        return [_heard(archive, path, _Cells(Grid(name), known)).grid for path, name in sheets.items()]


def _heard(archive: ZipFile, part: str, listener: Heard) -> Heard:
    walk(unpacked(archive, part), listener)
    return listener


@dataclass(frozen=True, slots=True)
class _Known:
    """What all sheets share."""

    texts: Sequence[Said]
    kinds: Sequence[str]
    epoch: datetime


@dataclass(slots=True)
class _Cells:
    """Hears one sheet and puts what its cells say into the grid."""

    grid: Grid
    known: _Known
    row: int = 0
    column: int = 0
    count: int = 0
    cell: Attributes | None = None
    formula: bool = False
    in_value: bool = False
    value: list[str] = field(default_factory=list)
    typed: Typed = field(default_factory=Typed)

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            self._next_row(attributes.get("r"))
        elif name == "c":
            self._next_cell(attributes)
        elif name == "mergeCell":
            self._merged(attributes.get("ref", ""))
        elif self.cell is not None:
            self.formula = self.formula or name == "f"
            self.in_value = name == "v"
            self.typed.start(name)

    def text(self, data: str) -> None:
        if self.in_value:
            self.value.append(data)
        self.typed.hear(data)

    def end(self, name: str) -> None:
        self.in_value = False
        self.typed.end(name)
        if name == "c" and self.cell is not None:
            self.grid.put(self.row, self.column, self._said(self.cell))
            self.cell = None

    def _next_row(self, written: str | None) -> None:
        row = self.row + 1 if written is None else whole(written)
        if not self.row < row <= LAST_ROW:
            raise damaged()
        self.row, self.column = row, 0

    def _next_cell(self, attributes: Attributes) -> None:
        self.count += 1
        if self.count > MOST_CELLS:
            raise too_many_cells()
        column = _corner(attributes["r"])[1] if "r" in attributes else self.column + 1
        if not self.column < column <= LAST_COLUMN or not self.row:
            raise damaged()
        self.column, self.cell, self.formula = column, attributes, False
        self.value.clear()
        self.typed.begin()

    def _merged(self, ref: str) -> None:
        first, _, last = ref.partition(":")
        top, left = _corner(first)
        self.grid.merged.append(Merged(ref, top, left, _corner(last or first)[0]))
        if len(self.grid.merged) > MOST_CELLS:
            raise too_many_cells()

    def _said(self, cell: Attributes) -> Said:
        kind = cell.get("t", "n")
        value = "".join(self.value)
        if self.formula and not value.strip() and kind != "str":
            return Fault(NO_VALUE)
        if kind == "inlineStr":
            return self.typed.said()
        if kind == "str":
            return cells.text(unescaped(value[: 4 * MOST_CHARACTERS]))
        value = value.strip()
        if not value:
            return ""
        if kind == "e":
            return Fault(ERROR, {"found": value[:40]})
        if kind == "s":
            return self._shared(whole(value))
        if kind == "b":
            return "yes" if value in ("1", "true") else "no"
        if kind == "d":
            return cells.iso(value)
        return self._number(value, cell.get("s", "0"))

    def _shared(self, index: int) -> Said:
        if index >= len(self.known.texts):
            raise damaged()
        return self.known.texts[index]

    def _number(self, value: str, style: str) -> Said:
        index = whole(style)
        kind = self.known.kinds[index] if index < len(self.known.kinds) else ""
        if kind:
            return cells.moment(value, self.known.epoch, elapsed=kind == "elapsed")
        return cells.number(value)


def _corner(reference: str) -> tuple[int, int]:
    """(row, column), both from 1."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise damaged()
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column
