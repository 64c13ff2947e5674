"""A team that was to say that it arrived and has not (D7.1): its base hears first, then the officer; never the mission."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import make
import pytest
from planted import look_again, signed_in, tell_the_time
from sqlalchemy import select

from deconflict.domain.check_ins import CheckIn, Kind, Step, next_word
from deconflict.domain.errors import Refused
from deconflict.domain.filing import Level, Stop, Window
from deconflict.domain.states import CaseState
from deconflict.services import cases
from deconflict.services.check_ins import check_in, check_in_by_code
from deconflict.store.base import db
from deconflict.store.cases import Case
from deconflict.store.items import Item

DRIVER = "+22370000088"
HOUR = timedelta(hours=1)


def window(words):
    begins, ends = make.span(words)
    return Window(begins, ends)


def journey(plan="stops", **more):
    """Leaves Mopti at six, is in Bankass by ten, home by six in the evening."""
    stops = (
        Stop(make.fix(make.PLACES["Mopti"][0]), depart=window("10 Dec 06:00-07:00")),
        Stop(
            make.fix(make.PLACES["Bankass"][0]), window("10 Dec 09:00-10:00"), window("10 Dec 14:00-15:00"), "DIST_FOOD"
        ),
        Stop(make.fix(make.PLACES["Mopti"][0]), window("10 Dec 17:00-18:00")),
    )
    return replace(make.distribution("Bankass", "10 Dec 09:00-15:00"), stops=stops, check_in_plan=plan, **more)


@pytest.fixture
def there(world):
    world.at("2019-12-09T08:00Z")
    return world.ngo.files(journey())


def says(world, reference, stop, kind=Kind.ARRIVED):
    check_in(reference, Step(stop, kind), world.ngo.audience, world.mission, world.now)
    world.turn()


def at(world, clock):
    world.at(f"2019-12-{clock}Z")
    world.turn()


def overdue(world):
    look_again()
    return [case for case in db.session.scalars(select(Case)) if case.is_overdue]


def test_the_base_hears_two_hours_after_the_latest_hour_and_not_before(world, there):
    at(world, "10T11:59")
    world.all_quiet()
    assert overdue(world) == []
    at(world, "10T12:00")
    world.ngo.phone.expects("suivez la procédure de votre organisation, puis connectez-vous")
    world.ngo.mailbox.expects("procédure de votre organisation")
    world.all_quiet()  # neither the desk nor the mission
    (case,) = overdue(world)
    assert (case.state, case.mission_id, case.judged_from["stop"]) == (CaseState.OVERDUE, None, 2)


def test_nobody_at_the_base_has_it_and_the_officer_hears(world, there):
    at(world, "10T12:00")
    world.ngo.phone.expects("")
    world.ngo.mailbox.expects("")
    at(world, "10T12:31")
    world.alternate.phone.expects("suivez la procédure de votre organisation")
    world.alternate.mailbox.expects("procédure de votre organisation")
    at(world, "10T13:01")
    world.officer.phone.expects("contact attendu manquant. L'organisation suit sa propre procédure")
    assert "suit sa propre procédure" in world.officer.mailbox.expects("qui appeler")
    world.all_quiet()


def test_the_base_has_it_and_the_officer_is_left_alone_until_it_is_silent_too_long(world, there):
    at(world, "10T12:00")
    world.ngo.types_code(world.ngo.phone.expects(""))
    world.ngo.mailbox.expects("")
    at(world, "10T13:30")
    world.all_quiet()


def test_the_team_speaks_and_the_case_is_over(world, there):
    at(world, "10T12:00")
    world.read_everything()
    says(world, there, 2)
    (case,) = overdue(world)
    assert case.state == CaseState.CLOSED
    world.ngo.phone.expects_nothing()  # at the next fixed hour
    at(world, "10T17:01")
    world.ngo.phone.expects("fin de ce dossier")


def test_a_team_heard_of_further_on_has_passed_the_stops_before(world, there):
    at(world, "10T11:00")
    says(world, there, 2, Kind.DEPARTED)
    at(world, "10T15:00")
    assert overdue(world) == []
    at(world, "10T20:00")
    assert [case.judged_from["stop"] for case in overdue(world)] == [3]


def test_a_team_that_says_it_is_late_is_waited_for_from_then_on(world, there):
    at(world, "10T11:30")
    check_in_by_code(f"{there} {code(world, there)}", Step(2, Kind.DELAYED), world.mission, world.now)
    at(world, "10T13:29")
    assert overdue(world) == []
    at(world, "10T13:30")
    assert len(overdue(world)) == 1


def test_who_says_again_that_he_is_late_is_waited_for_again_and_rung_about_when_silent(world, there):
    for clock, rounds in (("10T11:30", 0), ("10T13:30", 1)):
        at(world, clock)
        assert len(overdue(world)) == rounds
        if not rounds:
            says(world, there, 2, Kind.DELAYED)
    world.read_everything()
    at(world, "10T14:00")
    says(world, there, 2, Kind.DELAYED)
    assert overdue(world)[0].state == CaseState.CLOSED
    at(world, "10T15:59")
    assert overdue(world)[0].state == CaseState.CLOSED
    world.read_everything()
    at(world, "10T16:00")
    (case,) = overdue(world)
    assert (case.state, case.round, case.outcome) == (CaseState.OVERDUE, 2, None)
    world.ngo.phone.expects("connectez-vous")


def test_that_its_hours_are_over_is_no_news_of_the_team(world, there):
    at(world, "10T12:00")
    for _ in range(30):
        world.forward("2h")
        assert overdue(world)[0].state == CaseState.OVERDUE
    assert world.item(there).state == "ended"


def test_an_officer_who_takes_it_stops_the_ladder_and_hands_it_back(world, there):
    at(world, "10T13:01")
    world.read_everything()
    (case,) = overdue(world)
    world.officer.takes(case)
    world.forward("20m")
    world.deputy.phone.expects_nothing()
    world.officer.hands_back(case)
    assert world.alerts("minimal") == []
    world.read_everything()


def code(world, reference):
    look_again()
    return world.item(reference).code


@pytest.mark.parametrize(("plan", "stop"), [("none", None), ("end", 3)])
def test_only_what_the_plan_promised_is_waited_for(world, plan, stop):
    world.at("2019-12-09T08:00Z")
    world.ngo.files(journey(plan))
    at(world, "10T14:00")
    assert overdue(world) == []
    at(world, "10T20:00")
    assert [case.judged_from["stop"] for case in overdue(world)] == ([stop] if stop else [])


def test_the_next_stop_too_is_missed_and_the_base_hears_anew(world, there):
    at(world, "10T12:00")
    world.read_everything()
    says(world, there, 2)
    world.read_everything()
    at(world, "10T20:00")
    (case,) = overdue(world)
    assert (case.round, case.state, case.judged_from["stop"]) == (2, CaseState.OVERDUE, 3)
    world.ngo.phone.expects("connectez-vous")


def test_an_officer_notes_how_things_stand_and_it_does_not_come_back(world, there):
    at(world, "10T12:00")
    world.read_everything()
    (case,) = overdue(world)
    world.officer.takes(case)
    with pytest.raises(Refused):
        cases.dismiss(case.reference, 1, "wrong_place", "x", world.officer.audience, world.mission, world.now)
    cases.dismiss(
        case.reference, 1, "base_has_news", "phoned at 12:10", world.officer.audience, world.mission, world.now
    )
    world.forward("3h")
    (case,) = overdue(world)
    assert (case.state, case.round) == (CaseState.DISMISSED, 1)


@pytest.mark.parametrize("what", ["cancelled", "postponed"])
def test_who_does_not_go_or_goes_later_is_not_overdue(world, there, what):
    at(world, "10T12:00")
    world.read_everything()
    if what == "cancelled":
        world.ngo.cancels(there)
    else:
        later = journey()
        later = replace(
            later, stops=tuple(replace(s, arrive=moved(s.arrive), depart=moved(s.depart)) for s in later.stops)
        )
        world.ngo.amends(there, later)
    world.forward("2m")
    (case,) = overdue(world)
    assert case.state == CaseState.CLOSED


def moved(window):
    return window and Window(window.earliest + 24 * HOUR, window.latest + 24 * HOUR)


def test_it_is_watched_for_three_days_and_then_lapses(world, there):
    at(world, "10T12:00")
    at(world, "12T12:00")
    assert overdue(world)[0].state == CaseState.OVERDUE
    at(world, "14T08:00")
    assert overdue(world)[0].state == CaseState.LAPSED
    at(world, "14T09:00")
    assert overdue(world)[0].state == CaseState.LAPSED


def test_a_sensitive_notice_is_for_its_readers_and_the_mission_never_hears(world):
    world.at("2019-12-09T08:00Z")
    stops = journey().stops
    secret = (stops[0], replace(stops[1], activity="PROT_MON"), stops[2])
    world.ngo.files(replace(journey(level=Level.MATCH_ONLY), stops=secret))
    at(world, "10T12:00")
    (case,) = overdue(world)
    assert case.eyes_only
    for _ in range(6):
        world.forward("1h")
    world.sub_office_head.phone.expects_nothing()
    world.cimic.phone.expects_nothing()


def test_a_team_whose_own_phone_is_written_to_hears_only_to_call_its_base(world):
    world.at("2019-12-09T08:00Z")
    world.ngo.files(journey(communications=DRIVER))
    at(world, "10T12:00")
    text = world.network.phone(DRIVER).expects("appelez votre base")
    assert "Bankass" not in text


def test_the_pages_of_the_officer_and_of_the_base_say_what_is_missing(world, there, monkeypatch):
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    at(world, "10T13:01")
    (case,) = overdue(world)
    officer, base, cimic = (signed_in(world.app, a.person_id) for a in (world.officer, world.ngo, world.cimic))
    assert case.reference in officer.get("/desk").text
    page = officer.get(f"/desk/{case.reference}").text
    assert "étape 2" in page
    assert "could not be checked" not in page
    assert "base_has_news" in page
    assert "wrong_place" not in page
    own = base.get(f"/requests/{case.humanitarian_reference}")
    assert own.status_code == 200
    assert "procédure de votre organisation" in own.text
    assert cimic.get(f"/requests/{case.mission_reference}").status_code == 404


def test_filing_and_speaking_keep_the_hour_beside_the_notice(world, there):
    def hour():
        look_again()
        return db.session.scalars(select(Item.word_due_at).where(Item.reference == there)).one()

    assert hour() == make.span("10 Dec 12:00-13:00")[0]
    world.at("2019-12-10T09:30Z")
    says(world, there, 2)
    assert hour() == make.span("10 Dec 20:00-21:00")[0]
    says(world, there, 3)
    assert hour() is None


# ---- the arithmetic --------------------------------------------------------------------------------------------------


def said(stop, kind, clock):
    return CheckIn(1, Step(stop, kind), make.span(f"10 Dec {clock}-23:59")[0], "web")


@pytest.mark.parametrize(
    ("plan", "words", "stop", "clock"),
    [
        ("stops", [], 2, "12:00"),
        ("stops", [said(1, Kind.DEPARTED, "06:10")], 2, "12:00"),
        ("stops", [said(2, Kind.ARRIVED, "09:10")], 3, "20:00"),
        ("stops", [said(2, Kind.DELAYED, "11:30")], 2, "13:30"),
        ("stops", [said(2, Kind.DELAYED, "08:30")], 2, "12:00"),  # late, and still before its latest hour
        ("stops", [said(3, Kind.DELAYED, "11:30")], 2, "12:00"),
        ("end", [], 3, "20:00"),
        ("end", [said(3, Kind.ARRIVED, "17:30")], None, ""),
        ("none", [], None, ""),
    ],
)
def test_what_is_waited_for_next(plan, words, stop, clock):
    waited = next_word(journey().stops, plan, words, 2 * HOUR)
    if stop is None:
        assert waited is None
    else:
        assert (waited.stop, waited.due_at) == (stop, make.span(f"10 Dec {clock}-23:59")[0])
