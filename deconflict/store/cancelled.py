"""When an item was cancelled and why, for its owner and for the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, and_
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.store.audit import AuditEntry
from deconflict.store.queries import last_entry


@dataclass(frozen=True, slots=True)
class Cancelling:
    """`reason` as its owner typed it; empty once that is kept no longer."""

    at: datetime
    reason: str


def cancels(side: str, item_id: int | SQLColumnExpression[int]) -> ColumnElement[bool]:
    """The audit entries that say so of an item, or of the item that a query speaks of: a movement is cancelled, a site closed."""
    return and_(AuditEntry.noun == side, AuditEntry.noun_id == item_id, AuditEntry.verb.in_(("cancel", "close")))


def cancelling(session: Session, side: Side, reference: str) -> Cancelling | None:
    """Of the item under this reference; None for one that was not cancelled."""
    entry = last_entry(session, side, reference, "cancel")
    return None if entry is None else Cancelling(entry.at, str(entry.detail.get("reason", "")))
