"""The demo's files -> what is done when. Days are counted from today, so that the fortnight is always around now."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from deconflict.domain.people import Newcomer

FILES = ("people.toml", "humanitarian.toml", "sites.toml", "mission.toml", "acts.toml")
AGO = re.compile(r"(\d+)([mh])")
# Of an item's entry, what says when and by whom; everything else are fields of its form.
ABOUT = frozenset({"key", "by", "filed", "read", "returned", "code", "verified", "method"})
ITEM_FILES = {"humanitarian.toml": "humanitarian", "sites.toml": "site", "mission.toml": "mission"}
DAYS = ("fixed_on", "valid_from")  # of a site, counted from today


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody of the demo. `organisation` is a key of Scenario.organisations; `shown` in the list of sign-ins."""

    key: str
    organisation: str
    who: Newcomer
    shown: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """`person` (a key) stands on `step` of OCHA's ladder for `area`, at this place in the order."""

    area: str
    step: str
    position: int
    person: str


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody does something at an instant. `do` names a method of the player; `item` or `pair` (a notice's and a plan's
    key) what it is done to; `words` the rest of the entry."""

    at: datetime
    do: str
    who: str
    item: str = ""
    pair: tuple[str, str] = ("", "")
    words: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything of one playing. `forms` holds, by item key, the data that the item's schema reads; `sides` which
    schema that is: humanitarian, site or mission."""

    password: str
    starts_at: datetime
    organisations: dict[str, dict[str, Any]]
    guests: tuple[Guest, ...]
    roster: tuple[Shift, ...]
    forms: dict[str, dict[str, Any]]
    sides: dict[str, str]
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Turns the files' days and hours into instants and dates around `now` (aware), on the mission's clocks."""

    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()

    def instant(self, told: Any) -> datetime:
        """`[-3, "09:20"]` is a local time three days ago; `"8m"` and `"3h"` are so long before now."""
        if isinstance(told, str):
            found = AGO.fullmatch(told)
            if found is None:
                raise ValueError(f"neither [day, time] nor a span such as 8m: {told!r}")
            return self.now - timedelta(**{{"m": "minutes", "h": "hours"}[found[2]]: int(found[1])})
        day, clock = told
        return datetime.combine(self.day(day), time.fromisoformat(clock), self.now.tzinfo)

    def day(self, number: int) -> date:
        return self.today + timedelta(days=number)

    def form(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """What a person would have typed: dates for days, every value as text."""
        days = {name: self.day(typed[name]).isoformat() for name in DAYS if name in typed}
        fields = {name: str(value) for name, value in typed.items() if name != "stops"} | days
        return fields | ({"stops": [self._stop(stop) for stop in typed["stops"]]} if "stops" in typed else {})

    def _stop(self, stop: Mapping[str, Any]) -> dict[str, str]:
        plain = {name: value for name, value in stop.items() if name not in ("arrive", "depart")}
        for name in ("arrive", "depart"):
            if name in stop:
                day, begins, ends = stop[name]
                plain |= {f"{name}_date": self.day(day).isoformat(), f"{name}_from": begins, f"{name}_to": ends}
        return plain


def read_scenario(folder: Path, now: datetime) -> Scenario:
    """The scenario of a mission's `demo` folder around `now`, which carries the mission's time zone. Raises OSError, KeyError
    or ValueError for files that cannot be read."""
    raw = {name: tomllib.loads((folder / name).read_text(encoding="utf-8")) for name in FILES}
    calendar, people = Calendar(now), raw["people.toml"]
    items = [
        (side, raw[name].get("common", {}) | entry) for name, side in ITEM_FILES.items() for entry in raw[name]["item"]
    ]
    return Scenario(
        password=people["password"],
        starts_at=calendar.instant([people["since"], "08:00"]),
        organisations={o["key"]: {k: v for k, v in o.items() if k != "key"} for o in people["organisation"]},
        guests=tuple(_guest(entry) for entry in people["person"]),
        roster=tuple(_shifts(people["duty"])),
        forms={entry["key"]: calendar.form(_fields(entry)) for _, entry in items},
        sides={entry["key"]: side for side, entry in items},
        acts=_in_order(
            [act for _, entry in items for act in _life(entry, calendar)]
            + [_act(entry, calendar) for entry in raw["acts.toml"]["act"]]
        ),
    )


def sign_ins(folder: Path) -> tuple[str, list[Newcomer]]:
    """The password of all, and whom to show as a sign-in."""
    people = tomllib.loads((folder / "people.toml").read_text(encoding="utf-8"))
    return people["password"], [guest.who for guest in map(_guest, people["person"]) if guest.shown]


def _guest(entry: Mapping[str, Any]) -> Guest:
    who = Newcomer(
        name=entry["name"],
        language=entry.get("language", "fr"),
        function=entry["function"],
        scope=entry.get("scope"),
        roles=frozenset(entry.get("roles", ())),
        email=entry.get("email"),
        phones=(entry["phone"],),
    )
    return Guest(entry["key"], entry["organisation"], who, entry.get("shown", False))


def _shifts(entries: Iterable[Mapping[str, Any]]) -> Iterable[Shift]:
    for entry in entries:
        for area in entry["areas"]:
            for step in entry.keys() - {"areas"}:
                yield from (Shift(area, step, n, person) for n, person in enumerate(entry[step]))


def _fields(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in ABOUT}


def _life(entry: Mapping[str, Any], calendar: Calendar) -> list[Act]:
    """The item is filed and, where its entry says so, read or returned by whoever is on duty where it goes."""
    key = entry["key"]
    acts = [Act(calendar.instant(entry["filed"]), "file", entry["by"], key)]
    if "read" in entry:
        acts.append(Act(calendar.instant(entry["read"]), "read", "", key))
    if "verified" in entry:
        acts.append(Act(calendar.instant(entry["verified"]), "verify", "", key, words={"method": entry["method"]}))
    if "returned" in entry:
        acts.append(Act(calendar.instant(entry["returned"]), "give_back", "", key, words={"code": entry["code"]}))
    return acts


def _act(entry: Mapping[str, Any], calendar: Calendar) -> Act:
    words = {name: value for name, value in entry.items() if name not in ("at", "do", "who", "item", "case", "stops")}
    if "stops" in entry:
        words |= calendar.form({"stops": entry["stops"]})
    pair = tuple(entry.get("case", ("", "")))
    return Act(calendar.instant(entry["at"]), entry["do"], entry["who"], entry.get("item", ""), pair, words)


def _in_order(acts: list[Act]) -> tuple[Act, ...]:
    return tuple(sorted(acts, key=lambda act: act.at))
