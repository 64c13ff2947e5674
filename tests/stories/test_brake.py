"""Too many alerts in an hour wait for an officer, who lets them go or discards them; what is critical and dangerous never waits."""

from __future__ import annotations

from dataclasses import replace

import make
import pytest
from planted import look_again, plain, signed_in, tell_the_time
from sqlalchemy import select, update

from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.states import AlertState, MessageState
from deconflict.services import restraint
from deconflict.store.alerts import Alert, Message
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.brake import Brake, brake_on
from deconflict.store.cases import Case

TOWNS = ("Bankass", "Bandiagara", "Koro", "Douentza", "Gao")
MOST = 3


@pytest.fixture
def narrow(world):
    """At most three alerts an hour."""
    pack = world.mission.pack
    world.mission = replace(world.mission, pack=replace(pack, clocks=replace(pack.clocks, brake_per_hour=MOST)))
    world.cycle = replace(world.cycle, mission=world.mission)
    world.app.extensions["mission"] = world.mission
    world.at("2019-12-07T06:00Z")
    return world


def meet(world, town):
    """A patrol comes to a distribution: one alert to the duty officer."""
    world.ngo.files(make.distribution(town, "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol(town, "10 Dec 10:00-12:00"))


def flooded(world, towns=TOWNS):
    for town in towns:
        meet(world, town)
    return world


def held():
    look_again()
    return list(db.session.scalars(select(Message).where(Message.state == MessageState.HELD)))


def references(world):
    return {message.alert.case.reference for message in held()}


def decide(world, decision, reason="a wrong distance", only=None, by=None):
    who = (by or world.officer).audience
    count = restraint.decide(only or references(world), decision, reason, who, world.mission.catalogue, world.now)
    world.turn()
    return count


def test_what_is_usual_is_not_held(narrow):
    flooded(narrow, TOWNS[:MOST])
    assert held() == []
    for _ in range(MOST):
        narrow.officer.expects("dossier")
    assert brake_on(db.session) is None


def test_beyond_it_alerts_wait_and_the_duty_officer_is_rung_once(narrow):
    flooded(narrow)
    for _ in range(MOST):
        narrow.officer.expects("URGENT dossier")
    text = narrow.officer.expects("trop de messages")
    assert "Code" in text
    for word in (*TOWNS, "Alpha", "patrouille"):
        assert word not in text
    narrow.turn()
    narrow.officer.expects_nothing()
    narrow.ngo.expects_nothing()
    assert {message.channel for message in held()} == {"sms", "email"}
    assert len(references(narrow)) == len(TOWNS) - MOST


def test_nobody_answers_and_the_ladder_is_climbed(narrow):
    flooded(narrow)
    narrow.read_everything()
    narrow.forward("70m")
    narrow.deputy.expects("trop de messages")


def test_an_old_hour_is_forgotten(narrow):
    flooded(narrow, TOWNS[:MOST])
    for case in narrow.cases():
        narrow.officer.dismisses(case)
    narrow.forward("61m")
    meet(narrow, TOWNS[3])
    assert held() == []


def test_what_is_critical_and_dangerous_never_waits(narrow):
    flooded(narrow, TOWNS[:4])
    narrow.read_everything()
    with transaction() as session:
        session.execute(update(Case).values(harm="danger"))
    last = narrow.cases()[-1]
    narrow.officer.takes(last)
    narrow.officer.hands_back(last)
    narrow.officer.expects(f"{last.reference}-")
    look_again()
    newest = db.session.scalars(select(Alert).where(Alert.case_id == last.id).order_by(Alert.id.desc())).first()
    assert MessageState.HELD not in {message.state for message in newest.messages}


def test_what_an_officer_asks_and_that_something_is_over_never_waits(narrow):
    flooded(narrow)
    narrow.read_everything()
    case = narrow.cases()[0]
    narrow.officer.takes(case)
    narrow.officer.asks(case, "humanitarian")
    narrow.ngo.expects(case.humanitarian_reference)
    narrow.officer.dismisses(narrow.cases()[0])
    narrow.at("2019-12-07T12:00Z")  # the fixed hour at which parties hear
    narrow.turn()
    narrow.ngo.expects("fin de ce dossier")


def test_let_go_they_leave_and_it_counts_anew(narrow):
    flooded(narrow)
    narrow.read_everything()
    waiting = sorted(references(narrow))
    assert decide(narrow, "let_go") == 4
    texts = "".join(narrow.officer.phone.unread)
    assert all(reference in texts for reference in waiting)
    look_again()
    assert brake_on(db.session) is None
    verbs = [e.detail for e in db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "let_go"))]
    assert verbs == [{"messages": 2}] * 2
    meet(narrow, "Mopti")
    assert held() == []
    assert AlertState.OWED not in {alert.state for alert in narrow.alerts("brake")}


