"""What OCHA writes for itself about a notice, a plan or a site. A table of its own, which no page, list or file of a party reads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from deconflict.store.base import Base, Sealed, Unreadable, UTCDateTime
from deconflict.store.items import Item
from deconflict.store.people import Person


class ItemNote(Base):
    """Sealed: it may say anything. `version`: of the item, when it was written. It goes when what was typed about the item goes."""

    __tablename__ = "item_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    version: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    text: Mapped[str] = mapped_column(Sealed, deferred=True)
    by: Mapped[Person] = relationship(lazy="joined")


@dataclass(frozen=True, slots=True)
class NoteLine:
    """`words` None: its key is missing."""

    at: datetime
    by: str
    version: int
    words: str | None


def notes_of(session: Session, item_id: int) -> list[NoteLine]:
    """The newest first, for whoever may read the item at the desk."""
    rows = session.scalars(select(ItemNote).where(ItemNote.item_id == item_id).order_by(ItemNote.id.desc()))
    return [NoteLine(row.at, row.by.name, row.version, _words(row)) for row in rows]


def notes_on(session: Session, references: Collection[str]) -> dict[str, int]:
    """How many there are on each of these items, by reference; those without any are left out."""
    query = select(Item.reference, func.count()).join(ItemNote, ItemNote.item_id == Item.id)
    found = session.execute(query.where(Item.reference.in_(references)).group_by(Item.reference))
    return {reference: count for reference, count in found}  # noqa: C416  # dict() takes no rows of two types


def _words(row: ItemNote) -> str | None:
    try:
        return row.text
    except Unreadable:
        return None
