"""Once a day: versions of the SOP that nobody decided on lapse."""

from __future__ import annotations

from datetime import datetime, timedelta

from deconflict.services.sop_versions import lapse_old
from deconflict.store.work import turn

EVERY = timedelta(days=1)


def lapse_sop(now: datetime) -> None:
    with turn("sop", EVERY, now) as mine:
        if mine:
            lapse_old(now)
