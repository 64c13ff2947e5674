"""What the full level adds to a request to the mission: what vehicles look like, and what it must not say (D4.3, D8)."""

from __future__ import annotations

from dataclasses import replace

import make
import pytest

from deconflict.domain.filing import Level
from deconflict.domain.party import view_of_own_case
from deconflict.services import requests
from deconflict.store import own
from deconflict.store.base import db


def full(world, level=Level.FULL):
    notice = replace(make.distribution("Bankass", "10 Dec 09:00-15:00", level=level), plates="QX-4343-MD")
    reference = world.ngo.files(notice)
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    world.officer.asks(world.case, "mission")
    world.read_everything()
    return reference, notice


def party_view(world):
    db.session.rollback()
    who = world.cimic.audience
    found = own.own_case(db.session(), world.case.mission_reference, who, world.mission, world.now)
    return view_of_own_case(*found, who)


def test_at_the_full_level_the_mission_reads_the_vehicles_and_the_plates_for_a_day_and_the_hours(world):
    full(world)
    for at, plates in (
        ("2019-12-09T08:59:00Z", None),
        ("2019-12-09T09:01:00Z", "QX-4343-MD"),
        ("2019-12-10T14:59:00Z", "QX-4343-MD"),
        ("2019-12-10T15:01:00Z", None),
    ):
        world.at(at)
        (ask,) = party_view(world).requests
        assert (ask.words.recognition.vehicles, ask.words.recognition.marking, ask.plates) == (2, "flag", plates)


def test_plates_lie_sealed_in_the_notice_and_nowhere_in_a_request(world):
    full(world)
    assert "QX" not in str(world.case.requests[0].words)


@pytest.mark.parametrize("lowered", [Level.REDACTED, Level.MATCH_ONLY])
def test_an_owner_who_lowers_the_level_takes_the_vehicles_back(world, lowered):
    reference, notice = full(world)
    world.at("2019-12-09T12:00:00Z")
    assert party_view(world).requests[0].plates
    world.ngo.amends(reference, replace(notice, level=lowered, plates=""))
    (ask,) = party_view(world).requests
    assert (ask.words.recognition, ask.plates) == (None, None)
    told = "recognition_withdrawn" if lowered is Level.REDACTED else "level_lowered"
    assert told in [event.event for event in world.case.events]
    world.read_everything()


def test_an_amendment_of_the_vehicles_is_not_followed(world):
    reference, notice = full(world)
    world.at("2019-12-09T12:00:00Z")
    world.ngo.amends(reference, replace(notice, vehicles=9, plates="ZZ-1"))
    (ask,) = party_view(world).requests
    assert (ask.words.recognition.vehicles, ask.plates) == (2, "QX-4343-MD")
    world.read_everything()


@pytest.mark.parametrize("level", [Level.REDACTED, Level.MATCH_ONLY])
def test_below_the_full_level_and_by_a_one_off_release_nothing_of_the_vehicles_is_said(world, level):
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", level=level))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    if level is Level.MATCH_ONLY:
        world.officer.notes_release(world.case, "humanitarian")
    world.officer.asks(world.case, "mission")
    (ask,) = party_view(world).requests
    assert (ask.words.recognition, ask.plates) == (None, None)
    assert set(world.case.requests[0].words) == {"place", "pcode", "cod_version", "half_days", "crowd"}
    world.read_everything()


def test_a_humanitarian_never_reads_of_a_plan_more_than_place_and_half_days(world):
    full(world)
    words = requests.draft(db.session(), world.case, "humanitarian", world.mission).words
    assert words.recognition is None
