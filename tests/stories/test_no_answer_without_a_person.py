"""What a party can do by itself gives it no computed answer: in a world where the other side moved away, and in one where it did
not, it reads and hears the same, until an officer acts or the fixed hour comes at which parties are told (RUL-2, RUL-6)."""

from __future__ import annotations

import make
import pytest
from lives import AWAY, NOTICE, PATROL, Life, Lives, asked, history, notice_at, on_the_desk, tags

from deconflict.services import filing

# ---- answering -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_and_another_one_say_nothing_of_the_other_side(lives: Lives, when: str):
    def story(life: Life, gone: bool) -> None:
        _notice, plan, page = asked(life)
        mark = life.mark(page)
        if gone and when == "before":
            life.world.cimic.cancels(plan)
        life.world.turn()
        assert life.answers(page, mark=mark) == 303
        after = life.looks("/requests", page)
        assert "/acknowledge" not in after
        if gone and when == "after":
            life.world.cimic.cancels(plan)
        life.world.turn()
        assert {life.answers(page, word, mark=mark) for word in ("accept", "decline")} == {422}
        life.looks("/requests", page)
        life.passes("2019-12-05T11:59+00:00")
        assert life.answers(page, mark=mark) == 422
        life.looks("/requests", page)
        life.hears()

    assert lives.apart(story, True, False) == []


def test_at_the_fixed_hour_the_worlds_differ(lives: Lives):
    """Otherwise the comparison above would compare nothing."""

    def story(life: Life, gone: bool) -> None:
        _notice, plan, page = asked(life)
        life.answers(page)
        if gone:
            life.world.cimic.cancels(plan)
        life.passes("2019-12-05T12:05+00:00")
        life.looks("/requests", page)

    assert len(lives.apart(story, True, False)) == 2


def test_bisecting_by_amendments_after_an_answer_gives_one_answer_everywhere(lives: Lives):
    def story(life: Life) -> None:
        notice, _plan, page = asked(life)
        mark = life.mark(page)
        life.answers(page, mark=mark)
        states = set()
        for lat in (14.20, 14.10, 14.15, 14.12, 14.08, 14.30):
            life.world.ngo.amends(notice, notice_at(lat))
            states.add(life.world.case.state)
            assert life.answers(page, mark=mark) == 422
        assert len(states) > 1

    lives(story)


# ---- reminders -------------------------------------------------------------------------------------------------------


def test_after_an_amendment_no_reminder_tells_what_it_did(lives: Lives):
    def play(where: tuple[float, float]) -> tuple[str, list[str], list[str]]:
        with lives.opened() as life:
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


def test_who_does_not_amend_is_reminded(lives: Lives):
    def story(life: Life) -> None:
        asked(life)
        life.passes("2019-12-05T11:59+00:00")
        assert life.hears()
        assert history(life.world, "step_amended") == []

    lives(story)


# ---- over ------------------------------------------------------------------------------------------------------------


def test_what_was_told_to_be_over_stays_so_until_somebody_says_otherwise(lives: Lives):
    def story(life: Life, back: bool) -> None:
        world = life.world
        _notice, plan, page = asked(life)
        life.answers(page)
        world.cimic.amends(plan, AWAY)
        life.passes("2019-12-05T12:05+00:00")
        assert len(life.hears()) == 2
        life.acknowledges(page)
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

    assert lives.apart(story, True, False) == []


def test_an_officer_who_asks_again_opens_it_again(lives: Lives):
    def story(life: Life) -> None:
        world = life.world
        _notice, plan, page = asked(life)
        life.answers(page)
        world.cimic.amends(plan, AWAY)
        life.passes("2019-12-05T12:05+00:00")
        assert 'name="request"' not in life.looks(page)
        world.cimic.amends(plan, PATROL)
        world.officer.takes(world.case)
        world.officer.asks(world.case, "humanitarian")
        assert life.answers(page) == 303

    lives(story)


def test_neither_number_nor_hour_of_the_closing_text_tells_what_happened_before_it(lives: Lives):
    def story(life: Life, flips: int) -> None:
        world = life.world
        _notice, plan, page = asked(life)
        life.acknowledges(page)
        for _ in range(flips):
            world.cimic.amends(plan, AWAY)
            world.forward("20m")
            world.cimic.amends(plan, PATROL)
            world.officer.takes(world.case)
        life.passes("2019-12-05T10:00+00:00")
        world.cimic.amends(plan, AWAY)
        life.looks("/requests", page)
        life.passes("2019-12-05T12:05+00:00")
        assert len(life.hears()) == 2
        life.looks("/requests", page)

    assert lives.apart(story, 0, 2) == []


