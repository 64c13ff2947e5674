"""What somebody filed, understood: the only thing that leaves schemas/ and enters services/.

Both sides file the same shape: a sequence of stops with windows (never instants), and a few facts about the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from deconflict.domain.activity import OPEN_END, LatLon, Side
from deconflict.domain.zone import Zone

FURTHEST_AHEAD = timedelta(days=548)  # beyond, a date is likelier a slip than meant


class Level(StrEnum):
    """What the owner lets the officer disclose to the other side: a ceiling, never a mailing (RUL-7). Plans know only
    the first two."""

    MATCH_ONLY = "match_only"
    REDACTED = "redacted"
    FULL = "full"

    @property
    def below(self) -> tuple[Level, ...]:
        """Those that let less be told, the nearest first."""
        every = list(Level)
        return tuple(reversed(every[: every.index(self)]))


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
    `uncertainty_m`; `pcode` is the settlement or commune the owner named, None for a bare coordinate, and `cod_version` the edition
    of the codes that he chose it from: the same code is another place in another edition. `corrected` is the
    likely correction that a person chose instead of what was typed, as it was offered; empty where he chose none."""

    point: LatLon
    as_typed: str
    source: str
    uncertainty_m: float
    pcode: str | None = None
    name: str = ""
    corrected: str = ""
    cod_version: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """One place on the way. The first has no `arrive`, the last no `depart`, unless the item is only a presence.
    `activity` is a kind code of activities.toml for what is done on site; None means passing or resting. `halt`: stays 15
    minutes or more (mission plans must say). `sure`: the doubts of domain.doubts that were shown and of which the person said
    that the position is right all the same."""

    location: Location
    arrive: Window | None = None
    depart: Window | None = None
    activity: str | None = None
    halt: bool = False
    sure: tuple[str, ...] = ()

    @property
    def windows(self) -> list[Window]:
        """Those it has, arrival first."""
        return [window for window in (self.arrive, self.depart) if window is not None]


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
        raise TypeError("a filing is a movement notice, a static site or a mission plan")


@dataclass(frozen=True, slots=True)
class MovementNotice(Filing):
    """A humanitarian movement. `plates`, `overnight` and both numbers are stored encrypted, each on its own. `communications` is
    the field team's number in E.164, or None, and `second_phone` the one to try when it is silent; `radio` none, hf, vhf or
    hf_vhf. `coverage_lost_at`: from when on nobody reaches the team any more, None where that is not known. `check_in_plan`: none,
    end or stops, where the team will say that it has arrived. `escort_by`: mission, unpol, host_forces or other, of an escort that is
    agreed; never a unit. `marking` and `cargo` are empty where nothing was said of them, which is not "none". `confirmed_by`: id of
    the colleague who checked the positions, by the word of whoever filed it; None where nobody did."""

    vehicles: int = 0
    marking: str = ""
    persons: int = 0
    cargo: str = ""
    urgency: str = "standard"
    urgency_reason: str = ""
    escort: str = "none"
    escort_by: str = ""
    disclaimer: str = ""
    plates: str = ""
    overnight: str = ""
    communications: str | None = None
    vehicle_type: str = ""
    second_phone: str | None = None
    radio: str = "none"
    coverage_lost_at: datetime | None = None
    check_in_plan: str = "none"
    confirmed_by: int | None = None

    @property
    def side(self) -> Side:
        return Side.HUMANITARIAN

    @property
    def phones(self) -> tuple[str, ...]:
        """The team's, in the order to try."""
        return tuple(filter(None, (self.communications, self.second_phone)))


@dataclass(frozen=True, slots=True)
class MissionPlan(Filing):
    """A patrol or a visible QIP event. `aid_component`: none, planned_qip, planned_cimic, unplanned. `joint_with`: none,
    unpol, host_forces, other. No strength, call sign, frequency, unit or weapon has a field here: what is not stored
    cannot leak. `title` and `media` are of QIP events; of what is given it is `title` too. `category` is the aid category of a
    QIP or a gift, as kinds have it, or empty. With a `zone` it is an area: the stops are its corners, points or villages, and
    the first bears the two instants it holds between, the last of which is OPEN_END until further notice. `known_from`, of an area
    that OCHA entered (domain.ocha_areas), says in a code from whom it has it; empty of everything else. Of an activity for people, in
    codes: `needs_basis`, on whose assessment it rests; `civilian_lead`, whether a civilian actor was asked to do it instead,
    `civilian_actor` which, `civilian_reason` why none does; `alternative` and `alternative_too`, what was weighed. Of a visible event,
    `qip` is the reference of its project, `occasion` which of its events it is (domain.qip_codes), and `civilian` that nobody in
    uniform takes part."""

    aid_component: str = "none"
    joint_with: str = "none"
    title: str = ""
    media: bool = False
    urgency: str = "standard"
    category: str = ""
    zone: Zone | None = None
    known_from: str = ""
    needs_basis: str = ""
    civilian_lead: str = ""
    civilian_actor: str = ""
    civilian_reason: str = ""
    alternative: str = ""
    alternative_too: str = ""
    qip: str = ""
    occasion: str = ""
    civilian: bool = False

    @property
    def side(self) -> Side:
        return Side.MISSION