def test_discarded_they_never_leave_and_the_cases_stay_on_the_desk(narrow):
    flooded(narrow)
    narrow.read_everything()
    waiting = references(narrow)
    assert decide(narrow, "discard") == 4
    narrow.officer.expects_nothing()
    narrow.forward("5m")
    look_again()
    for case in narrow.cases():
        if case.reference in waiting:
            assert case.state == "detected"
            states = {
                a.state
                for a in db.session.scalars(select(Alert).where(Alert.case_id == case.id, Alert.purpose == "desk"))
            }
            assert states == {AlertState.SUPERSEDED}


def test_some_are_let_go_and_the_brake_stays_on_for_the_others(narrow):
    flooded(narrow)
    narrow.read_everything()
    one, other = sorted(references(narrow))
    decide(narrow, "let_go", only=[one])
    narrow.officer.expects(one)
    assert references(narrow) == {other}
    assert brake_on(db.session) is not None


def test_the_cases_end_and_the_brake_comes_off_by_itself(narrow):
    flooded(narrow)
    for case in narrow.cases():
        narrow.ocha_head.dismisses(case)
    narrow.turn()
    look_again()
    assert held() == []
    assert [row.on for row in db.session.scalars(select(Brake))] == [None]


def test_only_officers_decide_with_a_reason_and_one_of_the_two(narrow):
    flooded(narrow)
    for party in (narrow.ngo, narrow.cimic):
        with pytest.raises(NotFound):
            decide(narrow, "let_go", by=party)
    for decision, reason in (("let_go", "  "), ("approve", "because")):
        with pytest.raises(Refused):
            decide(narrow, decision, reason)
    assert held()


def test_the_page_is_for_officers_and_says_references_only(narrow, monkeypatch):
    tell_the_time(narrow.app, monkeypatch, lambda: narrow.now)
    flooded(narrow)
    officer = signed_in(narrow.app, narrow.officer.person_id)
    page = plain(officer.get("/desk/held"))
    for reference in references(narrow):
        assert reference in page
    for word in (*TOWNS[:4], "ONG Alpha"):  # Gao is an area too
        assert word not in page
    assert "attendent la décision" in plain(officer.get("/desk")) or "wait for an officer" in plain(
        officer.get("/desk")
    )
    ngo = signed_in(narrow.app, narrow.ngo.person_id)
    assert ngo.get("/desk/held").status_code == 404
    assert "wait for an officer" not in plain(ngo.get("/"))
    assert officer.post("/desk/held", {"decision": "let_go", "reason": "x"}).status_code == 422
    both = {"decision": "let_go", "reason": "", "case": sorted(references(narrow))}
    again = officer.post("/desk/held", both)
    assert again.status_code == 422
    assert again.text.count(" checked") == len(both["case"]) == 2  # all that was chosen stays chosen
    chosen = {"decision": "let_go", "reason": "seen", "case": sorted(references(narrow))[0]}
    assert officer.post("/desk/held", chosen).status_code == 303
    assert len(references(narrow)) == 1
