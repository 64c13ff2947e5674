"""Two child processes, each with its own log: started together, stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

STOP_WITHIN_S = 15.0
LOOK_EVERY_S = 0.05
LAST_LINES = 12


@dataclass(frozen=True, slots=True)
class Child:
    """A process in a group of its own, so that Ctrl-C reaches whoever started it and nobody else."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def alive(self) -> bool:
        """Asked of the kernel: Ctrl-C in the middle of Popen.poll leaves its lock taken, and whoever waits then waits for ever."""
        try:
            return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        except ChildProcessError:
            return False

    def signal(self, number: int) -> None:
        """To the whole group; one that is gone is no mistake."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return

    def last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LAST_LINES:])


def start(name: str, command: Sequence[str], environ: Mapping[str, str], folder: Path, logs: Path) -> Child:
    """Runs `command` in `folder`, writing to `logs`/<name>.log."""
    logs.mkdir(parents=True, exist_ok=True)
    path = logs / f"{name}.log"
    with path.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # our own commands
            command,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    return Child(name, process, path)


def stop(children: Sequence[Child]) -> None:
    """Asks all at once, gives them time, and kills what does not listen or was left behind by one that did."""
    for child in children:
        child.signal(signal.SIGTERM)
    _wait(children)
    for child in children:
        child.signal(signal.SIGKILL)
    _wait(children)
    for child in children:
        child.process.poll()


def _wait(children: Sequence[Child]) -> None:
    until = time.monotonic() + STOP_WITHIN_S
    while any(child.alive for child in children) and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)
