"""What the shipped SOP says of a pair: golden scenarios, softening, caps and time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from mali import (
    BANKASS,
    CROWD,
    DISTRIBUTION,
    NOWHERE,
    activity,
    at,
    away,
    exact,
    in_commune,
    judged,
    mission,
    notice,
    past,
    plan,
    presence,
    rule_ids,
    sharp,
    side_by_side,
    town,
)

from deconflict.domain.filing import Stop
from deconflict.domain.judgement import Judgement
from deconflict.domain.severity import Harm, Severity

# -- softening, raising, caps, eyes only


def test_a_raise_follows_the_softening_so_that_it_is_never_lost() -> None:
    """Possible is one step milder, joint company one step worse: a critical rule ends where it began."""
    vague = replace(exact(away(2500)), uncertainty_m=600.0)
    work = notice(Stop(exact(NOWHERE), sharp("10 Dec 09:00"), sharp("10 Dec 15:00"), "DIST_FOOD"))
    patrol = plan(Stop(vague, sharp("10 Dec 10:00"), sharp("10 Dec 11:00"), halt=True))
    severities = []
    for company in ("none", "host_forces"):
        judgement = judged(work, replace(patrol, joint_with=company))
        assert judgement is not None
        first = next(hit for hit in judgement.hits if hit.rule_id == "R01a")
        assert first.possible
        severities.append(first.severity)
    assert severities == [Severity.HIGH, Severity.CRITICAL]


def test_a_cap_has_the_last_word_over_a_market_day() -> None:
    """Only the commune is known: even on market day a handover there is no more than medium."""
    handover = plan(presence(in_commune("Djenné"), "9 Dec 10:00", "9 Dec 12:00"), kind="QIP_CEREMONY")
    judgement = judged(notice(presence(town("Djenné"), "9 Dec 09:00", "9 Dec 12:00", "DIST_NFI")), handover)
    assert judgement is not None
    assert (judgement.severity, judgement.rule_ids) == (Severity.MEDIUM, ("R05c",))
    assert judgement.hits[0].modifiers == ("market_day", "commune_only")


def test_being_in_the_same_commune_for_sure_counts_more_than_perhaps_being_near() -> None:
    """Both are in Bankass commune, and the positions may lie within ten kilometres or not."""
    vague = replace(exact(away(12_000, start=BANKASS), town("Bankass").pcode), uncertainty_m=5_000.0)
    care = plan(Stop(vague, sharp("14 Dec 09:00"), sharp("14 Dec 12:00"), "CIMIC_ACT"))
    commune = mission().gazetteer.get(town("Bankass").pcode or "")
    assert commune is not None
    work = notice(presence(exact(away(0, start=BANKASS), commune.commune), "10 Dec 09:00", "10 Dec 15:00", "EDU"))
    judgement = judged(work, care)
    assert judgement is not None
    near = next(hit for hit in judgement.hits if hit.rule_id == "R03b")
    assert (near.severity, near.possible, near.basis) == (Severity.MEDIUM, False, "commune")


def test_an_escort_that_was_decided_is_counted_apart() -> None:
    convoy, escort = activity(CROWD), activity(past(0))
    pack = mission().pack
    decided = replace(escort, parts=tuple(replace(p, kind="ESCORT") for p in escort.parts), escorts=frozenset({1}))
    assert pack.escorted(convoy, decided)
    assert not pack.escorted(convoy, replace(decided, escorts=frozenset({9})))
    assert not pack.escorted(convoy, replace(escort, escorts=frozenset({1})))  # no part of it escorts anybody


def test_a_hit_that_rests_on_imprecise_positions_is_a_step_milder() -> None:
    vague = replace(exact(away(2500)), uncertainty_m=600.0)
    judgement = side_by_side("DIST_FOOD", "PAT_LONG", there=vague)
    assert judgement is not None
    assert judgement.severity is Severity.HIGH
    assert {(hit.rule_id, hit.severity, hit.possible) for hit in judgement.hits} >= {("R01a", Severity.HIGH, True)}


def test_a_hit_on_what_nobody_filed_is_possible_only() -> None:
    """A way between villages without stated hours, and the wait between two stops at one place."""
    unstated = past(500)
    way = replace(unstated, stops=tuple(replace(s, arrive=s.arrive or s.depart, depart=None) for s in unstated.stops))
    for humanitarian, patrol, rule_id in (
        (CROWD, way, "R01d"),
        (
            notice(
                presence(exact(NOWHERE), "10 Dec 03:00", "10 Dec 04:00"),
                presence(exact(NOWHERE), "10 Dec 19:00", "10 Dec 20:00"),
            ),
            past(500),
            "R06c",
        ),
    ):
        judgement = judged(humanitarian, patrol)
        assert judgement is not None
        assert [hit.possible for hit in judgement.hits if hit.rule_id == rule_id] == [True]
    stated = judged(CROWD, unstated)
    assert stated is not None
    assert [hit.possible for hit in stated.hits if hit.rule_id == "R01d"] == [False]


def test_a_medevac_halt_does_not_make_the_rest_of_a_patrol_look_harmless() -> None:
    patrol = plan(
        Stop(exact(away(500)), sharp("10 Dec 10:00"), sharp("10 Dec 11:00"), "MEDEVAC", halt=True),
        Stop(exact(away(600)), sharp("10 Dec 11:05"), sharp("10 Dec 12:00"), halt=True),
    )
    judgement = judged(CROWD, patrol)
    assert judgement is not None
    assert judgement.severity is Severity.CRITICAL
    assert next(hit for hit in judgement.hits if hit.rule_id == "R13").severity is Severity.INFO


def test_a_medevac_near_protection_monitors_stays_information_and_stays_confidential() -> None:
    judgement = side_by_side("PROT_MON", "MEDEVAC", 4000)
    assert judgement is not None
    assert judgement.severity is Severity.INFO
    assert judgement.eyes_only


def test_aid_during_a_patrol_counts_where_it_stops_and_not_along_the_road() -> None:
    school = notice(Stop(exact(NOWHERE), sharp("10 Dec 09:00"), sharp("10 Dec 15:00"), "EDU"))
    halting = plan(
        Stop(exact(away(2000)), sharp("10 Dec 10:00"), sharp("10 Dec 11:00"), halt=True), aid_component="unplanned"
    )
    assert "R03a-day" in rule_ids(judged(school, halting))
    assert "R03a-day" not in rule_ids(judged(school, replace(halting, aid_component="none")))
    assert rule_ids(judged(school, replace(past(500), aid_component="unplanned"))).isdisjoint({"R03a-day", "R03a"})


# -- time


def test_what_is_over_is_not_judged_any_more_and_the_answer_says_when_that_is() -> None:
    patrol = plan(presence((14.0800, -3.5120), "10 Dec 13:00", "10 Dec 16:00"))
    judgement = judged(DISTRIBUTION, patrol)
    assert judgement is not None
    assert at("10 Dec 16:00") <= judgement.ends_at <= at("10 Dec 18:00")
    later = judged(DISTRIBUTION, patrol, now=judgement.rejudge_at)
    assert later != judgement
    assert judged(DISTRIBUTION, patrol, now=judgement.ends_at + timedelta(seconds=1)) is None


def test_a_second_village_ahead_keeps_the_pair_alive_when_the_first_is_history() -> None:
    patrol = plan(
        Stop(exact(away(500)), sharp("10 Dec 09:00"), sharp("10 Dec 09:30"), halt=True),
        Stop(exact(away(90_000)), sharp("11 Dec 09:00"), sharp("11 Dec 10:00"), halt=True),
    )
    work = notice(
        Stop(exact(NOWHERE), sharp("10 Dec 09:00"), sharp("10 Dec 09:30"), "DIST_FOOD"),
        Stop(exact(away(94_000)), sharp("11 Dec 09:00"), sharp("11 Dec 10:00"), "DIST_FOOD"),
    )
    early, late = judged(work, patrol), judged(work, patrol, now=at("11 Dec 06:00"))
    assert early is not None
    assert late is not None
    assert early.severity is Severity.CRITICAL
    assert late.severity is Severity.HIGH
    assert late.hits[0].nominal.a_at >= at("11 Dec 09:00")


def test_figures_are_of_the_halt_ahead_and_not_of_a_nearer_one_that_is_history() -> None:
    work = notice(Stop(exact(NOWHERE), sharp("10 Dec 09:00"), sharp("13 Dec 15:00"), "DIST_FOOD"))
    patrol = plan(
        Stop(exact(away(500)), sharp("10 Dec 09:00"), sharp("10 Dec 09:30"), halt=True),
        Stop(exact(away(80_000)), sharp("10 Dec 11:30"), sharp("12 Dec 07:00"), halt=True),
        Stop(exact(away(4_000)), sharp("12 Dec 09:00"), sharp("12 Dec 10:00"), halt=True),
    )
    early, late = judged(work, patrol), judged(work, patrol, now=at("11 Dec 12:00"))
    assert early is not None
    assert late is not None
    assert early.hits[0].nominal.distance_m < 501
    assert next(hit for hit in late.hits if hit.rule_id == "R01b").nominal.b_at >= at("12 Dec 08:00")


def test_a_patrol_that_has_driven_past_is_over_before_its_leg_is() -> None:
    work = notice(Stop(exact(NOWHERE), sharp("10 Dec 09:00"), sharp("13 Dec 15:00"), "DIST_FOOD"))
    slow = past(500, "10 Dec 06:00", "10 Dec 20:00")  # there around 13:00, and may be on the road until 22:48
    assert "R01a" in rule_ids(judged(work, slow, now=at("10 Dec 12:00")))
    assert "R01a" not in rule_ids(judged(work, slow, now=at("11 Dec 00:30")))


def test_time_to_start_is_the_earliest_departure_that_leads_into_the_overlap() -> None:
    patrol = plan(
        Stop(exact(away(80_000)), depart=sharp("9 Dec 06:00", spread_min=30)),
        Stop(exact(away(500)), sharp("10 Dec 13:00"), sharp("10 Dec 16:00"), halt=True),
    )
    judgement = judged(CROWD, patrol)
    assert judgement is not None
    assert judgement.starts_at == at("9 Dec 05:30")


def test_a_judgement_survives_storage() -> None:
    judgement = judged(DISTRIBUTION, plan(presence((14.0800, -3.5120), "10 Dec 13:00", "10 Dec 16:00")))
    assert judgement is not None
    assert Judgement.from_json(json.loads(json.dumps(judgement.to_json(), allow_nan=False))) == judgement


def test_a_judgement_of_before_is_still_read() -> None:
    """Stored before the reasons, the modifiers and the company kept were."""
    judgement = judged(CROWD, replace(past(500), joint_with="host_forces"))
    assert judgement is not None
    stored = json.loads(json.dumps(judgement.to_json()))
    assert Judgement.from_json(stored) == judgement
    assert judgement.hits[0].modifiers == ("joint",)
    for hit in stored["hits"]:
        for name in ("basis", "because", "unsure_m", "modifiers", "together_min", "together_limit_min"):
            del hit[name]
    old = Judgement.from_json(stored)
    assert old.rule_ids == judgement.rule_ids
    assert (old.hits[0].modifiers, old.hits[0].because, old.hits[0].basis) == ((), (), "")


def test_when_the_sure_part_is_history_and_a_possible_one_is_left_the_answer_is_asked_for_again() -> None:
    work = notice(Stop(exact(NOWHERE), sharp("10 Dec 09:00"), sharp("14 Dec 15:00"), "DIST_FOOD"))
    vague = replace(exact(away(2500)), uncertainty_m=600.0)
    patrol = plan(
        Stop(exact(away(500)), sharp("10 Dec 10:00"), sharp("10 Dec 11:00"), halt=True),
        Stop(vague, sharp("13 Dec 10:00"), sharp("13 Dec 11:00"), halt=True),
    )
    now, severities = at("1 Dec 00:00"), []
    for _ in range(12):
        judgement = judged(work, patrol, now=now)
        if judgement is None:
            break
        severities.append(judgement.severity)
        assert judgement.rejudge_at > now
        now = judgement.rejudge_at
    assert severities[0] is Severity.CRITICAL
    assert Severity.HIGH in severities
    assert judged(work, patrol, now=now) is None


def test_the_sides_may_not_be_swapped() -> None:
    ours, theirs = activity(CROWD), activity(past(500))
    with pytest.raises(ValueError, match="in this order"):
        mission().pack.judge(theirs, ours, now=at("1 Dec 00:00"))


# -- severity


def test_severities_are_ordered_by_rank_and_soften_to_low_at_most() -> None:
    assert [s.rank for s in Severity] == [4, 3, 2, 1, 0]
    assert [s.milder for s in Severity] == [Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.LOW, Severity.INFO]
    assert [s.graver for s in Severity] == [
        Severity.CRITICAL, Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW,
    ]  # fmt: skip


def test_a_mild_danger_beside_a_critical_matter_of_distinction_wakes_nobody() -> None:
    pack = mission().pack
    patrol = activity(plan(presence((14.0800, -3.5120), "10 Dec 13:00", "10 Dec 16:00")))

    def harm_when(rule_id: str) -> Harm:
        rules = tuple(replace(r, harm=Harm.DANGER) if r.id == rule_id else r for r in pack.rules)
        judgement = replace(pack, rules=rules).judge(activity(DISTRIBUTION), patrol, now=at("1 Dec 00:00"))
        assert judgement is not None
        return judgement.harm

    assert harm_when("R01c") is Harm.DISTINCTION  # medium
    assert harm_when("R01b") is Harm.DANGER  # high


def test_time_to_start_ends_where_a_team_loses_coverage_and_not_where_it_loses_it_later() -> None:
    patrol = plan(Stop(exact(away(500)), sharp("10 Dec 13:00"), sharp("10 Dec 16:00"), halt=True))
    usual = judged(CROWD, patrol)
    assert usual is not None
    for hours, expected in ((-10, usual.starts_at - timedelta(hours=10)), (1, usual.starts_at)):
        lost = replace(CROWD, coverage_lost_at=usual.starts_at + timedelta(hours=hours))
        found = judged(lost, patrol)
        assert found is not None
        assert found.starts_at == expected
