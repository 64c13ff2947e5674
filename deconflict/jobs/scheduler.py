"""The scheduler process: APScheduler calls one cycle. Any number of these processes may run; what each does is decided by
rows, never by being the only one."""

from __future__ import annotations

import os
import signal
import socket
from datetime import UTC, datetime
from types import FrameType

import structlog
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from deconflict.channels.port import Channel
from deconflict.channels.registry import channels_for
from deconflict.jobs.cycle import Cycle
from deconflict.store.base import db

log = structlog.get_logger()
EVERY_S = 1


def cycle_of(app: Flask) -> Cycle:
    """The cycle with this app's profile and channels; the first provider of each kind carries it."""
    from deconflict.services.demo_inbox import sink_of

    settings = app.extensions["settings"]
    sink = sink_of(app) if settings.demo else None
    by_use: dict[str, Channel] = {}
    for channel in channels_for(settings, sink=sink, demo_secret=settings.secret_key).values():
        by_use.setdefault(channel.carries, channel)
    worker = f"{socket.gethostname()}:{os.getpid()}"[:64]
    return Cycle(app.extensions["mission"], by_use, settings.public_base_url, worker)


def run(app: Flask) -> None:
    """Until SIGTERM or SIGINT; a running cycle is finished first."""
    cycle = cycle_of(app)
    # Missing a second must never mean skipping a duty: no misfire limit, and what piled up runs once.
    scheduler = BlockingScheduler(
        timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )

    begun = False

    def turn() -> None:
        nonlocal begun
        with app.app_context():
            try:
                begun = begun or cycle.begin(datetime.now(UTC))
                cycle.run(datetime.now(UTC))
            finally:
                db.session.remove()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        scheduler.shutdown(wait=True)

    scheduler.add_job(turn, "interval", seconds=EVERY_S, next_run_time=datetime.now(UTC), id="cycle")
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("scheduler started", worker=cycle.worker)
    scheduler.start()
