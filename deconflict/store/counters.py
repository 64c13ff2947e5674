"""What is only counted: how often something happened since the database was made, under names that name nobody."""

from __future__ import annotations

from sqlalchemy import BigInteger, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from deconflict.store.base import Base, Code
from deconflict.store.work import insert_once


class Counter(Base):
    """One number, which only rises. `name` is `<what>:<of whom>`, such as hook_refused:twilio."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(Code, primary_key=True)
    total: Mapped[int] = mapped_column(BigInteger)


def count(session: Session, name: str, by: int = 1) -> None:
    """The database adds, so that of two at the same time neither is lost."""
    insert_once(session, Counter, name=name, total=0)
    added = update(Counter).where(Counter.name == name).values(total=Counter.total + by)
    session.execute(added.execution_options(synchronize_session=False))


def counts(session: Session, what: str) -> dict[str, int]:
    """Totals by whom, of everything named `<what>:...`."""
    rows = session.execute(select(Counter.name, Counter.total).where(Counter.name.startswith(f"{what}:")))
    return {name.partition(":")[2]: total for name, total in rows}
