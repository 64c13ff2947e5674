"""What was worked out for the last few objects that have no name of their own, such as the profile of a mission."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")
AT_ONCE = 8


class ByIdentity(Generic[T]):
    """Each object is kept with what is known of it, so that no other takes its identity."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, T]] = {}

    def get(self, of: object) -> T | None:
        found = self._known.get(id(of))
        return found[1] if found is not None else None

    def put(self, of: object, known: T) -> T:
        """Instead of what was known of it; the object that came first goes when there are too many."""
        while id(of) not in self._known and len(self._known) >= AT_ONCE:
            del self._known[next(iter(self._known))]
        self._known[id(of)] = of, known
        return known
