"""Drills of the week: everybody who takes part gets a test text, and what came back is counted."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, delete, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from deconflict.domain.country import Mission
from deconflict.domain.drills import Drilled, operator_of, silences
from deconflict.domain.states import MessageState
from deconflict.store.base import Base, Unreadable, UTCDateTime
from deconflict.store.people import Contact, Person
from deconflict.store.trials import Trial
from deconflict.store.work import Slot, insert_once

PLANNED = "drill"  # the job of the slot that says which hour of the plan was taken last
JUMP = timedelta(days=1)  # a clock that was further ahead than that was wrong, and not put back


class Drill(Base):
    """Its texts are the trials that name it. `by` None: the plan of the mission started it."""

    __tablename__ = "drill"

    id: Mapped[int] = mapped_column(primary_key=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[Person | None] = relationship(lazy="joined")


def newest_drill(session: Session) -> Drill | None:
    return session.scalars(select(Drill).order_by(Drill.id.desc()).limit(1)).first()


def by_itself(session: Session, drill_id: int | None) -> bool:
    """Whether no person started it; False for what is no drill."""
    return drill_id is not None and session.get_one(Drill, drill_id).by_id is None


def planned_last(session: Session) -> datetime | None:
    """The hour of the plan that was taken last."""
    return session.scalar(select(func.max(Slot.slot)).where(Slot.job == PLANNED))


def take_hour(session: Session, hour: datetime, now: datetime) -> bool:
    """Whether whoever asks starts the drill of this hour of the plan. Nobody does for an hour that was taken, nor for one before it
    (the clock was put back), nor for the first that is seen: a plan that is new begins with its next hour."""
    last = planned_last(session)
    if last is not None and hour <= last <= now + JUMP:
        return False
    if not insert_once(session, Slot, job=PLANNED, slot=hour):
        return False
    session.execute(delete(Slot).where(Slot.job == PLANNED, Slot.slot != hour))
    return last is not None and last < hour


def lately(session: Session, mission: Mission, most: int) -> list[tuple[Drill, list[Drilled]]]:
    """The last drills of which texts are kept, the newest first."""
    kept = select(Drill).where(Drill.id.in_(select(Trial.drill_id).where(Trial.drill_id.is_not(None))))
    drills = session.scalars(kept.order_by(Drill.id.desc()).limit(most))
    return [(drill, texts_of(session, drill, mission)) for drill in drills.all()]


def silent_numbers(session: Session, now: datetime) -> dict[int, int]:
    """By the id of a contact: how many drills in a row it did not answer. Texts that never left say nothing of a number."""
    tried = Trial.state.in_((MessageState.SENT, MessageState.FAILED))
    query = select(Trial.contact_id, Trial.queued_at, Trial.answered_at.is_not(None), Contact.verified_at)
    query = query.join(Contact, Contact.id == Trial.contact_id).where(Trial.drill_id.is_not(None), tried)
    return silences(((id, at, bool(said), verified) for id, at, said, verified in session.execute(query) if id), now)


def participants(session: Session) -> list[Person]:
    """Active people who take part, by name."""
    query = select(Person).where(Person.active.is_(True), Person.drilled.is_(True))
    return list(session.scalars(query.options(joinedload(Person.organisation)).order_by(Person.name, Person.id)))


def reachable(session: Session) -> list[Person]:
    """Active people with a number, by organisation and name: who may take part."""
    has = Person.contacts.any(Contact.carries == "sms")
    query = select(Person).where(Person.active.is_(True), has).options(joinedload(Person.organisation))
    return list(session.scalars(query.order_by(Person.organisation_id, Person.name, Person.id)))


def texts_of(session: Session, drill: Drill, mission: Mission) -> list[Drilled]:
    whose = joinedload(Trial.person).joinedload(Person.organisation)
    rows = session.scalars(select(Trial).where(Trial.drill_id == drill.id).options(whose).order_by(Trial.id))
    return [_drilled(row, mission) for row in rows.all()]


def _drilled(row: Trial, mission: Mission) -> Drilled:
    person = row.person
    try:
        operator = operator_of(row.address, mission.phone_plan, mission.operators)
    except Unreadable:
        operator = ""
    return Drilled(
        person.name, person.organisation.name, operator, person.scope or "", row.state, row.answered_at is not None
    )
