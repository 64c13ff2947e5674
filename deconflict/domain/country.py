"""One country mission as configured: who commands where, who reads where, how its phones work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from deconflict.domain.activity import LatLon
from deconflict.domain.communes import Communes
from deconflict.domain.filing import Filing
from deconflict.domain.kinds import Catalogue
from deconflict.domain.other_procedures import OtherProcedure
from deconflict.domain.place import Place
from deconflict.domain.places import Gazetteer
from deconflict.domain.roads import Roads
from deconflict.domain.severity import Severity
from deconflict.domain.sop import RulePack
from deconflict.domain.sop_text import WrongSop

Label = Mapping[str, str]  # by language tag


@dataclass(frozen=True, slots=True)
class Contact:
    """A desk that answers for a sector, by role (g9, g3, u9, u3). Its people and numbers are in the directory."""

    role: str
    label: Label


@dataclass(frozen=True, slots=True)
class Sector:
    """A sector of the mission. `covers` are P-codes of regions, cercles or communes; the most exact one wins."""

    code: str
    name: Label
    hq: str
    covers: tuple[str, ...]
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A CMCoord area with its duty place. `backup` are the areas rung when nobody answers, in order (RUL-2)."""

    code: str
    name: Label
    duty_place: str
    covers: tuple[str, ...]
    staffed: bool
    backup: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhonePlan:
    """How to tell a number that can take a text. Prefixes are of the national number, satellite ones of the whole in E.164."""

    region: str
    country_code: str
    national_digits: int
    mobile: tuple[str, ...]
    fixed: tuple[str, ...]
    toll_free: tuple[str, ...]
    satellite: tuple[str, ...]

    def national(self, e164: str) -> str | None:
        """The number as it is dialled in this country; None for one of another."""
        prefix = f"+{self.country_code}"
        return e164.removeprefix(prefix) if e164.startswith(prefix) else None

    def takes_texts(self, e164: str) -> bool:
        """A mobile number of this country. Others (abroad, fixed, satellite) need a person to relay."""
        national = self.national(e164)
        return national is not None and len(national) == self.national_digits and national.startswith(self.mobile)


@dataclass(frozen=True, slots=True)
class QueueAlarm:
    """How long a case of a severity may wait for somebody at the desk to take it; a severity that is not named may wait.
    `each`: between who is rung first and who is rung next."""

    after: Mapping[Severity, timedelta]
    each: timedelta

    def rings(self, severity: Severity, since: datetime, now: datetime) -> int:
        """How many should have been rung by now, one after the other, about what waits `since`."""
        late = now - since - self.after[severity] if severity in self.after else timedelta(-1)
        return 0 if late < timedelta(0) else 1 + late // self.each


A_MONDAY = date(1970, 1, 5)


@dataclass(frozen=True, slots=True)
class DrillPlan:
    """Drills start by themselves every so many weeks, on a weekday (Monday is 0) at an hour of the mission's clock."""

    every_weeks: int
    weekday: int
    hour: time

    def last(self, zone: tzinfo, now: datetime) -> datetime:
        """Its latest hour that is not after `now`."""
        local = now.astimezone(zone)
        past = (local.date() - A_MONDAY).days - self.weekday
        day = local.date() - timedelta(days=past % (7 * self.every_weeks))
        at = self._on(day, zone, now)
        return at if at <= now else self._on(day - timedelta(weeks=self.every_weeks), zone, now)

    def next(self, zone: tzinfo, now: datetime) -> datetime:
        """Its first hour after `now`."""
        day = self.last(zone, now).astimezone(zone).date()
        return self._on(day + timedelta(weeks=self.every_weeks), zone, now)

    def _on(self, day: date, zone: tzinfo, now: datetime) -> datetime:
        return datetime.combine(day, self.hour, zone).astimezone(now.tzinfo)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day off: every year when `year` is None."""

    month: int
    day: int
    year: int | None
    name: Label

    def falls_on(self, day: date) -> bool:
        return (self.month, self.day) == (day.month, day.day) and self.year in (None, day.year)


@dataclass(frozen=True, slots=True)
class Committee:
    """A committee that decides on the mission's own projects. `kind` is lprc or prc."""

    code: str
    kind: str
    seat: str
    sectors: tuple[str, ...]
    name: Label


