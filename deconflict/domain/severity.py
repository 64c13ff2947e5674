"""How much an overlap matters and what kind of harm it may do."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """Worst first in the order of the file; `rank` 4 is critical, 0 is info. Words are compared by rank, never as text."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        return len(Severity) - 1 - list(Severity).index(self)

    def at_least(self, other: Severity) -> bool:
        return self.rank >= other.rank

    @property
    def milder(self) -> Severity:
        """One step down with LOW as the floor; INFO stays INFO. For hits that are only possible."""
        order = list(Severity)
        return self if self.rank <= Severity.LOW.rank else order[order.index(self) + 1]

    @property
    def graver(self) -> Severity:
        """One step up, CRITICAL the ceiling. For hits that a modifier makes worse."""
        order = list(Severity)
        return order[max(0, order.index(self) - 1)]


def worst(severities: list[Severity]) -> Severity:
    """The worst of a list that is not empty."""
    return max(severities, key=lambda severity: severity.rank)


class Harm(StrEnum):
    """Only danger wakes people at night and reaches teams already moving (RUL-4)."""

    DANGER = "danger"
    DISTINCTION = "distinction"
