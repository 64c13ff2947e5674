"""The clock of a consultation, who answers for whom, what is counted and what a summary may not say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain import consultation as rules
from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.consultation import Reply
from deconflict.domain.consultation_figures import compliance

WEEKEND = 5
DAYS = st.dates(date(2019, 1, 1), date(2028, 12, 31))


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@given(
    day=DAYS,
    hour=st.integers(0, 23),
    holidays=st.frozensets(st.integers(0, 40), max_size=12),
    count=st.integers(1, 15),
    apart=st.integers(0, 5),
)
def test_it_gives_its_working_days_whatever_is_off_as_numpy_counts_them(day, hour, holidays, count, apart):
    off = {day + timedelta(days=n) for n in holidays}

    def day_off(one):
        return one.weekday() >= WEEKEND or one in off

    opened = at(day, hour)
    ends = rules.ends_at(opened, count, day_off, UTC)
    last = rules.last_day(opened, count, day_off, UTC)
    calendar = np.busdaycalendar(holidays=sorted(off))
    assert ends == at(last, 0) + timedelta(days=1)
    assert not day_off(last)
    assert np.busday_count(day + timedelta(days=1), last + timedelta(days=1), busdaycal=calendar) == count
    assert rules.days_given(opened, ends, day_off, UTC) == count
    sits = rules.first_sitting(opened, count, apart, day_off, UTC)
    assert np.busday_count(last + timedelta(days=1), sits + timedelta(days=1), busdaycal=calendar) == apart
    assert rules.first_day({"consultation_ends_at": ends.isoformat()}, apart, day_off, UTC) == sits
    reminded = rules.remind_at(opened, count, min(3, count), day_off, UTC)
    assert opened < reminded <= ends or count <= 3


def test_a_holiday_that_falls_into_the_window_makes_it_a_day_longer(mission):
    """Opened on Monday 16 December 2019; Christmas is a holiday in Mali."""
    opened = at(date(2019, 12, 16))
    assert mission.is_day_off(date(2019, 12, 25))
    assert rules.last_day(opened, 10, mission.is_day_off, mission.zone) == date(2019, 12, 31)
    assert rules.last_day(opened, 10, lambda day: day.weekday() >= WEEKEND, mission.zone) == date(2019, 12, 30)


def test_opened_on_a_saturday_it_counts_from_monday_on(mission):
    assert rules.last_day(at(date(2019, 12, 7)), 1, mission.is_day_off, mission.zone) == date(2019, 12, 9)


def test_one_that_was_never_opened_is_ripe_on_no_day(mission):
    assert rules.first_day({}, 2, mission.is_day_off, mission.zone) is None


# ---- counting ----------------------------------------------------------------------------------------------------


def reply(answer="", *, capacity="organisation", late=False, number=1):
    return Reply(number, capacity, number, f"ONG {number}", answer, None, late)


@given(st.lists(st.sampled_from(["", *rules.ANSWERS]), max_size=30))
def test_no_reply_is_never_counted_as_no_objection(answers):
    counted = rules.tally([reply(answer) for answer in answers])
    assert counted.asked == len(answers) == sum(counted.by_answer.values())
    assert counted.by_answer["no_objection"] == answers.count("no_objection")
    assert counted.no_reply == answers.count("")


def test_late_ones_are_counted_and_marked():
    counted = rules.tally([reply("objection", late=True), reply("comments")])
    assert (counted.late, counted.by_answer["objection"]) == (1, 1)


# ---- who answers for whom ----------------------------------------------------------------------------------------


def who(*held, organisation=1):
    return Audience(1, organisation, roles.SIDE_OF[held[0]], frozenset(held))


@pytest.mark.parametrize(
    ("held", "organisation", "capacity", "passed_on", "may"),
    [
        (("focal_point",), 1, "organisation", False, True),
        (("focal_point",), 2, "organisation", False, False),
        (("submitter",), 1, "organisation", False, False),
        (("focal_point",), 1, "cluster", False, False),
        (("cluster",), 1, "cluster", False, True),
        (("cluster",), 1, "organisation", False, False),
        (("ngo_forum",), 1, "ngo_forum", False, True),
        (("cmcoord",), 1, "ocha", False, True),
        (("ocha_head",), 1, "ocha", False, True),
        (("suboffice_head",), 1, "ocha", False, False),
        (("suboffice_head",), 1, "ocha", True, True),
        (("cimic",), 1, "ocha", True, False),
        (("lprc_chair",), 1, "organisation", False, False),
        (("hc_office",), 1, "ocha", True, False),
    ],
)
def test_who_answers_for_a_consultee(held, organisation, capacity, passed_on, may):
    wanted = None if capacity == "ocha" else 1
    asked = who(*held, organisation=organisation)
    assert rules.may_answer(capacity, wanted, asked, passed_on=passed_on) is may


@pytest.mark.parametrize("role", sorted(roles.ALL))
def test_raw_replies_are_for_ocha_alone_and_the_summary_for_those_who_decide(role):
    asked = who(role)
    assert rules.reads_replies(asked) is (role in roles.OFFICERS)
    reads = roles.OFFICERS | {"qip_manager", "lprc_chair", "lprc_member", "prc_secretary", "hc_office"}
    assert rules.reads_summary(asked) is (role in reads)


# ---- what a summary may not say ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("L'ONG Alpha s'y oppose", "ONG Alpha"),
        ("l'ong   alpha.", "ONG Alpha"),
        ("Selon Élodie Traoré, le puits gêne", "Elodie Traore"),
        ("Une organisation s'y oppose", None),
        ("L'alphabétisation continue", None),
        ("Trop près d'une distribution", None),
    ],
)
def test_a_name_is_found_however_it_is_written(words, found):
    assert rules.names_in(words, ["ONG Alpha", "Elodie Traore", "X"]) == found


# ---- figures -----------------------------------------------------------------------------------------------------


def test_compliance_counts_each_committee_by_itself():
    decided = [
        {"committee": "C", "given_wd": 10, "of_wd": 10, "asked": 4, "no_reply": 1},
        {"committee": "C", "given_wd": 5, "of_wd": 10, "asked": 4, "no_reply": 3},
        {"committee": "W", "given_wd": 10, "of_wd": 10, "asked": 2, "no_reply": 0},
        {"committee": "PRC", "sitting": "x"},
    ]
    found = compliance("C", decided, [{"committee": "C"}, {"committee": "W"}])
    assert (found.decided, found.full, found.shortest, found.middle) == (2, 1, 5, 7.5)
    assert (found.asked, found.no_reply, found.overrides) == (8, 4, 1)
    empty = compliance("PRC", decided, [])
    assert (empty.decided, empty.shortest, empty.middle, empty.asked) == (0, None, None, 0)
