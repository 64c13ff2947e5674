"""Each minute: clocks of procedures that have run out; each hour: whoever must act is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from deconflict.domain.country import Mission
from deconflict.services.consultations import tend_consultations
from deconflict.services.meetings import plan_sessions
from deconflict.services.procedure_clock import run_clock, tell_who_must_act
from deconflict.store.work import turn

EVERY = timedelta(minutes=1)
TELL_EVERY = timedelta(hours=1)


def tend_procedures(mission: Mission, now: datetime) -> None:
    with turn("procedures", EVERY, now) as mine:
        if mine:
            run_clock(mission, now)
            tend_consultations(mission, now)
    with turn("sessions", TELL_EVERY, now) as mine:
        if mine:
            plan_sessions(mission, now)
    with turn("procedures_told", TELL_EVERY, now) as mine:
        if mine:
            tell_who_must_act(now)
