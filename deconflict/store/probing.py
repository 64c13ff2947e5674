"""What an organisation has filed, changed and been told of late, counted: see domain.probing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.domain.escalation import MINIMAL
from deconflict.domain.probing import DAY, WEEK, Counts, Limits
from deconflict.domain.states import VERIFIED_SITES, ItemState, SiteState
from deconflict.store.alerts import Alert
from deconflict.store.audit import AuditEntry
from deconflict.store.cancelled import cancels
from deconflict.store.cases import Case
from deconflict.store.items import Item, ItemVersion


def counts_of(session: Session, item: Item, limits: Limits, now: datetime) -> Counts:
    """Of the item's owner."""
    ours = _of_owner(item)
    gone = _cancelled(session, item, ours, now)
    amended = (ItemVersion.version > 1, ItemVersion.filed_at > now - DAY, ItemVersion.followed.is_(False))
    # The same change of all days of a series is one.
    matters = func.count(func.coalesce(Item.series, Item.reference).distinct())
    several = select(func.count(ItemVersion.id) - func.count(ItemVersion.item_id.distinct()))
    amendments = select(matters).select_from(ItemVersion).join(Item).where(*ours, *amended)
    again = several.select_from(ItemVersion).join(Item).where(*ours, *amended)
    return Counts(
        minimal_day=_told(session, item, ours, now - DAY),
        minimal_week=_told(session, item, ours, now - WEEK),
        changes_day=(session.scalar(amendments) or 0)
        + (session.scalar(again) or 0)
        + sum(at > now - DAY for _, at in gone),
        short_lived_week=sum(at - filed_at < limits.short_lived for filed_at, at in gone),
        alike_day=_alike(session, item, ours),
    )


def was_told(session: Session, item: Item, *, but: Case) -> bool:
    """Whether its owner ever was sent a minimal alert of this item, the present round of this case left out."""
    told = select(Alert.id).join(Case).where(_item_id(item) == item.id, Alert.purpose == _name(item))
    elsewhere = or_(Alert.case_id != but.id, Alert.round != but.round)
    return session.scalar(told.where(elsewhere).limit(1)) is not None


def is_told(session: Session, item: Item, case: Case) -> bool:
    """Whether he was in the present round of this case."""
    told = (Alert.case_id == case.id, Alert.round == case.round, Alert.purpose == _name(item))
    return session.scalar(select(Alert.id).where(*told).limit(1)) is not None


def _told(session: Session, item: Item, ours: tuple[Any, ...], since: datetime) -> int:
    """Items of the owner, not alerts: each is one word, to however many people."""
    query = select(func.count(Item.id.distinct())).select_from(Alert).join(Case).join(Item, _item_id(item) == Item.id)
    return session.scalar(query.where(*ours, Alert.purpose == _name(item), Alert.owed_at > since)) or 0


def _cancelled(session: Session, item: Item, ours: tuple[Any, ...], now: datetime) -> list[tuple[datetime, datetime]]:
    """Of this week, each as filed and cancelled at."""
    query = select(Item.filed_at, AuditEntry.at).join(AuditEntry, cancels(item.side, Item.id))
    mine = query.where(*ours, Item.state.in_((ItemState.CANCELLED, SiteState.CLOSED)), AuditEntry.at > now - WEEK)
    return [(row.filed_at, row.at) for row in session.execute(mine)]


def _alike(session: Session, item: Item, ours: tuple[Any, ...]) -> int:
    """Whatever became of them, but for sites that an officer has verified: those are there."""
    together = (Item.filed_at > item.filed_at - DAY, Item.filed_at < item.filed_at + DAY)
    meeting = (Item.area == item.area, Item.departs_at <= item.ends_at, Item.ends_at >= item.departs_at)
    return (
        session.scalar(
            select(func.count()).select_from(Item).where(*ours, *together, *meeting, Item.state.not_in(VERIFIED_SITES))
        )
        or 0
    )


def _of_owner(item: Item) -> tuple[Any, ...]:
    """All of the mission is one organisation; who files there is a sector."""
    ours: tuple[Any, ...] = (Item.owner_id == item.owner_id, Item.side == item.side)
    return ours if item.side == Side.HUMANITARIAN else (*ours, Item.sector == item.sector)


def _item_id(item: Item) -> Any:
    return Case.humanitarian_id if item.side == Side.HUMANITARIAN else Case.mission_id


def _name(item: Item) -> str:
    return f"{MINIMAL}:{item.side}"
