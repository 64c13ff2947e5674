"""What activities.toml may say."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from deconflict.domain.activity import Side
from deconflict.domain.kinds import STANDING, Kind
from deconflict.schemas.toml_fields import Loaded, Strict, Words, choice, flag, number, text


class KindSchema(Strict):
    code = text()
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

    @post_load
    def build(self, data: Loaded, **_: Any) -> Kind:
        groups = frozenset(data["groups"]) | ({STANDING} if data["site"] else set())
        return Kind(**{**data, "side": Side(data["side"]), "groups": groups})


class TraitsSchema(Strict):
    """Field names of a mission plan; their values and the groups these add."""

    aid_component = fields.Dict(keys=fields.String(), values=fields.List(text()), required=True)
    joint_with = fields.Dict(keys=fields.String(), values=fields.List(text()), required=True)

    @post_load
    def build(self, data: Loaded, **_: Any) -> dict[str, dict[str, frozenset[str]]]:
        return {name: {value: frozenset(added) for value, added in values.items()} for name, values in data.items()}


class ActivitiesSchema(Strict):
    traits = fields.Nested(TraitsSchema, required=True)
    kind = fields.List(fields.Nested(KindSchema), required=True, validate=validate.Length(min=1))
