"""Tables as CSV, and the one place that keeps a spreadsheet from running what somebody typed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

BOM = "\ufeff"  # without it Excel reads UTF-8 as Windows-1252
# A spreadsheet runs a cell that begins with one of these, its wide form on East Asian keyboards, a tab or a line break. A file that is
# read with another separator than it was written with has cells that begin inside of what was one.
_CELL = r"(?:^|(?<=[,;|\t\r\n]))"
_BLANK = r"(?:'|[^\S\t\r\n])*"
_STARTS = "[=+\\-@\uff1d\uff0b\uff0d\uff20]"
_RUNS = re.compile(rf"{_CELL}(?={_BLANK}{_STARTS})|^(?={_BLANK}[\t\r\n])")
_GUARDED = re.compile(rf"{_CELL}'(?={_BLANK}{_STARTS})|^'(?={_BLANK}[\t\r\n])")
_FIGURE = r"[+-]?\d{1,15}(?:[.,]\d{1,15})?"
_FIGURES = re.compile(rf"{_FIGURE}(?:[ ,;]{{1,3}}{_FIGURE}){{0,3}}", re.ASCII)  # a number, a position


def guarded(text: str) -> str:
    """With an apostrophe before whatever a spreadsheet would run. Numbers and positions are let be: `-3.99` is one, `-1+2` is not."""
    return text if _FIGURES.fullmatch(text) else _RUNS.sub("'", text)


def unguarded(text: str) -> str:
    """What was guarded: the same text, to the letter."""
    return _GUARDED.sub("", text)


def csv_bytes(
    header: Sequence[str], tags: Sequence[str], rows: Iterable[Sequence[str]], *, semicolons: bool = False
) -> bytes:
    """UTF-8 with its mark. `tags`: the HXL row, left out where none is; `semicolons` for an Excel whose comma is a decimal one."""
    return b"".join(csv_lines(header, tags, rows, semicolons=semicolons))


def csv_lines(
    header: Sequence[str], tags: Sequence[str], rows: Iterable[Sequence[str]], *, semicolons: bool = False
) -> Iterator[bytes]:
    """The same line by line."""
    line = io.StringIO()
    writer = csv.writer(line, delimiter=";" if semicolons else ",")
    line.write(BOM)

    def written(cells: Sequence[str]) -> bytes:
        writer.writerow([guarded(cell) for cell in cells])
        text = line.getvalue()
        line.seek(0)
        line.truncate()
        return text.encode("utf-8", errors="replace")

    yield written(header)
    if any(tags):
        yield written(tags)
    for row in rows:
        yield written(row)
