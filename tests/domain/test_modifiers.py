"""What changes a rule: towns, market days, company, escorts, caps, confidence; and rules among humanitarians."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from mali import at, mission
from rule_cases import BANKASS, BY_ID, COMMUNE, GAO, MINUTE, RULES, Case, fires, hit, judged, moved, rule, those

from deconflict.domain.activity import Activity, Side, Spot
from deconflict.domain.severity import Severity
from deconflict.domain.words import severity_words


@those("urban")
def test_in_a_town_the_distance_is_a_quarter_and_half_a_kilometre_at_least(case: Case) -> None:
    assert case.within_m is not None
    narrowed = max(500.0, case.within_m / 4)
    for metres, expected in ((narrowed - 1, True), (narrowed + 1, False)):
        ours, theirs = case.parts(metres)
        assert fires(case, (replace(ours, spot=Spot(GAO)), theirs)) is expected
        assert fires(case, (replace(ours, spot=Spot(BANKASS)), theirs))
    ours, theirs = case.parts(narrowed - 1)
    found = hit(case.rule_id, replace(ours, spot=Spot(GAO)), theirs)
    assert found is not None
    assert (found.limit_m, found.modifiers) == (narrowed, ("urban",))


def test_danger_reaches_as_far_in_a_town_as_elsewhere() -> None:
    for given in RULES:
        assert not (given.urban and given.harm == "danger")
    operation = BY_ID["R07a"]
    ours, theirs = operation.parts()
    assert fires(operation, (replace(ours, spot=Spot(GAO)), theirs))


@those("market_day")
def test_a_market_day_is_one_step_worse(case: Case) -> None:
    djenne = "PP050500000"
    ours, theirs = case.parts()
    severities = []
    for day in (9, 10):  # Monday, Tuesday
        here, there = (moved(part, timedelta(days=day - 10)) for part in (ours, theirs))
        spot = Spot(djenne, COMMUNE)
        found = hit(case.rule_id, replace(here, spot=spot), replace(there, spot=spot))
        assert found is not None
        severities.append((found.severity, "market_day" in found.modifiers))
    assert severities == [(rule(case).severity.graver, True), (rule(case).severity, False)]


@those("joint")
def test_joint_company_doubles_the_hours_and_is_one_step_worse(case: Case) -> None:
    twice = 2 * case.limit
    ours, alone = case.parts(gap=twice)
    assert not fires(case, (ours, alone))
    for gap, expected in ((twice, True), (twice + MINUTE, False)):
        here, there = case.parts(gap=gap)
        joint = replace(there, groups=there.groups | {"JOINT_FORCES"})
        assert fires(case, (here, joint)) is expected
    here, there = case.parts()
    found = hit(case.rule_id, here, replace(there, groups=there.groups | {"JOINT_FORCES"}))
    assert found is not None
    assert (found.severity, found.modifiers) == (rule(case).severity.graver, ("joint",))
    assert found.limit_s == 2 * rule(case).within_s


def test_joint_company_changes_the_rules_one_to_six_and_no_other() -> None:
    joint = {rule.id[:3] for rule in RULES if rule.joint}
    assert joint == {"R01", "R02", "R03", "R04", "R05", "R06"}


@those("escort")
def test_an_escort_says_nothing_of_the_movement_it_was_decided_for(case: Case) -> None:
    ours, theirs = replace(case, theirs="ESCORT").parts()
    assert hit(case.rule_id, ours, theirs) is not None
    assert hit(case.rule_id, ours, theirs, escorts=frozenset({1})) is None
    assert hit(case.rule_id, ours, theirs, escorts=frozenset({7})) is not None
    patrol = replace(theirs, kind="PAT_LONG")  # the same plan has another part that escorts nobody
    assert hit(case.rule_id, ours, patrol, escorts=frozenset({1})) is not None


@those("eyes_only")
def test_what_is_for_cmcoord_alone_makes_the_whole_so(case: Case) -> None:
    found = judged(*case.parts())
    assert found is not None
    assert found.eyes_only
    other = judged(*replace(case, ours="ASSESS").parts(100))
    assert other is None or not other.eyes_only


def test_whatever_fires_on_a_sensitive_part_is_for_cmcoord_alone() -> None:
    """Twenty kilometres from an operation the danger counts and R10 does not: the team is confidential all the same."""
    for kind, expected in (("PROT_MON", True), ("ASSESS", False)):
        found = judged(*replace(BY_ID["R07b"], ours=kind).parts(20_000))
        assert found is not None
        assert (found.rule_ids, found.eyes_only) == (("R07b",), expected)


@those("caps")
def test_a_cap_holds_for_every_rule_that_speaks_of_the_same_part(case: Case) -> None:
    ours, theirs = case.parts(100)
    armed = replace(theirs, groups=theirs.groups | {"UNIFORM"})
    found = judged(replace(ours, groups=ours.groups | {"CROWD"}), armed)
    assert found is not None
    assert {"R01a", case.rule_id} <= set(found.rule_ids)
    assert found.severity is Severity.INFO
    held = {hit.rule_id: "capped" in hit.modifiers for hit in found.hits}
    assert (held["R01a"], held[case.rule_id]) == (True, False)
    armed_hit = next(hit for hit in found.hits if hit.rule_id == "R01a")
    assert severity_words(armed_hit, Severity.CRITICAL, "en").endswith(
        "no more than info for what the mission does there"
    )


# -- among humanitarians


def test_the_same_aid_twice_is_the_same_whoever_is_asked_first() -> None:
    ours, theirs = BY_ID["R17"].parts()
    a, b = Activity(1, 1, Side.HUMANITARIAN, (ours,)), Activity(3, 1, Side.HUMANITARIAN, (theirs,))
    pack, now = mission().pack, at("1 Dec 00:00")
    found = pack.judge_duplicate(a, b, now=now)
    assert found is not None
    assert found == pack.judge_duplicate(b, a, now=now)
    assert (found.severity, found.rule_ids, found.eyes_only) == (Severity.INFO, ("R17",), False)
    with pytest.raises(ValueError, match="two humanitarian"):
        pack.judge_duplicate(a, a, now=now)
    with pytest.raises(ValueError, match="two humanitarian"):
        pack.judge_duplicate(a, replace(b, side=Side.MISSION), now=now)
    with pytest.raises(ValueError, match="in this order"):
        pack.judge(a, b, now=now)


def test_the_same_aid_of_a_protection_team_stays_confidential_on_either_side() -> None:
    ours, theirs = BY_ID["R17"].parts()
    team = replace(theirs, kind="PROT_MON", groups=mission().catalogue["PROT_MON"].groups)
    registration = replace(ours, kind="REG_IDP", category="protection")
    team = replace(team, category="protection")
    for pair in ((registration, team), (team, registration)):
        found = judged(*pair)
        assert found is not None
        assert found.eyes_only
    alike = judged(registration, replace(registration))
    assert alike is not None
    assert not alike.eyes_only
