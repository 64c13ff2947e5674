"""Whether test messages arrive: one provider after the other sends a text without content to the administrator's own phone or
mailbox, whatever else happens, and says whether it arrived. Pure arithmetic on what is known of the last one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

PATIENCE = timedelta(minutes=10)  # so long a message may be on its way
AGAIN = timedelta(minutes=5)  # after one that failed


@dataclass(frozen=True, slots=True)
class Proof:
    """The last test of one provider. `began_at` None: none has begun. `arrived_at`: when one arrived last, which is when the
    provider took it as long as it has never told of an arrival. `failing_at`: since when none has."""

    provider: str
    carries: str
    began_at: datetime | None
    next_at: datetime
    arrived_at: datetime | None
    failing_at: datetime | None

    @property
    def pending(self) -> bool:
        """One has begun and has not arrived."""
        return self.began_at is not None and (self.arrived_at is None or self.arrived_at < self.began_at)

    def due(self, every: timedelta, now: datetime) -> bool:
        """What is due in an hour that a clock set back has taken away is due now."""
        return not now < self.next_at <= now + every

    def failing_since(self, now: datetime) -> datetime | None:
        """It failed, it is on its way for too long, or nobody has begun the next one. A time of an hour to come was written
        before the clock was put back, and says nothing."""
        if self.failing_at is not None:
            return self.failing_at
        if self.began_at is not None and self.pending and now - self.began_at > PATIENCE:
            return self.began_at
        return self.next_at if now - self.next_at > PATIENCE else None


@dataclass(frozen=True, slots=True)
class Failing:
    """A provider whose tests do not arrive, and since when."""

    provider: str
    since: datetime


def failing(proofs: Iterable[Proof], now: datetime) -> tuple[Failing, ...]:
    """By provider."""
    found = [(proof.provider, proof.failing_since(now)) for proof in proofs]
    return tuple(Failing(provider, since) for provider, since in sorted(found, key=lambda one: one[0]) if since)


def kind_failing_since(proofs: Iterable[Proof], now: datetime) -> datetime | None:
    """Since when a kind of message reaches nobody: all its tested providers fail. None while each kind has one that works."""
    kinds: dict[str, list[datetime | None]] = {}
    for proof in proofs:
        kinds.setdefault(proof.carries, []).append(proof.failing_since(now))
    silent = [max(filter(None, times)) for times in kinds.values() if all(times)]
    return min(silent, default=None)
