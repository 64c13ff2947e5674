"""Through whose eyes a case can be looked at: the people of an item's owner who can open what OCHA asks them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import owns
from deconflict.store.alerts import Alert
from deconflict.store.cases import Case
from deconflict.store.people import Account, Person

FILERS = roles.FILERS_HUMANITARIAN | roles.FILERS_MISSION


def readers(session: Session, reference: str, side: str) -> list[tuple[str, Audience]]:
    """Name and audience of everybody of that side who may read its page of this case; who was written to about it first."""
    case = session.scalars(select(Case).where(Case.reference == reference)).one()
    item = case.item_of(side)
    if item is None or item.of_ocha:
        return []
    told = set(session.scalars(select(Alert.person_id).where(Alert.case_id == case.id, Alert.side == side)))
    theirs = select(Person).where(Person.organisation_id == item.owner_id, Person.active.is_(True))
    people = session.scalars(
        theirs.options(selectinload(Person.account).selectinload(Account.roles)).order_by(Person.id)
    )
    found = [(person.name, audience_of(person)) for person in people if person.role_names & FILERS]
    may = [one for one in found if owns(one[1], item.side, item.owner_id, item.sector)]
    return sorted(may, key=lambda one: one[1].person_id not in told)


def audience_of(person: Person) -> Audience:
    """As if this person were signed in."""
    return Audience(
        person_id=person.id,
        organisation_id=person.organisation_id,
        side=person.organisation.side,
        roles=person.role_names,
        scope=person.scope,
        language=person.language,
    )
