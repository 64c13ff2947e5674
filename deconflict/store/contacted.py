"""Calls that were made about a case. What was said stands in the case's history, and is forgotten with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from deconflict.domain.contacted import CallMade
from deconflict.store.base import Base, Code, UTCDateTime


class Contacted(Base):
    """One call, by `by_id` to a person of one side, or to whoever answered in his place. `request_id`: the change that was asked by it."""

    __tablename__ = "contacted"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("overlap_case.id"), index=True)
    round: Mapped[int]
    side: Mapped[str] = mapped_column(Code)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    how: Mapped[str] = mapped_column(Code)
    outcome: Mapped[str] = mapped_column(Code)
    read_back: Mapped[bool] = mapped_column(Boolean, default=False)


def calls_made(session: Session, case_id: int) -> tuple[CallMade, ...]:
    """Oldest first."""
    rows = session.scalars(select(Contacted).where(Contacted.case_id == case_id).order_by(Contacted.id))
    return tuple(CallMade(row.side, row.at, row.outcome, row.read_back, row.round) for row in rows)
