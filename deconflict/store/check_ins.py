"""What teams said on their way: one row per thing said of a stop of a version."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from deconflict.domain.activity import Side
from deconflict.domain.check_ins import OPENS_BEFORE, CheckIn, Kind, Step
from deconflict.domain.country import Mission
from deconflict.domain.states import SITE_STATES, ItemState
from deconflict.store.base import Base, Code, Unreadable, UTCDateTime
from deconflict.store.items import Item
from deconflict.store.kept import is_kept_long_enough


class CheckInRow(Base):
    """`method` web, code_page, relay; `recorded_by_id` is who pressed or wrote it down, None for the code page; for a relay `how` is
    the way it was heard and `read_back` whether the reference was read back. The same thing said twice is one."""

    __tablename__ = "check_in"
    __table_args__ = (UniqueConstraint("item_id", "version", "stop", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    version: Mapped[int]
    stop: Mapped[int]
    kind: Mapped[str] = mapped_column(Code)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    method: Mapped[str] = mapped_column(Code)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    how: Mapped[str] = mapped_column(String(200), default="")
    read_back: Mapped[bool] = mapped_column(default=False)


@dataclass(frozen=True, slots=True)
class Noted:
    """What was said of one notice, oldest first; `is_open`: more can be said now. `code` is what its team says it with, None once
    nothing more will be, and where no key opens it. `is_old`: by the clock its owner reads no hours of it any more."""

    said: tuple[CheckIn, ...]
    is_open: bool
    code: str | None
    is_old: bool


def noted_of(session: Session, reference: str, mission: Mission, now: datetime) -> Noted:
    """Of the notice under this reference, which the caller has seen."""
    item = session.scalars(select(Item).where(Item.reference == reference, Item.side == Side.HUMANITARIAN)).one()
    is_old = is_kept_long_enough(session, item, mission, now)
    code = None if is_old or item.state == ItemState.CANCELLED else code_of(item) or None
    return Noted(said_of(session, item.id), may_say(session, item, mission, now), code, is_old)


def may_say(session: Session, item: Item, mission: Mission, now: datetime) -> bool:
    """Whether a team may say something now. A late one does so after the end, for as long as its hours are kept."""
    early = now < item.departs_at - OPENS_BEFORE
    off = item.state == ItemState.CANCELLED or item.state in SITE_STATES  # nobody travels to a site by its own filing
    return not off and not early and not is_kept_long_enough(session, item, mission, now)


def code_of(item: Item | None) -> str:
    """Empty, which no code is, where there is none or no key opens it."""
    try:
        return (item.code if item is not None else None) or ""
    except Unreadable:
        return ""


def said_of(session: Session, item_id: int) -> tuple[CheckIn, ...]:
    """All that was said of an item, oldest first."""
    rows = session.scalars(select(CheckInRow).where(CheckInRow.item_id == item_id).order_by(CheckInRow.id))
    return tuple(
        CheckIn(row.version, Step(row.stop, Kind(row.kind)), row.at, row.method, row.how, row.read_back) for row in rows
    )


def has_left(session: Session, item_id: int, version: int) -> bool:
    """Whether the team said of this version that it left a stop or reached one."""
    said = select(CheckInRow.id).where(
        CheckInRow.item_id == item_id,
        CheckInRow.version == version,
        CheckInRow.kind.in_((Kind.DEPARTED, Kind.ARRIVED)),
    )
    return session.scalar(said.limit(1)) is not None


def carry_over(session: Session, item_id: int, version: int, stops: Collection[int]) -> None:
    """An item was changed and is at `version` now: what was said of the one before, of `stops` that are as they were, holds of
    this one."""
    session.execute(
        update(CheckInRow)
        .where(CheckInRow.item_id == item_id, CheckInRow.version == version - 1, CheckInRow.stop.in_(stops))
        .values(version=version),
        execution_options={"synchronize_session": False},
    )
