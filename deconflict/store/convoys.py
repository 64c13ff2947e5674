"""Joint convoys (RUL-27): one organisation leads, others travel with it, each under a notice of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from deconflict.domain.states import LIVE_MOVES
from deconflict.store.base import Base, Sealed, Unreadable, UTCDateTime, lookup_hash
from deconflict.store.items import Item


class Convoy(Base):
    """`lead_id` is the notice whose way it goes; those that joined say so in their own row (Item.convoy_id). Whoever has the `word`
    joins, until `closed_at`; `lookup` finds it."""

    __tablename__ = "convoy"

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(unique=True)  # no foreign key: the notice has one that points here
    word: Mapped[str] = mapped_column(Sealed)
    lookup: Mapped[str] = mapped_column(String(64), unique=True)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def spoken(self) -> str:
        """The word as it is read out, in two halves; empty where no key opens it."""
        try:
            return f"{self.word[:4]} {self.word[4:]}"
        except Unreadable:
            return ""


def by_word(session: Session, word: str) -> Convoy | None:
    return session.scalars(select(Convoy).where(Convoy.lookup == lookup_hash(word))).first()


def led_by(session: Session, item_id: int) -> Convoy | None:
    return session.scalars(select(Convoy).where(Convoy.lead_id == item_id)).first()


def lead_of(session: Session, item: Item) -> Item | None:
    """The notice that the convoy of this one follows; None for one that leads or travels alone."""
    if item.convoy_id is None:
        return None
    convoy = session.get_one(Convoy, item.convoy_id)
    return None if convoy.lead_id == item.id else session.get_one(Item, convoy.lead_id)


def followers(session: Session, convoy: Convoy) -> list[Item]:
    """The live notices that travel with its lead, by id."""
    mine = select(Item).where(Item.convoy_id == convoy.id, Item.id != convoy.lead_id, Item.state.in_(LIVE_MOVES))
    return list(session.scalars(mine.order_by(Item.id)))


def travelling_with(session: Session, reference: str) -> list[Item]:
    """All live notices of the joint convoy of this one, itself left out, the lead first."""
    item = session.scalars(select(Item).where(Item.reference == reference)).one()
    if item.convoy_id is None:
        return []
    convoy = session.get_one(Convoy, item.convoy_id)
    lead = session.get_one(Item, convoy.lead_id)
    return [one for one in (lead, *followers(session, convoy)) if one.id != item.id]
