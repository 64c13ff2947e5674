"""A team says that it left, arrived or is late, on whatever way: one row, one answer, and no case is any different for it."""

from __future__ import annotations

import re

import make
import pytest
from lives import NOTICE, PATROL, Life, Lives
from planted import look_again, plain, signed_in
from sqlalchemy import select
from world import World, at_once

from deconflict.domain import roles
from deconflict.domain.check_ins import Kind, Step
from deconflict.domain.errors import NotFound, Refused
from deconflict.services import check_ins, filing
from deconflict.store.alerts import CodeLock
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.check_ins import CheckInRow
from deconflict.store.items import DueMark

DEPARTED, ARRIVED, LATE = Step(1, Kind.DEPARTED), Step(2, Kind.ARRIVED), Step(2, Kind.DELAYED)


@pytest.fixture
def trip(world: World) -> str:
    """A convoy that leaves Mopti at six; it is half past five, and an officer has read its notice."""
    world.at("2019-12-08T06:00Z")
    reference = world.ngo.files(make.journey("Mopti", "Bankass", "10 Dec 06:00-09:00"))
    item = world.item(reference)
    filing.read_item(item.id, 1, world.officer.audience, world.now)
    world.at("2019-12-10T05:30Z")
    return reference


def rows() -> list[tuple]:
    look_again()
    found = db.session.scalars(select(CheckInRow).order_by(CheckInRow.id))
    return [(row.version, f"{row.kind}-{row.stop}", row.method) for row in found]


def says(world: World, reference: str, step: Step, who: str = "ngo") -> None:
    check_ins.check_in(reference, step, world.actors[who].audience, world.mission, world.now)


def typed(world: World, reference: str, more: int = 0) -> str:
    return f"{reference} {(int(world.item(reference).code) + more) % 10_000:04d}"


def test_whoever_left_is_under_way_until_the_end_and_saying_it_twice_is_once(world: World, trip: str):
    says(world, trip, DEPARTED)
    says(world, trip, DEPARTED)
    assert world.item(trip).state == "under_way"
    says(world, trip, LATE)
    says(world, trip, ARRIVED)
    assert rows() == [(1, "departed-1", "web"), (1, "delayed-2", "web"), (1, "arrived-2", "web")]
    assert world.item(trip).state == "under_way"
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "check_in")).all()
    assert [entry.detail["stop"] for entry in entries] == [1, 2, 2]
    world.at("2019-12-11T12:00Z")
    world.turn()
    assert world.item(trip).state == "ended"


def test_two_of_the_team_who_press_at_once_say_one_thing(world: World, trip: str):
    at_once(world.app, *[lambda: says(world, trip, DEPARTED)] * 4)
    assert rows() == [(1, "departed-1", "web")]
    assert world.item(trip).state == "under_way"


def test_being_late_is_not_having_left(world: World, trip: str):
    says(world, trip, Step(1, Kind.DELAYED))
    assert world.item(trip).state == "read"


def test_what_nobody_has_read_stays_to_be_read_and_is_under_way_once_it_is(world: World):
    world.at("2019-12-10T05:00Z")
    reference = world.ngo.files(make.journey("Mopti", "Bankass", "10 Dec 06:00-09:00"))
    says(world, reference, DEPARTED)
    assert world.item(reference).state == "submitted"
    filing.read_item(world.item(reference).id, 1, world.officer.audience, world.now)
    assert world.item(reference).state == "under_way"


@pytest.mark.parametrize("step", [None, Step(1, Kind.ARRIVED), Step(2, Kind.DEPARTED), Step(3, Kind.ARRIVED)])
def test_nothing_can_be_said_of_a_stop_that_there_is_not(world: World, trip: str, step):
    with pytest.raises(Refused):
        check_ins.check_in(trip, step, world.ngo.audience, world.mission, world.now)
    check_ins.check_in_by_code(typed(world, trip), step, world.mission, world.now)
    assert rows() == []


