"""The golden scenarios of the field brief that concern judging."""

from __future__ import annotations

from dataclasses import replace

from mali import (
    BANKASS,
    DISTRIBUTION,
    NOWHERE,
    away,
    exact,
    in_commune,
    judged,
    mission,
    notice,
    plan,
    presence,
    rule_ids,
    sharp,
    town,
)

from deconflict.domain.filing import MissionPlan, Stop
from deconflict.domain.severity import Severity


def test_golden_1_a_patrol_halting_beside_a_distribution_is_critical() -> None:
    judgement = judged(DISTRIBUTION, plan(presence((14.0800, -3.5120), "10 Dec 13:00", "10 Dec 16:00")))
    assert judgement is not None
    assert (judgement.severity, judgement.hits[0].rule_id) == (Severity.CRITICAL, "R01a")
    assert not judgement.hits[0].possible
    assert judgement.sop_version == mission().pack.version
    assert round(judgement.hits[0].nominal.distance_m, -2) == 1400


def test_golden_2_a_patrol_four_kilometres_off_on_the_same_day_is_high() -> None:
    judgement = judged(DISTRIBUTION, plan(presence((14.1050, -3.5350), "10 Dec 18:00", "10 Dec 20:00")))
    assert judgement is not None
    assert (judgement.severity, judgement.hits[0].rule_id) == (Severity.HIGH, "R01b")
    assert "R01a" not in judgement.rule_ids


def test_golden_3_a_patrol_in_the_settlement_next_day_is_medium() -> None:
    here = notice(presence(town("Bankass"), "10 Dec 09:00", "10 Dec 15:00", "DIST_FOOD"))
    judgement = judged(here, plan(presence(town("Bankass"), "11 Dec 17:00", "11 Dec 19:00")))
    assert judgement is not None
    assert (judgement.severity, judgement.rule_ids) == (Severity.MEDIUM, ("R01c",))


def test_golden_4_a_patrol_in_another_part_of_gao_town_is_medium_and_not_critical() -> None:
    gao = town("Gao")
    work = notice(presence(exact(gao.point, gao.pcode), "10 Dec 09:00", "10 Dec 15:00", "DIST_NFI"))
    patrol = plan(presence(exact(away(1500, start=gao.point), gao.pcode), "10 Dec 10:00", "10 Dec 11:00"))
    judgement = judged(work, patrol)
    assert judgement is not None
    assert (judgement.severity, judgement.rule_ids) == (Severity.MEDIUM, ("R01c",))


def test_golden_5_a_handover_in_the_week_of_a_distribution_is_high_and_ten_days_later_nothing() -> None:
    handover = plan(presence(town("Douentza"), "14 May 2020 10:00", "14 May 2020 12:00"), kind="QIP_CEREMONY")
    near = notice(presence(town("Douentza"), "16 May 2020 09:00", "16 May 2020 13:00", "DIST_NFI"))
    later = notice(presence(town("Douentza"), "25 May 2020 09:00", "25 May 2020 13:00", "DIST_NFI"))
    judgement = judged(near, handover)
    assert judgement is not None
    assert (judgement.severity, judgement.hits[0].rule_id) == (Severity.HIGH, "R05b")
    assert judged(later, handover) is None


def test_golden_5_the_works_that_led_to_the_handover_are_another_matter() -> None:
    works = plan(presence(town("Douentza"), "1 Apr 2020 08:00", "13 May 2020 17:00"), kind="QIP_WORKS")
    later = notice(presence(town("Douentza"), "25 May 2020 09:00", "25 May 2020 13:00", "DIST_NFI"))
    assert rule_ids(judged(later, replace(works, category="wash"))) == {"R04b"}
    assert rule_ids(judged(later, replace(works, category="nfi"))) == {"R04a"}
    much_later = notice(presence(town("Douentza"), "29 May 2020 09:00", "29 May 2020 13:00", "DIST_NFI"))
    assert judged(much_later, works) is None


def road(kind: str, leave: str, reach: str) -> MissionPlan:
    return plan(Stop(town("Mopti"), depart=sharp(leave)), Stop(town("Bandiagara"), arrive=sharp(reach)), kind=kind)


def test_golden_6_a_mission_convoy_on_the_same_road_is_an_apparent_escort() -> None:
    convoy = notice(
        Stop(town("Mopti"), depart=sharp("10 Dec 06:30")),
        Stop(town("Bandiagara"), arrive=sharp("10 Dec 09:00")),
        kind="CONVOY_CARGO",
    )
    judgement = judged(convoy, road("LOG_CONVOY", "10 Dec 06:50", "10 Dec 09:20"))
    assert judgement is not None
    assert judgement.severity is Severity.HIGH
    assert set(judgement.rule_ids) == {"R06a", "R06b"}
    company = next(hit for hit in judgement.hits if hit.rule_id == "R06a")
    assert (company.possible, round(company.together_min), company.together_limit_min) == (False, 150, 15)
    assert judged(convoy, road("LOG_CONVOY", "10 Dec 13:00", "10 Dec 15:30")) is None
    patrol = judged(convoy, road("PAT_LONG", "10 Dec 06:50", "10 Dec 09:20"))
    assert rule_ids(patrol) == {"R06a"}


