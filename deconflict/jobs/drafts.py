"""Each minute: what waits for a focal point is told of again before it leaves."""

from __future__ import annotations

from datetime import datetime, timedelta

from deconflict.services.drafts import remind
from deconflict.store.work import turn

EVERY = timedelta(minutes=1)


def remind_of_drafts(now: datetime) -> None:
    with turn("drafts", EVERY, now) as mine:
        if mine:
            remind(now)
