"""Lists that came in files. What stands in them is sealed and goes after some days; which line of a list became which item stays as long
as the item does, so that the next edition of the list is understood."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, case, delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from deconflict.domain.audience import Audience
from deconflict.domain.drafts import sends
from deconflict.domain.states import LIVE_ITEMS
from deconflict.domain.uploads import SENDING, UploadFacts, is_open_to
from deconflict.store.base import Base, Code, Ref, Sealed, UTCDateTime
from deconflict.store.items import Item


class ListRow(Base):
    """A list that an organisation sends now and then, known by its lines alone."""

    __tablename__ = "upload_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    side: Mapped[str] = mapped_column(Code)
    sheet: Mapped[str] = mapped_column(Code)
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ListedRow(Base):
    """Which line became which item. `mark` is the keyed hash of the line's own number."""

    __tablename__ = "upload_row"
    __table_args__ = (UniqueConstraint("list_id", "mark"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("upload_list.id"))
    mark: Mapped[str] = mapped_column(String(64), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)


class UploadRow(Base):
    """`said`: what the whole file is told of, and before its columns are understood its lines, as JSON. `list_id`: the list that it is an
    edition of."""

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    side: Mapped[str] = mapped_column(Code)
    sheet: Mapped[str] = mapped_column(Code)
    state: Mapped[str] = mapped_column(Code)
    digest: Mapped[str] = mapped_column(String(64))
    said: Mapped[str] = mapped_column(Sealed, deferred=True)
    kept_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    list_id: Mapped[int | None] = mapped_column(ForeignKey("upload_list.id"))
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class EntryRow(Base):
    """One line of it, or several that are one item. `typed`: what would be typed, as JSON; `reference`: the item that it is or became."""

    __tablename__ = "upload_entry"
    __table_args__ = (UniqueConstraint("upload_id", "n"), Index("ix_upload_entry_state", "upload_id", "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"))
    n: Mapped[int]
    mark: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(Code)
    reference: Mapped[str] = mapped_column(Ref, default="")
    typed: Mapped[str] = mapped_column(Sealed)

    @property
    def said(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.typed)
        return found


class ColumnsRow(Base):
    """How an organisation's files of one make are read: `headers` the keyed hash of their headers, `columns` as JSON, sealed."""

    __tablename__ = "upload_columns"
    __table_args__ = (UniqueConstraint("organisation_id", "sheet", "headers"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    sheet: Mapped[str] = mapped_column(Code)
    headers: Mapped[str] = mapped_column(String(64))
    columns: Mapped[str] = mapped_column(Sealed)
    used_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


def facts_of(row: UploadRow) -> UploadFacts:
    return UploadFacts(
        row.id,
        row.key,
        row.side,
        row.sheet,
        row.person_id,
        row.organisation_id,
        row.state,
        row.digest,
        row.kept_at,
        row.list_id,
        row.asked_at,
    )


def upload_by_key(session: Session, key: str, by: Audience) -> UploadFacts | None:
    """None for what is missing and for another's alike."""
    row = session.scalars(select(UploadRow).where(UploadRow.key == key)).first()
    facts = facts_of(row) if row is not None else None
    return facts if facts is not None and is_open_to(facts, by) else None


def uploads_of(session: Session, by: Audience) -> list[UploadFacts]:
    """The person's own and those that wait for him as a focal point, the last first."""
    mine = UploadRow.person_id == by.person_id
    if sends(by):
        mine = or_(mine, UploadRow.asked_at.is_not(None))
    found = select(UploadRow).where(mine, UploadRow.side == by.side, UploadRow.organisation_id == by.organisation_id)
    rows = session.scalars(found.order_by(UploadRow.kept_at.desc(), UploadRow.id.desc()))
    return [facts for row in rows if is_open_to(facts := facts_of(row), by)]


def said_of(session: Session, upload: UploadFacts) -> dict[str, Any]:
    text = session.scalars(select(UploadRow.said).where(UploadRow.id == upload.id)).one()
    found: dict[str, Any] = json.loads(text)
    return found


def entries_of(
    session: Session, upload: UploadFacts, states: Iterable[str], *, skip: int, most: int, first: Iterable[str] = ()
) -> list[EntryRow]:
    """In the order of the file, those that stand in `first` before all others."""
    found = select(EntryRow).where(EntryRow.upload_id == upload.id, EntryRow.state.in_(list(states)))
    order = (case((EntryRow.state.in_(list(first)), 0), else_=1), EntryRow.n)
    return list(session.scalars(found.order_by(*order).offset(skip).limit(most)))


def entry_of(session: Session, upload: UploadFacts, n: int) -> EntryRow | None:
    return session.scalars(select(EntryRow).where(EntryRow.upload_id == upload.id, EntryRow.n == n)).first()


def state_of(session: Session, upload: UploadFacts, n: int) -> str | None:
    return session.scalar(select(EntryRow.state).where(EntryRow.upload_id == upload.id, EntryRow.n == n))


def counts_of(session: Session, upload: UploadFacts) -> dict[str, int]:
    """Lines by where they stand."""
    found = select(EntryRow.state, func.count()).where(EntryRow.upload_id == upload.id).group_by(EntryRow.state)
    return {row[0]: row[1] for row in session.execute(found)}


def marks_of(session: Session, upload: UploadFacts) -> set[str]:
    return set(session.scalars(select(EntryRow.mark).where(EntryRow.upload_id == upload.id)))


def lists_with(
    session: Session, by: Audience, side: str, sheet: str, marks: Iterable[str]
) -> dict[int, dict[str, int]]:
    """Lists of the organisation that have lines of these numbers: item by mark, by list, the last sent first."""
    found: dict[int, dict[str, int]] = {}
    wanted = set(marks)
    rows = session.execute(
        select(ListRow.id, ListedRow.mark, ListedRow.item_id)
        .join(ListRow, ListRow.id == ListedRow.list_id)
        .where(ListRow.organisation_id == by.organisation_id, ListRow.side == side, ListRow.sheet == sheet)
        .order_by(ListRow.sent_at.desc(), ListRow.id.desc())
    )
    for list_id, mark, item_id in rows:
        if mark in wanted:
            found.setdefault(list_id, {})[mark] = item_id
    return found


def sent_meanwhile(session: Session, row: UploadRow) -> bool:
    """Whether lines of these numbers have left in another list since these were looked at, or are about to."""
    marks = select(EntryRow.mark).where(EntryRow.upload_id == row.id)
    ours = (ListRow.organisation_id == row.organisation_id, ListRow.side == row.side, ListRow.sheet == row.sheet)
    since = ListRow.sent_at > row.kept_at
    left = select(ListedRow.id).join(ListRow, ListRow.id == ListedRow.list_id).where(*ours, since)
    going = (
        select(EntryRow.id)
        .join(UploadRow, UploadRow.id == EntryRow.upload_id)
        .join(ListRow, ListRow.id == UploadRow.list_id)
        .where(*ours, since, UploadRow.id != row.id, UploadRow.state == SENDING, EntryRow.mark.in_(marks))
    )
    found = session.scalars(left.where(ListedRow.mark.in_(marks)).limit(1)).first()
    return found is not None or session.scalars(going.limit(1)).first() is not None


def items_of_list(session: Session, list_id: int) -> dict[str, Item]:
    """By mark, whatever became of them."""
    rows = session.execute(
        select(ListedRow.mark, Item).join(Item, Item.id == ListedRow.item_id).where(ListedRow.list_id == list_id)
    )
    return {row[0]: row[1] for row in rows}


def lists_by_id(session: Session, ids: Iterable[int]) -> list[ListRow]:
    return list(session.scalars(select(ListRow).where(ListRow.id.in_(list(ids))).order_by(ListRow.sent_at.desc())))


def item_by_reference(session: Session, text: str, by: Audience) -> Item | None:
    """One's own under this reference; None for another's as for none."""
    found = select(Item).where(Item.reference == text.strip().upper(), Item.owner_id == by.organisation_id)
    return session.scalars(found).first()


def item_by_key(session: Session, key: str, by: Audience) -> Item | None:
    """One's own that bears this key."""
    return session.scalars(select(Item).where(Item.key == key, Item.owner_id == by.organisation_id)).first()


def gone_from(session: Session, list_id: int, marks: set[str], now: datetime) -> list[Item]:
    """Items of earlier editions that are still ahead and have no line any more."""
    items = items_of_list(session, list_id)
    return [
        item for mark, item in items.items() if mark not in marks and item.state in LIVE_ITEMS and item.ends_at > now
    ]


def columns_kept(session: Session, by: Audience, sheet: str, headers: str) -> dict[str, Any] | None:
    row = session.scalars(
        select(ColumnsRow).where(
            ColumnsRow.organisation_id == by.organisation_id, ColumnsRow.sheet == sheet, ColumnsRow.headers == headers
        )
    ).first()
    return None if row is None else json.loads(row.columns)


def forget_uploads(session: Session, before: datetime, most: int) -> int:
    """What nobody has touched since, with its lines. Returns how many."""
    old = list(session.scalars(select(UploadRow.id).where(UploadRow.kept_at <= before).limit(most)))
    if not old:
        return 0
    session.execute(delete(EntryRow).where(EntryRow.upload_id.in_(old)))
    session.execute(delete(UploadRow).where(UploadRow.id.in_(old)))
    return len(old)


def forget_lines(session: Session, most: int) -> int:
    """Which line became an item of which no more is kept than commune and week. Returns how many."""
    over = select(ListedRow.id).join(Item, Item.id == ListedRow.item_id).where(Item.reduced_at.is_not(None)).limit(most)
    return len(session.scalars(delete(ListedRow).where(ListedRow.id.in_(over)).returning(ListedRow.id)).all())


def sealed(found: Mapping[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False)
