"""What travels together: the way of the lead, on which each organisation does its own work under its own notice."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from deconflict.domain.activity import LatLon
from deconflict.domain.filing import Filing, Stop

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


def following(own: Filing, lead: Filing) -> Filing:
    """What is the organisation's own, on the way of the lead: what it does at a stop stays with the stop where the lead still
    stops there."""
    works = {stop.location.point: stop.activity for stop in own.stops if stop.activity}
    stops = tuple(replace(stop, activity=_work(stop, works)) for stop in lead.stops)
    return replace(own, stops=stops, mode=lead.mode)


def way_alone(lead: Filing) -> Filing:
    """The lead's way without what the lead does on it: what somebody who joins gets to see."""
    return replace(lead, stops=tuple(replace(stop, activity=None) for stop in lead.stops))


def _way(stop: Stop) -> tuple[object, ...]:
    return stop.location.point, stop.arrive, stop.depart


def _work(stop: Stop, works: dict[LatLon, str]) -> str | None:
    """Work needs the hours of a whole stay."""
    return works.get(stop.location.point) if stop.arrive and stop.depart else None


def read_word(typed: str) -> str:
    """The word as it is kept, of what was typed or heard; empty for what is none."""
    word = re.sub(r"[\s-]", "", typed.upper()).translate(READ_AS)
    return word if len(word) == LENGTH and set(word) <= set(ALPHABET) else ""