def test_cutting_a_shared_road_at_a_town_changes_nothing_in_the_company_kept() -> None:
    """Eight minutes on each of two legs are sixteen together."""
    west, here, east = away(8_000, 270.0), NOWHERE, away(8_000, 90.0)
    ours = notice(
        Stop(exact(west), depart=sharp("10 Dec 11:00")),
        Stop(exact(here), arrive=sharp("10 Dec 11:08")),
        Stop(exact(east), arrive=sharp("10 Dec 11:16")),
        kind="CONVOY_CARGO",
    )
    theirs = plan(
        Stop(exact(west), depart=sharp("10 Dec 11:00")),
        Stop(exact(east), arrive=sharp("10 Dec 11:16")),
        kind="PAT_LONG",
    )
    whole = replace(ours, stops=(ours.stops[0], ours.stops[2]))
    assert "R06a" in rule_ids(judged(whole, theirs))
    assert "R06a" in rule_ids(judged(ours, theirs))


def test_golden_7_a_patrol_near_protection_monitors_is_for_cmcoord_only() -> None:
    team = notice(presence(town("Ansongo"), "10 Dec 09:00", "10 Dec 12:00", "PROT_MON"))
    judgement = judged(team, plan(presence(town("Ansongo"), "10 Dec 16:00", "10 Dec 17:00")))
    assert judgement is not None
    assert judgement.eyes_only
    assert judgement.hits[0].rule_id == "R10"


def test_golden_11_a_patrol_brought_forward_to_the_day_itself_is_critical() -> None:
    here = notice(presence(town("Bankass"), "10 Dec 09:00", "10 Dec 15:00", "DIST_FOOD"))
    next_day, same_day = (
        judged(here, plan(presence(town("Bankass"), f"{day} Dec 13:00", f"{day} Dec 16:00"))) for day in (11, 10)
    )
    assert next_day is not None
    assert same_day is not None
    assert (next_day.severity, same_day.severity) == (Severity.MEDIUM, Severity.CRITICAL)
    assert set(next_day.rule_ids) < set(same_day.rule_ids)


def test_golden_12_livestock_care_five_days_before_nutrition_is_high_and_the_same_aid_critical() -> None:
    care = plan(presence(town("Gossi"), "10 Dec 09:00", "10 Dec 12:00", "CIMIC_VET"))
    work = notice(presence(town("Gossi"), "15 Dec 09:00", "15 Dec 13:00", "NUTRITION"))
    judgement = judged(work, care)
    assert judgement is not None
    assert (judgement.severity, judgement.hits[0].rule_id) == (Severity.HIGH, "R03a")
    assert not judgement.hits[0].possible
    feeding = plan(presence(town("Gossi"), "10 Dec 09:00", "10 Dec 12:00", "CIMIC_FOOD"))
    food = judged(notice(presence(town("Gossi"), "15 Dec 09:00", "15 Dec 13:00", "DIST_FOOD")), feeding)
    assert food is not None
    assert (food.severity, food.hits[0].rule_id) == (Severity.CRITICAL, "R03a-same")


def test_golden_13_a_medevac_beside_a_distribution_is_information_only() -> None:
    landing = plan(presence(away(300, start=BANKASS), "10 Dec 11:00", "10 Dec 11:30", "LZ"), kind="MEDEVAC")
    judgement = judged(DISTRIBUTION, replace(landing, stops=(replace(landing.stops[0], activity=None),)))
    assert judgement is not None
    assert (judgement.severity, judgement.rule_ids) == (Severity.INFO, ("R13",))


def test_golden_17_a_commune_as_large_as_salam_says_nothing_and_a_settlement_is_asked_for() -> None:
    care = plan(presence(in_commune("Salam"), "10 Dec 09:00", "10 Dec 12:00", "CIMIC_ACT"))
    judgement = judged(notice(presence(in_commune("Salam"), "10 Dec 09:00", "10 Dec 12:00", "EDU")), care)
    assert judgement is not None
    assert (judgement.severity, judgement.rule_ids) == (Severity.LOW, ("R03b",))
    assert judgement.hits[0].modifiers == ("commune_only", "wide_commune")
    assert judgement.hits[0].settlement_required
    smaller = replace(care, stops=(replace(care.stops[0], location=in_commune("Bankass")),))
    known = judged(notice(presence(town("Bankass"), "10 Dec 09:00", "10 Dec 12:00", "EDU")), smaller)
    assert known is not None
    assert (known.severity, known.hits[0].modifiers) == (Severity.MEDIUM, ("commune_only",))
