"""What OCHA entered for an organisation: of whom and how it was heard, kept beside the version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column, relationship

from deconflict.domain.on_behalf import Entry
from deconflict.store.base import Base, Code, Sealed, Unreadable, UTCDateTime
from deconflict.store.items import Item
from deconflict.store.people import Organisation, Person
from deconflict.store.queries import employed


class OnBehalf(Base):
    """One act of somebody at OCHA for the owner of an item. `caller_id` None: a voice that is known, whose name is kept nowhere. `number`:
    where the call back went, if the directory has it not; it goes with what else is exact of the item."""

    __tablename__ = "on_behalf"
    __table_args__ = (UniqueConstraint("item_id", "version", "act"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    version: Mapped[int]
    act: Mapped[str] = mapped_column(Code)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    way: Mapped[str] = mapped_column(Code)
    called_at: Mapped[datetime] = mapped_column(UTCDateTime)
    back: Mapped[str] = mapped_column(Code)
    number: Mapped[str | None] = mapped_column(Sealed, deferred=True)
    read_back_at: Mapped[datetime] = mapped_column(UTCDateTime)
    item: Mapped[Item] = relationship()


def organisations(session: Session) -> dict[int, str]:
    """The humanitarian ones, by name."""
    query = select(Organisation.id, Organisation.name).where(Organisation.side == "humanitarian")
    return {row.id: row.name for row in session.execute(query.order_by(Organisation.name))}


def callers(session: Session, organisation_id: int, now: datetime) -> Sequence[Person]:
    """Whoever may have called for it, by name."""
    query = select(Person).where(Person.organisation_id == organisation_id, employed(now)).order_by(Person.name)
    return session.scalars(query).all()


def entered_by(session: Session, reference: str, person_id: int, since: datetime) -> OnBehalf | None:
    """The newest act on this item that this very person entered since then."""
    query = (
        select(OnBehalf)
        .join(Item, Item.id == OnBehalf.item_id)
        .where(Item.reference == reference, OnBehalf.entered_by_id == person_id, OnBehalf.at >= since)
    )
    return session.scalars(query.order_by(OnBehalf.id.desc()).limit(1)).first()


def entries_of(session: Session, reference: str) -> list[Entry]:
    """Everything that was entered for the owner of this item, oldest first."""
    by, caller = aliased(Person), aliased(Person)
    query = (
        select(OnBehalf, by.name, caller.name)
        .join(Item, Item.id == OnBehalf.item_id)
        .join(by, by.id == OnBehalf.entered_by_id)
        .outerjoin(caller, caller.id == OnBehalf.caller_id)
        .where(Item.reference == reference)
        .order_by(OnBehalf.id)
    )
    return [
        Entry(
            version=row.version,
            act=row.act,
            at=row.at,
            by=by_name,
            caller=caller_name or "",
            way=row.way,
            back=row.back,
            number=_number(row),
            called_at=row.called_at,
            read_back_at=row.read_back_at,
        )
        for row, by_name, caller_name in session.execute(query)
    ]


def _number(row: OnBehalf) -> str:
    try:
        return row.number or ""
    except Unreadable:
        return ""
