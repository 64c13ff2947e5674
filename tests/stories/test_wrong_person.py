"""Somebody else answers at a number: it is not used again until it is verified, and those who can mend it are told."""

from __future__ import annotations

import make
import pytest
from sqlalchemy import select

from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.states import MessageState
from deconflict.services import wrong_person
from deconflict.store.alerts import Acknowledgement, Alert, Message
from deconflict.store.base import db, lookup_hash, transaction
from deconflict.store.doubts import Doubt, doubted
from deconflict.store.letters import Letter
from deconflict.store.people import Account

DRIVER = "+22370000077"


@pytest.fixture
def asked(world):
    """The focal point of ONG Alpha is asked; everybody concerned has read his texts."""
    with transaction() as session:
        for account in session.scalars(select(Account)):
            account.joined_at = world.now
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", phone=DRIVER))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    world.officer.asks(world.case, "humanitarian")
    world.read_everything()
    return world


def says(world, alert: Alert, method: str) -> int:
    """As services.acknowledgements writes it down."""
    with transaction() as session:
        row = session.get_one(Alert, alert.id, with_for_update={"of": Alert})
        session.add(
            Acknowledgement(alert_id=row.id, at=world.now, level=row.level, method=method, answer="wrong_person")
        )
        return wrong_person.report(session, row, world.now)


def of(world, who, level="desk") -> Alert:
    (found,) = (a for a in world.alerts("request") if a.person_id == world.actors[who].person_id and a.level == level)
    return found


def is_doubted(number: str) -> bool:
    db.session.rollback()
    return bool(doubted(db.session, [lookup_hash(number)]))


def test_the_next_number_is_tried_at_once_and_the_wrong_one_is_left_alone(asked):
    other = asked.ngo.also_has("+22376000001")
    assert says(asked, of(asked, "ngo"), "code_page") == 1
    asked.turn()
    other.expects("Dossier")
    assert is_doubted(asked.ngo.phone.address)
    asked.officer.asks(asked.case, "humanitarian", "change_time")
    other.expects("Dossier")
    asked.ngo.phone.expects_nothing()


def test_an_answer_by_mail_doubts_the_mailbox_and_not_the_phone(asked):
    assert says(asked, of(asked, "ngo"), "email_link") == 1
    assert is_doubted(asked.ngo.mailbox.address)
    assert not is_doubted(asked.ngo.phone.address)


def test_an_answer_in_the_app_doubts_no_address(asked):
    assert says(asked, of(asked, "ngo"), "in_app") == 0
    assert not is_doubted(asked.ngo.phone.address)


def test_what_waits_for_the_number_of_another_alert_goes_elsewhere(asked):
    other = asked.ngo.also_has("+22376000001")
    alert = of(asked, "ngo")
    says(asked, alert, "code_page")
    asked.turn()
    other.expects("Dossier")
    with transaction() as session:
        waiting = session.scalars(
            select(Message).where(Message.alert_id == alert.id, Message.address_hash == lookup_hash("+22376000001"))
        ).one()
        waiting.state, waiting.send_after = MessageState.QUEUED, asked.now
        session.add(Doubt(lookup=waiting.address_hash, person_id=alert.person_id, team=False, since=asked.now))
    asked.turn()
    db.session.expire_all()
    assert (waiting.state, waiting.error) == (MessageState.FAILED, "wrong_person")
    other.expects_nothing()


def test_nobody_left_to_try_is_unreached_and_the_desk_is_rung(asked):
    says(asked, of(asked, "ngo"), "relay")
    says(asked, of(asked, "ngo"), "email_link")
    asked.turn()
    assert of(asked, "ngo").unreached_at is not None
    assert asked.alerts("unreached")
    asked.read_everything()


def test_a_team_number_is_not_written_to_again(asked):
    team = of(asked, "ngo", "team")
    assert says(asked, team, "code_page") == 1
    assert is_doubted(DRIVER)
    asked.read_everything()
    asked.officer.asks(asked.case, "humanitarian", "change_time")
    asked.driver_phone(DRIVER).expects_nothing()
    asked.ngo.phone.expects("")


def test_saying_it_twice_tells_once(asked):
    letters = len(db.session.scalars(select(Letter)).all())
    assert says(asked, of(asked, "ngo"), "code_page") == 1
    told = db.session.scalars(select(Letter)).all()[letters:]
    assert {letter.kind for letter in told} == {"number_doubted"}
    assert {letter.person_id for letter in told} == {asked.ngo.person_id}
    assert says(asked, of(asked, "ngo"), "code_page") == 0
    assert len(db.session.scalars(select(Letter)).all()) == letters + len(told)


def test_an_officer_confirms_with_words_and_it_is_used_again(asked):
    says(asked, of(asked, "ngo"), "code_page")
    (doubt,) = db.session.scalars(select(Doubt)).all()
    officer = asked.officer.audience
    with pytest.raises(Refused):
        wrong_person.confirm(doubt.id, " ", officer, asked.now)
    with pytest.raises(NotFound):
        wrong_person.confirm(doubt.id, "he said so", asked.ngo.audience, asked.now)
    assert is_doubted(asked.ngo.phone.address)
    wrong_person.confirm(doubt.id, "he answered himself", officer, asked.now)
    assert not is_doubted(asked.ngo.phone.address)
    with pytest.raises(LostRace):
        wrong_person.confirm(doubt.id, "he answered himself", officer, asked.now)
    asked.officer.asks(asked.case, "humanitarian", "change_time")
    asked.ngo.phone.expects("")


def test_the_letter_names_no_number_and_no_case(asked):
    says(asked, of(asked, "ngo"), "code_page")
    asked.turn()
    mail = ""
    while "n'est plus utilisé" not in mail:
        mail = asked.ngo.mailbox.expects("")
    for kept in (asked.ngo.phone.address, asked.case.reference, asked.case.humanitarian_reference, "Bankass"):
        assert kept not in mail
