"""The door for mission plans: what is never stored is refused by name, what is kept comes out whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import make
import pytest
from filed import MISSION, errors, patrol, plan_forms, stop, sure, window
from hypothesis import given, settings

from deconflict.domain.filing import Level, MissionPlan, Window, from_json, to_json
from deconflict.domain.itinerary import visits_of
from deconflict.schemas.aid_plans import ASKED
from deconflict.schemas.forms import receive, typed
from deconflict.schemas.plans import PlanSchema

SCHEMA = PlanSchema(MISSION)


def halting(**changes: str) -> dict[str, Any]:
    data = patrol()
    data["stops"][0] |= changes
    return data


def test_a_patrol_is_read_in_grid_references_and_date_time_groups() -> None:
    plan: MissionPlan = SCHEMA.load(patrol())
    (only,) = plan.stops
    assert (plan.kind, plan.level, only.halt) == ("PAT_LONG", Level.MATCH_ONLY, True)
    assert (only.location.source, only.location.as_typed) == ("mgrs", "30PVB4400056000")
    assert only.arrive == Window(datetime(2019, 12, 10, 13, tzinfo=UTC), datetime(2019, 12, 10, 13, 30, tzinfo=UTC))


@pytest.mark.parametrize("name", ["kind", "level", "aid_component", "joint_with", "stops"])
def test_a_mandatory_field_left_empty_is_named(name: str) -> None:
    assert set(errors(SCHEMA, patrol(**{name: ""}))) == {name}


def test_every_stop_says_whether_the_patrol_halts() -> None:
    assert set(errors(SCHEMA, halting(halt=""))) == {"stops-0-halt"}
    assert set(errors(SCHEMA, halting(halt="perhaps"))) == {"stops-0-halt"}
    assert SCHEMA.load(halting(halt="no")).stops[0].halt is False


def test_a_plan_knows_two_levels() -> None:
    assert set(errors(SCHEMA, patrol(level="full"))) == {"level"}
    assert errors(SCHEMA, patrol(level="redacted")) == {}


@pytest.mark.parametrize(
    "name",
    [
        "strength",
        "call_sign",
        "callsign",
        "Call sign",
        "call-signs",
        "frequency",
        "unit",
        "units",
        "weapons",
        "effectif",
        "Effectifs",
        "indicatif",
        "fréquence",
        "FREQUENCE",
        "unité",
        "armement",
        "armes",
    ],
)
def test_what_is_never_stored_is_refused_by_name_at_both_levels(name: str) -> None:
    for field, data in ((name, patrol(**{name: "12"})), (f"stops-0-{name}", halting(**{name: "12"}))):
        found = errors(SCHEMA, data)
        assert set(found) == {field}
        assert name in found[field][0]
        assert "never stored" in found[field][0]


@pytest.mark.parametrize("name", ["task", "vehicles", "plates", "disclaimer"])
def test_what_is_not_known_is_refused_too(name: str) -> None:
    assert set(errors(SCHEMA, patrol(**{name: "x"}))) == {name}


def test_a_plan_goes_by_a_patrol_or_an_event() -> None:
    for code in ("CONVOY_CARGO", "KLE", "NOTHING"):
        assert set(errors(SCHEMA, patrol(kind=code))) == {"kind"}


def test_only_events_have_a_title_and_media() -> None:
    assert set(errors(SCHEMA, patrol(title="Handover", media="yes"))) == {"title", "media"}
    plan: MissionPlan = SCHEMA.load(patrol(kind="QIP_CEREMONY", title="Handover of a borehole", media="yes"))
    assert (plan.title, plan.media) == ("Handover of a borehole", True)


def test_what_a_patrol_does_at_a_stop_is_of_its_own_side() -> None:
    assert SCHEMA.load(halting(activity="CIMIC_ACT")).stops[0].activity == "CIMIC_ACT"
    for code in ("DIST_FOOD", "PAT_FOOT", "QIP_CEREMONY"):
        assert set(errors(SCHEMA, halting(activity=code))) == {"stops-0-activity"}


def test_a_date_time_group_stands_alone_and_in_pairs() -> None:
    assert set(errors(SCHEMA, halting(arrive_date="2019-12-10"))) == {"stops-0-arrive_date"}
    assert set(errors(SCHEMA, halting(arrive_to="13:30"))) == {"stops-0-arrive_to"}
    assert set(errors(SCHEMA, halting(arrive_to="101200ZDEC19"))) == {"stops-0-arrive_to"}
    assert set(errors(SCHEMA, halting(arrive_from="321300ZDEC19"))) == {"stops-0-arrive_from"}


def test_villages_on_the_way_need_no_window_unless_the_patrol_halts_there() -> None:
    start = stop("Mopti", halt="yes", **window("depart", "2019-12-10", "06:00", "07:00"))
    end = stop("Bankass", halt="yes", **window("arrive", "2019-12-10", "12:00", "13:00"))
    assert errors(SCHEMA, patrol(stops=[start, stop("Bandiagara", halt="no"), end])) == {}
    for yes in ("yes", "Yes", " ON ", True):
        assert set(errors(SCHEMA, patrol(stops=[start, stop("Bandiagara", halt=yes), end]))) == {
            "stops-1-arrive_from",
            "stops-1-depart_from",
        }


@settings(deadline=None, max_examples=150)
@given(form=plan_forms())
def test_every_plan_accepted_can_be_amended_from_its_own_form(form: dict[str, str]) -> None:
    first = receive(SCHEMA, sure(SCHEMA, form))
    assert first.errors == {}
    assert isinstance(first.filing, MissionPlan)
    again = receive(SCHEMA, typed(first.filing, MISSION.zone))
    assert again.errors == {}
    assert again.filing == first.filing
    assert all(visit.arrive.at <= visit.depart.at for visit in visits_of(first.filing.stops))


def test_a_window_of_several_days_comes_back_as_date_time_groups() -> None:
    data = halting(arrive_from="081300ZDEC19", arrive_to="101330ZDEC19")
    plan: MissionPlan = SCHEMA.load(data)
    form = typed(plan, MISSION.zone)
    assert (form["stops-0-arrive_from"], form["stops-0-arrive_to"]) == ("081300ZDEC19", "101330ZDEC19")
    assert "stops-0-arrive_date" not in form


# ---- plans at one place, ways of going, free text -----------------------------------------------------------------


def at_one_place(kind: str, **changes: Any) -> dict[str, Any]:
    return patrol(kind=kind) | (make.OF_AID if kind.startswith("CIMIC") else {}) | changes


def test_a_base_and_a_landing_zone_are_plans_of_their_own() -> None:
    for kind in ("TOB", "LZ"):
        plan = SCHEMA.load(at_one_place(kind))
        assert (plan.kind, plan.stops[0].activity) == (kind, None)


def test_an_activity_for_people_says_of_what_kind_it_is() -> None:
    plan = SCHEMA.load(at_one_place("CIMIC_HEALTH", aid_component="planned_cimic", title="Consultations"))
    assert (plan.aid_component, plan.category, plan.title) == ("planned_cimic", "", "Consultations")
    open_kind = at_one_place("CIMIC_ACT", aid_component="planned_cimic")
    assert set(errors(SCHEMA, open_kind)) == {"category"}
    assert SCHEMA.load(open_kind | {"category": "education"}).category == "education"
    assert set(errors(SCHEMA, at_one_place("CIMIC_ACT", category="food"))) == {"aid_component"}
    twice = at_one_place("CIMIC_HEALTH", aid_component="planned_cimic", category="food")
    assert set(errors(SCHEMA, twice)) == {"category"}
    assert set(errors(SCHEMA, patrol(category="food"))) == {"category"}
    assert set(errors(SCHEMA, patrol(title="Forage"))) == {"title"}
    assert set(errors(SCHEMA, at_one_place("CIMIC_HEALTH", aid_component="planned_cimic", media="yes"))) == {"media"}


def test_what_stands_at_one_place_has_one_place() -> None:
    two = at_one_place("TOB")
    two["stops"] = [*two["stops"], stop("Koro", halt="yes", **window("arrive", "2019-12-11", "08:00", "09:00"))]
    two["stops"][1] |= window("depart", "2019-12-11", "10:00", "11:00")
    assert set(errors(SCHEMA, two)) == {"stops-1-place"}
    done = at_one_place("TOB", stops=[halting(activity="KLE")["stops"][0]])
    assert set(errors(SCHEMA, done)) == {"stops-0-activity"}


@pytest.mark.parametrize(("kind", "mode"), [("PAT_AIR", "air"), ("PAT_RIVER", "river"), ("PAT_FOOT", "foot")])
def test_what_flies_or_floats_is_said_to(kind: str, mode: str) -> None:
    assert set(errors(SCHEMA, patrol(kind=kind, mode="road"))) == {"mode"}
    assert SCHEMA.load(patrol(kind=kind, mode=mode)).mode == mode


@pytest.mark.parametrize("text", ["24 pax", "148.5 MHz", "ind. LION 21", "2e Cie", "12.7 mm", "AK-47"])
def test_free_text_that_says_what_is_never_stored_is_refused_with_its_words(text: str) -> None:
    said = errors(SCHEMA, patrol(kind="QIP_CEREMONY", title=f"Forage, {text}"))["title"]
    assert text in said[0]
    assert "take it out" in said[0]
    assert errors(SCHEMA, halting(place=f"Bankass {text}"))["stops-0-place"][0].startswith("“")
    assert errors(SCHEMA, patrol(kind="QIP_CEREMONY", title="Forage de Bankass, 2e tranche")) == {}


# ---- what is asked of an activity for people -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, set()),
        (dict.fromkeys(make.OF_AID, ""), {"needs_basis", "civilian_lead", "alternative"}),
        ({"civilian_actor": ""}, {"civilian_actor"}),
        ({"civilian_lead": "not_asked"}, {"civilian_actor"}),
        ({"civilian_lead": "not_asked", "civilian_actor": ""}, set()),
        ({"civilian_lead": "not_asked", "civilian_actor": "", "civilian_reason": ""}, {"civilian_reason"}),
        ({"civilian_lead": "asked_no_answer", "civilian_reason": ""}, set()),
        ({"alternative_too": "handed_over"}, {"alternative_too"}),
        ({"alternative_too": "as_qip"}, set()),
        ({"needs_basis": "a hunch"}, {"needs_basis"}),
    ],
)
def test_need_civilian_lead_and_alternatives_are_said(changes: dict[str, str], wrong: set[str]) -> None:
    filed = at_one_place("CIMIC_HEALTH", aid_component="planned_cimic", **changes)
    assert set(errors(SCHEMA, filed)) == wrong


def test_nothing_else_is_asked_for_it() -> None:
    for name, code in make.OF_AID.items():
        assert set(errors(SCHEMA, patrol(**{name: code}))) == {name}


def test_a_plan_that_was_kept_before_it_was_asked_still_reads() -> None:
    plan = SCHEMA.load(at_one_place("CIMIC_HEALTH", aid_component="planned_cimic"))
    old = {name: value for name, value in to_json(plan).items() if name not in ASKED}
    assert from_json(old) == replace(plan, **dict.fromkeys(ASKED, ""))
