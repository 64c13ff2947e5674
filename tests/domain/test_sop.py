"""The shipped rules on the shipped profile: golden scenarios, and for every rule what just fires and what just does not."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mali import BANKASS, activity, at, judged, mission, notice, plan, presence, sharp, town
from pyproj import Geod

from deconflict.domain.activity import LatLon, Part
from deconflict.domain.filing import Location, Stop
from deconflict.domain.judgement import Judgement
from deconflict.domain.rules import first_instant, last_instant
from deconflict.domain.severity import Harm, Severity
from deconflict.domain.words import explain, sentences

NOWHERE: LatLon = (22.0, -2.0)  # no town for a hundred kilometres: P-codes say nothing here
GEOD = Geod(ellps="WGS84")


def exact(point: LatLon, pcode: str | None = None) -> Location:
    return Location(point, "", "gps", 0.0, pcode)


def away(metres: float, bearing: float = 90.0, start: LatLon = NOWHERE) -> LatLon:
    lon, lat, _ = GEOD.fwd(start[1], start[0], bearing, metres)
    return lat, lon


def rule_ids(judgement: Judgement | None) -> set[str]:
    return set() if judgement is None else set(judgement.rule_ids)


# -- golden scenarios (D4.6)


DISTRIBUTION = notice(presence(BANKASS, "10 Dec 09:00", "10 Dec 15:00", "DIST_FOOD"))


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


def test_golden_5_a_handover_in_the_week_of_a_distribution_is_high_and_ten_days_later_nothing() -> None:
    handover = plan(presence(town("Douentza"), "14 May 2020 10:00", "14 May 2020 12:00"), kind="QIP_CEREMONY")
    near = notice(presence(town("Douentza"), "16 May 2020 09:00", "16 May 2020 13:00", "DIST_NFI"))
    later = notice(presence(town("Douentza"), "25 May 2020 09:00", "25 May 2020 13:00", "DIST_NFI"))
    judgement = judged(near, handover)
    assert judgement is not None
    assert (judgement.severity, judgement.hits[0].rule_id) == (Severity.HIGH, "R05b")
    assert judged(later, handover) is None


def test_golden_7_a_patrol_near_protection_monitors_is_for_cmcoord_only() -> None:
    team = notice(presence(town("Ansongo"), "10 Dec 09:00", "10 Dec 12:00", "PROT_MON"))
    judgement = judged(team, plan(presence(town("Ansongo"), "10 Dec 16:00", "10 Dec 17:00")))
    assert judgement is not None
    assert judgement.eyes_only
    assert judgement.hits[0].rule_id == "R10"


def test_golden_13_a_medevac_beside_a_distribution_is_information_only() -> None:
    landing = plan(presence(away(300, start=BANKASS), "10 Dec 11:00", "10 Dec 11:30", "LZ"), kind="MEDEVAC")
    judgement = judged(DISTRIBUTION, replace(landing, stops=(replace(landing.stops[0], activity=None),)))
    assert judgement is not None
    assert (judgement.severity, judgement.rule_ids) == (Severity.INFO, ("R13",))


# -- every rule: what just fires and what just does not


@dataclass(frozen=True)
class Example:
    """Two presences that a rule speaks of, and its limits."""

    rule_id: str
    humanitarian: str
    mission: str
    within_m: float | None
    within_h: float
    also: tuple[str, ...] = ()  # rules that look farther and fire too

    @property
    def patrols(self) -> bool:
        return mission().catalogue[self.mission].patrol

    def judge(self, apart_m: float, gap: timedelta, *, here: Location | None = None, there: Location | None = None):  # type: ignore[no-untyped-def]
        start, end = at("10 Dec 09:00"), at("10 Dec 15:00")
        ours = presence(here or exact(NOWHERE), "10 Dec 09:00", "10 Dec 15:00", self.humanitarian)
        window = sharp("10 Dec 15:00")
        window = replace(window, earliest=end + gap, latest=end + gap)
        until = replace(
            window, earliest=window.earliest + timedelta(hours=1), latest=window.latest + timedelta(hours=1)
        )
        whole = mission().catalogue[self.mission]
        theirs = Stop(
            there or exact(away(apart_m)),
            window,
            until,
            None if whole.patrol or whole.event else self.mission,
            halt=True,
        )
        assert start < end
        return judged(notice(ours), plan(theirs, kind=self.mission if whole.patrol or whole.event else "PAT_AIR"))


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
ON_THE_ROAD = {"R01d", "R06c"}  # below, on their own
BOTH_SLACKS = timedelta(hours=2)  # an hour on site on each side


def ids(examples: list[Example]) -> list[str]:
    return [example.rule_id for example in examples]


def test_every_rule_has_examples() -> None:
    shown = {example.rule_id for example in EXAMPLES + SETTLEMENT + COMMUNE} | ON_THE_ROAD
    assert shown == {rule.id for rule in mission().pack.rules}


@pytest.mark.parametrize("example", EXAMPLES, ids=ids(EXAMPLES))
def test_the_distance_of_a_rule_is_kept_to_the_metre(example: Example) -> None:
    assert example.within_m is not None
    assert example.rule_id in rule_ids(example.judge(example.within_m - 1, timedelta(0)))
    assert example.rule_id not in rule_ids(example.judge(example.within_m + 1, timedelta(0)))


@pytest.mark.parametrize("example", EXAMPLES, ids=ids(EXAMPLES))
def test_the_hours_of_a_rule_are_kept_and_assumed_slack_makes_it_possible_only(example: Example) -> None:
    limit, minute = timedelta(hours=example.within_h), timedelta(minutes=1)
    firm = example.judge(500, limit)
    assert next(h for h in firm.hits if h.rule_id == example.rule_id).possible is False
    slack = example.judge(500, limit + BOTH_SLACKS)
    assert next(h for h in slack.hits if h.rule_id == example.rule_id).possible is True
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
    assert rule_id not in rule_ids(Example(rule_id, ours, theirs, None, 0).judge(100, timedelta(0)))


@pytest.mark.parametrize("kind", ["ESCORT", "DDR_CVR", "LOG_CONVOY", "JOINT_OP", "PAT_NIGHT"])
def test_escorts_and_convoys_count_as_uniformed(kind: str) -> None:
    assert "R01a" in rule_ids(Example("R01a", "DIST_FOOD", kind, None, 0).judge(100, timedelta(0)))


# -- on the road


def drive(start: LatLon, end: LatLon, leave: str, reach: str, kind: str = "PAT_SHORT"):  # type: ignore[no-untyped-def]
    stops = (Stop(exact(start), depart=sharp(leave)), Stop(exact(end), arrive=sharp(reach)))
    return plan(*stops, kind=kind)


CROWD = notice(Stop(exact(NOWHERE), sharp("10 Dec 09:00"), sharp("10 Dec 15:00"), "DIST_FOOD"))


def past(offset_m: float, leave: str = "10 Dec 11:00", reach: str = "10 Dec 12:00"):  # type: ignore[no-untyped-def]
    """A drive of 60 km in one hour, straight past the crowd at a distance."""
    beside = away(offset_m, 0.0)
    return drive(away(30_000, 270.0, beside), away(30_000, 90.0, beside), leave, reach)


def test_a_patrol_that_drives_by_is_a_step_milder_than_one_that_halts() -> None:
    found = rule_ids(judged(CROWD, past(500)))
    assert "R01d" in found
    assert "R01a" not in found


def test_a_slow_patrol_does_not_pass() -> None:
    found = rule_ids(judged(CROWD, past(500, "10 Dec 09:00", "10 Dec 17:00")))  # 8 km an hour: half an hour within 2 km
    assert "R01a" in found
    assert "R01d" not in found


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


def convoy(leave: str, reach: str):  # type: ignore[no-untyped-def]
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


# -- softening, caps, eyes only


def test_a_hit_that_rests_on_imprecise_positions_is_a_step_milder() -> None:
    vague = replace(exact(away(2500)), uncertainty_m=600.0)
    judgement = Example("R01a", "DIST_FOOD", "PAT_LONG", None, 0).judge(0, timedelta(0), there=vague)
    first = judgement.hits[0]
    assert {(hit.rule_id, hit.severity, hit.possible) for hit in judgement.hits} >= {("R01a", Severity.HIGH, True)}
    assert first.severity is Severity.HIGH


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
    judgement = Example("R10", "PROT_MON", "MEDEVAC", None, 0).judge(4000, timedelta(0))
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


def test_the_sides_may_not_be_swapped() -> None:
    ours, theirs = activity(CROWD), activity(past(500))
    with pytest.raises(ValueError, match="in this order"):
        mission().pack.judge(theirs, ours, now=at("1 Dec 00:00"))


# -- words


def test_a_case_explains_itself_in_both_languages() -> None:
    judgement = judged(DISTRIBUTION, plan(presence((14.0800, -3.5120), "10 Dec 13:00", "10 Dec 16:00")))
    assert judgement is not None
    english, french = (sentences(judgement, language, mission().zone)[0] for language in ("en", "fr"))
    assert english.startswith("1.4 km apart (limit 2 km), at the same time, 10/12/2019 13:00 (limit 3 h)")
    assert french.startswith("à 1,4 km (limite 2 km), au même moment, le 10/12/2019 13:00 (limite 3 h)")
    assert "R01a" in english
    assert mission().pack.version in french
    assert [fact.hit for fact in explain(judgement)] == list(judgement.hits)


def test_a_case_of_the_next_day_says_how_many_hours_lie_between() -> None:
    here = notice(presence(town("Bankass"), "10 Dec 09:00", "10 Dec 15:00", "DIST_FOOD"))
    judgement = judged(here, plan(presence(town("Bankass"), "11 Dec 17:00", "11 Dec 19:00")))
    assert judgement is not None
    sentence = sentences(judgement, "fr", mission().zone)[0]
    assert "dans la même localité" in sentence
    assert "26 h entre les deux (limite 48 h)" in sentence


# -- reach (RUL-23)


KINDS = st.sampled_from(sorted(k.code for k in mission().catalogue.kinds.values() if k.side == "humanitarian"))
THEIRS = st.sampled_from(sorted(k.code for k in mission().catalogue.kinds.values() if k.side == "mission"))


def beyond(part: Part, other: Part, limit_m: float, limit_s: float) -> bool:
    metres = GEOD.inv(part.shape.points[0][1], part.shape.points[0][0], *reversed(other.shape.points[0]))[2]
    metres -= part.shape.radius_m + other.shape.radius_m + part.uncertainty_m + other.uncertainty_m
    apart = max(first_instant(part) - last_instant(other), first_instant(other) - last_instant(part))
    return metres > limit_m or apart.total_seconds() > limit_s


@given(ours=KINDS, theirs=THEIRS, metres=st.floats(0, 20_000), hours=st.floats(0, 400), vague=st.floats(0, 3000))
def test_no_rule_fires_beyond_the_reach_of_its_pair(
    ours: str, theirs: str, metres: float, hours: float, vague: float
) -> None:
    there = replace(exact(away(metres)), uncertainty_m=vague)
    example = Example("", ours, theirs, None, 0)
    kinds = mission().catalogue
    reach = mission().pack.reach({ours, *kinds[ours].groups}, {theirs, *kinds[theirs].groups})
    if example.judge(0, timedelta(hours=hours), there=there) is None:
        return
    start = at("10 Dec 15:00") + timedelta(hours=hours)
    window = replace(sharp("10 Dec 15:00"), earliest=start, latest=start)
    our_part = activity(notice(presence(exact(NOWHERE), "10 Dec 09:00", "10 Dec 15:00", ours))).parts[0]
    their_part = activity(plan(Stop(there, window, replace(window), theirs), kind="PAT_AIR")).parts[0]
    assert not beyond(our_part, their_part, reach.within_m, reach.within_s)


def test_the_reach_of_a_pair_no_rule_speaks_of_is_nothing() -> None:
    assert mission().pack.reach({"EDU"}, {"MEDEVAC"}).distance_m == 2000  # R13 speaks of anybody
    reach = mission().pack.reach({"CROWD"}, {"UNIFORM"})
    assert reach
    assert (reach.distance_m, reach.within_s, reach.same_settlement, reach.same_commune) == (
        5000,
        48 * 3600,
        True,
        False,
    )
    assert reach.within_m >= 2 * 25_000
    assert not mission().pack.reach({"NO_SUCH_GROUP"}, {"NO_SUCH_GROUP"})


# -- severity


def test_severities_are_ordered_by_rank_and_soften_to_low_at_most() -> None:
    assert [s.rank for s in Severity] == [4, 3, 2, 1, 0]
    assert [s.milder for s in Severity] == [Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.LOW, Severity.INFO]


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
