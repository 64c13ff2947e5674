"""Workbooks of official lists, larger than anything that comes through the web: read row by row by who runs the server."""

from __future__ import annotations

import io
from collections.abc import Iterator
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from deconflict.domain.msgid import N_
from deconflict.files.limits import BadFile, damaged

MOST_COLUMNS = 200


def read_workbook(raw: bytes, most_rows: int) -> Iterator[dict[str, str]]:
    """The rows of its first sheet by its header. The archive was looked at before (`limits.guarded`). Raises BadFile."""
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        rows = book.worksheets[0].iter_rows(values_only=True, max_row=most_rows + 1, max_col=MOST_COLUMNS)
        header = [str(cell).strip() if cell is not None else "" for cell in next(rows, ())]
        for row in rows:
            cells = ["" if cell is None else str(cell).strip() for cell in row]
            if any(cells):
                yield {name: cell for name, cell in zip(header, cells, strict=False) if name}
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, TypeError, SyntaxError) as error:
        raise damaged() from error
    if not any(header):
        raise BadFile(N_("There is a header and nothing below it. Fill in at least one line."))
