"""Somebody of an organisation is retired: alerts pass on, nobody is left without anyone who answers, and a contract's end is told."""

from __future__ import annotations

from datetime import timedelta

import make
import pytest
from sqlalchemy import select
from world import at_once

from deconflict.channels.letters import Kind
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.people import Newcomer
from deconflict.services import own_people
from deconflict.store.base import db, transaction
from deconflict.store.calls import calls_by_hand
from deconflict.store.letters import Letter
from deconflict.store.people import Account, Person

NEAR_BANKASS = (14.0800, -3.5120)


def joined(world, *names):
    with transaction() as session:
        for name in names:
            account = session.scalars(select(Account).where(Account.person_id == world.actors[name].person_id)).one()
            account.joined_at = world.now


def colleague(world, name="second", function="focal_point"):
    """Another who answers for the first organisation."""
    world._person(name, world.ngo.audience.organisation_id, function, set(world.ngo.audience.roles))
    joined(world, "ngo", name)
    return world.actors[name]


def active(world, *names):
    db.session.rollback()
    return [db.session.get_one(Person, world.actors[name].person_id).active for name in names]


def asked(world):
    """A case, and the officer's request to the organisation."""
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    world.officer.takes(world.case)
    world.read_everything()
    world.officer.asks(world.case, "humanitarian")


def test_what_would_go_to_whoever_was_retired_goes_to_his_colleague(world):
    second = colleague(world)
    own_people.retire(world.ngo.person_id, False, second.audience, world.now)
    asked(world)
    second.expects("")
    world.ngo.expects_nothing()


def test_an_alert_owed_only_to_whoever_is_retired_passes_on_at_once(world):
    """He alone was told; he is retired before he answers: the next on the ladder hears within a turn, and the desk calls."""
    asked(world)
    assert [alert.person_id for alert in world.alerts("request")] == [world.ngo.person_id]
    second = colleague(world)
    world.read_everything()
    own_people.retire(world.ngo.person_id, False, second.audience, world.now)
    world.turn()
    told = [alert.person_id for alert in world.alerts("request")]
    assert told == [world.ngo.person_id, second.person_id, world.alternate.person_id]
    second.expects("")
    world.alternate.expects("")
    world.officer.expects("")
    world.ngo.expects_nothing()
    calls = calls_by_hand(db.session, world.mission.catalogue, world.now)
    assert [(call.call.person, call.call.numbers) for call in calls] == [("ngo", ())]


def test_what_was_answered_already_passes_on_to_nobody(world):
    asked(world)
    world.ngo.types_code(world.ngo.expects(""))
    second = colleague(world)
    world.read_everything()
    own_people.retire(world.ngo.person_id, False, second.audience, world.now)
    world.turn()
    assert [alert.person_id for alert in world.alerts("request")] == [world.ngo.person_id]
    world.alternate.expects_nothing()
    second.expects_nothing()


def test_of_two_who_retire_each_other_at_once_one_is_left(world):
    second = colleague(world)
    said = []

    def retires(who, whom):
        try:
            own_people.retire(whom.person_id, False, who.audience, world.now)
            said.append("done")
        except (NotFound, Refused):
            said.append("refused")

    at_once(world.app, lambda: retires(world.ngo, second), lambda: retires(second, world.ngo))
    assert sorted(said) == ["done", "refused"]
    assert sorted(active(world, "ngo", "second")) == [False, True]


def test_of_two_who_retire_themselves_at_once_one_is_left(world):
    second = colleague(world)
    said = []

    def leaves(who):
        try:
            own_people.retire(who.person_id, True, who.audience, world.now)
            said.append("done")
        except Refused:
            said.append("refused")

    at_once(world.app, lambda: leaves(world.ngo), lambda: leaves(second))
    assert sorted(said) == ["done", "refused"]
    assert sorted(active(world, "ngo", "second")) == [False, True]


def test_two_who_invite_one_address_at_once_invite_one_person(world):
    second = colleague(world)
    said = []

    def invites(who):
        newcomer = make_newcomer(world)
        try:
            own_people.invite(who.audience, newcomer, world.mission, link_for=str, now=world.now)
            said.append("done")
        except Refused as error:
            said.append(error.field)

    joined(world, "other_ngo")
    at_once(world.app, *(lambda who=who: invites(who) for who in (world.ngo, second, world.other_ngo)))
    assert sorted(said) == ["done", "email", "email"]


def make_newcomer(world):
    return Newcomer(
        name="Sira",
        language="fr",
        function="team",
        scope=None,
        roles=frozenset({"submitter"}),
        email="sira@people.example",
        phones=(),
        until_at=world.now + timedelta(days=60),
    )


@pytest.mark.parametrize("days", [15, 13])
def test_the_end_of_a_contract_is_told_to_whoever_answers_for_the_organisation(world, days):
    second = colleague(world)
    joined(world, "officer", "other_ngo")
    own_people.set_end(world.ngo.person_id, world.now + timedelta(days=days), second.audience, world.mission, world.now)
    world.turn()
    letters = db.session.scalars(select(Letter).where(Letter.kind == Kind.CONTRACT_ENDS))
    told = {letter.person_id for letter in letters}
    assert (told == {second.person_id, world.ngo.person_id, world.officer.person_id}) is (days == 13)
    assert second.mailbox.expects("engagement" if days == 13 else "")