def test_it_begins_a_day_before_and_a_late_arrival_is_said_after_the_end(world: World, trip: str):
    world.at("2019-12-09T04:00Z")
    with pytest.raises(Refused):
        says(world, trip, DEPARTED)
    world.at("2019-12-11T12:00Z")
    world.turn()
    assert world.item(trip).state == "ended"
    says(world, trip, ARRIVED)
    assert rows() == [(1, "arrived-2", "web")]
    assert world.item(trip).state == "ended"
    world.at("2020-02-01T12:00Z")
    with pytest.raises(Refused):
        says(world, trip, LATE)


def test_nobody_else_says_it_for_them(world: World, trip: str):
    for name in ("other_ngo", "cimic", "officer", "alternate"):
        with pytest.raises(NotFound):
            says(world, trip, DEPARTED, name)
    world.ngo.cancels(trip)
    with pytest.raises(Refused):
        says(world, trip, DEPARTED)
    assert rows() == []


def test_a_plan_has_nothing_to_say(world: World):
    world.at("2019-12-10T08:00Z")
    plan = world.cimic.files(PATROL)
    assert world.item(plan).code is None
    with pytest.raises(NotFound):
        says(world, plan, DEPARTED, "cimic")
    with pytest.raises(NotFound):
        check_ins.check_in_by_relay(
            world.item(plan).id, DEPARTED, "radio", "x", False, world.officer.audience, world.mission, world.now
        )


def test_what_was_said_of_a_stop_holds_while_that_stop_stays_as_it_was(world: World, trip: str):
    says(world, trip, DEPARTED)
    later = make.journey("Mopti", "Bankass", "10 Dec 06:00-11:00")
    world.ngo.amends(trip, later)
    assert rows() == [(2, "departed-1", "web")]
    assert world.item(trip).state == "submitted"  # to be read again
    world.ngo.amends(trip, make.journey("Bandiagara", "Bankass", "10 Dec 07:00-11:00"))
    assert rows() == [(2, "departed-1", "web")]
    says(world, trip, DEPARTED)
    assert rows() == [(2, "departed-1", "web"), (3, "departed-1", "web")]


# ---- by code ---------------------------------------------------------------------------------------------------------


def test_the_page_for_the_code_answers_the_same_whatever_happened(world: World, trip: str, stranger):
    form = {"stop": "1", "kind": "departed"}
    answers = {
        plain(stranger.post("/c", {"code": code} | form | more))
        for code, more in (
            (typed(world, trip), {}),
            (typed(world, trip), {}),
            (typed(world, trip), {"stop": "9"}),
            (typed(world, trip), {"kind": "approved"}),
            (typed(world, trip, 1), {}),
            ("ZZZZZ 0000", {}),
            ("", {}),
            ("x" * 500, {}),
        )
    }
    assert len(answers) == 1
    assert rows() == [(1, "departed-1", "code_page")]
    assert world.item(trip).state == "under_way"


def test_five_wrong_codes_lock_the_reference_for_a_while_and_page_and_people_go_on(world: World, trip: str, stranger):
    form = {"stop": "1", "kind": "departed"}
    for more in range(1, 6):
        stranger.post("/c", {"code": typed(world, trip, more)} | form)
    stranger.post("/c", {"code": typed(world, trip)} | form)
    assert rows() == []
    look_again()
    assert {row.reference: row.failures for row in db.session.scalars(select(CodeLock))} == {trip: 6}
    says(world, trip, DEPARTED)  # whoever is signed in needs no code
    world.forward("16m")
    stranger.post("/c", {"code": typed(world, trip), "stop": "2", "kind": "arrived"})
    assert rows() == [(1, "departed-1", "web"), (1, "arrived-2", "code_page")]


def test_codes_of_messages_and_of_notices_do_not_open_each_other(world: World, trip: str, stranger):
    stranger.post("/k", {"code": typed(world, trip)})
    look_again()
    assert "" in {row.reference for row in db.session.scalars(select(CodeLock))}  # as one that nothing has
    assert rows() == []


# ---- heard by others -------------------------------------------------------------------------------------------------


