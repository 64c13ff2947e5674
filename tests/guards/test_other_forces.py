"""Host-State forces and others than the mission have no account and receive nothing: no side, kind, role or function is theirs, none of
them is taken in as an organisation, and no list of recipients, letter or clock can be addressed to them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import make
import pytest
from marshmallow import ValidationError
from sqlalchemy import select
from world import World

from deconflict.domain import escalation, matrix, meetings, recipients, roles
from deconflict.domain.audience import Audience
from deconflict.domain.errors import Refused
from deconflict.domain.every_procedure import CYCLES
from deconflict.domain.filing import Level
from deconflict.domain.other_forces import refuse_force
from deconflict.domain.people import FUNCTIONS, SIDES
from deconflict.domain.procedures import SYSTEM
from deconflict.schemas.people import ORGANISATION_KINDS, OrganisationSchema
from deconflict.services import people
from deconflict.store.alerts import Alert
from deconflict.store.base import db
from deconflict.store.letters import Letter
from deconflict.store.people import Organisation

THREE = {"humanitarian", "mission", "ocha"}
FORCE = re.compile(r"host|force|army|armee|state|etat|fama|regional|police|barkhane|g5", re.IGNORECASE)
THEIRS = set(meetings.FORCES) - {"mission", "mission_police"}
TEMPLATES = Path(__file__).parents[2] / "templates"


def test_no_side_kind_role_or_function_is_theirs() -> None:
    assert set(SIDES) == set(FUNCTIONS) == set(roles.SIDE_OF.values()) == THREE
    assert set(roles.SIDE_OF) == roles.ALL
    codes = {*SIDES, *ORGANISATION_KINDS, *roles.ALL, *(name for names in FUNCTIONS.values() for name in names)}
    assert [code for code in codes if FORCE.search(code)] == []
    assert {*roles.WITNESS_OF} <= THREE


def test_the_codes_under_which_they_are_spoken_of_are_nobody_who_acts() -> None:
    """They stand in plans and in the dialogue log as what is met, and nowhere as who is told or who does something."""
    assert {"host_forces", "regional", "other"} == THEIRS
    for cycle in CYCLES.values():
        acting = {who for taken in cycle.steps.values() for who in taken.who} | cycle.begun_by
        assert acting <= roles.ALL | {SYSTEM}
    assert set(escalation.AUDIENCES) == {"ocha", "party"}
    steps = {*escalation.OCHA_ROLES, *escalation.PARTY_ROLES}
    assert [step for step in steps if FORCE.search(step)] == []
    assert all(who <= roles.OFFICERS for who in meetings.DOERS.values())  # what a force promised an officer asks for


@pytest.mark.parametrize("side", ["host_forces", "host_state", "other", "", "forces"])
def test_no_list_of_recipients_knows_them(side: str) -> None:
    for purpose, late in product(("minimal", "overdue", "desk"), (True, False)):
        assert not recipients.may_hear(side, purpose, None, eyes_only=False, late=late)
    nobody = Audience(1, 1, side, frozenset())
    assert [element for element in matrix.MATRIX if matrix.opens(element, nobody, own=False)] == []


@pytest.mark.parametrize(
    "name",
    [
        "FAMa, région de Mopti",
        "Forces armées maliennes",
        "Barkhane",
        "G5 Sahel",
        "Gendarmerie nationale",
        "Armée de terre",
    ],
)
def test_none_of_them_is_taken_in_under_its_name(name: str) -> None:
    with pytest.raises(Refused):
        refuse_force(name)


@pytest.mark.parametrize(
    "name", ["ONG Alpha", "Mission", "OCHA", "Association Badenya", "Force de la mission", "Force HQ"]
)
def test_everybody_else_is(name: str) -> None:
    refuse_force(name)


@pytest.mark.parametrize("field", ["side", "kind"])
def test_the_door_of_organisations_has_no_choice_for_them(field: str) -> None:
    facts = {"name": "Some Unit", "side": "mission", "kind": "mission", "direct": "yes"}
    assert OrganisationSchema().load(facts)
    with pytest.raises(ValidationError) as refused:
        OrganisationSchema().load(facts | {field: "host_forces"})
    assert set(refused.value.messages_dict) == {field}


def test_no_letter_or_message_is_written_to_them() -> None:
    addressed = [path.stem for kind in ("letters", "messages") for path in (TEMPLATES / kind).rglob("*.txt")]
    assert addressed
    assert [name for name in addressed if FORCE.search(name)] == []


@pytest.fixture
def world(tmp_path, network, mail):
    from world import opened_world

    with opened_world("sqlite", tmp_path, network, mail) as world:
        yield world


def test_not_even_the_console_takes_one_in(world: World) -> None:
    at = datetime(2019, 12, 9, tzinfo=UTC)
    for name, side in (("FAMa", "mission"), ("Some Unit", "host_forces")):
        with pytest.raises(Refused):
            people.add_organisation(None, name=name, side=side, kind="mission", direct=True, now=at)


def test_a_patrol_with_host_forces_tells_the_mission_and_nobody_beside_it(world: World) -> None:
    """RUL-15: whoever goes along learns what the unit learns, from the unit."""
    world.at("2019-12-07T08:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", level=Level.REDACTED))
    world.cimic.files(make.patrol("Bankass", "10 Dec 10:00-12:00", joint_with="host_forces"))
    world.officer.takes(world.case)
    world.officer.asks(world.case, "mission")
    world.forward("6h")
    db.session.rollback()
    known = {one.name: one.side for one in db.session.scalars(select(Organisation))}
    assert set(known.values()) == THREE
    told = {alert.side for alert in db.session.scalars(select(Alert))}
    assert told == {"ocha", "mission"}
    assert {letter.person.organisation.side for letter in db.session.scalars(select(Letter))} <= THREE
    world.read_everything()
