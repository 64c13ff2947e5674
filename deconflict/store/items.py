"""What was filed: one row per item, one per version, boxes for the matcher, due marks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Boolean, ColumnElement, Float, ForeignKey, Index, String, UniqueConstraint, and_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from deconflict.domain.ocha_areas import OCHA
from deconflict.domain.states import MATCHED_ITEMS
from deconflict.store.base import Base, Code, Ref, Sealed, UTCDateTime
from deconflict.store.people import Organisation

if TYPE_CHECKING:
    from deconflict.store.sites import Site


class Item(Base):
    """A notice or a plan under one random reference, which only its owner and OCHA know. `version` is the current one.
    `key` is the form's idempotency key: a retry after a lost answer makes no twin. `late`: filed with less than the lead
    time. Instants are those of the current version, widest; `departs_at` is RUL-5's. `reduced_at`: since when all its
    versions know no more than commune and week (RUL-25). `code`: the four digits that its team checks in with, of a notice.
    `series`: what it shares with those that were made with it for other days; `convoy_id`: with whom it travels, or whom it leads;
    `word_due_at`: until when its team's next check-in is waited for."""

    __tablename__ = "item"
    __table_args__ = (Index("ix_item_live", "side", "state", "ends_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    side: Mapped[str] = mapped_column(Code)
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    reference: Mapped[str] = mapped_column(Ref, unique=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(Code)
    version: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(Code)
    level: Mapped[str] = mapped_column(Code)
    area: Mapped[str] = mapped_column(Code, index=True)
    sector: Mapped[str] = mapped_column(Code, index=True)
    late: Mapped[bool] = mapped_column(Boolean, default=False)
    departs_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    filed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reduced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    code: Mapped[str | None] = mapped_column(Sealed, deferred=True)
    series: Mapped[str | None] = mapped_column(String(32), index=True)
    word_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    convoy_id: Mapped[int | None] = mapped_column(ForeignKey("convoy.id"), index=True)
    owner: Mapped[Organisation] = relationship(lazy="joined")
    versions: Mapped[list[ItemVersion]] = relationship(back_populates="item", order_by="ItemVersion.version")
    site: Mapped[Site | None] = relationship()  # of a static site alone

    @property
    def of_ocha(self) -> bool:
        """An area that OCHA entered itself (domain.ocha_areas)."""
        return self.owner.side == OCHA

    @hybrid_property
    def takes_part(self) -> bool:
        """In matching: until it is cancelled, or no more is kept of it than commune and week."""
        return self.state in MATCHED_ITEMS and self.reduced_at is None

    @takes_part.inplace.expression
    @classmethod
    def _takes_part(cls) -> ColumnElement[bool]:
        return and_(cls.state.in_(MATCHED_ITEMS), cls.reduced_at.is_(None))


class ItemVersion(Base):
    """What was filed at one version, as filing.to_json gives it; what could hurt people is in columns of its own, each
    encrypted. `no_notice`: a plan that was filed when it had begun, or was over (D3.4); amending it does not mend that.
    `followed`: the lead of its joint convoy moved it, and not its owner."""

    __tablename__ = "item_version"
    __table_args__ = (UniqueConstraint("item_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    version: Mapped[int]
    filing: Mapped[dict[str, Any]] = mapped_column(JSON)
    plates: Mapped[str | None] = mapped_column(Sealed)
    overnight: Mapped[str | None] = mapped_column(Sealed)
    communications: Mapped[str | None] = mapped_column(Sealed)
    second_phone: Mapped[str | None] = mapped_column(Sealed)
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    filed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(500), default="")
    no_notice: Mapped[bool] = mapped_column(Boolean, default=False)
    followed: Mapped[bool] = mapped_column(Boolean, default=False)
    item: Mapped[Item] = relationship(back_populates="versions")


class PartClass(Base):
    """What part boxes have in common: the side, the names a SOP rule may call them by (separated by spaces) and the tier of
    sizes and durations. A few dozen rows, never changed, so that a look-up asks for those that some rule speaks of."""

    __tablename__ = "part_class"
    __table_args__ = (UniqueConstraint("side", "names", "tier"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    side: Mapped[str] = mapped_column(Code)
    names: Mapped[str] = mapped_column(String(400))
    tier: Mapped[int]


class PartBox(Base):
    """Where and when a part of a current version, or a stretch of its way, may be at most: what the matcher asks SQL. Never
    too small; whether it really meets anything is for domain.overlap. `cell` is a square of its tier's grid or stands for
    a P-code (matching.boxes). Times are epoch seconds: plain numbers compare alike everywhere."""

    __tablename__ = "part_box"
    __table_args__ = (
        Index(
            "ix_part_box_lookup",
            *("class_id", "cell", "begins_s", "ends_s", "south", "west", "north", "east", "item_id"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("part_class.id"))
    cell: Mapped[int]
    south: Mapped[float] = mapped_column(Float)
    west: Mapped[float] = mapped_column(Float)
    north: Mapped[float] = mapped_column(Float)
    east: Mapped[float] = mapped_column(Float)
    begins_s: Mapped[float] = mapped_column(Float)
    ends_s: Mapped[float] = mapped_column(Float)


class DueMark(Base):
    """Something about this item may have changed an answer. Insert-only, written in the transaction of the change; the
    matcher deletes exactly the marks it has read. No id comes back: SQLite would give that of a mark that was deleted to the
    next one, and whoever had read the first would delete the second."""

    __tablename__ = "due_mark"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    reason: Mapped[str] = mapped_column(Code)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
