"""Access incidents as pages and files read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.access_incidents import COUNTED, sees
from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound
from deconflict.domain.place import Place
from deconflict.domain.places import Gazetteer
from deconflict.domain.procedures import Noun, ProcedureFacts
from deconflict.store.base import Unreadable
from deconflict.store.items import Item
from deconflict.store.people import Organisation
from deconflict.store.procedures import Procedure, procedure_facts, with_past


@dataclass(frozen=True, slots=True)
class AccessIncident:
    """`commune` None where no list of places knows its code any more; `words` None where their key is missing; `notice`: the reference
    of the movement, which only its organisation and officers may read."""

    facts: ProcedureFacts
    commune: Place | None
    words: str | None = ""
    organisation: str = ""
    notice: str = ""


def incident_of(session: Session, reference: str, by: Audience, gazetteer: Gazetteer) -> AccessIncident:
    """With its history. Raises NotFound where there is none for him."""
    row = with_past(session, Noun.ACCESS_INCIDENT, reference)
    if row is None or not sees(facts := procedure_facts(row, past=True), by):
        raise NotFound
    try:
        words: str | None = row.sealed().get("words", "")
    except Unreadable:
        words = None
    owner = session.get(Organisation, row.owner_id) if row.owner_id else None
    item = session.get(Item, row.item_id) if row.item_id else None
    commune = gazetteer.meant(row.pcode, row.cod_version)
    return AccessIncident(facts, commune, words, owner.name if owner else "", item.reference if item else "")


def incidents_between(
    session: Session, first: date, after: date, by: Audience, gazetteer: Gazetteer
) -> list[AccessIncident]:
    """What happened from `first` on and before `after`, by day, as far as it counts and exists for this audience."""
    on = Procedure.facts["on"].as_string()
    query = select(Procedure).where(Procedure.noun == Noun.ACCESS_INCIDENT, Procedure.state.in_(COUNTED))
    rows = session.scalars(query.where(on >= first.isoformat(), on < after.isoformat()).order_by(on, Procedure.id))
    return [
        AccessIncident(facts, gazetteer.meant(row.pcode, row.cod_version))
        for row in rows
        if sees(facts := procedure_facts(row), by)
    ]


def incidents_for(session: Session, item_id: int, by: Audience) -> list[ProcedureFacts]:
    """Those of one movement that exist for this audience, the newest first."""
    query = select(Procedure).where(Procedure.noun == Noun.ACCESS_INCIDENT, Procedure.item_id == item_id)
    rows = session.scalars(query.order_by(Procedure.id.desc()))
    return [facts for row in rows if sees(facts := procedure_facts(row), by)]
