"""Which items of the other side could meet this one: perhaps too many, never too few, no limit.

One statement in plain SQL, the same on SQLite and PostgreSQL: a list of what is looked for (per stretch of the item and class of
the other side's parts, as far as a rule looks for this very pair of kinds, RUL-23), a list of the cells to look in, and the
boxes by class, cell and time. To read such a statement costs a database more than the search, so it is worded alike again and
again: values are bound, and the lists come in few lengths, filled up with lines that find nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult
from sqlalchemy.orm import Session

from deconflict.domain.activity import Activity, Side
from deconflict.domain.boxes import Box, Squares
from deconflict.domain.cells import Tier, commune_cell, settlement_cell
from deconflict.domain.country import Mission
from deconflict.domain.extent import Extent, extents_of
from deconflict.domain.portions import portions
from deconflict.domain.reaches import Far, Names, Reaches, reaches_of

EVERYWHERE = (-1e3, -1e3, 1e3, 1e3)
NO_LINE, NO_CELL = (-1, -1, 0.0, 0.0, 0.0, *EVERYWHERE), (-2, 0)  # are in no zone of the other list, and of no class
MOST_CELLS = 400  # more squares than that and the whole class is read

MARKS = {"qmark": "?", "pyformat": "%s"}  # how a driver wants the place of a value marked
MOST_VALUES = 16_000  # of a statement, before its lists are filled up: SQLite takes 32,766

CLASSES = "SELECT id, names, tier FROM part_class WHERE side = {mark}"
LOOK_UP = """
WITH sought (zone, class_id, since_s, until_s, ends_s, south, west, north, east) AS (VALUES {sought}),
     cells (zone, cell) AS (VALUES {cells})
SELECT p.item_id FROM sought s CROSS JOIN cells c CROSS JOIN part_box p
WHERE c.zone = s.zone AND p.class_id = s.class_id AND p.cell = c.cell
  AND p.begins_s >= s.since_s AND p.begins_s <= s.until_s AND p.ends_s >= s.ends_s{place}
"""
LOOK_EVERYWHERE = """
WITH sought (zone, class_id, since_s, until_s, ends_s, south, west, north, east) AS (VALUES {sought})
SELECT p.item_id FROM sought s CROSS JOIN part_box p
WHERE p.class_id = s.class_id AND p.begins_s >= s.since_s AND p.begins_s <= s.until_s AND p.ends_s >= s.ends_s{place}
"""
PLACE = """
  AND p.south <= s.north AND p.north >= s.south
  AND (p.west <= s.east AND p.east >= s.west OR p.west <= s.east - 360 AND p.east >= s.west - 360
       OR p.west <= s.east + 360 AND p.east >= s.west + 360)"""


class Sought(NamedTuple):
    """One line of the list: in these cells (everywhere when there are none) this class, within this span and box."""

    cells: tuple[int, ...]
    class_id: int
    since_s: float
    until_s: float
    ends_s: float
    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Shelved:
    """A class of the other side's boxes."""

    id: int
    names: Names
    tier: Tier


def neighbours(session: Session, mission: Mission, activity: Activity) -> set[int]:
    """Ids of items of the other side with a part inside the reach, in place and time, of a part of this one; and those in the
    same settlement or commune where a rule asks for that instead of a distance."""
    other = Side.MISSION if activity.side is Side.HUMANITARIAN else Side.HUMANITARIAN
    classes = classes_of(session, other)
    return look_up(session, sought(extents_of(activity), classes, activity.side, reaches_of(mission.pack)))


def sought(extents: Sequence[Extent], classes: Sequence[Shelved], side: Side, reaches: Reaches) -> list[Sought]:
    """Everything to look for, in one list."""
    lines: list[Sought] = []
    for names, mine in _by_names(extents).items():
        wanted: dict[tuple[Far, Tier], list[int]] = defaultdict(list)
        for one in classes:
            if far := reaches.between(side, names, one.names):
                wanted[far, one.tier].append(one.id)
        for (far, tier), ids in wanted.items():
            found = _by_code(mine, far, tier) if tier.by_code else _by_place(mine, far, tier)
            lines.extend(Sought(cells, id, *limits) for cells, *limits in found for id in ids)
    return lines


