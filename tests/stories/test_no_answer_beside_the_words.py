"""Nor is anything beside the words an answer: how much work a page or an act takes, what is shown no more, what is kept for how
long, and whom a party knows (RUL-2, RUL-6, RUL-7)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import make
import pytest
from lives import NOTICE, PATROL, Life, Lives, statements
from world import Actor

from deconflict.domain import roles
from deconflict.domain.duplicates import view_of_duplicate
from deconflict.domain.errors import Refused
from deconflict.domain.filing import Level
from deconflict.services import filing, holds
from deconflict.store import desk
from deconflict.store.base import db

KEPT = replace(NOTICE, level=Level.MATCH_ONLY)

# ---- the time it takes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/requests", "/notices", "/"])
def test_a_page_does_no_work_for_cases_that_nobody_told_of(lives: Lives, page: str):
    def work(place: str) -> list[str]:
        with lives.opened() as life:
            for _ in range(3):
                life.world.ngo.files(NOTICE)
            life.world.cimic.files(make.patrol(place, "10 Dec 10:00-12:00", level=Level.MATCH_ONLY))
            assert len(life.world.cases()) == (3 if place == "Bankass" else 0)
            life.looks(page)
            return statements(lambda: life.browser.get(page))

    with_cases = work("Bankass")
    assert with_cases
    assert with_cases == work("Kidal")


def test_lowering_the_level_does_no_work_for_cases(lives: Lives):
    def work(place: str) -> list[str]:
        with lives.opened() as life:
            world = life.world
            notice = world.ngo.files(NOTICE)
            for _ in range(3):
                world.cimic.files(make.patrol(place, "10 Dec 10:00-12:00"))
            amend = (notice, KEPT, 1, world.ngo.audience, world.mission, world.now)
            db.session.rollback()
            return statements(lambda: filing.amend_item(*amend))

    with_cases = work("Bankass")
    assert with_cases
    assert with_cases == work("Kidal")


# ---- what is shown no more -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [Level.MATCH_ONLY, Level.REDACTED])
def test_what_is_released_no_more_is_shown_no_more_before_the_scheduler_has_taken_it_back(lives: Lives, level: Level):
    def story(life: Life) -> None:
        world = life.world
        notice = world.ngo.files(replace(NOTICE, level=Level.FULL))
        world.cimic.files(PATROL)
        world.officer.asks(world.case, "mission")
        page = f"/requests/{world.case.mission_reference}"
        vehicles = re.compile(r"<dt>(?:Vehicles|Véhicules)</dt>")
        assert vehicles.search(life.looks(page))
        lowered = replace(NOTICE, level=level)
        filing.amend_item(notice, lowered, 1, world.ngo.audience, world.mission, world.now)
        db.session.rollback()
        between = life.looks(page)
        assert not vehicles.search(between)
        assert ("Bankass" in between.partition('class="ask"')[2].partition("<h2>")[0]) is (level is Level.REDACTED)
        if level is Level.MATCH_ONLY:
            with pytest.raises(Refused):
                world.officer.asks(world.case, "mission", "change_time")
        world.turn()
        assert between.partition('class="ask"')[2] == life.looks(page).partition('class="ask"')[2]
        (request, *_more) = world.case.requests
        assert request.state == ("withdrawn" if level is Level.MATCH_ONLY else "open")
        assert "recognition" not in request.words

    lives(story, "cimic")


def test_a_one_off_release_is_no_level_that_could_be_lowered(lives: Lives):
    """The request stands on what the owner said on the phone: an amendment of the notice takes nothing back."""

    def story(life: Life) -> None:
        world = life.world
        notice = world.ngo.files(KEPT)
        world.cimic.files(PATROL)
        world.officer.notes_release(world.case, "humanitarian")
        world.officer.asks(world.case, "mission")
        world.ngo.amends(notice, make.distribution("Bankass", "10 Dec 09:00-15:30", level=Level.MATCH_ONLY))
        assert [request.state for request in world.case.requests] == ["open"]

    lives(story, "cimic")


# ---- what is kept ----------------------------------------------------------------------------------------------------


def test_that_a_plan_is_still_exact_does_not_tell_of_a_case(lives: Lives):
    """A plan of an aid day is over, and a notice that its owner keeps to himself makes a case of days later."""

    def story(life: Life, case: bool) -> None:
        world = life.world
        if case:
            world.ngo.files(make.distribution("Bankass", "11 Dec 09:00-15:00", level=Level.MATCH_ONLY))
        aid = make.patrol("Bankass", "04 Dec 09:00-12:00", aid="planned_cimic", level=Level.MATCH_ONLY)
        plan = world.cimic.files(aid)
        other = world.cimic.files(make.patrol("Gao", "05 Dec 09:00-12:00", level=Level.MATCH_ONLY))
        life.names |= {plan: "PLAN", other: "OTHER"}
        assert len(world.cases()) == (1 if case else 0)
        for when in ("2019-12-05T13:00", "2019-12-11T11:00", "2019-12-11T12:30", "2019-12-12T13:00"):
            world.at(f"{when}+00:00")
            world.turn()
            assert (world.item(plan).reduced_at is None) is (case or when < "2019-12-11T12")
            life.looks("/plans", f"/plans/{plan}")
        assert "lundi 2 décembre 2019" in life.seen[-1] or "Monday 2 December 2019" in life.seen[-1]

    assert lives.apart(story, True, False, "cimic", "2019-12-01T06:00Z") == []


@pytest.mark.parametrize("who", ["ngo", "cimic"])
def test_a_hold_shows_on_no_page_of_a_party(lives: Lives, who: str):
    def story(life: Life, held: bool) -> None:
        world = life.world
        notice, plan = world.ngo.files(NOTICE), world.cimic.files(PATROL)
        world.officer.takes(world.case)
        for side in ("humanitarian", "mission"):
            world.officer.asks(world.case, side)
            asked_of = world.ngo if side == "humanitarian" else world.cimic
            asked_of.answers(max(r.id for r in world.case.requests), "decline", "un mot à vous")
        references = {"ngo": world.case.humanitarian_reference, "cimic": world.case.mission_reference}
        life.names |= {notice: "NOTICE", plan: "PLAN", references[who]: "CASE"}
        if held:
            by, at = world.mission.catalogue, world.now
            holds.ask_hold("case", world.case.reference, "enquiry", world.ocha_head.audience, by, at)
            holds.confirm_hold("case", world.case.reference, world.officer.audience, by, at)
        own = f"/notices/{notice}" if who == "ngo" else f"/plans/{plan}"
        for days in (3, 8, 15, 41, 760):
            world.at("2019-12-10T16:00+00:00")
            world.now += timedelta(days=days)
            world.turn()
            world.turn()
            life.looks("/requests", f"/requests/{references[who]}", own.rpartition("/")[0], own)
            reduced = world.item(plan).reduced_at is not None
            assert reduced is (days > 7 and not held)
        assert any("un mot à vous" in page for page in life.seen)
        assert not any("un mot à vous" in page for page in life.seen[-8:])
        assert life.seen[-3].startswith("404")

    assert lives.apart(story, True, False, who) == []


# ---- the cluster -----------------------------------------------------------------------------------------------------


def test_whoever_notifies_is_never_a_cluster_coordinator(lives: Lives):
    def story(life: Life) -> None:
        world = life.world
        third = world._organisation("ONG Tiers", "humanitarian")
        for role in (roles.SUBMITTER, roles.FOCAL_POINT):
            with pytest.raises(Refused, match="cluster"):
                world._person("both", third, "focal_point", {roles.CLUSTER, role})
        world._person("cluster", third, "focal_point", {roles.CLUSTER})
        world._person("colleague", third, "alternate", {roles.SUBMITTER})
        world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", pcode=None))

        def read(by: Actor, **more: frozenset[str]) -> int:
            db.session.rollback()
            audience = replace(by.audience, **more)
            found = desk.duplicates(db.session(), world.mission.catalogue, world.now)
            seen = [view_of_duplicate(one, audience, world.mission.catalogue, world.mission.zone) for one in found]
            return sum(view is not None for view in seen)

        world.colleague.files(make.distribution("Bankass", "12 Dec 09:00-15:00"))
        assert read(world.officer) == 1
        assert read(world.cluster) == 0  # a colleague's notice would be as good a question
        world.other_ngo.files(make.distribution("Bankass", "13 Dec 09:00-15:00"))
        assert read(world.officer) == 3
        assert read(world.cluster) == 1
        assert read(world.cluster, roles=frozenset({roles.CLUSTER, roles.SUBMITTER})) == 0

    lives(story)
