"""One turn of everything that runs by itself, in order. The scheduler calls it every second; tests and the demo call it with
a clock of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from deconflict.channels.port import Channel
from deconflict.domain.country import Mission
from deconflict.jobs.calendar import run_calendar
from deconflict.jobs.dispatch import dispatch_due
from deconflict.jobs.escalate import escalate_due
from deconflict.jobs.letters import post_letters
from deconflict.jobs.release import release_due
from deconflict.jobs.retention import run_retention
from deconflict.matching.again import look_again
from deconflict.matching.in_force import begin
from deconflict.matching.matcher import match_due
from deconflict.services.known_again import know_again
from deconflict.store.base import db, transaction
from deconflict.store.work import beat, take_slot, turn

log = structlog.get_logger()
ESCALATE_EVERY = timedelta(seconds=5)
BEAT_EVERY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Cycle:
    """What a turn needs: the profile, the channels by what they carry, the outside address, and a name for this process."""

    mission: Mission
    channels: Mapping[str, Channel]
    base_url: str
    worker: str

    def begin(self, now: datetime) -> bool:
        """A scheduler starts: its rules, its gazetteer and its keys are in force from now on. False when the database could not be
        told: then it is to be told again."""
        return _ran(know_again, now) and _ran(lambda at: begin(self.mission, at), now)

    def run(self, now: datetime) -> None:
        """Look again, match, release, escalate, send, calendar, retention, heartbeat. A stage that fails is told and stops no other;
        the heartbeat is written only when every stage came through."""
        stages: tuple[Callable[[datetime], object], ...] = (
            lambda at: look_again(self.mission, at),
            lambda at: match_due(self.mission, at, limit=50),
            lambda at: release_due(self.mission, at),
            self._escalate,
            lambda at: dispatch_due(self.channels, self.base_url, self.worker, at),
            lambda at: post_letters(self.channels, self.base_url, at),
            lambda at: run_calendar(self.mission, at),
            lambda at: run_retention(self.mission, at),
        )
        failed = [stage for stage in stages if not _ran(stage, now)]
        if not failed and take_slot("heartbeat", BEAT_EVERY, now):
            with transaction() as session:
                beat(session, "scheduler", now)

    def _escalate(self, now: datetime) -> None:
        with turn("escalate", ESCALATE_EVERY, now) as mine:
            if mine:
                escalate_due(self.mission, now)


def _ran(stage: Callable[[datetime], object], now: datetime) -> bool:
    try:
        stage(now)
    except Exception:
        log.exception("a stage of the cycle failed")
        db.session.rollback()
        return False
    return True
