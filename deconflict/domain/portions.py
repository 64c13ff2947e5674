"""Much at a time, but never too much: what keeps memory, or a statement to a database, bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Thing = TypeVar("Thing")


def portions(things: Iterable[Thing], size: Callable[[Thing], int], most: int) -> Iterator[list[Thing]]:
    """The same in order, as many at a time as are no larger than `most` together; what is larger by itself comes alone."""
    some: list[Thing] = []
    room = most
    for thing in things:
        takes = size(thing)
        if some and takes > room:
            yield some
            some, room = [], most
        some.append(thing)
        room -= takes
    if some:
        yield some
