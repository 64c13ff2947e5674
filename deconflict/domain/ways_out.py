"""A way out of a case, as values: what one side would change, how far that may go, and how much trouble it makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

from deconflict.domain.filing import Filing


class Way(StrEnum):
    """A kind of change."""

    LATER = "later"
    EARLIER = "earlier"
    DAY = "day"  # the same hours, another day
    HALF_DAY = "half_day"  # of a visible event: the next half-day on which people work
    WAIT = "wait"  # from one stop on, later
    SKIP = "skip"
    SWAP = "swap"
    STAND_OFF = "stand_off"


@dataclass(frozen=True, slots=True)
class Terms:
    """How far a change may go: at most `furthest` from what was filed; what happens by day stays within `day` on the wall clock;
    nobody is to be under way sooner than `ready` from now. `most` ways are shown for a side."""

    furthest: timedelta
    day: tuple[time, time]
    ready: timedelta
    most: int


PROPOSED = Terms(timedelta(days=14), (time(5), time(19)), timedelta(hours=4), 5)


@dataclass(frozen=True, slots=True)
class Change:
    """What was filed, changed. `stops` are the indices it is about, `by` the time it moves, `metres` the way. `burden` orders
    changes of one side: about the hours of trouble that it makes."""

    way: Way
    filing: Filing
    burden: float
    stops: tuple[int, ...] = ()
    by: timedelta = timedelta(0)
    metres: float = 0.0