def test_a_radio_operator_writes_down_what_he_heard_with_the_code_and_is_told_of_a_slip(world: World, trip: str):
    operator = world.officer.audience.__class__(
        world.officer.person_id, world.officer.audience.organisation_id, "ocha", frozenset({roles.RADIO_OPERATOR})
    )

    def hears(code: str, how: str = "radio", words: str = "the driver, at six"):
        check_ins.check_in_by_operator(code, DEPARTED, how, words, True, operator, world.mission, world.now)

    for wrong in (typed(world, trip, 1), "nothing"):
        with pytest.raises(Refused) as refused:
            hears(wrong)
        assert refused.value.field == "code"
    for how, words in (("pigeon", "x"), ("radio", " ")):
        with pytest.raises(Refused):
            hears(typed(world, trip), how, words)
    assert rows() == []
    hears(typed(world, trip))
    hears(typed(world, trip), "phone")
    assert rows() == [(1, "departed-1", "relay")]
    row = db.session.scalars(select(CheckInRow)).one()
    assert (row.how, row.read_back, row.recorded_by_id) == ("radio: the driver, at six", True, operator.person_id)
    with pytest.raises(NotFound):
        check_ins.check_in_by_operator(
            typed(world, trip), DEPARTED, "radio", "x", True, world.ngo.audience, world.mission, world.now
        )


def test_the_words_of_a_relay_go_with_the_hours(world: World, trip: str):
    item = world.item(trip)
    check_ins.check_in_by_relay(
        item.id, DEPARTED, "radio", "the driver", False, world.officer.audience, world.mission, world.now
    )
    assert rows() == [(1, "departed-1", "relay")]
    world.at("2019-12-26T12:00Z")
    world.turn()
    world.at("2019-12-26T12:05Z")
    world.turn()
    assert world.item(trip).reduced_at is not None
    assert (rows(), world.item(trip).code) == ([], None)


# ---- what it does not do ---------------------------------------------------------------------------------------------


def test_a_check_in_marks_nothing_and_tells_nobody(world: World, trip: str):
    world.read_everything()
    says(world, trip, DEPARTED)
    look_again()
    assert db.session.scalars(select(DueMark)).all() == []
    world.turn()
    world.all_quiet()


def test_nothing_its_owner_sees_of_it_tells_of_the_other_side(lives: Lives):
    def story(life: Life, meets: bool) -> None:
        world = life.world
        notice = world.ngo.files(NOTICE)
        world.cimic.files(PATROL if meets else make.patrol("Kidal", "10 Dec 10:00-12:00"))
        life.names |= {notice: "NOTICE"}
        page = f"/notices/{notice}"
        life.looks(page)
        world.at("2019-12-10T08:50Z")
        life.looks(page)
        for step in ("delayed-1", "arrived-1", "departed-1", "departed-9", "arrived-1"):
            life.posts(f"{page}/check-in", step=step)
            life.looks(page, "/notices")

    assert lives.apart(story, True, False) == []


def test_the_buttons_of_the_page_say_what_comes_next(lives: Lives):
    with lives.opened("ngo") as life:
        world = life.world
        notice = world.ngo.files(make.journey("Mopti", "Bankass", "10 Dec 06:00-09:00"))
        page = f"/notices/{notice}"
        assert buttons(life.looks(page)) == []
        assert f"{notice} {world.item(notice).code}" in life.browser.get(page).text
        world.at("2019-12-10T05:50Z")
        assert buttons(life.looks(page))[:2] == ["departed-1", "delayed-1"]
        assert life.posts(f"{page}/check-in", step="departed-1") == 303
        said = life.looks(page)
        assert said.count("Nous sommes partis : étape 1, Mopti") == 2  # what was done, and the line that stays
        assert buttons(said)[:2] == ["arrived-2", "delayed-2"]
        stranger = signed_in(world.app, world.other_ngo.person_id)
        assert stranger.post(f"{page}/check-in", {"step": "arrived-2"}).status_code == 404
        assert rows() == [(1, "departed-1", "web")]


def buttons(page: str) -> list[str]:
    return re.findall(r'name="step" value="([^"]+)"', page)
