"""The same parts in our tables on embedded SQLite and in PostGIS, asked the same questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psycopg
from numpy.typing import NDArray
from sqlalchemy import create_engine, delete, event, text
from sqlalchemy.orm import Session

from deconflict.domain.activity import Activity, Side
from deconflict.domain.boxes import Boxes
from deconflict.domain.cells import Tier
from deconflict.domain.clearance import within
from deconflict.domain.country import Mission
from deconflict.domain.extent import extents_of
from deconflict.domain.geodesy import Floats
from deconflict.domain.motion import Pieces
from deconflict.domain.reaches import reaches_of
from deconflict.matching.boxes import ClassKey, class_ids, replace_boxes
from deconflict.matching.candidates import classes_of, look_up, neighbours, sought
from deconflict.matching.sweep import Swept
from deconflict.store.base import Base, configure_engine
from deconflict.store.items import PartBox
from tests.bench_parts import PRESENCE_M, ROAD_M, SORTS, Numbers, Parts, Sort, side_of

Pairs = NDArray[np.int64]  # (n, 2): the humanitarian part, the one of the mission

ROWS_AT_ONCE = 50_000
IDS_AT_ONCE = 30_000
MOVING = np.array([sort.moving for sort in SORTS])


@dataclass(frozen=True, slots=True)
class Reaches:
    """How far the rules look by distance, between two sorts of parts: [which, humanitarian, mission], not a number where
    there are no (more) distances between the two."""

    within_m: Floats
    within_s: Floats

    @classmethod
    def of(cls, mission: Mission) -> Reaches:
        names = [names_of(mission, sort) for sort in SORTS]
        ours, theirs = ([n for n in range(len(SORTS)) if side_of(n, mission) is side] for side in Side)
        between = reaches_of(mission.pack).between
        far = {(h, m): between(Side.HUMANITARIAN, names[h], names[m]).near for h in ours for m in theirs}
        most = max(map(len, far.values()))
        within_m, within_s = np.full((2, most, len(SORTS), len(SORTS)), np.nan)
        for (h, m), near in far.items():
            for n, (metres, seconds) in enumerate(near):
                within_m[n, h, m], within_s[n, h, m] = metres, seconds
        return cls(within_m, within_s)

    def rows(self) -> Iterator[tuple[int, int, float, float]]:
        for at in zip(*np.nonzero(self.within_m >= 0), strict=True):
            yield int(at[1]), int(at[2]), float(self.within_m[at]), float(self.within_s[at])


def names_of(mission: Mission, sort: Sort) -> tuple[str, ...]:
    kind = mission.catalogue[sort.kind]
    return (kind.code, *sorted(kind.groups - {kind.code}))


def decided(a: Parts, rows: Numbers, b: Parts, columns: Numbers, far: Reaches) -> NDArray[np.bool_]:
    """Which of these pairs (humanitarian, mission) the engine says are within reach in place and time, exactly."""
    h, m = a.sorts[rows], b.sorts[columns]
    within_m, within_s = far.within_m[:, h, m], far.within_s[:, h, m]
    layer, pair = np.nonzero(within_m >= 0)
    some = within(a.pieces, rows[pair], b.pieces, columns[pair], within_m[layer, pair], within_s[layer, pair])
    kept = np.zeros(len(rows), dtype=bool)
    kept[pair[some]] = True
    return kept


def decided_among(parts: Parts, pairs: Pairs, far: Reaches) -> NDArray[np.bool_]:
    """The same of many pairs at once, each part that is in one of them laid out once and close to the others."""
    (a, rows), (b, columns) = (_used(parts, pairs[:, side]) for side in (0, 1))
    return decided(a, rows, b, columns, far)


def _used(parts: Parts, index: Numbers) -> tuple[Parts, Numbers]:
    """Only these parts, and their places among them."""
    used = np.zeros(len(parts), dtype=bool)
    used[index] = True
    return parts.take(np.nonzero(used)[0]), (np.cumsum(used) - 1)[index]


# ---- ours -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Embedded:
    """Our tables in an SQLite file, set up as the product does; foreign keys are off, as there are no items around the
    parts. Beside the boxes lies the geometry that decides, as the filed versions lie there in the product."""

    path: Path
    mission: Mission
    session: Session = field(init=False)

    def __post_init__(self) -> None:
        engine = create_engine(f"sqlite:///{self.path}")
        configure_engine(engine)
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=OFF"))
        Base.metadata.create_all(engine)
        self.session = Session(engine)
        self.session.execute(text(GEOMETRY))
        self.session.commit()

    def load(self, parts: Parts) -> None:
        """All at once, as a rebuild would; ids are places in `parts` plus one."""
        cursor = self.session.connection().connection.driver_connection.cursor()  # type: ignore[union-attr]
        insert = "INSERT INTO part_box (item_id, class_id, cell, south, west, north, east, begins_s, ends_s)"
        for row in self._box_rows(parts):
            cursor.executemany(f"{insert} VALUES (?,?,?,?,?,?,?,?,?)", row)
        columns = _geometry(parts)
        for start in range(0, len(parts), ROWS_AT_ONCE):
            some = slice(start, start + ROWS_AT_ONCE)
            rows = zip(range(start + 1, start + 1 + ROWS_AT_ONCE), *(c[some].tolist() for c in columns), strict=False)
            cursor.executemany("INSERT INTO geometry VALUES (?,?,?,?,?,?,?,?,?,?)", rows)
        self.session.commit()

    def _box_rows(self, parts: Parts) -> Iterator[list[tuple[float, ...]]]:
        boxes = boxes_of(parts)
        sizes, lasts = boxes.size_deg, boxes.lasts_s
        numbers = np.array([Tier.of(s, t).number for s, t in zip(sizes.tolist(), lasts.tolist(), strict=True)])
        for sort, tier in sorted(set(zip(parts.sorts.tolist(), numbers.tolist(), strict=True))):
            index = np.nonzero((parts.sorts == sort) & (numbers == tier))[0]
            some = boxes.take(index)
            key: ClassKey = (side_of(sort, self.mission), " ".join(names_of(self.mission, SORTS[sort])), tier)
            class_id = class_ids(self.session, [key])[key]
            cells = Tier(tier).squares.number(some)
            for start in range(0, len(index), ROWS_AT_ONCE):
                cut = slice(start, start + ROWS_AT_ONCE)
                ids, cell = (index[cut] + 1).tolist(), cells[cut].tolist()
                rows = zip(ids, [class_id] * len(ids), cell, *zip(*some.rows()[cut], strict=True), strict=True)
                yield list(rows)

    def one(self, parts: Parts, n: int, activity: Activity, far: Reaches) -> set[int]:
        """A new part against all: candidates by SQL, their geometry, the engine."""
        ids, others = self._read(neighbours(self.session, self.mission, activity))
        if not len(ids):
            return set()
        mine = parts.take(np.array([n]))
        rows, columns = np.zeros(len(ids), dtype=np.int64), np.arange(len(ids))
        if activity.side is Side.HUMANITARIAN:
            kept = decided(mine, rows, others, columns, far)
        else:
            kept = decided(others, columns, mine, rows, far)
        return set((ids[kept] - 1).tolist())

    def round_trip(self, activity: Activity) -> Callable[[], object]:
        """What `one` asks of the database and reads of its answers, and nothing else."""
        other = Side.MISSION if activity.side is Side.HUMANITARIAN else Side.HUMANITARIAN
        classes = classes_of(self.session, other)
        lines = sought(extents_of(activity), classes, activity.side, reaches_of(self.mission.pack))

        def ask() -> None:
            classes_of(self.session, other)
            self._read(look_up(self.session, lines))

        return ask

    def _read(self, found: set[int]) -> tuple[Numbers, Parts]:
        ids = np.array(sorted(found), dtype=np.int64)
        connection, rows = self.session.connection(), list[tuple[float, ...]]()
        for start in range(0, len(ids), IDS_AT_ONCE):
            listed = ",".join(map(str, ids[start : start + IDS_AT_ONCE].tolist()))
            rows += connection.exec_driver_sql(f"SELECT * FROM geometry WHERE id IN ({listed}) ORDER BY id").cursor  # type: ignore[arg-type]
        return ids, _from_geometry(np.array(rows, dtype=np.float64).reshape(-1, 10))

    def insert(self, activity: Activity) -> None:
        replace_boxes(self.session, activity.id, activity)
        self.session.commit()

    def remove(self, activity: Activity) -> None:
        self.session.execute(delete(PartBox).where(PartBox.item_id == activity.id))
        self.session.commit()

    def sweep(self) -> Iterator[Pairs]:
        """All pairs that a rule may concern, as places in the parts loaded, in blocks."""
        return (block - 1 for block in Swept.read(self.session).pairs(self.mission.pack))

    def close(self) -> None:
        self.session.close()
        self.session.get_bind().dispose()  # type: ignore[union-attr]


GEOMETRY = """CREATE TABLE geometry (id INTEGER PRIMARY KEY, sort INTEGER, lat REAL, lon REAL, to_lat REAL, to_lon REAL,
starts_s REAL, ends_s REAL, slack_s REAL, unsure_m REAL)"""


def _geometry(parts: Parts) -> Sequence[NDArray[np.generic]]:
    pieces = parts.pieces
    ends = pieces.ends.reshape(-1, 4)
    return (parts.sorts, *ends.T, *pieces.at.T, pieces.early[:, 0], pieces.unsure_m)


def _from_geometry(rows: Floats) -> Parts:
    sorts = rows[:, 1].astype(np.int64)
    moving = MOVING[sorts]
    slack = np.repeat(rows[:, 8:9], 2, axis=1)
    ends, every, none = rows[:, 2:6].reshape(-1, 2, 2), np.arange(len(rows)), np.full(len(rows), -1)
    return Parts(sorts, Pieces(ends, rows[:, 6:8], slack, slack, np.zeros(len(rows)), rows[:, 9], moving, every, none))


def boxes_of(parts: Parts) -> Boxes:
    """What domain.extent makes of them, all at once: a stretch is short enough for a straight line to bulge by nothing that
    a thousandth of its length does not hold."""
    ends = parts.pieces.ends
    margin = parts.radius_m + np.where(parts.pieces.moving, 50.0, 0.0)
    low, high = ends.min(axis=1), ends.max(axis=1)
    return Boxes(low[:, 0], low[:, 1], high[:, 0], high[:, 1], parts.begins_s, parts.ends_s).widened(margin, 0.0)


# ---- PostGIS ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class PostGis:
    """One table with one GiST over sort, time range and geography (btree_gist), which of all its indexes answered fastest;
    the distance of a pair of sorts, both radii counted, lies in a small table beside it. Ways are lines held for their whole
    window, as it knows no motion: with a mover it finds too many."""

    address: str
    connection: psycopg.Connection[tuple[int, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.connection = psycopg.connect(self.address, autocommit=True)
        self.connection.execute("CREATE EXTENSION IF NOT EXISTS postgis; CREATE EXTENSION IF NOT EXISTS btree_gist")

    def load(self, parts: Parts, far: Reaches) -> None:
        run = self.connection.execute
        run("DROP TABLE IF EXISTS part, reach")
        run("CREATE TABLE part (id int PRIMARY KEY, sort smallint, held tstzrange, place geography)")
        run("CREATE TABLE reach (ours smallint, theirs smallint, within_m float8, within interval)")
        rows = _postgis_rows(parts)
        with self.connection.cursor() as cursor, cursor.copy("COPY part FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        radius = [ROAD_M if sort.moving else PRESENCE_M for sort in SORTS]
        with self.connection.cursor() as cursor, cursor.copy("COPY reach FROM STDIN") as copy:
            for h, m, within_m, within_s in far.rows():
                copy.write_row((h, m, within_m + radius[h] + radius[m], f"{within_s} seconds"))
        run("CREATE INDEX part_gist ON part USING gist (sort, held, place)")
        run("VACUUM ANALYZE part")
        run("ANALYZE reach")

    def one(self, row: tuple[object, ...], side: Side) -> set[int]:
        _, sort, held, place = row
        mine, other = ("ours", "theirs") if side is Side.HUMANITARIAN else ("theirs", "ours")
        found = self.connection.execute(ONE.format(mine=mine, other=other), (held, place, sort), prepare=True)
        return {id for (id,) in found}

    def insert(self, row: tuple[object, ...]) -> None:
        self.connection.execute("INSERT INTO part VALUES (%s, %s, %s::tstzrange, %s::geography)", row, prepare=True)

    def remove(self, id: int) -> None:
        self.connection.execute("DELETE FROM part WHERE id = %s", (id,))

    def sweep(self, timeout_s: float) -> Pairs | None:
        """All pairs; None when they take longer than that."""
        self.connection.execute(f"SET statement_timeout = {int(timeout_s * 1000)}")
        try:
            return np.array(self.connection.execute(ALL).fetchall(), dtype=np.int64).reshape(-1, 2)
        except psycopg.errors.QueryCanceled:
            return None
        finally:
            self.connection.execute("SET statement_timeout = 0")

    def close(self) -> None:
        self.connection.close()


ONE = """
WITH asked AS (SELECT %s::tstzrange AS held, %s::geography AS place)
SELECT DISTINCT p.id FROM asked CROSS JOIN reach r JOIN part p
  ON p.sort = r.{other} AND p.held && tstzrange(lower(asked.held) - r.within, upper(asked.held) + r.within, '[]')
  AND ST_DWithin(p.place, asked.place, r.within_m)
