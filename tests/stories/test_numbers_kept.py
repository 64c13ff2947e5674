"""An organisation keeps its people's numbers: in the ladder's order, told to everybody concerned, and whoever tries to break it."""

from __future__ import annotations

import re
from datetime import timedelta

import make
import pytest
from sqlalchemy import delete, select, update
from world import at_once, code_in

from deconflict.domain.errors import NotFound, Refused
from deconflict.services import acknowledgements, contacts, drills, trials
from deconflict.store.alerts import Acknowledgement, Alert, Message
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.contacts import contacts_of, marks
from deconflict.store.doubts import Doubt, doubted
from deconflict.store.drills import Drill, texts_of
from deconflict.store.letters import Letter
from deconflict.store.outbox import first_contact
from deconflict.store.people import Contact, Duty, Person
from deconflict.store.trials import Trial

NEW, OTHER = "+22376000001", "+22376000002"
WORDS = re.compile(r"\b([0-9A-Z]{5}),.*Code (\d{4})")


def listed(world, who, carries="sms") -> list[str]:
    db.session.rollback()
    rows = select(Contact).where(Contact.person_id == world.actors[who].person_id, Contact.carries == carries)
    return [contact.address for contact in db.session.scalars(rows.order_by(Contact.position))]


def row(world, who, address) -> Contact:
    db.session.rollback()
    rows = db.session.scalars(select(Contact).where(Contact.person_id == world.actors[who].person_id))
    return next(contact for contact in rows if contact.address == address)


def edition(world, who) -> int:
    db.session.rollback()
    return db.session.get_one(Person, world.actors[who].person_id).edition


def add(world, who, address=NEW, by="ngo", carries="sms", **more):
    at = more.get("edition", edition(world, who))
    contacts.add(world.actors[who].person_id, carries, address, at, world.actors[by].audience, world.now)


def remove(world, who, address, by="ngo", sure=False):
    id, at = row(world, who, address).id, edition(world, who)
    contacts.remove(world.actors[who].person_id, id, at, sure, world.actors[by].audience, world.now)


def put_first(world, who, address, by="ngo"):
    id, at = row(world, who, address).id, edition(world, who)
    contacts.put_first(world.actors[who].person_id, id, at, world.actors[by].audience, world.now)


def verify(world, number):
    """The code of the test text that has just come there, typed on the public page."""
    world.turn()
    said = world.network.phone(number).expects("")
    trials.take_code(" ".join(WORDS.search(said).groups()), world.now)


def first(world, who) -> str:
    db.session.rollback()
    found = first_contact(db.session.get_one(Person, world.actors[who].person_id), "sms")
    return found.address if found else ""


def letters(world) -> list[tuple[int, str]]:
    """Whom a letter about a change went to, and at which address."""
    db.session.rollback()
    found = db.session.scalars(select(Letter).where(Letter.kind == "numbers_changed").order_by(Letter.id))
    return [(letter.person_id, letter.address) for letter in found]


def asked(world):
    """A case, and a request to the humanitarian side."""
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    world.read_everything()
    world.officer.asks(world.case, "humanitarian")


# ---- what it does


def test_a_new_number_is_tried_after_verified_ones_until_its_code_comes_back(world):
    old = world.ngo.phone.address
    with transaction() as session:
        session.execute(update(Contact).where(Contact.address.is_not(None)).values(verified_at=world.now))
    add(world, "ngo")
    put_first(world, "ngo", NEW)
    assert listed(world, "ngo") == [NEW, old]
    assert first(world, "ngo") == old
    verify(world, NEW)
    assert first(world, "ngo") == NEW
    put_first(world, "ngo", old)
    assert first(world, "ngo") == old


def test_the_order_of_the_list_is_the_order_of_the_ladder(world):
    for number in (NEW, OTHER):
        add(world, "ngo", number)
        verify(world, number)
    old = world.ngo.phone.address
    with transaction() as session:
        session.execute(update(Contact).values(verified_at=world.now))
    put_first(world, "ngo", OTHER)
    assert listed(world, "ngo") == [OTHER, old, NEW]
    assert listed(world, "ngo", "email") == [world.ngo.mailbox.address]
    asked(world)
    world.network.phone(OTHER).expects("Dossier")
    world.ngo.expects_nothing()
    world.read_everything()


def test_what_is_under_way_keeps_its_address_and_what_comes_goes_to_the_new_list(world):
    old = world.ngo.phone.address
    asked(world)
    with transaction() as session:
        session.execute(update(Message).where(Message.channel == "sms").values(state="queued", send_after=world.now))
    add(world, "ngo")
    remove(world, "ngo", old)
    db.session.rollback()
    alert = world.alerts("request")[0]
    assert old in {message.address for message in alert.messages}
    assert first(world, "ngo") == NEW
    world.read_everything()


