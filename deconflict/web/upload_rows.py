"""From the lines of a table to filled-in forms: lines of one number are one item, each of them a stop of it or several. What stands in a
cell becomes what one would type into its field, and is read by the same door; nothing is decided here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from deconflict.domain.msgid import N_
from deconflict.domain.places import fold
from deconflict.domain.unwanted import unwanted_in
from deconflict.domain.withheld import is_withheld
from deconflict.files.csv_out import unguarded
from deconflict.files.tables import Line, Table
from deconflict.schemas.filings import MOST_STOPS
from deconflict.schemas.forms import STOP_FIELD
from deconflict.web.upload_columns import KEY
from deconflict.web.upload_days import day_typed

SEVERAL = re.compile(r"\s*[;\n]\s*")  # between the places of one line
LATITUDE, LONGITUDE = ("latitude", "lat", "y"), ("longitude", "lon", "long", "lng", "x")
PLAIN = re.compile(r"[+-]?\d{1,3}(?:[.,](\d+))?")
NOTE = "#meta+note"
STAMP = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
FRACTION = re.compile(r"0?\.\d+|0|1")  # of a day, which is how a spreadsheet keeps a time

Wrong = tuple[str, str, dict[str, Any]]  # cell, sentence (msgid), its facts


@dataclass(frozen=True, slots=True)
class Reading:
    """How one table is read: `columns` its columns, counted from 0, by what they fill in (KEY, a field of the whole, `stops-0-place`);
    `same` what stands on every line. `unread` and `withheld` are headers of columns that are not looked at, the second of what is
    never stored."""

    columns: Mapping[str, int]
    same: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as the file has it: `values` by field of the page with `stops` of them, and in which cell each stands; `wrong` what can be
    said of cells before any field is read."""

    key: str
    values: Mapping[str, str]
    stops: int
    cells: Mapping[str, str]
    wrong: tuple[Wrong, ...]
    lines: tuple[int, ...]


def recognised(table: Table, known: Mapping[str, str], ours: Collection[str] = (), *, military: bool) -> Reading:
    """By headers and tags that mean a field (`upload_columns.headers_of`). What is never stored is dropped and named. `ours`: folded
    headers of columns that were added here."""
    columns: dict[str, int] = {}
    unread, withheld = [], []
    tags = (*table.tags, *([""] * len(table.header)))
    for n, header in enumerate(table.header):
        target = known.get(fold(header)) or known.get(tags[n].strip().lower()) or _coordinate(header)
        if target and target not in columns:
            columns[target] = n
        elif fold(header) in ours or tags[n].strip() == NOTE:
            continue  # what was written into the file here says nothing of an item
        elif header and (is_withheld(header) if military else unwanted_in(header) is not None):
            withheld.append(header)
        elif header:
            unread.append(header)
    return Reading(columns, {}, tuple(unread), tuple(withheld))


def entries(table: Table, reading: Reading, codes: Mapping[str, Mapping[str, str]], zone: tzinfo) -> list[Entry]:
    """In the order of the file. A line without a number of its own goes on with the one before, where it says nothing of the whole.
    `codes`: what answers mean, by field (`upload_columns.codes_of`)."""
    found: dict[str, _Begun] = {}
    last: _Begun | None = None
    for line in table.lines:
        key = _cell(line, reading.columns.get(KEY))
        whole = any(_cell(line, n) for target, n in reading.columns.items() if target != KEY and _is_whole(target))
        if not key and (whole or last is None):
            last = found.setdefault(f"\0{line.number}", _Begun(""))
            last.wrong.append((cell_name(reading.columns.get(KEY, 0), line.number), NO_NUMBER, {}))
        elif key:
            last = found.setdefault(fold(key) or key, _Begun(key))
        assert last is not None
        last.lines.append(line.number)
        _put(last, line, reading, codes, zone)
    flawed = {flaw.cell: flaw for flaw in table.flaws}
    return [_entry(begun, flawed) for begun in found.values()]


NO_NUMBER = N_(
    "Give each line a number of your own: it is how the line is known again when the file comes a second time."
)
SAYS_OTHERWISE = N_(
    "Line %(line)s has the same number and says otherwise here. Write the same, or give it another number."
)
NOT_AS_MANY = N_("There are %(places)s places on this line and %(positions)s positions. Write one for each.")
ONE_DAY = N_("Several places of one line are all of one day. Give each a line of its own, with the same number.")
TOO_MANY = N_("Twelve stops at most: enter the rest as another one.")


@dataclass(slots=True)
class _Begun:
    key: str
    values: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    at_line: dict[str, int] = field(default_factory=dict)
    stops: int = 0
    wrong: list[Wrong] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def _entry(begun: _Begun, flawed: Mapping[str, Any]) -> Entry:
    mine = [flaw for cell, flaw in flawed.items() if int(re.sub(r"\D", "", cell) or 0) in begun.lines]
    wrong = [*begun.wrong, *((flaw.cell, flaw.sentence, dict(flaw.facts)) for flaw in mine)]
    return Entry(begun.key, begun.values, max(begun.stops, 1), begun.cells, tuple(wrong), tuple(begun.lines))


