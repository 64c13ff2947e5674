"""Who is in which organisation, for administrators: names, functions, roles. No address, no content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from deconflict.domain.errors import NotFound
from deconflict.store.base import db
from deconflict.store.people import Organisation, Person


@dataclass(frozen=True, slots=True)
class PersonView:
    """`state` is joined, invited, contact (told things, never signs in) or inactive. `second_step`: one is set up;
    `reset_asked_at`: when an administrator last asked to have it cleared."""

    id: int
    name: str
    function: str
    scope: str | None
    language: str
    spoken: str
    roles: tuple[str, ...]
    state: str
    organisation: str
    side: str
    second_step: bool = False
    reset_asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OrganisationView:
    id: int
    name: str
    side: str
    people: tuple[PersonView, ...]


def organisations() -> list[OrganisationView]:
    """All, by side and name, with their people by name."""
    query = (
        select(Organisation)
        .options(selectinload(Organisation.people).joinedload(Person.account))
        .order_by(Organisation.side, Organisation.name)
    )
    return [_organisation(row) for row in db.session.scalars(query)]


def organisation(organisation_id: int) -> OrganisationView:
    """Raises NotFound."""
    row = db.session.get(Organisation, organisation_id)
    if row is None:
        raise NotFound
    return _organisation(row)


def person(person_id: int) -> PersonView:
    """Raises NotFound."""
    row = db.session.get(Person, person_id)
    if row is None:
        raise NotFound
    return _person(row)


def _organisation(row: Organisation) -> OrganisationView:
    people = sorted(row.people, key=lambda p: (not p.active, p.name.lower()))
    return OrganisationView(row.id, row.name, row.side, tuple(_person(p) for p in people))


def _person(row: Person) -> PersonView:
    account = row.account
    state = "contact" if account is None else "joined" if account.joined_at else "invited"
    return PersonView(
        id=row.id,
        name=row.name,
        function=row.function,
        scope=row.scope,
        language=row.language,
        spoken=row.spoken,
        roles=tuple(sorted(role.name for role in account.roles)) if account else (),
        state=state if row.active else "inactive",
        organisation=row.organisation.name,
        side=row.organisation.side,
        second_step=account is not None and account.tf_primary_method is not None,
        reset_asked_at=account.reset_asked_at if account is not None else None,
    )
