"""The door of the dialogue log: codes, a day, a place of the list, counts -> Meeting; what was promised -> Promise. There is no field for
what was said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, post_load, validates_schema

from deconflict.domain.country import Mission
from deconflict.domain.dialogue import Meeting, Promise
from deconflict.domain.errors import Refused
from deconflict.domain.meetings import BILATERAL, DOERS, FORCES, INTERPRETERS, KINDS, LANGUAGES, PRESENT, TOPICS
from deconflict.domain.unspoken import refuse_unspoken
from deconflict.domain.unwanted import unwanted_in
from deconflict.schemas.duty import Day
from deconflict.schemas.fields import CHOOSE, Choice, Count, Door, PlaceName, blank, complaints, messages
from deconflict.schemas.open_text import OpenText, refuse_place
from deconflict.schemas.whereabouts import locate
from deconflict.schemas.windows import CHECK_THE_YEAR, out_of_reach, read_instant

COUNTED = {f"present_{code}": code for code in PRESENT}
MOST = 999


class Topics(fields.Field[tuple[str, ...]]):
    """Several codes of TOPICS, each once."""

    default_error_messages = messages(invalid=CHOOSE)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(one, str) and one in TOPICS for one in value):
            raise self.make_error("invalid")
        return tuple(code for code in TOPICS if code in value)


class Said(OpenText):
    """What somebody is to do, in a few words: nothing that is never stored, no armed group, nothing of what is negotiated."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        line = super()._deserialize(value, attr, data, **more)
        if (found := unwanted_in(line)) is not None:
            raise ValidationError(_l(found.sentence, found=found.found))
        try:
            refuse_unspoken(line, "")
        except Refused as refused:
            raise ValidationError(_l(refused.sentence, **refused.facts)) from None
        return line


class MeetingSchema(Door):
    """-> (Meeting, whether it took place). Fields: kind, force, area, on, where-place, topics (several), present_* (counts by class),
    language, interpreter, _held."""

    kind = Choice(KINDS, required=True, error_messages={"required": CHOOSE})
    force = Choice(FORCES, load_default="")
    on = Day(required=True)
    place = PlaceName(120, load_default="", data_key="where-place")
    topics = Topics(load_default=())
    language = Choice(LANGUAGES, load_default="")
    interpreter = Choice(INTERPRETERS, load_default="")
    took_place = Choice({"yes": ""}, data_key="_held", load_default="")

    def __init__(self, mission: Mission, now: datetime, *, held: bool) -> None:
        """`held`: it is known to have taken place. Then its day is no later than today, and it was about something."""
        super().__init__()
        self.mission, self.now, self.held = mission, now, held
        areas = {area.code: dict(area.name) for area in mission.areas}
        self.declared_fields |= {
            "area": Choice(areas, required=True, error_messages={"required": CHOOSE}),
            **{name: Count(0, MOST, load_default=0) for name in COUNTED},
        }
        self._init_fields()

    @validates_schema(skip_on_field_errors=False)
    def _meets_somebody(self, data: dict[str, Any], **_more: Any) -> None:
        if data.get("kind") == BILATERAL and not data.get("force"):
            raise ValidationError({"force": [_l("Choose with which force.")]})
        if self._was_held(data) and not data.get("topics") and "topics" in data:
            raise ValidationError({"topics": [_l("Tick what it was about.")]})

    @validates_schema(skip_on_field_errors=False)
    def _on_a_day(self, data: dict[str, Any], **_more: Any) -> None:
        if "on" not in data:
            return
        at = read_instant({"on_date": data["on"].isoformat(), "on_time": "12:00"}, "on", self.mission.zone)
        if at is None or out_of_reach(at, self.now):
            raise ValidationError({"on": [CHECK_THE_YEAR]})
        if self._was_held(data) and data["on"] > self.now.astimezone(self.mission.zone).date():
            raise ValidationError({"on": [_l("This day is still to come. Give the day on which it took place.")]})

    @validates_schema(skip_on_field_errors=False)
    def _in_a_place(self, data: dict[str, Any], **_more: Any) -> None:
        self._place(data)

    @post_load
    def _read(self, data: dict[str, Any], **_more: Any) -> tuple[Meeting, bool]:
        present = {code: data[name] for name, code in COUNTED.items() if data[name]}
        name, pcode, edition = self._place(data)
        meeting = Meeting(
            kind=data["kind"],
            area=data["area"],
            on=data["on"],
            force=data["force"],
            place=name,
            pcode=pcode,
            cod_version=edition,
            topics=data["topics"],
            present=present,
            language=data["language"],
            interpreter=data["interpreter"],
        )
        return meeting, self._was_held(data)

    def _was_held(self, data: Mapping[str, Any]) -> bool:
        return self.held or data.get("took_place") == "yes"

    def _place(self, data: Mapping[str, Any]) -> tuple[str, str, str]:
        if blank(data.get("place")):
            return "", "", ""
        try:
            refuse_place(data["place"])
            place = locate(self.mission, place=data["place"])
        except ValidationError as error:
            said = [one for each in complaints(error).values() for one in (each if isinstance(each, list) else [each])]
            raise ValidationError({"where-place": said}) from None
        if place.pcode is None:
            raise ValidationError({"where-place": [_l("Name a place of the list, not a position.")]})
        return place.name, place.pcode, place.cod_version


class PromiseSchema(Door):
    """-> Promise. Fields: what (words), who, by."""

    what = Said(120, required=True)
    who = Choice(DOERS, required=True, error_messages={"required": CHOOSE})
    by = Day(required=True)

    @post_load
    def _promise(self, data: dict[str, Any], **_more: Any) -> Promise:
        return Promise(data["what"], data["who"], data["by"])


def typed_meeting(meeting: Meeting) -> dict[str, Any]:
    """The flat fields that would be read as this meeting again."""
    return {
        "kind": meeting.kind,
        "area": meeting.area,
        "on": meeting.on.isoformat() if meeting.on else "",
        "force": meeting.force,
        "where-place": meeting.pcode,
        "topics": list(meeting.topics),
        "language": meeting.language,
        "interpreter": meeting.interpreter,
        **{name: str(meeting.present[code]) for name, code in COUNTED.items() if meeting.present.get(code)},
    }
