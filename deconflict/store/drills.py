"""Drills of the week: everybody who takes part gets a test text, and what came back is counted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from deconflict.domain.country import Mission
from deconflict.domain.drills import Drilled, operator_of
from deconflict.store.base import Base, Unreadable, UTCDateTime
from deconflict.store.people import Contact, Person
from deconflict.store.trials import Trial


class Drill(Base):
    """Its texts are the trials that name it."""

    __tablename__ = "drill"

    id: Mapped[int] = mapped_column(primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[Person] = relationship(lazy="joined")


def newest_drill(session: Session) -> Drill | None:
    return session.scalars(select(Drill).order_by(Drill.id.desc()).limit(1)).first()


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
    whose = joinedload(Trial.contact).joinedload(Contact.person).joinedload(Person.organisation)
    rows = session.scalars(select(Trial).where(Trial.drill_id == drill.id).options(whose).order_by(Trial.id))
    return [_drilled(row, mission) for row in rows.all()]


def _drilled(row: Trial, mission: Mission) -> Drilled:
    person = row.contact.person
    try:
        operator = operator_of(row.address, mission.phone_plan, mission.operators)
    except Unreadable:
        operator = ""
    return Drilled(
        person.name, person.organisation.name, operator, person.scope or "", row.state, row.answered_at is not None
    )
