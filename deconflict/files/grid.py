"""A table as it was found: header, lines with the numbers that Excel counts by, and what could not be read of it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise

from openpyxl.utils.cell import get_column_letter

from deconflict.domain.msgid import N_
from deconflict.files.cells import Fault, Said
from deconflict.files.limits import MOST_COLUMNS, MOST_FLAWS, MOST_ROWS, BadFile

HEADER_WITHIN = 20  # lines: titles, logos and notes stand above many a table
HEADER_CELLS = 3  # fewer are a title, unless nothing near is wider
TAG = re.compile(r"\s*#[A-Za-z]")  # of HXL

FAR_AWAY = N_("This cell lies far to the right of the table and is not read. Move it into the table, or empty it.")
MERGED = N_(
    "The cells %(range)s are merged: only the first of them says something, the others are read as empty. Unmerge them and "
    "write the text into each that it holds for."
)


@dataclass(frozen=True, slots=True)
class Line:
    """`number` as Excel counts, from 1; `cells` as many as the table's header has."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flaw:
    """Of a cell ("B7") that could not be read and is empty in its line: a msgid and what fills it."""

    cell: str
    sentence: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """`name` of the sheet, "" of a text file. `tags` are those of HXL under the header, () if there are none. Header, tags and
    lines are equally wide; columns that are empty at the right, and empty lines, are not there."""

    name: str
    header: tuple[str, ...]
    header_line: int
    tags: tuple[str, ...]
    lines: tuple[Line, ...]
    flaws: tuple[Flaw, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """A range as it is written ("B7:B9") and its corners, counted from 1."""

    written: str
    top: int
    left: int
    bottom: int


@dataclass(slots=True)
class Grid:
    """Takes cells in, in the order of their lines, and gives the table. Keeps only what is filled and near."""

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)  # line -> column -> text, both counted from 1
    flaws: list[tuple[int, Flaw]] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)

    def put(self, row: int, column: int, said: Said) -> None:
        """Raises BadFile when there are too many lines or flaws."""
        if said == "":
            return
        if isinstance(said, Fault):
            self._flaw(row, column, said)
        elif column > MOST_COLUMNS:
            self._flaw(row, column, Fault(FAR_AWAY))
        else:
            if row not in self.rows and len(self.rows) >= MOST_ROWS + HEADER_WITHIN:
                raise too_many_rows()
            self.rows.setdefault(row, {})[column] = said

    def _flaw(self, row: int, column: int, fault: Fault) -> None:
        cell = f"{get_column_letter(column)}{row}"
        if len(self.flaws) >= MOST_FLAWS:
            raise BadFile(
                N_(
                    "More than %(most)s cells cannot be read, %(cell)s among the last of them. Select the table, copy it, paste it "
                    "as values into a new workbook and send that."
                ),
                facts={"most": MOST_FLAWS, "cell": cell},
            )
        self.flaws.append((row, Flaw(cell, fault.sentence, fault.facts)))

    def table(self) -> Table | None:
        """Nothing, where nothing stands. Raises BadFile when the header is too wide."""
        header_line = self._header_line()
        if header_line is None:
            return None
        far = sum(row == header_line and flaw.sentence == FAR_AWAY for row, flaw in self.flaws)
        if len(self.rows[header_line]) + far > MOST_COLUMNS:
            raise BadFile(
                N_("The table has more than %(most)s columns. Take those out that are not asked for."),
                facts={"most": MOST_COLUMNS},
            )
        below = [row for row in self.rows if row > header_line]
        width = max(max(self.rows[row]) for row in (header_line, *below))
        tags = self._wide(below[0], width) if below and _is_tagged(self.rows[below[0]].values()) else ()
        lines = tuple(Line(row, self._wide(row, width)) for row in below[bool(tags) :])
        merged = tuple(self._merged(lines, width))
        flaws = tuple(flaw for row, flaw in self.flaws if row >= header_line)
        return Table(self.name, self._wide(header_line, width), header_line, tags, lines, flaws + merged)

    def _header_line(self) -> int | None:
        """The line above the tags, where there are some; else the first that is as wide as a table is, which may be two columns or one."""
        near = [row for row in self.rows if row <= HEADER_WITHIN]
        for above, row in pairwise(near):
            if all(TAG.match(cell) for cell in self.rows[row].values()):
                return above
        widest = max((len(self.rows[row]) for row in near), default=0)
        enough = (row for row in near if len(self.rows[row]) >= min(HEADER_CELLS, widest))
        return next(enough, next(iter(self.rows), None))

    def _wide(self, row: int, width: int) -> tuple[str, ...]:
        cells = self.rows[row]
        return tuple(cells.get(column, "") for column in range(1, width + 1))

    def _merged(self, lines: Sequence[Line], width: int) -> Iterator[Flaw]:
        """Of each range that takes cells of a line away."""
        numbers = [line.number for line in lines]
        for found in self.merged:
            first = bisect_left(numbers, found.top)
            if found.left <= width and first < len(numbers) and numbers[first] <= found.bottom:
                cell = f"{get_column_letter(found.left)}{numbers[first]}"
                yield Flaw(cell, MERGED, {"range": found.written})


def too_many_rows() -> BadFile:
    return BadFile(
        N_("The file has more than %(most)s filled lines. Divide it, for instance by month, and send the parts."),
        facts={"most": MOST_ROWS},
    )


def _is_tagged(cells: Iterable[str]) -> bool:
    """A line of HXL: at least half of what is filled begins with #."""
    said = list(islice(cells, MOST_COLUMNS))
    return 2 * sum(cell.startswith("#") for cell in said) >= len(said)
