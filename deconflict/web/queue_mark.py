"""By what the queue knows that it is no longer as things stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from deconflict.domain.queue import QueueRow, burning
from deconflict.web.case_mark import marked
from deconflict.web.clock import now
from deconflict.web.desk_case import mission

WORDS_LAST_MIN = 5  # how old `in 3 h 20` may become on a page that stays open


def mark_of(rows: Sequence[QueueRow], looked_at: datetime | None) -> str:
    """Of the whole queue that an officer sees, whatever he filtered: one question to the database answers for every filter."""
    at, clocks = now(), mission().pack.clocks
    told = [(row.id, row.state, row.round, row.severity, row.owner_id, burning(row, clocks, at)) for row in rows]
    return marked(told, looked_at, int(at.timestamp()) // (60 * WORDS_LAST_MIN))
