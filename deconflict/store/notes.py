"""Hand-over notes: what whoever leaves a duty tells the next."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from deconflict.store.base import Base, Code, Sealed, UTCDateTime
from deconflict.store.people import Person


class Note(Base):
    """About one area, sealed: it may say anything. `read_by` is who confirmed first that he has read it."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    area: Mapped[str] = mapped_column(Code)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    text: Mapped[str] = mapped_column(Sealed, deferred=True)
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    by: Mapped[Person] = relationship(foreign_keys=[by_id], lazy="joined")
    read_by: Mapped[Person | None] = relationship(foreign_keys=[read_by_id], lazy="joined")


def newest(session: Session, most: int, first: int = 0) -> list[Note]:
    """The unread first, then the newest; `first`: how many of them are passed over."""
    order = (Note.read_at.is_not(None), Note.at.desc(), Note.id.desc())
    return list(session.scalars(select(Note).options(joinedload(Note.by)).order_by(*order).offset(first).limit(most)))


def unread(session: Session, but_by: int) -> int:
    """How many nobody has read, those of this person left out."""
    query = select(func.count()).select_from(Note).where(Note.read_at.is_(None), Note.by_id != but_by)
    return session.scalar(query) or 0
