"""The last test message of each provider: to the administrator's own phone or mailbox, so that nobody is named here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from deconflict.domain.self_test import Proof
from deconflict.store.base import Base, Code, UTCDateTime


class SelfTest(Base):
    """As domain.self_test.Proof. `token` comes back in the status callback; `error` says why the last one failed; `confirms`:
    this provider has told of an arrival before, so it must again."""

    __tablename__ = "self_test"

    provider: Mapped[str] = mapped_column(Code, primary_key=True)
    carries: Mapped[str] = mapped_column(Code)
    next_at: Mapped[datetime] = mapped_column(UTCDateTime)
    began_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    token: Mapped[str] = mapped_column(String(64), default="", index=True)
    provider_ref: Mapped[str | None] = mapped_column(String(120))
    arrived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failing_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    error: Mapped[str | None] = mapped_column(Code)
    confirms: Mapped[bool] = mapped_column(default=False)

    @property
    def proof(self) -> Proof:
        return Proof(self.provider, self.carries, self.began_at, self.next_at, self.arrived_at, self.failing_at)


def proofs(session: Session) -> list[Proof]:
    """Of every provider that is tested."""
    return [row.proof for row in session.scalars(select(SelfTest).order_by(SelfTest.provider))]


def forget_others(session: Session, providers: Collection[str]) -> None:
    """Those that are not tested any more."""
    session.execute(delete(SelfTest).where(SelfTest.provider.not_in(providers)))


def self_test_of(session: Session, *, token: str = "", provider: str = "", provider_ref: str = "") -> SelfTest | None:
    """The test under way with this token, or that `provider` calls so; locked."""
    mine = (
        (SelfTest.token == token,) if token else (SelfTest.provider == provider, SelfTest.provider_ref == provider_ref)
    )
    return session.scalars(select(SelfTest).where(*mine).with_for_update()).first() if token or provider_ref else None
