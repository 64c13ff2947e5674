"""What the owner of a movement has ticked of the procedures that are not handled here: that it is done, when and by whom, and nothing of
what was said there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from deconflict.store.base import Base, Code, UTCDateTime
from deconflict.store.people import Person


class OtherProcedureTick(Base):
    """`place`: the P-code of a cercle, or empty. It goes with the exact hours of its movement."""

    __tablename__ = "other_procedure_tick"
    __table_args__ = (UniqueConstraint("item_id", "code", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    code: Mapped[str] = mapped_column(Code)
    place: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    by: Mapped[Person] = relationship(lazy="joined")

    @property
    def key(self) -> str:
        return f"{self.code}:{self.place}"


@dataclass(frozen=True, slots=True)
class Tick:
    at: datetime
    by: str


def ticks_of(session: Session, item_id: int) -> dict[str, Tick]:
    """By `code:place`."""
    rows = session.scalars(select(OtherProcedureTick).where(OtherProcedureTick.item_id == item_id))
    return {row.key: Tick(row.at, row.by.name) for row in rows}
