"""Tables as text: comma, semicolon or tab; UTF-8, UTF-16 with its mark, else Windows-1252, as Excel in French writes it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from deconflict.domain.msgid import N_
from deconflict.files import cells
from deconflict.files.grid import Grid
from deconflict.files.limits import BadFile

DELIMITERS = (",", ";", "\t")
LOOKED_AT = 20  # lines, to tell the delimiter
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def read_csv(raw: bytes) -> Grid:
    """The one table; blank lines count for the numbers of lines, a first line `sep=;` does not, as in Excel. Raises BadFile."""
    text = _decoded(raw)
    delimiter, text = _told(text)
    grid = Grid("")
    for row, record in enumerate(_records(text, delimiter or _found(text)), 1):
        for column, raw_cell in enumerate(record, 1):
            if raw_cell:
                grid.put(row, column, cells.text(raw_cell))
    return grid


def _decoded(raw: bytes) -> str:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            try:
                return raw[len(bom) :].decode(encoding, "surrogatepass")
            except UnicodeDecodeError as error:
                raise _unknown_letters() from error
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _unknown_letters() from error


def _unknown_letters() -> BadFile:
    return BadFile(
        N_(
            "The letters of this file cannot be told: it is neither UTF-8 nor Windows-1252. Save it as .xlsx and send that."
        )
    )


def _told(text: str) -> tuple[str, str]:
    """The delimiter that a first line `sep=;` names, or "", and the text without that line."""
    first, _, rest = text.partition("\n")
    named = first.strip('\r\n"')
    if len(named) == 5 and named.casefold().startswith("sep=") and named[4] in DELIMITERS:
        return named[4], rest
    return "", text


def _found(text: str) -> str:
    """The delimiter by which most of the first lines have the same number of cells, two or more; the one with more cells where
    two do. A decimal comma in every line misleads nobody: the header has none."""
    scored = {delimiter: _score(text, delimiter) for delimiter in DELIMITERS}
    return max(scored, key=lambda delimiter: scored[delimiter])


def _score(text: str, delimiter: str) -> tuple[float, int]:
    """Which share of the first lines has the commonest number of cells, and that number; nothing where it is one."""
    try:
        widths = [len(record) for record in islice(_records(text, delimiter), LOOKED_AT) if record]
    except BadFile:
        return 0.0, 0
    counted = Counter(width for width in widths if width > 1)
    width, lines = max(counted.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return lines / max(len(widths), 1), width


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadFile(
                N_(
                    "Line %(line)s cannot be divided into cells: a quotation mark is opened and not closed, stands within a text, "
                    "or the text is far too long. Mend it, or save the file as .xlsx and send that."
                ),
                facts={"line": reader.line_num},
            ) from error
        yield record
