"""All live items against all, at once: the pairs that any rule may concern. Perhaps too many, never too few, no limit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.domain.boxes import Numbers
from deconflict.domain.country import Mission
from deconflict.domain.filed_boxes import COLUMNS, Filed, pair_blocks
from deconflict.domain.reaches import Names, reaches_of
from deconflict.store.items import PartBox, PartClass


def swept_pairs(session: Session, mission: Mission) -> Iterator[tuple[int, int]]:
    """(humanitarian item, mission item), each pair once, in order. Whether anything concerns them is for the engine to
    decide. Boxes are those of the last filing or `boxes.rebuild`; reaches those of the pack given."""
    return ((ours, theirs) for block in swept_blocks(session, mission) for ours, theirs in block.tolist())


def swept_blocks(session: Session, mission: Mission) -> Iterator[Numbers]:
    """The same as arrays (n, 2), many items at a time. The boxes are read before the first: nothing stays open."""
    ours, theirs = (_filed(session, side) for side in (Side.HUMANITARIAN, Side.MISSION))
    reaches = reaches_of(mission.pack)
    return pair_blocks(ours, theirs, lambda mine, other: reaches.between(Side.HUMANITARIAN, mine, other))


def _filed(session: Session, side: Side) -> dict[Names, Filed]:
    """Every box of one side by its names. Read past SQLAlchemy's rows, which would double the time."""
    classes = session.execute(select(PartClass.id, PartClass.names).where(PartClass.side == side)).all()
    columns = [getattr(PartBox, name) for name in COLUMNS]
    read: dict[Names, list[Filed]] = defaultdict(list)
    for class_id, names in classes:
        found = session.connection().execute(select(*columns).where(PartBox.class_id == class_id))
        filed = Filed.of(cast("Iterable[tuple[float, ...]]", found.cursor))
        if len(filed):
            read[tuple(names.split(" "))].append(filed)
    return {names: Filed.together(filed) for names, filed in read.items()}
