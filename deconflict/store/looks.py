"""Until when each officer has seen the queue: what came since is marked on it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from deconflict.store.base import Base, UTCDateTime


class DeskLook(Base):
    """One row an officer, written over by his next look: no history of when he was at work is kept."""

    __tablename__ = "desk_look"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    until_at: Mapped[datetime] = mapped_column(UTCDateTime)


def seen_until(session: Session, person_id: int) -> datetime | None:
    """None for whoever has never said that he has seen the queue."""
    return session.scalar(select(DeskLook.until_at).where(DeskLook.person_id == person_id))
