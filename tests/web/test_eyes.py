"""Through each side's eyes: the officer sees the side's own page, made by the same code, and nothing more and nothing less."""

from __future__ import annotations

import re

import make
import pytest
from deskhouse import NEAR_BANKASS, DeskHouse
from sqlalchemy import select

from deconflict.domain.filing import Level
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def eyes(house, side, browser=None):
    return (browser or house.desk).get(f"{house.url('eyes')}?side={side}")


def body(text, begins, ends):
    """Between these two, without the token that each reader has of his own."""
    found = text.partition(begins)[2].partition(ends)[0]
    return re.sub(r'name="csrf_token" value="[^"]*"', "", re.sub(r"\s+", " ", found)).strip()


def as_seen(page):
    return (
        body(page.text, '<div id="eyes">', "</div> </fieldset>" if "</div> </fieldset>" in page.text else "</fieldset>")
        .removesuffix("</div>")
        .strip()
    )


def own_body(page):
    return body(page.text, "</h1>", "</main>")


def asks(house):
    house.meet()
    house.acts("ask", side="mission", ask="avoid_place")
    house.acts("ask", side="humanitarian", ask="change_time")


@pytest.mark.parametrize("side", ["mission", "humanitarian"])
def test_the_officer_sees_the_very_page_of_the_party(house, side):
    asks(house)
    who = house.g9 if side == "mission" else house.ngo
    own = house.browser(who).get(
        f"/requests/{house.case.mission_reference if side == 'mission' else house.case.humanitarian_reference}"
    )
    seen = eyes(house, side)
    assert own.status_code == seen.status_code == 200
    assert len(own_body(own)) > 500
    assert own_body(own) == as_seen(seen)


@pytest.mark.parametrize("side", ["mission", "humanitarian"])
def test_before_anything_was_said_the_page_says_nothing_plainly(house, side):
    house.meet()
    page = eyes(house, side)
    assert "For this side the case does not exist" in page.text
    assert 'id="eyes"' not in page.text
    who = house.g9 if side == "mission" else house.ngo
    reference = house.case.mission_reference if side == "mission" else house.case.humanitarian_reference
    assert house.browser(who).get(f"/requests/{reference}").status_code == 404


def test_in_the_frame_stands_nothing_of_the_other_side_but_what_was_released(house):
    notice = house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:10-15:00", kind="DIST_FOOD"))
    plan = house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:20-16:40"))
    house.acts("ask", side="mission", ask="avoid_place")
    house.acts("ask", side="humanitarian", ask="avoid_place")
    mission_side, organisation = as_seen(eyes(house, "mission")), as_seen(eyes(house, "humanitarian"))
    for planted in (
        notice,
        "Awa",
        "ONG Alpha",
        "09:10",
        "Food distribution",
        house.case.humanitarian_reference,
        house.case.reference,
    ):
        assert planted not in mission_side, planted
    for planted in (plan, "Lars", "13:20", "16:40", "patrol", house.case.mission_reference, house.case.reference):
        assert planted not in organisation, planted


def test_the_texts_that_went_are_shown_without_the_code_that_only_their_reader_has(house):
    asks(house)
    house.turn()
    page = eyes(house, "mission")
    sent = [one.text for one in house.sms.sent]
    code = re.search(r"Code (\d{4})", next(text for text in sent if house.case.mission_reference in text))[1]
    assert f"File {house.case.mission_reference}-1" in page.text
    assert "Code ####" in page.text
    assert f"Code {code}" not in page.text


def test_what_the_next_request_would_say_is_what_the_other_side_released(house):
    house.meet(level=Level.MATCH_ONLY)
    assert "the other has released nothing" in eyes(house, "mission").text
    next_words = eyes(house, "humanitarian").text.partition("What the next request would tell it")[2]
    assert "Bankass" in next_words


def test_looking_is_written_down(house):
    house.meet()
    eyes(house, "mission")
    with house.app.app_context():
        entries = db.session.scalars(
            select(AuditEntry).where(AuditEntry.verb == "view", AuditEntry.noun == "case")
        ).all()
    assert [(entry.actor_id, entry.noun_id) for entry in entries] == [(house.officer.person_id, house.case.id)]


def test_nobody_but_officers_looks_and_a_sensitive_case_has_no_eyes_for_the_head_of_sub_office(house):
    house.meet(kind="PROT_MON", level=Level.MATCH_ONLY)
    assert eyes(house, "mission").status_code == 200
    assert eyes(house, "mission", house.head_desk).status_code == 404
    for party in (house.ngo, house.g9):
        assert eyes(house, "mission", house.browser(party)).status_code == 404
    assert eyes(house, "nobody").status_code == 404


def test_a_button_in_the_frame_does_nothing_for_an_officer(house):
    asks(house)
    page = eyes(house, "mission")
    assert '<fieldset class="eyes" disabled>' in page.text
    reference = house.case.mission_reference
    assert house.desk.post(f"/requests/{reference}/acknowledge", data={}).status_code == 404