# ---- minimal alerts --------------------------------------------------------------------------------------------------


def test_an_activity_is_told_of_once_in_its_life_and_then_everybody_at_the_desk_is_rung(lives: Lives):
    def story(life: Life) -> None:
        world = life.world
        world.ngo.files(NOTICE)
        plan = world.cimic.files(PATROL)
        assert life.hears_within("20m")
        world.cimic.amends(plan, make.patrol((14.075, -3.52), "10 Dec 10:30-12:00"))
        world.read_everything()
        world.forward("2h")
        reminded = [a for a in world.alerts("minimal") if a.round == world.case.round]
        assert reminded == []
        assert "humanitarian:told" in history(world, "held_back")
        world.sub_office_head.expects("URGENT")

    lives(story)


def test_an_owner_who_amends_gets_no_computed_answer(lives: Lives):
    def story(life: Life, place: str) -> None:
        world = life.world
        world.cimic.files(make.patrol(place, "10 Dec 10:00-12:00"))
        notice = world.ngo.files(notice_at(14.60))
        life.names[notice] = "NOTICE"
        for lat in (14.09, 14.20, 14.085, 14.06):
            world.ngo.amends(notice, notice_at(lat))
            world.forward("1h")
            life.looks("/", "/requests", "/notices", f"/notices/{notice}")
            assert life.hears() == []

    assert lives.apart(story, "Bankass", "Kidal") == []


def test_probing_with_short_notices_is_answered_no_more_after_a_few(lives: Lives):
    def story(life: Life) -> None:
        world, told = life.world, []
        world.cimic.files(PATROL)
        for lat in (14.20, 14.06, 14.10, 14.08, 14.0885, 14.0865):
            notice = world.ngo.files(notice_at(lat))
            told.append(life.hears_within("20m"))
            world.ngo.cancels(notice)
        assert told == [False, True, False, False, False, False]
        assert set(history(world, "held_back")) == {"humanitarian:brief", "mission:told"}

    lives(story)


def test_an_organisation_is_told_of_two_activities_a_day_and_then_the_desk_is(lives: Lives):
    def story(life: Life) -> None:
        world, told = life.world, []
        for day in (10, 12, 14):
            world.ngo.files(make.distribution("Bankass", f"{day} Dec 09:00-15:00"))
            world.cimic.files(make.patrol("Bankass", f"{day} Dec 10:00-12:00"))
            told.append(life.hears_within("20m"))
        assert told == [True, True, False]
        assert {code.partition(":")[2] for code in history(world, "held_back")} == {"often"}
        world.sub_office_head.expects("URGENT")

    lives(story)


@pytest.mark.parametrize("most", [6, 7])
def test_many_notices_for_the_same_hours_are_one_question(lives: Lives, most: int):
    def story(life: Life) -> None:
        world = life.world
        world.cimic.files(PATROL)
        for number in range(most):
            what = notice_at(14.32 - 0.05 * number)
            filing.file_item(what, world.ngo.audience, f"alike-{number}", world.mission, world.now)
        world.turn()
        assert life.hears_within("20m") is (most <= 6)
        assert ("humanitarian:alike" in history(world, "held_back")) is (most > 6)

    lives(story)


def test_the_officer_reads_why_and_nobody_else_does(lives: Lives):
    def story(life: Life) -> None:
        world = life.world
        world.cimic.files(PATROL)
        notice = world.ngo.files(notice_at(14.60))
        world.ngo.amends(notice, NOTICE)
        world.forward("20m")
        assert "humanitarian:amended" in history(world, "held_back")
        why = "modification de son propre propriétaire"
        assert why in on_the_desk(world)
        request = f"/requests/{world.case.humanitarian_reference}"
        for path in ("/", "/requests", "/notices", f"/notices/{notice}", request):
            assert why not in life.browser.get(path).text
        world.officer.takes(world.case)
        assert "jusqu&#39;à ce que quelqu&#39;un agisse" not in on_the_desk(world)

    lives(story)


def test_a_patrol_that_moves_silences_nobody_who_stood_still(lives: Lives):
    def story(life: Life) -> None:
        world = life.world
        world.ngo.files(NOTICE)
        plan = world.cimic.files(make.patrol("Koro", "10 Dec 10:00-12:00"))
        world.cimic.amends(plan, PATROL)
        assert life.hears_within("20m")
        assert history(world, "held_back") == ["mission:amended"]

    lives(story)
