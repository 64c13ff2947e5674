"""What a file is made of: rows turned into facts, some at a time, for disclosure to judge. What was cancelled and sites that are closed
go into no file: somebody would take them for planned."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlalchemy.orm import Session, selectinload

from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.desk import DeskItemFacts
from deconflict.domain.disclosure import ItemFacts
from deconflict.domain.retention import WEEK
from deconflict.domain.states import LIVE_MOVES, LIVE_SITES, ItemState
from deconflict.domain.taken_out import MOST
from deconflict.store.desk import UNREADABLE, known_items
from deconflict.store.items import Item
from deconflict.store.kept import is_kept_long_enough, owner_facts
from deconflict.store.queries import current_versions, facts_from

AT_A_TIME = 200


def own_ids(
    session: Session, side: Side, kinds: Collection[str], audience: Audience, now: datetime, since: datetime | None
) -> list[int]:
    """Of the audience's organisation, of his sector if he has one, of these kinds: what is ahead or under way, the first departure first;
    with `since` what ended after it, and a week before, since in weeks a row ends later than it did: in the order of filing, which
    tells nothing of the row. At most one more than `MOST`."""
    mine = Item.owner_id == audience.organisation_id
    if audience.sector is not None:
        mine = and_(mine, Item.sector == audience.sector)
    return _ids(session, and_(mine, _of(side, kinds)), now, None if since is None else since - WEEK)


def desk_ids(session: Session, side: Side, kinds: Collection[str], now: datetime, since: datetime | None) -> list[int]:
    """The same of everybody, as the desk knows it."""
    return _ids(session, _of(side, kinds), now, since)


def own_facts(
    session: Session, ids: Sequence[int], mission: Mission, now: datetime
) -> Iterator[tuple[str, ItemFacts | None]]:
    """Reference and facts, as their owner reads them; None where they cannot be read."""
    for items in _rows(session, ids):
        exact = [item for item in items if not is_kept_long_enough(session, item, mission, now)]
        try:
            versions = current_versions(session, exact)
        except UNREADABLE:  # a spoilt row takes the whole answer with it: then each is asked for alone
            versions = {}
        for item in items:
            try:
                known = versions.get(item.id)
                facts = (
                    facts_from(item, known, mission.catalogue) if known else owner_facts(session, item, mission, now)
                )
            except UNREADABLE:
                yield item.reference, None
            else:
                yield item.reference, facts


def desk_facts(session: Session, ids: Sequence[int], mission: Mission) -> Iterator[DeskItemFacts]:
    for items in _rows(session, ids):
        yield from known_items(session, items, mission.catalogue)


def _of(side: Side, kinds: Collection[str]) -> ColumnElement[bool]:
    return and_(Item.side == side, Item.kind.in_(kinds))


def _ids(session: Session, whose: ColumnElement[bool], now: datetime, since: datetime | None) -> list[int]:
    ahead = or_(and_(Item.state.in_(LIVE_MOVES), Item.ends_at >= now), Item.state.in_(LIVE_SITES))
    found = list(
        session.scalars(select(Item.id).where(whose, ahead).order_by(Item.departs_at, Item.id).limit(MOST + 1))
    )
    if since is None:
        return found
    over = and_(Item.state.in_(LIVE_MOVES | {ItemState.ENDED}), Item.ends_at >= since, not_(ahead))
    found += session.scalars(select(Item.id).where(whose, over).order_by(Item.id).limit(MOST + 1))
    return found[: MOST + 1]


def _rows(session: Session, ids: Sequence[int]) -> Iterator[list[Item]]:
    """In this order, some at a time."""
    for start in range(0, len(ids), AT_A_TIME):
        wanted = ids[start : start + AT_A_TIME]
        query = select(Item).where(Item.id.in_(wanted)).options(selectinload(Item.site))
        found = {item.id: item for item in session.scalars(query)}
        yield [found[id] for id in wanted if id in found]
