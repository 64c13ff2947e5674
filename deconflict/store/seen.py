"""What was done at OCHA with one organisation's item: rows turned into facts, for domain.seen to judge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import ItemFacts
from deconflict.domain.ocha_areas import OCHA
from deconflict.domain.party import view_of_own_case
from deconflict.domain.retention import TOLD_WITHIN, reduced_words
from deconflict.domain.seen import ACTS, TAKEN_OUT, Act, OwnCase, ToldFacts
from deconflict.store.audit import AuditEntry
from deconflict.store.cases import Case, Request
from deconflict.store.own import own_case
from deconflict.store.people import Account, Organisation, Person

RANKED = (roles.CMCOORD, roles.SUBOFFICE_HEAD, roles.OCHA_HEAD)  # of somebody with several the first


def acts(session: Session, item: ItemFacts) -> list[Act]:
    """That it was read, given back or verified, and that a list with it was taken out of the desk."""
    done = select(AuditEntry).where(AuditEntry.noun == item.side, AuditEntry.noun_id == item.id)
    entries = list(session.scalars(done.where(AuditEntry.verb.in_(ACTS)).order_by(AuditEntry.id)))
    lists = select(AuditEntry).join(Organisation, Organisation.id == AuditEntry.organisation_id)
    lists = lists.where(AuditEntry.noun == item.side, AuditEntry.noun_id.is_(None), AuditEntry.verb == TAKEN_OUT)
    entries += [
        entry
        for entry in session.scalars(lists.where(Organisation.side == OCHA).order_by(AuditEntry.id))
        if item.reference in entry.detail.get("references", ())
    ]
    known = _roles(session, {entry.actor_id for entry in entries if entry.actor_id is not None})
    return [
        Act(
            at=entry.at,
            act=entry.verb,
            role=known.get(entry.actor_id or 0, roles.CMCOORD),
            version=entry.detail.get("version"),
            code=entry.detail.get("code", "") if entry.verb == TAKEN_OUT else "",
        )
        for entry in entries
    ]


def cases_told(
    session: Session, item: ItemFacts, audience: Audience, mission: Mission, now: datetime
) -> Iterator[OwnCase]:
    """The item's cases in which an officer has asked its owner's side something. Found from what was asked, as store.own does."""
    mine = Case.humanitarian_id if audience.side == "humanitarian" else Case.mission_id
    asked = select(Request.case_id).join(Case).where(mine == item.id, Request.side == audience.side)
    query = select(Case).where(Case.id.in_(asked)).options(selectinload(Case.requests)).order_by(Case.id)
    for case in session.scalars(query).all():
        found = own_case(session, case.reference_for(audience.side), audience, mission, now)
        view = view_of_own_case(*found, audience) if found is not None else None
        if found is None or view is None:
            continue
        ended_at = found[0].ended_at
        old = ended_at is not None and ended_at + TOLD_WITHIN <= now
        others = [request for request in case.requests if request.side != audience.side]
        known = _roles(session, {request.made_by_id for request in others})
        yield OwnCase(
            view=view,
            rounds={request.id: request.round for request in case.requests if request.side == audience.side},
            told=tuple(
                ToldFacts(
                    at=request.made_at,
                    role=known.get(request.made_by_id, roles.CMCOORD),
                    ask=request.ask,
                    words=reduced_words(request.words, mission.gazetteer) if old else request.words,
                    round=request.round,
                )
                for request in others
            ),
        )


def _roles(session: Session, people: set[int]) -> dict[int, str]:
    """What these people are at OCHA, by id."""
    query = (
        select(Person).where(Person.id.in_(people)).options(selectinload(Person.account).selectinload(Account.roles))
    )
    found = {person.id: person.role_names for person in session.scalars(query)}
    return {id: next((role for role in RANKED if role in held), roles.CMCOORD) for id, held in found.items()}
