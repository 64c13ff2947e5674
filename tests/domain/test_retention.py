"""What is left of a filing, a judgement and a request when their time is over, and when that is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import make
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain.activity import OPEN_END, Side
from deconflict.domain.disclosure import NO_END
from deconflict.domain.filing import Location, MissionPlan, MovementNotice, Stop, Window, to_json
from deconflict.domain.judgement import Hit, Judgement
from deconflict.domain.overlap import Nominal
from deconflict.domain.retention import commune_of, due, monday, reduced, reduced_judgement, reduced_words, sunday
from deconflict.domain.severity import Harm, Severity

ZONES = [ZoneInfo(name) for name in ("Africa/Bamako", "America/Port-au-Prince", "Asia/Kabul", "Pacific/Kiritimati")]
EPOCH = datetime(2019, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: EPOCH + timedelta(minutes=minutes))
POINTS = st.tuples(st.floats(10.2, 24.9), st.floats(-12.1, 4.2))
WINDOWS = st.tuples(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=20))).map(lambda w: Window(w[0], w[0] + w[1]))
LOCATIONS = POINTS.map(lambda point: Location(point, "chez Zorro", "decimal", 20.0, None, "chez Zorro"))
STOPS = st.builds(Stop, LOCATIONS, st.none() | WINDOWS, WINDOWS, st.sampled_from([None, "DIST_FOOD"]), st.booleans())
FILINGS = st.lists(STOPS, min_size=1, max_size=4).map(tuple)


def notice(stops):
    return replace(
        make.distribution("Bankass", "10 Dec 09:00-15:00", phone="+22370000091"),
        stops=stops,
        urgency_reason="mot-zorro",
        plates="QX-43-MD",
        overnight="campement-zorro",
    )


@given(FILINGS, st.sampled_from(ZONES))
def test_a_reduced_filing_knows_communes_and_weeks_and_nothing_that_was_typed(mission, stops, zone):
    left = reduced(notice(stops), mission.gazetteer, zone)
    assert isinstance(left, MovementNotice)
    communes = {place.point: place for place in mission.gazetteer.places if place.level == "commune"}
    for before, after in zip(stops, left.stops, strict=True):
        assert after.location.point in communes
        assert after.location.pcode == communes[after.location.point].pcode
        for old, new in ((before.arrive, after.arrive), (before.depart, after.depart)):
            assert (old is None) == (new is None)
            if old is not None and new is not None:
                assert new.earliest <= old.earliest
                assert old.latest < new.latest + timedelta(minutes=1)
                first, last = new.earliest.astimezone(zone), new.latest.astimezone(zone)
                assert (first.weekday(), first.hour, first.minute) == (0, 0, 0)
                assert (last.weekday(), last.hour, last.minute) == (6, 23, 59)
        assert (before.activity, before.halt) == (after.activity, after.halt)
    said = json.dumps(to_json(left)).lower()
    assert not [word for word in ("zorro", "qx-43", "+223") if word in said]
    assert (left.vehicles, left.persons, left.level, left.kind) == (2, 6, notice(stops).level, notice(stops).kind)


@given(FILINGS, st.sampled_from(ZONES))
def test_reducing_twice_changes_nothing(mission, stops, zone):
    once = reduced(notice(stops), mission.gazetteer, zone)
    assert reduced(once, mission.gazetteer, zone) == once


@given(INSTANTS, st.sampled_from(ZONES))
def test_a_week_holds_its_instant_and_is_seven_local_days(at, zone):
    first, last = monday(at, zone), sunday(at, zone)
    assert first <= at < last + timedelta(minutes=1)
    assert (last.astimezone(zone).date() - first.astimezone(zone).date()).days == 6
    assert monday(first, zone) == first
    assert sunday(last, zone) == last


def test_the_title_of_an_event_goes_and_what_it_was_stays(mission):
    event = make.ceremony("Bankass", "10 Dec 10:00-12:00")
    left = reduced(event, mission.gazetteer, mission.zone)
    assert isinstance(left, MissionPlan)
    assert (left.title, left.kind, left.media) == ("", "QIP_CEREMONY", True)


def test_what_has_no_end_keeps_none(mission):
    assert monday(OPEN_END, mission.zone) == sunday(OPEN_END, mission.zone) == OPEN_END


def test_a_settlement_that_was_named_counts_before_the_position_typed_with_it(mission):
    town = next(place for place in mission.gazetteer.places if place.name == "Bankass" and place.level == "town")
    far = make.PLACES["Gao"][0]
    assert commune_of(town, far, mission.gazetteer).pcode == town.commune
    assert commune_of(None, far, mission.gazetteer).name == "Gao"
    assert commune_of(None, None, mission.gazetteer) is None


def a_hit() -> Hit:
    at = datetime(2019, 12, 10, 13, 20, tzinfo=UTC)
    nominal = Nominal(1400.0, 0.0, at, at, (14.07123, -3.52123), (14.08123, -3.51123))
    hours = timedelta(hours=3)
    args = ("R01a", Severity.CRITICAL, Harm.DISTINCTION, False, 1380.0, 2000.0, 0.0, 10800.0, True, nominal, 90.0)
    return Hit(*args, at - hours, at + hours)


def test_a_reduced_judgement_keeps_its_figures_and_loses_where_and_when(mission):
    hit = a_hit()
    whole = Judgement(hit.severity, hit.harm, False, (hit,), "v1", hit.meets_from, hit.meets_until, hit.meets_until)
    left = reduced_judgement(whole, mission.gazetteer, mission.zone)
    kept = left.hits[0]
    assert (kept.rule_id, kept.gap_m, kept.limit_m, kept.minutes_within) == ("R01a", 1380.0, 2000.0, 90.0)
    said = json.dumps(left.to_json())
    assert not [exact for exact in ("07123", "08123", "52123", "51123", "13:20", "10:20", "16:20") if exact in said]
    assert Judgement.from_json(json.loads(said)) == left


def test_the_words_of_a_request_are_left_with_commune_and_week(mission):
    town = next(place for place in mission.gazetteer.places if place.name == "Bankass" and place.level == "town")
    words = {
        "place": town.name,
        "pcode": town.pcode,
        "half_days": [["2019-12-10", "morning"], ["2019-12-11", "night"]],
        "crowd": True,
        "recognition": {"vehicles": 2, "marking": "flag", "version": 1},
    }
    assert reduced_words(words, mission.gazetteer) == {
        "place": "Bankass",
        "pcode": town.commune,
        "cod_version": mission.gazetteer.edition,
        "half_days": [["2019-12-09", "morning"], ["2019-12-15", "night"]],
        "crowd": True,
    }
    assert reduced_words(words | {"place": "Bankass (≤ 20 km)"}, mission.gazetteer)["place"] == "Bankass"
    assert reduced_words(words | {"pcode": None}, mission.gazetteer)["place"] == ""
    of_another_edition = reduced_words(words | {"cod_version": "COD 2015"}, mission.gazetteer)
    assert of_another_edition["place"] == ""  # the same letters are another place
    assert reduced_words(reduced_words(words, mission.gazetteer), mission.gazetteer) == reduced_words(
        words, mission.gazetteer
    )
    endless = reduced_words(
        {"half_days": [["2019-12-10", "morning"], [NO_END.day.isoformat(), NO_END.part]]}, mission.gazetteer
    )
    assert endless["half_days"][-1] == [NO_END.day.isoformat(), NO_END.part]
    assert reduced_words({}, mission.gazetteer)["half_days"] == []


@pytest.mark.parametrize(("side", "days"), [(Side.HUMANITARIAN, 14), (Side.MISSION, 7)])
def test_the_clocks_are_those_of_the_procedure(mission, side, days):
    now = datetime(2020, 3, 1, tzinfo=UTC)
    limits = due(mission.pack.retention, now)
    assert now - limits.exact[side] == timedelta(days=days)
    spans = (limits.personal, limits.sms_body, limits.case, limits.audit, limits.unconfirmed)
    assert [(now - limit).days for limit in spans] == [30, 90, 730, 1825, 7]
