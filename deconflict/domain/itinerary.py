"""The planned instants of a sequence of stops that were filed with windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from deconflict.domain.activity import LatLon, Moment, Slack
from deconflict.domain.filing import Stop


@dataclass(frozen=True, slots=True)
class Visit:
    """A stop with a window. A stop filed with one window only has both instants there. `via` are the stops without any
    window on the way to the next visit."""

    stop: Stop
    arrive: Moment
    depart: Moment
    via: tuple[Stop, ...] = ()

    @property
    def point(self) -> LatLon:
        return self.stop.location.point


def visits_of(stops: Sequence[Stop]) -> list[Visit]:
    """The stops in order with their planned instants. Raises ValueError with the reason when they cannot be read: none at all,
    the first or the last without a window, an activity without a window, windows in an impossible order."""
    timed = [index for index, stop in enumerate(stops) if stop.arrive or stop.depart]
    if not timed or timed[0] != 0 or timed[-1] != len(stops) - 1:
        raise ValueError("the first and the last stop need a window")
    if any(stop.activity is not None and not (stop.arrive or stop.depart) for stop in stops):
        raise ValueError("a stop with an activity needs a window")
    moments = iter(_planned(stops))
    visits = []
    for index, following in zip(timed, [*timed[1:], len(stops)], strict=True):
        stop = stops[index]
        found = [next(moments) for _window in stop.windows]
        visits.append(Visit(stop, found[0], found[-1], tuple(stops[index + 1 : following])))
    return visits


def _planned(stops: Sequence[Stop]) -> list[Moment]:
    """One instant per window: its middle, moved as little as needed for the instants to follow each other. What is left of
    the window on both sides is declared slack."""
    windows = [window for stop in stops for window in stop.windows]
    ceilings: list[datetime] = []  # the latest instant that leaves room for all that follow, last first
    for window in reversed(windows):
        ceilings.append(min([window.latest, *ceilings[-1:]]))
    moments: list[Moment] = []
    for window, ceiling in zip(windows, reversed(ceilings), strict=True):
        at = min(max([window.middle, *(moment.at for moment in moments[-1:])]), ceiling)
        if at < window.earliest:
            raise ValueError("the windows of the stops cannot follow each other")
        early, late = at - window.earliest, window.latest - at
        moments.append(Moment(at, Slack(early.total_seconds(), late.total_seconds())))
    return moments
