"""How many at once, and how long until the next try: doubling with jitter, so that a provider coming back is not met by
everything at the same moment. What was to reach one address is tried there again at the same moment, so that it can leave as one
text."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=20), timedelta(minutes=15)
# A phone that is off or out of coverage: another address at once, this one again over hours.
FIRST_AGAIN, LONGEST_AGAIN = timedelta(minutes=30), timedelta(hours=2)
FIRST_POLL, LONGEST_POLL = timedelta(minutes=5), timedelta(hours=6)
JITTER = 0.3


@dataclass(frozen=True, slots=True)
class Pace:
    """`workers` messages are handed over at a time; after a try that nobody answered for, the provider's own call is awaited
    for `unsure` before its list is read."""

    workers: int = 8
    unsure: timedelta = timedelta(seconds=30)


def retry_in(tries: int, address: str) -> timedelta:
    """After so many tries of one message that a provider did not take. `address`: anything that tells it from others."""
    return _jittered(FIRST_RETRY, tries, LONGEST_RETRY, address)


def again_in(attempt: int, address: str) -> timedelta:
    """After the `attempt`-th message to an address that was taken and could not be delivered."""
    return _jittered(FIRST_AGAIN, attempt, LONGEST_AGAIN, address)


def poll_in(sent_at: datetime, now: datetime) -> timedelta:
    """Until a provider is asked for a receipt that has not come: as long as it has been owed already."""
    return min(max(FIRST_POLL, now - sent_at), LONGEST_POLL)


def _jittered(first: timedelta, times: int, longest: timedelta, address: str) -> timedelta:
    doubled: timedelta = first * 2 ** min(max(0, times - 1), 20)
    drawn = random.Random(f"{address} {times}")  # noqa: S311
    return min(doubled, longest) * drawn.uniform(1 - JITTER, 1 + JITTER)
