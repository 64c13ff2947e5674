"""Many rows at once, where filing each would be the test."""

from __future__ import annotations

from sqlalchemy import inspect, select

from deconflict.store.base import transaction
from deconflict.store.items import Item, ItemVersion


def copies(app, reference: str, count: int) -> None:
    """So many more items like this one, with references of their own."""
    with app.app_context(), transaction() as session:
        item = session.scalars(select(Item).where(Item.reference == reference)).one()
        version = session.scalars(select(ItemVersion).where(ItemVersion.item_id == item.id)).one()

        def facts(row, *others: str) -> dict:
            return {c.key: getattr(row, c.key) for c in inspect(type(row)).column_attrs if c.key not in ("id", *others)}

        whole, filed = facts(item, "reference", "key"), facts(version, "item_id")
        made = [Item(**whole, reference=f"#{n:05d}", key=f"{n:032d}") for n in range(count)]
        session.add_all(made)
        session.flush()
        session.add_all(ItemVersion(**filed, item_id=each.id) for each in made)
