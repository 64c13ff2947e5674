"""Calls that an officer made about a case: to whom of which side, what came of it, and whether it was read back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

REACHED, NO_ANSWER, CALL_BACK, WRONG_NUMBER = OUTCOMES = ("reached", "no_answer", "call_back", "wrong_number")
HOW = ("phone", "radio", "in_person")


@dataclass(frozen=True, slots=True)
class Called:
    """What an officer writes down of one call. `whom` names a number of a person as the page offers it; `read_back`: the reference
    was read back to us, which nobody can do who was not reached."""

    whom: str
    outcome: str
    read_back: bool
    words: str = ""
    how: str = "phone"

    @property
    def heard(self) -> bool:
        """Somebody has it, and we know that he has it right."""
        return self.outcome == REACHED and self.read_back


@dataclass(frozen=True, slots=True)
class CallMade:
    """One call as it stands in the log."""

    side: str
    at: datetime
    outcome: str
    read_back: bool
    round: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Calls to one side about one case, in all its rounds."""

    made: int
    reached: int
    read_back: int
    last: CallMade


def tally(calls: Iterable[CallMade], side: str) -> Tally | None:
    """None where nobody of this side was called."""
    mine = [call for call in calls if call.side == side]
    if not mine:
        return None
    reached = [call for call in mine if call.outcome == REACHED]
    return Tally(len(mine), len(reached), sum(call.read_back for call in reached), max(mine, key=lambda call: call.at))
