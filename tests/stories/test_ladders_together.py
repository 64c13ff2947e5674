"""The ladders of all open cases are read together, and whoever is owed word is found as by reading each case alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import chain

import make
import pytest
from lives import statements
from sqlalchemy import update
from world import World

from deconflict.domain.errors import Refused
from deconflict.domain.states import OPEN_CASES
from deconflict.jobs import escalate
from deconflict.jobs.release import release_due
from deconflict.matching.matcher import match_due
from deconflict.services import acknowledgements, releases
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.queries import alerts_of

AHEAD = [timedelta(minutes=minutes) for minutes in (0, 5, 20, 61, 120, 6 * 60, 24 * 60, 72 * 60)]
LADDERS = {"desk", "idle", "minimal", "release", "request", "unanswered"}
MEETINGS = (("Bankass", 10), ("Koro", 10), ("Bankass", 12), ("Gao", 11))
ACTS = ("takes", "asks", "answers", "acknowledges", "acknowledges", "rings", "amends", "waits", "waits")


def due_alone(world: World, case_id: int) -> Iterator[str]:
    """The ladders of this case with a step due, from all its alerts and what the database says of each ladder."""
    session = db.session()
    case = session.get_one(Case, case_id)
    if case.state in OPEN_CASES:
        for climb, _ in escalate._climbs(session, world.mission, case, alerts_of(session, case), world.now):
            if climb.due_steps(climb._taken()):
                yield climb.name.partition(":")[0]


def due_both_ways(world: World) -> dict[int, set[str]]:
    """The ladders with a step due by case, and that the job finds the same cases."""
    alone = {case.id: set(due_alone(world, case.id)) for case in world.cases()}
    due = {case_id: ladders for case_id, ladders in alone.items() if ladders}
    assert sorted(escalate._with_a_step_due(world.mission, world.now)) == list(due)
    return due


class Days:
    """A few cases, and what officers, parties and the clock do to them by chance. Nothing is sent: only what is owed counts."""

    def __init__(self, world: World) -> None:
        self.world, self.chance = world, random.Random()
        world.turn = self.turn  # type: ignore[method-assign]
        self.notices = [world.ngo.files(make.distribution(place, f"{day} Dec 09:00-15:00")) for place, day in MEETINGS]
        for place, day in MEETINGS:
            world.cimic.files(make.patrol(place, f"{day} Dec 10:00-12:00"))

    def turn(self, times: int = 2) -> None:
        for stage in (match_due, release_due, escalate.escalate_due):
            stage(self.world.mission, self.world.now)

    def by_chance(self, seed: int, acts: int) -> Iterator[None]:
        """So many acts, a turn of the scheduler after each."""
        self.chance.seed(seed)
        for _ in range(acts):
            case = self.chance.choice([case for case in self.world.cases() if case.state in OPEN_CASES])
            with suppress(Refused):
                self.chance.choice([getattr(self, name) for name in ACTS])(case)
            self.world.now += timedelta(minutes=self.chance.choice([1, 20, 20, 75, 180]))
            self.world.turn()
            yield

    def waits(self, case: Case) -> None:
        pass

    def takes(self, case: Case) -> None:
        self.chance.choice([self.world.officer, self.world.sub_office_head]).takes(case)

    def asks(self, case: Case) -> None:
        self.world.officer.asks(case, self.chance.choice(["humanitarian", "mission"]))

    def answers(self, case: Case) -> None:
        for request in case.requests:
            asked = self.world.ngo if request.side == "humanitarian" else self.world.cimic
            asked.answers(request.id, self.chance.choice(["accept", "decline"]), "we said so")

    def acknowledges(self, case: Case) -> None:
        owed = alerts_of(db.session(), case, owed_only=True)
        if owed:
            alert = self.chance.choice(owed)
            answer = self.chance.choice(["received", "received", "wrong_person"])
            who = next(one for one in self.world.actors.values() if one.person_id == alert.person_id)
            acknowledgements.acknowledge_in_app(alert.id, who.audience, self.world.now, answer)

    def rings(self, case: Case) -> None:
        of = (case.reference, case.round, "mission", "rang their desk")
        releases.ask_release(*of, self.world.officer.audience, self.world.mission, self.world.now)

    def amends(self, case: Case) -> None:
        where = self.chance.choice(["Bankass", (14.0710, -3.5201), "Kidal"])
        self.world.ngo.amends(self.chance.choice(self.notices), make.distribution(where, "10 Dec 09:30-15:00"))


@pytest.fixture
def days(world: World) -> Days:
    world.at("2019-12-08T07:00Z")
    return Days(world)


@pytest.mark.parametrize("seed", [1, 2])
def test_whoever_is_owed_word_is_found_as_by_reading_each_case_alone(world: World, days: Days, seed: int):
    seen = set[str]()
    for _ in days.by_chance(seed, 25):
        at = world.now
        for world.now in (at + ahead for ahead in AHEAD):
            due = due_both_ways(world)
            seen.update(chain.from_iterable(due.values()) if due else ["nobody"])
        world.now = at
    assert seen == {*LADDERS, "nobody"}


def test_what_an_act_has_made_old_news_is_owed_to_nobody(world: World, days: Days):
    case = world.cases()[0]
    world.officer.takes(case)
    days.rings(case)
    world.now += timedelta(minutes=61)
    world.turn()
    assert [alert.person.name for alert in world.alerts("release")] == ["officer"]
    world.sub_office_head.takes(case)
    assert [alert.state for alert in world.alerts("release")] == ["superseded"]
    at = world.now
    for world.now in (at + ahead for ahead in AHEAD):
        assert "release" not in due_both_ways(world).get(case.id, set())


def test_a_case_that_cannot_be_read_hides_no_other(world: World, days: Days):
    world.now += timedelta(hours=2)
    due = sorted(escalate._with_a_step_due(world.mission, world.now))
    assert len(due) > 3
    for damaged in due:
        with transaction() as session:
            session.execute(update(Case).where(Case.id == damaged).values(severity="torn"))
        others = [case_id for case_id in due if case_id > damaged]
        assert sorted(escalate._with_a_step_due(world.mission, world.now)) == others
    assert escalate.escalate_due(world.mission, world.now) == 0


def test_many_cases_cost_no_more_statements_than_few(world: World, days: Days):
    def look() -> list[str]:
        db.session.rollback()
        return statements(lambda: escalate.escalate_due(world.mission, world.now))

    few = look()
    for number in range(12):
        world.ngo.files(make.distribution("Bankass", f"10 Dec 09:{number:02d}-15:00"))
    assert len(world.cases()) > 15
    assert len(look()) == len(few)
