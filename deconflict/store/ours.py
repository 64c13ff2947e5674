"""Which of one organisation's items are ahead: ids alone, so that a page opens those that it shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.states import LIVE_MOVES, LIVE_SITES
from deconflict.store.items import Item


@dataclass(frozen=True, slots=True)
class Ahead:
    """Ids of one page of them, and how many there are in all."""

    ids: tuple[int, ...]
    count: int


def ahead(session: Session, audience: Audience, now: datetime, *, first: int, most: int) -> Ahead:
    """What is coming or under way, the first departure first, then the sites that are in use."""
    wanted = and_(mine(audience), or_(_moves(now), Item.state.in_(LIVE_SITES)))
    stands = Item.state.in_(LIVE_SITES)
    return _page(session, select(Item.id).where(wanted).order_by(stands, Item.departs_at, Item.id), first, most)


def between(session: Session, audience: Audience, now: datetime, begins: datetime, ends: datetime, most: int) -> Ahead:
    """Of those without the sites what may be under way between two instants."""
    wanted = and_(mine(audience), _moves(max(now, begins)), Item.departs_at < ends)
    return _page(session, select(Item.id).where(wanted).order_by(Item.departs_at, Item.id), 0, most)


def sites_in_use(session: Session, audience: Audience) -> int:
    query = select(func.count()).select_from(Item).where(mine(audience), Item.state.in_(LIVE_SITES))
    return session.scalar(query) or 0


def mine(audience: Audience) -> ColumnElement[bool]:
    """Items of this organisation, of a sector's desk those of its sector."""
    own = and_(Item.owner_id == audience.organisation_id, Item.side == audience.side)
    return own if audience.sector is None else and_(own, Item.sector == audience.sector)


def _moves(since: datetime) -> ColumnElement[bool]:
    return and_(Item.state.in_(LIVE_MOVES), Item.ends_at >= since)


def _page(session: Session, query: Select[int], first: int, most: int) -> Ahead:
    count = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    return Ahead(tuple(session.scalars(query.offset(first).limit(most))), count)
