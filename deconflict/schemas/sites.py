"""The door for static sites: where a humanitarian organisation stands -> StaticSite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, post_load, validates_schema

from deconflict.domain.activity import OPEN_END, Side
from deconflict.domain.country import Mission
from deconflict.domain.doubts import OF_WAY, given, of_name, of_place
from deconflict.domain.filing import Level, Location, StaticSite, Stop, Window
from deconflict.domain.places import fold
from deconflict.schemas.doubt_words import ticked, unsure
from deconflict.schemas.fields import Choice, Count, Door, Phone, PlaceName, Text, YesNo, complaints, messages
from deconflict.schemas.filings import FilingSchema, Stops
from deconflict.schemas.notices import Clause
from deconflict.schemas.whereabouts import locate
from deconflict.schemas.windows import HOW, _clock, _day, out_of_reach

FINEST_M = (
    10.0  # four decimals, eight digits of the grid, tenths of a second: what a site's position is known to at least
)
DEVICE_M = 100.0  # what a telephone says of its own fix
MOST_RADIUS_M = 5_000
MOST_ALIASES = 5
LEVELS = {
    Level.MATCH_ONLY: _l("Match only: nothing of it reaches the mission"),
    Level.REDACTED: _l(
        "Reduced: once it is verified, the officer may ask the mission to keep away from the settlement, without your name"
    ),
}
FIXES = {
    "gps": _l("By GPS, on the site"),
    "map": _l("On a map or an image"),
    "third_party": _l("Given by somebody else"),
}
MARKINGS = {"none": _l("No marking"), "flag": _l("Flag"), "roof": _l("Emblem on the roof"), "both": _l("Flag and roof")}
OCCUPANCIES = {
    "unknown": _l("Not known"),
    "empty": _l("Nobody as a rule"),
    "few": _l("A few people"),
    "many": _l("Many people"),
    "crowd": _l("A crowd"),
}
OPENINGS = {
    "usual": _l("The usual hours of such a site"),
    "always": _l("Always, day and night"),
    "hours": _l("On some days, at these hours"),
}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EXACT = _l(
    "Give the position of the site itself, to four decimals, tenths of a second or eight digits of the grid: stand on it and read "
    "it from a telephone."
)


class SiteStopSchema(Door):
    """-> Stop without hours: a site's place, exact to about ten metres."""

    place = PlaceName(120)
    place_pcode = Text(20)
    position = Text(100)
    correction = Text(60)
    sure_far, sure_commune, sure_repeated = Text(60), Text(60), Text(60)
    sure_default, sure_unnamed = Text(60), Text(60)

    def __init__(self, mission: Mission, side: Side) -> None:
        super().__init__()
        self.mission = mission

    @post_load
    def _stop(self, data: dict[str, Any], **_more: Any) -> Stop:
        words = {name: data.get(name, "") for name in ("place", "position", "correction")}
        location = locate(self.mission, pcode=data.get("place_pcode", ""), **words)
        if not _exact(location):
            raise ValidationError({"position": [EXACT]})
        doubts = [*of_place(location, self.mission), *of_name(location, self.mission)]
        said = ticked(data, location)
        if wrong := unsure(doubts, said):
            raise ValidationError(wrong)
        asked = {doubt.kind for doubt in doubts}
        return Stop(location, halt=True, sure=tuple(kind for kind in said if kind in asked and kind not in OF_WAY))


