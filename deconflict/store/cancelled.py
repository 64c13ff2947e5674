"""When an item was cancelled and why, for its owner and for the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.store.audit import AuditEntry
from deconflict.store.items import Item


@dataclass(frozen=True, slots=True)
class Cancelling:
    """`reason` as its owner typed it; empty once that is kept no longer."""

    at: datetime
    reason: str


def cancelling(session: Session, side: Side, reference: str) -> Cancelling | None:
    """Of the item under this reference; None for one that was not cancelled."""
    item = select(Item.id).where(Item.reference == reference, Item.side == side).scalar_subquery()
    query = select(AuditEntry).where(AuditEntry.noun == side, AuditEntry.noun_id == item, AuditEntry.verb == "cancel")
    entry = session.scalars(query.order_by(AuditEntry.id.desc())).first()
    return None if entry is None else Cancelling(entry.at, str(entry.detail.get("reason", "")))