WHERE r.{mine} = %s"""
ALL = """
SELECT DISTINCT h.id, m.id FROM reach r JOIN part h ON h.sort = r.ours JOIN part m
  ON m.sort = r.theirs AND m.held && tstzrange(lower(h.held) - r.within, upper(h.held) + r.within, '[]')
  AND ST_DWithin(m.place, h.place, r.within_m)"""


def postgis_row(parts: Parts, n: int, id: int) -> tuple[object, ...]:
    return next(_postgis_rows(parts.take(np.array([n])), id))


def _postgis_rows(parts: Parts, first: int = 0) -> Iterator[tuple[object, ...]]:
    ends, moving = parts.pieces.ends.tolist(), parts.pieces.moving.tolist()
    held = zip(parts.begins_s.tolist(), parts.ends_s.tolist(), strict=True)
    for n, (sort, window, line, moves) in enumerate(zip(parts.sorts.tolist(), held, ends, moving, strict=True)):
        (lat, lon), (to_lat, to_lon) = line
        place = f"LINESTRING({lon!r} {lat!r},{to_lon!r} {to_lat!r})" if moves else f"POINT({lon!r} {lat!r})"
        since, until = (np.datetime64(round(at * 1e6), "us").astype(str) + "Z" for at in window)
        yield first + n, sort, f"[{since},{until}]", place
