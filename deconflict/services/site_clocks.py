"""What the clock does to static sites: verification falls due, runs out, and what nobody speaks of leaves matching. Its owner is
told before each, once."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deconflict.channels.letters import Kind
from deconflict.domain.country import Mission
from deconflict.domain.sites import event_due
from deconflict.domain.states import LIVE_SITES
from deconflict.services.letters import tell_once
from deconflict.services.sites import take_out
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.items import Item
from deconflict.store.moves import move_item
from deconflict.store.people import Person
from deconflict.store.sites import Site, clocks_of

log = structlog.get_logger()
BATCH = 50
WARN = "warn"  # the one event that moves nothing
LETTERS = {"due": Kind.SITE_DUE, WARN: Kind.SITE_DUE, "expire": Kind.SITE_STALE, "archive": Kind.SITE_ARCHIVED}
TELLS_DESK = ("expire", "archive")


def keep_sites(mission: Mission, now: datetime) -> int:
    """Each in its own transaction; one that fails stops no other. Returns how many were moved or announced."""
    terms = mission.pack.sites
    aged = or_(
        Site.verified_at <= now - (terms.verify - terms.notice), Site.heard_at <= now - (terms.archive - terms.notice)
    )
    query = select(Item.id, Item.state, Site).join(Site, Site.item_id == Item.id)
    rows = db.session.execute(query.where(Item.state.in_(LIVE_SITES), aged).order_by(Item.id))
    ids = [id for id, state, row in rows if event_due(state, clocks_of(row), terms, now) is not None][:BATCH]
    db.session.rollback()
    done = 0
    for item_id in ids:
        try:
            with transaction() as session:
                done += _keep(session, mission, item_id, now)
        except Exception as error:
            log.error("the clock of a site could not be kept", item=item_id, error=type(error).__name__)
    return done


def _keep(session: Session, mission: Mission, item_id: int, now: datetime) -> bool:
    item = session.get(Item, item_id, with_for_update={"of": Item})
    if item is None or item.site is None:
        return False
    event = event_due(item.state, clocks_of(item.site), mission.pack.sites, now)
    if event is None:
        return False
    if event != WARN:
        move_item(session, item, event, "system")
    if event == "archive":
        take_out(session, item, event, now)
    item.site.told_at = now
    told = tell_once(session, LETTERS[event], session.get_one(Person, item.filed_by_id), now, desk=event in TELLS_DESK)
    detail = {"version": item.version, "told": told}
    record(session, None, f"site_{event}", item.side, item.id, detail, at=now, organisation_id=item.owner_id)
    return True
