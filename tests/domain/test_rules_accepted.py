"""What start accepts never breaks judging, whatever an officer wrote."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from mali import BEFORE, mission
from marshmallow import ValidationError
from rule_cases import CASES, GAO, Case, along, coded, drives_by, stands

from deconflict.domain.activity import Activity, Side
from deconflict.domain.rules import Rule
from deconflict.schemas.rule_checks import rule_faults
from deconflict.schemas.rules_file import RuleSchema

IDS = ("X1", "X2", "X3")
OURS = ("ANY", "CROWD", "MOVE", "PROGRAMME", "PROTECTED_SITE", "DIST_FOOD")
THEIRS = ("ANY", "UNIFORM", "MEDEVAC", "CIMIC", "QIP_PROPOSAL", "JOINT_FORCES")
FLAGS = ("same_settlement", "same_commune", "moving", "halting", "same_category", "other_category", "follows")
FLAGS += ("site_hours", "urban", "market_day", "joint", "escort", "eyes_only")
SEVERITIES = st.sampled_from(["critical", "high", "medium", "low", "info"])
MODIFIERS = {
    name: {"id": name, "mission": ["ESCORT"] if name == "escort" else ["JOINT_FORCES"], "min_km": 0.5, "divisor": 4}
    for name in ("urban", "market_day", "joint", "escort", "commune")
}


def names(known: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(known), min_size=1, max_size=2)


MORE = st.fixed_dictionaries(
    {},
    optional={
        "within_km": st.sampled_from([1, 10]),
        "passing": st.booleans(),
        "together_min": st.just(15),
        "unless": names(IDS),
        "caps": SEVERITIES,
    },
)


@st.composite
def accepted(draw: st.DrawFn) -> list[Rule]:
    said: list[dict[str, Any]] = []
    for id in IDS:
        side = {"among": "humanitarian"} if draw(st.integers(0, 3)) == 0 else {"mission": draw(names(THEIRS))}
        plain = {"id": id, "why": {"fr": "x", "en": "x"}, "provenance": "proposed", "harm": "danger"}
        limits = {"within_h": draw(st.sampled_from([0, 24])), "severity": draw(SEVERITIES)}
        flags = dict.fromkeys(draw(st.lists(st.sampled_from(FLAGS), max_size=3)), True)
        said.append({**plain, **limits, "humanitarian": draw(names(OURS)), **side, **draw(MORE), **flags})
    rules = [rule for one in said for rule in loaded(one)]
    while faults := list(rule_faults({"rule": rules, "modifier": MODIFIERS}, mission().catalogue)):
        del rules[faults[0][0][1]]
    assume(rules)
    return rules


def loaded(said: dict[str, Any]) -> list[Rule]:
    try:
        return [RuleSchema().load(said)]
    except ValidationError:
        return []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(rules=accepted(), case=st.sampled_from(CASES), manner=st.sampled_from([stands, along, drives_by]))
def test_rules_that_start_accepts_never_break_judging(rules: list[Rule], case: Case, manner: Any) -> None:
    two, both = [tuple(rule for rule in rules if rule.among is among) for among in (True, False)]
    pack = replace(mission().pack, rules=both, duplicates=two)
    ours, theirs = coded(*replace(case, manner=manner).parts(100.0), GAO, None)
    here = Activity(1, 1, Side.HUMANITARIAN, (ours,))
    if case.among:
        pack.judge_duplicate(here, Activity(3, 1, Side.HUMANITARIAN, (theirs,)), now=BEFORE)
        return
    judgement = pack.judge(here, Activity(2, 1, Side.MISSION, (theirs,)), now=BEFORE)
    assert judgement is None or set(judgement.rule_ids) <= {rule.id for rule in both}
