"""Who stands where, and from when nobody does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain.duty import Shift, holes, post_of

NOW = datetime(2019, 12, 9, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)


def shift(id, start_h, end_h, *, counts=True):
    return Shift(id, f"person {id}", NOW + start_h * HOUR, None if end_h is None else NOW + end_h * HOUR, counts)


SHIFTS = st.lists(
    st.builds(
        shift,
        st.integers(1, 99),
        st.integers(-5, 10),
        st.one_of(st.none(), st.integers(-4, 14)),
        counts=st.booleans(),
    ),
    max_size=6,
)


def test_without_shifts_a_step_is_empty_from_now_on():
    post = post_of("MOPTI", "duty", [], NOW)
    assert post.empty
    assert post.empty_from == NOW


def test_a_shift_without_an_end_leaves_no_gap():
    assert post_of("MOPTI", "duty", [shift(1, -1, None)], NOW).empty_from is None


def test_a_gap_between_two_shifts_is_seen_coming():
    post = post_of("MOPTI", "duty", [shift(1, -1, 2), shift(2, 3, None)], NOW)
    assert not post.empty
    assert [one.id for one in post.later] == [2]
    assert post.empty_from == NOW + 2 * HOUR


def test_shifts_that_touch_leave_no_gap():
    assert post_of("MOPTI", "duty", [shift(2, 2, None), shift(1, -1, 2)], NOW).empty_from is None


def test_somebody_who_left_the_organisation_stands_nowhere():
    assert post_of("MOPTI", "duty", [shift(1, -1, None, counts=False)], NOW).empty


@given(SHIFTS)
def test_nobody_stands_at_the_first_empty_instant_and_somebody_at_every_one_before(shifts):
    post = post_of("MOPTI", "duty", shifts, NOW)
    until = post.empty_from or NOW + 30 * HOUR
    instants = [NOW + n * HOUR / 2 for n in range(60) if NOW + n * HOUR / 2 < until]
    assert all(any(one.covers(at) for one in shifts) for at in instants)
    assert post.empty_from is None or not any(one.covers(post.empty_from) for one in shifts)
    assert post.empty == (post.empty_from == NOW)


def test_an_absence_is_a_hole_where_nobody_else_stands():
    away = ((NOW + 2 * HOUR, NOW + 4 * HOUR),)
    one = replace(shift(1, -1, None), away=away)
    post = post_of("MOPTI", "duty", [one], NOW)
    assert post.holes == away
    assert post.empty_from == NOW + 2 * HOUR
    assert post_of("MOPTI", "duty", [one, shift(2, 2, 4)], NOW).holes == ()
    assert [s.id for s in post_of("MOPTI", "duty", [one], NOW + 3 * HOUR).absent] == [1]


@given(SHIFTS, st.lists(st.tuples(st.integers(-2, 12), st.integers(1, 6)), max_size=3))
def test_holes_are_exactly_the_hours_that_nobody_covers(shifts, spans):
    away = tuple((NOW + a * HOUR, NOW + (a + n) * HOUR) for a, n in spans)
    shifts = [replace(one, away=away) if one.id % 2 else one for one in shifts]
    found = holes(shifts, NOW, NOW + 20 * HOUR)
    for hour in range(20):
        at = NOW + hour * HOUR
        assert any(first <= at < last for first, last in found) is not any(one.covers(at) for one in shifts)
    assert all(a[1] < b[0] for a, b in pairwise(found))
