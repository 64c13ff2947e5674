"""What mission.toml may say. What it says of the gazetteer is checked in mission.py."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import available_timezones

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from deconflict.domain.country import (
    Area,
    Committee,
    Contact,
    DrillPlan,
    Holiday,
    PhonePlan,
    QipTerms,
    QueueAlarm,
    Sector,
)
from deconflict.domain.other_procedures import APPLIES, OtherProcedure
from deconflict.domain.place import Terms
from deconflict.domain.severity import Severity
from deconflict.schemas.toml_fields import Loaded, Strict, WallTime, Words, choice, number, text, whole, words


class ContactSchema(Strict):
    role = text()
    label = fields.Nested(Words, required=True)

    @post_load
    def build(self, data: Loaded, **_: Any) -> Contact:
        return Contact(**data)


class SectorSchema(Strict):
    code = text()
    hq = text()
    covers = words()
    name = fields.Nested(Words, required=True)
    contact = fields.List(fields.Nested(ContactSchema), load_default=list)

    @post_load
    def build(self, data: Loaded, **_: Any) -> Sector:
        contacts = tuple(data.pop("contact"))
        return Sector(**{**data, "covers": tuple(data["covers"])}, contacts=contacts)


class AreaSchema(Strict):
    code = text()
    duty_place = text()
    covers = words()
    staffed = fields.Boolean(truthy={True}, falsy={False}, required=True)
    backup = fields.List(text(), load_default=list)
    name = fields.Nested(Words, required=True)

    @post_load
    def build(self, data: Loaded, **_: Any) -> Area:
        return Area(**{**data, "covers": tuple(data["covers"]), "backup": tuple(data["backup"])})


class PhonePlanSchema(Strict):
    region = fields.String(required=True, validate=validate.Regexp(r"^[A-Z]{2}$"))
    country_code = fields.String(required=True, validate=validate.Regexp(r"^[1-9]\d{0,2}$"))
    national_digits = whole(4, 12)
    mobile = words()
    fixed = words()
    toll_free = words()
    satellite = words()

    @post_load
    def build(self, data: Loaded, **_: Any) -> PhonePlan:
        plain: Loaded = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
        return PhonePlan(**plain)


class ContactsSchema(Strict):
    verify_days = whole(7, 366)
    operators = fields.Dict(text(), words(), load_default=dict)
    contract_months = fields.Integer(load_default=12, strict=True, validate=validate.Range(1, 60))
    undo_days = fields.Integer(load_default=14, strict=True, validate=validate.Range(1, 90))


class UnattendedSchema(Strict):
    critical_min = whole(5, 24 * 60)
    high_min = whole(5, 7 * 24 * 60)
    next_min = whole(5, 24 * 60)

    @post_load
    def build(self, data: Loaded, **_: Any) -> QueueAlarm:
        after = {
            severity: timedelta(minutes=data[f"{severity}_min"]) for severity in (Severity.CRITICAL, Severity.HIGH)
        }
        return QueueAlarm(after, timedelta(minutes=data["next_min"]))


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
RARELY = 13  # weeks: a number that nobody has tried for a quarter of a year is not known to work


class DrillSchema(Strict):
    """-> DrillPlan, None where drills never start by themselves."""

    every_weeks = whole(0, RARELY)
    weekday = fields.String(validate=validate.OneOf(WEEKDAYS, error="Not one of {choices}."))
    hour = WallTime()

    @validates_schema
    def whole_plan(self, data: Loaded, **_: Any) -> None:
        for name in ("weekday", "hour"):
            if data["every_weeks"] and name not in data:
                raise ValidationError("Say when drills start, or every_weeks = 0 for never.", name)

    @post_load
    def build(self, data: Loaded, **_: Any) -> DrillPlan | None:
        if not data["every_weeks"]:
            return None
        return DrillPlan(data["every_weeks"], WEEKDAYS.index(data["weekday"]), data["hour"])


class HolidaySchema(Strict):
    on = fields.Raw(required=True)
    name = fields.Nested(Words, required=True)

    @post_load
    def build(self, data: Loaded, **_: Any) -> Holiday:
        day, name = data["on"], data["name"]
        if isinstance(day, date):
            return Holiday(day.month, day.day, day.year, name)
        try:
            yearly = date.fromisoformat(f"2000-{day}")  # a leap year: 29 February is a day
        except ValueError:
            raise ValidationError('Not "MM-DD" nor a full date.', "on") from None
        return Holiday(yearly.month, yearly.day, None, name)


class CommitteeSchema(Strict):
    code = text()
    kind = choice(["lprc", "prc"])
    seat = text()
    sectors = words()
    name = fields.Nested(Words, required=True)

    @post_load
    def build(self, data: Loaded, **_: Any) -> Committee:
        return Committee(**{**data, "sectors": tuple(data["sectors"])})


class OtherProcedureSchema(Strict):
    code = fields.String(required=True, validate=validate.Regexp(r"^[a-z][a-z0-9_]{0,29}$"))
    applies = choice(list(APPLIES))
    label = fields.Nested(Words, required=True)
    why = fields.Nested(Words, required=True)

    @post_load
    def build(self, data: Loaded, **_: Any) -> OtherProcedure:
        return OtherProcedure(**data)


class QipCategorySchema(Strict):
    code = fields.String(required=True, validate=validate.Regexp(r"^[a-z_]{2,30}$"))
    label = fields.Nested(Words, required=True)


class QipSchema(Strict):
    ceiling_usd = whole(1, 999_999)
    longest_months = whole(1, 36)
    category = fields.List(fields.Nested(QipCategorySchema), required=True, validate=validate.Length(min=1))

    @validates_schema
    def each_once(self, data: Loaded, **_: Any) -> None:
        codes = [one["code"] for one in data["category"]]
        if len(set(codes)) < len(codes):
            raise ValidationError("Two categories have the same code.", "category")

    @post_load
    def build(self, data: Loaded, **_: Any) -> QipTerms:
        categories = {one["code"]: one["label"] for one in data["category"]}
        return QipTerms(data["ceiling_usd"], data["longest_months"], categories)


class BoundsSchema(Strict):
    south = number(-90, 90)
    west = number(-180, 180)
    north = number(-90, 90)
    east = number(-180, 180)

    @validates_schema
    def not_empty(self, data: Loaded, **_: Any) -> None:
        if data["south"] >= data["north"]:
            raise ValidationError("South is not south of north.", "south")
        if data["west"] >= data["east"]:  # every position would be outside, and no map could be drawn
            raise ValidationError(
                "West is not west of east. A country on both sides of 180 degrees is not supported.", "west"
            )


class PointSchema(Strict):
    lat = number(-90, 90)
    lon = number(-180, 180)

    @post_load
    def build(self, data: Loaded, **_: Any) -> tuple[float, float]:
        return data["lat"], data["lon"]


class LevelsSchema(Strict):
    commune = text()
    cercle = text()
    region = fields.Nested(Words, required=True)

    @post_load
    def build(self, data: Loaded, **_: Any) -> Terms:
        return Terms(**data)


class MissionSchema(Strict):
    code = fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9-]+$"))
    timezone = fields.String(required=True)
    languages = words(["fr", "en"])
    gazetteer = text()
    cod_version = text()
    levels = fields.Nested(LevelsSchema, required=True)
    basemap = text()
    armed_actors = fields.List(text(), load_default=list)
    spoken = fields.Dict(fields.String(validate=validate.Regexp(r"^[a-z]{2,3}$")), text(), load_default=dict)
    two_way_sms = fields.Boolean(truthy={True}, falsy={False}, required=True)
    name = fields.Nested(Words, required=True)
    bounds = fields.Nested(BoundsSchema, required=True)
    default_point = fields.List(fields.Nested(PointSchema), load_default=list)
    sector = fields.List(fields.Nested(SectorSchema), required=True, validate=validate.Length(min=1))
    area = fields.List(fields.Nested(AreaSchema), required=True, validate=validate.Length(min=1))
    phone_plan = fields.Nested(PhonePlanSchema, required=True)
    contacts = fields.Nested(ContactsSchema, required=True)
    unattended = fields.Nested(UnattendedSchema, required=True)
    drill = fields.Nested(DrillSchema, load_default=None)
    holiday = fields.List(fields.Nested(HolidaySchema), load_default=list)
    committee = fields.List(fields.Nested(CommitteeSchema), load_default=list)
    qip = fields.Nested(QipSchema, required=True)
    other_procedure = fields.List(fields.Nested(OtherProcedureSchema), load_default=list)

    @validates_schema
    def each_procedure_once(self, data: Loaded, **_: Any) -> None:
        codes = [one.code for one in data["other_procedure"]]
        for n, code in enumerate(codes):
            if code in codes[:n]:
                raise ValidationError({"other_procedure": {n: {"code": ["This code was given before."]}}})

    @validates_schema
    def real_zone(self, data: Loaded, **_: Any) -> None:
        if data["timezone"] not in available_timezones():
            raise ValidationError("Not a time zone such as Africa/Bamako.", "timezone")
