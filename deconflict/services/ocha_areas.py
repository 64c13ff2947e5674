"""What is different of an area that OCHA enters itself: it is read as soon as it is written."""

from __future__ import annotations

from sqlalchemy.orm import Session

from deconflict.store.items import Item
from deconflict.store.moves import move_item


def take_as_read(session: Session, item: Item) -> None:
    """Inside the caller's transaction. The desk's list of what nobody has read is of what others filed."""
    if item.of_ocha:
        move_item(session, item, "read", "officer")
