"""The door for Quick Impact Projects: what their manager typed -> a QipProposal, and what he says at each step -> its facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, post_load, pre_load, validates, validates_schema

from deconflict.domain import qip_codes as codes
from deconflict.domain.country import Mission
from deconflict.domain.doubts import OF_WAY, of_place, spot
from deconflict.domain.filing import Location
from deconflict.domain.qip_proposal import QipProposal, place_of
from deconflict.domain.qips import longest
from deconflict.schemas.doubt_words import TICKS, ticked, unsure
from deconflict.schemas.fields import Choice, Door, YesNo, complaints, messages
from deconflict.schemas.filings import PlaceSchema
from deconflict.schemas.forms import flat_place
from deconflict.schemas.open_text import OpenText, refuse_place
from deconflict.schemas.sites import Day
from deconflict.schemas.whereabouts import locate

OF_HUMANITARIANS = re.compile(
    r"humanit\w*|\bo\.?n\.?g\.?s?\b|\bn\.?g\.?o\.?s?\b|\bocha\b|\bunicef\b|\bpam\b|\bwfp\b|\bhcr\b|\bunhcr\b|croix[ -]rouge|red cross",
    re.IGNORECASE,
)
MOST_DAYS_AHEAD = 550


class Money(fields.Field[int]):
    """Whole USD up to a ceiling; thousands may be set apart."""

    default_error_messages = messages()

    def __init__(self, most: int, **more: Any) -> None:
        super().__init__(**more)
        self.most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> int:
        digits = re.sub(r"[\s,'\u00a0\u202f]", "", str(value)) if isinstance(value, str | int) else ""
        if not re.fullmatch(r"[0-9]{1,9}", digits) or int(digits) < 1:
            raise ValidationError(_l("Write the budget in whole US dollars, figures only."))
        if int(digits) > self.most:
            raise ValidationError(
                _l(
                    "%(budget)s USD is above the ceiling of a QIP, %(most)s USD. Give less.",
                    budget=_thousands(int(digits)),
                    most=_thousands(self.most),
                )
            )
        return int(digits)


def _thousands(sum_usd: int) -> str:
    """Set apart as both languages read it."""
    return f"{sum_usd:,}".replace(",", "\u202f")


class QipPlaceSchema(PlaceSchema):
    """-> Location and the doubts about it that were confirmed. Through the house's own checks of a position."""

    def __init__(self, mission: Mission) -> None:
        super().__init__()
        self.mission = mission

    @validates("place")
    def _place_is_a_place(self, text: str, **_more: Any) -> None:
        refuse_place(text)

    @post_load
    def _where(self, data: dict[str, Any], **_more: Any) -> tuple[Location, tuple[str, ...]]:
        words = {name: data.get(name, "") for name in ("place", "position", "correction")}
        location = locate(self.mission, pcode=data.get("place_pcode", ""), **words)
        doubts, said = of_place(location, self.mission), ticked(data, location)
        if wrong := unsure(doubts, said):
            raise ValidationError(wrong)
        asked = {doubt.kind for doubt in doubts}
        return location, tuple(kind for kind in said if kind in asked and kind not in OF_WAY)


class OneStop(fields.Field[tuple[Location, tuple[str, ...]]]):
    """The one place of a project, under the names that the house's form of a place has."""

    default_error_messages = messages()

    def __init__(self, schema: QipPlaceSchema, **more: Any) -> None:
        super().__init__(**more)
        self.schema = schema

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_more: Any) -> tuple[Location, tuple[str, ...]]:
        try:
            found: tuple[Location, tuple[str, ...]] = self.schema.load(value[0] if isinstance(value, list) else {})
        except ValidationError as error:
            raise ValidationError({0: complaints(error)}) from None
        return found


