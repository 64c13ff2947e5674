"""Two officers in the same second: one has the case, the other reads who has it, for one case and for a whole talk."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import make
import pytest
from deskhouse import NEAR_BANKASS, DeskHouse
from pages import words
from sqlalchemy import func, select

from deconflict.store.base import db
from deconflict.store.cases import CaseEvent


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def at_once(house, *acts):
    """Each act in a thread of its own, all let go at the same moment; their answers."""
    gate = threading.Barrier(len(acts))

    def go(act):
        gate.wait(20)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [one.result() for one in [pool.submit(go, act) for act in acts]]


def takes_of(house):
    """How many lines of history say that somebody took it, by case."""
    with house.app.app_context():
        taken = select(CaseEvent.case_id, func.count()).where(CaseEvent.event == "take").group_by(CaseEvent.case_id)
        return [count for _case, count in db.session.execute(taken.order_by(CaseEvent.case_id))]


def named(house):
    return {house.officer.person_id: "Oumou", house.colleague.person_id: "Demba"}


def test_of_two_who_take_a_case_in_the_same_second_one_has_it_and_the_other_reads_who(house):
    for n in range(4):
        house.files(house.ngo, make.distribution("Bankass", f"1{n} Dec 09:00-15:00"))
    house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    cases = house.cases()
    assert cases
    for case in cases:
        url = f"/desk/{case.reference}/take"
        answers = at_once(
            house, *(lambda b=b, u=url: b.post(u, data={"round": "1"}) for b in (house.desk, house.other_desk))
        )
        assert sorted(answer.status_code for answer in answers) == [303, 409]
        [loser] = [answer for answer in answers if answer.status_code == 409]
        owner = named(house)[next(c for c in house.cases() if c.id == case.id).owner_id]
        assert f"Somebody else has taken this case: {owner}, on Sat 7 Dec 06:00." in words(loser)
    assert takes_of(house) == [1] * len(cases)


def test_of_two_who_take_a_talk_in_the_same_second_one_has_all_of_it_and_the_other_reads_who(house):
    for n in range(5):
        house.files(house.ngo, make.distribution("Bankass", f"10 Dec 09:{n:02d}-15:00"))
    plan = house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    members = [f"{case.reference}:1" for case in house.cases()]
    url = f"/desk/group/{plan}/take"
    browsers = (house.desk, house.other_desk)
    orders = (members, members[::-1])  # ticked in either order, and never a lock that waits for itself
    at_once(house, *(lambda b=b, m=m: b.post(url, data={"member": m}) for b, m in zip(browsers, orders, strict=True)))
    [owner] = {case.owner_id for case in house.cases()}
    assert takes_of(house) == [1] * 5
    pages = [words(browser.get(f"/desk/group/{plan}")) for browser in browsers]
    winner, loser = pages if owner == house.officer.person_id else pages[::-1]
    assert "5 cases are yours." in winner
    assert f"Somebody else has taken this case: {named(house)[owner]}, on Sat 7 Dec 06:00." in loser
    left = loser.partition("Left as it was: ")[2].partition(". ")[0]
    assert set(left.split(", ")) == {case.reference for case in house.cases()}


def test_one_who_takes_a_case_while_another_takes_its_talk_has_it_whole_or_not_at_all(house):
    for n in range(3):
        house.files(house.ngo, make.distribution("Bankass", f"10 Dec 09:{n:02d}-15:00"))
    plan = house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    first = house.cases()[1].reference
    members = [f"{case.reference}:1" for case in house.cases()]
    alone, _talk = at_once(
        house,
        lambda: house.desk.post(f"/desk/{first}/take", data={"round": "1"}),
        lambda: house.other_desk.post(f"/desk/group/{plan}/take", data={"member": members}),
    )
    mine = [case.reference for case in house.cases() if case.owner_id == house.officer.person_id]
    assert mine == ([first] if alone.status_code == 303 else [])
    assert all(case.owner_id is not None for case in house.cases())
    assert takes_of(house) == [1] * 3


def test_an_officer_with_two_tabs_says_twice_at_once_that_he_has_seen_the_list(house):
    until = {"until": house.now.isoformat()}
    answers = at_once(house, *(lambda: house.browser(house.officer).post("/desk/seen", data=until) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {303}
