"""What a party can do by itself gives it no computed answer: in a world where the other side moved away, and in one where it did
not, it reads and hears the same, until an officer acts or the fixed hour comes at which parties are told (RUL-2, RUL-6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import databases
import make
import pytest
from planted import Visitor, plain, signed_in, tell_the_time
from sqlalchemy import event, select
from world import Actor, World, opened_world

from deconflict.domain import roles
from deconflict.domain.duplicates import view_of_duplicate
from deconflict.domain.errors import Refused
from deconflict.domain.filing import Level
from deconflict.services import filing, holds
from deconflict.store import desk
from deconflict.store.base import db
from deconflict.store.cases import CaseEvent

PATROL = make.patrol("Bankass", "10 Dec 10:00-12:00")
NOTICE = make.distribution("Bankass", "10 Dec 09:00-15:00")
DRAWN = re.compile(r'(?<=value=")[0-9a-f]{16}(?=")')  # marks of rows, by lot


@dataclass
class Life:
    """One world, and all that one of its people has seen and heard. What is drawn by lot is named."""

    world: World
    who: Actor
    browser: Visitor
    seen: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def looks(self, *paths: str) -> str:
        page = ""
        for path in paths:
            answer = self.browser.get(path)
            page = self._keep(f"{answer.status_code} {plain(answer)}")
        return page

    def posts(self, path: str, **form: str) -> int:
        answer = self.browser.post(path, form)
        self._keep(f"{answer.status_code} {plain(answer) if answer.status_code != 303 else answer.location}")
        db.session.rollback()
        return answer.status_code

    def hears(self) -> list[str]:
        """Texts and mails since the last time."""
        inboxes = (self.who.phone, self.who.mailbox, self.world.alternate.phone, self.world.alternate.mailbox)
        heard = [box.expects("") for box in inboxes for _ in range(len(box.unread))]
        self.seen += [re.sub(r"(?<=[Cc]ode )\d{4}|https?://\S+", "DRAWN", self._named(text)) for text in heard]
        return heard

    def passes(self, until: str, minutes: int = 20) -> None:
        """Time goes by in steps, with a turn of the scheduler at each."""
        end = datetime.fromisoformat(until)
        while self.world.now < end:
            self.world.now = min(end, self.world.now + timedelta(minutes=minutes))
            self.world.turn(1)

    def _keep(self, said: str) -> str:
        self.seen.append(DRAWN.sub("DRAWN", self._named(said)))
        return said

    def _named(self, said: str) -> str:
        for drawn, name in self.names.items():
            said = said.replace(drawn, name)
        return said


Story = Callable[[Life], None]


@pytest.fixture(params=databases.KINDS)
def lives(request, tmp_path, network, mail, monkeypatch):
    """`lives(story, "ngo")` plays it in a world of its own and gives what was seen."""

    @contextmanager
    def opened(who: str, at: str) -> Iterator[Life]:
        with opened_world(request.param, Path(mkdtemp(dir=tmp_path)), network, mail) as world:
            world.at(at)
            tell_the_time(world.app, monkeypatch, lambda: world.now)
            actor = world.actors[who]
            yield Life(world, actor, signed_in(world.app, actor.person_id))
            world.read_everything()

    def play(story: Story, who: str = "ngo", at: str = "2019-12-05T08:00Z") -> list[str]:
        with opened(who, at) as life:
            story(life)
            return life.seen

    play.opened = opened
    return play


def differences(one: list[str], other: list[str]) -> list[tuple[str, str]]:
    return [(a, b) for a, b in zip(one, other, strict=True) if a != b]


def asked(life: Life) -> tuple[str, str, str]:
    """The organisation is asked by the officer. References of notice and plan, and the address of its page."""
    world = life.world
    notice, plan = world.ngo.files(NOTICE), world.cimic.files(PATROL)
    world.officer.takes(world.case)
    world.officer.asks(world.case, "humanitarian")
    reference = world.case.humanitarian_reference
    life.names |= {notice: "NOTICE", reference: "CASE"}
    life.hears()
    db.session.rollback()
    return notice, plan, f"/requests/{reference}"


def hidden(page: str, name: str) -> str:
    return re.findall(rf'name="{name}" value="([0-9a-f]{{16}})"', page)[0]


def tags(page: str) -> list[str]:
    return re.findall(r'class="tag">([^<]*)', page)


def history(world: World, kind: str) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(CaseEvent.code).where(CaseEvent.event == kind).order_by(CaseEvent.id)))


# ---- answering -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_and_another_one_say_nothing_of_the_other_side(lives, when):
    def story(gone: bool) -> Story:
        def play(life: Life) -> None:
            _notice, plan, page = asked(life)
            mark = hidden(life.looks(page), "request")
            if gone and when == "before":
                life.world.cimic.cancels(plan)
            life.world.turn()
            assert life.posts(f"{page}/answer", request=mark, answer="accept") == 303
            after = life.looks("/requests", page)
            assert "/acknowledge" not in after
            if gone and when == "after":
                life.world.cimic.cancels(plan)
            life.world.turn()
            assert {life.posts(f"{page}/answer", request=mark, answer=word) for word in ("accept", "decline")} == {422}
            life.looks("/requests", page)
            life.passes("2019-12-05T11:59+00:00")
            assert {life.posts(f"{page}/answer", request=mark, answer="accept")} == {422}
            life.looks("/requests", page)
            life.hears()

        return play

    assert differences(lives(story(gone=True)), lives(story(gone=False))) == []


def test_at_the_fixed_hour_the_worlds_differ(lives):
    """Otherwise the comparison above would compare nothing."""

    def story(gone: bool) -> Story:
        def play(life: Life) -> None:
            _notice, plan, page = asked(life)
            life.posts(f"{page}/answer", request=hidden(life.looks(page), "request"), answer="accept")
            if gone:
                life.world.cimic.cancels(plan)
            life.passes("2019-12-05T12:05+00:00")
            life.looks("/requests", page)

        return play

    assert len(differences(lives(story(gone=True)), lives(story(gone=False)))) == 2


def test_bisecting_by_amendments_after_an_answer_gives_one_answer_everywhere(lives):
    def story(life: Life) -> None:
        notice, _plan, page = asked(life)
        mark = hidden(life.looks(page), "request")
        life.posts(f"{page}/answer", request=mark, answer="accept")
        states = set()
        for lat in (14.20, 14.10, 14.15, 14.12, 14.08, 14.30):
            life.world.ngo.amends(notice, make.distribution((lat, -3.52), "10 Dec 09:00-15:00"))
            states.add(life.world.case.state)
            assert life.posts(f"{page}/answer", request=mark, answer="accept") == 422
        assert len(states) > 1

    lives(story)


# ---- reminders -------------------------------------------------------------------------------------------------------


def test_after_an_amendment_no_reminder_tells_what_it_did(lives):
    def play(where: tuple[float, float]) -> tuple[str, list[str], list[str]]:
        with lives.opened("ngo", "2019-12-05T08:00Z") as life:
            notice, _plan, page = asked(life)
            life.world.ngo.amends(notice, make.distribution(where, "10 Dec 09:00-15:00"))
            life.passes("2019-12-05T11:59+00:00")
            assert life.hears() == []
            shown = life.looks("/requests") + life.looks(page)
            assert "/answer" not in shown
            return life.world.case.state, tags(shown), history(life.world, "step_amended")

    (state, said, climbed), gone = play((14.0710, -3.5201)), play((14.60, -3.52))
    assert (state, gone[0]) == ("taken", "closed")
    assert said == gone[1]
    assert [code.partition("/")[2] for code in climbed][:1] == ["alternate"]
    assert gone[2] == []


def test_who_does_not_amend_is_reminded(lives):
    def story(life: Life) -> None:
        asked(life)
        life.passes("2019-12-05T11:59+00:00")
        assert life.hears()
        assert history(life.world, "step_amended") == []

    lives(story)


# ---- over ------------------------------------------------------------------------------------------------------------


def test_what_was_told_to_be_over_stays_so_until_somebody_says_otherwise(lives):
    def story(back: bool) -> Story:
        def play(life: Life) -> None:
            world = life.world
            _notice, plan, page = asked(life)
            life.posts(f"{page}/answer", request=hidden(life.looks(page), "request"), answer="accept")
            world.cimic.amends(plan, make.patrol("Kidal", "10 Dec 10:00-12:00"))
            life.passes("2019-12-05T12:05+00:00")
            assert len(life.hears()) == 2
            life.posts(f"{page}/acknowledge", alert=hidden(life.looks(page), "alert"))
            over = tags(life.looks("/requests"))
            if back:
                world.cimic.amends(plan, PATROL)
                assert world.case.state == "detected"
                world.officer.takes(world.case)  # so that no minimal alert follows
            world.turn()
            assert tags(life.looks("/requests")) == over
            life.looks(page)
            if back:
                world.cimic.cancels(plan)
            life.passes("2019-12-06T18:00+00:00", 60)
            life.looks("/requests", page)
            assert life.hears() == []  # nobody is told twice that it is over

        return play

    assert differences(lives(story(back=True)), lives(story(back=False))) == []


def test_an_officer_who_asks_again_opens_it_again(lives):
    def story(life: Life) -> None:
        world = life.world
        _notice, plan, page = asked(life)
        life.posts(f"{page}/answer", request=hidden(life.looks(page), "request"), answer="accept")
        world.cimic.amends(plan, make.patrol("Kidal", "10 Dec 10:00-12:00"))
        life.passes("2019-12-05T12:05+00:00")
        assert 'name="request"' not in life.looks(page)
        world.cimic.amends(plan, PATROL)
        world.officer.takes(world.case)
        world.officer.asks(world.case, "humanitarian")
        assert life.posts(f"{page}/answer", request=hidden(life.looks(page), "request"), answer="accept") == 303

    lives(story)


def test_neither_number_nor_hour_of_the_closing_text_tells_what_happened_before_it(lives):
    def story(flips: int) -> Story:
        def play(life: Life) -> None:
            world = life.world
            _notice, plan, page = asked(life)
            life.posts(f"{page}/acknowledge", alert=hidden(life.looks(page), "alert"))
            for _ in range(flips):
                world.cimic.amends(plan, make.patrol("Kidal", "10 Dec 10:00-12:00"))
                world.forward("20m")
                world.cimic.amends(plan, PATROL)
                world.officer.takes(world.case)
            life.passes("2019-12-05T10:00+00:00")
            world.cimic.amends(plan, make.patrol("Kidal", "10 Dec 10:00-12:00"))
            life.looks("/requests", page)
            life.passes("2019-12-05T12:05+00:00")
            assert len(life.hears()) == 2
            life.looks("/requests", page)

        return play

    assert differences(lives(story(flips=0)), lives(story(flips=2))) == []


# ---- minimal alerts --------------------------------------------------------------------------------------------------


def test_an_activity_is_told_of_once_in_its_life_and_then_everybody_at_the_desk_is_rung(lives):
    def story(life: Life) -> None:
        world = life.world
        world.ngo.files(NOTICE)
        plan = world.cimic.files(PATROL)
        world.forward("20m")
        assert life.hears()
        world.cimic.amends(plan, make.patrol((14.075, -3.52), "10 Dec 10:30-12:00"))
        world.read_everything()
        world.forward("2h")
        reminded = [a for a in world.alerts("minimal") if a.round == world.case.round]
        assert reminded == []
        assert "humanitarian:told" in history(world, "held_back")
        world.sub_office_head.expects("URGENT")

    lives(story)


def test_an_owner_who_amends_gets_no_computed_answer(lives):
    def story(place: str) -> Story:
        def play(life: Life) -> None:
            world = life.world
            world.cimic.files(make.patrol(place, "10 Dec 10:00-12:00"))
            notice = world.ngo.files(make.distribution((14.60, -3.52), "10 Dec 09:00-15:00"))
            life.names[notice] = "NOTICE"
            for lat in (14.09, 14.20, 14.085, 14.06):
                world.ngo.amends(notice, make.distribution((lat, -3.52), "10 Dec 09:00-15:00"))
                world.forward("1h")
                life.looks("/", "/requests", "/notices", f"/notices/{notice}")
                assert life.hears() == []

        return play

    there, elsewhere = lives(story("Bankass")), lives(story("Kidal"))
    assert differences(there, elsewhere) == []


def test_probing_with_short_notices_is_answered_no_more_after_a_few(lives):
    def story(life: Life) -> None:
        world, told = life.world, []
        world.cimic.files(PATROL)
        for lat in (14.20, 14.06, 14.10, 14.08, 14.0885, 14.0865):
            notice = world.ngo.files(make.distribution((lat, -3.52), "10 Dec 09:00-15:00"))
            world.forward("20m")
            told.append(bool(life.hears()))
            world.ngo.cancels(notice)
        assert told == [False, True, False, False, False, False]
        assert set(history(world, "held_back")) == {"humanitarian:brief", "mission:told"}

    lives(story)


def test_an_organisation_is_told_of_two_activities_a_day_and_then_the_desk_is(lives):
    def story(life: Life) -> None:
        world, told = life.world, []
        for day in (10, 12, 14):
            world.ngo.files(make.distribution("Bankass", f"{day} Dec 09:00-15:00"))
            world.cimic.files(make.patrol("Bankass", f"{day} Dec 10:00-12:00"))
            world.forward("20m")
            told.append(bool(life.hears()))
        assert told == [True, True, False]
        assert {code.partition(":")[2] for code in history(world, "held_back")} == {"often"}
        world.sub_office_head.expects("URGENT")

    lives(story)


def test_many_notices_for_the_same_hours_are_one_question(lives):
    def story(most: int) -> Story:
        def play(life: Life) -> None:
            world = life.world
            world.cimic.files(PATROL)
            for number in range(most):
                what = make.distribution((14.32 - 0.05 * number, -3.52), "10 Dec 09:00-15:00")
                filing.file_item(what, world.ngo.audience, f"alike-{number}", world.mission, world.now)
            world.turn()
            world.forward("20m")
            assert bool(life.hears()) is (most <= 6)
            assert ("humanitarian:alike" in history(world, "held_back")) is (most > 6)

        return play

    lives(story(6))
    lives(story(7))


def test_the_officer_reads_why_and_nobody_else_does(lives):
    def story(life: Life) -> None:
        world = life.world
        world.cimic.files(PATROL)
        notice = world.ngo.files(make.distribution((14.60, -3.52), "10 Dec 09:00-15:00"))
        world.ngo.amends(notice, NOTICE)
        world.forward("20m")
        assert "humanitarian:amended" in history(world, "held_back")
        desk_page = signed_in(world.app, world.officer.person_id).get(f"/desk/{world.case.reference}").text
        why = "modification de son propre propriétaire"
        assert why in desk_page
        for path in (
            "/",
            "/requests",
            "/notices",
            f"/notices/{notice}",
            f"/requests/{world.case.humanitarian_reference}",
        ):
            assert why not in life.browser.get(path).text
        world.officer.takes(world.case)
        assert "jusqu&#39;à ce que quelqu&#39;un agisse" not in (
            signed_in(world.app, world.officer.person_id).get(f"/desk/{world.case.reference}").text
        )

    lives(story)


def test_a_patrol_that_moves_silences_nobody_who_stood_still(lives):
    def story(life: Life) -> None:
        world = life.world
        world.ngo.files(NOTICE)
        plan = world.cimic.files(make.patrol("Koro", "10 Dec 10:00-12:00"))
        world.cimic.amends(plan, PATROL)
        world.forward("20m")
        assert life.hears()
        assert history(world, "held_back") == ["mission:amended"]

    lives(story)


# ---- the time it takes -----------------------------------------------------------------------------------------------


def statements(call: Callable[[], object]) -> list[str]:
    """The statements that a call makes, in order."""
    said: list[str] = []

    def note(_connection, _cursor, statement, *_more) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        call()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return said


@pytest.mark.parametrize("page", ["/requests", "/notices", "/"])
def test_a_page_does_no_work_for_cases_that_nobody_told_of(lives, page):
    def work(place: str) -> list[str]:
        with lives.opened("ngo", "2019-12-05T08:00Z") as life:
            for _ in range(3):
                life.world.ngo.files(NOTICE)
            life.world.cimic.files(make.patrol(place, "10 Dec 10:00-12:00", level=Level.MATCH_ONLY))
            assert len(life.world.cases()) == (3 if place == "Bankass" else 0)
            life.looks(page)
            return statements(lambda: life.browser.get(page))

    with_cases = work("Bankass")
    assert with_cases
    assert with_cases == work("Kidal")


def test_lowering_the_level_does_no_work_for_cases(lives):
    def work(place: str) -> list[str]:
        with lives.opened("ngo", "2019-12-05T08:00Z") as life:
            world = life.world
            notice = world.ngo.files(NOTICE)
            for _ in range(3):
                world.cimic.files(make.patrol(place, "10 Dec 10:00-12:00"))
            lowered = make.distribution("Bankass", "10 Dec 09:00-15:00", level=Level.MATCH_ONLY)
            amend = (notice, lowered, 1, world.ngo.audience, world.mission, world.now)
            db.session.rollback()
            return statements(lambda: filing.amend_item(*amend))

    with_cases = work("Bankass")
    assert with_cases
    assert with_cases == work("Kidal")


@pytest.mark.parametrize("level", [Level.MATCH_ONLY, Level.REDACTED])
def test_what_is_released_no_more_is_shown_no_more_before_the_scheduler_has_taken_it_back(lives, level):
    def story(life: Life) -> None:
        world = life.world
        notice = world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", level=Level.FULL))
        world.cimic.files(PATROL)
        world.officer.asks(world.case, "mission")
        page = f"/requests/{world.case.mission_reference}"
        vehicles = re.compile(r"<dt>(?:Vehicles|Véhicules)</dt>")
        assert vehicles.search(life.looks(page))
        lowered = make.distribution("Bankass", "10 Dec 09:00-15:00", level=level)
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


def test_a_one_off_release_is_no_level_that_could_be_lowered(lives):
    """The request stands on what the owner said on the phone: an amendment of the notice takes nothing back."""

    def story(life: Life) -> None:
        world = life.world
        kept = make.distribution("Bankass", "10 Dec 09:00-15:00", level=Level.MATCH_ONLY)
        notice = world.ngo.files(kept)
        world.cimic.files(PATROL)
        world.officer.notes_release(world.case, "humanitarian")
        world.officer.asks(world.case, "mission")
        world.ngo.amends(notice, make.distribution("Bankass", "10 Dec 09:00-15:30", level=Level.MATCH_ONLY))
        assert [request.state for request in world.case.requests] == ["open"]

    lives(story, "cimic")


# ---- what is kept ----------------------------------------------------------------------------------------------------


def test_that_a_plan_is_still_exact_does_not_tell_of_a_case(lives):
    """A plan of an aid day is over, and a notice that its owner keeps to himself makes a case of days later."""

    def story(case: bool) -> Story:
        def play(life: Life) -> None:
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

        return play

    assert (
        differences(
            lives(story(case=True), "cimic", "2019-12-01T06:00Z"),
            lives(story(case=False), "cimic", "2019-12-01T06:00Z"),
        )
        == []
    )


@pytest.mark.parametrize("who", ["ngo", "cimic"])
def test_a_hold_shows_on_no_page_of_a_party(lives, who):
    def story(held: bool) -> Story:
        def play(life: Life) -> None:
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

        return play

    at = "2019-12-05T08:00Z"
    assert differences(lives(story(held=True), who, at), lives(story(held=False), who, at)) == []


# ---- the cluster -----------------------------------------------------------------------------------------------------


def test_whoever_notifies_is_never_a_cluster_coordinator(lives):
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
