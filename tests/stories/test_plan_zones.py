"""Areas to avoid, bases, flights and boats of the mission meet notices by the rules, through filing and matcher as they run."""

from __future__ import annotations

from datetime import UTC, datetime

import make
import pytest
from planted import Visitor, signed_in
from world import World

from deconflict.domain.activity import OPEN_END, LatLon
from deconflict.domain.filing import Level, MissionPlan, MovementNotice, Stop, Window
from deconflict.domain.geodesy import destination
from deconflict.domain.zone import Zone

BANKASS = make.PLACES["Bankass"][0]
KM = 1_000.0


def holds(when: str, *, open_end: bool = False) -> tuple[Window, Window]:
    begins, ends = make.span(when)
    return make.exactly(begins), make.exactly(OPEN_END if open_end else ends)


def area(
    points: list[LatLon],
    when: str,
    *,
    kind: str = "AVOID_AREA",
    shape: str = "polygon",
    km: float = 0.0,
    open_end: bool = False,
) -> MissionPlan:
    begins, ends = holds(when, open_end=open_end)
    stops = [Stop(make.fix(point), halt=True) for point in points]
    stops[0] = Stop(make.fix(points[0]), begins, ends, halt=True)
    return MissionPlan(kind, Level.REDACTED, tuple(stops), zone=Zone(shape, km * KM))


def square(middle: LatLon, half_km: float) -> list[LatLon]:
    return [destination(middle, bearing, half_km * KM * 2**0.5) for bearing in (45, 135, 225, 315)]


def rules(world: World) -> set[str]:
    return {hit["rule_id"] for case in world.cases() for hit in case.judgement["hits"]}


@pytest.fixture
def team(world: World) -> str:
    world.at("2019-12-05T06:00Z")
    return world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))


def test_an_area_around_a_distribution_is_critical(world: World, team: str) -> None:
    reference = world.cimic.files(area(square(BANKASS, 3), "10 Dec 00:00-23:00"))
    assert (world.case.severity, rules(world)) == ("critical", {"R07a", "R07b"})
    world.officer.expects("dossier")
    world.cimic.cancels(reference, "over")
    assert world.case.state == "overtaken"


def test_an_area_farther_than_any_rule_asks_is_none(world: World, team: str) -> None:
    world.cimic.files(area(square(destination(BANKASS, 90, 40 * KM), 5), "10 Dec 00:00-23:00"))
    assert world.cases() == []


def test_a_team_in_the_notch_of_an_area_is_outside(world: World, team: str) -> None:
    """A U that is open to the north, 60 km wide and deep, its walls 1 km thick."""
    corners = [(-30, -30), (30, -30), (30, 30), (29, 30), (29, -29), (-29, -29), (-29, 30), (-30, 30)]
    points = [
        destination(destination(BANKASS, 0 if n >= 0 else 180, abs(n) * KM), 90 if e >= 0 else 270, abs(e) * KM)
        for e, n in corners
    ]
    reference = world.cimic.files(area(points, "10 Dec 00:00-23:00"))
    assert world.cases() == []
    whole = [points[n] for n in (0, 1, 2, 7)]
    world.cimic.amends(reference, area(whole, "10 Dec 00:00-23:00"))
    assert world.case.severity == "critical"


def test_until_further_notice_meets_what_is_filed_weeks_later(world: World) -> None:
    world.at("2019-11-05T06:00Z")
    reference = world.cimic.files(area(square(BANKASS, 3), "5 Nov 08:00-09:00", open_end=True))
    world.at("2019-12-05T06:00Z")
    world.turn()
    assert world.item(reference).state == "submitted"
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    assert rules(world) == {"R07a", "R07b"}
    assert world.case.ends_at < datetime(2020, 1, 1, tzinfo=UTC)


def test_the_officer_asks_to_avoid_a_place_and_a_half_day_and_never_says_why(
    world: World, team: str, stranger: Visitor
) -> None:
    world.cimic.files(area(square(BANKASS, 3), "9 Dec 08:00-09:00", open_end=True))
    world.officer.takes(world.case)
    world.officer.asks(world.case, "humanitarian")
    world.ngo.expects("Dossier")
    desk = signed_in(world.app, world.officer.person_id)
    page = desk.get(f"/desk/{world.case.reference}").text
    assert "36 km²" in page
    assert desk.get(f"/desk/{world.case.reference}/map").status_code == 200
    told = signed_in(world.app, world.ngo.person_id).get(f"/requests/{world.case.humanitarian_reference}").text
    assert "Bankass" in told
    assert not [word for word in ("km²", "zone", "sommets", "AVOID") if word in told.lower().partition("<main")[2]]


def test_a_closed_road_and_one_beside_it(world: World) -> None:
    world.at("2019-12-05T06:00Z")
    world.ngo.files(make.journey("Mopti", "Bandiagara", "10 Dec 06:30-09:00"))
    mopti, bandiagara = (make.PLACES[name][0] for name in ("Mopti", "Bandiagara"))
    reference = world.cimic.files(
        area([mopti, bandiagara], "10 Dec 06:00-18:00", kind="ROAD_CLOSED", shape="corridor", km=0.5)
    )
    assert rules(world) == {"R08"}
    south = [destination(point, 180, 20 * KM) for point in (mopti, bandiagara)]
    world.cimic.amends(reference, area(south, "10 Dec 06:00-18:00", kind="ROAD_CLOSED", shape="corridor", km=0.5))
    assert world.case.state == "closed"


