"""The pages of everything ahead, and what the field of the desk finds, among the live items of the bench: what they weigh and how long
the server takes for one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from tests import bench_alerts
from tests.demo_house import Client
from tests.figures import Figure, figure, median_ms

HEAVIEST_BYTES = 60_000
LONGEST_MS = 300.0
REPEATS = 15


def pages(officer: Client) -> Iterator[Figure]:
    """In the week in which most of `bench_alerts.live_items` are, beside the page that does nothing."""
    first = datetime.now(UTC).date() + timedelta(
        days=bench_alerts.FIRST_DAY + bench_alerts.FILINGS // bench_alerts.PER_DAY + 2
    )
    day = first + timedelta(days=6)
    bare = median_ms(partial(officer.get, "/healthz"), REPEATS)
    for name, path in (("a day ahead", "/desk/ahead"), ("a week ahead", "/desk/ahead/week")):
        address = f"{path}?day={day.isoformat()}&area=all"
        answer = officer.get(address)
        if answer.status != 200:
            raise RuntimeError(f"{path} answers {answer.status}")
        title = f"{name}, {bench_alerts.LIVE} live"
        yield figure(f"{title}, page", len(answer.body), "bytes", goal=HEAVIEST_BYTES)
        yield figure(
            f"{title}, on the server", median_ms(partial(officer.get, address), REPEATS), "ms", bare, goal=LONGEST_MS
        )
    yield from _found(officer, bare)


def _found(officer: Client, bare: float) -> Iterator[Figure]:
    """A settlement, its commune and an organisation that filed half of everything."""
    token = officer.get("/desk/find").token
    for name, typed in (("a place", "Bankass"), ("a commune", "commune Bankass"), ("an organisation", "Alpha")):
        form = {"csrf_token": token, "find": typed}
        answer = officer.post("/desk/find", form)
        if answer.status != 200:
            raise RuntimeError(f"/desk/find answers {answer.status}")
        title = f"{name} looked for, {bench_alerts.LIVE} live"
        yield figure(f"{title}, page", len(answer.body), "bytes", goal=HEAVIEST_BYTES)
        taken = median_ms(partial(officer.post, "/desk/find", form), REPEATS)
        yield figure(f"{title}, on the server", taken, "ms", bare, goal=LONGEST_MS)
