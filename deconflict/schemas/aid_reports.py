"""The doors of reports of aid outside QIPs: the report itself -> domain.aid_words.Told, and what is typed with each step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, post_load, validates

from deconflict.domain.activity import Side
from deconflict.domain.aid_words import (
    ANSWERS,
    BY_MISSION,
    CONSEQUENCES,
    GIVERS,
    KINDS,
    RESPONSES,
    SOURCES,
    Told,
)
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.place import Place
from deconflict.schemas.fields import CHOOSE, REQUIRED, Choice, Door, FreeText, Text, messages
from deconflict.schemas.open_text import OpenText

MOST_WORDS = 500
MOST_NAMED = 5
PLACE = "aid-place"  # what the page calls it: a field of such a name offers places while one types
TOLD_SOURCES = {code: words for code, words in SOURCES.items() if code != BY_MISSION}


class Settlement(fields.Field[Place]):
    """A settlement of the mission's list, as one writes it. Where several bear the name, it says how each is written."""

    default_error_messages = messages()

    def __init__(self, mission: Mission, **more: Any) -> None:
        super().__init__(**more)
        self.gazetteer = mission.gazetteer

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> Place:
        words = value if isinstance(value, str) else ""
        found = [place for place in self.gazetteer.named(words) if place.level == "town"]
        if len(found) == 1:
            return found[0]
        near = found or [place for place in self.gazetteer.search(words, 12) if place.level == "town"]
        if not near:
            raise ValidationError(_l("No settlement of the list is called so. Write it otherwise, or the nearest one."))
        named = "; ".join(self.gazetteer.written(place) for place in near[:MOST_NAMED])
        raise ValidationError(_l("Write one of these: %(places)s.", places=named))


class AidReportSchema(Door):
    """Fields: day (ISO), aid-place, kind, needs, consulted, consequence, and where said description, giver; `source` of all but the
    mission, which `declares`. -> Told. Raises ValidationError; messages are lazy."""

    day = fields.Date(required=True, error_messages={"required": REQUIRED, "invalid": _l("Write a date.")})
    kind = Choice(KINDS, required=True, error_messages={"required": CHOOSE})
    giver = Choice(GIVERS, load_default="")
    needs = Choice(ANSWERS, required=True, error_messages={"required": CHOOSE})
    consulted = Choice(ANSWERS, required=True, error_messages={"required": CHOOSE})
    consequence = Choice(CONSEQUENCES, required=True, error_messages={"required": CHOOSE})

    def __init__(self, mission: Mission, today: date, by: Audience, *, declares: bool) -> None:
        super().__init__()
        words = FreeText if by.side == Side.HUMANITARIAN else OpenText
        self.declared_fields["description"] = words(MOST_WORDS, load_default="")
        self.today = today
        self.declared_fields["place"] = Settlement(mission, required=True, data_key=PLACE)
        if not declares:
            self.declared_fields["source"] = Choice(TOLD_SOURCES, required=True, error_messages={"required": CHOOSE})
        self._init_fields()

    @validates("day")
    def _has_been(self, day: date, **_more: Any) -> None:
        if day > self.today:
            raise ValidationError(_l("Write a day that has come."))

    @post_load
    def _told(self, data: dict[str, Any], **_more: Any) -> Told:
        place: Place = data.pop("place")
        return Told(pcode=place.pcode, **data)


class SourceSchema(Door):
    """Fields: source-kind, source-organisation (id as a string, of those given; absent where it is nobody's that is known here)."""

    kind = Choice(SOURCES, required=True, error_messages={"required": CHOOSE}, data_key="source-kind")

    def __init__(self, organisations: Mapping[str, str]) -> None:
        super().__init__()
        self.declared_fields["organisation"] = Choice(organisations, load_default="", data_key="source-organisation")
        self._init_fields()

    @post_load
    def _source(self, data: dict[str, Any], **_more: Any) -> tuple[str, int | None]:
        return data["kind"], int(data["organisation"]) if data["organisation"] else None


class ResponseSchema(Door):
    """Fields: response-code, and response-words where there are any. -> (code, words)."""

    code = Choice(RESPONSES, required=True, error_messages={"required": CHOOSE}, data_key="response-code")
    words = Text(MOST_WORDS, load_default="", data_key="response-words")

    @post_load
    def _response(self, data: dict[str, Any], **_more: Any) -> tuple[str, str]:
        return data["code"], data["words"]
