"""A filing goes to the store and comes back the same, its sealed fields apart."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain.filing import (
    SEALED,
    Filing,
    Level,
    Location,
    MissionPlan,
    MovementNotice,
    StaticSite,
    Stop,
    Window,
    from_json,
    split_sealed,
    to_json,
)

words = st.text(max_size=20)
instants = st.datetimes(datetime(2019, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
windows = st.none() | st.builds(
    lambda at, minutes: Window(at, at + timedelta(minutes=minutes)), instants, st.integers(0, 3000)
)
points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
locations = st.builds(Location, points, words, words, st.floats(0, 1e5), st.none() | words, words)
stops = st.builds(Stop, locations, windows, windows, st.none() | words, st.booleans())
common: dict[str, Any] = {
    "kind": words,
    "level": st.sampled_from(Level),
    "stops": st.lists(stops, min_size=1, max_size=4).map(tuple),
}
notices = st.builds(
    MovementNotice, **common, plates=words, overnight=words, communications=st.none() | st.text(min_size=1)
)
plans = st.builds(MissionPlan, **common, title=words, media=st.booleans(), joint_with=words)
names = st.lists(words, max_size=3).map(tuple)
hours = st.none() | st.times()
sites = st.builds(
    StaticSite,
    **{**common, "stops": st.tuples(stops)},
    name=words,
    aliases=names,
    fixed_on=st.none() | st.dates(),
    radius_m=st.integers(0, 5000),
    works=st.booleans(),
    co_operators=names,
    communications=st.none() | st.text(min_size=1),
    days=st.lists(st.integers(0, 6), max_size=7).map(tuple),
    opens=hours,
    closes=hours,
)


@given(filing=notices | plans | sites)
def test_a_filing_comes_back_the_same_through_json(filing: Filing) -> None:
    assert from_json(json.loads(json.dumps(to_json(filing)))) == filing


@given(filing=notices | plans | sites)
def test_the_two_parts_together_are_the_filing_and_the_open_one_holds_nothing_sealed(filing: Filing) -> None:
    clear, sealed = (json.loads(json.dumps(part)) for part in split_sealed(filing))
    assert from_json(clear | sealed) == filing
    assert not set(SEALED) & set(clear)
    assert sealed == {name: getattr(filing, name) for name in SEALED if getattr(filing, name, None)}


def test_the_open_part_alone_is_the_filing_without_what_is_sealed() -> None:
    window = Window(datetime(2019, 12, 10, 9, tzinfo=UTC), datetime(2019, 12, 10, 10, tzinfo=UTC))
    stop = Stop(Location((14.07, -3.52), "Bankass", "gazetteer", 1000.0, "PP", "Bankass"), window, window, "DIST_FOOD")
    notice = MovementNotice(
        "CONVOY_CARGO", Level.FULL, (stop,), plates="AB-1234", overnight="Koro", communications="+22370000001"
    )
    clear, _ = split_sealed(notice)
    assert not any(secret in json.dumps(clear) for secret in ("AB-1234", "Koro", "+22370000001"))
    assert from_json(clear) == MovementNotice("CONVOY_CARGO", Level.FULL, (stop,))


def test_what_was_not_written_by_us_is_refused() -> None:
    with pytest.raises(KeyError):
        from_json({"side": "mission"})
    with pytest.raises(TypeError):
        from_json({"filed": "plan", "kind": "PAT_FOOT", "level": "match_only", "stops": [], "strength": 12})
