"""What both sides file: stops in order, with windows that can follow each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from deconflict.domain.activity import Side
from deconflict.domain.country import Mission
from deconflict.domain.doubts import OF_WAY, Doubt, of_name, of_place, of_way
from deconflict.domain.filing import Level, Location, Stop, Window
from deconflict.schemas.doubt_words import ticked, unsure
from deconflict.schemas.fields import (
    CHOOSE,
    Choice,
    Door,
    Kind,
    PlaceName,
    Text,
    YesNo,
    blank,
    complaints,
    messages,
    yes_or_no,
)
from deconflict.schemas.whereabouts import locate
from deconflict.schemas.windows import CHECK_THE_YEAR, out_of_reach, read_window

MOST_STOPS = 12
MODES = {"road": _l("By road"), "river": _l("By river"), "air": _l("By air"), "foot": _l("On foot")}
URGENCIES = {"standard": _l("Standard"), "urgent": _l("Urgent"), "emergency": _l("Emergency")}
NOT_ON_SITE = _l("Choose what is done at this stop, or leave it empty for a passage or a rest.")
NO_WINDOW = _l("Give a date, an earliest and a latest time.")
WHOLE_WINDOWS = _l("Give a window for arrival and one for departure: what is done here needs a beginning and an end.")

T = TypeVar("T")
Wrong = dict[str, Any]


class PlaceSchema(Door):
    """The fields by which a form asks for one place: its name, its position, the correction chosen, the doubts that were confirmed."""

    place = PlaceName(120)
    place_pcode = Text(20)
    position = Text(100)
    correction = Text(60)
    sure_far, sure_commune, sure_repeated = Text(60), Text(60), Text(60)
    sure_default, sure_unnamed, sure_twice, sure_speed = Text(60), Text(60), Text(60), Text(60)


class StopSchema(PlaceSchema):
    """-> Stop. Place and windows are read together, so that a person hears of everything at once."""

    arrive_date, arrive_from, arrive_to = Text(20), Text(20), Text(20)
    depart_date, depart_from, depart_to = Text(20), Text(20), Text(20)
    activity = Text(40)
    halt = YesNo()

    def __init__(self, mission: Mission, side: Side) -> None:
        super().__init__()
        self.mission, self.side = mission, side

    @post_load
    def _stop(self, data: dict[str, Any], **_more: Any) -> Stop:
        wrong: Wrong = {}
        words = {"place": data.get("place", ""), "pcode": data.get("place_pcode", "")}
        more = {name: data.get(name, "") for name in ("position", "correction")}
        location = _told(wrong, lambda: locate(self.mission, **words, **more))
        doubts = self._doubts(location) if location else []
        said = ticked(data, location) if location else ()
        wrong |= unsure(doubts, said)
        arrive = _told(wrong, lambda: self._window(data, "arrive"))
        depart = _told(wrong, lambda: self._window(data, "depart"))
        if data.get("activity"):
            wrong |= {f"{name}_from": [WHOLE_WINDOWS] for name in ("arrive", "depart") if not _has_window(data, name)}
        wrong |= self._activity_wrong(data.get("activity")) | self._halt_wrong(data)
        if wrong or location is None:
            raise ValidationError(wrong)
        sure = tuple(kind for kind in said if kind in OF_WAY or any(doubt.kind == kind for doubt in doubts))
        return Stop(location, arrive, depart, data.get("activity"), data.get("halt", "activity" in data), sure)

    def _doubts(self, location: Location) -> list[Doubt]:
        """The mission goes by grid squares and reads them in words before it files: only the humanitarian side has to name the
        settlement (D1.5)."""
        named = of_name(location, self.mission) if self.side is Side.HUMANITARIAN else ()
        return [*of_place(location, self.mission), *named]

    def _window(self, data: Mapping[str, str], name: str) -> Window | None:
        return read_window(data, name, self.mission.zone, groups=self.side is Side.MISSION)

    def _activity_wrong(self, code: str | None) -> Wrong:
        known = {kind.code for kind in self.mission.catalogue.of(self.side, on_site=True)}
        return {"activity": [NOT_ON_SITE]} if code and code not in known else {}

    def _halt_wrong(self, data: Mapping[str, Any]) -> Wrong:
        """A patrol must say whether it stops; humanitarian stops are known by what is done there."""
        if self.side is Side.HUMANITARIAN:
            return {"halt": [_l("Only mission plans say this. Take it out.")]} if "halt" in data else {}
        return {} if "halt" in data else {"halt": [_l("Say whether the patrol stops here for 15 minutes or more.")]}


def _told(wrong: Wrong, read: Callable[[], T]) -> T | None:
    """What `read` gives, or None and its complaints in `wrong`."""
    try:
        return read()
    except ValidationError as error:
        wrong.update(complaints(error))
        return None


class FilingSchema(Door):
    """What notices and plans have in common. Subclasses say the side and what makes a whole."""

    side: Side
    whole: tuple[str, ...]  # flags of the kinds that a whole item goes by
    levels: Mapping[Level, Any]
    stop_schema: type[StopSchema] = StopSchema

    mode = Choice(MODES, load_default="road")
    urgency = Choice(URGENCIES, load_default="standard")

    def __init__(self, mission: Mission, now: datetime | None = None) -> None:
        """`now`: people are writing, so that a date far from it is refused; None takes any date."""
        super().__init__()
        self.mission, self.now = mission, now
        self.declared_fields |= {
            "kind": Kind(mission, self.side, *self.whole, required=True),
            "level": Choice(
                {str(level): words for level, words in self.levels.items()},
                required=True,
                error_messages={"required": CHOOSE},
            ),
            "stops": Stops(self.stop_schema(mission, self.side), required=True),
        }
        self._init_fields()

    @validates_schema(skip_on_field_errors=False)
    def _level_is_bearable(self, data: dict[str, Any], **_more: Any) -> None:
        codes = {data.get("kind"), *(stop.activity for stop in data.get("stops", ()))} - {None}
        if data.get("level", Level.MATCH_ONLY) != Level.MATCH_ONLY and any(
            self.mission.catalogue[code].sensitive for code in codes
        ):
            raise ValidationError(
                {"level": [_l("What you do there is too sensitive to be disclosed. Choose: match only.")]}
            )

    @validates_schema(skip_on_field_errors=False)
    def _stops_follow(self, data: dict[str, Any], **_more: Any) -> None:
        wrong = dict(_disorder(data.get("stops", ())))
        if wrong:
            raise ValidationError({"stops": wrong})

    @validates_schema(skip_on_field_errors=False)
    def _dates_are_near(self, data: dict[str, Any], **_more: Any) -> None:
        wrong = {
            index: {f"{name}_date": [CHECK_THE_YEAR] for name in far}
            for index, stop in enumerate(data.get("stops", ()))
            if (far := list(_far(stop, self.now)))
        }
        if wrong:
            raise ValidationError({"stops": wrong})

    @validates_schema(skip_on_field_errors=False)
    def _way_can_be_gone(self, data: dict[str, Any], **_more: Any) -> None:
        stops = data.get("stops", ())
        wrong: dict[int, Wrong] = {}
        for index, doubt in of_way(stops, data["mode"]) if "mode" in data else ():
            wrong.setdefault(index, {}).update(unsure([doubt], stops[index].sure))
        if any(wrong.values()):
            raise ValidationError({"stops": wrong})

    def settled(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What the filing is made of: the level, and of the ticks only those that something was asked for."""
        asked = {(index, doubt.kind) for index, doubt in of_way(data["stops"], data["mode"])}
        stops = tuple(
            replace(stop, sure=tuple(k for k in stop.sure if k not in OF_WAY or (index, k) in asked))
            for index, stop in enumerate(data["stops"])
        )
        return {**data, "level": Level(data["level"]), "stops": stops}