@dataclass(frozen=True, slots=True)
class StaticSite(Filing):
    """A place where humanitarian work stands. Its one stop arrives when it begins to and departs at OPEN_END. `name` and
    `aliases` are what it is and was called; `fix_method` and `fixed_on` say how and when its position was taken. `opening`: usual
    (the hours of its kind), always, or hours: then `days` (Monday 0), `opens` and `closes` on the mission's wall clock. `occupancy`
    is a class, never a number of people. `communications`, the number of somebody there in E.164, is stored encrypted."""

    name: str = ""
    aliases: tuple[str, ...] = ()
    fix_method: str = "gps"
    fixed_on: date | None = None
    radius_m: int = 0
    works: bool = True
    operator: str = ""
    co_operators: tuple[str, ...] = ()
    communications: str | None = None
    opening: str = "usual"
    days: tuple[int, ...] = ()
    opens: time | None = None
    closes: time | None = None
    marking: str = ""
    occupancy: str = "unknown"
    disclaimer: str = ""

    @property
    def side(self) -> Side:
        return Side.HUMANITARIAN


# ---- changed as a whole ------------------------------------------------------------------------------------------


def postponed(filing: Filing, days: int, hours: int, zone: tzinfo) -> Filing:
    """With every window so much later: days by the calendar of `zone`, whose clocks may be put back in between, then hours. Raises
    OverflowError where there is no such day."""

    def later(at: datetime) -> datetime:
        return (at.astimezone(zone) + timedelta(days=days)).astimezone(UTC) + timedelta(hours=hours)

    return _at_other_hours(filing, later)


def shifted(filing: Filing, by: timedelta, *, since: int = 0) -> Filing:
    """With the windows of the stops from `since` on so much later, or earlier when it is negative; whoever comes later leaves the stop
    before later too."""
    return _at_other_hours(filing, lambda at: at + by, since)


def _at_other_hours(filing: Filing, move: Callable[[datetime], datetime], since: int = 0) -> Filing:
    """From the arrival at stop `since` on, and the departure before it; an end that is not known stays so. Where all of it moves, the hour
    at which nobody reaches the team any more moves too."""

    def moved(window: Window | None) -> Window | None:
        return window and Window(*(at if at >= OPEN_END else move(at) for at in (window.earliest, window.latest)))

    stops = tuple(
        replace(
            stop,
            arrive=moved(stop.arrive) if n >= since else stop.arrive,
            depart=moved(stop.depart) if n >= since - 1 else stop.depart,
        )
        for n, stop in enumerate(filing.stops)
    )
    if isinstance(filing, MovementNotice) and filing.coverage_lost_at is not None and not since:
        return replace(filing, stops=stops, coverage_lost_at=move(filing.coverage_lost_at))
    return replace(filing, stops=stops)


def at_level(filing: Filing, level: Level) -> Filing:
    """At another level, without what is kept for recognition at the full level alone (D8)."""
    if isinstance(filing, MovementNotice) and level is not Level.FULL:
        return replace(filing, level=level, plates="")
    return replace(filing, level=level)


# ---- as kept in the database -------------------------------------------------------------------------------------

SEALED = ("plates", "overnight", "communications", "second_phone")
_KINDS: dict[str, type[Filing]] = {"notice": MovementNotice, "plan": MissionPlan, "site": StaticSite}


def to_json(filing: Filing) -> dict[str, Any]:
    """Plain types only, everything included; `from_json` is the exact inverse. Instants as ISO 8601, points as lists."""
    tag = next(tag for tag, kind in _KINDS.items() if isinstance(filing, kind))
    return {"filed": tag, **_plain(asdict(filing))}


def kinds_of(stored: dict[str, Any]) -> set[str]:
    """The codes of every kind in a filing as `to_json` gives it, without reading the rest. Raises KeyError or TypeError for what is
    none."""
    return {stored["kind"]} | {stop["activity"] for stop in stored["stops"] if stop["activity"]}


def split_sealed(filing: Filing) -> tuple[dict[str, Any], dict[str, str]]:
    """What `to_json` gives, without the fields that are stored encrypted, and those that are filled, by name."""
    whole = to_json(filing)
    sealed = {name: whole.pop(name) for name in SEALED if name in whole}
    return whole, {name: value for name, value in sealed.items() if value}


def from_json(stored: dict[str, Any]) -> Filing:
    """A filing as it was. Raises ValueError, KeyError or TypeError for what is none."""
    facts = dict(stored)
    kind = _KINDS[facts.pop("filed")]
    facts["level"] = Level(facts["level"])
    facts["stops"] = tuple(_stop(stop) for stop in facts["stops"])
    if facts.get("coverage_lost_at") is not None:
        facts["coverage_lost_at"] = datetime.fromisoformat(facts["coverage_lost_at"])
    if facts.get("zone") is not None:
        facts["zone"] = Zone(**facts["zone"])
    return kind(**(_site(facts) if kind is StaticSite else facts))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, Level) else value


def _stop(stored: dict[str, Any]) -> Stop:
    place = stored["location"]
    location = Location(**{**place, "point": (float(place["point"][0]), float(place["point"][1]))})
    return Stop(
        **{
            **stored,
            "location": location,
            "arrive": _window(stored["arrive"]),
            "depart": _window(stored["depart"]),
            "sure": tuple(stored.get("sure", ())),
        }
    )


def _site(stored: dict[str, Any]) -> dict[str, Any]:
    fixed_on, opens, closes = (stored[name] for name in ("fixed_on", "opens", "closes"))
    return {
        **stored,
        **{name: tuple(stored[name]) for name in ("aliases", "co_operators", "days")},
        "fixed_on": date.fromisoformat(fixed_on) if fixed_on else None,
        "opens": time.fromisoformat(opens) if opens else None,
        "closes": time.fromisoformat(closes) if closes else None,
    }


def _window(stored: dict[str, str] | None) -> Window | None:
    if stored is None:
        return None
    return Window(datetime.fromisoformat(stored["earliest"]), datetime.fromisoformat(stored["latest"]))
