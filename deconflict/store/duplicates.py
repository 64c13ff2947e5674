"""Two notices that may bring the same aid to one place within days: word for OCHA and the cluster, no case (R17)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from deconflict.store.base import Base, UTCDateTime
from deconflict.store.items import Item


class Duplicate(Base):
    """One pair of notices for ever, the lower id first. The versions are those `judgement` was computed from. `gone_at`: when
    an amendment, a cancellation or new rules ended it; None while it stands, and when its days have simply passed."""

    __tablename__ = "duplicate"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        Index("ix_duplicate_standing", "gone_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    first_version: Mapped[int]
    second_version: Mapped[int]
    judgement: Mapped[dict[str, Any]] = mapped_column(JSON)
    sop_version: Mapped[str] = mapped_column(String(80))
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    first: Mapped[Item] = relationship(foreign_keys=[first_id], lazy="joined")
    second: Mapped[Item] = relationship(foreign_keys=[second_id], lazy="joined")


def duplicate_of(session: Session, one_id: int, other_id: int) -> Duplicate | None:
    """The row of this pair, whichever comes first."""
    first, second = sorted((one_id, other_id))
    return session.scalars(select(Duplicate).where(Duplicate.first_id == first, Duplicate.second_id == second)).first()


def duplicate_partners(session: Session, item_id: int) -> set[int]:
    """Ids of the notices with which this one has a row that stands."""
    rows = session.execute(
        select(Duplicate.first_id, Duplicate.second_id).where(
            or_(Duplicate.first_id == item_id, Duplicate.second_id == item_id), Duplicate.gone_at.is_(None)
        )
    )
    return {first if second == item_id else second for first, second in rows}


def standing_duplicates(session: Session, now: datetime) -> list[Duplicate]:
    """Those that are neither gone nor over, the first to end first."""
    query = select(Duplicate).where(Duplicate.gone_at.is_(None), Duplicate.ends_at > now)
    return list(session.scalars(query.order_by(Duplicate.ends_at, Duplicate.id)))
