"""The secret address at which somebody's calendar fetches what he must do by when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from deconflict.store.base import Base, UTCDateTime
from deconflict.store.people import Person


class CalendarFeed(Base):
    """One to a person; `token_hash` is a keyed hash, so that whoever reads the table cannot fetch."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    fetched_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    person: Mapped[Person] = relationship(lazy="joined")


def feed_with(session: Session, token_hash: str) -> CalendarFeed | None:
    return session.scalars(select(CalendarFeed).where(CalendarFeed.token_hash == token_hash)).first()
