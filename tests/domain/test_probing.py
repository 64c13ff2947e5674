"""What looks like asking, and what does not (RUL-2)."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from deconflict.domain.party import Move, ends_told
from deconflict.domain.probing import Counts, signs

LIMITED = {
    "minimal_day": ("often", "minimal_per_day", 0),
    "minimal_week": ("often", "minimal_per_week", 0),
    "changes_day": ("churn", "changes_per_day", 1),
    "short_lived_week": ("brief", "short_lived_per_week", 1),
    "alike_day": ("alike", "alike_per_day", 1),
}


@pytest.mark.parametrize("count", LIMITED)
def test_each_count_is_a_sign_above_its_own_limit_and_none_at_it(mission, count):
    limits = mission.pack.probing
    code, limit, over = LIMITED[count]
    # A minimal alert that is about to go is one more; the others count what is there already.
    most = getattr(limits, limit) - 1 + over
    assert signs(replace(Counts(), **{count: most}), limits) == ()
    assert signs(replace(Counts(), **{count: most + 1}), limits) == (code,)


def test_every_count_has_a_limit():
    assert {field.name for field in fields(Counts)} == set(LIMITED)


# ---- which ends a party has been told of -----------------------------------------------------------------------------

NOON = datetime(2019, 12, 5, 12, tzinfo=UTC)


def at(hour: float) -> datetime:
    return NOON + timedelta(hours=hour - 12)


def moves(*said: tuple[float, str, bool]) -> list[Move]:
    return [Move(at(hour), event, is_open) for hour, event, is_open in said]


@pytest.mark.parametrize(
    ("said", "now", "told"),
    [
        ([(8, "open", True)], 20, []),
        ([(8, "open", True), (9, "vanish", False)], 11.9, []),
        ([(8, "open", True), (9, "vanish", False)], 12, [(9, 12)]),
        ([(8, "open", True), (9, "vanish", False), (10, "tell_closing", False)], 10, [(9, 10)]),
        ([(8, "open", True), (9, "vanish", False), (11, "reopen", True)], 20, []),
        ([(8, "open", True), (9, "vanish", False), (12.5, "reopen", True)], 20, [(9, 12)]),
        ([(8, "open", True), (9, "vanish", False), (12.5, "reopen", True), (13, "vanish", False)], 13.5, [(9, 12)]),
        ([(8, "open", True), (9, "vanish", False), (10, "reopen", True), (11, "dismiss", False)], 12, [(11, 12)]),
        ([(8, "open", True), (9, "dismiss", False), (13, "fail", True)], 14, [(9, 12)]),
    ],
)
def test_an_end_is_told_at_its_hour_and_stays_told(said, now, told):
    found = ends_told(moves(*said), lambda when: NOON if when < NOON else NOON + timedelta(days=1), at(now))
    assert found == {at(end): at(hour) for end, hour in told}