class QipSchema(Door):
    """-> QipProposal. Raises ValidationError; messages are lazy, in the reader's language when shown. `now`: somebody is writing, so
    that a project that is over is refused."""

    title_fr, title_en = OpenText(120, required=True), OpenText(120, required=True)
    sector = Choice(codes.SECTORS, required=True)
    partner = OpenText(120, required=True)
    partner_class = Choice(codes.PARTNERS, required=True)
    partner_capacity = Choice(codes.CAPACITIES, required=True)
    owner_section = Choice(codes.SECTIONS, required=True)
    starts_on, ends_on = Day(required=True), Day(required=True)
    signage = OpenText(160, required=True)
    band = Choice(codes.BANDS, required=True)
    work_plan = YesNo(required=True)

    def __init__(self, mission: Mission, now: datetime | None = None) -> None:
        super().__init__()
        self.mission, self.now = mission, now
        self.declared_fields |= {
            "category": Choice(mission.qip.categories, required=True),
            "budget_usd": Money(mission.qip.ceiling_usd, required=True),
            "stops": OneStop(QipPlaceSchema(mission), required=True),
        }
        self._init_fields()

    @pre_load
    def _a_place_at_least(self, data: Any, **_more: Any) -> Any:
        return {"stops": [{}], **data} if isinstance(data, Mapping) else data

    @validates("signage")
    def _sign_is_the_missions(self, text: str, **_more: Any) -> None:
        found = OF_HUMANITARIANS.search(text)
        if found is not None:
            raise ValidationError(
                _l(
                    "A sign of the mission's project names the mission, never humanitarians: “%(found)s” makes people take one for "
                    "the other. Write it otherwise.",
                    found=found[0],
                )
            )

    @validates_schema(skip_on_field_errors=False)
    def _days_follow(self, data: dict[str, Any], **_more: Any) -> None:
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts is None or ends is None:
            return
        months = self.mission.qip.longest_months
        if ends < starts:
            raise ValidationError({"ends_on": [_l("It ends before it begins. Correct one of them.")]})
        last = longest(starts, months)
        if ends > last:
            said = _l(
                "A QIP lasts %(months)s months at most: begun on that day it ends by %(day)s. Give an earlier end.",
                months=months,
                day=f"{last:%d/%m/%Y}",
            )
            raise ValidationError({"ends_on": [said]})
        today = self.now.astimezone(self.mission.zone).date() if self.now else None
        if today and ends < today:
            raise ValidationError(
                {"ends_on": [_l("This day is past: what is over is not proposed any more. Give a later day.")]}
            )
        if today and (starts - today).days > MOST_DAYS_AHEAD:
            raise ValidationError({"starts_on": [_l("Check the year: this is more than 18 months ahead.")]})

    @post_load
    def _proposal(self, data: dict[str, Any], **_more: Any) -> QipProposal:
        location, sure = data.pop("stops")
        return QipProposal(location=location, sure=sure, **data)


def typed_qip(facts: Mapping[str, Any]) -> dict[str, str]:
    """The flat fields that would be read as this project again: for a form to amend it."""
    names = (*QipSchema._declared_fields, "category", "budget_usd")
    plain = {name: facts.get(name, "") for name in names if name != "stops"}
    location = place_of(facts)
    ticks = {TICKS[kind]: spot(location) for kind in facts.get("sure", ())}
    return {
        name: ("yes" if value else "no") if isinstance(value, bool) else str(value) for name, value in plain.items()
    } | flat_place(location, ticks)


# ---- at each step ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says as he takes a step: the day it happened, a code of it, a few words."""

    on: date | None
    code: str
    words: str


# Event -> whether a day is asked, the codes to choose from, whether words are.
ASKED: Mapping[str, tuple[bool, Mapping[str, Any], bool]] = {
    "sign": (True, {}, False),
    "start": (True, {}, False),
    "visit": (True, codes.FINDINGS, True),
    "suspend": (False, codes.PAUSES, True),
    "resume": (True, {}, False),
    "complete": (True, {}, False),
    "close": (True, codes.RATINGS, True),
    "cancel": (False, codes.CANCELLED, True),
}


class QipStepSchema(Door):
    """-> Said, of one event. Fields: on, code, words; each only where the event asks for it."""

    words = OpenText(500, load_default="")

    def __init__(self, event: str, now: datetime, mission: Mission) -> None:
        super().__init__()
        day, choices, _words = ASKED[event]
        self.today = now.astimezone(mission.zone).date()
        self.declared_fields |= {"on": Day(required=True)} if day else {}
        self.declared_fields |= {"code": Choice(choices, required=True)} if choices else {}
        self._init_fields()

    @validates_schema
    def _has_happened(self, data: dict[str, Any], **_more: Any) -> None:
        if "on" in data and data["on"] > self.today:
            raise ValidationError({"on": [_l("This day is still to come: give the day on which it happened.")]})

    @post_load
    def _said(self, data: dict[str, Any], **_more: Any) -> Said:
        return Said(data.get("on"), data.get("code", ""), data["words"])
