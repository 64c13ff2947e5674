"""One GeoJSON feature -> the parts of an item."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, TypeVar

from deconflict.domain.activity import OPEN_END, Part, Side, Slack
from deconflict.domain.drawn import Drawn, ItemId, Manner
from deconflict.schemas.geojson_faults import Wrong, shown

KNOWN = frozenset(
    {"id", "side", "activity", "starts_at", "ends_at", "times", "moving"}
    | {"radius_m", "uncertainty_m", "early_min", "late_min"}
)
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
TEXT_MAX = 200
METRES_MAX = 1_000_000
MINUTES_MAX = 525_600  # a year

T = TypeVar("T")


@dataclass
class Properties:
    """The properties of one feature; what is wrong is None, and in `problems`."""

    given: Mapping[str, Any]
    geometry: object
    problems: list[Wrong] = field(default_factory=list)

    @classmethod
    def of(cls, feature: object) -> Properties:
        """Raises Wrong for what is no feature."""
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise Wrong("", "feature")
        if not isinstance(feature.get("properties"), dict):
            raise Wrong("properties", "properties")
        properties = cls(feature["properties"], feature.get("geometry"))
        properties._understand()
        return properties

    def _understand(self) -> None:
        self.id: ItemId | None = self._needed("id", _id)
        self.side: Side | None = self._needed("side", _side)
        self.activity: str | None = self._needed("activity", _text)
        self.times: list[datetime] | None = self._optional("times", _times)
        self.starts_at, self.ends_at = self._ends()
        self.radius_m = self._optional("radius_m", _metres) or 0.0
        self.uncertainty_m = self._optional("uncertainty_m", _metres) or 0.0
        early_min = self._optional("early_min", _minutes) or 0.0
        late_min = self._optional("late_min", _minutes) or 0.0
        self.slack = Slack(early_min * 60, late_min * 60)
        self.moving: bool | None = self._optional("moving", _yes_no)

    def manner(self) -> Manner | None:
        """None while something that it needs is wrong."""
        kind, start, end = self.activity, self.starts_at, self.ends_at
        if kind is None or start is None or end is None:
            return None
        return Manner(kind, start, end, self.slack, self.radius_m, self.uncertainty_m)

    def _ends(self) -> tuple[datetime | None, datetime | None]:
        """`times` say them too; then they may be left out, but must not say otherwise."""
        if self.times is None:
            ask = self._needed if self.given.get("times") is None else self._optional
            starts, ends = ask("starts_at", _instant), ask("ends_at", _instant)
            if starts is not None and ends is not None and ends < starts:
                self.problems.append(Wrong("ends_at", "backwards"))
            return starts, ends
        for name, reason, at in (("starts_at", "times_start", self.times[0]), ("ends_at", "times_end", self.times[-1])):
            said = self._optional(name, _instant)
            if said is not None and said != at:
                self.problems.append(Wrong(name, reason))
        return self.times[0], self.times[-1]

    def _needed(self, name: str, understand: Callable[[str, Any], T]) -> T | None:
        if self.given.get(name) is None:
            self.problems.append(Wrong(name, "endless" if name == "ends_at" else "missing"))
        return self._optional(name, understand)

    def _optional(self, name: str, understand: Callable[[str, Any], T]) -> T | None:
        """None where it is absent, null (as tools write what is absent) or wrong."""
        value = self.given.get(name)
        if value is None:
            return None
        try:
            return understand(name, value)
        except Wrong as wrong:
            self.problems.append(wrong)
            return None


def parts_of(
    manner: Manner, times: Sequence[datetime] | None, moving: bool | None, drawn: Sequence[Drawn]
) -> list[Part]:
    """The parts that one feature makes, in the order drawn. Raises Wrong where properties and geometry do not fit."""
    mover = _mover(drawn, moving)
    if times is None:
        return [manner.held(each) for each in drawn] if mover is None else [manner.moved(mover)]
    if mover is None:
        raise Wrong("times", "times_line")
    if len(times) != len(mover.points):
        raise Wrong("times", "times_count", limit=len(mover.points))
    return list(manner.timed(mover, times))


def _mover(drawn: Sequence[Drawn], moving: bool | None) -> Drawn | None:
    """The line that moves, None when everything is held. A line moves unless it is said not to."""
    lines = [each for each in drawn if each.line]
    if moving is False or not (lines or moving):
        return None
    if not lines:
        raise Wrong("moving", "moving")
    if len(drawn) > 1:
        raise Wrong("geometry", "several")
    return lines[0]


def _id(name: str, value: object) -> ItemId:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # some tools write every number so
    if isinstance(value, str) and value.strip() and value.isprintable() and len(value) <= TEXT_MAX:
        return value
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 2**63:
        raise Wrong(name, "id")
    return value


def _side(name: str, value: object) -> Side:
    if not isinstance(value, str) or value not in list(Side):
        raise Wrong(name, "side", given=shown(value))
    return Side(value)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > TEXT_MAX:
        raise Wrong(name, "text", limit=TEXT_MAX)
    return value


def _instant(name: str, value: object) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Wrong(name, "instant", given=shown(value))
    if not EARLIEST.year <= at.year <= OPEN_END.year:
        raise Wrong(name, "years", given=shown(value))
    return at.astimezone(UTC)


def _times(name: str, value: object) -> list[datetime]:
    if not isinstance(value, list) or len(value) < 2:
        raise Wrong(name, "times_count", limit=2)
    times = [_instant(f"{name}[{n}]", each) for n, each in enumerate(value)]
    for n, (before, after) in enumerate(pairwise(times)):
        if after < before:
            raise Wrong(f"{name}[{n + 1}]", "times_back")
    return times


def _metres(name: str, value: object) -> float:
    return _number(name, value, METRES_MAX)


def _minutes(name: str, value: object) -> float:
    return _number(name, value, MINUTES_MAX)


def _number(name: str, value: object, limit: int) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= limit:  # true of no NaN
        raise Wrong(name, "number", limit=limit, given=shown(value))
    return float(value)


def _yes_no(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong(name, "yes_no", given=shown(value))
    return value
