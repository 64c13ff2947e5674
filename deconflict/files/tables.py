"""Tables that people have: .xlsx and .csv, told by what stands in them.

for table in read_tables(raw):
    for line in table.lines:
        dict(zip(table.header, line.cells))
"""

from __future__ import annotations

from deconflict.domain.msgid import N_
from deconflict.files.formats import format_of
from deconflict.files.grid import Flaw, Grid, Line, Table, too_many_rows
from deconflict.files.limits import MOST_ROWS, BadFile
from deconflict.files.text_tables import read_csv
from deconflict.files.xlsx import read_xlsx

__all__ = ["Flaw", "Line", "Table", "read_tables"]


def read_tables(raw: bytes) -> tuple[Table, ...]:
    """Every visible sheet that has lines, in the order of the workbook; one without a name for a text file. Raises BadFile."""
    grids = _grids(raw)
    tables = [table for grid in grids if (table := grid.table()) is not None]
    filled = tuple(table for table in tables if table.lines or table.flaws)
    flaws = [flaw for grid in grids for _, flaw in grid.flaws]
    if not tables and flaws:
        raise BadFile(
            N_("No cell of the file can be read, %(cell)s the first of them. Copy the table and paste it as values."),
            facts={"cell": flaws[0].cell},
        )
    if not tables:
        raise BadFile(N_("The file is empty."))
    if not filled:
        raise BadFile(N_("There is a header and nothing below it. Fill in at least one line."))
    if sum(len(table.lines) for table in filled) > MOST_ROWS:
        raise too_many_rows()
    return filled


def _grids(raw: bytes) -> list[Grid]:
    match format_of(raw):
        case "xlsx":
            return read_xlsx(raw)
        case "csv":
            return [read_csv(raw)]
        case _:
            raise BadFile(N_("This is a route (KML, KMZ or GPX), not a table. Send it as a route."))
