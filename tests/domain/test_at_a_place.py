"""What is at a place and what is not: a settlement by its own radius, a commune as a whole, a drawn area where it reaches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from deconflict.domain.activity import Side
from deconflict.domain.ahead import AheadItem
from deconflict.domain.audience import Audience
from deconflict.domain.finding import CaseSpot, cases_at, in_order, items_at, seen_cases, spot_of
from deconflict.domain.geodesy import destination
from deconflict.domain.half_days import Presence
from deconflict.domain.severity import Severity
from deconflict.domain.zone import Zone

NOW = datetime(2019, 12, 7, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def item(*points, pcode=None, edition="", zone=None, **more):
    presences = tuple(Presence(point, "", pcode, edition, NOW, NOW + HOUR) for point in points)
    usual = {"id": 1, "reference": "AAAAA", "side": Side.MISSION, "owner": "Mission", "of_ocha": False}
    usual |= {"layer": "patrol", "kinds": (), "sensitive": False, "presences": presences}
    usual |= {"points": points if zone else (), "zone": zone}
    return AheadItem(**usual | more)


def case(point, id=1, **more):
    usual = {"is_open": True, "severity": Severity.HIGH, "starts_at": NOW, "ended_at": None, "items": (1, 2)}
    return CaseSpot(id=id, point=point, **usual | more)


@pytest.fixture
def bankass(mission):
    return next(place for place in mission.gazetteer.named("Bankass") if place.level == "town")


@pytest.fixture
def at(mission, bankass):
    """Whether an item is found in Bankass, or in its commune."""

    def found(one, commune=False):
        place = mission.gazetteer.get(bankass.commune) if commune else bankass
        return items_at(spot_of(place, mission), [one], mission) == [one]

    return found


@pytest.mark.parametrize(("metres", "there"), [(0, True), (2_999, True), (3_001, False)])
def test_a_settlement_goes_as_far_as_the_rules_say_that_it_is_the_same(at, bankass, metres, there):
    assert at(item(destination(bankass.point, 45.0, metres))) is there


def test_whoever_named_the_settlement_is_there_however_far_its_own_position(at, bankass, mission):
    away = destination(bankass.point, 45.0, 9_000)
    assert not at(item(away))
    assert at(item(away, pcode=bankass.pcode, edition=mission.gazetteer.edition))


def test_one_stop_of_several_is_enough_and_what_cannot_be_read_is_nowhere(at, bankass):
    far = destination(bankass.point, 0.0, 200_000)
    assert at(item(far, bankass.point))
    assert not at(item(far))
    assert not at(item())


def test_a_commune_holds_what_its_settlement_s_radius_does_not(at, bankass, mission):
    near = next(
        place
        for place in mission.gazetteer.places
        if place.level == "town" and place.commune == bankass.commune and place != bankass
    )
    there = item(near.point, pcode=near.pcode, edition=mission.gazetteer.edition)
    assert at(there, commune=True)
    assert not at(item(destination(bankass.point, 0.0, 300_000)), commune=True)


def test_a_drawn_area_is_where_it_reaches_whatever_its_middle(at, bankass):
    corners = [destination(bankass.point, bearing, 60_000) for bearing in (80, 100)]
    inside = item(destination(bankass.point, 270.0, 1_000), *corners, zone=Zone("polygon"))
    outside = item(destination(bankass.point, 90.0, 9_000), *corners, zone=Zone("polygon"))
    assert at(AheadItem(**fields(inside) | {"presences": ()}))
    assert not at(AheadItem(**fields(outside) | {"presences": ()}))


@pytest.mark.parametrize(("half_width", "there"), [(2_500.0, True), (500.0, False)])
def test_a_line_is_as_wide_as_it_was_drawn(at, bankass, half_width, there):
    start = destination(bankass.point, 0.0, 5_000)
    line = item(destination(start, 270.0, 40_000), destination(start, 90.0, 40_000), zone=Zone("corridor", half_width))
    assert at(AheadItem(**fields(line) | {"presences": ()})) is there


def fields(one):
    return {name: getattr(one, name) for name in AheadItem.__slots__}


def test_a_case_is_where_its_two_come_nearest_and_one_without_such_a_point_where_its_item_is(mission, bankass):
    spot = spot_of(bankass, mission)
    here, away, bare = case(bankass.point), case(destination(bankass.point, 0.0, 9_000), 2), case(None, 3)
    assert cases_at(spot, [here, away, bare], {2}, mission) == [here, bare]
    assert cases_at(spot, [here, away, bare], {9}, mission) == [here]
    commune = spot_of(mission.gazetteer.get(bankass.commune), mission)
    assert here in cases_at(commune, [here], (), mission)


def test_open_ones_come_first_by_severity_then_the_latest_that_ended():
    mild, grave = case(None, 1, severity=Severity.LOW), case(None, 2, severity=Severity.CRITICAL)
    old, new = (case(None, n, is_open=False, ended_at=NOW + n * HOUR) for n in (3, 4))
    assert [one.id for one in in_order([old, mild, new, grave])] == [2, 1, 4, 3]


def test_a_case_is_counted_only_for_whom_it_exists():
    cases = [case(None, 1), case(None, 2)]

    def of(role, side="ocha"):
        return Audience(1, 1, side, frozenset({role}))

    def asked():
        return {2}

    assert seen_cases(cases, of("cmcoord"), asked) == cases
    assert seen_cases(cases, of("suboffice_head"), asked) == cases[:1]
    assert seen_cases(cases, of("focal_point", "humanitarian"), asked) == []
