"""How telling people went in the last 24 hours, in counts: failures first, then hour by hour. No case, nobody and no number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import sees_desk_case
from deconflict.domain.states import MessageState

SPAN = timedelta(hours=24)
# Worst first: a column each.
COLUMNS: dict[str, frozenset[str]] = {
    "failed": frozenset({MessageState.FAILED}),
    "waits": frozenset({MessageState.QUEUED, MessageState.SENDING, MessageState.UNSURE}),
    "held": frozenset({MessageState.HELD}),
    "sent": frozenset({MessageState.SENT}),
    "delivered": frozenset({MessageState.DELIVERED}),
    "withdrawn": frozenset({MessageState.WITHDRAWN}),
}


@dataclass(frozen=True, slots=True)
class SentFact:
    """One message that was due. Never leaves store and this module."""

    due_at: datetime
    state: str
    eyes_only: bool


@dataclass(frozen=True, slots=True)
class TryFact:
    """One hand-over to a provider. As above."""

    provider: str
    begun_at: datetime
    outcome: str | None
    eyes_only: bool


@dataclass(frozen=True, slots=True)
class HourLine:
    """Messages due in the hour that begins at `at`, a count for each of COLUMNS."""

    at: datetime
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FailureLine:
    """How often a provider did not take a message, or could not say, for this reason; `last_at`: the last time."""

    provider: str
    outcome: str
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """Hand-overs that it took, and all others that ended."""

    provider: str
    accepted: int
    others: int


@dataclass(frozen=True, slots=True)
class Wall:
    failures: tuple[FailureLine, ...]
    providers: tuple[ProviderLine, ...]
    hours: tuple[HourLine, ...]


def wall_for(
    sent: Iterable[SentFact], tries: Iterable[TryFact], audience: Audience, zone: tzinfo, accepted: str
) -> Wall:
    """What this audience may count: cases that do not exist for it are in no figure. `accepted`: the outcome that is no failure.
    The most frequent failure first, providers with most failures first, the newest hour first."""
    whole = sees_desk_case(audience, sensitive=True)
    mine = [one for one in sent if whole or not one.eyes_only]
    ended = [one for one in tries if one.outcome is not None and (whole or not one.eyes_only)]
    return Wall(_failures(ended, accepted), _providers(ended, accepted), _hours(mine, zone))


def _failures(ended: list[TryFact], accepted: str) -> tuple[FailureLine, ...]:
    found: dict[tuple[str, str], list[datetime]] = {}
    for one in ended:
        if one.outcome and one.outcome != accepted:
            found.setdefault((one.provider, one.outcome), []).append(one.begun_at)
    lines = [FailureLine(*key, len(times), max(times)) for key, times in found.items()]
    return tuple(sorted(lines, key=lambda line: (-line.count, line.provider, line.outcome)))


def _providers(ended: list[TryFact], accepted: str) -> tuple[ProviderLine, ...]:
    counts = Counter((one.provider, one.outcome == accepted) for one in ended)
    names = {provider for provider, _ in counts}
    lines = [ProviderLine(name, counts[name, True], counts[name, False]) for name in names]
    return tuple(sorted(lines, key=lambda line: (-line.others, line.provider)))


def _hours(sent: list[SentFact], zone: tzinfo) -> tuple[HourLine, ...]:
    """Hours of the mission's wall clock in which something was due."""
    column = {state: name for name, states in COLUMNS.items() for state in states}
    counts = Counter((_hour_of(one.due_at, zone), column[one.state]) for one in sent)
    hours = sorted({hour for hour, _ in counts}, reverse=True)
    return tuple(HourLine(hour, tuple(counts[hour, name] for name in COLUMNS)) for hour in hours)


def _hour_of(at: datetime, zone: tzinfo) -> datetime:
    """Zones may stand half an hour apart: the hour is the one people read, the instant its beginning."""
    local = at.astimezone(zone)
    return at - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
