"""What its owner still reads of an item that is over: communes and weeks from the hour of the clock on, whatever the row still
holds. A row stays exact for as long as a case of it is open or a hold stands, and of either the owner may not have been told:
that his own page is still exact would tell him (RUL-6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import ItemFacts
from deconflict.domain.retention import EXACT, reduced
from deconflict.domain.states import SITE_STATES, ItemState
from deconflict.store.audit import AuditEntry
from deconflict.store.cancelled import cancels
from deconflict.store.items import Item, ItemVersion
from deconflict.store.queries import facts_from, facts_of


def owner_facts(session: Session, item: Item, mission: Mission, now: datetime, version: int | None = None) -> ItemFacts:
    """As `facts_of`, and in its reduced form once that is due. Raises what `facts_of` raises; what was sealed is not opened
    any more."""
    if not is_kept_long_enough(session, item, mission, now):
        return facts_of(session, item, mission.catalogue, version)
    number = item.version if version is None else version
    stored = select(ItemVersion.version, ItemVersion.filing, ItemVersion.filed_at, ItemVersion.no_notice)
    row = session.execute(stored.where(ItemVersion.item_id == item.id, ItemVersion.version == number)).one()
    bare = ItemVersion(version=row.version, filing=row.filing, filed_at=row.filed_at, no_notice=row.no_notice)
    facts = facts_from(item, bare, mission.catalogue)
    filing = reduced(facts.filing, mission.gazetteer, mission.zone)
    return replace(facts, filing=filing, reduced_at=item.reduced_at or now)


def is_kept_long_enough(session: Session, item: Item, mission: Mission, now: datetime) -> bool:
    """By the clock alone. The same work for a row that is reduced already as for one that is not."""
    ended_at = _ended_at(session, item)
    due_at = None if ended_at is None else ended_at + mission.pack.retention[EXACT[Side(item.side)]]
    return item.reduced_at is not None or (due_at is not None and due_at <= now)


def _ended_at(session: Session, item: Item) -> datetime | None:
    """None for what is still to come. A cancelled item was over when it was cancelled, if that came before its end; a
    site when it was closed or archived."""
    if item.state == ItemState.ENDED:
        return item.ends_at
    if item.state in SITE_STATES:
        return item.site.ended_at if item.site is not None else None
    if item.state != ItemState.CANCELLED:
        return None
    cancelled_at = session.scalar(select(func.min(AuditEntry.at)).where(cancels(item.side, item.id)))
    return item.ends_at if cancelled_at is None else min(cancelled_at, item.ends_at)
