"""How often somebody may ask what costs more than a page: counted in this process, and forgotten with it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MOST_KNOWN = 10_000


@dataclass(slots=True)
class Pace:
    """At most `most` times within `within`, for each who asks."""

    most: int
    within: timedelta
    _asked: dict[object, deque[datetime]] = field(default_factory=dict)

    def allows(self, who: object, now: datetime) -> bool:
        """Whether this time is one of them; it counts then."""
        if len(self._asked) > MOST_KNOWN:
            self._asked.clear()  # forgiving everybody costs less than knowing everybody
        times = self._asked.setdefault(who, deque())
        while times and not timedelta(0) <= now - times[0] < self.within:
            times.popleft()
        if len(times) >= self.most:
            return False
        times.append(now)
        return True
