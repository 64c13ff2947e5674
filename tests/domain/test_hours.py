"""When a site is open: agreement with looking at every minute."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain.hours import open_span

BAMAKO, KABUL = ZoneInfo("Africa/Bamako"), ZoneInfo("Asia/Kabul")
ORIGIN = datetime(2019, 12, 9, tzinfo=UTC)
MINUTES = st.integers(0, 24 * 60 - 1)


@given(MINUTES, st.integers(0, 3 * 24 * 60), st.tuples(MINUTES, MINUTES), st.sampled_from([BAMAKO, KABUL]))
def test_the_first_and_last_open_instants_are_those_that_a_look_at_every_minute_finds(
    starts: int, lasts: int, hours: tuple[int, int], zone: ZoneInfo
) -> None:
    opens, closes = (time(minute // 60, minute % 60) for minute in sorted(hours))
    if opens == closes:
        return
    first = ORIGIN + timedelta(minutes=starts)
    minutes = [first + timedelta(minutes=n) for n in range(lasts + 1)]
    seen = [at for at in minutes if opens <= at.astimezone(zone).time() <= closes]
    found = open_span((opens, closes), first, minutes[-1], zone)
    assert found == ((seen[0], seen[-1]) if seen else None)


@pytest.mark.parametrize(("hour", "minute", "is_open"), [(6, 59, False), (7, 0, True), (18, 0, True), (18, 1, False)])
def test_opening_and_closing_belong_to_the_day(hour: int, minute: int, is_open: bool) -> None:
    at = datetime(2019, 12, 10, hour, minute, tzinfo=UTC)
    assert (open_span((time(7), time(18)), at, at, BAMAKO) is not None) is is_open
