"""Pages that were begun and not sent: everything typed is one sealed text."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from deconflict.domain.audience import Audience
from deconflict.domain.drafts import Draft, is_read_by, sends
from deconflict.store.base import Base, Code, Ref, Sealed, Unreadable, UTCDateTime
from deconflict.store.people import Person


class DraftRow(Base):
    """`typed`: the page's fields by name, as JSON; the rest as domain.drafts.Draft. `reminded_at`: when the focal points were asked
    once more."""

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    side: Mapped[str] = mapped_column(Code)
    sheet: Mapped[str] = mapped_column(Code)
    reference: Mapped[str] = mapped_column(Ref, default="")
    base: Mapped[int] = mapped_column(default=0)
    stops: Mapped[int]
    typed: Mapped[str] = mapped_column(Sealed)
    kept_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    departs_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    given_back: Mapped[str | None] = mapped_column(Sealed)
    person: Mapped[Person] = relationship(lazy="joined")


def sealed_text(draft: Draft) -> str:
    typed = {"values": dict(draft.values), "reason": draft.reason, "convoy": draft.convoy}
    return json.dumps(typed, ensure_ascii=False)


def row_by_key(session: Session, key: str) -> DraftRow | None:
    return session.scalars(select(DraftRow).where(DraftRow.key == key).with_for_update(of=DraftRow)).first()


def draft_by_key(session: Session, key: str, by: Audience) -> Draft | None:
    """None for what is missing, what another may read and what no key opens."""
    row = session.scalars(select(DraftRow).where(DraftRow.key == key)).first()
    draft = None if row is None else _draft(row)
    return draft if draft is not None and is_read_by(draft, by) else None


def drafts_for(session: Session, side: str, by: Audience) -> list[Draft]:
    """The person's own and those that wait for him as a focal point, the last kept first."""
    waits = DraftRow.asked_at.is_not(None) if sends(by) else DraftRow.person_id == by.person_id
    mine = select(DraftRow).where(
        DraftRow.side == side,
        DraftRow.organisation_id == by.organisation_id,
        or_(DraftRow.person_id == by.person_id, waits),
    )
    try:
        rows = session.scalars(mine.order_by(DraftRow.kept_at.desc(), DraftRow.id.desc())).all()
    except Unreadable:
        return []
    return [draft for row in rows if is_read_by(draft := _draft(row), by)]


def forget_drafts(session: Session, before: datetime, most: int) -> int:
    """What nobody has touched since. Returns how many."""
    old = select(DraftRow.id).where(DraftRow.kept_at <= before).limit(most)
    return len(session.scalars(delete(DraftRow).where(DraftRow.id.in_(old)).returning(DraftRow.id)).all())


def _draft(row: DraftRow) -> Draft:
    typed = json.loads(row.typed)
    return Draft(
        key=row.key,
        side=row.side,
        sheet=row.sheet,
        values=typed["values"],
        stops=row.stops,
        reference=row.reference,
        base=row.base,
        reason=typed["reason"],
        convoy=typed["convoy"],
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        writer=row.person.name,
        kept_at=row.kept_at,
        asked_at=row.asked_at,
        departs_at=row.departs_at,
        given_back=row.given_back or "",
    )
