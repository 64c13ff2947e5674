"""The dead man's switch: once a minute an outside watcher hears from us, but only when a turn has just come wholly through and
nothing is late, test messages included. Whatever breaks here, the whole machine included, he hears nothing, and calls somebody.
In a thread of its own: a watcher that hangs delays no duty."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from deconflict.channels.watcher import sign
from deconflict.domain.country import Mission
from deconflict.services.health import health_of
from deconflict.store.base import db
from deconflict.store.work import take_slot

log = structlog.get_logger()
EVERY = timedelta(minutes=1)
LOOK_EVERY_S = 5.0
FRESH = timedelta(seconds=20)  # a turn that comes wholly through writes its heartbeat every five


def report(url: str, mission: Mission, now: datetime) -> int:
    """Of several schedulers one speaks for all. Returns 0: there never is more to do at once."""
    health = health_of(db.session(), mission, now)
    db.session.rollback()
    fresh = health.heartbeat_at is not None and abs(now - health.heartbeat_at) <= FRESH
    if fresh and health.late_since is None and not health.failing and take_slot("deadman", EVERY, now):
        because = sign(url)
        if because:
            log.warning("the outside watcher was not reached", because=because)
    return 0
