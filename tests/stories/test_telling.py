"""An organisation chooses whether its teams are written to or its base passes messages on (RUL-3), and what its mail says."""

from __future__ import annotations

import make
import pytest
from planted import look_again, signed_in, tell_the_time
from sqlalchemy import select, update

from deconflict.domain.errors import NotFound
from deconflict.services import telling
from deconflict.services.preview import preview
from deconflict.services.telling import Telling
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.people import Account, Organisation

DRIVER = "+22370000077"
DIRECT, RELAYED, NAMED = Telling(True, False), Telling(False, False), Telling(True, True)


def asked(world, hours="09:00-15:00"):
    world.ngo.files(make.distribution("Bankass", f"10 Dec {hours}", phone=DRIVER))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    world.officer.asks(world.case, "humanitarian")


def direct(world, actor):
    look_again()
    return db.session.get_one(Organisation, actor.audience.organisation_id).direct


def test_a_team_whose_base_passes_messages_on_gets_none_and_its_people_do(world):
    telling.choose(RELAYED, world.ngo.audience, world.now)
    asked(world)
    world.ngo.expects(world.case.humanitarian_reference)
    world.network.phone(DRIVER).expects_nothing()
    assert not [alert for alert in world.alerts("request") if alert.level == "team"]
    world.read_everything()


def test_chosen_back_the_team_is_written_to(world):
    telling.choose(RELAYED, world.ngo.audience, world.now)
    telling.choose(DIRECT, world.ngo.audience, world.now)
    asked(world)
    world.network.phone(DRIVER).expects(world.case.humanitarian_reference)
    world.read_everything()


def test_a_change_is_told_by_mail_to_whoever_answers_and_to_the_desk_and_is_in_the_audit(world):
    with transaction() as session:
        session.execute(update(Account).values(joined_at=world.now))
    telling.choose(RELAYED, world.ngo.audience, world.now)
    world.turn()
    for told in (world.ngo, world.officer):
        mail = told.mailbox.expects("ngo")
        assert "averti" in mail
        assert DRIVER not in mail
    world.cimic.mailbox.expects_nothing()
    world.other_ngo.mailbox.expects_nothing()
    look_again()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "choose_telling")).one()
    assert (entry.actor_id, entry.detail) == (
        world.ngo.person_id,
        {"direct": False, "mail_names_own": False, "two_step": False},
    )
    world.read_everything()


def test_choosing_what_is_so_already_tells_nobody(world):
    telling.choose(DIRECT, world.ngo.audience, world.now)
    world.turn()
    world.all_quiet()
    assert not db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "choose_telling")).all()


def test_nobody_else_chooses_for_an_organisation(world):
    for actor in (world.alternate, world.officer):
        with pytest.raises(NotFound):
            telling.choose(RELAYED, actor.audience, world.now)
    telling.choose(RELAYED, world.other_ngo.audience, world.now)
    assert direct(world, world.ngo)
    assert not direct(world, world.other_ngo)


def test_the_page_says_what_is_chosen_and_refuses_what_is_neither(world, monkeypatch):
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    visitor = signed_in(world.app, world.ngo.person_id)
    page = visitor.get("/telling").text
    assert 'value="true" checked' in page
    assert (
        visitor.post("/telling", {"direct": "perhaps", "mail_names_own": "false", "two_step": "false"}).status_code
        == 422
    )
    assert direct(world, world.ngo)
    assert (
        visitor.post("/telling", {"direct": "false", "mail_names_own": "true", "two_step": "true"}).status_code == 303
    )
    assert not direct(world, world.ngo)
    assert 'value="false" checked' in visitor.get("/telling").text
    assert visitor.get("/telling").text.count("checked") == 3


def test_a_mission_desk_chooses_its_mail_and_has_no_teams_to_choose_for(world, monkeypatch):
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    visitor = signed_in(world.app, world.cimic.person_id)
    assert 'name="direct"' not in visitor.get("/telling").text
    assert visitor.post("/telling", {"direct": "false", "mail_names_own": "true"}).status_code == 422
    assert visitor.post("/telling", {"mail_names_own": "true"}).status_code == 303
    look_again()
    force = db.session.get_one(Organisation, world.cimic.audience.organisation_id)
    assert (force.direct, force.mail_names_own) == (True, True)


def test_mail_names_ones_own_where_that_was_chosen_and_never_the_others(world):
    telling.choose(NAMED, world.ngo.audience, world.now)
    notice = world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    plan = world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    case = world.case
    world.officer.takes(case)
    world.officer.asks(case, "humanitarian")
    mail = world.ngo.mailbox.expects(f"Votre notification ou plan : {notice}")
    assert case.humanitarian_reference in mail
    for hidden in (plan, "Bankass", "ONG", "10 Dec", "2019"):
        assert hidden not in mail
    text = world.ngo.phone.expects(case.humanitarian_reference)
    assert notice not in text
    world.officer.mailbox.expects(case.reference)
    for mailbox in (world.officer.mailbox, world.deputy.mailbox):
        assert notice not in "".join(mailbox.texts)
    world.read_everything()


def test_the_preview_of_a_request_shows_the_mail_that_will_leave(world):
    telling.choose(NAMED, world.ngo.audience, world.now)
    notice = world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    by = world.officer.audience
    shown = preview(world.case.reference, world.case.round, "humanitarian", "avoid_place", by, world.mission, world.now)
    (mail,) = [one.text for one in shown.messages if one.channel == "email"]
    assert f"Votre notification ou plan : {notice}" in mail
    assert not [one for one in shown.messages if one.channel == "sms" and notice in one.text]
    world.read_everything()


def test_mail_names_nothing_where_nobody_chose_it(world):
    telling.choose(NAMED, world.other_ngo.audience, world.now)
    notice = world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    plan = world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    world.officer.asks(world.case, "mission")
    mail = world.cimic.mailbox.expects(world.case.mission_reference)
    assert plan not in mail
    assert notice not in mail
    assert "Your notice" not in mail
    world.read_everything()
