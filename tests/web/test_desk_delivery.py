"""The delivery page: who was owed what, each try, receipts, answers; and no number, code or place on it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from deskhouse import DeskHouse
from pages import words
from sqlalchemy import select

from deconflict.channels.port import Ambiguous, Code, Receipt, SendFailed, Status
from deconflict.domain import roles
from deconflict.domain.delivery import ending_of
from deconflict.domain.filing import Level
from deconflict.services.receipts import take_receipt
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import db, transaction

NUMBERS = ("+22370000001", "+22370000002", "+22370000003", "+22370000004")


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def page_of(house, browser=None, **query):
    answer = (browser or house.desk).get(house.url("delivery"), query_string=query)
    assert answer.status_code == 200
    return answer


def messages(house, channel):
    with house.app.app_context():
        return db.session.scalars(select(Message).where(Message.channel == channel).order_by(Message.id)).all()


def test_each_try_stands_there_with_its_provider_its_hour_and_what_became_of_it(house):
    answers = iter([SendFailed(True, Code.BUSY), Ambiguous(), None])

    def stumbles(outgoing, now):
        failure = next(answers, None)
        if failure:
            raise failure
        return "taken"

    house.sms.send = stumbles
    house.meet()
    for _ in range(4):
        house.turn(timedelta(minutes=2))
    said = words(page_of(house))
    for part in ("basket_sms: the provider asks to wait", "…003"):
        assert part in said
    assert "basket_sms: no trace of it at the provider: sent again" in said
    assert "basket_sms: taken by the provider" in said
    assert "Alert to the desk" in said
    assert "Oumou" in said


def test_a_receipt_and_an_answer_stand_there_when_they_came_and_not_before(house):
    house.meet()
    assert "receipt" not in words(page_of(house))
    (text,) = messages(house, "sms")
    with house.app.app_context():
        take_receipt(text.token, Receipt(text.provider_ref, Status.DELIVERED), house.now)
    house.acts("have")
    said = words(page_of(house))
    assert "receipt: delivered" in said
    assert "Desk: Received, signed in" in said


def test_no_number_no_code_no_link_no_text_no_place_stands_there(house):
    house.meet()
    house.acts("ask", side="mission", ask="avoid_place")
    house.turn()
    page = page_of(house).text
    with house.app.app_context():
        for alert in db.session.scalars(select(Alert)):
            assert alert.link not in page
            assert not re.search(rf"(?<![\d:]){alert.code}(?!\d)", re.sub(r"<[^>]+>", " ", page).replace("2019", ""))
        for message in db.session.scalars(select(Message)):
            assert message.token not in page
            assert (message.provider_ref or "-none-") not in page
    for secret in (*NUMBERS, "example.org", "Bankass", "tel:", "mailto:", "14.08"):
        assert secret not in page


@pytest.mark.parametrize(
    ("channel", "address", "ending"),
    [("sms", "+22370000012", "012"), ("voice", "+22370000034", "034"), ("email", "a@b.example", ""), ("sms", "", "")],
)
def test_of_an_address_only_the_last_digits_of_a_number_are_shown(channel, address, ending):
    assert ending_of(channel, address) == ending


def test_a_number_that_no_key_opens_hides_nothing_else(house):
    house.meet()
    with house.app.app_context(), transaction() as session:
        session.connection().exec_driver_sql("UPDATE message SET address = 'torn'")
    said = words(page_of(house))
    assert "Oumou" in said
    assert "…" not in said


def test_older_alerts_are_on_the_next_page_and_none_is_after_the_last(house, monkeypatch):
    monkeypatch.setattr("deconflict.web.desk_delivery.PAGE", 1)
    house.meet()
    house.acts("ask", side="mission", ask="avoid_place")
    house.turn()
    first, second = words(page_of(house)), words(page_of(house, page=1))
    assert first != second
    assert house.desk.get(house.url("delivery"), query_string={"page": 99}).status_code == 404


def test_a_sensitive_case_is_missing_for_whoever_may_not_know_of_it_and_for_every_party(house):
    house.meet(kind="PROT_MON", level=Level.MATCH_ONLY)
    page_of(house)
    for browser in (house.head_desk, house.browser(house.ngo), house.browser(house.g9)):
        assert browser.get(house.url("delivery")).status_code == 404
    assert house.browser(house.make_account(roles.ADMINISTRATOR)).get(house.url("delivery")).status_code == 404
