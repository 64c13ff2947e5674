"""The parts of a workbook that its sheets refer to: which sheets there are, the formats that make a number a date, the texts."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from datetime import datetime

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from deconflict.domain.msgid import N_
from deconflict.files import cells
from deconflict.files.cells import Said
from deconflict.files.limits import MOST_CELLS, MOST_CHARACTERS, BadFile, damaged
from deconflict.files.markup import Attributes

MOST_STYLES = 65_536
LISTS = ("listes", "lists")  # the sheet of our own templates that feeds the drop-downs

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(slots=True)
class Book:
    """The visible sheets, each with the mark of its link, and the day from which it counts."""

    sheets: list[tuple[str, str]] = field(default_factory=list)
    epoch: datetime = WINDOWS_EPOCH

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.epoch = MAC_EPOCH
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            title = attributes.get("name", "")[:MOST_CHARACTERS].strip()
            if title.casefold() not in LISTS:
                self.sheets.append((title, next((a for key, a in attributes.items() if key.endswith(":id")), "")))

    def text(self, data: str) -> None: ...

    def end(self, name: str) -> None: ...


@dataclass(slots=True)
class Links:
    """Paths of what the workbook consists of, by the marks it uses and by kind; nothing outside of the file."""

    paths: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, list[str]] = field(default_factory=dict)

    def of(self, kind: str) -> list[str]:
        return self.kinds.get(kind, [])

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            path = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))[1:]
            self.paths[attributes.get("Id", "")] = path
            self.kinds.setdefault(attributes.get("Type", "").rpartition("/")[2], []).append(path)

    def text(self, data: str) -> None: ...

    def end(self, name: str) -> None: ...


@dataclass(slots=True)
class Styles:
    """Which of the formats that cells refer to make a date of a number."""

    formats: dict[str, str] = field(default_factory=lambda: {str(n): code for n, code in BUILTIN_FORMATS.items()})
    used: list[str] = field(default_factory=list)
    in_cells: bool = False

    def kinds(self) -> list[str]:
        """Of each format by its number: "date", "elapsed" or ""."""
        kinds = {number: _kind(code) for number, code in self.formats.items()}
        return [kinds.get(number, "") for number in self.used]

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self.formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self.in_cells = True
        elif name == "xf" and self.in_cells:
            self.used.append(attributes.get("numFmtId", "0"))
        if max(len(self.formats), len(self.used)) > MOST_STYLES:
            raise damaged()

    def text(self, data: str) -> None: ...

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self.in_cells = False


def _kind(code: str) -> str:
    if len(code) > 255 or not is_date_format(code):  # 255: as Excel allows, and the pattern behind this has its price
        return ""
    return "elapsed" if is_timedelta_format(code) else "date"


@dataclass(slots=True)
class Typed:
    """A text as it is put together from its runs; how the reading of a Chinese sign is written above it is left out."""

    runs: list[str] = field(default_factory=list)
    length: int = 0
    on: bool = False
    aside: bool = False

    def begin(self) -> None:
        self.runs.clear()
        self.length = 0

    def start(self, name: str) -> None:
        self.aside = self.aside or name == "rPh"
        self.on = name == "t" and not self.aside

    def hear(self, data: str) -> None:
        if (
            self.on and self.length <= 4 * MOST_CHARACTERS
        ):  # some of it may be space around, or signs written as _x000D_
            self.runs.append(data)
            self.length += len(data)

    def end(self, name: str) -> None:
        self.on = False
        self.aside = self.aside and name != "rPh"

    def said(self) -> Said:
        return cells.text(unescaped("".join(self.runs)))


def unescaped(text: str) -> str:
    """_x000D_ is how a workbook writes what XML cannot, in halves of a sign where it takes two."""
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


@dataclass(slots=True)
class Texts:
    """The texts that cells refer to by number."""

    texts: list[Said] = field(default_factory=list)
    typed: Typed = field(default_factory=Typed)

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "si":
            self.typed.begin()
        self.typed.start(name)

    def text(self, data: str) -> None:
        self.typed.hear(data)

    def end(self, name: str) -> None:
        self.typed.end(name)
        if name == "si":
            if len(self.texts) >= MOST_CELLS:
                raise too_many_cells()
            self.texts.append(self.typed.said())


def whole(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        raise damaged()
    return int(written)


def too_many_cells() -> BadFile:
    return BadFile(
        N_(
            "The workbook has more than %(most)s cells, most of them probably empty and only coloured. Copy the table alone into "
            "a new workbook and send that."
        ),
        facts={"most": MOST_CELLS},
    )
