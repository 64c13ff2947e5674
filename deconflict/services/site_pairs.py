"""Which sites may be one under two names. Looked at by itself after a site was filed or moved, never while somebody files: the time
an answer takes would tell that there is another one (RUL-6)."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.filing import StaticSite
from deconflict.domain.sites import may_be_one, same_claim
from deconflict.domain.states import LIVE_SITES
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.items import Item
from deconflict.store.queries import version_of
from deconflict.store.sites import SitePair, mark_disputed, near, open_site, pair_of, pairs_with, uncompared

log = structlog.get_logger()
BATCH = 50


def compare_sites(mission: Mission, now: datetime) -> int:
    """Each in its own transaction; one that fails stops no other, and is tried again. Returns how many were compared."""
    ids = uncompared(db.session(), BATCH)
    db.session.rollback()
    done = 0
    for item_id in ids:
        try:
            with transaction() as session:
                done += _compare(session, mission, item_id, now)
        except Exception as error:
            log.error("a site could not be compared", item=item_id, error=type(error).__name__)
    return done


def _compare(session: Session, mission: Mission, item_id: int, now: datetime) -> bool:
    item = session.get(Item, item_id, with_for_update={"of": Item})
    if item is None or item.site is None:
        return False
    item.site.compared_version = item.version
    site = open_site(version_of(session, item).filing)
    live = item.state in LIVE_SITES and site is not None
    terms = mission.pack.sites
    others = near(session, item, site, terms.same_place_m) if live and site is not None else []
    doubted = {other.id for other, theirs in others if site is not None and _doubtful(site, theirs, mission)}
    known = {_other(pair, item_id): pair for pair in pairs_with(session, item_id)}
    for other_id, pair in known.items():
        if other_id not in doubted:
            pair.gone_at = pair.gone_at or now
    opened = [other_id for other_id in sorted(doubted) if _doubt(session, item_id, other_id, now)]
    mark_disputed(session, {item_id, *known, *doubted})
    if opened:
        record(session, None, "site_doubt", item.side, item.id, {"others": opened}, at=now)
    return True


def _doubtful(site: StaticSite, theirs: StaticSite, mission: Mission) -> bool:
    """A sensitive site is compared with its like alone: who may read the other only would learn of it."""
    alike = mission.catalogue[site.kind].sensitive == mission.catalogue[theirs.kind].sensitive
    return alike and may_be_one(site, theirs, mission.pack.sites)


def _doubt(session: Session, item_id: int, other_id: int, now: datetime) -> bool:
    """The pair waits for an officer from now on, unless one has settled it for what both say today. Whether it is new."""
    pair = pair_of(session, item_id, other_id)
    if pair is None:
        first, second = sorted((item_id, other_id))
        session.add(SitePair(first_id=first, second_id=second, seen_at=now))
        session.flush()
        return True
    waits = pair.gone_at is None and pair.settled_at is None
    if waits or (pair.gone_at is None and _still_holds(session, pair)):
        return False
    pair.seen_at, pair.gone_at = now, None
    pair.settled_at = pair.settled_by_id = pair.outcome = pair.first_version = pair.second_version = None
    return True


def _still_holds(session: Session, pair: SitePair) -> bool:
    settled = ((pair.first_id, pair.first_version), (pair.second_id, pair.second_version))
    return all(_as_settled(session, item_id, version) for item_id, version in settled)


def _as_settled(session: Session, item_id: int, version: int | None) -> bool:
    item = session.get_one(Item, item_id)
    then, today = (open_site(version_of(session, item, number).filing) for number in (version, None))
    return isinstance(then, StaticSite) and isinstance(today, StaticSite) and same_claim(then, today)


def _other(pair: SitePair, item_id: int) -> int:
    return pair.second_id if pair.first_id == item_id else pair.first_id
