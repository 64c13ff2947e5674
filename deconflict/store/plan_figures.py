"""How early the mission enters its plans: counted, never judged."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deconflict.domain.activity import Side
from deconflict.domain.states import ItemState
from deconflict.store.items import Item, ItemVersion


@dataclass(frozen=True, slots=True)
class Ahead:
    """Of the plans `filed`, how many were `ahead`: entered with the SOP's notice and never moved into it; and how many had
    begun when they were entered."""

    filed: int
    ahead: int
    no_notice: int

    @property
    def share(self) -> float | None:
        """0 to 1; None where there is nothing to count."""
        return self.ahead / self.filed if self.filed else None


def filed_ahead(session: Session, kinds: Collection[str], since: datetime, until: datetime) -> Ahead:
    """Of these kinds, those that leave from `since` until before `until` and were not cancelled."""
    counted = (
        Item.side == Side.MISSION,
        Item.kind.in_(kinds),
        Item.state != ItemState.CANCELLED,
        Item.departs_at >= since,
        Item.departs_at < until,
    )
    rows = select(Item.late, func.count()).where(*counted).group_by(Item.late)
    late = {bool(is_late): count for is_late, count in session.execute(rows)}
    begun = select(func.count()).select_from(ItemVersion).join(Item).where(*counted, ItemVersion.no_notice.is_(True))
    none = session.scalar(begun.where(ItemVersion.version == Item.version)) or 0
    return Ahead(sum(late.values()), late.get(False, 0), none)
