from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain import timewindow
from deconflict.domain.activity import OPEN_END, Moment, Part, Shape, Slack
from deconflict.domain.timewindow import Allow

NOON = datetime(2019, 12, 10, 12, tzinfo=UTC)
spans = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 60)).map(lambda s: (float(s[0]), float(s[0] + s[1]))))
hours = st.floats(0.0, 30.0)


def part(start: datetime, end: datetime, slacks: tuple[float, float, float, float], *, moving: bool) -> Part:
    first, last = Slack(slacks[0], slacks[1]), Slack(slacks[2], slacks[3])
    moments = Moment(start, declared=first, assumed=first), Moment(end, declared=last, assumed=last)
    return Part("X", frozenset(), Shape(((14.0, -4.0),)), *moments, moving, 0.0)


def test_slack_is_counted_as_far_as_it_is_allowed() -> None:
    moment = Moment(NOON, declared=Slack(60, 120), assumed=Slack(600, 1200))
    assert timewindow.slack(moment, Allow.NONE) == Slack(0, 0)
    assert timewindow.slack(moment, Allow.DECLARED) == Slack(60, 120)
    assert timewindow.slack(moment, Allow.ASSUMED) == Slack(660, 1320)


def test_a_presence_widens_by_the_early_slack_of_its_start_and_the_late_slack_of_its_end() -> None:
    presence = part(NOON, NOON + timedelta(hours=1), (60, 7_000, 9_000, 120), moving=False)
    window = timewindow.widened(presence, Allow.DECLARED)
    assert window.earliest == NOON - timedelta(minutes=1)
    assert window.latest == NOON + timedelta(hours=1, minutes=2)


def test_a_leg_may_be_outermost_at_either_end() -> None:
    leg = part(NOON, NOON + timedelta(hours=1), (60, 7_000, 9_000, 120), moving=True)
    window = timewindow.widened(leg, Allow.DECLARED)
    assert window.earliest == NOON + timedelta(hours=1, seconds=-9_000)
    assert window.latest == NOON + timedelta(seconds=7_000)


def test_windows_that_touch_have_no_gap_and_a_second_more_is_a_second() -> None:
    first = part(NOON, NOON + timedelta(hours=1), (0, 0, 0, 30), moving=False)
    touching = part(NOON + timedelta(hours=1, seconds=60), OPEN_END, (30, 0, 0, 0), moving=False)
    later = part(NOON + timedelta(hours=1, seconds=61), OPEN_END, (30, 0, 0, 0), moving=False)
    assert timewindow.gap_s([first], [touching], Allow.DECLARED) == 0.0
    assert (
        timewindow.gap_s([first], [later], Allow.DECLARED) == timewindow.gap_s([later], [first], Allow.DECLARED) == 1.0
    )
    assert timewindow.gap_s([first], [touching], Allow.NONE) == 60.0


@given(hours, hours, st.tuples(hours, hours, hours, hours), st.booleans())
def test_more_slack_never_makes_a_window_narrower(
    start: float, lasts: float, slacks: tuple[float, float, float, float], moving: bool
) -> None:
    begins = NOON + timedelta(hours=start)
    some = part(begins, begins + timedelta(hours=lasts), slacks, moving=moving)
    widths = [timewindow.span_s(some, allow) for allow in Allow]
    assert all(q[0] <= p[0] and p[1] <= q[1] for p, q in itertools.pairwise(widths))


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(TypeError):
        timewindow.seconds(datetime(2019, 12, 10))  # noqa: DTZ001


@given(st.integers(-(10**12), 5 * 10**12))
def test_seconds_and_instants_are_each_others_inverse_to_the_millisecond(ms: int) -> None:
    at = timewindow.EPOCH + timedelta(milliseconds=ms)
    assert timewindow.instant(timewindow.seconds(at)) == at


@given(spans)
def test_merged_spans_hold_the_same_seconds_and_are_apart(some: list[tuple[float, float]]) -> None:
    joined = timewindow.merged(some)
    assert all(p[1] < q[0] for p, q in itertools.pairwise(joined))
    inside = [any(a <= n + 0.5 <= b for a, b in some) for n in range(600)]
    assert inside == [any(a <= n + 0.5 <= b for a, b in joined) for n in range(600)]
    assert timewindow.total_s(some) == sum(inside)
