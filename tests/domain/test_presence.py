"""Stops with windows become parts: presences, legs, waits, with their slack, uncertainty and codes."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mali import BANKASS, activity, at, gps, mission, notice, plan, presence, sharp, town

from deconflict.domain.activity import Part, Slack
from deconflict.domain.filing import Location, MovementNotice, Stop, Window
from deconflict.domain.geodesy import distance_m
from deconflict.domain.presence import span_of

HOUR = 3600.0


def trip(month: str = "Dec") -> MovementNotice:
    """Sévaré to Bankass in three hours, a distribution, and back."""
    return notice(
        Stop(town("Sévaré"), depart=sharp(f"10 {month} 06:00", 30)),
        Stop(town("Bankass"), sharp(f"10 {month} 09:00"), sharp(f"10 {month} 15:00"), "DIST_FOOD"),
        Stop(town("Sévaré"), arrive=sharp(f"10 {month} 18:00")),
    )


def legs(parts: tuple[Part, ...]) -> list[Part]:
    return [part for part in parts if part.moving]


def test_a_trip_is_two_legs_and_three_presences_in_time_order() -> None:
    parts = activity(trip()).parts
    assert [part.moving for part in parts].count(True) == 2
    assert len(parts) == 5
    assert [part.start.at for part in parts] == sorted(part.start.at for part in parts)


def test_travel_is_move_and_only_the_presence_on_site_is_a_crowd() -> None:
    parts = activity(trip()).parts
    assert {part.kind for part in parts if "CROWD" in part.groups} == {"DIST_FOOD"}
    assert all(part.kind == "TRANSIT_STAFF" and part.groups == {"MOVE"} for part in legs(parts))


def test_a_filed_window_is_its_middle_with_half_its_width_as_declared_slack() -> None:
    first = legs(activity(trip()).parts)[0]
    assert first.start.at == at("10 Dec 06:00")
    assert first.start.declared == Slack(1800, 1800)


def test_departures_may_slip_an_hour_and_arrivals_two() -> None:
    first = legs(activity(trip()).parts)[0]
    assert first.start.assumed == Slack(HOUR, HOUR)
    assert first.end.assumed == Slack(2 * HOUR, 2 * HOUR)


def test_the_rains_stretch_both_by_half_and_leave_the_work_on_site_alone() -> None:
    parts = activity(trip("Aug")).parts
    first = legs(parts)[0]
    assert first.start.assumed.late_s == 1.5 * HOUR
    assert first.end.assumed.late_s == 3 * HOUR
    assert next(p for p in parts if p.kind == "DIST_FOOD").end.assumed.late_s == HOUR


def test_a_long_leg_may_be_late_by_a_fifth_of_its_time() -> None:
    way = plan(Stop(town("Gao"), depart=sharp("9 Dec 06:00")), Stop(town("Kidal"), arrive=sharp("10 Dec 06:00")))
    assert legs(activity(way).parts)[0].end.assumed.late_s == pytest.approx(24 * HOUR * 0.2)


def test_a_leg_may_stray_by_a_tenth_of_its_length_and_ten_kilometres_at_most() -> None:
    short, long = (4.0, 0.03), (4.0, 3.0)
    lengths = []
    for _, degrees in (short, long):
        here, there = gps((14.0, -3.0)), gps((14.0 + degrees, -3.0))
        way = notice(Stop(here, depart=sharp("9 Dec 06:00")), Stop(there, arrive=sharp("9 Dec 12:00")))
        lengths.append(legs(activity(way).parts)[0].uncertainty_m)
    assert lengths[0] == pytest.approx(0.1 * distance_m((14.0, -3.0), (14.03, -3.0)))
    assert lengths[1] == 10_000


def test_a_leg_is_no_more_certain_than_its_ends() -> None:
    vague = Location((14.0, -3.0), "", "decimal", 5600.0)
    way = notice(Stop(vague, depart=sharp("9 Dec 06:00")), Stop(gps((14.1, -3.0)), arrive=sharp("9 Dec 08:00")))
    assert legs(activity(way).parts)[0].uncertainty_m == 5600.0


def test_a_rest_without_an_activity_is_a_presence_of_the_travel_kind() -> None:
    way = notice(
        Stop(town("Sévaré"), depart=sharp("9 Dec 06:00")),
        Stop(town("Douentza"), sharp("9 Dec 10:00"), sharp("10 Dec 06:00")),
        Stop(town("Gossi"), arrive=sharp("10 Dec 12:00")),
    )
    night = next(p for p in activity(way).parts if p.start.at == at("9 Dec 10:00") and not p.moving)
    assert (night.kind, night.end.at, night.halt) == ("TRANSIT_STAFF", at("10 Dec 06:00"), True)
    assert night.start.assumed.early_s == 2 * HOUR
    assert night.end.assumed.late_s == HOUR


def test_a_halt_of_a_patrol_is_uniformed_and_its_activity_has_its_own_kind() -> None:
    parts = activity(
        plan(
            presence(town("Bankass"), "9 Dec 09:00", "9 Dec 10:00"),
            presence(town("Koro"), "9 Dec 12:00", "9 Dec 13:00", "KLE"),
        )
    ).parts
    assert [part.kind for part in parts] == ["PAT_LONG", "PAT_LONG", "KLE"]
    assert "UNIFORM" in parts[0].groups
    assert "UNIFORM" not in parts[2].groups


def test_villages_without_windows_get_an_implied_leg_through_them() -> None:
    parts = activity(
        plan(
            Stop(town("Bankass"), depart=sharp("9 Dec 06:00")),
            Stop(town("Koro")),
            Stop(town("Douentza"), arrive=sharp("9 Dec 16:00")),
        )
    ).parts
    leg = legs(parts)[0]
    assert len(leg.shape.points) == 3
    assert leg.implied
    village = next(p for p in parts if p.spot.settlement == town("Koro").pcode)
    assert village.implied
    assert (village.start.at, village.end.at) == (leg.start.at, leg.end.at)


def test_a_leg_with_departure_and_arrival_was_stated() -> None:
    assert not any(leg.implied for leg in legs(activity(trip()).parts))
    one_window = plan(Stop(town("Bankass"), sharp("9 Dec 06:00")), Stop(town("Koro"), sharp("9 Dec 09:00")))
    assert all(leg.implied for leg in legs(activity(one_window).parts))


def test_between_timed_parts_a_party_stays_where_it_is() -> None:
    parts = activity(
        notice(
            presence(BANKASS, "9 Dec 09:00", "9 Dec 10:00", "ASSESS"),
            presence(BANKASS, "9 Dec 14:00", "9 Dec 15:00", "DIST_NFI"),
        )
    ).parts
    wait = next(part for part in parts if part.implied)
    assert (wait.start.at, wait.end.at, wait.moving, wait.kind) == (
        at("9 Dec 10:00"),
        at("9 Dec 14:00"),
        False,
        "TRANSIT_STAFF",
    )


def test_work_without_an_end_is_assumed_to_go_on() -> None:
    way = notice(
        Stop(town("Sévaré"), depart=sharp("10 Dec 06:00")),
        Stop(town("Bankass"), sharp("10 Dec 09:00"), None, "DIST_NFI"),
    )
    work = next(p for p in activity(way).parts if p.kind == "DIST_NFI")
    assert work.end.assumed.late_s == 12 * HOUR


def test_a_declared_place_keeps_its_code_and_a_bare_coordinate_takes_the_nearest_town() -> None:
    bankass = mission().gazetteer.get(town("Bankass").pcode or "")
    assert bankass is not None
    near = activity(notice(presence(gps((14.08, -3.512)), "9 Dec 09:00", "9 Dec 10:00", "EDU"))).parts[0]
    assert (near.spot.settlement, near.spot.commune) == (bankass.pcode, bankass.commune)
    far = activity(notice(presence(gps((22.0, -2.0)), "9 Dec 09:00", "9 Dec 10:00", "EDU"))).parts[0]
    assert (far.spot.settlement, far.spot.commune) == (None, None)
    coded = gps((14.2, -3.6), bankass.pcode)
    assert (
        activity(notice(presence(coded, "9 Dec 09:00", "9 Dec 10:00", "EDU"))).parts[0].spot.settlement == bankass.pcode
    )


def test_a_commune_alone_takes_part_in_commune_rules_only() -> None:
    bankass = mission().gazetteer.get(town("Bankass").pcode or "")
    assert bankass is not None
    place = Location(bankass.point, "", "commune", 20_000.0, bankass.commune)
    part = activity(notice(presence(place, "9 Dec 09:00", "9 Dec 10:00", "EDU"))).parts[0]
    assert part.commune_only
    assert (part.spot.settlement, part.spot.commune) == (None, bankass.commune)


def test_aid_and_company_put_more_groups_on_the_parts_they_concern() -> None:
    parts = activity(
        plan(
            presence(town("Bankass"), "9 Dec 09:00", "9 Dec 10:00"),
            presence(town("Koro"), "9 Dec 12:00", "9 Dec 13:00"),
            aid_component="planned_cimic",
            joint_with="host_forces",
        )
    ).parts
    assert all("JOINT_FORCES" in part.groups for part in parts)
    assert [part.moving or "AID_COMPONENT" in part.groups for part in parts] == [True, True, True]
    assert not any("AID_COMPONENT" in part.groups for part in parts if part.moving)


def test_an_event_is_a_presence_of_its_kind() -> None:
    parts = activity(plan(presence(town("Douentza"), "9 Dec 10:00", "9 Dec 12:00"), kind="QIP_CEREMONY")).parts
    assert [(part.kind, part.moving) for part in parts] == [("QIP_CEREMONY", False)]


UNREADABLE = [
    ((), "need a window"),
    ((Stop(gps(BANKASS)),), "need a window"),
    ((Stop(gps(BANKASS), depart=sharp("9 Dec 06:00")), Stop(gps((14.2, -3.5)))), "need a window"),
    (
        (
            Stop(gps(BANKASS), depart=sharp("9 Dec 06:00")),
            Stop(gps((14.2, -3.5)), activity="EDU"),
            Stop(gps((14.3, -3.5)), arrive=sharp("9 Dec 09:00")),
        ),
        "activity needs a window",
    ),
    (
        (Stop(gps(BANKASS), depart=sharp("9 Dec 12:00")), Stop(gps((14.2, -3.5)), arrive=sharp("9 Dec 09:00"))),
        "cannot follow",
    ),
]


@pytest.mark.parametrize(("stops", "reason"), UNREADABLE)
def test_what_cannot_be_read_is_refused_with_its_reason(stops: tuple[Stop, ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        activity(notice(*stops))


def test_a_way_without_time_for_it_may_be_anywhere_along_it() -> None:
    there = gps((14.2, -3.5))
    parts = activity(
        notice(Stop(gps(BANKASS), depart=sharp("9 Dec 06:00")), Stop(there, arrive=sharp("9 Dec 06:00")))
    ).parts
    way = next(part for part in parts if len(part.shape.points) == 2)
    assert not way.moving


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 300)), min_size=2, max_size=6),
)
def test_planned_instants_follow_each_other_and_keep_to_their_windows(spans: list[tuple[int, int]]) -> None:
    origin = at("9 Dec 00:00")
    windows = [
        Window(origin + timedelta(minutes=start), origin + timedelta(minutes=start + length)) for start, length in spans
    ]
    stops = [Stop(gps((14.0 + i / 10, -3.0)), arrive=window, depart=None) for i, window in enumerate(windows)]
    possible = all(a.earliest <= b.latest for i, a in enumerate(windows) for b in windows[i:])
    if not possible:
        with pytest.raises(ValueError, match="cannot follow"):
            activity(notice(*stops))
        return
    found = activity(notice(*stops))
    halts = sorted((p for p in found.parts if len(p.shape.points) == 1), key=lambda part: part.shape.points[0][0])
    assert [p.start.at for p in halts] == sorted(p.start.at for p in halts)
    for part, window in zip(halts, windows, strict=True):
        assert part.start.at - timedelta(seconds=part.start.declared.early_s) == window.earliest
        assert part.start.at + timedelta(seconds=part.start.declared.late_s) == window.latest
    assert span_of(found)[0] < min(window.earliest for window in windows)
    assert span_of(found)[1] > max(window.latest for window in windows)


def test_the_same_filing_gives_the_same_activity() -> None:
    assert activity(trip()) == activity(replace(trip()))


def test_a_position_beside_a_commune_keeps_its_distance_rules_and_the_commune_that_was_named() -> None:
    bankass = mission().gazetteer.get(town("Bankass").pcode or "")
    koro = mission().gazetteer.get(town("Koro").pcode or "")
    assert bankass is not None
    assert koro is not None
    place = Location(bankass.point, "", "decimal", 20.0, koro.commune)
    part = activity(notice(presence(place, "9 Dec 09:00", "9 Dec 10:00", "EDU"))).parts[0]
    assert not part.commune_only
    assert (part.spot.settlement, part.spot.commune) == (bankass.pcode, koro.commune)


def test_a_movement_by_air_is_a_flight_and_not_on_the_road() -> None:
    flight = replace(
        notice(Stop(town("Sévaré"), depart=sharp("9 Dec 08:00")), Stop(town("Gao"), arrive=sharp("9 Dec 10:00"))),
        mode="air",
    )
    leg = next(part for part in activity(flight).parts if part.moving)
    assert (leg.kind, leg.groups) == ("FLIGHT", {"AIR"})
    patrol = replace(
        plan(Stop(town("Sévaré"), depart=sharp("9 Dec 08:00")), Stop(town("Gao"), arrive=sharp("9 Dec 10:00"))),
        mode="air",
    )
    assert {part.kind for part in activity(patrol).parts} == {"PAT_LONG"}  # the mission says what it flies


def test_what_stands_all_year_or_on_paper_has_no_slack() -> None:
    for kind in ("QIP_WORKS", "QIP_PROPOSAL", "AID_INCIDENT", "RANGE"):
        part = activity(plan(presence(town("Gao"), "9 Dec 08:00", "20 Dec 10:00"), kind=kind)).parts[0]
        assert (part.start.assumed, part.end.assumed) == (Slack(), Slack()), kind
    school = activity(notice(presence(town("Gao"), "9 Dec 08:00", "20 Dec 10:00"), kind="SITE_SCHOOL")).parts[0]
    assert (school.end.assumed, school.hours) == (Slack(), (time(7), time(18)))


def test_a_project_has_the_category_it_was_filed_with_and_other_kinds_have_their_own() -> None:
    works = plan(presence(town("Gao"), "9 Dec 08:00", "20 Dec 10:00"), kind="QIP_WORKS", category="wash")
    assert activity(works).parts[0].category == "wash"
    assert activity(replace(works, category="")).parts[0].category is None
    care = plan(presence(town("Gao"), "9 Dec 08:00", "9 Dec 10:00", "CIMIC_VET"), category="wash")
    assert activity(care).parts[0].category == "livelihoods"
