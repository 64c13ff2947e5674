"""Who was called about a case, and what came of it; and close to the start a change goes by phone, with read-back."""

from __future__ import annotations

from dataclasses import replace

import make
import pytest
from planted import look_again, signed_in, tell_the_time
from sqlalchemy import select

from deconflict.domain.contacted import Called, tally
from deconflict.domain.errors import NotFound, Refused
from deconflict.services import contacting, requests
from deconflict.services.preview import preview
from deconflict.store.alerts import Acknowledgement
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.cases import Request
from deconflict.store.contacted import Contacted, calls_made
from deconflict.store.doubts import Doubt


@pytest.fixture
def met(world):
    """A critical case a day ahead, taken by the officer."""
    world.at("2019-12-09T08:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 10:00-16:00"))
    world.officer.takes(world.case)
    world.read_everything()
    return world


def note(world, called, side="mission", who=None, case=None):
    case = case or world.case
    by = (who or world.officer).audience
    contacting.note_call(case.reference, case.round, side, called, by, world.mission, world.now)
    world.turn()


def rows():
    look_again()
    return [
        (row.side, row.outcome, row.read_back) for row in db.session.scalars(select(Contacted).order_by(Contacted.id))
    ]


def history(world):
    return [(e.code, e.reason, e.actor_id) for e in world.case.events if e.event == "called"]


# ---- the log -----------------------------------------------------------------------------------------------------------------


def test_a_call_is_written_down_with_who_was_called_by_whom_and_what_came_of_it(met):
    called = met.officer.calls(met.case, "mission", "no_answer", read_back=False)
    note(met, called)
    assert rows() == [("mission", "no_answer", False)]
    assert history(met) == [("mission:no_answer", "cimic: the duty desk, a minute ago", met.officer.person_id)]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "call")).one()
    assert entry.detail == {"round": 1, "side": "mission", "outcome": "no_answer", "read_back": False}


def test_calls_are_counted_by_side(met):
    for outcome in ("no_answer", "call_back", "reached"):
        note(met, met.officer.calls(met.case, "mission", outcome, read_back=outcome == "reached"))
    note(met, met.officer.calls(met.case, "humanitarian", "no_answer", read_back=False), side="humanitarian")
    made = calls_made(db.session(), met.case.id)
    of_mission, of_ngo = tally(made, "mission"), tally(made, "humanitarian")
    assert (of_mission.made, of_mission.reached, of_mission.read_back, of_mission.last.outcome) == (3, 1, 1, "reached")
    assert (of_ngo.made, of_ngo.reached) == (1, 0)


def test_who_was_reached_and_read_it_back_has_what_he_is_owed(met):
    met.officer.asks(met.case, "mission")
    met.read_everything()
    note(met, met.officer.calls(met.case, "mission"))
    alert = met.alerts("request")[0]
    assert alert.state == "acknowledged"
    said = db.session.scalars(select(Acknowledgement).where(Acknowledgement.alert_id == alert.id)).one()
    assert (said.method, said.level, said.read_back, said.recorded_by_id) == (
        "relay",
        "desk",
        True,
        met.officer.person_id,
    )


@pytest.mark.parametrize("outcome", ["no_answer", "call_back", "reached"])
def test_without_a_read_back_nobody_has_it_and_the_ladder_goes_on(met, outcome):
    met.officer.asks(met.case, "mission")
    met.read_everything()
    note(met, met.officer.calls(met.case, "mission", outcome, read_back=False))
    assert met.alerts("request")[0].state == "owed"


