"""Every write and every disclosure, who did it and when. Rows are only ever added. Details name references and codes,
never positions, names or numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from deconflict.store.base import Base, Code, UTCDateTime


class AuditEntry(Base):
    """`noun` and `noun_id` say what about; `detail` what changed, in codes. `actor_id` None is the system."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_noun", "noun", "noun_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    verb: Mapped[str] = mapped_column(Code)
    noun: Mapped[str] = mapped_column(Code)
    noun_id: Mapped[int | None]
    organisation_id: Mapped[int | None]
    address: Mapped[str] = mapped_column(String(45), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


def record(
    session: Session,
    actor_id: int | None,
    verb: str,
    noun: str,
    noun_id: int | None,
    detail: dict[str, Any] | None = None,
    *,
    at: datetime,
    organisation_id: int | None = None,
) -> None:
    """Adds one entry inside the caller's transaction, so that nothing is done without its trace."""
    session.add(
        AuditEntry(
            at=at,
            actor_id=actor_id,
            verb=verb,
            noun=noun,
            noun_id=noun_id,
            organisation_id=organisation_id,
            detail=detail or {},
        )
    )
