"""Which rules and which gazetteer are in force, and what must be judged again when others come into force.

The scheduler that was started last decides. One that was started before with other files stands back while that one lives,
because two that judge by different rules would open and close the same cases in turn. When the other has not been seen for
a while it takes over again: old rules are better than none. A version of the SOP that two people have signed in the browser
(services.sop_versions) is taken up by every process whose other files are those in force, without a start.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from deconflict.domain.by_identity import ByIdentity
from deconflict.domain.country import Mission
from deconflict.domain.filing import from_json
from deconflict.domain.fingerprint import fingerprint
from deconflict.matching.marks import AGAIN, READ, RULES, mark_live
from deconflict.store.base import db, transaction
from deconflict.store.items import DueMark, Item, ItemVersion
from deconflict.store.sop import state_of
from deconflict.store.work import Judged, MatcherLock, lock_matcher, take_slot

log = structlog.get_logger()
SEEN_EVERY = timedelta(minutes=1)
GONE_AFTER = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Basis:
    """What every answer rests on beside the two items. `profile` is a fingerprint of all of it: who changes a slack or the
    size of an activity without a new version has changed answers, and boxes, all the same."""

    sop_version: str
    gazetteer: str
    profile: str


def basis_of(mission: Mission) -> Basis:
    """Worked out once per profile."""
    return _fingerprinted(mission)[0]


def rest_of(mission: Mission) -> str:
    """A fingerprint of the profile but for its SOP, as `basis_of`."""
    return _fingerprinted(mission)[1]


def _fingerprinted(mission: Mission) -> tuple[Basis, str]:
    if (known := _known.get(mission)) is not None:
        return known
    lines = [each for each in (mission.roads, mission.communes and mission.communes.fingerprint) if each is not None]
    others = (mission.catalogue, mission.gazetteer, *lines, mission.areas, mission.sectors)
    basis = Basis(mission.pack.version, mission.gazetteer.edition, fingerprint(mission.pack, *others))
    markets = mission.pack.modifiers.market_day.weekdays  # of another file, although they stand in the pack
    return _known.put(mission, (basis, fingerprint(*others, markets, mission.timezone)))


def in_force(lock: MatcherLock | None, mission: Mission) -> bool:
    """Whether this process judges by what is in force."""
    return lock is not None and _basis(lock) == basis_of(mission)


def read_basis(session: Session) -> Basis | None:
    """What is in force; None before any scheduler has started."""
    lock = session.get(MatcherLock, 1, populate_existing=True)
    return _basis(lock) if lock is not None and lock.profile else None


def begin(mission: Mission, now: datetime) -> int:
    """A scheduler starts: what it was started with is in force from now on. Returns how many items it marks for judging."""
    with transaction() as session:
        return _adopt(session, mission, now)


def keep(mission: Mission, now: datetime) -> bool:
    """Whether this process may judge now; to be asked at each turn. Writes once a minute only."""
    lock = db.session.get(MatcherLock, 1, populate_existing=True)
    ours, fresh = in_force(lock, mission), _seen(lock, now, SEEN_EVERY)
    gone = not _seen(lock, now, GONE_AFTER) or (lock is not None and _takes_up(db.session(), lock, mission))
    db.session.rollback()
    if ours and fresh:
        return True
    if not ours and not gone:
        if take_slot("stands_back", timedelta(minutes=1), now):
            log.warning(
                "other rules are in force: start this scheduler again to judge by its own", mine=basis_of(mission)
            )
        return False
    with transaction() as session:
        lock = lock_matcher(session)
        if in_force(lock, mission):
            lock.seen_at = now
        elif not _seen(lock, now, GONE_AFTER) or _takes_up(session, lock, mission):
            _adopt(session, mission, now)
        return in_force(lock, mission)


def _takes_up(session: Session, lock: MatcherLock, mission: Mission) -> bool:
    """Whether this process has read the SOP that was published last, and what is in force differs from its own by nothing else: then
    nobody need be started again. Who judges by the same version with another answer has other files, whatever `rest` says."""
    newer = bool(mission.sop_id) and lock.sop_version != mission.pack.version
    return newer and lock.rest == rest_of(mission) and state_of(session).version_id == mission.sop_id


def _adopt(session: Session, mission: Mission, now: datetime) -> int:
    """Both sides are marked: other files may mean other boxes. So is what somebody else has read and not yet judged: its boxes
    are his."""
    lock, basis = lock_matcher(session), basis_of(mission)
    lock.seen_at = now
    if in_force(lock, mission):
        return 0
    moved = readdress(session, mission)
    lock.sop_version, lock.gazetteer, lock.profile = basis.sop_version, basis.gazetteer, basis.profile
    lock.rest = rest_of(mission)
    alike = select(Judged.item_id).where(Judged.profile == basis.profile)
    read = select(DueMark.item_id).where(DueMark.reason.in_((READ, AGAIN)))
    marked = mark_live(session, or_(Item.id.not_in(alike), Item.id.in_(read)), RULES, now)
    log.info(
        "rules in force", sop_version=basis.sop_version, gazetteer=basis.gazetteer, marked=marked, other_desk=moved
    )
    return marked


def readdress(session: Session, mission: Mission) -> int:
    """Other places, or another division of the country: the desk and the sector that deal with each item that takes part, worked out
    anew. Returns how many went to another. One that cannot be read, or that lies where nobody is responsible, stays where it is."""
    moved = 0
    current = (ItemVersion.item_id == Item.id) & (ItemVersion.version == Item.version)
    for item, filed in session.execute(
        select(Item, ItemVersion.filing).join(ItemVersion, current).where(Item.takes_part)
    ):
        try:
            desks = mission.desks_of(from_json(filed))
        except (ValueError, KeyError, TypeError, LookupError):
            continue
        if (item.area, item.sector) != desks:
            item.area, item.sector = desks
            moved += 1
    return moved


_known: ByIdentity[tuple[Basis, str]] = ByIdentity()


def _basis(lock: MatcherLock) -> Basis:
    return Basis(lock.sop_version, lock.gazetteer, lock.profile)


def _seen(lock: MatcherLock | None, now: datetime, within: timedelta) -> bool:
    return lock is not None and lock.seen_at is not None and abs(now - lock.seen_at) <= within
