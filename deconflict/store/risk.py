"""Risks that OCHA and the mission have taken upon themselves, each for a while (D7.5, RUL-12)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from deconflict.store.base import Base, Code, UTCDateTime
from deconflict.store.people import Person


class RiskAcceptance(Base):
    """Of a case at one round: by the head of OCHA, and by `name` of the office of the HC or the DHC. It binds these two and nobody else,
    and ends at `expires_at` or when something changed (`ended_at`)."""

    __tablename__ = "risk_acceptance"
    __table_args__ = (Index("ix_risk_acceptance_due", "ended_at", "expires_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("overlap_case.id"), index=True)
    round: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    office: Mapped[str] = mapped_column(Code)
    name: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(1000))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    by: Mapped[Person] = relationship(lazy="joined")


def accepted_of(session: Session, case_id: int) -> RiskAcceptance | None:
    """The last of this case, whether it still holds or not."""
    mine = select(RiskAcceptance).where(RiskAcceptance.case_id == case_id).order_by(RiskAcceptance.id.desc())
    return session.scalars(mine.limit(1)).first()


def accepted_until(session: Session, case_ids: Collection[int]) -> dict[int, datetime]:
    """By case: until when the risk of each of these is accepted, of those of which it is now."""
    standing = select(RiskAcceptance.case_id, RiskAcceptance.expires_at).where(
        RiskAcceptance.case_id.in_(case_ids), RiskAcceptance.ended_at.is_(None)
    )
    return {case_id: until for case_id, until in session.execute(standing)}  # noqa: C416  # dict() takes no rows of two types
