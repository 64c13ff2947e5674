"""An organisation chooses whether its teams are written to, or its base passes messages on (RUL-3)."""

from __future__ import annotations

import make
import pytest
from planted import look_again, signed_in, tell_the_time
from sqlalchemy import select, update

from deconflict.domain.errors import NotFound
from deconflict.services import teams
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.people import Account, Organisation

DRIVER = "+22370000077"


def asked(world, hours="09:00-15:00"):
    world.ngo.files(make.distribution("Bankass", f"10 Dec {hours}", phone=DRIVER))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    world.officer.asks(world.case, "humanitarian")


def direct(world, actor):
    look_again()
    return db.session.get_one(Organisation, actor.audience.organisation_id).direct


def test_a_team_whose_base_passes_messages_on_gets_none_and_its_people_do(world):
    teams.reach(False, world.ngo.audience, world.now)
    asked(world)
    world.ngo.expects(world.case.humanitarian_reference)
    world.network.phone(DRIVER).expects_nothing()
    assert not [alert for alert in world.alerts("request") if alert.level == "team"]
    world.read_everything()


def test_chosen_back_the_team_is_written_to(world):
    teams.reach(False, world.ngo.audience, world.now)
    teams.reach(True, world.ngo.audience, world.now)
    asked(world)
    world.network.phone(DRIVER).expects(world.case.humanitarian_reference)
    world.read_everything()


def test_a_change_is_told_by_mail_to_whoever_answers_and_to_the_desk_and_is_in_the_audit(world):
    with transaction() as session:
        session.execute(update(Account).values(joined_at=world.now))
    teams.reach(False, world.ngo.audience, world.now)
    world.turn()
    for told in (world.ngo, world.officer):
        mail = told.mailbox.expects("ngo")
        assert "quipes" in mail
        assert DRIVER not in mail
    world.cimic.mailbox.expects_nothing()
    world.other_ngo.mailbox.expects_nothing()
    look_again()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "reach_teams")).one()
    assert (entry.actor_id, entry.detail) == (world.ngo.person_id, {"direct": False})
    world.read_everything()


def test_choosing_what_is_so_already_tells_nobody(world):
    teams.reach(True, world.ngo.audience, world.now)
    world.turn()
    world.all_quiet()
    assert not db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "reach_teams")).all()


def test_nobody_else_chooses_for_an_organisation(world):
    for actor in (world.alternate, world.cimic, world.officer):
        with pytest.raises(NotFound):
            teams.reach(False, actor.audience, world.now)
    teams.reach(False, world.other_ngo.audience, world.now)
    assert direct(world, world.ngo)
    assert not direct(world, world.other_ngo)


def test_the_page_says_what_is_chosen_and_refuses_what_is_neither(world, monkeypatch):
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    visitor = signed_in(world.app, world.ngo.person_id)
    page = visitor.get("/teams").text
    assert 'value="true" checked' in page
    assert visitor.post("/teams", {"direct": "perhaps"}).status_code == 422
    assert direct(world, world.ngo)
    assert visitor.post("/teams", {"direct": "false"}).status_code == 303
    assert not direct(world, world.ngo)
    assert 'value="false" checked' in visitor.get("/teams").text