def test_what_was_owed_and_nothing_could_carry_leaves_once_the_number_is_verified(world):
    old, mailbox = world.ngo.phone.address, world.ngo.mailbox.address
    remove(world, "ngo", old, sure=True)
    remove(world, "ngo", mailbox, sure=True)
    asked(world)
    (alert,) = [one for one in world.alerts("request") if one.person_id == world.ngo.person_id]
    assert alert.unreached_at is not None
    world.read_everything()
    add(world, "ngo")
    world.turn()
    said = world.network.phone(NEW).expects("")
    world.network.phone(NEW).expects_nothing()
    trials.take_code(" ".join(WORDS.search(said).groups()), world.now)
    world.turn()
    world.network.phone(NEW).expects("Dossier")
    world.read_everything()


def test_a_mailbox_is_added_and_removed(world):
    add(world, "ngo", "second@people.example", carries="email")
    assert listed(world, "ngo", "email") == [world.ngo.mailbox.address, "second@people.example"]
    remove(world, "ngo", world.ngo.mailbox.address)
    assert listed(world, "ngo", "email") == ["second@people.example"]
    assert not db.session.scalars(select(Trial)).all()


# ---- the last one


def test_the_last_number_of_somebody_on_a_ladder_goes_only_when_it_is_asked_for_twice(world):
    number = world.ngo.phone.address
    for _ in range(2):
        with pytest.raises(Refused, match="last number") as refused:
            remove(world, "ngo", number)
        assert refused.value.field == "sure"
        assert listed(world, "ngo") == [number]
    remove(world, "ngo", number, sure=True)
    assert listed(world, "ngo") == []


def test_a_number_beside_it_that_does_not_work_is_no_other(world):
    add(world, "ngo")
    with transaction() as session:
        spare = session.scalars(
            select(Contact).where(Contact.person_id == world.ngo.person_id, Contact.given_at.is_not(None))
        )
        spare.one().unreachable_at = world.now
    with pytest.raises(Refused, match="last number"):
        remove(world, "ngo", world.ngo.phone.address)
    remove(world, "ngo", NEW)


def test_on_duty_is_on_a_ladder_and_off_duty_is_not(world):
    number, by = world.deputy.phone.address, "deputy"
    with pytest.raises(Refused, match="last number"):
        remove(world, "deputy", number, by=by)
    with transaction() as session:
        session.execute(update(Duty).where(Duty.person_id == world.deputy.person_id).values(until_at=world.now))
    world.now += timedelta(seconds=1)
    remove(world, "deputy", number, by=by)
    with pytest.raises(Refused, match="only number or address"):
        remove(world, "deputy", world.deputy.mailbox.address, by=by)


# ---- who may, and who is told


@pytest.mark.parametrize(
    ("by", "whom", "may"),
    [
        ("ngo", "ngo", True),
        ("ngo", "alternate", True),
        ("ngo", "other_ngo", False),
        ("ngo", "cimic", False),
        ("ngo", "officer", False),
        ("alternate", "alternate", True),
        ("alternate", "ngo", False),
        ("other_ngo", "ngo", False),
        ("cimic", "cimic", True),
        ("cimic", "ngo", False),
        ("officer", "officer", True),
        ("officer", "ngo", False),
        ("officer", "deputy", False),
        ("ocha_head", "deputy", False),
    ],
)
def test_who_keeps_whose_numbers(world, by, whom, may):
    person, mine = world.actors[whom].person_id, world.actors[by].audience
    number = world.actors[whom].phone.address
    if may:
        add(world, whom, by=by)
        put_first(world, whom, NEW, by=by)
        assert contacts_of(db.session(), person, mine, world.now).edition == 2
        return
    for act in (add, lambda *a, **m: put_first(*a[:2], number, **m), lambda *a, **m: remove(*a[:2], number, **m)):
        with pytest.raises(NotFound):
            act(world, whom, by=by)
    with pytest.raises(NotFound):
        contacts_of(db.session(), person, mine, world.now)
    assert (edition(world, whom), letters(world)) == (0, [])


def test_a_number_of_somebody_else_is_no_number_of_this_list(world):
    foreign = row(world, "other_ngo", world.other_ngo.phone.address).id
    for act in (contacts.put_first, lambda *a: contacts.remove(*a[:3], True, *a[3:])):
        with pytest.raises(NotFound):
            act(world.ngo.person_id, foreign, 0, world.ngo.audience, world.now)
    assert listed(world, "other_ngo") == [world.other_ngo.phone.address]


