"""Calls to make by hand: who must be called, since when, and one button for who was called and has it."""

from __future__ import annotations

import re

import pytest
from deskhouse import DeskHouse
from pages import errors, fields, words
from sqlalchemy import select

from deconflict.channels.port import Code, SendFailed
from deconflict.domain import roles
from deconflict.domain.filing import Level
from deconflict.store.alerts import Acknowledgement
from deconflict.store.base import db

G9 = "+22370000002"


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def dead(house, *numbers):
    """No text reaches these numbers any more, and no mail anybody."""

    def refuses(outgoing, now):
        if not numbers or outgoing.to in numbers or "@" in outgoing.to:
            raise SendFailed(False, Code.BAD_ADDRESS)
        return "sent"

    house.sms.send = house.mail.send = refuses


def asked_in_vain(house, **more):
    """The mission is asked, and nothing reaches its desk."""
    house.meet(**more)
    dead(house, G9)
    assert house.acts("ask", side="mission", ask="avoid_place").status_code == 303
    house.turn()


def to_make(browser):
    """What the queue says of calls."""
    found = re.search(r"\d+ calls? to make", words(browser.get("/desk")))
    return found[0] if found else ""


def alert_on(page):
    (alert,) = re.findall(r'name="alert" value="(\d+)"', page.text)
    return alert


def called(house, alert, said, browser=None, back=False):
    """Fills in the form of one call and presses its button."""
    return house.acts(
        "called", browser, **{"alert": alert, f"words-{alert}": said} | ({f"back-{alert}": "1"} if back else {})
    )


def acknowledged(house):
    with house.app.app_context():
        said = db.session.scalars(select(Acknowledgement).where(Acknowledgement.method == "relay")).all()
        return [(one.level, one.answer, one.how, one.read_back, one.recorded_by_id) for one in said]


def test_while_everything_arrives_nobody_is_to_be_called(house):
    house.meet()
    assert "Nobody has to be called" in words(house.desk.get("/desk/calls"))
    assert to_make(house.desk) == ""


def test_whom_nothing_reaches_is_on_the_page_with_number_reason_hour_and_case(house):
    asked_in_vain(house)
    page = house.desk.get("/desk/calls")
    assert f'href="tel:{G9}"' in page.text
    said = words(page)
    for part in (
        "Lars",
        "Mission",
        "No address is left to try",
        "since Sat 7 Dec 06:00",
        house.case.reference,
        "Request",
    ):
        assert part in said
    assert house.case.mission_reference in said
    assert to_make(house.desk) == "1 call to make"


def test_the_page_says_nothing_of_what_was_filed(house):
    asked_in_vain(house)
    said = words(house.desk.get("/desk/calls"))
    for secret in ("Bankass", "3.51", "10 Dec 13:00-16:00", "ONG Alpha"):
        assert secret not in said


def test_one_button_writes_down_who_said_so_and_whether_he_read_it_back(house):
    asked_in_vain(house)
    alert = alert_on(house.desk.get("/desk/calls"))
    answer = called(house, alert, "Lars, 06:10", back=True)
    assert (answer.status_code, answer.location) == (303, "/desk/calls")
    assert acknowledged(house) == [("desk", "received", "phone: Lars, 06:10", True, house.officer.person_id)]
    assert "Nobody has to be called" in words(house.desk.get("/desk/calls"))
    called(house, alert, "again")
    assert len(acknowledged(house)) == 1


def test_without_a_word_of_who_said_so_nothing_is_written_down(house):
    asked_in_vain(house)
    answer = called(house, alert_on(house.desk.get("/desk/calls")), " ", back=True)
    assert answer.status_code == 422
    assert "Write who said so" in words(answer)
    assert errors(answer) == [f"f-words-{alert_on(answer)}"]
    assert fields(answer)[f"back-{alert_on(answer)}"] == "1"  # nobody has to tick it again
    assert acknowledged(house) == []


@pytest.mark.parametrize("alert", ["", "x", "999"])
def test_a_call_that_need_not_be_made_is_not_written_down(house, alert):
    asked_in_vain(house)
    assert called(house, alert, "somebody").status_code == 303
    assert acknowledged(house) == []


def test_what_is_sensitive_is_on_no_page_of_whoever_may_not_know_of_it(house):
    house.meet(kind="PROT_MON", level=Level.MATCH_ONLY)
    house.acts("take")
    dead(house)
    house.acts("ask", side="humanitarian", ask="call_desk", **{"ask-now": "they leave tomorrow"})
    house.turn()
    case, alert = house.case.reference, alert_on(house.desk.get("/desk/calls"))
    assert case not in house.head_desk.get("/desk/calls").text
    assert to_make(house.head_desk) == ""
    assert to_make(house.desk) == "1 call to make"
    assert called(house, alert, "me", house.head_desk).status_code == 404
    assert acknowledged(house) == []


def test_no_party_opens_the_page(house):
    asked_in_vain(house)
    for someone in (house.ngo, house.g9, house.make_account(roles.ADMINISTRATOR)):
        browser = house.browser(someone)
        assert browser.get("/desk/calls").status_code == 404
        assert called(house, "1", "me", browser).status_code == 404


def test_that_nobody_answered_is_written_down_and_the_call_stays_to_be_made(house):
    asked_in_vain(house)
    alert = alert_on(house.desk.get("/desk/calls"))
    pressed = house.acts("called", alert=alert, outcome="no_answer")
    assert pressed.status_code == 303
    assert to_make(house.desk) == "1 call to make"
    assert "Called: Mission, No answer" in words(house.desk.get(house.url("log")))


def test_a_call_that_reached_somebody_is_counted_too(house):
    asked_in_vain(house)
    called(house, alert_on(house.desk.get("/desk/calls")), "Lars, 09:12", back=True)
    assert "Called: Mission, Reached, read back" in words(house.desk.get(house.url("log")))
    assert "Mission: 1 call, 1 reached" in words(house.desk.get(house.url()))
