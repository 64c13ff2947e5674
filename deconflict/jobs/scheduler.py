"""The scheduler process: APScheduler calls one cycle. Any number of these processes may run; what each does is decided by
rows, never by being the only one."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType

import structlog
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from deconflict.jobs.beside import Beside
from deconflict.jobs.cycle import Clock, Cycle
from deconflict.services.pacing import Pace
from deconflict.store.base import db

log = structlog.get_logger()
EVERY_S = 1
SEND_EVERY_S = 0.25
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
    """The cycle with this app's profile, channels and pace."""
    settings = app.extensions["settings"]
    worker = f"{socket.gethostname()}:{os.getpid()}"[:64]
    pace = Pace(settings.send_workers, timedelta(seconds=settings.unsure_s))
    return Cycle(app.extensions["mission"], app.extensions["channels"], settings.public_base_url, worker, pace)


def run(app: Flask) -> None:
    """Until SIGTERM or SIGINT; what runs and what is leaving is finished first."""
    sys.setswitchinterval(SWITCH_S)
    cycle = cycle_of(app)
    # Missing a second must never mean skipping a duty: no misfire limit, and what piled up runs once.
    scheduler = Steady(timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1})

    def beside(name: str, work: Callable[[Clock], int], every_s: float) -> Beside:
        def once() -> int:
            with app.app_context():
                try:
                    return work(lambda: datetime.now(UTC))
                finally:
                    db.session.remove()

        return Beside(name, once, every_s)

    sender, inquirer = beside("sender", cycle.deliver, SEND_EVERY_S), beside("inquirer", cycle.inquire, EVERY_S)
    begun = False

    def turn() -> None:
        nonlocal begun
        with app.app_context():
            try:
                begun = begun or cycle.begin(datetime.now(UTC))
                cycle.decide(datetime.now(UTC), sending=sender.alive)
            finally:
                db.session.remove()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        scheduler.shutdown(wait=True)

    scheduler.add_job(turn, "interval", seconds=EVERY_S, next_run_time=datetime.now(UTC), id="cycle")
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("scheduler started", worker=cycle.worker)
    sender.start()
    inquirer.start()
    try:
        scheduler.start()
    finally:
        inquirer.stop()
        sender.stop()
