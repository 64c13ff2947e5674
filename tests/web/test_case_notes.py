"""What OCHA writes for itself about a case: read by officers, by nobody else, and nothing happens by it."""

from __future__ import annotations

import make
import pytest
from deskhouse import DeskHouse
from pages import words
from sqlalchemy import select

from deconflict.domain.filing import Level
from deconflict.store.base import db
from deconflict.store.cases import CaseEvent

SAID = "Le maire rappelle à midi zq"


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def test_a_note_stands_on_the_case_with_who_wrote_it_and_moves_nothing(house):
    house.meet()
    before = (house.case.state, house.case.round, house.case.hold_until, house.case.owner_id)
    assert house.acts("note", **{"note-words": SAID}).status_code == 303
    page = words(house.other_desk.get(house.url()))
    assert SAID in page
    assert "Oumou" in page
    assert (house.case.state, house.case.round, house.case.hold_until, house.case.owner_id) == before
    assert SAID in words(house.desk.get(house.url("log")))


def test_neither_side_reads_it_anywhere(house):
    house.meet()
    house.acts("note", **{"note-words": SAID})
    house.acts("ask", side="mission", ask="avoid_place")
    house.acts("ask", side="humanitarian", ask="avoid_place")
    for who, side in ((house.ngo, "humanitarian"), (house.g9, "mission")):
        browser = house.browser(who)
        pages = ["/", "/requests", "/ours", f"/requests/{house.case.reference_for(side)}", house.url()]
        assert not any(SAID in browser.get(path).text for path in pages)
    house.acts("dismiss", **{"dismiss-code": "test", "dismiss-reason": "exercice"})
    house.turn()
    assert not any(SAID in str(sent) for sent in (*house.sms.sent, *house.mail.sent))


def test_an_empty_one_and_one_with_a_strength_are_sent_back_with_what_was_typed(house):
    house.meet()
    assert house.acts("note", **{"note-words": "  "}).status_code == 422
    refused = house.acts("note", **{"note-words": "La patrouille : 4 véhicules, 30 soldats, indicatif Lion 6"})
    assert refused.status_code == 422
    assert "indicatif Lion 6" in refused.text
    with house.app.app_context():
        assert db.session.scalars(select(CaseEvent).where(CaseEvent.event == "noted")).all() == []


def test_it_is_written_on_a_case_that_is_over_too_and_of_a_sensitive_one_a_sub_office_head_knows_nothing(house):
    house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00", kind="PROT_MON", level=Level.MATCH_ONLY))
    house.files(house.g9, make.patrol("Bankass", "10 Dec 13:00-16:00"))
    assert house.acts("note", house.head_desk, **{"note-words": SAID}).status_code == 404
    house.acts("dismiss", **{"dismiss-code": "test", "dismiss-reason": "exercice"})
    assert house.acts("note", **{"note-words": SAID}).status_code == 303
    assert SAID in house.desk.get(house.url()).text
