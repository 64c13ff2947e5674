"""The door for areas that are closed or to be avoided: corners, a line or villages, one a line -> MissionPlan with a zone. Each line
is read and checked as any position is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, post_load, pre_load, validates_schema

from deconflict.domain.activity import OPEN_END, LatLon, Side
from deconflict.domain.coordinates import format_mgrs
from deconflict.domain.country import Mission
from deconflict.domain.doubts import of_place, spot
from deconflict.domain.filing import Level, Location, MissionPlan, Stop, Window
from deconflict.domain.msgid import N_
from deconflict.domain.rings import Fault
from deconflict.domain.zone import CORRIDOR, LEAST, MOST_POINTS, POLYGON, VILLAGES, Zone
from deconflict.schemas.doubt_words import sentence
from deconflict.schemas.fields import CHOOSE, Choice, Door, Kind, Text, YesNo, complaints, messages
from deconflict.schemas.open_text import refuse_fields, refuse_place
from deconflict.schemas.plans import LEVELS
from deconflict.schemas.whereabouts import locate
from deconflict.schemas.windows import CHECK_THE_YEAR, out_of_reach, read_instant, typed_instant

SHAPES = {
    POLYGON: _l("An area, by its corners"),
    CORRIDOR: _l("A road or line, by points along it and its width"),
    VILLAGES: _l("Villages, each as a whole"),
}
# Whom OCHA has it from. A class and no words: it judges how much to believe, and names nobody. Not the mission: what it has to say it
# files itself, and what may be told of that is for itself to say (RUL-7, RUL-8).
KNOWN_FROM = {
    "force": _l("The force itself"),
    "state": _l("State authorities"),
    "humanitarian": _l("A humanitarian organisation"),
    "residents": _l("People who live there"),
    "seen": _l("OCHA's own staff saw it"),
}
TOO_FEW = {
    POLYGON: _l("An area has three corners at least, each on a line of its own."),
    CORRIDOR: _l("A line has two points at least, each on a line of its own."),
    VILLAGES: _l("Name one village at least."),
}
CROSSES = N_(
    "The border crosses or touches itself near %(where)s. Give the corners in order, one after the other around the area."
)
WIDE = _l("This area is larger than a country. Look for the corner that is far from the others.")
SURE = "sure_points"
LINE_MAX = 100
NUMBER = re.compile(r"\d{1,2}(?:[.,]\d{1,3})?", re.ASCII)
_GRID = r"\d{1,2}\s?[C-HJ-NP-X]\s?[A-HJ-NP-Z][A-HJ-NP-V]\s?\d"
SQUARE = re.compile(_GRID, re.ASCII | re.IGNORECASE)
NEXT_SQUARE = re.compile(rf"[\s,/-]+(?={_GRID})", re.ASCII | re.IGNORECASE)
NUMBERED = re.compile(rf"^(?:\d{{1,2}}[.)] |[A-Z][.):]? (?={_GRID}))", re.ASCII | re.IGNORECASE)


class Lines(fields.Field[tuple[str, ...]]):
    """Lines that hold something, white space tidied."""

    default_error_messages = messages(
        invalid=_l("Write text here."),
        unprintable=_l("There is an invisible character in this text. Type it again without copying."),
    )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> tuple[str, ...]:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        lines = lines_in(value)
        if len(lines) > MOST_POINTS:
            raise ValidationError(
                _l("At most %(most)s lines. Make two areas of it, or give fewer corners.", most=MOST_POINTS)
            )
        if any(len(line) > LINE_MAX for line in lines):
            raise ValidationError(_l("Write %(limit)s characters at most.", limit=LINE_MAX))
        if not all(line.isprintable() for line in lines):
            raise self.make_error("unprintable")
        return lines


class Kilometres(fields.Field[float]):
    """Metres of a number of kilometres, with a decimal point or comma."""

    default_error_messages = messages(invalid=_l("Write kilometres from 0.1 to 25, for example 1.5."))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> float:
        text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
        metres = float(text.replace(",", ".")) * 1000 if NUMBER.fullmatch(text) else 0.0
        if not 100 <= metres <= 25_000:
            raise self.make_error("invalid")
        return metres


class ZoneSchema(Door):
    """-> MissionPlan with a zone. Raises ValidationError; messages are lazy, in the reader's language when shown.

    Fields: kind (of a zone), level, shape, points (one a line), half_width_km (of a line), begins_ and ends_ date and time (local, or
    a date-time group in `time`), until_notice instead of an end, sure_points: what `seal` gives of points that are right though
    they look made up."""

    side: ClassVar[Side] = Side.MISSION
    levels: ClassVar[Mapping[Level, Any]] = LEVELS

    shape = Choice(SHAPES, required=True, error_messages={"required": CHOOSE})
    points = Lines(required=True)
    half_width_km = Kilometres(load_default=0.0)
    begins_date, begins_time = Text(20), Text(20)
    ends_date, ends_time = Text(20), Text(20)
    until_notice = YesNo(load_default=False)
    sure_points = Text(64, load_default="")

    def __init__(self, mission: Mission, now: datetime | None = None) -> None:
        """`now` as in FilingSchema."""
        super().__init__()
        self.mission, self.now = mission, now
        self.declared_fields |= {
            "kind": Kind(mission, self.side, "zone", required=True),
            "level": Choice(
                {str(level): words for level, words in self.levels.items()},
                required=True,
                error_messages={"required": CHOOSE},
            ),
        }
        self._init_fields()

    @pre_load
    def _nothing_forbidden(self, data: Any, **_more: Any) -> Any:
        refuse_fields(data)
        return data

    @validates_schema(skip_on_field_errors=False)
    def _has_its_points(self, data: dict[str, Any], **_more: Any) -> None:
        if "shape" in data and "points" in data:
            self._stops(data)

    @validates_schema(skip_on_field_errors=False)
    def _line_has_a_width(self, data: dict[str, Any], **_more: Any) -> None:
        width, shape = data.get("half_width_km"), data.get("shape")
        if shape == CORRIDOR and width == 0.0:
            raise ValidationError({"half_width_km": [Kilometres.default_error_messages["invalid"]]})
        if shape in (POLYGON, VILLAGES) and width:
            raise ValidationError({"half_width_km": [_l("Only a line has a width. Take it out.")]})

    @validates_schema(skip_on_field_errors=False)
    def _has_its_hours(self, data: dict[str, Any], **_more: Any) -> None:
        self._window(data)

    @post_load
    def _plan(self, data: dict[str, Any], **_more: Any) -> MissionPlan:
        first, *others = self._stops(data)
        begins, ends = self._window(data)
        held = Stop(first.location, Window(begins, begins), Window(ends, ends), halt=True, sure=first.sure)
        zone = Zone(data["shape"], data["half_width_km"])
        known_from = data.get("known_from", "")
        return MissionPlan(data["kind"], Level(data["level"]), (held, *others), zone=zone, known_from=known_from)

    def _window(self, data: Mapping[str, Any]) -> tuple[datetime, datetime]:
        begins, ends = (read_instant(data, name, self.mission.zone) for name in ("begins", "ends"))
        if begins is None:
            raise ValidationError({"begins_time": [_l("Say from when, by a date and a time.")]})
        if data.get("until_notice"):
            if ends is not None:
                raise ValidationError({"ends_time": [_l("Give an end or tick “until further notice”, not both.")]})
            ends = OPEN_END
        if ends is None:
            raise ValidationError({"ends_time": [_l("Say until when, or tick “until further notice”.")]})
        if ends <= begins:
            raise ValidationError({"ends_time": [_l("It ends before it begins. Correct one of them.")]})
        for name, at in (("begins", begins), ("ends", ends)):
            if at != OPEN_END and out_of_reach(at, self.now):
                raise ValidationError({f"{name}_date": [CHECK_THE_YEAR]})
        return begins, ends

    def _stops(self, data: Mapping[str, Any]) -> tuple[Stop, ...]:
        shape = data["shape"]
        stops = _once(tuple(self._read(data["points"], shape, data.get(SURE, ""))), closed=shape == POLYGON)
        points = [stop.location.point for stop in stops]
        if len(set(points)) < LEAST[shape]:
            raise ValidationError({"points": [TOO_FEW[shape]]})
        fault = Zone(shape).fault(points)
        if fault is not None:
            raise ValidationError({"points": [fault_words(fault, points)]})
        return stops

    def _read(self, lines: Sequence[str], shape: str, said: str) -> list[Stop]:
        """Every line that is wrong is told at once."""
        wrong: list[Any] = []
        places: list[Location] = []
        for number, line in enumerate(lines, 1):
            try:
                places.append(self._place(line, shape))
            except ValidationError as error:
                wrong += [_l("Line %(number)s: %(sentence)s", number=number, sentence=one) for one in _sentences(error)]
        if wrong:
            raise ValidationError({"points": wrong})
        doubts = [list(of_place(place, self.mission)) for place in places]
        if any(doubts) and said != seal(places):
            raise ValidationError(
                {
                    SURE: [
                        _l("Line %(number)s: %(sentence)s", number=n, sentence=sentence(doubt))
                        for n, found in enumerate(doubts, 1)
                        for doubt in found
                    ]
                }
            )
        return [
            Stop(place, halt=True, sure=tuple(doubt.kind for doubt in found))
            for place, found in zip(places, doubts, strict=True)
        ]

    def _place(self, line: str, shape: str) -> Location:
        refuse_place(line)
        place = locate(self.mission, place=line)
        if place.source == "commune":
            raise ValidationError(_l("%(place)s is too wide. Name a settlement, or give a position.", place=place.name))
        if shape == VILLAGES and place.source != "gazetteer":
            raise ValidationError(_l("Name the village as the list has it, or choose another way to draw the area."))
        return place


class OchaZoneSchema(ZoneSchema):
    """The same of an area that OCHA enters: shared with nobody, and with it `known_from`, of KNOWN_FROM."""

    levels: ClassVar[Mapping[Level, Any]] = {Level.MATCH_ONLY: LEVELS[Level.MATCH_ONLY]}

    known_from = Choice(KNOWN_FROM, required=True, error_messages={"required": CHOOSE})


def lines_in(text: str) -> tuple[str, ...]:
    """Those that hold something, white space tidied, without the numbers of a list; grid squares one after the other on one line, as
    an order has them, are as many lines."""
    rows = (NUMBERED.sub("", " ".join(raw.split())) for raw in re.split(r"[\r\n;]+", text))
    return tuple(line for row in rows if row for line in (NEXT_SQUARE.split(row) if SQUARE.match(row) else (row,)))


def fault_words(fault: Fault, points: Sequence[LatLon]) -> Any:
    """What is wrong with a border, and near which square."""
    return WIDE if fault.reason == "ring_wide" else _l(CROSSES, where=format_mgrs(fault.at or points[0], 6))


def seal(places: Sequence[Location]) -> str:
    """What a tick says "they are right" of: other points have to be said again."""
    return hashlib.sha256("|".join(spot(place) for place in places).encode()).hexdigest()[:32]


def seal_of(mission: Mission, text: str) -> str:
    """The same of lines as typed; empty where one of them cannot be read."""
    try:
        return seal([locate(mission, place=line) for line in Lines().deserialize(text)])
    except ValidationError:
        return ""


def typed_zone(plan: MissionPlan, zone: tzinfo) -> dict[str, str]:
    """The flat fields that would be read as this area again."""
    assert plan.zone is not None
    holds = plan.stops[0]
    assert holds.arrive is not None
    assert holds.depart is not None
    ends = holds.depart.latest
    places = [stop.location for stop in plan.stops]
    return {
        "kind": plan.kind,
        "level": str(plan.level),
        "shape": plan.zone.shape,
        "points": "\n".join(place.as_typed for place in places),
        "known_from": plan.known_from,
        "half_width_km": f"{plan.zone.half_width_m / 1000:g}" if plan.zone.half_width_m else "",
        **typed_instant(holds.arrive.earliest, "begins", zone),
        **({"until_notice": "yes"} if ends >= OPEN_END else typed_instant(ends, "ends", zone)),
        **({SURE: seal(places)} if any(stop.sure for stop in plan.stops) else {}),
    }


def _once(stops: tuple[Stop, ...], *, closed: bool) -> tuple[Stop, ...]:
    """Without points that repeat the one before, nor the first at the end where somebody closed the ring."""
    kept = [*stops[:1], *(after for before, after in pairwise(stops) if after.location.point != before.location.point)]
    if closed and len(kept) > 1 and kept[0].location.point == kept[-1].location.point:
        kept.pop()
    return tuple(kept)


def _sentences(error: ValidationError) -> Iterator[Any]:
    found = complaints(error)
    for each in found.values():
        yield from each if isinstance(each, list) else [each]
