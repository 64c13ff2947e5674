"""Each hour: whoever filed a plan that is over and waits for its closing answer is reminded, then his desk's head."""

from __future__ import annotations

from datetime import datetime, timedelta

from deconflict.domain.country import Mission
from deconflict.services.close_outs import remind
from deconflict.store.work import turn

EVERY = timedelta(hours=1)


def remind_close_outs(mission: Mission, now: datetime) -> None:
    with turn("close_outs", EVERY, now) as mine:
        if mine:
            remind(mission, now)
