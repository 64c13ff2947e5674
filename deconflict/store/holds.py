"""Evidence that must not go: a hold on a case with both its items, or on an item with its cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from deconflict.domain.states import HoldState
from deconflict.store.base import Base, Code, UTCDateTime
from deconflict.store.cases import Case
from deconflict.store.people import Person


class Hold(Base):
    """Asked for by the OCHA head, in force for good once a second person at OCHA has joined; lifted the same way. One that
    nobody joins stops the retention job only for as long as sop.toml says."""

    __tablename__ = "hold"
    __table_args__ = (Index("ix_hold_state", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("overlap_case.id"), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    state: Mapped[str] = mapped_column(Code)
    reason: Mapped[str] = mapped_column(String(500))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lift_reason: Mapped[str] = mapped_column(String(500), default="")
    lift_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lift_asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    asked_by: Mapped[Person] = relationship(foreign_keys=[asked_by_id], lazy="joined")
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=[confirmed_by_id], lazy="joined")
    lift_asked_by: Mapped[Person | None] = relationship(foreign_keys=[lift_asked_by_id], lazy="joined")
    lifted_by: Mapped[Person | None] = relationship(foreign_keys=[lifted_by_id], lazy="joined")


@dataclass(frozen=True, slots=True)
class Held:
    """Ids of what must stay as it is."""

    items: frozenset[int]
    cases: frozenset[int]


def held(session: Session, unconfirmed_since: datetime) -> Held:
    """A hold on an item holds its cases, and a case holds both its items: one without the other explains nothing."""
    standing = or_(
        Hold.state.in_((HoldState.HELD, HoldState.LIFTING)),
        and_(Hold.state == HoldState.ASKED, Hold.asked_at > unconfirmed_since),
    )
    rows = session.execute(select(Hold.case_id, Hold.item_id).where(standing)).all()
    named = {item for _, item in rows if item is not None}
    cases = {case for case, _ in rows if case is not None}
    touched = or_(Case.id.in_(cases), Case.humanitarian_id.in_(named), Case.mission_id.in_(named))
    pairs = session.execute(select(Case.id, Case.humanitarian_id, Case.mission_id).where(touched)).all()
    both = {item for _, *items in pairs for item in items if item is not None}
    return Held(frozenset(named | both), frozenset(cases | {case for case, *_ in pairs}))


def holds_on(session: Session, *, case_id: int | None = None, item_id: int | None = None) -> list[Hold]:
    """Those set on this very case or item, oldest first."""
    which = Hold.case_id == case_id if case_id is not None else Hold.item_id == item_id
    return list(session.scalars(select(Hold).where(which).order_by(Hold.id)))
