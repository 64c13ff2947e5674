"""Which items of the other side could meet this one: perhaps too many, never too few, no limit."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.domain.sop import Reach
from deconflict.store.items import PartBox

METRES_PER_DEGREE = 110_500.0  # the least a degree of latitude measures on WGS84, so that margins are never short


def neighbours(session: Session, boxes: Sequence[PartBox], side: Side, reach: Reach) -> set[int]:
    """Ids of items of the other side with a part inside the reach, in place and time, of one of these boxes; and those in
    the same settlement or commune where a rule asks for that instead of a distance."""
    if not reach:
        return set()
    other = Side.MISSION if side is Side.HUMANITARIAN else Side.HUMANITARIAN
    found: set[int] = set()
    for box in boxes:
        in_time = and_(
            PartBox.side == other,
            PartBox.begins_s <= box.ends_s + reach.within_s,
            PartBox.ends_s >= box.begins_s - reach.within_s,
        )
        places = _places(box, reach)
        if places:
            found.update(session.scalars(select(PartBox.item_id).where(in_time, or_(*places)).distinct()))
    return found


def _places(box: PartBox, reach: Reach) -> list[ColumnElement[bool]]:
    near: list[ColumnElement[bool]] = []
    if reach.distance_m >= 0:
        near.append(_in_box(box, reach.distance_m))
    if reach.same_settlement and box.settlement is not None:
        near.append(PartBox.settlement == box.settlement)
    if reach.same_commune and box.commune is not None:
        near.append(PartBox.commune == box.commune)
    return near


def _in_box(box: PartBox, within_m: float) -> ColumnElement[bool]:
    lat = within_m / METRES_PER_DEGREE
    south, north = box.south - lat, box.north + lat
    vertical = and_(PartBox.south <= north, PartBox.north >= south)
    furthest = max(abs(south), abs(north))
    if furthest >= 89.0:
        return vertical
    lon = within_m / (METRES_PER_DEGREE * math.cos(math.radians(furthest)))
    west, east = box.west - lon, box.east + lon
    # A box that reaches over the antimeridian is also looked for from the other side of it.
    spans = [and_(PartBox.west <= east + turn, PartBox.east >= west + turn) for turn in (-360.0, 0.0, 360.0)]
    return and_(vertical, or_(*spans))
