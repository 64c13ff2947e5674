"""Whom the desk calls about an item."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.store.items import Item, ItemVersion
from deconflict.store.people import Person
from deconflict.store.queries import employed, people_of

CALLED = {Side.HUMANITARIAN: ("focal_point", "alternate", "security"), Side.MISSION: ("desk",)}


def to_call(session: Session, item: Item, *, now: datetime | None = None) -> Iterator[tuple[str, Person]]:
    """With the function that each has, in the order to try; with `now` those who are there then. Of an area that OCHA entered
    whoever wrote its versions, the last first: he alone knows of whom he has it."""
    if item.of_ocha:
        yield from ((person.function, person) for person in _writers(session, item, now))
        return
    side = Side(item.side)
    for function in CALLED[side]:
        sector = item.sector if side is Side.MISSION else None
        yield from ((function, person) for person in people_of(session, item.owner_id, function, sector, now=now))


def _writers(session: Session, item: Item, now: datetime | None) -> list[Person]:
    of_item = select(Person).join(ItemVersion, ItemVersion.filed_by_id == Person.id)
    there = Person.active.is_(True) if now is None else employed(now)
    rows = of_item.where(ItemVersion.item_id == item.id, there).order_by(ItemVersion.version.desc())
    return list(dict.fromkeys(session.scalars(rows)))
