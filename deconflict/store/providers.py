"""Providers as the outbox finds them: which there are, and which is left alone for a while (domain.breaker)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from deconflict.domain.breaker import Breaker
from deconflict.store.base import Base, Code, UTCDateTime
from deconflict.store.work import insert_once


class Provider(Base):
    """One configured provider and its breaker. `carries` is sms, email or voice."""

    __tablename__ = "provider"

    name: Mapped[str] = mapped_column(Code, primary_key=True)
    carries: Mapped[str] = mapped_column(Code)
    failures: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str | None] = mapped_column(Code)
    open_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    probing_until: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def breaker(self) -> Breaker:
        return Breaker(self.failures, self.since, self.last_error, self.open_until, self.probing_until)


def breakers(session: Session, *, lock: bool = False) -> dict[str, Breaker]:
    """By name. With `lock` nobody else changes one before the end of the transaction."""
    query = select(Provider).order_by(Provider.name).execution_options(populate_existing=True)
    rows = session.scalars(query.with_for_update() if lock else query)
    return {row.name: row.breaker for row in rows}


def keep_breaker(session: Session, name: str, breaker: Breaker) -> None:
    """Writes what `breakers(lock=True)` was changed to; a provider that is not configured any more has none."""
    row = session.get(Provider, name)
    if row is not None:
        row.failures, row.since, row.last_error = breaker.failures, breaker.since, breaker.error
        row.open_until, row.probing_until = breaker.open_until, breaker.probing_until


def know_providers(session: Session, carried: Mapping[str, str]) -> None:
    """`carried`: what each configured provider carries, by name. Others are forgotten."""
    session.execute(delete(Provider).where(Provider.name.not_in(carried)))
    for name, carries in carried.items():
        insert_once(session, Provider, name=name, carries=carries, failures=0)


def kinds_carried(session: Session) -> frozenset[str]:
    """What some configured provider carries, whether it works now or not."""
    return frozenset(session.scalars(select(Provider.carries).distinct()))


def others_carry(session: Session, kind: str, but: Collection[str | None]) -> bool:
    """Whether a provider that works carries it, beside these."""
    rows = session.scalars(select(Provider).where(Provider.carries == kind))
    return any(row.name not in but and row.breaker.takes_all() for row in rows)


def in_trouble(session: Session) -> list[Provider]:
    """Those that failed last, the longest first: for the delivery page."""
    return list(session.scalars(select(Provider).where(Provider.failures > 0).order_by(Provider.since, Provider.name)))
