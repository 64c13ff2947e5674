"""The scheduler process: APScheduler calls one cycle. Any number of these processes may run; what each does is decided by
rows, never by being the only one."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

import structlog
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from deconflict.jobs.beside import Beside
from deconflict.jobs.cycle import Clock, Cycle
from deconflict.jobs.deadman import LOOK_EVERY_S, report
from deconflict.services.pacing import Pace
from deconflict.services.self_test import SelfTests
from deconflict.services.sheet import HandOver
from deconflict.store.base import db

log = structlog.get_logger()
EVERY_S = 1
SEND_EVERY_S = 0.25
PROVE_EVERY_S = 5
FORESEE_EVERY_S = 2
SLOW_MAIL_S = 300.0  # a mail server that takes its time is no reason to say that nothing goes out
SWITCH_S = 0.0005  # between threads: one that has its answer waits ten times as long by default for one that computes
BACK = timedelta(seconds=2)


class Steady(BlockingScheduler):  # type: ignore[misc]
    """APScheduler sleeps until an instant of the wall clock: set back an hour, it would sleep for that hour."""

    _last = datetime.min.replace(tzinfo=UTC)

    def _process_jobs(self) -> float:
        now = datetime.now(UTC)
        if now + BACK < self._last:
            log.warning("the clock was set back")
            for job in self.get_jobs():
                job.modify(next_run_time=now)
        self._last = now
        wait_s = super()._process_jobs()
        return EVERY_S if wait_s is None else min(wait_s, EVERY_S)


def cycle_of(app: Flask) -> Cycle:
    """The cycle with this app's profile, channels and pace, and where test messages and the hourly file go."""
    settings = app.extensions["settings"]
    worker = f"{socket.gethostname()}:{os.getpid()}"[:64]
    pace = Pace(settings.send_workers, timedelta(seconds=settings.unsure_s))
    tests = SelfTests(settings.selftest_number, settings.selftest_mailbox, timedelta(hours=settings.selftest_every_h))
    sheet = HandOver(Path(settings.handover_folder) if settings.handover_folder else None, settings.handover_passphrase)
    return Cycle(
        mission=app.extensions["mission"],
        channels=app.extensions["channels"],
        base_url=settings.public_base_url,
        worker=worker,
        pace=pace,
        self_tests=tests,
        hand_over=sheet,
    )


def run(app: Flask) -> None:
    """Until SIGTERM or SIGINT; what runs and what is leaving is finished first."""
    sys.setswitchinterval(SWITCH_S)
    cycle = cycle_of(app)
    # Missing a second must never mean skipping a duty: no misfire limit, and what piled up runs once.
    scheduler = Steady(timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1})

    def beside(name: str, work: Callable[[Clock], int], every_s: float, dead_after_s: float | None = None) -> Beside:
        def once() -> int:
            with app.app_context():
                try:
                    return work(lambda: datetime.now(UTC))
                finally:
                    db.session.remove()

        return Beside(name, once, every_s, dead_after_s)

    sender, inquirer = beside("sender", cycle.deliver, SEND_EVERY_S), beside("inquirer", cycle.inquire, EVERY_S)
    poster = beside("poster", cycle.post, SEND_EVERY_S, SLOW_MAIL_S)
    url, mission = app.extensions["settings"].deadman_url, app.extensions["mission"]
    watched = [beside("watched", lambda clock: report(url, mission, clock()), LOOK_EVERY_S)] if url else []
    begun = False

    def turn() -> None:
        nonlocal begun
        with app.app_context():
            try:
                begun = begun or cycle.begin(datetime.now(UTC))
                cycle.decide(datetime.now(UTC), sending=sender.alive and poster.alive)
            finally:
                db.session.remove()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        scheduler.shutdown(wait=True)

    scheduler.add_job(turn, "interval", seconds=EVERY_S, next_run_time=datetime.now(UTC), id="cycle")
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("scheduler started", worker=cycle.worker)
    prover = beside("prover", cycle.prove, PROVE_EVERY_S)
    foreseer = beside("foreseer", cycle.foresee, FORESEE_EVERY_S)
    threads = [sender, poster, inquirer, prover, foreseer, *watched]
    for thread in threads:
        thread.start()
    try:
        scheduler.start()
    finally:
        for thread in reversed(threads):
            thread.stop()
