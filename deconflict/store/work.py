"""Rows that let any number of schedulers share the work: the matcher's lock, calendar slots, heartbeats, demo inboxes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from deconflict.store.base import Base, Code, Sealed, UTCDateTime, db, transaction

CLOCKS_DIFFER = timedelta(
    minutes=1
)  # so far two schedulers' clocks may stand apart before they do each other's turns too


class MatcherLock(Base):
    """One row. A matching transaction locks it first, so that two never write cases at the same time. It also says which
    rules and which gazetteer are in force (`profile` a fingerprint of all, `rest` of all but the SOP), and when a scheduler that
    has them was last seen (matching.in_force)."""

    __tablename__ = "matcher_lock"

    id: Mapped[int] = mapped_column(primary_key=True)
    sop_version: Mapped[str] = mapped_column(String(80), default="")
    gazetteer: Mapped[str] = mapped_column(String(80), default="")
    profile: Mapped[str] = mapped_column(String(16), default="")
    rest: Mapped[str] = mapped_column(String(16), default="")
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Judged(Base):
    """What an item was last judged with: its version, the rules, the gazetteer, the profile's fingerprint. Only the matcher
    writes it, under its lock, in a row apart from the item's: a matcher and an owner never wait for each other."""

    __tablename__ = "judged"

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, autoincrement=False)
    version: Mapped[int]
    sop_version: Mapped[str] = mapped_column(String(80))
    gazetteer: Mapped[str] = mapped_column(String(80))
    profile: Mapped[str] = mapped_column(String(16), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class Slot(Base):
    """A calendar job's turn: whoever inserts the row does the job."""

    __tablename__ = "slot"

    job: Mapped[str] = mapped_column(Code, primary_key=True)
    slot: Mapped[datetime] = mapped_column(UTCDateTime, primary_key=True)


class Heartbeat(Base):
    """When a process of this kind last finished a cycle."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(Code, primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Stamp(Base):
    """Facts about this database: `demo` is written once, when a demo fills an empty one."""

    __tablename__ = "stamp"

    name: Mapped[str] = mapped_column(Code, primary_key=True)
    value: Mapped[str] = mapped_column(String(80))


class DemoDelivery(Base):
    """What a fake phone or mailbox of the demo received."""

    __tablename__ = "demo_delivery"
    __table_args__ = (UniqueConstraint("provider_ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    carries: Mapped[str] = mapped_column(Code)
    address: Mapped[str] = mapped_column(Sealed)
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    subject: Mapped[str] = mapped_column(Sealed)
    body: Mapped[str] = mapped_column(Sealed)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    provider_ref: Mapped[str] = mapped_column(String(120))


def insert_once(session: Session, row: type[Base], **values: object) -> bool:
    """Inserts unless the key is there already; says whether it did. Both databases know ON CONFLICT DO NOTHING."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = insert(row).values(**values).on_conflict_do_nothing().returning(next(iter(row.__table__.primary_key)))
    return session.execute(statement).first() is not None


def slot_of(now: datetime, every: timedelta) -> datetime:
    """The beginning of the slot that holds `now`, in UTC: a night when clocks change has no slot twice."""
    seconds = every.total_seconds()
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, tz=now.tzinfo)


def take_slot(job: str, every: timedelta, now: datetime) -> bool:
    """Whether this process has the job's turn, in a transaction of its own. Looks before it writes: most turns are taken
    already, and a write that changes nothing still costs a disk its sync."""
    latest = _latest(db.session(), job)
    db.session.rollback()
    if latest == slot_of(now, every):
        return False
    with transaction() as session:
        return take_slot_in(session, job, every, now)


def take_slot_in(session: Session, job: str, every: timedelta, now: datetime) -> bool:
    """The same inside the caller's transaction. Slots of an hour that has not come yet were taken before the clock was put
    back: they no longer count, or the job would rest until it has caught up."""
    slot, latest = slot_of(now, every), _latest(session, job)
    if latest is not None and latest > slot + max(every, CLOCKS_DIFFER):
        session.execute(delete(Slot).where(Slot.job == job, Slot.slot >= slot))
    return insert_once(session, Slot, job=job, slot=slot)


@contextmanager
def turn(job: str, every: timedelta, now: datetime) -> Iterator[bool]:
    """Whether it is this process's turn; one that failed is given back and tried again at the next second."""
    mine = take_slot(job, every, now)
    try:
        yield mine
    except Exception:
        db.session.rollback()
        if mine:
            with transaction() as session:
                session.execute(delete(Slot).where(Slot.job == job, Slot.slot == slot_of(now, every)))
        raise


def _latest(session: Session, job: str) -> datetime | None:
    return session.scalar(select(Slot.slot).where(Slot.job == job).order_by(Slot.slot.desc()).limit(1))


def beat(session: Session, name: str, now: datetime) -> None:
    """Writes the heartbeat of `name`."""
    if not insert_once(session, Heartbeat, name=name, at=now):
        session.get_one(Heartbeat, name).at = now


def lock_matcher(session: Session) -> MatcherLock:
    """Takes the matcher's row for the rest of the transaction. On SQLite the IMMEDIATE transaction has done it already."""
    insert_once(session, MatcherLock, id=1, sop_version="", gazetteer="", profile="")
    return session.scalars(select(MatcherLock).where(MatcherLock.id == 1).with_for_update()).one()
