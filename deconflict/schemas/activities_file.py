"""What activities.toml may say."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from deconflict.domain.activity import Side
from deconflict.domain.kinds import RECORD, STANDING, Kind
from deconflict.schemas.toml_fields import Loaded, Strict, WallTime, Words, choice, code, flag, number, text, words


class KindSchema(Strict):
    code = code()
    side = choice(Side)
    label = fields.Nested(Words, required=True)
    groups = fields.List(text(), required=True)
    footprint_m = number(0, 50_000)
    category = fields.String()
    shown_as = fields.String()
    travel = flag()
    patrol = flag()
    event = flag()
    site = flag()
    sensitive = flag()
    record = flag()
    any_only = flag()
    stay = flag()
    aid = flag()
    zone = flag()
    hours = fields.List(WallTime(), validate=validate.Length(equal=2))
    mode = fields.String(validate=validate.OneOf(["road", "river", "air", "foot"], error="Not one of {choices}."))

    @validates_schema
    def of_its_own_kind(self, data: Loaded, **_: Any) -> None:
        if data["site"] and data["record"]:
            raise ValidationError("A record stands on paper, a site on the ground: not both.", "record")
        if "hours" in data and not data["site"]:
            raise ValidationError("Only a site has hours.", "hours")
        if "hours" in data and data["hours"][0] >= data["hours"][1]:
            raise ValidationError("A site opens before it closes, on one day.", "hours")
        if "mode" in data and not (data["travel"] or data["patrol"]):
            raise ValidationError("Only a kind that a whole movement goes by, or a patrol, has a mode.", "mode")
        for name in ("stay", "aid", "zone"):
            if data[name] and data["side"] != Side.MISSION:
                raise ValidationError("Only the mission files such a plan.", name)
        if data["zone"] and not data["site"]:
            raise ValidationError("A zone stands there: say site = true as well.", "zone")

    @post_load
    def build(self, data: Loaded, **_: Any) -> Kind:
        groups = set(data["groups"])
        groups |= {STANDING} if data["site"] or data["record"] else set()
        groups |= {RECORD} if data["record"] else set()
        hours = tuple(data["hours"]) if "hours" in data else None
        return Kind(**{**data, "side": Side(data["side"]), "groups": frozenset(groups), "hours": hours})


def _answers(*values: str) -> fields.Nested:
    """Every answer that the plan form knows, with the groups it adds."""
    return fields.Nested(Strict.from_dict({v: fields.List(text(), required=True) for v in values}), required=True)


class TraitsSchema(Strict):
    """Field names of a mission plan; their values and the groups these add."""

    aid_component = _answers("none", "planned_qip", "planned_cimic", "unplanned")
    joint_with = _answers("none", "unpol", "host_forces", "other")

    @post_load
    def build(self, data: Loaded, **_: Any) -> dict[str, dict[str, frozenset[str]]]:
        return {name: {value: frozenset(added) for value, added in values.items()} for name, values in data.items()}


class ActivitiesSchema(Strict):
    categories = words()
    traits = fields.Nested(TraitsSchema, required=True)
    kind = fields.List(fields.Nested(KindSchema), required=True, validate=validate.Length(min=1))
