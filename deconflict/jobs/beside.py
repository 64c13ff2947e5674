"""What goes on beside the cycle: a thread of its own, on the monotonic clock. A provider that hangs for seconds delays no
decision, and a clock that is set back puts nothing to sleep."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger()
EVERY_S = 0.25
DEAD_AFTER_S = 60.0


class Beside:
    """Does `work` again and again, at once while there was something to do, else every `every_s`. Whatever it raises is told,
    and it goes on."""

    def __init__(self, name: str, work: Callable[[], int], every_s: float = EVERY_S) -> None:
        self._work, self._every_s = work, every_s
        self._stop = threading.Event()
        self._seen_s = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=name)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What is under way is finished; then it returns."""
        self._stop.set()
        self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether it came round lately."""
        return self._thread.is_alive() and time.monotonic() - self._seen_s < DEAD_AFTER_S

    def _run(self) -> None:
        while not self._stop.is_set():
            busy = False
            try:
                busy = self._work() > 0
            except Exception:
                log.exception("what goes on beside the cycle failed", work=self._thread.name)
            self._seen_s = time.monotonic()
            if not busy:
                self._stop.wait(self._every_s)
