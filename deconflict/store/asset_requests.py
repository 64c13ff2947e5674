"""Requests for escorts and other military assets as pages read them, and how many movements have an escort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from deconflict.domain.activity import Side
from deconflict.domain.asset_requests import ESCORT, MEANT, sees
from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound
from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.domain.states import SITE_STATES, ItemState
from deconflict.store.base import Unreadable
from deconflict.store.items import Item, ItemVersion
from deconflict.store.people import Organisation
from deconflict.store.procedures import Procedure, procedure_facts, with_past


@dataclass(frozen=True, slots=True)
class AssetRequest:
    """`words`: what was typed, by field; empty once it is kept no longer, None where its key is missing. `organisation`: whose it is;
    `notice`: the reference of its movement, which only its organisation and officers may read."""

    facts: ProcedureFacts
    words: Mapping[str, str] | None
    organisation: str
    notice: str

    def typed(self, name: str) -> str:
        return (self.words or {}).get(name, "")


@dataclass(frozen=True, slots=True)
class Share:
    """Movements that begin in a span, and how many of them had an armed escort."""

    escorted: int
    all: int

    @property
    def percent(self) -> int | None:
        """None where there was no movement."""
        return round(100 * self.escorted / self.all) if self.all else None


def request_of(session: Session, reference: str, by: Audience) -> AssetRequest:
    """With its history. Raises NotFound where there is none for him."""
    row = with_past(session, Noun.ASSET_REQUEST, reference)
    if row is None or not sees(facts := procedure_facts(row, past=True), by):
        raise NotFound
    try:
        words: Mapping[str, str] | None = row.sealed()
    except Unreadable:
        words = None
    owner = session.get(Organisation, row.owner_id) if row.owner_id else None
    item = session.get(Item, row.item_id) if row.item_id else None
    return AssetRequest(facts, words, owner.name if owner else "", item.reference if item else "")


def requests_for(session: Session, item_id: int, by: Audience) -> list[ProcedureFacts]:
    """Those for one movement that exist for this audience, the newest first."""
    query = select(Procedure).where(Procedure.noun == Noun.ASSET_REQUEST, Procedure.item_id == item_id)
    rows = session.scalars(query.order_by(Procedure.id.desc()))
    return [facts for row in rows if sees(facts := procedure_facts(row), by)]


def names_of(session: Session, found: list[ProcedureFacts]) -> Mapping[int, str]:
    """Organisations of these, by id."""
    ids = {facts.owner_id for facts in found}
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    return {row.id: row.name for row in session.execute(query)}


def escort_share(session: Session, since: datetime, until: datetime) -> Share:
    """Of the movements that begin in this span and were not cancelled: by their own notice, or by a request that was decided and not
    given up."""
    current = aliased(ItemVersion)
    said: Any = current.filing["escort"].as_string() == "provided"
    linked = exists().where(
        Procedure.item_id == Item.id,
        Procedure.noun == Noun.ASSET_REQUEST,
        or_(Procedure.state.in_(MEANT), Procedure.facts["used"].as_boolean()),
        Procedure.facts["asset"].as_string() == ESCORT,
    )
    query = (
        select(func.count(), func.count().filter(or_(said, linked)))
        .select_from(Item)
        .join(current, (current.item_id == Item.id) & (current.version == Item.version))
        .where(Item.side == Side.HUMANITARIAN, Item.departs_at >= since, Item.departs_at < until)
        .where(Item.state != ItemState.CANCELLED, Item.state.not_in(SITE_STATES))
    )
    every, escorted = session.execute(query).one()
    return Share(escorted, every)
