"""Ten thousand alerts due at once, handed over by the real scheduler to a telephone network that takes 50 ms for each. Alone:
BENCH_DUE=2000 .venv/bin/python -m tests.bench_outbox"""

from __future__ import annotations

import base64
import http.client
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

sys.path.append(str(Path(__file__).parent))  # what the tests share names itself without `tests.`

from fakes.smtp_sink import SmtpSink
from fakes.twilio_http import Sent
from fakes.twilio_network import TwilioNetwork
from outbox import owe
from sqlalchemy import func, select, update
from world import environment_of, make_app

from deconflict.services.pacing import Pace
from deconflict.settings import ROOT, Settings
from deconflict.store.alerts import Message
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from tests.figures import Figure, figure, resident_mb, show

DUE = int(os.environ.get("BENCH_DUE", "10000"))
DELAY_S = 0.05
AT_LEAST = 0.9  # of what the delay allows
MEMORY_MB = 250.0
LONGEST_S = 300.0


class Slow(TwilioNetwork):
    """Takes DELAY_S for each message, however many come at once."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[float] = []
        self.ended: list[float] = []
        self._count = threading.Lock()

    def accept(self, form: Mapping[str, str], call: bool = False) -> Sent:
        begun = time.monotonic()
        time.sleep(DELAY_S)
        sent = super().accept(form, call)
        with self._count:
            self.begun.append(begun)
            self.ended.append(time.monotonic())
        return sent


def hand_over(folder: Path, due: int = DUE) -> Iterator[Figure]:
    """How long it takes, how many came twice, what it takes in memory."""
    workers = Pace().workers
    with Slow() as network, SmtpSink() as sink:
        app = make_app(f"sqlite:///{folder}/outbox.db", network, sink)
        with app.app_context():
            owe(due, datetime.now(UTC))
            with transaction() as session:  # what is less would wait for the morning when it is measured at night
                session.execute(update(Case).values(severity="critical"))
            db.session.remove()
        with _scheduler(app.extensions["settings"], folder) as process:
            idle_mb = _settled_mb(process.pid)
            _wait_until(lambda: len(network.ended) >= due)
            spent_s, peak_mb = max(network.ended) - min(network.begun), _peak_mb(process.pid)
            with app.app_context():
                _wait_until(lambda: _unsent() == 0)
                db.session.remove()
        copies = Counter(sent.callback for sent in network.sent)
        bare = _bare_rate(network, workers, due // 5)
    twice = sum(copies.values()) - due
    limit_s = due * DELAY_S / workers
    yield figure(f"{due} due alerts handed over, {workers} at a time", spent_s, "s", limit_s, goal_ratio=1 / AT_LEAST)
    yield figure("hand-over rate, beside a bare client's", due / spent_s, "per s", bare)
    yield figure("told more than once", float(twice), "texts", goal=0.0)
    yield figure("told at all", float(len(copies)), "texts", float(due))
    yield figure("memory of the scheduler at its peak", peak_mb, "MB", idle_mb, goal=MEMORY_MB)


@contextmanager
def _scheduler(settings: Settings, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = environment_of(settings) | {"LOG_LEVEL": "WARNING"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"]
    with (folder / "outbox.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def _bare_rate(network: Slow, workers: int, requests: int) -> float:
    """What this machine allows at this moment: connections kept open, no database, nothing to write down."""
    fields = {"To": "+22370000001", "Body": "x", "From": "+22370000002", "StatusCallback": "http://127.0.0.1/bare"}
    login = base64.b64encode(f"{network.account_sid}:{network.auth_token}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/x-www-form-urlencoded"}
    port, path = urlsplit(network.base_url).port, f"/2010-04-01/Accounts/{network.account_sid}/Messages.json"

    def ask(_number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(requests // workers):
            connection.request("POST", path, urlencode(fields), headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 201:
                raise RuntimeError(f"a bare client is answered {answer.status}")
        connection.close()

    began = time.monotonic()
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(ask, range(workers)))
    return requests // workers * workers / (time.monotonic() - began)


def _settled_mb(pid: int) -> float:
    """Once it has loaded everything."""
    time.sleep(3)
    return resident_mb(pid)


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024


def _unsent() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Message).where(Message.state != "sent")) or 0


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_S
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not done in {LONGEST_S:.0f} s")
        time.sleep(0.1)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        show(list(hand_over(Path(name))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