class OnePlace(Stops):
    """The one place of a site. No hours are asked for: it stands."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> tuple[Stop, ...]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if len(value) != 1:
            raise ValidationError(_l("A site is in one place. Notify each on its own."))
        try:
            return (self.schema.load(value[0]),)
        except ValidationError as error:
            raise ValidationError({0: complaints(error)}) from None


class Names(fields.Field[tuple[str, ...]]):
    """Several names on one line, between commas or semicolons; each once."""

    default_error_messages = messages()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> tuple[str, ...]:
        line = PlaceName(300).deserialize(value)
        found: dict[str, str] = {}
        for part in str(line).replace(";", ",").split(","):
            if (name := part.strip()) and fold(name):
                found.setdefault(fold(name), name)
        if len(found) > MOST_ALIASES:
            raise ValidationError(_l("Give %(limit)s names at most.", limit=MOST_ALIASES))
        return tuple(found.values())


class Day(fields.Field[date]):
    """A calendar day, as a browser or a person writes it."""

    default_error_messages = messages()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> date:
        found: date = _told(_day, value)
        return found


class Hour(fields.Field[time]):
    """A time of day."""

    default_error_messages = messages()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> time:
        found: time = _told(_clock, value)
        return found


def _told(read: Any, value: Any) -> Any:
    try:
        return read(value.strip() if isinstance(value, str) else "")
    except ValueError:
        raise ValidationError(HOW[read]) from None


class SiteSchema(FilingSchema):
    """-> StaticSite. Raises ValidationError; messages are lazy, in the reader's language when shown.

    Fields: kind, level, name, aliases, stops: a list of one with place, place_pcode, position; fix_method, fixed_on, radius_m,
    works, operator, co_operators, communications, opening, mon to sun, opens, closes, marking, occupancy, valid_from, disclaimer
    (the version ticked). No photograph, no number of people and nobody's name has a field."""

    class Meta(Door.Meta):
        exclude = ("mode", "urgency")

    side, whole, levels = Side.HUMANITARIAN, ("site",), LEVELS
    stop_schema = SiteStopSchema  # type: ignore[assignment]

    name = PlaceName(80, required=True)
    aliases = Names(load_default=())
    fix_method = Choice(FIXES, required=True)
    fixed_on = Day(required=True)
    radius_m = Count(1, MOST_RADIUS_M, required=True)
    works = YesNo(required=True)
    operator = PlaceName(120, required=True)
    co_operators = Names(load_default=())
    opening = Choice(OPENINGS, required=True)
    mon, tue, wed = (YesNo(load_default=False) for _ in range(3))
    thu, fri, sat, sun = (YesNo(load_default=False) for _ in range(4))
    opens, closes = Hour(load_default=None), Hour(load_default=None)
    marking = Choice(MARKINGS, load_default="")
    occupancy = Choice(OCCUPANCIES, required=True)
    valid_from = Day(required=True)
    disclaimer = Clause(required=True)

    def __init__(self, mission: Mission, now: datetime | None = None) -> None:
        super().__init__(mission, now)
        self.declared_fields |= {
            "stops": OnePlace(self.stop_schema(mission, self.side), required=True),
            "communications": Phone(mission.phone_plan, load_default=None),
        }
        self._init_fields()

    @validates_schema(skip_on_field_errors=False)
    def _hours_are_whole(self, data: dict[str, Any], **_more: Any) -> None:
        given_hours = {name for name in ("opens", "closes", *DAYS) if data.get(name)}
        if data.get("opening") != "hours":
            if given_hours and "opening" in data:
                raise ValidationError({"opening": [_l("You give days or hours. Choose them here, or take them out.")]})
            return
        wrong: dict[str, Any] = {name: [_l("Write a time.")] for name in ("opens", "closes") if not data.get(name)}
        if not any(data.get(day) for day in DAYS):
            wrong["mon"] = [_l("Tick the days on which it is open.")]
        if not wrong and data["closes"] <= data["opens"]:
            wrong["closes"] = [_l("It closes before it opens. Open over midnight: choose always.")]
        if wrong:
            raise ValidationError(wrong)

    @validates_schema(skip_on_field_errors=False)
    def _days_are_past_or_near(self, data: dict[str, Any], **_more: Any) -> None:
        if self.now is None:
            return
        today, wrong = self.now.astimezone(self.mission.zone).date(), {}
        if data.get("fixed_on") and data["fixed_on"] > today:
            wrong["fixed_on"] = [_l("This day is still to come: give the day on which the position was taken.")]
        if data.get("valid_from") and data["valid_from"] > today and out_of_reach(self._from(data), self.now):
            wrong["valid_from"] = [_l("Check the year: this is more than 18 months ahead.")]
        if data.get("valid_from") and data["valid_from"].year < 1960:
            wrong["valid_from"] = [_l("Check the year.")]
        if wrong:
            raise ValidationError(wrong)

    @post_load
    def _site(self, data: dict[str, Any], **_more: Any) -> StaticSite:
        begins = self._from(data)
        stops = (replace(data["stops"][0], arrive=Window(begins, begins), depart=Window(OPEN_END, OPEN_END)),)
        facts = {name: value for name, value in data.items() if name not in (*DAYS, "valid_from")}
        return StaticSite(
            **facts
            | {
                "level": Level(data["level"]),
                "stops": stops,
                "days": tuple(n for n, day in enumerate(DAYS) if data[day]),
            }
        )

    def _from(self, data: Mapping[str, Any]) -> datetime:
        """The first instant of the day it begins, on the mission's clocks."""
        return datetime.combine(data["valid_from"], time(0), self.mission.zone).astimezone(UTC)


def typed_site(site: StaticSite, zone: tzinfo) -> dict[str, str]:
    """The fields but its place that would be read as this site again: for a form to amend it."""
    begins = site.stops[0].arrive
    plain = ("kind", "level", "name", "fix_method", "operator", "opening", "marking", "occupancy", "disclaimer")
    return {
        **{name: str(getattr(site, name)) for name in plain},
        "aliases": ", ".join(site.aliases),
        "co_operators": ", ".join(site.co_operators),
        "radius_m": str(site.radius_m),
        "works": "yes" if site.works else "no",
        "communications": site.communications or "",
        "fixed_on": site.fixed_on.isoformat() if site.fixed_on else "",
        "valid_from": begins.earliest.astimezone(zone).date().isoformat() if begins else "",
        "opens": f"{site.opens:%H:%M}" if site.opens else "",
        "closes": f"{site.closes:%H:%M}" if site.closes else "",
        **{day: "yes" if n in site.days else "" for n, day in enumerate(DAYS)},
    }


def _exact(location: Location) -> bool:
    """A device says how well it knows where it is; a person says so by how many figures he writes."""
    finest = DEVICE_M if location.source == "kobo" else FINEST_M
    return given(location) and location.uncertainty_m <= finest
