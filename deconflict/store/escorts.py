"""Which plan of the mission was decided to escort which notice: linked by an officer to a request that was decided (R14). OCHA alone knows
of it; neither side ever reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, Select, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from deconflict.domain.asset_requests import MEANT
from deconflict.store.base import Base, UTCDateTime
from deconflict.store.items import Item
from deconflict.store.procedures import Procedure

IDS_AT_ONCE = 1000


class EscortLink(Base):
    """The plan of one request; another one takes its place, and none where it was taken back. It is in force while the request stands in
    one of MEANT."""

    __tablename__ = "escort_link"

    procedure_id: Mapped[int] = mapped_column(
        ForeignKey("procedure.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    humanitarian_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    mission_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


def _in_force() -> Select[int, int]:
    """(notice, plan)."""
    query = select(EscortLink.humanitarian_id, EscortLink.mission_id)
    return query.join(Procedure, Procedure.id == EscortLink.procedure_id).where(Procedure.state.in_(MEANT))


def escorts_of(session: Session, plan_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Of each of these items whose notices it was decided to escort, by id; nothing for whom it was not."""
    found: dict[int, set[int]] = defaultdict(set)
    for some in _portions(sorted(plan_ids)):
        for notice_id, plan_id in session.execute(_in_force().where(EscortLink.mission_id.in_(some))):
            found[plan_id].add(notice_id)
    return {plan_id: frozenset(notices) for plan_id, notices in found.items()}


def escorts_in_force(session: Session) -> Mapping[int, frozenset[int]]:
    """The same of every plan: few movements are escorted."""
    return escorts_of(session, set(session.scalars(select(EscortLink.mission_id))))


def linked_with(session: Session, item_id: int) -> frozenset[int]:
    """Items of the other side that a request links with this one, whether it is in force or not any more."""
    ours, theirs = EscortLink.humanitarian_id, EscortLink.mission_id
    query = select(ours, theirs).where(or_(ours == item_id, theirs == item_id))
    return frozenset(id for row in session.execute(query) for id in row if id != item_id)


def plan_of(session: Session, procedure_id: int) -> Item | None:
    """The plan that was linked to a request."""
    plan = aliased(Item)
    query = select(plan).join(EscortLink, EscortLink.mission_id == plan.id)
    return session.scalars(query.where(EscortLink.procedure_id == procedure_id)).first()


def _portions(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), IDS_AT_ONCE):
        yield ids[start : start + IDS_AT_ONCE]
