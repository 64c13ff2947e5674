"""Static sites, each minute: their clocks, and which of them may be one."""

from __future__ import annotations

from datetime import datetime, timedelta

from deconflict.domain.country import Mission
from deconflict.services.site_clocks import keep_sites
from deconflict.services.site_pairs import compare_sites
from deconflict.store.work import turn

EVERY = timedelta(minutes=1)


def tend_sites(mission: Mission, now: datetime) -> None:
    with turn("sites", EVERY, now) as mine:
        if mine:
            compare_sites(mission, now)
            keep_sites(mission, now)