def _put(begun: _Begun, line: Line, reading: Reading, codes: Mapping[str, Mapping[str, str]], zone: tzinfo) -> None:
    """What a line says of the whole, and its stops after those that are there already."""
    stops: dict[int, dict[str, tuple[str, int]]] = {}
    for target, column in reading.columns.items():
        text = _cell(line, column)
        if target == KEY or not text:
            continue
        at = STOP_FIELD.fullmatch(target)
        name = at[2] if at else target
        text = _as_typed(name, text, codes.get(name, {}), zone)
        if at:
            stops.setdefault(int(at[1]), {})[name] = (text, column)
        else:
            _whole(begun, name, text, cell_name(column, line.number), line.number)
    for name, text in reading.same.items():
        begun.values.setdefault(name, text)
    for n in sorted(stops):
        for row in _split(begun, _joined(stops[n]), line.number):
            if begun.stops == MOST_STOPS:
                begun.wrong.append((cell_name(next(iter(row.values()))[1], line.number), TOO_MANY, {}))
                return
            for name, (text, column) in row.items():
                begun.values[f"stops-{begun.stops}-{name}"] = text
                begun.cells[f"stops-{begun.stops}-{name}"] = cell_name(column, line.number)
            begun.stops += 1


def _whole(begun: _Begun, name: str, text: str, cell: str, line: int) -> None:
    if name not in begun.values:
        begun.values[name], begun.cells[name], begun.at_line[name] = text, cell, line
    elif begun.values[name] != text:
        begun.wrong.append((cell, SAYS_OTHERWISE, {"line": begun.at_line[name]}))


def _joined(row: dict[str, tuple[str, int]]) -> dict[str, tuple[str, int]]:
    """Two columns of degrees are one position. A spreadsheet drops the noughts at the end of a figure: of two figures of one position the
    longer one tells how exact it is."""
    lat, lon = row.pop("_lat", None), row.pop("_lon", None)
    if (lat is None and lon is None) or "position" in row:
        return row
    texts = [found[0] if found else "" for found in (lat, lon)]
    plain = [PLAIN.fullmatch(text) for text in texts]
    if all(plain):
        longest = max(len(found[1] or "") for found in plain if found)
        texts = [_padded(text, longest) for text in texts]
    column = (lat or lon or ("", 0))[1]
    return {**row, "position": (" ; ".join(texts) if any("," in text for text in texts) else " ".join(texts), column)}


def _padded(text: str, figures: int) -> str:
    whole, point, part = re.split(r"([.,])", text) if re.search(r"[.,]", text) else (text, ".", "")
    return f"{whole}{point}{part.ljust(figures, '0')}" if figures else text


def _split(begun: _Begun, row: dict[str, tuple[str, int]], line: int) -> Iterator[dict[str, tuple[str, int]]]:
    """One line may name several places, which are reached at some time of its windows in the order in which they stand."""
    parts = {
        name: [part for part in SEVERAL.split(row[name][0]) if part]
        for name in ("place", "position")
        if name in row and ("_lat" not in row)
    }
    many = max(map(len, parts.values()), default=1)
    if many <= 1:
        yield row
        return
    if len({len(found) for found in parts.values()}) > 1:
        if "position" in parts and "place" in parts:
            facts = {"places": len(parts["place"]), "positions": len(parts["position"])}
            begun.wrong.append((cell_name(row["position"][1], line), NOT_AS_MANY, facts))
        yield row
        return
    hours = _hours(begun, row, line)
    for n in range(many):
        yield {**row, **hours, **{name: (found[n], row[name][1]) for name, found in parts.items()}}


def _hours(begun: _Begun, row: dict[str, tuple[str, int]], line: int) -> dict[str, tuple[str, int]]:
    """The hours of a line with several places are those of each of them: from the first to the last that it names, there and gone."""
    said = {name: found for name, found in row.items() if name.startswith(("arrive_", "depart_"))}
    days = {found[0] for name, found in said.items() if name.endswith("_date")}
    if len(days) > 1:
        begun.wrong.append((cell_name(said["depart_date"][1], line), ONE_DAY, {}))
        return {}
    first = said.get("arrive_from") or said.get("depart_from")
    last = said.get("depart_to") or said.get("arrive_to")
    day = said.get("arrive_date") or said.get("depart_date")
    parts = {"date": day, "from": first, "to": last}
    return {f"{way}_{part}": found for way in ("arrive", "depart") for part, found in parts.items() if found}


def _as_typed(name: str, text: str, codes: Mapping[str, str], zone: tzinfo) -> str:
    """An answer by its code; instants with their zone on the clocks of the mission; days and times out of one cell."""
    if codes:
        return codes.get(fold(text), text)
    part = name.rpartition("_")[2]
    if part not in ("date", "from", "to", "time", "on") and name not in ("valid_from", "opens", "closes"):
        return text
    if STAMP.match(text) and (at := _instant(text, zone)) is not None:
        return f"{at:%Y-%m-%d}" if part in ("date", "on") or name == "valid_from" else f"{at:%H:%M}"
    if part in ("from", "to", "time") and FRACTION.fullmatch(text):
        minutes = round(float(text) * 24 * 60) % (24 * 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return day_typed(text) if part in ("date", "on") or name == "valid_from" else text


def _instant(text: str, zone: tzinfo) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is None else at.astimezone(zone)


def _coordinate(header: str) -> str:
    """Of the two columns in which many lists keep a position. Kobo writes `_place_latitude` beside its own column of both."""
    said = fold(header).split()
    last = said[-1] if said else ""
    if last in LATITUDE:
        return "stops-0-_lat"
    return "stops-0-_lon" if last in LONGITUDE else ""


def _is_whole(target: str) -> bool:
    return STOP_FIELD.fullmatch(target) is None


def _cell(line: Line, column: int | None) -> str:
    return unguarded(line.cells[column]) if column is not None and column < len(line.cells) else ""


def cell_name(column: int, line: int) -> str:
    """As a spreadsheet calls it: `C7`."""
    letters, n = "", column + 1
    while n:
        n, rest = divmod(n - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{line}"
