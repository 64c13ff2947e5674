"""The cleaning, by whichever scheduler takes the slot: a little each minute while something is left, else a look every quarter of an hour,
since its clocks count in days. Its log says how many, never what."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from deconflict.domain.country import Mission
from deconflict.services.retention import keep_no_longer
from deconflict.store.base import db
from deconflict.store.retention import scrub
from deconflict.store.work import take_slot, turn

log = structlog.get_logger()
LOOK_EVERY = timedelta(minutes=15)
EVERY = timedelta(minutes=1)
SCRUB_EVERY = timedelta(hours=1)  # a log that a reader held open at the time is cut by the next hour at the latest


def run_retention(mission: Mission, now: datetime) -> None:
    """What has been kept long enough goes."""
    global _more
    every, name = (EVERY, "retention_more") if _more else (LOOK_EVERY, "retention")
    with turn(name, every, now) as mine:
        if mine:
            _more = _clean(mission, now)


_more = False  # of this process: another that does not know looks a little later


def _clean(mission: Mission, now: datetime) -> bool:
    """Whether anything was due: then there may be more."""
    counts = keep_no_longer(mission, now)
    changed = any(counts.values())
    if changed:
        log.info("kept long enough", **counts)
    if changed or take_slot("scrub", SCRUB_EVERY, now):
        db.session.rollback()
        scrub(db.engine)
    return changed
