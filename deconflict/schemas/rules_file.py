"""What the rules and modifiers of sop.toml may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from deconflict.domain.modifiers import Communes, Escort, Joint, MarketDay, Modifiers, Reason, Urban
from deconflict.domain.places import Gazetteer
from deconflict.domain.rules import Rule
from deconflict.domain.severity import Harm, Severity
from deconflict.schemas.toml_fields import Loaded, Strict, Words, choice, code, flag, number, text, words

SEVERITIES = [severity.value for severity in Severity]
HOUR_S = 3600.0
PROVENANCE = ["proposed", "sourced"]


class Sourced(Strict):
    """What every rule and modifier says of itself."""

    id = code(16)
    why = fields.Nested(Words, required=True)
    provenance = choice(PROVENANCE)
    cites = fields.String(load_default="")

    @validates_schema
    def cites_a_source(self, data: Loaded, **_: Any) -> None:
        if data["provenance"] == "sourced" and not data["cites"]:
            raise ValidationError("A sourced rule says what it cites.", "provenance")


class RuleSchema(Sourced):
    humanitarian = words()
    mission = fields.List(text(), load_default=list)
    among = fields.String(
        load_default=None, validate=validate.OneOf(["humanitarian"], error="Nothing but {choices}: two notices.")
    )
    within_km = number(0, 500, required=False, load_default=None)
    same_settlement = flag()
    same_commune = flag()
    within_h = number(0, 24 * 366)
    severity = choice(SEVERITIES)
    harm = choice(Harm)
    passing = flag(load_default=None)
    moving = flag()
    halting = flag()
    together_min = number(1, 24 * 60, required=False, load_default=None)
    same_category = flag()
    other_category = flag()
    follows = flag()
    site_hours = flag()
    unless = fields.List(text(), load_default=list)
    urban = flag()
    market_day = flag()
    joint = flag()
    escort = flag()
    eyes_only = flag()
    caps = fields.String(load_default=None, validate=validate.OneOf(SEVERITIES, error="Not one of {choices}."))

    @validates_schema
    def whole_rule(self, data: Loaded, **_: Any) -> None:
        if data["within_km"] is None and not data["same_settlement"] and not data["same_commune"]:
            raise ValidationError("A rule needs within_km, same_settlement or same_commune.", "within_km")
        if data["passing"] is not None and data["within_km"] is None:
            raise ValidationError("Passing is a matter of distance: within_km is needed.", "passing")
        if bool(data["mission"]) == (data["among"] is not None):
            raise ValidationError('A rule names the mission side, or it is among = "humanitarian".', "mission")

    @post_load
    def build(self, data: Loaded, **_: Any) -> Rule:
        km, hours, minutes, caps = data.pop("within_km"), data.pop("within_h"), data.pop("together_min"), data["caps"]
        among = data["among"] is not None
        return Rule(
            **{
                **data,
                "within_m": None if km is None else km * 1000,
                "within_s": hours * HOUR_S,
                "together_s": None if minutes is None else minutes * 60,
                "humanitarian": frozenset(data["humanitarian"]),
                "mission": frozenset(data["humanitarian"] if among else data["mission"]),
                "severity": Severity(data["severity"]),
                "harm": Harm(data["harm"]),
                "unless": tuple(data["unless"]),
                "caps": None if caps is None else Severity(caps),
                "among": among,
            }
        )


class UrbanSchema(Sourced):
    divisor = number(1, 100)
    min_km = number(0, 50)


class JointSchema(Sourced):
    mission = words()
    time_factor = number(1, 10)


class EscortSchema(Sourced):
    mission = words()


class CommuneSchema(Sourced):
    cap = choice(SEVERITIES)
    wide_km2 = number(0)
    wide_cap = choice(SEVERITIES)


class ModifiersSchema(Strict):
    urban = fields.Nested(UrbanSchema, required=True)
    market_day = fields.Nested(Sourced, required=True)
    joint = fields.Nested(JointSchema, required=True)
    escort = fields.Nested(EscortSchema, required=True)
    commune = fields.Nested(CommuneSchema, required=True)


def modifiers_of(
    data: Loaded, markets: Mapping[str, frozenset[int]], gazetteer: Gazetteer, timezone: ZoneInfo
) -> Modifiers:
    """The modifiers of a file that was loaded and checked, with what the gazetteer says of towns and communes and
    markets.toml of weekdays."""
    urban, joint, commune = data["urban"], data["joint"], data["commune"]
    wide = {p.pcode for p in gazetteer.places if p.level == "commune" and (p.area_km2 or 0.0) > commune["wide_km2"]}
    return Modifiers(
        urban=Urban(
            _reason(urban),
            urban["divisor"],
            urban["min_km"] * 1000,
            frozenset(place.pcode for place in gazetteer.places if place.urban),
        ),
        market_day=MarketDay(_reason(data["market_day"]), dict(markets)),
        joint=Joint(_reason(joint), frozenset(joint["mission"]), joint["time_factor"]),
        escort=Escort(_reason(data["escort"]), frozenset(data["escort"]["mission"])),
        commune=Communes(
            _reason(commune),
            Severity(commune["cap"]),
            Severity(commune["wide_cap"]),
            commune["wide_km2"],
            frozenset(wide),
            gazetteer.terms.commune,
        ),
        timezone=timezone,
    )


def _reason(data: Loaded) -> Reason:
    return Reason(data["id"], data["why"], data["provenance"], data["cites"])