def _by_names(extents: Iterable[Extent]) -> dict[Names, list[Extent]]:
    grouped: dict[Names, list[Extent]] = defaultdict(list)
    for extent in extents:
        grouped[extent.names].append(extent)
    return grouped


def look_up(session: Session, lines: Sequence[Sought]) -> set[int]:
    """Ids of the items whose boxes are on the list."""
    found: set[int] = set()
    for everywhere in (False, True):
        those = (line for line in lines if everywhere is not bool(line.cells))
        for some in portions(those, _values, MOST_VALUES):
            zones = {cells: zone for zone, cells in enumerate(dict.fromkeys(line.cells for line in some))}
            wanted = [(zones[line.cells], *line[1:]) for line in some]
            cells = [(zone, cell) for cells, zone in zones.items() for cell in cells]
            found.update(id for (id,) in _asked(session, _filled(wanted, NO_LINE), _filled(cells, NO_CELL)))
    return found


def _values(line: Sought) -> int:
    """How many it takes of a statement."""
    return len(line) + 2 * len(line.cells)


def _filled(rows: Sequence[Values], filler: Values) -> list[Values]:
    """To a power of two, or none."""
    size = 1 << (len(rows) - 1).bit_length() if rows else 0
    return [*rows, *[filler] * (size - len(rows))]


def _asked(session: Session, wanted: Sequence[Values], cells: Sequence[Values]) -> Rows:
    connection = session.connection()
    statement = _statement(len(wanted), len(cells), MARKS[connection.dialect.paramstyle])
    return _rows(connection.exec_driver_sql(statement, tuple(chain.from_iterable((*wanted, *cells)))))


def _rows(result: CursorResult[*tuple[Any, ...]]) -> Rows:
    """Past SQLAlchemy's own rows."""
    return cast("Rows", result.cursor)


@lru_cache(maxsize=256)
def _statement(lines: int, cells: int, mark: str) -> str:
    wanted, listed = (",".join([f"({','.join([mark] * size)})"] * n) for size, n in ((len(NO_LINE), lines), (2, cells)))
    return (LOOK_UP if cells else LOOK_EVERYWHERE).format(sought=wanted, cells=listed, place=PLACE)


Values = tuple[float, ...]
Rows = Iterable[tuple[Any, ...]]
Line = tuple[tuple[int, ...], float, float, float, float, float, float, float]


def _by_place(extents: Sequence[Extent], far: Far, tier: Tier) -> Iterator[Line]:
    for within_m, within_s in far.near:
        for extent in extents:
            wide = extent.box.widened(within_m, within_s)
            cells = _around(tier.squares, wide, MOST_CELLS)
            yield cells, wide.begins_s - tier.lasts_s, wide.ends_s, wide.begins_s, *wide[:4]


@lru_cache(maxsize=1024)
def _around(squares: Squares, box: Box, most: int) -> tuple[int, ...]:
    """Classes that differ in how long their boxes last share their squares."""
    return squares.numbers_around(box, most)


def _by_code(extents: Sequence[Extent], far: Far, tier: Tier) -> Iterator[Line]:
    for extent in extents:
        codes = ((extent.settlement, settlement_cell, far.settlement_s), (extent.commune, commune_cell, far.commune_s))
        for code, cell, within_s in codes:
            if code is not None and within_s >= 0:
                begins, ends = extent.part_begins_s - within_s, extent.part_ends_s + within_s
                yield (cell(code),), begins - tier.lasts_s, ends, begins, *EVERYWHERE


def classes_of(session: Session, side: Side) -> list[Shelved]:
    connection = session.connection()
    statement = CLASSES.format(mark=MARKS[connection.dialect.paramstyle])
    return [_shelved(*row) for row in _rows(connection.exec_driver_sql(statement, (str(side),)))]


@lru_cache(maxsize=1024)
def _shelved(id: int, names: str, tier: int) -> Shelved:
    return Shelved(id, tuple(names.split(" ")), Tier(tier))
