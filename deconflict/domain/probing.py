"""Does an organisation's filing look like asking where the other side is? Counts against limits, nothing else (RUL-2): who files
a grid of short notices, or the same one again and again, would read the minimal alerts as answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of each that is still ordinary. `short_lived`: cancelled so soon after it was filed."""

    minimal_per_day: int
    minimal_per_week: int
    changes_per_day: int
    short_lived_per_week: int
    short_lived: timedelta
    alike_per_day: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one organisation, in the mission of one sector. `minimal`: activities of which it was sent the minimal alert; `changes`:
    amendments and cancellations; `alike`: filings of the day of the one in question, itself included, in the same area and at
    hours that meet its own."""

    minimal_day: int = 0
    minimal_week: int = 0
    changes_day: int = 0
    short_lived_week: int = 0
    alike_day: int = 0


def signs(counts: Counts, limits: Limits) -> tuple[str, ...]:
    """What is out of the ordinary, as codes; empty where one more minimal alert says too little to matter."""
    found = {
        "often": counts.minimal_day >= limits.minimal_per_day or counts.minimal_week >= limits.minimal_per_week,
        "churn": counts.changes_day > limits.changes_per_day,
        "brief": counts.short_lived_week > limits.short_lived_per_week,
        "alike": counts.alike_day > limits.alike_per_day,
    }
    return tuple(code for code, holds in found.items() if holds)
