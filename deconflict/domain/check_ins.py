"""What a team says on its way: it has left a stop, it has reached one, it will be late there. A stop is named by its number on
the notice and by nothing else, so that no place, hour or route is ever said outside the notice (RUL-20)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from deconflict.domain.audience import Audience
from deconflict.domain.filing import Filing, Stop
from deconflict.domain.matrix import opens

OPENS_BEFORE = timedelta(hours=24)  # the first departure: before, a check-in is likelier a slip than a team that left


class Kind(StrEnum):
    """What can be said of a stop. `delayed` changes no hour: whoever will be late amends the notice as well."""

    DEPARTED = "departed"
    ARRIVED = "arrived"
    DELAYED = "delayed"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that can be said. `stop` counts from 1, as on the page."""

    stop: int
    kind: Kind

    @property
    def name(self) -> str:
        """As a button sends it: `arrived-2`."""
        return f"{self.kind}-{self.stop}"


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One that was said, with the version it was said of. `method`: web, code_page, relay; `how` and `read_back` of a relay."""

    version: int
    step: Step
    at: datetime
    method: str
    how: str = ""
    read_back: bool = False


def steps(stops: Sequence[Stop]) -> tuple[Step, ...]:
    """All that can be said of a movement with these stops, in the order of its way. Of a stop that is only passed there is
    nothing to say."""
    return tuple(
        Step(number, kind)
        for number, stop in enumerate(stops, 1)
        for kind, is_there in (
            (Kind.ARRIVED, stop.arrive is not None),
            (Kind.DEPARTED, stop.depart is not None),
            (Kind.DELAYED, bool(stop.windows)),
        )
        if is_there
    )


def ahead(stops: Sequence[Stop], said: Collection[Step]) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """What has not been said yet: what comes next on the way, with being late for it; and the rest."""
    left = [step for step in steps(stops) if step not in said]
    way = [step for step in steps(stops) if step.kind is not Kind.DELAYED]
    last = max((place for place, step in enumerate(way) if step in said), default=-1)
    coming = next((step for step in way[last + 1 :]), None)
    first = [] if coming is None else [step for step in (coming, Step(coming.stop, Kind.DELAYED)) if step in left]
    return tuple(first), tuple(step for step in left if step not in first)


def read_step(name: str) -> Step | None:
    """Of `Step.name`; None for anything else."""
    kind, _, stop = name.partition("-")
    return read_parts(stop, kind)


def read_parts(stop: str, kind: str) -> Step | None:
    """Of a number and a kind as somebody sent them; None for anything else."""
    if kind not in set(Kind) or not (stop.isascii() and stop.isdigit() and len(stop) <= 2):
        return None
    return Step(int(stop), Kind(kind))


@dataclass(frozen=True, slots=True)
class Waited:
    """The word that is waited for next: that the team has arrived at this stop, by `due_at`."""

    stop: int
    due_at: datetime


def next_word(stops: Sequence[Stop], plan: str, said: Iterable[CheckIn], after: timedelta) -> Waited | None:
    """What is waited for by the plan of a notice (none, end, stops) and what its team has said of this version; None when nothing is.
    `after`: how long beyond the latest hour. Whoever is heard of at a stop has passed those before it; whoever says that he is late
    is waited for as long again from then on."""
    words = list(said)
    reached = max((w.step.stop for w in words if w.step.kind is not Kind.DELAYED), default=0)
    waiting = [(n, stop.arrive) for n, stop in enumerate(stops, 1) if stop.arrive is not None and n > reached]
    if plan == "none" or not waiting:
        return None
    number, window = waiting[0] if plan == "stops" else waiting[-1]
    late = [word.at for word in words if word.step == Step(number, Kind.DELAYED)]
    return Waited(number, max([window.latest, *late]) + after)


def same_stops(before: Filing, after: Filing) -> tuple[int, ...]:
    """Numbers of the stops that an amendment left as they were: what was said of them still holds."""
    pairs = enumerate(zip(before.stops, after.stops, strict=False), 1)
    return tuple(number for number, (old, new) in pairs if old == new)


def view_of_check_ins(
    said: Iterable[CheckIn], audience: Audience, *, own: bool, sensitive: bool
) -> tuple[CheckIn, ...]:
    """Those of one notice, for whoever may read its hours: what a team said tells when it was where. How a relay was heard is the
    desk's own note."""
    if not opens("notice.timing", audience, own=own, sensitive=sensitive):
        return ()
    return tuple(replace(one, how="") if own else one for one in said)
