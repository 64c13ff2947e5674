"""What somebody filed, understood: the only thing that leaves schemas/ and enters services/.

Both sides file the same shape: a sequence of stops with windows (never instants), and a few facts about the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from deconflict.domain.activity import LatLon, Side


class Level(StrEnum):
    """What the owner lets the officer disclose to the other side: a ceiling, never a mailing (RUL-7). Plans know only
    the first two."""

    MATCH_ONLY = "match_only"
    REDACTED = "redacted"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Window:
    """A closed span of aware UTC instants, `earliest <= latest`."""

    earliest: datetime
    latest: datetime

    @property
    def middle(self) -> datetime:
        return self.earliest + (self.latest - self.earliest) / 2


@dataclass(frozen=True, slots=True)
class Location:
    """A position as understood and as typed. `source` is how it was given (gazetteer, decimal, mgrs ...), which sets
    `uncertainty_m`; `pcode` is the settlement or commune the owner named, None for a bare coordinate."""

    point: LatLon
    as_typed: str
    source: str
    uncertainty_m: float
    pcode: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """One place on the way. The first has no `arrive`, the last no `depart`, unless the item is only a presence.
    `activity` is a kind code of activities.toml for what is done on site; None means passing or resting. `halt`: stays 15
    minutes or more (mission plans must say)."""

    location: Location
    arrive: Window | None = None
    depart: Window | None = None
    activity: str | None = None
    halt: bool = False


@dataclass(frozen=True, slots=True)
class Filing:
    """Common to both sides. `kind` is the code that the whole goes by: the travel kind of a movement, the patrol kind of a
    patrol, the event kind of a QIP event. `mode` is road, river, air or foot."""

    kind: str
    level: Level
    stops: tuple[Stop, ...]
    mode: str = "road"

    @property
    def side(self) -> Side:
        raise TypeError("a filing is a movement notice or a mission plan")


@dataclass(frozen=True, slots=True)
class MovementNotice(Filing):
    """A humanitarian movement. `plates`, `overnight` and `communications` are stored encrypted, each on its own.
    `communications` is the field team's number in E.164, or None."""

    vehicles: int = 0
    marking: str = "none"
    persons: int = 0
    cargo: str = "none"
    urgency: str = "standard"
    urgency_reason: str = ""
    escort: str = "none"
    disclaimer: str = ""
    plates: str = ""
    overnight: str = ""
    communications: str | None = None

    @property
    def side(self) -> Side:
        return Side.HUMANITARIAN


@dataclass(frozen=True, slots=True)
class MissionPlan(Filing):
    """A patrol or a visible QIP event. `aid_component`: none, planned_qip, planned_cimic, unplanned. `joint_with`: none,
    unpol, host_forces, other. No strength, call sign, frequency, unit or weapon has a field here: what is not stored
    cannot leak. `title` and `media` are of QIP events."""

    aid_component: str = "none"
    joint_with: str = "none"
    title: str = ""
    media: bool = False
    urgency: str = "standard"

    @property
    def side(self) -> Side:
        return Side.MISSION
