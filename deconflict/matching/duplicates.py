"""The same aid twice in one place (R17): which notices may be meant, and the row that says so. Found beside the cases, under
the same lock; nobody is alerted, and neither the mission nor the other organisation ever hears of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Activity, Side
from deconflict.domain.cells import settlement_cell
from deconflict.domain.country import Mission
from deconflict.domain.extent import extents_of
from deconflict.domain.judgement import Judgement
from deconflict.store.duplicates import Duplicate, duplicate_of, duplicate_partners
from deconflict.store.items import Item, PartBox, PartClass


def partners(session: Session, mission: Mission, item: Item, activity: Activity | None) -> set[int]:
    """Ids of the notices to compare with: in the same settlement within the days of the rule, of another organisation (who
    does something twice himself knows it); and those it has a row with already."""
    known = duplicate_partners(session, item.id)
    return known if activity is None else known | _near(session, mission, item, activity)


def settle(session: Session, item: Item, found: Mapping[int, Judgement | None], now: datetime) -> None:
    """Makes the rows of this notice say what was found."""
    for other_id, judgement in sorted(found.items()):
        other = session.get_one(Item, other_id)
        row = duplicate_of(session, item.id, other_id)
        if judgement is not None and judgement.ends_at > now:
            _stand(session, row, item, other, judgement, now)
        elif row is not None and row.gone_at is None and row.ends_at > now:
            row.gone_at = now


def _stand(
    session: Session, row: Duplicate | None, item: Item, other: Item, judgement: Judgement, now: datetime
) -> None:
    first, second = sorted((item, other), key=lambda one: one.id)
    if row is None:
        row = Duplicate(first_id=first.id, second_id=second.id, seen_at=now)
        session.add(row)
    row.first_version, row.second_version = first.version, second.version
    row.judgement, row.sop_version = judgement.to_json(), judgement.sop_version
    row.ends_at, row.gone_at = judgement.ends_at, None


def _near(session: Session, mission: Mission, item: Item, activity: Activity) -> set[int]:
    """By the cells that stand for a settlement, each with the whole window of its part."""
    asked = []
    for extent in extents_of(activity):
        reach = mission.pack.reach_duplicate(extent.names)
        if extent.settlement is not None and reach:
            cell = PartBox.cell == settlement_cell(extent.settlement)
            begins = PartBox.begins_s <= extent.part_ends_s + reach.within_s
            asked.append(and_(cell, begins, PartBox.ends_s >= extent.part_begins_s - reach.within_s))
    if not asked:
        return set()
    query = (
        select(PartBox.item_id)
        .join(PartClass, PartClass.id == PartBox.class_id)
        .join(Item, Item.id == PartBox.item_id)
        .where(PartClass.side == Side.HUMANITARIAN, or_(*asked))
        .where(Item.owner_id != item.owner_id, Item.takes_part)
    )
    if item.convoy_id is not None:  # who travels together knows what the other brings
        query = query.where(or_(Item.convoy_id.is_(None), Item.convoy_id != item.convoy_id))
    return set(session.scalars(query))
