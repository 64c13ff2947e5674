"""Versions of the SOP that were written in the browser, and who stood behind which text outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from deconflict.store.base import Base, Code, UTCDateTime
from deconflict.store.people import Person

DRAFT, WAITING, PUBLISHED, WITHDRAWN, LAPSED = "draft", "waiting", "published", "withdrawn", "lapsed"
UNDECIDED = (DRAFT, WAITING)


class SopVersion(Base):
    """A whole SOP: `text` as sop.toml would have it, `digest` what it is known by, `based_on` the digest of the text it was made from,
    `made_by` whoever wrote on it last. The one that was published last is in force (`services.sop_in_force`). It says nothing of any
    case or person, so it is kept for as long as there are cases that were judged by it; `effect` counts what is filed now, and goes
    when the version is decided on."""

    __tablename__ = "sop_version"
    __table_args__ = (Index("ix_sop_version_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text, deferred=True)
    digest: Mapped[str] = mapped_column(String(16))
    based_on: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(Code)
    reason: Mapped[str] = mapped_column(String(1000), default="")
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    effect: Mapped[dict[str, Any] | None] = mapped_column(JSON, deferred=True)
    effect_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    effect_of: Mapped[str] = mapped_column(String(33), default="")
    made_by: Mapped[Person] = relationship(foreign_keys=[made_by_id], lazy="joined")
    proposed_by: Mapped[Person | None] = relationship(foreign_keys=[proposed_by_id], lazy="joined")
    signed_by: Mapped[Person | None] = relationship(foreign_keys=[signed_by_id], lazy="joined")


class SopEndorsement(Base):
    """A country team stood behind the text of this digest, on a day, outside this system. Taken back where it was written down by
    mistake."""

    __tablename__ = "sop_endorsement"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(16), index=True)
    version: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(String(120))
    day: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(500), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    taken_back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    by: Mapped[Person] = relationship(lazy="joined")


@dataclass(frozen=True, slots=True)
class SopState:
    """`version_id` of what is in force, 0 for the files; `endorsements` moves with each that is written down or taken back; `proposer` of
    the version that waits for a signature, 0 where none does. Whoever has read the SOP at the first two need not read it again."""

    version_id: int
    endorsements: int
    proposer: int


def state_of(session: Session) -> SopState:
    """In one query, since every page and every turn asks it."""
    latest = select(func.max(SopVersion.id)).where(SopVersion.state == PUBLISHED).scalar_subquery()
    said = select(func.count(SopEndorsement.id) + func.count(SopEndorsement.taken_back_at)).scalar_subquery()
    waits = select(func.max(SopVersion.proposed_by_id)).where(SopVersion.state == WAITING).scalar_subquery()
    row = session.execute(select(latest, said, waits)).one()
    return SopState(*(value or 0 for value in row))


def published(session: Session, version_id: int) -> tuple[str, str]:
    """Its name and its text."""
    row = session.execute(select(SopVersion.version, SopVersion.text).where(SopVersion.id == version_id)).one()
    return row.version, row.text


def endorsement_of(session: Session, digest: str) -> SopEndorsement | None:
    """The last that stands."""
    standing = select(SopEndorsement).where(SopEndorsement.digest == digest, SopEndorsement.taken_back_at.is_(None))
    return session.scalars(standing.order_by(SopEndorsement.id.desc()).limit(1)).first()


def versions(session: Session, most: int) -> list[SopVersion]:
    """Those that wait first, then drafts, then the newest of the others."""
    order = (SopVersion.state != WAITING, SopVersion.state != DRAFT, SopVersion.id.desc())
    return list(session.scalars(select(SopVersion).order_by(*order).limit(most)))


def version_by_id(session: Session, version_id: int) -> SopVersion | None:
    return session.get(SopVersion, version_id)


def to_work_out(session: Session) -> SopVersion | None:
    """Of those of which nobody has worked out yet what they would do, one that waits for a signature before drafts, the oldest first."""
    waiting = select(SopVersion).where(SopVersion.state.in_(UNDECIDED), SopVersion.effect_at.is_(None))
    return session.scalars(waiting.order_by(SopVersion.state != WAITING, SopVersion.id).limit(1)).first()
