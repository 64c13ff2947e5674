"""The duty roster's rows as shifts, and who may be put on it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from deconflict.domain import roles
from deconflict.domain.duty import Shift
from deconflict.store.people import Account, Duty, Organisation, Person


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of OCHA who can open a case."""

    id: int
    name: str
    function: str
    scope: str | None


def shifts(session: Session, now: datetime) -> dict[tuple[str, str], list[Shift]]:
    """Present and coming shifts by (area, step), in their order."""
    query = (
        select(Duty)
        .where(or_(Duty.until_at.is_(None), Duty.until_at > now))
        .options(joinedload(Duty.person).selectinload(Person.contacts))
        .order_by(Duty.position, Duty.id)
    )
    found: dict[tuple[str, str], list[Shift]] = defaultdict(list)
    for row in session.scalars(query):
        texts = any(c.carries == "sms" and c.unreachable_at is None for c in row.person.contacts)
        shift = Shift(row.id, row.person.name, row.from_at, row.until_at, row.person.active, texts)
        found[row.area, row.step].append(shift)
    return found


def candidates(session: Session) -> list[Candidate]:
    """By name."""
    query = (
        select(Person)
        .join(Organisation)
        .where(Organisation.side == "ocha", Person.active.is_(True))
        .options(selectinload(Person.account).selectinload(Account.roles))
    )
    people = [person for person in session.scalars(query.order_by(Person.name, Person.id)) if is_officer(person)]
    return [Candidate(person.id, person.name, person.function, person.scope) for person in people]


def is_officer(person: Person) -> bool:
    """Active, of OCHA, and with a sign-in that opens cases: an alert to anybody else would be read by nobody."""
    held = {role.name for role in person.account.roles} if person.account is not None else set()
    return person.active and person.organisation.side == "ocha" and bool(held & roles.OFFICERS)
