"""Wrong passwords and codes of the last hours, under keys that name nobody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from deconflict.store.base import Base, UTCDateTime


class FailedAttempt(Base):
    """One wrong try, a row for each key it counts under."""

    __tablename__ = "failed_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


def failures(session: Session, keys: Collection[str], since: datetime) -> dict[str, int]:
    """How many under each key since then."""
    query = (
        select(FailedAttempt.key, func.count())
        .where(FailedAttempt.key.in_(keys), FailedAttempt.at > since)
        .group_by(FailedAttempt.key)
    )
    return dict(session.execute(query).all())


def add_failure(session: Session, keys: Collection[str], at: datetime, *, forget_before: datetime) -> None:
    """Adds one under each key, and forgets those that count no more: nobody's typing mistakes are kept."""
    session.add_all(FailedAttempt(key=key, at=at) for key in keys)
    forget(session, forget_before)


def forget(session: Session, before: datetime) -> None:
    session.execute(delete(FailedAttempt).where(FailedAttempt.at <= before))
