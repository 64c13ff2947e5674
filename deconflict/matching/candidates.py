"""Which items of the other side could meet this one: perhaps too many, never too few, no limit.

One statement in plain SQL, the same on SQLite and PostgreSQL: a list of what is looked for (per stretch of the item and class of
the other side's parts, as far as a rule looks for this very pair of kinds, RUL-23), a list of the cells to look in, and the
boxes by class, cell and time. Every value in it is a number of our own making, so it is written out: hundreds of bound
values would cost more than the search.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Activity, Side
from deconflict.domain.cells import Tier, commune_cell, settlement_cell
from deconflict.domain.country import Mission
from deconflict.domain.extent import Extent, extents_of
from deconflict.domain.reaches import Far, Names, Reaches, reaches_of
from deconflict.store.items import PartClass

EVERYWHERE = (-1e3, -1e3, 1e3, 1e3)
MOST_CELLS = 400  # more squares than that and the whole class is read

CLASSES = select(PartClass.id, PartClass.side, PartClass.names, PartClass.tier)
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


@dataclass(frozen=True, slots=True)
class Sought:
    """One line of the list: this class, in these cells (all when there are none), within this span and box."""

    class_id: int
    cells: tuple[int, ...]
    since_s: float
    until_s: float
    ends_s: float
    box: tuple[float, float, float, float] = EVERYWHERE


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
            lines.extend(Sought(id, *line) for line in found for id in ids)
    return lines


def _by_names(extents: Iterable[Extent]) -> dict[Names, list[Extent]]:
    grouped: dict[Names, list[Extent]] = defaultdict(list)
    for extent in extents:
        grouped[extent.names].append(extent)
    return grouped


def look_up(session: Session, lines: Sequence[Sought]) -> set[int]:
    """Ids of the items whose boxes are on the list."""
    found: set[int] = set()
    zones = {cells: zone for zone, cells in enumerate(dict.fromkeys(line.cells for line in lines if line.cells))}
    connection = session.connection()
    for everywhere in (False, True):
        mine = [line for line in lines if everywhere is not bool(line.cells)]
        if mine:
            values = ",".join(_values(zones.get(line.cells, 0), line) for line in mine)
            cells = ",".join(f"({zone},{cell})" for cells, zone in zones.items() for cell in cells)
            statement = (LOOK_EVERYWHERE if everywhere else LOOK_UP).format(sought=values, cells=cells, place=PLACE)
            found.update(id for (id,) in connection.exec_driver_sql(statement))
    return found


Line = tuple[tuple[int, ...], float, float, float, tuple[float, float, float, float]]


def _by_place(extents: Sequence[Extent], far: Far, tier: Tier) -> Iterator[Line]:
    for within_m, within_s in far.near:
        for extent in extents:
            wide = extent.box.widened(within_m, within_s)
            cells = tier.squares.numbers_around(wide, MOST_CELLS)
            yield cells, wide.begins_s - tier.lasts_s, wide.ends_s, wide.begins_s, wide[:4]


def _by_code(extents: Sequence[Extent], far: Far, tier: Tier) -> Iterator[Line]:
    for extent in extents:
        codes = ((extent.settlement, settlement_cell, far.settlement_s), (extent.commune, commune_cell, far.commune_s))
        for code, cell, within_s in codes:
            if code is not None and within_s >= 0:
                begins, ends = extent.part_begins_s - within_s, extent.part_ends_s + within_s
                yield (cell(code),), begins - tier.lasts_s, ends, begins, EVERYWHERE


def _values(zone: int, line: Sought) -> str:
    numbers = (line.since_s, line.until_s, line.ends_s, *line.box)
    return f"({zone},{line.class_id},{','.join(map(repr, numbers))})"


def classes_of(session: Session, side: Side) -> list[Shelved]:
    return [
        Shelved(id, _names(names), Tier(tier))
        for id, owner, names, tier in session.connection().execute(CLASSES)
        if owner == side
    ]


@lru_cache(maxsize=1024)
def _names(joined: str) -> Names:
    return tuple(joined.split(" "))
