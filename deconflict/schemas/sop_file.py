"""What sop.toml may say. What it says of activities.toml (a rule that cites a kind that does not exist) is checked in
mission.py."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from deconflict.domain.close_out import Terms
from deconflict.domain.escalation import AUDIENCES, OCHA_ROLES, PARTY_ROLES, Clock, Clocks, Ladder, Night, Step
from deconflict.domain.places import Gazetteer
from deconflict.domain.probing import Limits
from deconflict.domain.procedure_terms import ProcedureTerms
from deconflict.domain.severity import Severity
from deconflict.domain.sites import SiteTerms
from deconflict.domain.sop import Geography, RulePack, Windows
from deconflict.domain.ways_out import Terms as WaysOut
from deconflict.schemas.rules_file import HOUR_S, SEVERITIES, ModifiersSchema, RuleSchema, modifiers_of
from deconflict.schemas.toml_fields import LONG, Loaded, Strict, WallTime, choice, code, flag, number, whole, words

MAX_SHARE = 1.0


class StepSchema(Strict):
    severity = choice(SEVERITIES)
    ladder = choice(AUDIENCES)
    id = code(24)
    at_share = number(0, 10)
    after_min = number(0, 7 * 24 * 60, required=False, load_default=0.0)
    to = words(OCHA_ROLES + PARTY_ROLES)
    channels = words(["sms", "voice", "email"])
    everyone = flag()

    @post_load
    def build(self, data: Loaded, **_: Any) -> tuple[Severity, str, Step]:
        after = timedelta(minutes=data["after_min"])
        step = Step(data["id"], data["at_share"], after, tuple(data["to"]), tuple(data["channels"]), data["everyone"])
        return Severity(data["severity"]), data["ladder"], step


class ReleaseSchema(Strict):
    max_min = number(0, 7 * 24 * 60)
    share = number(0, MAX_SHARE, required=False, load_default=None)

    @post_load
    def build(self, data: Loaded, **_: Any) -> Clock:
        return Clock(timedelta(minutes=data["max_min"]), data["share"])


class AckSchema(Strict):
    max_h = number(0, 7 * 24)
    share = number(0, MAX_SHARE, required=False, load_default=None)
    floor_min = number(0, 7 * 24 * 60, required=False, load_default=0.0)

    @post_load
    def build(self, data: Loaded, **_: Any) -> Clock:
        return Clock(timedelta(hours=data["max_h"]), data["share"], timedelta(minutes=data["floor_min"]))


def by_severity(inner: type[Schema]) -> fields.Dict:
    return fields.Dict(keys=choice(SEVERITIES), values=fields.Nested(inner), required=True)


LeadTimes = Strict.from_dict(
    {
        name: number(0)
        for name in ("movement_standard", "movement_urgent", "convoy_large", "patrol_change", "visible_qip_event")
    }
)
KEPT = ("movement_exact", "patrol_exact", "personal", "sms_body", "draft", "pattern", "hold_unconfirmed")
KEPT_PROCEDURES = ("qip", "aid_report", "procedure")
# Who answers for what is asked long afterwards, and what was deleted does not come back.
KEPT_LONG = {"case": 90, "audit": 365}
Retention = Strict.from_dict(
    {name: number(KEPT_LONG.get(name, 1), LONG) for name in (*KEPT, *KEPT_PROCEDURES, *KEPT_LONG)},
)


class WindowsSchema(Strict):
    depart_slack_h = number()
    on_site_slack_h = number()
    arrive_slack_min_h = number()
    arrive_slack_share = number(0, MAX_SHARE)
    rainy_factor = number(1, 5)
    rainy_months = fields.List(whole(1, 12), required=True)
    open_stay_h = number()


LegsSchema = Strict.from_dict(
    {
        "uncertainty_max_km": number(),
        "uncertainty_share": number(0, MAX_SHARE),
        # Of use only where the profile has roads.
        "snap_within_km": number(0, 25, required=False, load_default=2.0),
        "detour_at_most": number(1, 10, required=False, load_default=2.5),
        "road_half_width_km": number(0.05, 10, required=False, load_default=1.0),
    }
)
PlacesSchema = Strict.from_dict({"same_settlement_radius_m": number(), "declared_place_max_m": number()})
PassingSchema = Strict.from_dict({"under_min": number(1)})
OverdueSchema = Strict.from_dict({"after_h": number(0)})
OfflineSchema = Strict.from_dict({"kept_h": number(1, 24 * 14)})
FilingSchema = Strict.from_dict({"convoy_large_min_trucks": whole(1)})
SmsSchema = Strict.from_dict({"daily_cap": whole(1), "settle_min": number(0, 60)})
BrakeSchema = Strict.from_dict({"alerts_per_hour": whole(1)})
ReviewSchema = Strict.from_dict({name: number() for name in ("critical_h", "high_h", "medium_h", "near_h", "near_min")})
AskingSchema = Strict.from_dict(
    {
        "batches": fields.List(WallTime(), required=True, validate=validate.Length(min=1)),
        "near_h": number(0, 7 * 24),
        "freeze_h": number(0, 24),
    }
)
ClosingSchema = Strict.from_dict({"batches": fields.List(WallTime(), required=True, validate=validate.Length(min=1))})
CloseOutSchema = Strict.from_dict({"remind_h": number(1, 24 * 30), "head_h": number(1, 24 * 30)})
WaysOutSchema = Strict.from_dict(
    {
        "furthest_days": whole(1, 60),
        "day_from": WallTime(required=True),
        "day_until": WallTime(required=True),
        "ready_h": number(0, 72),
        "most": whole(1, 12),
    }
)
PROBING = ("minimal_per_day", "minimal_per_week", "changes_per_day", "short_lived_per_week", "alike_per_day")
ProbingSchema = Strict.from_dict({"short_lived_h": number(), **{name: whole(1) for name in PROBING}})
StaticSiteSchema = Strict.from_dict(
    {name: whole(1, LONG) for name in ("verify_days", "notice_days", "archive_days", "processing_working_days")}
    | {name: number(1) for name in ("same_place_m", "near_m")}
    | {"occupied": choice(SEVERITIES)}
)
PROCEDURES = tuple(field.name for field in dataclasses.fields(ProcedureTerms))
ProceduresSchema = Strict.from_dict({name: whole(1, 366) for name in PROCEDURES})
QuietSchema = Strict.from_dict(
    {
        "from": WallTime(required=True),
        "until": WallTime(required=True),
        "starts_before": WallTime(required=True),
        "on_duty_severity": choice(SEVERITIES),
    }
)


class SopSchema(Strict):
    sop_version = code(60, dots=True)
    status = choice(["proposed_defaults_not_endorsed", "endorsed"])
    lead_times_h = fields.Nested(LeadTimes, required=True)
    filing = fields.Nested(FilingSchema, required=True)
    windows = fields.Nested(WindowsSchema, required=True)
    legs = fields.Nested(LegsSchema, required=True)
    places = fields.Nested(PlacesSchema, required=True)
    passing = fields.Nested(PassingSchema, required=True)
    modifier = fields.Nested(ModifiersSchema, required=True)
    rule = fields.List(fields.Nested(RuleSchema), required=True, validate=validate.Length(min=1))
    alert_release = by_severity(ReleaseSchema)
    ack = by_severity(AckSchema)
    confirm = fields.Dict(keys=choice(SEVERITIES), values=fields.Nested(AckSchema), load_default=dict)
    release = by_severity(AckSchema)
    answer = by_severity(AckSchema)
    hoped = fields.Nested(AckSchema, required=True)
    asking = fields.Nested(AskingSchema, required=True)
    review = fields.Nested(ReviewSchema, required=True)
    follow_up = fields.Nested(AckSchema, required=True)
    step = fields.List(fields.Nested(StepSchema), required=True, validate=validate.Length(min=1))
    quiet = fields.Nested(QuietSchema, required=True)
    sms = fields.Nested(SmsSchema, required=True)
    brake = fields.Nested(BrakeSchema, required=True)
    closing = fields.Nested(ClosingSchema, required=True)
    overdue = fields.Nested(OverdueSchema, required=True)
    probing = fields.Nested(ProbingSchema, required=True)
    retention_days = fields.Nested(Retention, required=True)
    offline = fields.Nested(OfflineSchema, required=True)
    close_out = fields.Nested(CloseOutSchema, required=True)
    ways_out = fields.Nested(WaysOutSchema, required=True)

    @validates_schema
    def a_day_begins_before_it_ends(self, data: Loaded, **_: Any) -> None:
        if data["ways_out"]["day_from"] >= data["ways_out"]["day_until"]:
            raise ValidationError("The day ends before it begins: raise day_until.", "ways_out")

    @validates_schema
    def the_head_hears_after_the_owner(self, data: Loaded, **_: Any) -> None:
        if data["close_out"]["head_h"] < data["close_out"]["remind_h"]:
            raise ValidationError("The head of a desk hears after its officer: raise head_h.", "close_out")

    static_site = fields.Nested(StaticSiteSchema, required=True)
    procedures = fields.Nested(ProceduresSchema, required=True)

    @validates_schema
    def a_site_is_announced_before_it_goes(self, data: Loaded, **_: Any) -> None:
        terms = data["static_site"]
        if not terms["notice_days"] < terms["verify_days"] <= terms["archive_days"] - terms["notice_days"]:
            raise ValidationError(
                "[static_site] notice_days must be less than verify_days, and both together no more than archive_days: else nobody "
                "is told in time.",
                "static_site",
            )

    @validates_schema
    def armed_people_in_a_site_alert_somebody(self, data: Loaded, **_: Any) -> None:
        grave = data["static_site"]["occupied"]
        if not any((severity.value, ladder) == (grave, "ocha") for severity, ladder, _step in data["step"]):
            said = f'This alerts nobody: there is no [[step]] with severity = "{grave}" and ladder = "ocha".'
            raise ValidationError({"static_site": {"occupied": [said]}})

    @validates_schema
    def every_call_has_a_clock(self, data: Loaded, **_: Any) -> None:
        for severity in SEVERITIES:
            if severity not in data["release"]:
                raise ValidationError(f"There is no [release.{severity}]: a call would have no clock.", "release")
            if severity not in data["answer"]:
                raise ValidationError(f"There is no [answer.{severity}]: a request would have no clock.", "answer")


def rule_pack(data: Loaded, timezone: str, gazetteer: Gazetteer, markets: Mapping[str, frozenset[int]]) -> RulePack:
    """The pack of a file that was loaded and checked; hours of the day are those of `timezone`. `markets`: weekdays (Monday 0)
    by settlement."""
    windows, legs, places = data["windows"], data["legs"], data["places"]
    return RulePack(
        version=data["sop_version"],
        status=data["status"],
        rules=tuple(rule for rule in data["rule"] if not rule.among),
        duplicates=tuple(rule for rule in data["rule"] if rule.among),
        modifiers=modifiers_of(data["modifier"], markets, gazetteer, ZoneInfo(timezone)),
        windows=Windows(
            depart_slack_s=windows["depart_slack_h"] * HOUR_S,
            on_site_slack_s=windows["on_site_slack_h"] * HOUR_S,
            arrive_slack_min_s=windows["arrive_slack_min_h"] * HOUR_S,
            arrive_slack_share=windows["arrive_slack_share"],
            rainy_factor=windows["rainy_factor"],
            rainy_months=frozenset(windows["rainy_months"]),
            open_stay_s=windows["open_stay_h"] * HOUR_S,
        ),
        geography=Geography(
            leg_uncertainty_max_m=legs["uncertainty_max_km"] * 1000,
            leg_uncertainty_share=legs["uncertainty_share"],
            same_settlement_radius_m=places["same_settlement_radius_m"],
            declared_place_max_m=places["declared_place_max_m"],
            road_within_m=legs["snap_within_km"] * 1000,
            road_detour_at_most=legs["detour_at_most"],
            road_half_width_m=legs["road_half_width_km"] * 1000,
        ),
        passing_under_s=data["passing"]["under_min"] * 60,
        clocks=_clocks(data, ZoneInfo(timezone)),
        ladders=_ladders(data),
        lead_times_s={name: hours * HOUR_S for name, hours in data["lead_times_h"].items()},
        convoy_large_min_trucks=data["filing"]["convoy_large_min_trucks"],
        retention={name: timedelta(days=days) for name, days in data["retention_days"].items()},
        overdue_after=timedelta(hours=data["overdue"]["after_h"]),
        offline_kept=timedelta(hours=data["offline"]["kept_h"]),
        timezone=ZoneInfo(timezone),
        close_out=Terms(*(timedelta(hours=data["close_out"][name]) for name in ("remind_h", "head_h"))),
        sites=_site_terms(data["static_site"]),
        ways_out=_ways_out(data["ways_out"]),
        procedures=ProcedureTerms(**data["procedures"]),
        probing=Limits(
            short_lived=timedelta(hours=data["probing"]["short_lived_h"]),
            **{name: data["probing"][name] for name in PROBING},
        ),
    )


def _ways_out(data: Loaded) -> WaysOut:
    return WaysOut(
        furthest=timedelta(days=data["furthest_days"]),
        day=(data["day_from"], data["day_until"]),
        ready=timedelta(hours=data["ready_h"]),
        most=data["most"],
    )


def _site_terms(data: Loaded) -> SiteTerms:
    return SiteTerms(
        verify=timedelta(days=data["verify_days"]),
        notice=timedelta(days=data["notice_days"]),
        archive=timedelta(days=data["archive_days"]),
        processing_days=data["processing_working_days"],
        same_place_m=data["same_place_m"],
        near_m=data["near_m"],
        occupied=Severity(data["occupied"]),
    )


def _clocks(data: Loaded, timezone: ZoneInfo) -> Clocks:
    review, quiet = data["review"], data["quiet"]
    severities = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM)
    return Clocks(
        release={Severity(name): clock for name, clock in data["alert_release"].items()},
        review={severity: timedelta(hours=review[f"{severity}_h"]) for severity in severities},
        review_near=timedelta(hours=review["near_h"]),
        review_soon=timedelta(minutes=review["near_min"]),
        night=Night(
            begins=quiet["from"],
            ends=quiet["until"],
            starts_before=quiet["starts_before"],
            on_duty=Severity(quiet["on_duty_severity"]),
            timezone=timezone,
        ),
        follow_up=data["follow_up"],
        daily_cap=data["sms"]["daily_cap"],
        batches=tuple(sorted(data["closing"]["batches"])),
        brake_per_hour=data["brake"]["alerts_per_hour"],
        settle=timedelta(minutes=data["sms"]["settle_min"]),
        release_ask={Severity(name): clock for name, clock in data["release"].items()},
        answer={Severity(name): clock for name, clock in data["answer"].items()},
        hoped=data["hoped"],
        ask_batches=tuple(sorted(data["asking"]["batches"])),
        ask_near=timedelta(hours=data["asking"]["near_h"]),
        freeze=timedelta(hours=data["asking"]["freeze_h"]),
    )


def _ladders(data: Loaded) -> dict[tuple[Severity, str], Ladder]:
    steps: dict[tuple[Severity, str], list[Step]] = {}
    for severity, audience, step in data["step"]:
        steps.setdefault((severity, audience), []).append(step)
    return {
        (severity, audience): Ladder(
            severity,
            audience,
            data["ack"][severity.value],
            tuple(rungs),
            data["confirm"].get(severity.value) if audience == "party" else None,
        )
        for (severity, audience), rungs in steps.items()
    }