@dataclass(frozen=True, slots=True)
class QipTerms:
    """What the mission lets a Quick Impact Project cost, in whole USD, and last, in calendar months; its categories, by code."""

    ceiling_usd: int = 50_000
    longest_months: int = 6
    categories: Mapping[str, Label] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mission:
    """Everything of config/missions/<code>, read once. `bounds` is (south, west, north, east) in degrees; `spoken` names the
    languages people may be called in beside those that texts are written in, by tag; `operators` the telephone operators with the
    first digits of their national numbers; `drill_plan` None: no drill starts by itself; `default_points` where maps and lists put
    the country when they know no better; `communes` their outlines, None where the list of places has none; `roads` those of the
    base map, None where it has none; `armed_actors`: names that no log of access may hold;
    `other_procedures`: what a movement has to be told or booked with elsewhere. `contract_months`: how
    far ahead whoever answers for an organisation says until when its people work there; `undo_retirement`: for how long he takes back
    that he retired somebody. `sop_text` what `pack` was read from, `sop_id` which of the published versions that is, 0 for that of the
    files, `endorsed` whether the country team stands behind it, `unfit` the version that should be in
    force and does not fit the other files; `read_sop` makes rules of another text beside the same files;
    `files` the profile as it stands there, None where this is it."""

    code: str
    name: Label
    timezone: str
    languages: tuple[str, ...]
    bounds: tuple[float, float, float, float]
    sectors: tuple[Sector, ...]
    areas: tuple[Area, ...]
    two_way_sms: bool
    phone_plan: PhonePlan
    verify_every: timedelta
    operators: Mapping[str, tuple[str, ...]]
    queue_alarm: QueueAlarm
    holidays: tuple[Holiday, ...]
    committees: tuple[Committee, ...]
    catalogue: Catalogue
    pack: RulePack
    gazetteer: Gazetteer
    basemap: Path
    spoken: Mapping[str, str] = field(default_factory=dict)
    drill_plan: DrillPlan | None = None
    default_points: tuple[LatLon, ...] = ()
    communes: Communes | None = None
    roads: Roads | None = None
    armed_actors: tuple[str, ...] = ()
    other_procedures: tuple[OtherProcedure, ...] = ()
    contract_months: int = 12
    undo_retirement: timedelta = timedelta(days=14)
    qip: QipTerms = field(default_factory=QipTerms)
    sop_text: str = ""
    sop_id: int = 0
    endorsed: bool = False
    unfit: str = ""
    read_sop: Callable[[str], RulePack] | None = field(default=None, repr=False, compare=False)
    files: Mission | None = field(default=None, repr=False, compare=False)

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.timezone)

    def with_sop(self, text: str) -> Mission:
        """The same files beside another SOP. Raises WrongSop for a text that no rules can be made of beside them."""
        if self.read_sop is None:
            raise WrongSop(["This profile was read from no folder."])
        return replace(self, pack=self.read_sop(text), sop_text=text)

    @property
    def unit(self) -> str:
        """What the country calls its smallest unit."""
        return self.gazetteer.terms.commune

    def area(self, code: str) -> Area:
        return next(area for area in self.areas if area.code == code)

    def sector(self, code: str) -> Sector:
        return next(sector for sector in self.sectors if sector.code == code)

    def area_of(self, where: str | LatLon) -> str:
        """The code of the CMCoord area that reads what happens at a P-code or a point (through the outline that it lies in, else
        the nearest place). Raises LookupError for a P-code that is unknown or too wide to lie in one area."""
        return _surely(covering(self.areas, self._place(where)), where).code

    def sector_of(self, where: str | LatLon) -> str:
        """The code of the mission's sector, as `area_of`."""
        return _surely(covering(self.sectors, self._place(where)), where).code

    def desks_of(self, filing: Filing) -> tuple[str, str]:
        """The codes of the area and of the sector that deal with it: those of the first presence on site, else of the last stop."""
        on_site = next((stop for stop in filing.stops if stop.activity), filing.stops[-1]).location
        named = self.gazetteer.meant(on_site.pcode, on_site.cod_version)
        where = named.pcode if named else on_site.point
        return self.area_of(where), self.sector_of(where)

    def place_at(self, point: LatLon) -> Place | None:
        """The commune in whose outline a point lies, else the nearest settlement; None in a gazetteer without any."""
        outlined = self.gazetteer.get(self.communes.at(point) or "") if self.communes else None
        near = None if outlined else self.gazetteer.nearest(point)
        return outlined or (near[0] if near else None)

    def is_day_off(self, day: date) -> bool:
        """Saturday, Sunday or a holiday."""
        return day.weekday() >= 5 or any(holiday.falls_on(day) for holiday in self.holidays)

    def committee_of(self, sector: str) -> str:
        """The code of the local committee that reviews the projects of a sector, else of the national one; empty where there is none."""
        found = [one for one in self.committees if sector in one.sectors]
        return next((one.code for kind in ("lprc", "prc") for one in found if one.kind == kind), "")

    def _place(self, where: str | LatLon) -> Place:
        if isinstance(where, str):
            return _surely(self.gazetteer.get(where), where)
        outlined = self.gazetteer.get(self.communes.at(where) or "") if self.communes else None
        return outlined or _surely(self.gazetteer.nearest(where), where)[0]


T = TypeVar("T")
Unit = TypeVar("Unit", Sector, Area)


def _surely(found: T | None, where: str | LatLon) -> T:
    if found is None:
        raise LookupError(f"nothing is known of {where!r}")
    return found


def communes_of(mission: Mission) -> dict[str, dict[str, list[str]]]:
    """Area code -> cercle -> its communes by name: whose each commune is at the desk. An area that covers none has no cercle."""
    found: dict[str, dict[str, list[str]]] = {area.code: {} for area in mission.areas}
    for place in sorted(mission.gazetteer.places, key=lambda place: (place.cercle_name, place.name)):
        area = covering(mission.areas, place) if place.level == "commune" else None
        if area is not None:
            found[area.code].setdefault(place.cercle_name, []).append(place.name)
    return found


def covering(units: Sequence[Unit], place: Place) -> Unit | None:
    """The unit that covers a place: by its commune, else its cercle, else its region; None when none does."""
    for code in (place.pcode, place.commune, place.cercle, place.region):
        for unit in units:
            if code in unit.covers:
                return unit
    return None
