"""What is handed over of an area, from when on, and how it fits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from deconflict.domain.hand_over import (
    LONGEST,
    USUAL,
    Clocked,
    Runs,
    Section,
    counted,
    fitted,
    is_for_every_officer,
    open_case,
    since_when,
)
from deconflict.domain.queue import QueueRow
from deconflict.domain.severity import Harm, Severity

NOW = datetime(2019, 12, 7, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)


def row(**more):
    usual = {
        "id": 1,
        "reference": "AAAAA",
        "state": "detected",
        "round": 1,
        "severity": Severity.HIGH,
        "harm": Harm.DISTINCTION,
        "areas": ("MOPTI",),
        "sectors": frozenset(),
        "organisations": frozenset(),
        "rules": frozenset({"R01a"}),
        "opened_at": NOW - HOUR,
        "round_at": NOW - HOUR,
        "starts_at": NOW + 80 * HOUR,
        "hold_until": None,
        "owner_id": None,
        "humanitarian": "N",
        "mission": "P",
    }
    return QueueRow(**usual | more)


@pytest.fixture
def seen(mission):
    def of(*waits, **more):
        return open_case(row(**more), waits, {7: "Oumou"}, mission.pack.clocks, NOW)

    return of


@pytest.mark.parametrize(
    ("begun", "own", "other", "since"),
    [
        (-10, None, None, -10),
        (-10, -3, -3, -3),  # what he has written down in this duty is told already
        (-10, None, -3, -10),  # what another wrote is not of his duty
        (-10, -30, -30, -10),
        (None, -20, -5, -5),
        (None, None, None, -USUAL / HOUR),
        (-900, None, None, -LONGEST / HOUR),
        (2, None, None, 0),
    ],
)
def test_a_hand_over_tells_what_happened_since_the_duty_began_or_was_last_told(begun, own, other, since):
    at = [None if hours is None else NOW + hours * HOUR for hours in (begun, own, other)]
    assert since_when(*at, NOW) == NOW + since * HOUR


def test_what_is_sensitive_is_for_some_officers_only_and_so_in_no_note():
    assert is_for_every_officer(sensitive=False)
    assert not is_for_every_officer(sensitive=True)


@pytest.mark.parametrize(("hours", "within"), [(-1, 0), (0, 0), (5, 6), (80, 96), (97, None)])
def test_how_soon_is_told_in_steps_and_never_the_hour(seen, hours, within):
    assert seen(starts_at=NOW + hours * HOUR).within_h == within


def test_the_clock_that_runs_out_first_is_told(seen, mission):
    late, due = Clocked(Runs.WORD, NOW - HOUR), Clocked(Runs.ANSWER, NOW + HOUR)
    assert seen(due, late, state="taken", owner_id=7).next == late
    assert seen(state="taken", owner_id=7).next is None
    new = seen(hold_until=NOW + timedelta(minutes=1))
    assert new.next == Clocked(Runs.MINIMAL, NOW + timedelta(minutes=1))
    review = mission.pack.clocks.review_due_at(Severity.HIGH, NOW + 80 * HOUR, NOW - HOUR)
    assert seen().next == Clocked(Runs.REVIEW, review)


def test_who_has_it_is_named_and_nobody_where_nobody_has(seen):
    assert (seen(owner_id=7).owner, seen().owner) == ("Oumou", None)


def test_counts_are_by_severity_the_worst_first():
    rows = [row(severity=Severity.LOW), row(severity=Severity.CRITICAL), row(severity=Severity.LOW)]
    assert list(counted(rows).items()) == [(Severity.CRITICAL, 1), (Severity.LOW, 2)]


def written(longest, *sizes):
    sections = [Section(f"S{size}", tuple(f"line {nth:02d}" for nth in range(size)), size) for size in sizes]
    return fitted("Head", sections, lambda out: f"{out} more", longest)


def test_what_fits_is_told_whole():
    assert written(1000, 2, 1) == "Head\n\nS2\n- line 00\n- line 01\n\nS1\n- line 00"


def test_what_does_not_fit_leaves_out_the_least_urgent_of_the_longest_and_says_how_many():
    text = written(100, 20, 2)
    assert len(text) <= 100
    assert "S20\n- line 00" in text
    assert "S2\n- line 00\n- line 01" in text
    assert "line 19" not in text
    told = text.count("- line") - 2
    assert f"- {20 - told} more" in text


def test_where_nothing_fits_the_headings_stay():
    assert written(10, 3, 1) == "Head\n\nS3\n- 3 more\n\nS1\n- 1 more"
