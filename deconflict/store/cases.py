"""What people handle: one case per pair of items, for ever, with its history and its requests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from deconflict.domain.escalation import REQUEST
from deconflict.domain.states import target
from deconflict.store.base import Base, Code, Ref, UTCDateTime
from deconflict.store.items import Item
from deconflict.store.people import Person

ALONE_UNCHECKED, ALONE_OVERDUE, ALONE_OCCUPIED = "-", "late", "armed"  # in the place of the other item, in `pair`


class Case(Base):
    """One humanitarian and one mission item, or one item alone: that could not be checked (`pair` is then `12:-`), or whose team has
    not said that it arrived (`12:late`; `judged_from` then names the stop and the version).

    Three references (RUL-10): the desk's own and one per side; none is an item's. `round` rises with every material
    change, at `round_at`; alerts and officers' acts name the round they are about. `judgement` is the whole Judgement as JSON,
    `judged_from` what it was computed from, so that it can be computed again (matching.recompute): `at`, the two `versions`,
    `sop_version`, `gazetteer`, `profile`. The columns of these names are those of the last look, which may have found nothing.
    `before`: the figures of the round before (domain.judgement.Figures), empty in the first. `area` leads; `also` names the other
    areas that it concerns (RUL-27), `rules` those that fired, both separated by spaces. `outcome`: the event or the officer's code
    that ended it, `adjusted_by` whose change did, `resolution` D7.5's code of what really changed, or what was agreed where that
    cannot be read. `released`: sides whose owner gave a one-off release for this case (RUL-8). `hold_until`: when the minimal alert
    goes if no officer has acted (RUL-1). What the retention job has done to it: `reduced_at` no place or hour finer than commune and
    week is left, `texts_at` nothing that was typed and no number, `figures_at` nobody and nothing said, only figures.
    """

    __tablename__ = "overlap_case"
    __table_args__ = (Index("ix_overlap_case_queue", "state", "area", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pair: Mapped[str] = mapped_column(String(40), unique=True)
    humanitarian_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    mission_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"), index=True)
    humanitarian_version: Mapped[int] = mapped_column(default=0)
    mission_version: Mapped[int] = mapped_column(default=0)
    reference: Mapped[str] = mapped_column(Ref, unique=True)
    humanitarian_reference: Mapped[str] = mapped_column(Ref, unique=True)
    mission_reference: Mapped[str] = mapped_column(Ref, unique=True)
    state: Mapped[str] = mapped_column(Code)
    round: Mapped[int] = mapped_column(Integer, default=1)
    round_at: Mapped[datetime] = mapped_column(UTCDateTime)
    severity: Mapped[str] = mapped_column(Code)
    harm: Mapped[str] = mapped_column(Code)
    eyes_only: Mapped[bool] = mapped_column(Boolean, default=False)
    judgement: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    judged_from: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sop_version: Mapped[str] = mapped_column(String(80))
    gazetteer: Mapped[str] = mapped_column(String(80), default="")
    profile: Mapped[str] = mapped_column(String(16), default="")
    area: Mapped[str] = mapped_column(Code)
    also: Mapped[str] = mapped_column(String(120), default="")
    rules: Mapped[str] = mapped_column(String(400), default="")
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    hold_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    released: Mapped[list[str]] = mapped_column(JSON, default=list)
    rejudge_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None] = mapped_column(Code)
    adjusted_by: Mapped[str | None] = mapped_column(Code)
    resolution: Mapped[str | None] = mapped_column(Code)
    reduced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    texts_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    figures_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    humanitarian: Mapped[Item | None] = relationship(foreign_keys=[humanitarian_id], lazy="joined")
    mission: Mapped[Item | None] = relationship(foreign_keys=[mission_id], lazy="joined")
    owner: Mapped[Person | None] = relationship(lazy="joined")
    events: Mapped[list[CaseEvent]] = relationship(back_populates="case", order_by="CaseEvent.id")
    requests: Mapped[list[Request]] = relationship(back_populates="case", order_by="Request.id")
    release_asks: Mapped[list[ReleaseAsk]] = relationship(back_populates="case", order_by="ReleaseAsk.id")

    @validates("judgement")
    def _names_rules(self, _name: str, judgement: dict[str, Any]) -> dict[str, Any]:
        """In a column of their own: the queue asks for a rule of thousands of cases without opening what was judged."""
        self.rules = " ".join(sorted({hit["rule_id"] for hit in judgement.get("hits", ())}))
        return judgement

    @property
    def of_ocha(self) -> bool:
        """Its plan is an area that OCHA entered itself: the organisation alone is a party."""
        return self.mission is not None and self.mission.of_ocha

    @property
    def is_overdue(self) -> bool:
        """Of a team that has not said that it arrived."""
        return self.pair.endswith(f":{ALONE_OVERDUE}")

    @property
    def is_occupied(self) -> bool:
        """Of a site in which armed people are."""
        return self.pair.endswith(f":{ALONE_OCCUPIED}")

    @property
    def is_alone(self) -> bool:
        """Of one item, which nobody of the other side meets."""
        return self.is_overdue or self.is_occupied

    @property
    def items(self) -> list[Item]:
        return [item for item in (self.humanitarian, self.mission) if item is not None]

    def item_of(self, side: str) -> Item | None:
        return self.humanitarian if side == "humanitarian" else self.mission

    def reference_for(self, side: str) -> str:
        return {"humanitarian": self.humanitarian_reference, "mission": self.mission_reference}.get(
            side, self.reference
        )


class CaseEvent(Base):
    """History, written with the move. `actor_id` None is the system."""

    __tablename__ = "case_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("overlap_case.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    event: Mapped[str] = mapped_column(Code)
    state: Mapped[str] = mapped_column(Code)
    round: Mapped[int]
    severity: Mapped[str] = mapped_column(Code)
    code: Mapped[str] = mapped_column(Code, default="")
    reason: Mapped[str] = mapped_column(String(1000), default="")
    sop_version: Mapped[str] = mapped_column(String(80))
    humanitarian_version: Mapped[int]
    mission_version: Mapped[int]
    case: Mapped[Case] = relationship(back_populates="events")
    actor: Mapped[Person | None] = relationship(lazy="joined")


class Request(Base):
    """What OCHA asks one side to change: a logged disclosure, rounded outward (RUL-9). `words` holds only what that side may
    read: the ask, its own item's reference, and what the other side released. `other_version`: of the other side's item, when
    they were taken from it.

    Until `leaves_at` the side knows nothing of it; None: it was taken back before that, and the side never does. After `due_at` the
    desk is told that nobody answered. `offer`: what the side proposes instead, as `domain.answers` reads it. `item_version`: of
    its own item, filed through the form that its acceptance opened."""

    __tablename__ = "request"
    __table_args__ = (Index("ix_request_due", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("overlap_case.id"), index=True)
    round: Mapped[int]
    side: Mapped[str] = mapped_column(Code)
    ask: Mapped[str] = mapped_column(Code)
    words: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(Code)
    other_version: Mapped[int] = mapped_column(default=0)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    leaves_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answer: Mapped[str] = mapped_column(String(500), default="")
    offer: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    item_version: Mapped[int | None] = mapped_column(Integer)
    case: Mapped[Case] = relationship(back_populates="requests")
    made_by: Mapped[Person] = relationship(foreign_keys=[made_by_id], lazy="select")

    def has_left(self, now: datetime) -> bool:
        """Whether its side may know of it."""
        return self.leaves_at is not None and self.leaves_at <= now

    def take_back(self, event: str, who: str, now: datetime) -> None:
        """Ends it. What has not left never does, and its side never learns that it was made. Raises WrongState."""
        self.state = target("request", self.state, event, who)
        if not self.has_left(now):
            self.leaves_at = None

    @property
    def purpose(self) -> str:
        """What its alerts are filed under."""
        return f"{REQUEST}:{self.id}"


class ReleaseAsk(Base):
    """An owner was asked by phone for a one-off release, at this round of the case (RUL-8). After `due_at` the silence is
    told; it never is a yes. `how`: who answered, when and how, in the officer's words."""

    __tablename__ = "release_ask"
    __table_args__ = (Index("ix_release_ask_due", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("overlap_case.id"), index=True)
    round: Mapped[int]
    side: Mapped[str] = mapped_column(Code)
    state: Mapped[str] = mapped_column(Code)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    how: Mapped[str] = mapped_column(String(1000), default="")
    case: Mapped[Case] = relationship(back_populates="release_asks")
    asked_by: Mapped[Person] = relationship(lazy="joined")