def test_a_call_that_nobody_answers_does_not_stop_the_minimal_alert(world):
    world.at("2019-12-10T05:00Z")
    world.ngo.files(make.distribution("Bankass", "13 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "13 Dec 10:00-16:00"))
    note(world, world.officer.calls(world.case, "humanitarian", "no_answer", read_back=False), side="humanitarian")
    assert world.case.hold_until is not None
    note(world, world.officer.calls(world.case, "humanitarian"), side="humanitarian")
    assert world.case.hold_until is None
    world.read_everything()


def test_a_wrong_number_is_not_used_again_until_it_is_verified(met):
    note(met, met.officer.calls(met.case, "mission", "wrong_number", read_back=False))
    doubt = db.session.scalars(select(Doubt)).one()
    assert doubt.person_id == met.cimic.person_id
    met.read_everything()


def test_what_cannot_be_written_down_of_a_call(met):
    case, good = met.case, met.officer.calls(met.case, "mission")
    for wrong, field in (
        (replace(good, whom="99-99"), "whom"),
        (replace(good, whom=met.officer.calls(case, "humanitarian").whom), "whom"),  # the other side's
        (replace(good, outcome="maybe"), "outcome"),
        (replace(good, outcome="no_answer"), "read"),
        (replace(good, how="pigeon"), "how"),
    ):
        with pytest.raises(Refused) as refusal:
            note(met, wrong)
        assert refusal.value.field == field
    for outsider in (met.ngo, met.cimic):
        with pytest.raises(NotFound):
            note(met, good, who=outsider)
    assert rows() == []


def test_neither_side_sees_that_the_other_was_called(met, monkeypatch):
    note(met, met.officer.calls(met.case, "mission"))
    tell_the_time(met.app, monkeypatch, lambda: met.now)
    ngo = signed_in(met.app, met.ngo.person_id)
    assert ngo.get(f"/requests/{met.case.humanitarian_reference}").status_code == 404
    met.ngo.expects_nothing()
    met.cimic.expects_nothing()


# ---- close to the start --------------------------------------------------------------------------------------------------------


@pytest.fixture
def frozen(met):
    met.now = met.case.starts_at - met.mission.pack.clocks.freeze / 2
    met.turn()
    met.read_everything()
    return met


def ask(world, called=None, side="mission"):
    case = world.case
    made = requests.ask(
        case.reference, case.round, side, "avoid_place", world.officer.audience, world.mission, world.now, called=called
    )
    world.turn()
    return made


def test_close_to_the_start_nothing_is_asked_without_a_call(frozen):
    with pytest.raises(Refused) as refusal:
        ask(frozen)
    assert refusal.value.field == "whom"
    look_again()
    assert db.session.scalars(select(Request)).all() == []
    frozen.cimic.expects_nothing()


def test_a_day_ahead_a_page_is_enough(met):
    assert ask(met)
    met.read_everything()


def test_the_request_is_recorded_with_who_read_it_back_and_still_appears(frozen, monkeypatch):
    made = ask(frozen, frozen.officer.calls(frozen.case, "mission"))
    call = db.session.scalars(select(Contacted)).one()
    assert (call.request_id, call.person_id, call.read_back) == (made, frozen.cimic.person_id, True)
    assert frozen.alerts("request")[0].state == "acknowledged"
    tell_the_time(frozen.app, monkeypatch, lambda: frozen.now)
    page = signed_in(frozen.app, frozen.cimic.person_id).get(f"/requests/{frozen.case.mission_reference}")
    assert "Bankass" in page.text
    frozen.read_everything()


def test_a_yes_on_the_phone_that_was_not_read_back_is_not_enough(frozen):
    called = replace(frozen.officer.calls(frozen.case, "mission"), read_back=False)
    with pytest.raises(Refused) as refusal:
        ask(frozen, called)
    assert refusal.value.field == "read"
    assert rows() == []


@pytest.mark.parametrize("outcome", ["no_answer", "wrong_number"])
def test_where_nobody_is_reached_the_texts_are_all_that_is_left(frozen, outcome):
    """A rule that keeps a text from leaving because nobody answers the phone would cost the last chance."""
    ask(frozen, frozen.officer.calls(frozen.case, "humanitarian", outcome, read_back=False), "humanitarian")
    assert rows() == [("humanitarian", outcome, False)]
    assert frozen.alerts("request")[0].state == "owed"
    frozen.read_everything()


def test_the_script_is_in_the_language_of_whom_one_calls_and_says_only_what_is_released(frozen, monkeypatch):
    tell_the_time(frozen.app, monkeypatch, lambda: frozen.now)
    case = frozen.case
    desk = signed_in(frozen.app, frozen.officer.person_id)
    for side, lang, never in (
        ("mission", "en", ("09:00", "ONG Alpha", case.humanitarian_reference, case.humanitarian.reference)),
        ("humanitarian", "fr", ("10:00", "PAT_LONG", case.mission_reference, case.mission.reference)),
    ):
        page = desk.get(f"/desk/{case.reference}/ask?round={case.round}&side={side}&ask-{side}=avoid_place").text
        script = page[page.index(f'<blockquote lang="{lang}"') :]
        script = script[: script.index("</blockquote>")]
        assert " ".join(case.reference_for(side)) in script
        assert "Bankass" in script
        assert not [word for word in never if word in script]
        assert case.reference not in script


def test_the_preview_knows_that_a_call_comes_first(frozen):
    case = frozen.case
    by, mission = frozen.officer.audience, frozen.mission
    assert preview(case.reference, case.round, "mission", "avoid_place", by, mission, frozen.now).by_phone


def test_a_day_ahead_the_preview_asks_for_no_call(met):
    case = met.case
    by, mission = met.officer.audience, met.mission
    assert not preview(case.reference, case.round, "mission", "avoid_place", by, mission, met.now).by_phone


def test_a_call_form_is_whom_what_and_read_back():
    assert Called("1-2", "reached", read_back=True).heard
    assert not Called("1-2", "reached", read_back=False).heard
    assert not Called("1-2", "no_answer", read_back=True).heard
