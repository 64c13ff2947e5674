"""The duty roster's rows as shifts, and who may be put on it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from deconflict.domain import roles
from deconflict.domain.country import Mission
from deconflict.domain.duty import Post, Shift, post_of
from deconflict.domain.escalation import OCHA_ROLES
from deconflict.store.people import Absence, Account, Duty, Organisation, Person


def posts(session: Session, mission: Mission, now: datetime) -> dict[str, list[Post]]:
    """Every step of the desk's ladder, by the code of the area."""
    known = shifts(session, now)
    return {
        area.code: [post_of(area.code, step, known.get((area.code, step), []), now) for step in OCHA_ROLES]
        for area in mission.areas
    }


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
    away = _absences(session, now)
    for row in session.scalars(query):
        texts = any(c.carries == "sms" and c.usable for c in row.person.contacts)
        # A shift ends with the contract of whoever stands there.
        until_at = min(filter(None, (row.until_at, row.person.until_at)), default=None)
        spans = tuple(away[row.person_id])
        shift = Shift(row.id, row.person.name, row.from_at, until_at, row.person.active, texts, spans)
        found[row.area, row.step].append(shift)
    return found


def absences(session: Session, organisation_id: int, now: datetime) -> list[Absence]:
    """Present and coming ones of an organisation's people, in their order."""
    query = select(Absence).join(Person, Person.id == Absence.person_id).where(Absence.until_at > now)
    return list(session.scalars(query.where(Person.organisation_id == organisation_id).order_by(Absence.from_at)))


def _absences(session: Session, now: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in session.scalars(select(Absence).where(Absence.until_at > now).order_by(Absence.from_at)):
        found[row.person_id].append((row.from_at, row.until_at))
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


def area_of_own_turn(session: Session, duty_id: int, person_id: int, now: datetime) -> str | None:
    """The code of its area; None of somebody else's, of one that has not begun, and of none."""
    own = (Duty.id == duty_id, Duty.person_id == person_id, Duty.from_at <= now)
    return session.scalar(select(Duty.area).where(*own))


def is_officer(person: Person) -> bool:
    """Active, of OCHA, and with a sign-in that opens cases: an alert to anybody else would be read by nobody."""
    return person.active and person.organisation.side == "ocha" and bool(person.role_names & roles.OFFICERS)