def test_villages_are_avoided_as_wholes(world: World, team: str) -> None:
    world.cimic.files(area([BANKASS], "10 Dec 00:00-23:00", shape="villages"))
    assert "R07a" in rules(world)


# ---- at one place, in the air, on the river --------------------------------------------------------------------------


def at_one_place(
    kind: str, place: str | LatLon, begins: str, ends: str, *, aid: str = "none", category: str = ""
) -> MissionPlan:
    first, last = make.span(begins)[0], make.span(ends)[1]
    stop = Stop(make.fix(place), make.exactly(first), make.exactly(last), halt=True)
    return MissionPlan(kind, Level.REDACTED, (stop,), aid_component=aid, category=category)


def site(kind: str, place: str | LatLon) -> MovementNotice:
    stop = Stop(make.fix(place), make.exactly(datetime(2019, 11, 1, tzinfo=UTC)), make.exactly(OPEN_END))
    return MovementNotice(kind, Level.MATCH_ONLY, (stop,))


@pytest.mark.parametrize(("km", "expected"), [(0.8, {"R09a", "R09b"}), (2.0, {"R09b"}), (4.0, set())])
def test_a_base_of_three_days_beside_a_camp_for_the_displaced(world: World, km: float, expected: set[str]) -> None:
    """Sides 300 and 200 m wide count: 0.8, 2 and 4 km from rim to rim."""
    world.at("2019-12-05T06:00Z")
    world.ngo.files(site("SITE_IDP", "Koro"))
    place = destination(make.PLACES["Koro"][0], 90, (km + 0.5) * KM)
    world.cimic.files(at_one_place("TOB", place, "10 Dec 08:00-09:00", "13 Dec 08:00-09:00"))
    assert rules(world) == expected


def test_a_base_within_a_long_patrol_does_as_one_of_its_own(world: World) -> None:
    world.at("2019-12-05T06:00Z")
    world.ngo.files(site("SITE_SCHOOL", "Koro"))
    place = destination(make.PLACES["Koro"][0], 90, 900.0)
    begins, ends = make.span("10 Dec 08:00-09:00")[0], make.span("12 Dec 08:00-09:00")[1]
    base = Stop(make.fix(place), make.exactly(begins), make.exactly(ends), "TOB", halt=True)
    world.cimic.files(MissionPlan("PAT_LONG", Level.REDACTED, (base,)))
    assert {"R09a", "R09b"} <= rules(world)


def flight(start: str, end: str, when: str) -> MovementNotice:
    return make.journey(start, end, when, kind="FLIGHT")


def test_in_the_air_flights_meet_flights_and_nobody_on_the_ground(world: World, team: str) -> None:
    leaves, arrives = make.span("10 Dec 09:00-10:00")
    over = (
        Stop(make.fix("Mopti"), depart=make.exactly(leaves)),
        Stop(make.fix("Bankass"), arrive=make.exactly(arrives)),
    )
    world.cimic.files(MissionPlan("PAT_AIR", Level.REDACTED, over, mode="air"))
    assert world.cases() == []
    world.ngo.files(flight("Mopti", "Bankass", "10 Dec 09:00-10:00"))
    assert (rules(world), world.case.severity) == ({"R12"}, "low")


def test_a_landing_zone_beside_a_flight(world: World) -> None:
    world.at("2019-12-05T06:00Z")
    world.ngo.files(flight("Mopti", "Bankass", "10 Dec 09:00-10:00"))
    world.cimic.files(at_one_place("LZ", "Bankass", "10 Dec 09:30-10:00", "10 Dec 10:00-10:30"))
    assert rules(world) == {"R12"}
    world.cimic.files(at_one_place("LZ", "Koro", "10 Dec 09:30-10:00", "10 Dec 10:00-10:30"))
    assert len(world.cases()) == 1


def test_a_patrol_on_the_river_is_a_patrol(world: World) -> None:
    world.at("2019-12-05T06:00Z")
    world.ngo.files(make.distribution("Mopti", "10 Dec 09:00-15:00"))
    begins, ends = make.span("10 Dec 10:00-11:00")
    landing = Stop(
        make.fix(destination(make.PLACES["Mopti"][0], 90, 300.0)), make.exactly(begins), make.exactly(ends), halt=True
    )
    river = MissionPlan("PAT_RIVER", Level.REDACTED, (landing,), mode="river")
    world.cimic.files(river)
    assert "R01a" in rules(world)


def test_golden_12_care_for_livestock_and_nutrition_five_days_later(world: World) -> None:
    world.at("2019-12-01T06:00Z")
    world.cimic.files(at_one_place("CIMIC_VET", "Gossi", "9 Dec 08:00-09:00", "9 Dec 10:00-11:00", aid="planned_cimic"))
    world.ngo.files(make.distribution("Gossi", "14 Dec 09:00-12:00", kind="NUTRITION"))
    assert (world.case.severity, "R03a" in rules(world)) == ("high", True)


def test_golden_12_the_same_kind_of_aid_is_critical(world: World) -> None:
    world.at("2019-12-01T06:00Z")
    gift = at_one_place(
        "CIMIC_ACT", "Gossi", "9 Dec 08:00-09:00", "9 Dec 10:00-11:00", aid="planned_cimic", category="nutrition"
    )
    world.cimic.files(gift)
    world.ngo.files(make.distribution("Gossi", "14 Dec 09:00-12:00", kind="NUTRITION"))
    assert world.case.severity == "critical"
