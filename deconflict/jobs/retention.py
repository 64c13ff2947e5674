"""The cleaning, a little each minute, by whichever scheduler takes the slot. Its log says how many, never what."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from deconflict.domain.country import Mission
from deconflict.services.retention import keep_no_longer
from deconflict.store.base import db
from deconflict.store.retention import scrub
from deconflict.store.work import take_slot, turn

log = structlog.get_logger()
EVERY = timedelta(minutes=1)
SCRUB_EVERY = timedelta(hours=1)  # a log that a reader held open at the time is cut by the next hour at the latest


def run_retention(mission: Mission, now: datetime) -> None:
    """What has been kept long enough goes."""
    with turn("retention", EVERY, now) as mine:
        if mine:
            _clean(mission, now)


def _clean(mission: Mission, now: datetime) -> None:
    counts = keep_no_longer(mission, now)
    changed = any(counts.values())
    if changed:
        log.info("kept long enough", **counts)
    if changed or take_slot("scrub", SCRUB_EVERY, now):
        db.session.rollback()
        scrub(db.engine)
