"""Ladders, deadlines, holds, nights and batches: arithmetic on the shipped clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mali import at, mission

from deconflict.domain.escalation import Ladder, ack_due_at, next_step_at, steps_due
from deconflict.domain.severity import Harm, Severity

ALERTED = at("9 Dec 06:00")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def ladder(severity: Severity = Severity.CRITICAL, audience: str = "ocha") -> Ladder:
    found = mission().pack.ladder(severity, audience)
    assert found is not None
    return found


def due(taken: set[str], after: timedelta, starts_in: timedelta, of: Ladder | None = None) -> list[str]:
    steps = steps_due(
        of or ladder(), taken=taken, alerted_at=ALERTED, starts_at=ALERTED + starts_in, now=ALERTED + after
    )
    return [step.id for step in steps]


# -- deadlines


@pytest.mark.parametrize(
    ("severity", "starts_in_h", "expected_min"),
    [
        (Severity.CRITICAL, 48, 120),  # two hours at most
        (Severity.CRITICAL, 4, 60),  # a quarter of the time to start
        (Severity.CRITICAL, 1, 20),  # and twenty minutes at least
        (Severity.CRITICAL, -5, 20),  # also for those who have left
        (Severity.HIGH, 200, 12 * 60),
        (Severity.HIGH, 24, 6 * 60),
        (Severity.HIGH, 2, 60),
        (Severity.MEDIUM, 2, 24 * 60),
    ],
)
def test_the_acknowledgement_window(severity: Severity, starts_in_h: float, expected_min: float) -> None:
    found = ack_due_at(ladder(severity), alerted_at=ALERTED, starts_at=ALERTED + starts_in_h * HOUR)
    assert found - ALERTED == expected_min * MINUTE


@given(st.floats(-100, 300), st.floats(0, 100))
def test_an_earlier_start_never_gives_more_time(hours: float, earlier: float) -> None:
    late = ack_due_at(ladder(), alerted_at=ALERTED, starts_at=ALERTED + hours * HOUR)
    soon = ack_due_at(ladder(), alerted_at=ALERTED, starts_at=ALERTED + (hours - earlier) * HOUR)
    assert ALERTED + 20 * MINUTE <= soon <= late <= ALERTED + 2 * HOUR


# -- steps


def test_the_first_step_is_the_alert_itself() -> None:
    assert due(set(), timedelta(0), 48 * HOUR) == ["first"]


def test_half_time_rings_the_deputy_and_the_deadline_the_head_of_the_sub_office() -> None:
    assert due({"first"}, 59 * MINUTE, 48 * HOUR) == []
    assert due({"first"}, 60 * MINUTE, 48 * HOUR) == ["deputy"]
    assert due({"first", "deputy"}, 120 * MINUTE, 48 * HOUR) == ["suboffice"]
    assert due({"first", "deputy", "suboffice"}, 149 * MINUTE, 48 * HOUR) == []
    assert due({"first", "deputy", "suboffice"}, 150 * MINUTE, 48 * HOUR) == ["head"]


def test_after_an_outage_every_missed_step_is_owed_in_order() -> None:
    assert due({"first"}, 10 * HOUR, 48 * HOUR) == ["deputy", "suboffice", "head"]


def test_a_start_that_is_near_shortens_the_ladder() -> None:
    assert due({"first"}, 10 * MINUTE, 30 * MINUTE) == ["deputy"]


def test_the_steps_name_roles_and_a_party_climbs_its_own_people_first() -> None:
    party = [step.to for step in ladder(audience="party").steps]
    assert party[:3] == [("owner_focal_point",), ("owner_focal_point", "owner_alternate"), ("owner_security",)]
    assert party[3] == ("duty", "suboffice_head")
    assert [step.to for step in ladder().steps][-1] == ("ocha_head",)


def test_low_and_info_have_no_ladder() -> None:
    assert mission().pack.ladder(Severity.LOW, "ocha") is None
    assert mission().pack.ladder(Severity.INFO, "party") is None


@given(
    after_min=st.floats(0, 10_000),
    later_min=st.floats(0, 10_000),
    starts_h=st.floats(-10, 400),
    severity=st.sampled_from([Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM]),
    audience=st.sampled_from(["ocha", "party"]),
)
def test_a_step_once_due_stays_due_until_it_is_taken(
    after_min: float, later_min: float, starts_h: float, severity: Severity, audience: str
) -> None:
    steps = ladder(severity, audience)
    early = due(set(), after_min * MINUTE, starts_h * HOUR, steps)
    late = due(set(), (after_min + later_min) * MINUTE, starts_h * HOUR, steps)
    assert late[: len(early)] == early
    assert due(set(early), after_min * MINUTE, starts_h * HOUR, steps) == []


@given(after_min=st.floats(0, 10_000), starts_h=st.floats(-10, 400))
def test_the_next_step_is_the_one_that_comes_due(after_min: float, starts_h: float) -> None:
    now, starts_at = ALERTED + after_min * MINUTE, ALERTED + starts_h * HOUR
    taken = set(due(set(), after_min * MINUTE, starts_h * HOUR))
    following = next_step_at(ladder(), taken=taken, alerted_at=ALERTED, starts_at=starts_at)
    if following is None:
        assert taken == {"first", "deputy", "suboffice", "head"}
        return
    assert following > now
    assert steps_due(ladder(), taken=taken, alerted_at=ALERTED, starts_at=starts_at, now=following)


# -- the minimal alert (RUL-1)


@pytest.mark.parametrize(
    ("starts_in", "held_min"), [(48 * HOUR, 15), (HOUR, 15), (40 * MINUTE, 10), (timedelta(0), 0), (-HOUR, 0)]
)
def test_a_critical_case_is_held_for_the_officer_and_less_when_departure_is_near(
    starts_in: timedelta, held_min: float
) -> None:
    held = mission().pack.clocks.hold_until(Severity.CRITICAL, ALERTED + starts_in, ALERTED)
    assert held == ALERTED + held_min * MINUTE


def test_a_high_case_waits_for_the_officer_however_long() -> None:
    assert mission().pack.clocks.hold_until(Severity.HIGH, ALERTED, ALERTED) is None


def test_a_case_that_starts_soon_is_to_be_looked_at_sooner() -> None:
    clocks = mission().pack.clocks
    assert clocks.review_due_at(Severity.CRITICAL, ALERTED + 48 * HOUR, ALERTED) == ALERTED + HOUR
    assert clocks.review_due_at(Severity.HIGH, ALERTED + 10 * HOUR, ALERTED) == ALERTED + 30 * MINUTE
    assert clocks.review_due_at(Severity.LOW, ALERTED, ALERTED) is None


# -- nights (RUL-4) and batches (RUL-6)


NIGHT = at("9 Dec 23:30")


@pytest.mark.parametrize(
    ("clock", "expected"), [("21:59", False), ("22:00", True), ("03:00", True), ("05:59", True), ("06:00", False)]
)
def test_quiet_hours_cross_midnight_and_end_sharp(clock: str, expected: bool) -> None:
    night = at(f"9 Dec {clock}")
    quiet = mission().pack.clocks.quiet(Harm.DISTINCTION, Severity.CRITICAL, night, night + 48 * HOUR)
    assert quiet is expected


@pytest.mark.parametrize(
    ("harm", "severity", "starts", "expected"),
    [
        (Harm.DANGER, Severity.CRITICAL, "12 Dec 12:00", False),
        (Harm.DANGER, Severity.HIGH, "10 Dec 09:59", False),
        (Harm.DANGER, Severity.HIGH, "10 Dec 10:00", True),
        (Harm.DISTINCTION, Severity.CRITICAL, "10 Dec 06:30", True),
        (Harm.DISTINCTION, Severity.HIGH, "10 Dec 06:30", True),
    ],
)
def test_only_danger_wakes_people(harm: Harm, severity: Severity, starts: str, expected: bool) -> None:
    assert mission().pack.clocks.quiet(harm, severity, NIGHT, at(starts)) is expected


def test_after_midnight_the_coming_morning_is_that_of_the_same_day() -> None:
    clocks, small_hours = mission().pack.clocks, at("10 Dec 03:00")
    assert not clocks.quiet(Harm.DANGER, Severity.HIGH, small_hours, at("10 Dec 09:00"))
    assert clocks.quiet(Harm.DANGER, Severity.HIGH, small_hours, at("11 Dec 09:00"))
    assert clocks.quiet_ends_at(small_hours) == at("10 Dec 06:00")
    assert clocks.quiet_ends_at(NIGHT) == at("10 Dec 06:00")


def test_whoever_is_on_duty_hears_of_a_critical_case_at_any_hour() -> None:
    clocks = mission().pack.clocks
    assert not clocks.quiet(Harm.DISTINCTION, Severity.CRITICAL, NIGHT, NIGHT + HOUR, on_duty=True)
    assert clocks.quiet(Harm.DISTINCTION, Severity.HIGH, NIGHT, NIGHT + HOUR, on_duty=True)


def test_by_day_nothing_waits() -> None:
    noon = at("9 Dec 12:00")
    assert not mission().pack.clocks.quiet(Harm.DISTINCTION, Severity.LOW, noon, noon + 48 * HOUR)
    assert mission().pack.clocks.quiet_ends_at(noon) == noon


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("06:59", "9 Dec 07:00"), ("07:00", "9 Dec 12:00"), ("13:00", "9 Dec 17:00"), ("17:00", "10 Dec 07:00")],
)
def test_closing_texts_go_out_in_fixed_batches(clock: str, expected: str) -> None:
    assert mission().pack.clocks.next_batch_at(at(f"9 Dec {clock}")) == at(expected)


@given(st.datetimes(datetime(2019, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_quiet_instant_ends_within_the_night_and_out_of_it(instant: datetime) -> None:
    clocks = mission().pack.clocks
    ends = clocks.quiet_ends_at(instant)
    assert timedelta(0) <= ends - instant <= 8 * HOUR
    assert not clocks.night.covers(ends)
