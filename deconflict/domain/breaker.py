"""When a provider that fails is left alone, and when it is tried again: pure arithmetic on instants."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FAILURES = 3  # in a row
SHORTEST = timedelta(seconds=60)
LONGEST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Breaker:
    """One provider. `failures` in a row, the first of them at `since`, the last for `error`; after the third nothing goes
    there until `open_until`, twice as long each time, then one message at a time (`probing_until`) until one is taken."""

    failures: int = 0
    since: datetime | None = None
    error: str | None = None
    open_until: datetime | None = None
    probing_until: datetime | None = None

    def takes_all(self) -> bool:
        """Nothing is known against it."""
        return self.failures < FAILURES

    def alone(self, now: datetime) -> bool:
        """Nothing goes there."""
        return not self.takes_all() and _runs(self.open_until, now)

    def takes_one(self, now: datetime) -> bool:
        """Its time alone is over and no other message is finding out."""
        return not self.takes_all() and not self.alone(now) and not _runs(self.probing_until, now)

    def probed(self, until: datetime) -> Breaker:
        """One message is on its way to find out; should nobody say what became of it, another one may from `until`."""
        return replace(self, probing_until=until)

    def failed(self, error: str, now: datetime) -> Breaker:
        """One more failure. Those that were on their way when it opened say nothing new."""
        if _runs(self.open_until, now):
            return replace(self, error=error)
        failures = self.failures + 1
        alone = min(SHORTEST * 2 ** min(max(0, failures - FAILURES), 10), LONGEST)
        return Breaker(failures, self.since or now, error, now + alone if failures >= FAILURES else None)

    def succeeded(self) -> Breaker:
        return Breaker()


def _runs(until: datetime | None, now: datetime) -> bool:
    """Whether `until` is ahead. Further than any wait it comes from a clock that was set back, and holds nobody."""
    return until is not None and now < until <= now + LONGEST