class Stops(fields.Field[tuple[Stop, ...]]):
    """One to twelve stops, each through the stop's own schema."""

    default_error_messages = messages(
        invalid=_l("Send a list of stops."),
        none=_l("Give at least one stop."),
        many=_l("Twelve stops at most: notify the rest as another movement."),
    )

    def __init__(self, schema: Schema, **more: Any) -> None:
        super().__init__(**more)
        self.schema = schema

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> tuple[Stop, ...]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if not 1 <= len(value) <= MOST_STOPS:
            raise self.make_error("many" if value else "none")
        wrong: dict[int, Any] = {}
        stops: list[Stop] = []
        for index, raw in enumerate(value):
            missing = {f"{name}_from": [NO_WINDOW] for name in _missing(index, len(value), raw)}
            try:
                stops.append(self.schema.load(raw))
            except ValidationError as error:
                missing |= complaints(error)
            if missing:
                wrong[index] = missing
        if wrong:
            raise ValidationError(wrong)
        return tuple(stops)


def _disorder(stops: Sequence[Stop]) -> Iterator[tuple[int, Wrong]]:
    """Windows that cannot follow each other, by stop. Going somewhere else takes time, staying may not."""
    reached = datetime.min.replace(tzinfo=UTC)
    here = None
    for index, stop in enumerate(stops):
        for name, window in (("arrive", stop.arrive), ("depart", stop.depart)):
            if window is None:
                continue
            travels = name == "arrive" and here not in (None, stop.location.point)
            if window.latest < reached or (travels and window.latest == reached):
                yield (
                    index,
                    {f"{name}_to": [_l("This is before one can have left the previous place. Correct one of them.")]},
                )
            reached = max(reached, window.earliest)
            here = stop.location.point


def _far(stop: Stop, now: datetime | None) -> Iterator[str]:
    """Windows, by name, of which an end is out of reach."""
    for name, window in (("arrive", stop.arrive), ("depart", stop.depart)):
        if window and (out_of_reach(window.earliest, now) or out_of_reach(window.latest, now)):
            yield name


def windows_needed(index: int, count: int) -> Iterator[str]:
    """Which windows a stop of a way has by its place in it: one begins by leaving and ends by arriving."""
    if index > 0 or count == 1:
        yield "arrive"
    if index < count - 1 or count == 1:
        yield "depart"


def _missing(index: int, count: int, raw: Any) -> list[str]:
    """The windows that this stop lacks, as it was sent: whatever else is wrong with it, they are told at once. A stop on the way
    may have none at all when one passes through."""
    if not isinstance(raw, Mapping):
        return []
    halts = not blank(raw.get("activity")) if blank(raw.get("halt")) else yes_or_no(raw["halt"])
    passes = 0 < index < count - 1 and not halts and not any(_has_window(raw, name) for name in ("arrive", "depart"))
    return [] if passes else [name for name in windows_needed(index, count) if not _has_window(raw, name)]


def _has_window(raw: Mapping[str, Any], name: str) -> bool:
    """Whether anything was given of it."""
    return not all(blank(raw.get(f"{name}_{part}")) for part in ("date", "from", "to"))
