"""What markets.toml may say: on which weekday the market of a settlement is held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, post_load

from deconflict.domain.place import fold
from deconflict.domain.places import Gazetteer
from deconflict.schemas.toml_fields import Loaded, Strict, choice, text
from deconflict.schemas.toml_lines import Path

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


@dataclass(frozen=True, slots=True)
class Market:
    settlement: str
    name: str
    weekday: int


class MarketSchema(Strict):
    settlement = text()
    name = text()
    weekday = choice(WEEKDAYS)
    provenance = choice(["to be confirmed", "confirmed"])

    @post_load
    def build(self, data: Loaded, **_: Any) -> Market:
        return Market(data["settlement"], data["name"], WEEKDAYS.index(data["weekday"]))


class MarketsSchema(Strict):
    market = fields.List(fields.Nested(MarketSchema), load_default=list)


def weekdays(data: Loaded) -> dict[str, frozenset[int]]:
    """Weekdays, Monday 0, by the P-code of the settlement."""
    days: dict[str, set[int]] = defaultdict(set)
    for market in data["market"]:
        days[market.settlement].add(market.weekday)
    return {settlement: frozenset(held) for settlement, held in days.items()}


def market_faults(data: Loaded, gazetteer: Gazetteer) -> Iterator[tuple[Path, str]]:
    """Settlements that are no town of the gazetteer, or not the one that the name says."""
    for index, market in enumerate(data["market"]):
        place = gazetteer.get(market.settlement)
        if place is None or place.level != "town":
            yield ("market", index, "settlement"), f"{market.settlement!r} is no town of the gazetteer."
        elif fold(market.name) not in map(fold, (place.name, *place.names)):
            yield ("market", index, "name"), f"{market.settlement} is {place.name} in the gazetteer."