def test_the_person_and_whoever_answers_are_told_where_they_were_before(world):
    add(world, "alternate", by="ngo")
    mailbox = world.alternate.mailbox.address
    assert letters(world)[-1] == (world.alternate.person_id, mailbox)
    remove(world, "alternate", mailbox, by="ngo")
    assert letters(world)[-1] == (world.alternate.person_id, mailbox)  # it is not there any more, and hears of that
    told = [person for person, _address in letters(world)]
    assert told.count(world.alternate.person_id) == 2
    text = world.alternate.mailbox
    world.turn()
    assert "ONG" not in text.expects("alternate")
    world.read_everything()


def test_no_number_is_in_the_audit_or_in_a_letter(world):
    add(world, "ngo")
    put_first(world, "ngo", NEW)
    remove(world, "ngo", NEW)
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.verb.in_(contacts.VERBS)).order_by(AuditEntry.id)
    ).all()
    assert [entry.verb for entry in entries] == list(contacts.VERBS)
    assert {entry.actor_id for entry in entries} == {world.ngo.person_id}
    for entry in entries:
        assert "76000001" not in str(entry.detail)


# ---- whoever tries to break it


def test_of_two_who_change_one_list_at_once_nothing_is_lost_and_the_second_is_told(world):
    add(world, "ngo")
    add(world, "ngo", OTHER)
    seen, done, refused = edition(world, "ngo"), [], []
    mine = {number: row(world, "ngo", number).id for number in (NEW, OTHER)}

    def change(number):
        def work():
            try:
                contacts.put_first(world.ngo.person_id, mine[number], seen, world.ngo.audience, world.now)
                done.append(number)
            except Refused as error:
                refused.append(error)

        return work

    at_once(world.app, change(NEW), change(OTHER))
    assert len(done) == len(refused) == 1
    assert refused[0].field == "edition"
    assert listed(world, "ngo")[0] == done[0]
    assert sorted(listed(world, "ngo")) == sorted([world.ngo.phone.address, NEW, OTHER])
    assert edition(world, "ngo") == seen + 1


def test_a_page_that_was_open_for_long_removes_nothing_that_has_come_since(world):
    seen = edition(world, "ngo")
    add(world, "ngo")
    stale = row(world, "ngo", world.ngo.phone.address).id
    with pytest.raises(Refused) as refused:
        contacts.remove(world.ngo.person_id, stale, seen, True, world.ngo.audience, world.now)
    assert refused.value.field == "edition"
    assert len(listed(world, "ngo")) == 2


def test_three_numbers_each_once_and_not_endlessly_many_changes(world, monkeypatch):
    add(world, "ngo")
    with pytest.raises(Refused, match="already") as refused:
        add(world, "ngo", world.ngo.phone.address)
    assert refused.value.field == "number"
    add(world, "ngo", OTHER)
    with pytest.raises(Refused, match="Three at most"):
        add(world, "ngo", "+22376000003")
    monkeypatch.setattr(contacts, "MOST_A_DAY", 2)
    with pytest.raises(Refused, match="tomorrow"):
        remove(world, "ngo", OTHER)
    world.now += timedelta(days=1, seconds=1)
    remove(world, "ngo", OTHER)


def test_two_people_may_share_a_phone_and_each_keeps_his_own_list(world):
    shared = world.alternate.phone.address
    add(world, "ngo", shared)
    assert shared in listed(world, "ngo")
    remove(world, "ngo", shared)
    assert listed(world, "alternate") == [shared]


def test_a_code_of_a_number_that_was_removed_verifies_nothing(world):
    add(world, "ngo")
    world.turn()
    code = " ".join(WORDS.search(world.network.phone(NEW).expects("")).groups())
    remove(world, "ngo", NEW)
    trials.take_code(code, world.now)
    add(world, "ngo")
    trials.take_code(code, world.now)
    assert row(world, "ngo", NEW).verified_at is None
    world.turn()
    world.read_everything()


def test_a_test_text_that_has_not_left_yet_does_not_leave_for_a_removed_number(world):
    add(world, "ngo")
    remove(world, "ngo", NEW)
    world.turn()
    world.network.phone(NEW).expects_nothing()


def test_a_drill_keeps_what_came_of_it_when_the_number_goes(world):
    drills.take_part(world.ngo.person_id, True, world.officer.audience, world.now)
    drills.start(world.officer.audience, world.now)
    world.turn()
    world.read_everything()
    remove(world, "ngo", world.ngo.phone.address, sure=True)
    drill = db.session.scalars(select(Drill)).one()
    assert [text.person for text in texts_of(db.session(), drill, world.mission)] == ["ngo"]


