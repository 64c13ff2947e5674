"""The shipped rules on what people file: slack, codes and the road. Every rule on every axis is in test_rule_axes.py."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from mali import (
    CROWD,
    NOWHERE,
    away,
    exact,
    judged,
    mission,
    notice,
    past,
    plan,
    rule_ids,
    sharp,
    side_by_side,
    town,
)

from deconflict.domain.filing import Location, MovementNotice, Stop
from deconflict.domain.judgement import Judgement
from deconflict.domain.severity import Severity


@dataclass(frozen=True)
class Example:
    """Two presences that a rule speaks of, and its limits."""

    rule_id: str
    humanitarian: str
    mission: str
    within_m: float | None
    within_h: float

    def judge(
        self, apart_m: float, gap: timedelta, *, here: Location | None = None, there: Location | None = None
    ) -> Judgement | None:
        return side_by_side(self.humanitarian, self.mission, apart_m, gap, here=here, there=there)

    def possible(self, apart_m: float, gap: timedelta) -> bool:
        judgement = self.judge(apart_m, gap)
        assert judgement is not None
        return next(hit.possible for hit in judgement.hits if hit.rule_id == self.rule_id)


EXAMPLES = [
    Example("R01a", "DIST_FOOD", "PAT_LONG", 2000, 3),
    Example("R01b", "VACC", "PAT_FOOT", 5000, 12),
    Example("R03a", "WASH_WORKS", "CIMIC_ACT", 3000, 168),
    Example("R03a-day", "WASH_WORKS", "CIMIC_ACT", 3000, 24),
    Example("R03a-same", "HEALTH_MOBILE", "CIMIC_HEALTH", 3000, 168),
    Example("R03b", "EDU", "CIMIC_VET", 10_000, 336),
    Example("R05a", "NUTRITION", "QIP_CEREMONY", 3000, 24),
    Example("R05b", "NUTRITION", "QIP_CEREMONY", 3000, 72),
    Example("R10", "ACCESS_NEG", "KLE", 5000, 24),
    Example("R13", "OTHER", "MEDEVAC", 2000, 1),
]
SETTLEMENT = [
    Example("R01c", "REG_IDP", "LOG_CONVOY", None, 48),
    Example("R03a", "ASSESS", "CIMIC_WATER", None, 168),
    Example("R03a-day", "ASSESS", "CIMIC_WATER", None, 24),
    Example("R03a-same", "DIST_FOOD", "CIMIC_FOOD", None, 168),
    Example("R05a", "DIST_CASH", "QIP_CEREMONY", None, 24),
    Example("R05b", "DIST_CASH", "QIP_CEREMONY", None, 72),
]
COMMUNE = [
    Example("R03b", "EDU", "CIMIC_SCHOOL", None, 336),
    Example("R05c", "DIST_NFI", "QIP_CEREMONY", None, 168),
]
BOTH_SLACKS = timedelta(hours=2)  # an hour on site on each side


def ids(examples: list[Example]) -> list[str]:
    return [example.rule_id for example in examples]


@pytest.mark.parametrize("example", EXAMPLES, ids=ids(EXAMPLES))
def test_the_distance_of_a_rule_is_kept_to_the_metre(example: Example) -> None:
    assert example.within_m is not None
    assert example.rule_id in rule_ids(example.judge(example.within_m - 1, timedelta(0)))
    assert example.rule_id not in rule_ids(example.judge(example.within_m + 1, timedelta(0)))


@pytest.mark.parametrize("example", EXAMPLES, ids=ids(EXAMPLES))
def test_the_hours_of_a_rule_are_kept_and_assumed_slack_makes_it_possible_only(example: Example) -> None:
    limit, minute = timedelta(hours=example.within_h), timedelta(minutes=1)
    assert not example.possible(500, limit)
    assert example.possible(500, limit + BOTH_SLACKS)
    assert example.rule_id not in rule_ids(example.judge(500, limit + BOTH_SLACKS + minute))


@pytest.mark.parametrize("example", SETTLEMENT, ids=ids(SETTLEMENT))
def test_the_same_settlement_counts_by_its_code_and_another_does_not(example: Example) -> None:
    limit, minute = timedelta(hours=example.within_h), timedelta(minutes=1)
    here = exact(away(0), town("Bankass").pcode)
    there, elsewhere = exact(away(9000), town("Bankass").pcode), exact(away(9000), town("Koro").pcode)
    assert example.rule_id in rule_ids(example.judge(0, limit, here=here, there=there))
    assert example.rule_id not in rule_ids(example.judge(0, limit, here=here, there=elsewhere))
    assert example.rule_id not in rule_ids(example.judge(0, limit + BOTH_SLACKS + minute, here=here, there=there))


@pytest.mark.parametrize("example", COMMUNE, ids=ids(COMMUNE))
def test_the_same_commune_counts_by_its_code_and_another_does_not(example: Example) -> None:
    limit, minute = timedelta(hours=example.within_h), timedelta(minutes=1)
    commune, other = mission().gazetteer.get(town("Bankass").pcode or ""), town("Koro").pcode
    assert commune is not None
    here = exact(away(0), commune.commune)
    there, elsewhere = exact(away(90_000), town("Bankass").pcode), exact(away(90_000), other)
    assert example.rule_id in rule_ids(example.judge(0, limit, here=here, there=there))
    assert example.rule_id not in rule_ids(example.judge(0, limit, here=here, there=elsewhere))
    assert example.rule_id not in rule_ids(example.judge(0, limit + BOTH_SLACKS + minute, here=here, there=there))


KINDS_THAT_DO_NOT_COUNT = [
    ("R01a", "EDU", "PAT_LONG"),  # no crowd
    ("R01a", "DIST_FOOD", "PAT_AIR"),  # RUL-22: not in uniform on the ground
    ("R01b", "ASSESS", "PAT_LONG"),
    ("R03a", "ACCESS_NEG", "CIMIC_ACT"),  # no programme
    ("R03a", "EDU", "KLE"),
    ("R03a-same", "EDU", "CIMIC_HEALTH"),  # another kind of aid
    ("R03a-same", "ASSESS", "CIMIC_ACT"),  # no kind of aid on either side
    ("R05a", "EDU", "QIP_CEREMONY"),
    ("R05a", "DIST_FOOD", "QIP_VISIT"),
    ("R10", "DIST_FOOD", "PAT_LONG"),
    ("R13", "DIST_FOOD", "PAT_LONG"),
]


@pytest.mark.parametrize(("rule_id", "ours", "theirs"), KINDS_THAT_DO_NOT_COUNT)
def test_a_rule_does_not_fire_on_kinds_it_does_not_name(rule_id: str, ours: str, theirs: str) -> None:
    assert rule_id not in rule_ids(side_by_side(ours, theirs, 100))


@pytest.mark.parametrize("kind", ["ESCORT", "DDR_CVR", "LOG_CONVOY", "JOINT_OP", "PAT_NIGHT"])
def test_escorts_and_convoys_count_as_uniformed(kind: str) -> None:
    assert "R01a" in rule_ids(side_by_side("DIST_FOOD", kind, 100))


# -- on the road


def test_a_patrol_that_drives_by_is_a_step_milder_than_one_that_halts() -> None:
    found = rule_ids(judged(CROWD, past(500)))
    assert "R01d" in found
    assert "R01a" not in found


def test_a_slow_patrol_does_not_pass() -> None:
    found = rule_ids(judged(CROWD, past(500, "10 Dec 09:00", "10 Dec 17:00")))  # half an hour within 2 km
    assert "R01a" in found
    assert "R01d" not in found


@pytest.mark.parametrize("aside_m", [1_900, 3_000, 5_900])
def test_a_slow_patrol_on_a_road_that_is_hardly_known_may_pass_or_stay(aside_m: float) -> None:
    """Five minutes within 2 km as planned, or none; a quarter of an hour if the road leads through: both rules, neither firm."""
    judgement = judged(CROWD, past(aside_m, "10 Dec 09:00", "10 Dec 12:45"))
    assert judgement is not None
    found = {hit.rule_id: hit for hit in judgement.hits}
    assert (found["R01a"].severity, found["R01a"].because) == (Severity.HIGH, ("position",))
    assert (found["R01d"].severity, found["R01d"].because) == (Severity.MEDIUM, ("position",))
    faster = judged(CROWD, past(aside_m, "10 Dec 10:00", "10 Dec 13:20"))
    assert "R01a" not in rule_ids(faster)
    assert "R01d" in rule_ids(faster)


def test_naming_a_point_of_the_way_does_not_turn_a_stay_into_a_drive_by() -> None:
    west, east = away(30_000, 270.0), away(30_000, 90.0)
    way = plan(  # 15 km an hour: 16 minutes within 2 km, 8 on each side of the point
        Stop(exact(west), depart=sharp("10 Dec 09:00")),
        Stop(exact(NOWHERE), arrive=sharp("10 Dec 11:00")),
        Stop(exact(east), arrive=sharp("10 Dec 13:00")),
    )
    assert "R01a" in rule_ids(judged(CROWD, way))
    assert "R01a" in rule_ids(judged(CROWD, replace(way, stops=(way.stops[0], way.stops[2]))))


def test_out_and_back_on_the_same_road_is_two_drive_bys() -> None:
    west, east = away(30_000, 270.0), away(30_000, 90.0)
    way = plan(
        Stop(exact(west), depart=sharp("10 Dec 09:00")),
        Stop(exact(east), sharp("10 Dec 10:30"), sharp("10 Dec 11:00"), halt=True),  # 40 km an hour: 6 minutes
        Stop(exact(west), arrive=sharp("10 Dec 12:30")),
    )
    found = rule_ids(judged(CROWD, way))
    assert "R01d" in found
    assert "R01a" not in found


def test_a_drive_by_beyond_the_distance_or_the_hours_is_not_flagged() -> None:
    # The leg is not a road: it may stray by 0.1 of 60 km, so the edge lies at 2 + 6 km.
    assert "R01d" in rule_ids(judged(CROWD, past(7_900)))
    assert "R01d" not in rule_ids(judged(CROWD, past(8_100)))
    assert "R01d" not in rule_ids(judged(CROWD, past(500, "11 Dec 11:00", "11 Dec 12:00")))


def test_a_point_of_the_way_without_a_halt_is_passed_and_a_halt_is_not() -> None:
    west, east = away(30_000, 270.0), away(30_000, 90.0)
    way = [
        Stop(exact(west), depart=sharp("10 Dec 11:00")),
        Stop(exact(away(600)), sharp("10 Dec 11:30"), sharp("10 Dec 11:35")),
        Stop(exact(east), arrive=sharp("10 Dec 12:05")),
    ]
    assert "R01a" not in rule_ids(judged(CROWD, plan(*way)))
    way[1] = replace(way[1], halt=True)
    assert "R01a" in rule_ids(judged(CROWD, plan(*way)))
    way[1] = replace(
        way[1], halt=False, depart=sharp("10 Dec 11:50")
    )  # twenty minutes is a halt, whatever it is called
    assert "R01a" in rule_ids(judged(CROWD, plan(*way)))


def convoy(leave: str, reach: str) -> MovementNotice:
    return notice(
        Stop(exact(away(30_000, 180.0)), depart=sharp(leave)),
        Stop(exact(away(30_000, 0.0)), arrive=sharp(reach)),
        kind="CONVOY_CARGO",
    )


def test_a_convoy_that_crosses_a_patrol_on_the_road_is_low() -> None:
    judgement = judged(convoy("10 Dec 11:00", "10 Dec 12:00"), past(0))
    assert judgement is not None
    assert (judgement.severity, judgement.rule_ids) == (Severity.LOW, ("R06c",))


def test_a_convoy_meets_no_patrol_that_stands_or_passed_hours_ago() -> None:
    standing = plan(Stop(exact(NOWHERE), sharp("10 Dec 11:00"), sharp("10 Dec 12:00"), halt=True))
    assert judged(convoy("10 Dec 11:00", "10 Dec 12:00"), standing) is None
    assert judged(convoy("10 Dec 18:00", "10 Dec 19:00"), past(0)) is None


def test_travelling_to_a_distribution_is_no_crowd() -> None:
    """RUL-21: a patrol met on the way out is not a patrol at the distribution."""
    trip = notice(
        Stop(exact(away(60_000, 180.0)), depart=sharp("8 Dec 06:00")),
        Stop(exact(NOWHERE), sharp("10 Dec 09:00"), sharp("10 Dec 15:00"), "DIST_FOOD"),
    )
    there = plan(Stop(exact(away(60_000, 180.0)), sharp("8 Dec 05:00"), sharp("8 Dec 07:00"), halt=True))
    assert rule_ids(judged(trip, there)).isdisjoint({"R01a", "R01b", "R01c"})
