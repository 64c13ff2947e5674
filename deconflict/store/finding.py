"""What may be looked for: items ahead and of late, cases that are open or ended of late, organisations by a part of their name. Light
rows, of which the gate keeps what exists for whoever looks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import Session, aliased

from deconflict.domain.activity import LatLon
from deconflict.domain.ahead import AheadItem
from deconflict.domain.audience import Audience
from deconflict.domain.finding import RECENT, CaseSpot
from deconflict.domain.kinds import Catalogue
from deconflict.domain.place import fold
from deconflict.domain.severity import Severity
from deconflict.domain.states import LIVE_MOVES, LIVE_SITES, OPEN_CASES, ItemState
from deconflict.store.ahead import light, read_light
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.store.ours import mine
from deconflict.store.people import Organisation

Row = TypeVar("Row", Item, Case)
LEAST = 2  # letters of a name
ORGANISATIONS_MOST = 6


def items_to_find(
    session: Session, catalogue: Catalogue, now: datetime, *, owner_id: int | None = None, of: Audience | None = None
) -> list[AheadItem]:
    """Of one organisation, of one audience's own, or all: what is coming or under way, the first departure first, then the sites in use,
    then what is over for no longer than RECENT. What is kept in communes and weeks is not among them."""
    over = Item.ends_at < now
    moves = and_(Item.state.in_((*LIVE_MOVES, ItemState.ENDED)), Item.ends_at >= now - RECENT)
    wanted: list[ColumnElement[bool]] = [or_(moves, Item.state.in_(LIVE_SITES)), Item.reduced_at.is_(None)]
    if owner_id is not None:
        wanted.append(Item.owner_id == owner_id)
    if of is not None:
        wanted.append(mine(of))
    rank = case((Item.state.in_(LIVE_SITES), 1), (over, 2), else_=0)
    return read_light(session, light().where(*wanted).order_by(rank, Item.departs_at, Item.id), catalogue)


def cases_to_find(session: Session, now: datetime, *, owner_id: int | None = None) -> list[CaseSpot]:
    """In no order; of one organisation, or all."""
    hum, plan = aliased(Item), aliased(Item)
    columns = (Case.id, Case.state, Case.severity, Case.starts_at, Case.ended_at, Case.judgement)
    query = select(*columns, Case.humanitarian_id, Case.mission_id).where(
        or_(Case.state.in_(OPEN_CASES), Case.ended_at >= now - RECENT), Case.reduced_at.is_(None)
    )
    if owner_id is not None:
        query = query.outerjoin(hum, hum.id == Case.humanitarian_id).outerjoin(plan, plan.id == Case.mission_id)
        query = query.where(or_(hum.owner_id == owner_id, plan.owner_id == owner_id))
    return [_spot(row) for row in session.execute(query)]


def organisations_like(session: Session, words: str) -> list[tuple[int, str]]:
    """Id and name of those whose name holds these words, whatever the accents: first those that begin so."""
    sought = fold(words)
    if len(sought) < LEAST:
        return []
    rows = [(id, name, fold(name)) for id, name in session.execute(select(Organisation.id, Organisation.name))]
    like = sorted((row for row in rows if sought in row[2]), key=lambda row: (not row[2].startswith(sought), row[1]))
    return [(id, name) for id, name, _folded in like[:ORGANISATIONS_MOST]]


def in_this_order(session: Session, table: type[Row], ids: Collection[int]) -> list[Row]:
    """These rows of items or of cases."""
    rows = {row.id: row for row in session.scalars(select(table).where(table.id.in_(ids)))}
    return [rows[id] for id in ids if id in rows]


def _spot(row: Any) -> CaseSpot:
    return CaseSpot(
        id=row.id,
        is_open=row.state in OPEN_CASES,
        severity=Severity(row.severity),
        starts_at=row.starts_at,
        ended_at=row.ended_at,
        point=_point(row.judgement),
        items=tuple(id for id in (row.humanitarian_id, row.mission_id) if id is not None),
    )


def _point(judgement: dict[str, Any]) -> LatLon | None:
    """Where the two come nearest, by the worst rule; None of a case that could not be checked, or of one item."""
    try:
        lat, lon = judgement["hits"][0]["nominal"]["a_point"]
        return float(lat), float(lon)
    except (KeyError, IndexError, TypeError, ValueError):
        return None
