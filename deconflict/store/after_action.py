"""What is written down after both have happened: a note of a few codes and words, one for each time that a case lapsed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from deconflict.domain.states import CaseState
from deconflict.store.base import Base, Code, UTCDateTime
from deconflict.store.cases import Case
from deconflict.store.people import Person

MOST = 200


class AfterAction(Base):
    """`happened` what became of the two, `seen` what was seen of it, `lesson` what would have helped, all codes of
    `domain.after_action`. The words go with what else was typed about the case; the codes stay for what is learnt of them."""

    __tablename__ = "after_action"
    __table_args__ = (UniqueConstraint("case_id", "round", name="uq_after_action_round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("overlap_case.id"), index=True)
    round: Mapped[int]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    happened: Mapped[str] = mapped_column(Code)
    seen: Mapped[str] = mapped_column(Code)
    lesson: Mapped[str] = mapped_column(Code)
    words: Mapped[str] = mapped_column(String(500), default="")
    case: Mapped[Case] = relationship(lazy="joined")
    by: Mapped[Person | None] = relationship(lazy="joined")


def without_note(session: Session, severities: frozenset[str]) -> list[Case]:
    """Cases of a pair that lapsed, of these severities, of which nobody has written what became of them; the oldest first."""
    written = exists().where(AfterAction.case_id == Case.id, AfterAction.round == Case.round)
    lapsed = select(Case).where(Case.state == CaseState.LAPSED, Case.severity.in_(severities), ~written)
    pairs = lapsed.where(Case.humanitarian_id.is_not(None), Case.mission_id.is_not(None), Case.figures_at.is_(None))
    return list(session.scalars(pairs.order_by(Case.ended_at, Case.id).limit(MOST)))


def notes(session: Session) -> list[AfterAction]:
    """The newest first."""
    return list(session.scalars(select(AfterAction).order_by(AfterAction.id.desc()).limit(MOST)))
