"""Exports of KoboToolbox and ODK: one sheet of submissions, further sheets of what repeats within them (stops, vehicles).

Kobo:  submissions have `_index`, what repeats has `_parent_table_name` and `_parent_index`.
ODK:   submissions have `KEY` or `instanceID` (with its group before it), what repeats has `PARENT_KEY`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from openpyxl.utils.cell import get_column_letter

from deconflict.domain.msgid import N_
from deconflict.files.grid import Flaw, Line, Table
from deconflict.files.limits import MOST_COLUMNS, BadFile

LONGEST_SHEET_NAME = 31  # Excel cuts the rest, the column that names the sheet does not
WIDEST = 4 * MOST_COLUMNS  # a line with the columns of all that it belongs to

ORPHAN = N_("This line belongs to submission %(found)s, which is not in the file. Export all sheets together.")


def joined(tables: Sequence[Table]) -> tuple[Table, ...]:
    """One line per stop: what repeats gets the columns of its submission at its right end, under their own names (`sheet/name`
    where both have one; those that begin with _ once), and those of the submission's own submission. A submission of which
    nothing repeats stays in its table, any other is there only with its repeats. Flaws of a submission come along, with the
    sheet before the cell (`Convoys!B7`). Other tables stay as they are. Raises BadFile where lines become too wide."""
    links = _links(tables)
    taken: dict[int, set[int]] = {}  # table -> the positions of lines that have repeats
    for link in links.values():
        taken.setdefault(link.parent, set()).update(at for at in link.lines if at is not None)
    wholes = _Wholes(tables, links)
    return tuple(
        rest for index in range(len(tables)) if (rest := _rest(wholes.of(index), taken.get(index, set()))) is not None
    )


@dataclass(frozen=True, slots=True)
class _Link:
    """Of each line of a table, the position of the line in `parent` that it belongs to; `column` says so."""

    parent: int
    column: int
    lines: tuple[int | None, ...]


def _links(tables: Sequence[Table]) -> dict[int, _Link]:
    found = {index: link for index in range(len(tables)) if (link := _link(index, tables)) is not None}
    # Tables that belong to each other belong to nobody.
    return {index: link for index, link in found.items() if not _comes_back(index, found)}


def _comes_back(index: int, links: Mapping[int, _Link]) -> bool:
    """Does whoever goes from here to what it belongs to, and on, ever walk in a ring?"""
    seen, at = {index}, index
    while at in links:
        at = links[at].parent
        if at in seen:
            return True
        seen.add(at)
    return False


def _link(index: int, tables: Sequence[Table]) -> _Link | None:
    table = tables[index]
    others = [(n, other) for n, other in enumerate(tables) if n != index]
    if "_parent_index" in table.header and "_parent_table_name" in table.header:
        column, name_at = table.header.index("_parent_index"), table.header.index("_parent_table_name")
        names = {line.cells[name_at][:LONGEST_SHEET_NAME] for line in table.lines} - {""}
        parents = [(n, "_index") for n, other in others if other.name in names and "_index" in other.header]
    elif "PARENT_KEY" in table.header:
        column = table.header.index("PARENT_KEY")
        parents = [(n, key) for n, other in others if (key := _own_key(other)) is not None]
    else:
        return None
    keys = [line.cells[column] for line in table.lines]
    for parent, key in parents:
        rows = _positions(tables[parent], key)
        if any(wanted in rows for wanted in keys):
            return _Link(parent, column, tuple(rows.get(wanted) for wanted in keys))
    return None


def _own_key(table: Table) -> str | None:
    """The column by which others refer to this table."""
    return next((name for name in table.header if name == "KEY" or name.endswith("instanceID")), None)


def _positions(table: Table, key: str) -> dict[str, int]:
    column = table.header.index(key)
    return {line.cells[column]: at for at, line in enumerate(table.lines) if line.cells[column]}


@dataclass(slots=True)
class _Wholes:
    """Each table with the columns of what it belongs to."""

    tables: Sequence[Table]
    links: Mapping[int, _Link]
    known: dict[int, Table] = field(default_factory=dict)

    def of(self, index: int) -> Table:
        if index not in self.known:
            link = self.links.get(index)
            own = self.tables[index]
            self.known[index] = own if link is None else _wide(own, link, self.of(link.parent))
        return self.known[index]


def _wide(child: Table, link: _Link, parent: Table) -> Table:
    columns = [n for n, name in enumerate(parent.header) if not (name.startswith("_") and name in child.header)]
    if len(child.header) + len(columns) > WIDEST:
        raise BadFile(
            N_("With all that it belongs to, a line has more than %(most)s columns. Export fewer questions."),
            facts={"most": WIDEST},
        )
    names = [parent.header[n] for n in columns]
    header = (*child.header, *(f"{parent.name}/{name}" if name in child.header else name for name in names))
    tags: tuple[str, ...] = ()
    if child.tags or parent.tags:
        above = parent.tags or ("",) * len(parent.header)
        tags = (*(child.tags or ("",) * len(child.header)), *(above[n] for n in columns))
    lines = tuple(
        Line(line.number, line.cells + tuple("" if at is None else parent.lines[at].cells[n] for n in columns))
        for line, at in zip(child.lines, link.lines, strict=True)
    )
    flaws = (*child.flaws, *_orphans(child, link), *_brought(parent, {at for at in link.lines if at is not None}))
    return replace(child, header=header, tags=tags, lines=lines, flaws=flaws)


def _orphans(child: Table, link: _Link) -> Iterator[Flaw]:
    for line, at in zip(child.lines, link.lines, strict=True):
        if at is None and line.cells[link.column]:
            cell = f"{get_column_letter(link.column + 1)}{line.number}"
            yield Flaw(cell, ORPHAN, {"found": line.cells[link.column]})


def _brought(parent: Table, used: set[int]) -> Iterator[Flaw]:
    """The flaws of these lines of a submission's table, and those it was brought itself."""
    numbers = {str(parent.lines[at].number) for at in used}
    for flaw in parent.flaws:
        if "!" in flaw.cell:
            yield flaw
        elif _row(flaw) in numbers:
            yield replace(flaw, cell=f"{parent.name}!{flaw.cell}")


def _row(flaw: Flaw) -> str:
    return flaw.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _rest(table: Table, taken: set[int]) -> Table | None:
    """The table without the lines that are there with their repeats; nothing where none is left."""
    if not taken:
        return table
    lines = tuple(line for at, line in enumerate(table.lines) if at not in taken)
    numbers = {str(table.lines[at].number) for at in taken}
    flaws = tuple(flaw for flaw in table.flaws if "!" not in flaw.cell and _row(flaw) not in numbers)
    return replace(table, lines=lines, flaws=flaws) if lines else None
