"""The static sites of one organisation: rows turned into facts, for disclosure to judge."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import ItemFacts
from deconflict.domain.states import LIVE_SITES, SITE_STATES
from deconflict.store.items import Item
from deconflict.store.kept import owner_facts
from deconflict.store.own import PAGE, UNREADABLE, OwnItems
from deconflict.store.sites import Site


def own_sites(session: Session, audience: Audience, mission: Mission, now: datetime, *, page: int) -> OwnItems:
    """The live ones, whose verification is oldest first, and one page of those that are closed or archived, the last filed
    first."""
    mine = select(Item).join(Site, Site.item_id == Item.id).options(contains_eager(Item.site))
    mine = mine.where(Item.owner_id == audience.organisation_id)
    live = mine.where(Item.state.in_(LIVE_SITES)).order_by(Site.verified_at.is_not(None), Site.verified_at, Item.id)
    gone = mine.where(Item.state.in_(SITE_STATES - LIVE_SITES)).order_by(Item.id.desc())
    past = session.scalars(gone.offset(page * PAGE).limit(PAGE + 1)).all()
    ahead, lost = _readable(session, session.scalars(live), mission, now)
    shown, more_lost = _readable(session, past[:PAGE], mission, now)
    return OwnItems(ahead, shown, (*lost, *more_lost), len(past) > PAGE)


def _readable(
    session: Session, items: Iterable[Item], mission: Mission, now: datetime
) -> tuple[tuple[ItemFacts, ...], list[str]]:
    """What can be read, and the references of what cannot."""
    found: list[ItemFacts] = []
    lost: list[str] = []
    for item in items:
        try:
            found.append(owner_facts(session, item, mission, now))
        except UNREADABLE:
            lost.append(item.reference)
    return tuple(found), lost
