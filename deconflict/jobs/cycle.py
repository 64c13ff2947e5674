"""One turn of everything that runs by itself, in order. Tests and the demo take it whole, with a clock of their own; the
scheduler decides, delivers, posts and inquires at the same time, so that a provider that is slow delays no decision, one that
does not answer delays no message, and a silent mail server delays mail alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from deconflict.channels.port import Channel, Collecting
from deconflict.domain.country import Mission
from deconflict.jobs.braked import ring_for_brake
from deconflict.jobs.calendar import run_calendar
from deconflict.jobs.close_outs import remind_close_outs
from deconflict.jobs.contracts import end_contracts
from deconflict.jobs.dispatch import dispatch_due, take_back
from deconflict.jobs.drafts import remind_of_drafts
from deconflict.jobs.escalate import escalate_due
from deconflict.jobs.inquire import inquire_due
from deconflict.jobs.letters import post_letters
from deconflict.jobs.objections import ring_for_objections
from deconflict.jobs.overdue import watch_check_ins
from deconflict.jobs.procedures import tend_procedures
from deconflict.jobs.release import release_due
from deconflict.jobs.retention import run_retention
from deconflict.jobs.sites import tend_sites
from deconflict.jobs.sop import lapse_sop
from deconflict.jobs.trials import begin_drills, send_trials, verify_again
from deconflict.jobs.unattended import ring_unattended
from deconflict.jobs.unreached import pass_on
from deconflict.matching.again import look_again
from deconflict.matching.in_force import begin
from deconflict.matching.matcher import match_due
from deconflict.services.hearing import collect
from deconflict.services.known_again import know_again
from deconflict.services.pacing import Pace
from deconflict.services.self_test import SelfTests, run_self_tests
from deconflict.services.sheet import HandOver, write_sheet
from deconflict.services.sop_effect import work_out
from deconflict.services.sop_in_force import last_read, rules_now
from deconflict.store.base import db, transaction
from deconflict.store.work import beat, take_slot, turn

log = structlog.get_logger()
ESCALATE_EVERY = timedelta(seconds=5)
COLLECT_EVERY = timedelta(seconds=5)
BEAT_EVERY = timedelta(seconds=5)
Stage = Callable[[datetime], object]
Clock = Callable[[], datetime]
PACE = Pace()
NO_TESTS = SelfTests()
NO_SHEET = HandOver()


@dataclass(frozen=True, slots=True)
class Cycle:
    """What a turn needs: the profile, the channels by name in order of preference, the outside address, a name for this
    process, how fast it sends, and where test messages and the hourly file go."""

    mission: Mission
    channels: Mapping[str, Channel]
    base_url: str
    worker: str
    pace: Pace = PACE
    self_tests: SelfTests = NO_TESTS
    hand_over: HandOver = NO_SHEET

    def begin(self, now: datetime) -> bool:
        """A scheduler starts: its rules, its gazetteer and its keys are in force from now on. False when the database could not be
        told: then it is to be told again."""
        return _ran(know_again, now) and _ran(lambda at: begin(self._as_published().mission, at), now)

    def run(self, now: datetime) -> None:
        """Everything once: what leaves before what can wait."""
        cycle = self._as_published()
        leaving = (cycle._take_back, lambda at: cycle._inquire(lambda: at), lambda at: cycle._send(lambda: at))
        last = (cycle._letters, cycle._collect, cycle._prove, cycle._hand_over, *cycle._keeping(), cycle._work_out)
        cycle._turn((*cycle._deciding(), *leaving, *last), now)

    def decide(self, now: datetime, sending: bool) -> None:
        """Who is owed what by now. Without whatever is `sending` meanwhile there is no heartbeat."""
        cycle = self._as_published()
        cycle._turn((*cycle._deciding(), *cycle._keeping()), now, sending)

    def deliver(self, clock: Clock) -> int:
        """What is owed leaves, but for the mail. Returns how many tries were made."""
        _ran(self._take_back, clock())
        return self._as_read()._send(clock, mail=False)

    def post(self, clock: Clock) -> int:
        """The mail, and letters. By a worker of its own name: what the other holds is not lost. Returns how many tries were made."""
        poster = replace(self._as_read(), worker=f"mail@{self.worker}"[:64])
        _ran(poster._take_back, clock())
        _ran(poster._letters, clock())
        return poster._send(clock, mail=True)

    def inquire(self, clock: Clock) -> int:
        """What providers have not said, and what they hold for us. Returns how many questions were asked."""
        _ran(self._collect, clock())
        return self._inquire(clock)

    def prove(self, clock: Clock) -> int:
        """What is for the day when nothing else works: test messages and the hourly file. Returns 0: no more is due at once."""
        _ran(self._prove, clock())
        _ran(self._as_read()._hand_over, clock())
        return 0

    def foresee(self, clock: Clock) -> int:
        """What another version of the SOP would do, where somebody wants to know. Returns how many were worked out."""
        return work_out(self._as_published().mission, clock())

    def _as_published(self) -> Cycle:
        """With the SOP in force."""
        mission = rules_now(self.mission)
        db.session.rollback()
        return self._by(mission)

    def _as_read(self) -> Cycle:
        """With the SOP that was in force when `decide` looked last, each second: what leaves looks four times as often."""
        return self._by(last_read(self.mission))

    def _by(self, mission: Mission) -> Cycle:
        return self if mission is self.mission else replace(self, mission=mission)

    def _turn(self, stages: tuple[Stage, ...], now: datetime, sending: bool = True) -> None:
        """A stage that fails is told and stops no other; the heartbeat is written only when every stage came through."""
        failed = [stage for stage in stages if not _ran(stage, now)]
        if sending and not failed and take_slot("heartbeat", BEAT_EVERY, now):
            with transaction() as session:
                beat(session, "scheduler", now)

    def _deciding(self) -> tuple[Stage, ...]:
        return (
            lambda at: look_again(self.mission, at),
            lambda at: match_due(self.mission, at, limit=50),
            lambda at: release_due(self.mission, at),
            self._escalate,
            lambda at: watch_check_ins(self.mission, at),
            lambda at: ring_unattended(self.mission, at),
            lambda at: pass_on(self.mission, at),
            lambda at: ring_for_objections(self.mission, at),
            lambda at: ring_for_brake(self.mission, at),
        )

    def _work_out(self, now: datetime) -> None:
        work_out(self.mission, now)

    def _letters(self, now: datetime) -> None:
        first_of_kind = {channel.carries: channel for channel in reversed(list(self.channels.values()))}
        post_letters(first_of_kind, self.base_url, now)
        send_trials(first_of_kind, self.mission.pack.clocks.night, now)

    def _prove(self, now: datetime) -> None:
        run_self_tests(self.channels, self.self_tests, now)

    def _hand_over(self, now: datetime) -> None:
        write_sheet(self.mission, self.hand_over, now)

    def _keeping(self) -> tuple[Stage, ...]:
        return (
            lambda at: run_calendar(self.mission, at),
            lambda at: tend_sites(self.mission, at),
            lambda at: run_retention(self.mission, at),
            end_contracts,
            lapse_sop,
            remind_of_drafts,
            lambda at: remind_close_outs(self.mission, at),
            lambda at: tend_procedures(self.mission, at),
            lambda at: verify_again(self.mission, at),
            lambda at: begin_drills(self.mission, at),
        )

    def _take_back(self, now: datetime) -> None:
        take_back(self.worker, self.pace, now)

    def _inquire(self, clock: Clock) -> int:
        return inquire_due(self.channels, self.base_url, clock(), clock=clock)

    def _send(self, clock: Clock, mail: bool | None = None) -> int:
        return dispatch_due(
            self.channels,
            self.base_url,
            self.worker,
            clock(),
            pace=self.pace,
            clock=clock,
            mail=mail,
            clocks=self.mission.pack.clocks,
        )

    def _escalate(self, now: datetime) -> None:
        with turn("escalate", ESCALATE_EVERY, now) as mine:
            if mine:
                escalate_due(self.mission, now)

    def _collect(self, now: datetime) -> None:
        boxes = [channel for channel in self.channels.values() if isinstance(channel, Collecting)]
        if boxes and take_slot("collect", COLLECT_EVERY, now):
            collect(boxes, now)


def _ran(stage: Stage, now: datetime) -> bool:
    try:
        stage(now)
    except Exception:
        log.exception("a stage of the cycle failed")
        db.session.rollback()
        return False
    return True
