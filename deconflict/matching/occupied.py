"""Armed people are in a static site (D7.2): a case of the site alone, for the desk. Its owner or an officer has said so; the mission never
hears of it from here."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from deconflict.domain.country import Mission
from deconflict.domain.states import LIVE_SITES, OPEN_CASES, CaseState
from deconflict.matching import desk, endings
from deconflict.matching.alone import Matter, Sort
from deconflict.store.cases import ALONE_OCCUPIED
from deconflict.store.items import Item
from deconflict.store.moves import note_event
from deconflict.store.queries import filing_of, is_sensitive, version_of

log = structlog.get_logger()
SORT = Sort(ALONE_OCCUPIED, CaseState.DETECTED, "occupy")
WATCHED = timedelta(days=7)  # then the case lapses, and is counted; the site stays suspended


def look(session: Session, mission: Mission, item: Item, now: datetime) -> bool:
    """Makes the site's case say what was said of it. Called by the matcher, under its lock, since every such word of a site leaves a
    due mark. False where that failed: then nothing of it is written, and what the site meets is settled all the same."""
    if item.site is None:
        return True
    try:
        with session.begin_nested():
            _settle(session, mission, item, now)
    except OperationalError:  # the database's trouble: the whole item waits
        raise
    except Exception:
        log.exception("whether armed people are in a site could not be settled", item=item.id)
        return False
    return True


def _settle(session: Session, mission: Mission, item: Item, now: datetime) -> None:
    """Opens the case of a site of which this was said, or a new round where it was said again after that had ended; said again of an
    open one it is a line of its history, and rings nobody anew. Ends it once they have left, or the site is none any more."""
    case = SORT.case_of(session, item)
    # Whatever else becomes of it: an amendment or another suspension takes nobody away.
    since = item.site.occupied_at if item.site is not None and item.state in LIVE_SITES else None
    if since is None:
        if case is not None and case.state in OPEN_CASES:
            endings.end_case(session, mission, case, "vanish", now)
        return
    about: dict[str, object] = {"since": since.isoformat()}
    if case is not None and case.judged_from == about:
        return  # the desk has this very word, whatever has become of it
    if case is not None and case.state in OPEN_CASES:
        case.judged_from, case.ends_at = about, now + WATCHED
        note_event(session, case, "occupy", now)
        return
    matter = Matter(
        facts=about,
        severity=mission.pack.sites.occupied,
        sensitive=_sensitive(session, mission, item),
        starts_at=since,
        ends_at=now + WATCHED,
    )
    desk.alert_desk(session, mission, SORT.opened(session, mission, case, item, matter, now), now)


def _sensitive(session: Session, mission: Mission, item: Item) -> bool:
    """One that cannot be read is treated as if it were."""
    try:
        return is_sensitive(filing_of(version_of(session, item)), mission.catalogue)
    except (ValueError, KeyError, TypeError):
        return True
