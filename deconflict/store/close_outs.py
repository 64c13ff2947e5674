"""What owners answered of plans that are over, and what still waits for an answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, String, UniqueConstraint, and_, exists, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.close_out import Answer
from deconflict.domain.country import Mission
from deconflict.domain.retention import sunday
from deconflict.domain.states import MATCHED_ITEMS
from deconflict.store.base import Base, Code, UTCDateTime
from deconflict.store.items import Item
from deconflict.store.kept import is_kept_long_enough
from deconflict.store.people import Person

NEWEST = 200  # lines of the desk's list


class CloseOut(Base):
    """One answer; the last of an item counts, the others are its history. `stop` counts from 0 and names no place; `foreseen`:
    whether the plan spoke of aid. Where aid was given that was not planned, `pcode` and `given_on` say in which settlement (by the
    codes of `cod_version`) and on which day, for as long as a case is kept: whoever looks into it needs no more, and the plan is
    reduced long before. `reason`: why it corrects the one before, for as long as what was typed is kept."""

    __tablename__ = "close_out"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    aid_given: Mapped[bool]
    category: Mapped[str | None] = mapped_column(Code)
    stop: Mapped[int | None]
    planned: Mapped[bool]
    foreseen: Mapped[bool]
    pcode: Mapped[str | None] = mapped_column(Code)
    cod_version: Mapped[str] = mapped_column(String(60), default="")
    given_on: Mapped[str | None] = mapped_column(String(10))  # as 2019-12-10
    reason: Mapped[str] = mapped_column(String(300), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    item: Mapped[Item] = relationship()
    by: Mapped[Person] = relationship()

    @property
    def answer(self) -> Answer:
        return Answer(self.aid_given, self.category, self.stop, self.planned)


class CloseOutReminder(Base):
    """Somebody was reminded of this item on this stage, once."""

    __tablename__ = "close_out_reminder"
    __table_args__ = (UniqueConstraint("item_id", "stage"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    stage: Mapped[str] = mapped_column(Code)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Of one sector: how many plans wait, and since when the oldest does."""

    sector: str
    count: int
    since: datetime


def answers_of(session: Session, item_id: int) -> list[CloseOut]:
    """Of one item, oldest first."""
    return list(session.scalars(select(CloseOut).where(CloseOut.item_id == item_id).order_by(CloseOut.id)))


def is_waiting(kinds: Collection[str], now: datetime) -> ColumnElement[bool]:
    """Of an Item: a plan of these kinds that is over, was not cancelled, and of which nobody has answered."""
    answered = exists().where(CloseOut.item_id == Item.id)
    return and_(
        Item.side == Side.MISSION, Item.kind.in_(kinds), Item.state.in_(MATCHED_ITEMS), Item.ends_at <= now, ~answered
    )


def own_waiting(session: Session, kinds: Collection[str], audience: Audience, now: datetime) -> list[Item]:
    """Those of the audience's own organisation and sector, the oldest first."""
    mine = select(Item).where(is_waiting(kinds, now), Item.owner_id == audience.organisation_id)
    if audience.scope is not None:
        mine = mine.where(Item.sector == audience.scope)
    return list(session.scalars(mine.order_by(Item.ends_at, Item.id)))


def unanswered(session: Session, kinds: Collection[str], now: datetime) -> list[Unanswered]:
    """By sector, in the order of their codes."""
    rows = select(Item.sector, func.count(), func.min(Item.ends_at)).where(is_waiting(kinds, now))
    found = session.execute(rows.group_by(Item.sector).order_by(Item.sector))
    return [Unanswered(sector, count, since) for sector, count, since in found]


def to_remind(session: Session, kinds: Collection[str], stage: str, until: datetime, now: datetime) -> list[int]:
    """Ids of the items that wait since `until` or before, and of which nobody was reminded on this stage."""
    reminded = exists().where(CloseOutReminder.item_id == Item.id, CloseOutReminder.stage == stage)
    waits = select(Item.id).where(is_waiting(kinds, now), Item.ends_at <= until, Item.filed_at <= until, ~reminded)
    return list(session.scalars(waits.order_by(Item.id)))


def self_declared(session: Session) -> list[CloseOut]:
    """The current answers that say that aid was given which was not planned, the newest first."""
    current = select(func.max(CloseOut.id)).group_by(CloseOut.item_id)
    unplanned = or_(CloseOut.planned.is_(False), CloseOut.foreseen.is_(False))
    rows = select(CloseOut).where(CloseOut.id.in_(current), CloseOut.aid_given.is_(True), unplanned)
    return list(session.scalars(rows.order_by(CloseOut.id.desc()).limit(NEWEST)))


def over_since(session: Session, item: Item, mission: Mission, now: datetime) -> datetime:
    """Since when a plan is over, as its owner reads it: by the clock in weeks, whether the row is or not, since that would tell of a
    case or a hold (RUL-6)."""
    old = is_kept_long_enough(session, item, mission, now)
    return sunday(item.ends_at, mission.zone) if old else item.ends_at
