"""Who is in which organisation, and who added whom when: names, functions, roles. No address, no content."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import sees_colleagues, sees_person
from deconflict.domain.errors import NotFound
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.people import Organisation, Person

WITH_PEOPLE = selectinload(Organisation.people).joinedload(Person.account)


@dataclass(frozen=True, slots=True)
class Addition:
    """When somebody was added, and by whom; `by` empty is the console."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """`state` is joined, invited, contact (told things, never signs in) or inactive. `second_step`: one is set up;
    `reset_asked_at`: when an administrator last asked to have it cleared; `until_at`: when the contract
    ends. `added` None: the audit no longer says."""

    id: int
    name: str
    function: str
    scope: str | None
    language: str
    spoken: str
    roles: tuple[str, ...]
    state: str
    organisation_id: int
    organisation: str
    side: str
    added: Addition | None = None
    second_step: bool = False
    reset_asked_at: datetime | None = None
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrganisationView:
    id: int
    name: str
    side: str
    people: tuple[PersonView, ...]

    @property
    def newest(self) -> PersonView | None:
        """Who was added last, as far as anybody knows."""
        known = [(person.added.at, person.id, person) for person in self.people if person.added is not None]
        return max(known)[2] if known else None


def organisations() -> list[OrganisationView]:
    """All, by side and name, with their people by name."""
    query = select(Organisation).options(WITH_PEOPLE).order_by(Organisation.side, Organisation.name)
    added = _additions(_invited())
    return [_organisation(row, added) for row in db.session.scalars(query)]


def organisation(organisation_id: int) -> OrganisationView:
    """Raises NotFound."""
    query = select(Organisation).options(WITH_PEOPLE).where(Organisation.id == organisation_id)
    row = db.session.scalars(query).first()
    if row is None:
        raise NotFound
    return _organisation(row, _additions(_invited([person.id for person in row.people])))


def ours(audience: Audience) -> OrganisationView:
    """The audience's own organisation, with whom of it he may see."""
    found = organisation(audience.organisation_id)
    people = tuple(p for p in found.people if _seen(p, audience))
    return OrganisationView(found.id, found.name, found.side, people)


def lately_added(audience: Audience, most: int) -> list[PersonView]:
    """Whom of other organisations the audience may see, those added last first."""
    newcomer = aliased(Person)
    entries = _invited().join(newcomer, newcomer.id == AuditEntry.noun_id)
    entries = entries.where(newcomer.organisation_id != audience.organisation_id)
    added = _additions(entries.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(most))
    people = select(Person).options(joinedload(Person.account), joinedload(Person.organisation))
    rows = {row.id: row for row in db.session.scalars(people.where(Person.id.in_(added)))}
    return [view for id in added if _seen(view := _person(rows[id], added), audience)]


def person(person_id: int) -> PersonView:
    """Raises NotFound."""
    row = db.session.get(Person, person_id)
    if row is None:
        raise NotFound
    return _person(row, _additions(_invited([row.id])))


def _seen(view: PersonView, audience: Audience) -> bool:
    return sees_person(audience, organisation_id=view.organisation_id, side=view.side, scope=view.scope)


def _invited(ids: Collection[int] | None = None) -> Select[int | None, datetime, str | None]:
    """The entries about these people, or about all."""
    query = (
        select(AuditEntry.noun_id, AuditEntry.at, Person.name)
        .outerjoin(Person, Person.id == AuditEntry.actor_id)
        .where(AuditEntry.noun == "person", AuditEntry.verb == "invite")
    )
    return query if ids is None else query.where(AuditEntry.noun_id.in_(ids))


def _additions(query: Select[int | None, datetime, str | None]) -> dict[int, Addition]:
    """By the id of whom it was."""
    return {id: Addition(at, by or "") for id, at, by in db.session.execute(query) if id is not None}


def _organisation(row: Organisation, added: Mapping[int, Addition]) -> OrganisationView:
    people = sorted(row.people, key=lambda p: (not p.active, p.name.lower()))
    return OrganisationView(row.id, row.name, row.side, tuple(_person(p, added) for p in people))


def _person(row: Person, added: Mapping[int, Addition]) -> PersonView:
    account = row.account
    state = "contact" if account is None else "joined" if account.joined_at else "invited"
    return PersonView(
        id=row.id,
        name=row.name,
        function=row.function,
        scope=row.scope,
        language=row.language,
        spoken=row.spoken,
        roles=tuple(sorted(row.role_names)),
        state=state if row.active else "inactive",
        organisation_id=row.organisation_id,
        organisation=row.organisation.name,
        side=row.organisation.side,
        added=added.get(row.id),
        second_step=account is not None and account.tf_primary_method is not None,
        reset_asked_at=account.reset_asked_at if account is not None else None,
        until_at=row.until_at,
    )


def colleagues(session: Session, by: Audience) -> list[tuple[int, str]]:
    """Ids and names of whoever else is in somebody's organisation, by name; none for whoever names nobody on a form."""
    if not sees_colleagues(by, organisation_id=by.organisation_id):
        return []
    mine = select(Person.id, Person.name).where(
        Person.organisation_id == by.organisation_id, Person.id != by.person_id, Person.active.is_(True)
    )
    return [(row.id, row.name) for row in session.execute(mine.order_by(Person.name, Person.id))]


def is_colleague(session: Session, person_id: int, by: Audience) -> bool:
    """Whether somebody is there, in the same organisation, and another."""
    return person_id in {id for id, _name in colleagues(session, by)}
