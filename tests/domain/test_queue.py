"""What burns first, what a filter keeps, what is one talk and what is new, part by part."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.queue import (
    SOON,
    Burning,
    QueueRow,
    Wanted,
    burning,
    by_what_burns,
    clock_of,
    members,
    pages,
    talks,
    visible,
)
from deconflict.domain.severity import Harm, Severity

NOW = datetime(2019, 12, 7, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def row(reference="AAAAA", **more):
    usual = {
        "id": sum(map(ord, reference)),
        "reference": reference,
        "state": "taken",
        "round": 1,
        "severity": Severity.HIGH,
        "harm": Harm.DISTINCTION,
        "areas": ("MOPTI",),
        "sectors": frozenset({"CENTRE"}),
        "organisations": frozenset({1, 2}),
        "rules": frozenset({"R01a"}),
        "opened_at": NOW - HOUR,
        "round_at": NOW - HOUR,
        "starts_at": NOW + 80 * HOUR,
        "hold_until": None,
        "owner_id": 7,
        "humanitarian": f"N{reference}",
        "mission": f"P{reference}",
    }
    return QueueRow(**usual | more)


@pytest.fixture
def clocks(mission):
    return mission.pack.clocks


def order(clocks, *rows):
    return [one.reference for one in by_what_burns(rows, clocks, NOW)]


# ---- the order -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # Each pair differs in one part of the order, and in every later part the second would come first.
        (
            {"unchecked": True, "severity": Severity.HIGH},
            {"severity": Severity.CRITICAL, "harm": Harm.DANGER, "waits": (NOW - HOUR,), "starts_at": NOW},
        ),
        (
            {"severity": Severity.CRITICAL},
            {"severity": Severity.HIGH, "harm": Harm.DANGER, "waits": (NOW - HOUR,), "starts_at": NOW},
        ),
        ({"harm": Harm.DANGER}, {"harm": Harm.DISTINCTION, "waits": (NOW - HOUR,), "starts_at": NOW}),
        ({"waits": (NOW,)}, {"waits": (NOW + SOON,), "starts_at": NOW}),
        ({"waits": (NOW + SOON,)}, {"waits": (NOW + SOON + timedelta(seconds=1),), "starts_at": NOW}),
        ({"starts_at": NOW + HOUR}, {"starts_at": NOW + 2 * HOUR}),
        ({}, {}),
    ],
    ids=["unchecked", "severity", "harm", "run out", "runs out soon", "start", "reference"],
)
def test_each_part_of_the_order_outweighs_all_that_follow(clocks, first, second):
    a, b = row("AAAAA", **first), row("BBBBB", **second)
    assert order(clocks, a, b) == order(clocks, b, a) == ["AAAAA", "BBBBB"]


def test_a_minimal_alert_that_is_about_to_leave_burns_until_somebody_has_seen_the_case(clocks):
    waiting = row(state="detected", owner_id=None, hold_until=NOW + timedelta(minutes=5), opened_at=NOW)
    assert burning(waiting, clocks, NOW) is Burning.SOON
    assert burning(replace(waiting, state="taken", owner_id=7), clocks, NOW) is Burning.LATER


def test_a_case_that_nobody_looked_at_in_time_has_run_out(clocks):
    new = row(state="detected", owner_id=None, severity=Severity.CRITICAL, opened_at=NOW)
    due = clock_of(new, clocks)
    assert due == clocks.review_due_at(Severity.CRITICAL, new.starts_at, NOW)
    assert burning(new, clocks, due) is Burning.RUN_OUT
    assert burning(new, clocks, due - timedelta(seconds=1)) is Burning.SOON


def test_of_several_clocks_the_first_counts_and_without_any_nothing_burns(clocks):
    assert clock_of(row(waits=(NOW + 3 * HOUR, NOW + HOUR)), clocks) == NOW + HOUR
    assert clock_of(row(), clocks) is None
    assert burning(row(), clocks, NOW) is Burning.LATER


# ---- the filter ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "other"),
    [
        ({"area": "MOPTI"}, {"area": "GAO"}),
        ({"rule": "R01a"}, {"rule": "R02"}),
        ({"organisation": 2}, {"organisation": 3}),
        ({"sector": "CENTRE"}, {"sector": "NORD"}),
        ({"severity": "high"}, {"severity": "low"}),
        ({"state": "taken"}, {"state": "asked"}),
        ({"owner_id": 7}, {"owner_id": 8}),
        ({"since": NOW - 2 * HOUR}, {"since": NOW}),
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_filter_keeps_what_it_names_and_nothing_else(wanted, other):
    assert Wanted(**wanted).keeps(row())
    assert not Wanted(**other).keeps(row())
    assert Wanted().keeps(row())


def test_a_case_that_crosses_areas_is_found_under_each_of_them():
    crossing = row(areas=("MOPTI", "GAO"))
    assert all(Wanted(area=area).keeps(crossing) for area in ("MOPTI", "GAO"))
    assert not Wanted(area="KIDAL").keeps(crossing)


def test_new_is_what_opened_or_changed_since_the_officer_looked():
    assert row(opened_at=NOW, round_at=NOW).new_since(NOW - HOUR)
    assert row(opened_at=NOW - 9 * HOUR, round_at=NOW).new_since(NOW - HOUR)
    assert not row(opened_at=NOW - HOUR, round_at=NOW - HOUR).new_since(NOW - HOUR)
    assert row().new_since(None)


# ---- talks ---------------------------------------------------------------------------------------------------------


def references(entries):
    return [(entry.shared, [one.reference for one in entry.rows]) for entry in entries]


def test_a_patrol_through_several_villages_is_one_talk_where_its_worst_case_stands():
    rows = [row("AAAAA"), row("BBBBB", mission="PATRL"), row("CCCCC"), row("DDDDD", mission="PATRL")]
    assert references(talks(rows)) == [(None, ["AAAAA"]), ("PATRL", ["BBBBB", "DDDDD"]), (None, ["CCCCC"])]


def test_a_convoy_that_meets_several_plans_is_one_talk_of_what_no_plan_has_taken():
    rows = [
        row("AAAAA", mission="PATRL", humanitarian="CONVY"),
        row("BBBBB", mission="PATRL", humanitarian="OTHER"),
        row("CCCCC", mission="PLAN2", humanitarian="CONVY"),
        row("DDDDD", mission="PLAN3", humanitarian="CONVY"),
    ]
    assert references(talks(rows)) == [("PATRL", ["AAAAA", "BBBBB"]), ("CONVY", ["CCCCC", "DDDDD"])]


@pytest.mark.parametrize("apart", [{"alone": True}, {"unchecked": True}, {"humanitarian": None}])
def test_what_is_about_one_item_or_about_nobody_knows_what_is_in_no_talk(apart):
    rows = [row("AAAAA", mission="PATRL"), row("BBBBB", mission="PATRL", **apart)]
    assert references(talks(rows)) == [(None, ["AAAAA"]), (None, ["BBBBB"])]
    assert [one.reference for one in members(rows, "PATRL")] == ["AAAAA"]


def test_pages_hold_about_so_many_cases_and_tear_no_talk_apart():
    patrol = [row(f"A{n:04d}", mission="PATRL") for n in range(9)]
    singles = [row(f"B{n:04d}") for n in range(8)]
    leaves = pages(talks(patrol + singles), 6, 4)
    assert [[len(entry.rows) for entry in leaf] for leaf in leaves] == [[9, 1, 1], [1] * 6]
    assert pages([], 6, 4) == [[]]


# ---- who sees it ---------------------------------------------------------------------------------------------------


def audience(*codes, side="ocha"):
    return Audience(1, 1, side, frozenset(codes))


def test_a_sensitive_case_is_no_row_for_a_sub_office_head():
    rows = [row("AAAAA", id=1), row("BBBBB", id=2)]
    assert [one.id for one in visible(rows, audience(roles.SUBOFFICE_HEAD), lambda: {2})] == [1]


def test_notices_are_not_read_for_whoever_may_know_of_all(clocks):
    def never():
        raise AssertionError

    rows = [row("AAAAA"), row("BBBBB")]
    assert visible(rows, audience(roles.CMCOORD), never) == rows


def test_for_nobody_but_officers_there_is_a_row():
    assert visible([row()], audience(roles.CIMIC, side="mission"), set) == []
    assert visible([row()], audience(roles.FOCAL_POINT, side="humanitarian"), set) == []
