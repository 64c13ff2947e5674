"""Filings that an organisation keeps to make again: everything of one, sealed, under a name of its own."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import ForeignKey, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from deconflict.domain.audience import Audience
from deconflict.domain.filing import Filing, from_json, to_json
from deconflict.store.base import Base, Sealed, Unreadable, UTCDateTime
from deconflict.store.items import Item


class Pattern(Base):
    """`filing` as filing.to_json gives it. `used_at`: when it was last made again; one that nobody uses goes. Of movements alone:
    what a mission repeats would tell where its patrols pass."""

    __tablename__ = "pattern"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(Sealed)
    filing: Mapped[str] = mapped_column(Sealed)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    used_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)

    @property
    def filed(self) -> Filing:
        """Raises ValueError, KeyError or TypeError for what cannot be read."""
        return from_json(json.loads(self.filing))


def sealed_filing(filing: Filing) -> str:
    return json.dumps(to_json(filing), ensure_ascii=False)


def patterns_of(session: Session, by: Audience) -> list[Pattern]:
    """Of the person's organisation, the last used first; none of them where a key is gone."""
    mine = select(Pattern).where(Pattern.organisation_id == by.organisation_id)
    try:
        return list(session.scalars(mine.order_by(Pattern.used_at.desc(), Pattern.id.desc())))
    except Unreadable:
        return []


def pattern_of(session: Session, pattern_id: int, by: Audience) -> Pattern | None:
    """None for another's as for none."""
    return next((row for row in patterns_of(session, by) if row.id == pattern_id), None)


def count_patterns(session: Session, by: Audience) -> int:
    mine = select(func.count()).select_from(Pattern).where(Pattern.organisation_id == by.organisation_id)
    return session.scalar(mine) or 0


def forget_patterns(session: Session, before: datetime, most: int) -> int:
    """What nobody has used since. Returns how many."""
    old = select(Pattern.id).where(Pattern.used_at <= before).limit(most)
    return len(session.scalars(delete(Pattern).where(Pattern.id.in_(old)).returning(Pattern.id)).all())


def series_of(session: Session, item: Item) -> list[Item]:
    """The other items that were made with it on other days, by departure."""
    if item.series is None:
        return []
    others = select(Item).where(Item.series == item.series, Item.owner_id == item.owner_id, Item.id != item.id)
    return list(session.scalars(others.order_by(Item.departs_at, Item.id)))
