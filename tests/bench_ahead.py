"""The pages of everything ahead among the live items of the bench: what they weigh and how long the server takes for one."""

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
