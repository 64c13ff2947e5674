"""What travels together: the way of the lead, on which each organisation does its own work under its own notice."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from deconflict.domain.filing import Filing, Level, MovementNotice, Stop
from deconflict.domain.geodesy import distance_m

SAME_PLACE_M = 2_000.0  # a position that was corrected is still the same stop

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # as of references: nothing to misread over a radio
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
LENGTH = 8  # of the word that others join with: nobody guesses one of 10^12


@dataclass(frozen=True, slots=True)
class ConvoyView:
    """As one of its organisations sees it. `leads`: it is its own; `lead` the name of who leads it; `members` who has joined, for the
    lead alone; `word` what others join with, for the lead while it is open."""

    leads: bool
    lead: str
    members: tuple[str, ...] = ()
    word: str = ""
    is_open: bool = False


def same_way(one: Filing, other: Filing) -> bool:
    """Whether both pass the same points in the same windows by the same means, whatever each does there."""
    return one.mode == other.mode and list(map(_way, one.stops)) == list(map(_way, other.stops))


def following(own: MovementNotice, lead: Filing) -> MovementNotice | None:
    """What is the organisation's own, on the way of the lead. What it does at a stop stays with the nearest stop of the lead within
    SAME_PLACE_M; None where the lead no longer stops where it works: then it does not follow. Nobody of it has checked the new positions,
    and it is out of reach as long before or after its first departure as it was."""
    stops = list(lead.stops)
    bare = [replace(stop, activity=None) for stop in stops]
    for stop in own.stops:
        if stop.activity is None:
            continue
        near = [n for n, other in enumerate(stops) if _takes(other) and _apart_m(stop, other) <= SAME_PLACE_M]
        if not near:
            return None
        at = min(near, key=lambda n: _apart_m(stop, stops[n]))
        bare[at] = replace(bare[at], activity=stop.activity)
    moved = _begins(lead) - _begins(own)
    lost = own.coverage_lost_at and own.coverage_lost_at + moved
    return replace(own, stops=tuple(bare), mode=lead.mode, confirmed_by=None, coverage_lost_at=lost)


def may_travel(follower: Level, lead: Level, *, lead_sensitive: bool) -> bool:
    """Whether a notice may share the way of another: nothing of the lead's way is told through somebody else that its owner keeps."""
    every = list(Level)
    return not lead_sensitive and every.index(follower) <= every.index(lead)


def way_alone(lead: Filing) -> Filing:
    """The lead's way without what the lead does on it: what somebody who joins gets to see."""
    return replace(lead, stops=tuple(replace(stop, activity=None) for stop in lead.stops))


def _way(stop: Stop) -> tuple[object, ...]:
    return stop.location.point, stop.arrive, stop.depart


def _takes(stop: Stop) -> bool:
    """Work needs the hours of a whole stay."""
    return stop.arrive is not None and stop.depart is not None


def _apart_m(one: Stop, other: Stop) -> float:
    return distance_m(one.location.point, other.location.point)


def _begins(filing: Filing) -> datetime:
    return min(window.earliest for stop in filing.stops for window in stop.windows)


def read_word(typed: str) -> str:
    """The word as it is kept, of what was typed or heard; empty for what is none."""
    word = re.sub(r"[\s-]", "", typed.upper()).translate(READ_AS)
    return word if len(word) == LENGTH and set(word) <= set(ALPHABET) else ""
