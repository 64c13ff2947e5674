"""When a provider is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain.breaker import FAILURES, LONGEST, SHORTEST, Breaker

NOW = datetime(2019, 12, 9, 6, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def failed(times: int, now: datetime = NOW) -> Breaker:
    """So many failures in a row, each after the time alone of the one before."""
    breaker = Breaker()
    for _ in range(times):
        at = max(now, breaker.open_until or now)
        breaker = breaker.failed("provider", at)
    return breaker


def test_two_failures_in_a_row_say_nothing_and_three_do():
    assert failed(2).takes_all()
    assert not failed(2).alone(NOW)
    third = failed(3)
    assert third.alone(NOW)
    assert not third.takes_all()
    assert not third.takes_one(NOW)
    assert (third.since, third.error) == (NOW, "provider")


def test_one_success_forgets_them():
    assert failed(2).succeeded().failed("network", NOW).takes_all()
    assert failed(9).succeeded() == Breaker()


def test_after_a_minute_one_message_finds_out_and_no_other_with_it():
    later = NOW + SHORTEST
    assert failed(3).alone(later - SECOND)
    assert failed(3).takes_one(later)
    probing = failed(3).probed(later + 90 * SECOND)
    assert not probing.takes_one(later)
    assert not probing.takes_all()
    assert probing.takes_one(later + 91 * SECOND), "nobody said what became of it"
    assert probing.succeeded().takes_all()


def test_each_failure_after_that_doubles_the_time_up_to_a_quarter_of_an_hour():
    waits = []
    for times in range(FAILURES, FAILURES + 7):
        breaker = failed(times)
        before = failed(times - 1).open_until or NOW
        waits.append((breaker.open_until - before) / SHORTEST)
    assert waits == [1, 2, 4, 8, 15, 15, 15]


def test_what_was_on_its_way_when_it_opened_does_not_count_again():
    opened = failed(3)
    assert opened.failed("network", NOW + SECOND).open_until == opened.open_until
    assert opened.failed("network", NOW + SECOND).error == "network"


def test_a_clock_that_is_set_back_does_not_leave_it_alone_for_an_hour():
    assert failed(3).takes_one(NOW - timedelta(hours=1))
    assert failed(3).probed(NOW + 90 * SECOND).takes_one(NOW - timedelta(hours=1))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2000)), max_size=40))
def test_whatever_happens_it_is_tried_again_within_a_quarter_of_an_hour(happens):
    breaker, now = Breaker(), NOW
    for succeeds, wait_s in happens:
        now += timedelta(seconds=wait_s)
        breaker = breaker.succeeded() if succeeds else breaker.failed("network", now)
        states = (breaker.takes_all(), breaker.alone(now), breaker.takes_one(now))
        assert sum(states) == 1
        assert breaker.takes_all() or breaker.takes_one(now + LONGEST)
