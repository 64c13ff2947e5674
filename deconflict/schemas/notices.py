"""The door for movement notices: what a humanitarian organisation tells of a movement -> MovementNotice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, post_load, validates_schema

from deconflict.domain.activity import Side
from deconflict.domain.country import Mission
from deconflict.domain.filing import Level, MovementNotice
from deconflict.schemas.fields import CHOOSE, Choice, Count, FreeText, Phone, PlaceName, Text, blank, messages
from deconflict.schemas.filings import MODES, FilingSchema
from deconflict.schemas.windows import read_instant

COVERAGE_BEFORE = timedelta(days=7)  # a base without coverage is told before its team leaves
DISCLAIMER_VERSION = "2026-11"  # of the clause shown beside the form: a new wording is a new version
LEVELS = {
    Level.MATCH_ONLY: _l("Match only: nothing of it reaches the mission"),
    Level.REDACTED: _l(
        "Reduced: the officer may ask the mission to avoid a settlement on a half-day, without your name"
    ),
    Level.FULL: _l("Full: as reduced, and what your vehicles look like"),
}
MARKINGS = {"none": _l("No marking"), "logo": _l("Logo"), "flag": _l("Flag"), "logo_flag": _l("Logo and flag")}
CARGOES = {
    "none": _l("No cargo"),
    "food": _l("Food"),
    "nfi": _l("Household items"),
    "medical": _l("Medical"),
    "wash": _l("Water and sanitation"),
    "shelter": _l("Shelter"),
    "other": _l("Other"),
}
VEHICLES = {
    "car": _l("Cars"),
    "truck": _l("Trucks"),
    "bus": _l("Minibuses"),
    "ambulance": _l("Ambulances"),
    "motorcycle": _l("Motorcycles"),
    "boat": _l("Boats"),
    "aircraft": _l("Aircraft"),
    "several": _l("Of several kinds"),
}
RADIOS = {"none": _l("No radio"), "hf": _l("HF"), "vhf": _l("VHF"), "hf_vhf": _l("HF and VHF")}
CHECK_INS = {
    "none": _l("Nowhere"),
    "end": _l("When it reaches the last stop"),
    "stops": _l("At each stop"),
}
NOBODY = "nobody"  # typed where no second person could check the positions
# By what kind of force, where one is agreed (D1.5): never which unit.
ESCORTED_BY = {
    "mission": _l("The mission's force"),
    "unpol": _l("UN Police"),
    "host_forces": _l("Forces of the State"),
    "other": _l("Others"),
}
ESCORTS = {"none": _l("No escort"), "requested": _l("Escort requested"), "provided": _l("Escort agreed")}


class Clause(fields.Field[str]):
    """The version of the disclaimer that was ticked: the value of the tick box is the version the person read."""

    default_error_messages = messages(
        required=_l("Read the clause and tick it."), invalid=_l("The clause has changed. Read it again and tick it.")
    )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> str:
        if value != DISCLAIMER_VERSION:
            raise self.make_error("invalid")
        return DISCLAIMER_VERSION


class Colleague(fields.Field[int | None]):
    """The id of a person, or None for `NOBODY`; whether it is a colleague is for the service to say."""

    default_error_messages = messages(
        required=_l("Say which colleague checked the positions, or that nobody could."), invalid=CHOOSE
    )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> int | None:
        if value == NOBODY:
            return None
        if not isinstance(value, str) or not re.fullmatch(r"[1-9][0-9]{0,8}", value):
            raise self.make_error("invalid")
        return int(value)


class NoticeSchema(FilingSchema):
    """-> MovementNotice. Raises ValidationError; messages are lazy, in the reader's language when shown.

    Fields: kind, level, mode, vehicles, marking, persons, cargo, urgency, urgency_reason, escort, escort_by, disclaimer (the
    version ticked), plates, overnight, communications, vehicle_type, second_phone, radio, coverage_date and coverage_time, check_in_plan,
    confirmed_by, stops: a list of place, place_pcode, position, activity and arrive_/depart_ date, from, to (local time)."""

    side, whole, levels = Side.HUMANITARIAN, ("travel",), LEVELS

    mode = Choice(MODES, required=True)
    vehicles = Count(0, 200, required=True)
    persons = Count(1, 2000, required=True)
    marking = Choice(MARKINGS, load_default="")
    cargo = Choice(CARGOES, load_default="")
    urgency_reason = FreeText(200, load_default="")
    escort = Choice(ESCORTS, required=True)
    escort_by = Choice(ESCORTED_BY, load_default="")
    disclaimer = Clause(required=True)
    plates = Text(200, load_default="")
    overnight = PlaceName(120, house=True, load_default="")
    vehicle_type = Choice(VEHICLES, load_default="")
    radio = Choice(RADIOS, load_default="none")
    coverage_date, coverage_time = Text(20), Text(20)
    check_in_plan = Choice(CHECK_INS, load_default="none")
    confirmed_by = Colleague(required=True)

    def __init__(self, mission: Mission, now: datetime | None = None) -> None:
        super().__init__(mission, now)
        self.declared_fields |= {
            name: Phone(mission.phone_plan, load_default=None) for name in ("communications", "second_phone")
        }
        self._init_fields()

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def _urgency_has_a_reason(self, data: dict[str, Any], typed: Any, **_more: Any) -> None:
        if data.get("urgency", "standard") != "standard" and _left_empty(typed, "urgency_reason"):
            raise ValidationError({"urgency_reason": [_l("Say in a few words why this cannot wait, without names.")]})

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def _an_agreed_escort_is_somebody_s(self, data: dict[str, Any], typed: Any, **_more: Any) -> None:
        if data.get("escort") == "provided" and _left_empty(typed, "escort_by"):
            raise ValidationError({"escort_by": [_l("Choose who provides the escort. No unit and no name.")]})
        if data.get("escort") in ("none", "requested") and data.get("escort_by"):
            wrong = _l("No escort is agreed: leave this empty, or choose “Escort agreed” above.")
            raise ValidationError({"escort_by": [wrong]})

    @validates_schema(skip_on_field_errors=False)
    def _plates_have_a_use(self, data: dict[str, Any], **_more: Any) -> None:
        """Plates serve recognition at a checkpoint and nothing else: what nobody may read is not kept."""
        if data.get("plates") and data.get("level", Level.FULL) != Level.FULL:
            raise ValidationError(
                {"plates": [_l("Plates are kept at the full level only. Take them out or choose that level.")]}
            )

    @validates_schema(skip_on_field_errors=False)
    def _second_phone_is_another(self, data: dict[str, Any], **_more: Any) -> None:
        if data.get("second_phone") and data["second_phone"] == data.get("communications"):
            raise ValidationError({"second_phone": [_l("This is the same number as above. Give another, or none.")]})

    @validates_schema(skip_on_field_errors=False)
    def _coverage_ends_near_the_way(self, data: dict[str, Any], **_more: Any) -> None:
        at = read_instant(data, "coverage", self.mission.zone)
        windows = [window for stop in data.get("stops", ()) for window in stop.windows]
        if at is None or not windows:
            return
        begins, ends = min(w.earliest for w in windows), max(w.latest for w in windows)
        if not begins - COVERAGE_BEFORE <= at <= ends:
            raise ValidationError(
                {"coverage_date": [_l("This is not in the week before the journey, nor on it. Check the date.")]}
            )

    @post_load
    def _notice(self, data: dict[str, Any], **_more: Any) -> MovementNotice:
        lost = read_instant(data, "coverage", self.mission.zone)
        facts = {name: value for name, value in self.settled(data).items() if not name.startswith("coverage_")}
        return MovementNotice(**facts, coverage_lost_at=lost)


def _left_empty(typed: Any, name: str) -> bool:
    """Whether nothing was written there: what was written and refused has its own sentence."""
    return isinstance(typed, Mapping) and blank(typed.get(name))
