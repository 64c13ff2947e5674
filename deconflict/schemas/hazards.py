"""The door for hazard notices: a place, or the road between two, since when, until when, from whom by class, a few words -> Hazard."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, post_load, validates_schema

from deconflict.domain.country import Mission
from deconflict.domain.doubts import of_place
from deconflict.domain.filing import Location
from deconflict.domain.hazard_notice import Hazard
from deconflict.domain.hazards import KINDS, SOURCES
from deconflict.schemas.doubt_words import sentence
from deconflict.schemas.fields import CHOOSE, Choice, Door, FreeText, PlaceName, Text, complaints
from deconflict.schemas.open_text import OpenText, refuse_place
from deconflict.schemas.whereabouts import locate
from deconflict.schemas.windows import CHECK_THE_YEAR, out_of_reach, read_instant, typed_instant
from deconflict.schemas.zones import SURE, seal

FIRST, LAST = "first-place", "last-place"
LONGEST = 90  # days that one holds without anybody looking at it again
WORDS = 200


class Words(FreeText, OpenText):
    """What whoever reads it needs to know of the hazard. It is shown to both sides, so that nothing stands there that either of them
    never stores, whoever writes."""


class UntilSchema(Door):
    """How long a hazard holds: until_date and until_time, or nothing for as long as is usual -> {"until": instant}."""

    until_date, until_time = Text(20), Text(20)

    def __init__(self, mission: Mission, now: datetime) -> None:
        super().__init__()
        self.mission, self.now = mission, now

    @post_load
    def _until(self, data: dict[str, Any], **_more: Any) -> Any:
        return {"until": self.until(data, self.now)}

    def until(self, data: Mapping[str, Any], since: datetime) -> datetime:
        """Raises ValidationError for an hour that is past or too far ahead."""
        until = read_instant(data, "until", self.mission.zone)
        if until is None:
            return max(since, self.now) + timedelta(days=self.mission.pack.procedures.hazard_days)
        if until <= max(since, self.now):
            raise ValidationError(
                {"until_date": [_l("It ends before it begins, or is over. Give a later end, or none.")]}
            )
        if until > max(since, self.now) + timedelta(days=LONGEST):
            said = _l(
                "A hazard is looked at again after %(days)s days at the latest. Give an earlier end.", days=LONGEST
            )
            raise ValidationError({"until_date": [said]})
        return until


class HazardSchema(UntilSchema):
    """-> Hazard. Fields: kind, first-place, last-place (of a section), since_ and until_ date and time, source, words, sure_points: what
    zones.seal gives of places that are right though they look made up."""

    kind = Choice(KINDS, required=True, error_messages={"required": CHOOSE})
    first = PlaceName(120, data_key=FIRST, load_default="")
    last = PlaceName(120, data_key=LAST, load_default="")
    since_date, since_time = Text(20), Text(20)
    source = Choice(SOURCES, required=True, error_messages={"required": CHOOSE})
    words = Words(WORDS, load_default="")
    sure_points = Text(64, load_default="")

    @validates_schema(skip_on_field_errors=False)
    def _has_a_place(self, data: dict[str, Any], **_more: Any) -> None:
        self._places(data)

    @validates_schema(skip_on_field_errors=False)
    def _has_its_hours(self, data: dict[str, Any], **_more: Any) -> None:
        self.until(data, self._since(data))

    @post_load
    def _until(self, data: dict[str, Any], **_more: Any) -> Hazard:
        since = self._since(data)
        places, until = self._places(data), self.until(data, since)
        return Hazard(data["kind"], places, since, until, data["source"], data["words"])

    def _since(self, data: Mapping[str, Any]) -> datetime:
        """The minute of now where nothing is said."""
        since = read_instant(data, "since", self.mission.zone) or self.now.replace(second=0, microsecond=0)
        if out_of_reach(since, self.now):
            raise ValidationError({"since_date": [CHECK_THE_YEAR]})
        return since

    def _places(self, data: Mapping[str, Any]) -> tuple[Location, ...]:
        first = self._place(data.get("first", ""), FIRST)
        places = (first, self._place(data["last"], LAST)) if data.get("last") else (first,)
        if len(places) > 1 and places[0].point == places[1].point:
            raise ValidationError(
                {LAST: [_l("This is the same place twice. Name where the section ends, or leave it empty.")]}
            )
        doubts = [sentence(doubt) for place in places for doubt in of_place(place, self.mission)]
        if doubts and data.get(SURE, "") != seal(places):
            raise ValidationError({SURE: doubts})
        return places

    def _place(self, typed: str, field: str) -> Location:
        try:
            refuse_place(typed)
            place = locate(self.mission, place=typed)
        except ValidationError as error:
            said = [one for each in complaints(error).values() for one in (each if isinstance(each, list) else [each])]
            raise ValidationError({field: said}) from None
        if place.source == "commune":
            wide = _l("%(place)s is too wide. Name a settlement, or give a position.", place=place.name)
            raise ValidationError({field: [wide]})
        return place


def typed_hazard(hazard: Hazard, mission: Mission) -> dict[str, str]:
    """The flat fields that would be read as this hazard again."""
    last = {LAST: hazard.places[1].as_typed} if len(hazard.places) > 1 else {}
    return {
        "kind": hazard.kind,
        FIRST: hazard.places[0].as_typed,
        **last,
        "source": hazard.source,
        "words": hazard.words,
        **typed_instant(hazard.since, "since", mission.zone),
        **typed_instant(hazard.until, "until", mission.zone),
        SURE: seal(hazard.places),
    }


def seal_of(mission: Mission, *typed: str) -> str:
    """What a tick says "they are right" of; empty where one of them cannot be read."""
    try:
        return seal([locate(mission, place=one) for one in typed if one.strip()])
    except ValidationError:
        return ""
