"""What a side may answer to a request, and what it proposes instead: its own words and, where it helps, a half-day or a place. Only
an officer reads it. Nothing here is computed, and nothing is answered to it (RUL-9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from deconflict.domain.audience import Audience
from deconflict.domain.errors import Refused
from deconflict.domain.free_text import check_words
from deconflict.domain.half_days import PARTS
from deconflict.domain.msgid import N_

ACCEPT, COUNTER, DECLINE = ANSWERS = ("accept", "counter", "decline")
MOST_PLACE = 80
SHAPES = ("%Y-%m-%d", "%d/%m/%Y")  # as a browser sends a day, and as people type one


@dataclass(frozen=True, slots=True)
class Offer:
    """Instead of what was asked: on which day and half of it, at which place, each as far as it was said."""

    day: date | None = None
    part: str = ""
    place: str = ""

    def __bool__(self) -> bool:
        return self.day is not None or bool(self.place)

    def to_json(self) -> dict[str, str]:
        return {
            name: said
            for name, said in (("day", f"{self.day or ''}"), ("part", self.part), ("place", self.place))
            if said
        }


NOTHING = Offer()


def offer_of(stored: Mapping[str, Any]) -> Offer:
    """As it was kept with the request."""
    day = stored.get("day")
    return Offer(date.fromisoformat(day) if day else None, stored.get("part", ""), stored.get("place", ""))


def offered(day: str, part: str, place: str, by: Audience) -> Offer:
    """What was typed. Raises Refused at `day`, `part` or `place`, with how to mend it."""
    place = place.strip()[:MOST_PLACE]
    check_words(place, by, "place")
    if not day.strip():
        if part:
            raise Refused(N_("Give the day of the half-day, or choose none."), field="day")
        return Offer(place=place)
    if part not in ("", *PARTS):
        raise Refused(N_("Choose one of the list."), field="part")
    return Offer(_day(day.strip()), part, place)


def _day(text: str) -> date:
    for shape in SHAPES:
        try:
            return datetime.strptime(text, shape).date()  # noqa: DTZ007  # a day, not an instant
        except ValueError:
            continue
    raise Refused(N_("Give the day, for example 10/12/2019."), field="day")
