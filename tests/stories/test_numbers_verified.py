"""A number is verified by a text whose code comes back; until then it is tried last, and after ninety days it is tried again."""

from __future__ import annotations

import re
from datetime import timedelta

import make
import pytest
from sqlalchemy import select

from deconflict.channels.trials import FOLDER, render_trial
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.people import Newcomer
from deconflict.domain.sms import forbidden, segments
from deconflict.services import people, trials
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, lookup_hash, transaction
from deconflict.store.doubts import Doubt, doubted
from deconflict.store.people import Contact
from deconflict.store.trials import Trial

OTHER = "+22376000001"
WORDS = re.compile(r"\b([0-9A-Z]{5}),.*Code (\d{4})")


def contact(world, who, carries="sms") -> Contact:
    db.session.rollback()
    mine = select(Contact).where(Contact.person_id == world.actors[who].person_id, Contact.carries == carries)
    return db.session.scalars(mine.order_by(Contact.position)).first()


def tried(world, who="ngo", by="officer") -> str:
    """A test text leaves; what it says as reference and code."""
    trials.try_number(contact(world, who).id, world.actors[by].audience, world.now)
    world.turn()
    return " ".join(WORDS.search(world.actors[who].phone.expects("Essai")).groups())


def wrong(code: str) -> str:
    return code[:-1] + str((int(code[-1]) + 1) % 10)


def test_a_code_typed_on_the_page_verifies_the_number(world):
    code = tried(world)
    assert contact(world, "ngo").verified_at is None
    trials.take_code(code, world.now)
    assert contact(world, "ngo").verified_at == world.now


def test_a_wrong_code_verifies_nothing_and_five_shut_it(world):
    code = tried(world)
    for _ in range(5):
        trials.take_code(wrong(code), world.now)
    trials.take_code(code, world.now)
    trials.take_code("4F7K2 4821", world.now)
    trials.take_code("nothing", world.now)
    assert contact(world, "ngo").verified_at is None


def test_a_code_comes_back_within_a_week_or_not_at_all(world):
    code = tried(world)
    trials.take_code(code, world.now + timedelta(days=8))
    assert contact(world, "ngo").verified_at is None


def test_it_is_read_back_to_an_officer_for_that_number_only(world):
    code = tried(world)
    officer = world.officer.audience
    with pytest.raises(Refused):
        trials.read_back(contact(world, "alternate").id, code, officer, world.now)
    with pytest.raises(Refused):
        trials.read_back(contact(world, "ngo").id, wrong(code), officer, world.now)
    assert contact(world, "ngo").verified_at is None
    trials.read_back(contact(world, "ngo").id, code, officer, world.now)
    assert contact(world, "ngo").verified_at == world.now


def test_nobody_tries_or_verifies_the_numbers_of_another_organisation(world):
    for who in ("other_ngo", "cimic"):
        with pytest.raises(NotFound):
            trials.try_number(contact(world, "ngo").id, world.actors[who].audience, world.now)
    with pytest.raises(NotFound):
        trials.try_number(contact(world, "ngo", "email").id, world.officer.audience, world.now)
    tried(world, by="ngo")
    with pytest.raises(Refused):
        trials.try_number(contact(world, "ngo").id, world.officer.audience, world.now)


def test_verified_numbers_are_tried_before_unverified_ones(world):
    with transaction() as session:
        second = Contact(person_id=world.ngo.person_id, carries="sms", address=OTHER, lookup=lookup_hash(OTHER))
        second.position, second.verified_at = 9, world.now
        session.add(second)
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    world.read_everything()
    world.officer.asks(world.case, "humanitarian")
    world.network.phone(OTHER).expects("Dossier")
    world.ngo.expects_nothing()


def test_where_somebody_else_answers_a_typed_code_proves_nothing_and_a_read_one_does(world):
    code = tried(world)
    number = contact(world, "ngo")
    with transaction() as session:
        session.add(Doubt(lookup=number.lookup, person_id=number.person_id, team=False, since=world.now))
    trials.take_code(code, world.now)
    assert contact(world, "ngo").verified_at is None
    trials.read_back(number.id, code, world.officer.audience, world.now)
    assert contact(world, "ngo").verified_at == world.now
    assert not doubted(db.session, [number.lookup])


def test_after_ninety_days_it_is_tried_again_and_a_week_later_unverified(world):
    trials.take_code(tried(world), world.now)
    since = world.now
    assert trials.keep_verified(world.mission, since + timedelta(days=89)) == 0
    assert trials.keep_verified(world.mission, since + timedelta(days=90)) == 1
    assert trials.keep_verified(world.mission, since + timedelta(days=91)) == 0
    assert contact(world, "ngo").verified_at is not None
    trials.keep_verified(world.mission, since + timedelta(days=97, minutes=1))
    assert contact(world, "ngo").verified_at is None
    assert len(db.session.scalars(select(Trial)).all()) == 2


def test_whoever_is_added_by_an_administrator_gets_a_test_text(world):
    who = Newcomer("new", "en", "alternate", None, frozenset(), None, (OTHER,))
    organisation = world.ngo.audience.organisation_id
    people.invite(world.officer.audience, organisation, who, link_for=str, now=world.now)
    world.turn()
    text = world.network.phone(OTHER).expects("Test")
    for kept in ("ONG Alpha", "new", "OCHA", OTHER, "http"):
        assert kept not in text


def test_a_satellite_phone_of_a_team_is_for_a_person_to_ring(world):
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", phone="+8821612345678"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    world.officer.asks(world.case, "humanitarian")
    world.network.phone("+8821612345678").expects_nothing()
    (team,) = [alert for alert in world.alerts("request") if alert.level == "team"]
    assert team.unreached_at is not None
    assert world.alerts("unreached")
    world.read_everything()


@pytest.mark.parametrize("language", [path.stem for path in FOLDER.iterdir()])
def test_the_words_fit_in_one_segment_and_say_nothing(language):
    text = render_trial(language, reference="4F7K2", code="4821")
    assert segments(text) == 1
    assert forbidden(text, known=("4F7K2", "4821")) == []


def test_the_audit_holds_neither_number_nor_code(world):
    code = tried(world)
    trials.take_code(code, world.now)
    for entry in db.session.scalars(select(AuditEntry).where(AuditEntry.verb.in_(("try_number", "verify_number")))):
        said = str(entry.detail)
        assert code not in said
        assert world.ngo.phone.address not in said
