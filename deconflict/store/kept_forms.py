"""What somebody had typed when his session ended, sealed, for that account alone and for a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from deconflict.store.base import Base, Sealed, UTCDateTime

LIFE = timedelta(hours=24)
MOST = 5  # of one account: the oldest goes


class KeptForm(Base):
    """`page`: the path of the page that shows the form. `body`: names and values as JSON."""

    __tablename__ = "kept_form"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    page: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Sealed, deferred=True)
    kept_at: Mapped[datetime] = mapped_column(UTCDateTime)


def kept_for(session: Session, account_id: int, now: datetime) -> list[KeptForm]:
    """Those that are not over, the newest first."""
    query = select(KeptForm).where(KeptForm.account_id == account_id, KeptForm.kept_at > now - LIFE)
    return list(session.scalars(query.order_by(KeptForm.id.desc())))


def forget_forms(session: Session, since: datetime) -> int:
    """Those that are over."""
    gone = session.execute(delete(KeptForm).where(KeptForm.kept_at <= since).returning(KeptForm.id)).all()
    return len(gone)
