"""Levels of acknowledgement: whose word counts, which clock runs, and which of them is the weakest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import make
import pytest
from mali import at, mission

from deconflict.domain.escalation import confirm_due_at
from deconflict.domain.levels import (
    CANNOT,
    DESK,
    HAVE,
    OLD,
    PASSED,
    PASSED_ON,
    RECEIVED,
    SILENT,
    TEAM,
    UNIT,
    Heard,
    Told,
    level_behind,
    lines,
    weakest,
)
from deconflict.domain.severity import Severity

TOLD_AT = at("9 Dec 06:00")
MINUTE = timedelta(minutes=1)
BEHIND = {"mission": UNIT, "humanitarian": TEAM}


def told(side="mission", *heard, round_=1, level=DESK, due=45, confirm=90, unreached=False):
    due_at, confirm_due = TOLD_AT + due * MINUTE, TOLD_AT + confirm * MINUTE
    return Told(side, level, round_, TOLD_AT, due_at, confirm_due, unreached, heard)


def said(level, answer=RECEIVED, after=10, method="code_page"):
    return Heard(level, answer, method, TOLD_AT + after * MINUTE, "Lars")


def states(*words, round_=1, behind=BEHIND):
    return {(line.side, line.level): line.state for line in lines(words, round_, behind)}


def test_a_side_that_was_told_nothing_has_no_line():
    assert lines([], 1, BEHIND) == ()
    assert weakest([]) is None


def test_each_level_waits_for_its_own_clock():
    desk, unit = lines([told()], 1, BEHIND)
    assert (desk.state, desk.due_at) == (SILENT, TOLD_AT + 45 * MINUTE)
    assert (unit.state, unit.due_at) == (SILENT, TOLD_AT + 90 * MINUTE)
    assert not desk.late(TOLD_AT + 45 * MINUTE)
    assert desk.late(TOLD_AT + 46 * MINUTE)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ([said(DESK)], (HAVE, SILENT)),
        ([said(UNIT)], (SILENT, HAVE)),  # who goes knows; its desk has said nothing
        ([said(DESK), said(UNIT, CANNOT)], (HAVE, HAVE)),
        ([said(DESK), said(UNIT, PASSED_ON)], (HAVE, PASSED)),
        ([said(DESK), said(UNIT, PASSED_ON), said(UNIT, RECEIVED, after=20)], (HAVE, HAVE)),
        ([said(DESK, "wrong_person")], (SILENT, SILENT)),
    ],
)
def test_who_has_the_word(heard, expected):
    assert tuple(states(told("mission", *heard)).values()) == expected


def test_what_has_it_is_never_late():
    desk, _unit = lines([told("mission", said(DESK))], 1, BEHIND)
    assert not desk.late(TOLD_AT + timedelta(days=9))


def test_a_word_of_an_earlier_round_does_not_count_and_is_still_told():
    found = lines([told("mission", said(DESK), said(UNIT))], 2, BEHIND)
    assert {line.state for line in found} == {OLD}
    assert all(line.heard and line.due_at is None for line in found)
    again = lines([told("mission", said(DESK)), told("mission", round_=2)], 2, BEHIND)
    assert {line.state for line in again} == {SILENT}


def test_the_first_deadline_of_several_words_counts():
    first, second = told(due=45), told(due=120)
    assert lines([second, first], 1, BEHIND)[0].due_at == TOLD_AT + 45 * MINUTE


def test_of_all_that_were_told_the_weakest_is_shown():
    mission_side = told("mission", said(DESK), said(UNIT))
    silent_team = told("humanitarian", said(DESK), confirm=100)
    found = lines([mission_side, silent_team], 1, BEHIND)
    assert (weakest(found).side, weakest(found).level) == ("humanitarian", TEAM)
    passed = told("humanitarian", said(DESK), said(TEAM, PASSED_ON))
    late_unit = told("mission", said(DESK), confirm=200)
    assert weakest(lines([passed, late_unit], 1, BEHIND)).level == UNIT  # silent is weaker than on its way
    nobody = lines([told("mission"), told("humanitarian", due=30)], 1, BEHIND)
    assert weakest(nobody).due_at == TOLD_AT + 30 * MINUTE


def test_a_level_that_was_written_to_itself_and_one_that_no_address_reaches():
    team = told("humanitarian", level=TEAM, unreached=True)
    _desk, line = lines([told("humanitarian"), team], 1, BEHIND)
    assert (line.direct, line.unreached) == (True, True)
    _desk, through_base = lines([told("humanitarian")], 1, BEHIND)
    assert (through_base.direct, through_base.unreached) == (False, False)


def test_behind_a_desk_stands_whoever_leaves():
    catalogue = mission().catalogue
    hours = "10 Dec 09:00-15:00"
    expected = [
        (make.distribution("Bankass", hours), "humanitarian", TEAM),
        (make.site("Bankass"), "humanitarian", ""),
        (make.patrol("Bankass", hours), "mission", UNIT),
        (make.patrol("Bankass", hours, kind="CIMIC_HEALTH"), "mission", UNIT),
        (make.patrol("Bankass", hours, kind="TOB"), "mission", UNIT),
        (make.ceremony("Bankass", hours), "mission", ""),
        (make.patrol("Bankass", hours, kind="QIP_WORKS"), "mission", ""),
        (make.patrol("Bankass", hours, kind="ROAD_CLOSED"), "mission", ""),
        (None, "mission", UNIT),  # what cannot be read may be on the way
    ]
    for filing, side, behind in expected:
        assert level_behind(filing, side, catalogue) == behind, filing


def test_the_unit_is_given_longer_than_its_desk_and_never_past_the_ladder():
    for severity in (Severity.CRITICAL, Severity.HIGH):
        ladder = mission().pack.ladder(severity, "party")
        for hours in (1, 3, 10, 48, 400):
            starts_at = TOLD_AT + timedelta(hours=hours)
            due = confirm_due_at(ladder, alerted_at=TOLD_AT, starts_at=starts_at)
            desk = TOLD_AT + ladder.ack.runs(TOLD_AT, starts_at)
            assert desk <= due
    assert mission().pack.ladder(Severity.CRITICAL, "ocha").confirm is None  # OCHA sends nobody


def test_a_severity_without_a_clock_asks_no_unit():
    ladder = mission().pack.ladder(Severity.MEDIUM, "party")
    assert confirm_due_at(ladder, alerted_at=TOLD_AT, starts_at=TOLD_AT) is None
    assert ladder.for_confirming is None
    assert replace(ladder, confirm=ladder.ack).for_confirming is not None