# ---- an account in other hands


def test_whoever_holds_the_phone_of_another_organisation_does_not_clear_it_by_putting_it_on_his_own_list(world):
    lost = row(world, "other_ngo", world.other_ngo.phone.address)
    with transaction() as session:
        session.add(Doubt(lookup=lost.lookup, person_id=world.other_ngo.person_id, team=False, since=world.now))
    add(world, "ngo", lost.address)
    world.turn()
    code = " ".join(WORDS.search(world.other_ngo.phone.expects("")).groups())
    mine = row(world, "ngo", world.other_ngo.phone.address).id
    trials.take_code(code, world.now)
    with pytest.raises(Refused, match="Only the desk"):
        trials.read_back(mine, code, world.ngo.audience, world.now)
    assert doubted(db.session(), [lost.lookup])
    trials.read_back(mine, code, world.officer.audience, world.now)
    assert not doubted(db.session(), [lost.lookup])


def answers(world) -> list[tuple[str, bool]]:
    db.session.rollback()
    said = db.session.scalars(
        select(Acknowledgement).join(Alert).where(Alert.side != "ocha").order_by(Acknowledgement.id)
    )
    return [(ack.method, ack.new_number) for ack in said]


def test_an_answer_from_a_number_of_today_is_marked_and_after_three_days_it_is_not(world):
    old = world.ngo.phone.address
    add(world, "ngo")
    verify(world, NEW)
    asked(world)
    world.ngo.types_code(world.network.phone(NEW).expects("Dossier"))
    assert answers(world) == [("code_page", True)]
    assert first(world, "ngo") == NEW != old
    with transaction() as session:
        session.execute(
            update(Contact).where(Contact.given_at.is_not(None)).values(given_at=world.now - timedelta(hours=73))
        )
        alert = session.scalars(
            select(Alert).where(Alert.person_id == world.ngo.person_id, Alert.purpose != "desk")
        ).first()
        session.execute(delete(Acknowledgement))
        link = alert.link
    acknowledgements.acknowledge_by_link(link, world.now)
    assert answers(world) == [("email_link", False)]
    world.read_everything()


def test_an_answer_from_a_number_that_stood_there_before_is_not_marked(world):
    add(world, "ngo")
    world.turn()
    world.read_everything()
    asked(world)
    said = world.ngo.expects("Dossier")
    world.ngo.types_code(said)
    assert answers(world) == [("code_page", False)]
    assert code_in(said)
    world.read_everything()


def test_whoever_takes_the_number_out_again_before_he_answers_is_marked_all_the_same(world):
    add(world, "ngo")
    verify(world, NEW)
    asked(world)
    said = world.network.phone(NEW).expects("Dossier")
    remove(world, "ngo", NEW)
    world.ngo.types_code(said)
    assert answers(world) == [("code_page", True)]
    world.read_everything()


# ---- at a glance


def test_the_directory_says_at_a_glance_what_is_to_be_mended(world):
    people = {world.actors[who].person_id: who for who in world.actors}

    def said(who):
        db.session.rollback()
        found = marks(db.session(), list(people), world.now)
        return [str(mark) for mark in found.get(world.actors[who].person_id, ())]

    with transaction() as session:
        session.execute(update(Contact).values(verified_at=world.now))
    assert said("ngo") == []
    add(world, "ngo")
    assert said("ngo") == ["unverified"]
    with transaction() as session:
        session.execute(
            update(Contact).where(Contact.given_at.is_not(None)).values(unreachable_at=world.now, verified_at=world.now)
        )
    assert said("ngo") == ["stopped"]
    remove(world, "alternate", world.alternate.phone.address, sure=True)
    assert said("alternate") == ["no_number"]
    with transaction() as session:
        session.get_one(Person, world.cimic.person_id).until_at = world.now + timedelta(days=13)
        session.get_one(Person, world.deputy.person_id).until_at = world.now
    assert said("cimic") == ["contract_ends"]
    assert said("deputy") == ["contract_over"]
    drills.take_part(world.other_ngo.person_id, True, world.officer.audience, world.now)
    with transaction() as session:
        session.execute(update(Contact).values(verified_at=world.now - timedelta(days=1)))
    drills.start(world.officer.audience, world.now)
    world.turn()
    assert said("other_ngo") == []  # its day is not over
    world.now += timedelta(days=2)
    assert said("other_ngo") == ["silent"]
    world.read_everything()
