"""What a notice lets a patrol know its vehicles by, level by level (D4.3, D8), and what it must not say."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import make
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain.activity import Side
from deconflict.domain.disclosure import ItemFacts, plates_shown, recognition_of, released_words
from deconflict.domain.filing import Level
from deconflict.domain.party import released

FILED = datetime(2019, 12, 1, tzinfo=UTC)
BEGINS, ENDS = datetime(2019, 12, 10, 9, tzinfo=UTC), datetime(2019, 12, 10, 15, tzinfo=UTC)


def facts(level=Level.FULL, *, sensitive=False, filing=None, plates="QX-4343-MD"):
    filing = filing or make.distribution("Bankass", "10 Dec 09:00-15:00", phone="+22370000091")
    if filing.side is Side.HUMANITARIAN:
        filing = replace(filing, plates=plates, overnight="a house", cargo="medical", persons=4711)
    filing = replace(filing, level=level)
    codes = (1, filing.side, 7, "ONG Alpha", "4F7K2", "read", 3)
    return ItemFacts(*codes, level, "mopti", "west", False, sensitive, FILED, filing)


def words(of, released=frozenset()):
    return released_words(
        of,
        place="Bankass",
        pcode="ML-1",
        starts_at=BEGINS,
        ends_at=ENDS,
        crowd=True,
        zone="Africa/Bamako",
        released=released,
    )


def test_full_says_how_many_vehicles_and_their_marking_and_nothing_else_of_the_notice():
    said = words(facts())
    assert asdict(said)["recognition"] == {"vehicles": 2, "marking": "flag", "version": 3}
    assert asdict(replace(said, recognition=None)) == asdict(words(facts(Level.REDACTED)))
    for kept in ("QX-4343", "ONG Alpha", "4F7K2", "DIST_FOOD", "medical", "4711", "+223", "a house"):
        assert kept not in repr(said)


@pytest.mark.parametrize("once", [frozenset(), frozenset({"humanitarian"})])
@pytest.mark.parametrize("level", [Level.MATCH_ONLY, Level.REDACTED])
def test_below_full_nothing_of_the_vehicles_is_said_even_by_a_one_off_release(level, once):
    said = words(facts(level), once)
    assert said is None or said.recognition is None
    assert recognition_of(facts(level)) is None
    assert plates_shown(facts(level), BEGINS) is None


def test_a_sensitive_notice_says_nothing_at_any_level():
    for level in Level:
        assert words(facts(level, sensitive=True), frozenset({"humanitarian"})) is None
        assert recognition_of(facts(level, sensitive=True)) is None
        assert plates_shown(facts(level, sensitive=True), BEGINS) is None


def test_a_plan_never_says_what_its_vehicles_look_like():
    plan = facts(Level.FULL, filing=make.patrol("Bankass", "10 Dec 13:00-16:00"))
    assert recognition_of(plan) is None
    assert plates_shown(plan, BEGINS) is None


@given(st.integers(-3 * 24 * 60, 3 * 24 * 60).map(lambda minutes: BEGINS + timedelta(minutes=minutes)))
def test_plates_are_shown_from_a_day_before_the_departure_to_the_end_and_at_no_other_minute(now):
    shown = BEGINS - timedelta(hours=24) <= now <= ENDS
    assert plates_shown(facts(), now) == ("QX-4343-MD" if shown else None)
    assert plates_shown(facts(plates=""), now) is None


def test_words_of_before_are_read_as_they_were_kept():
    old = released({"place": "Bankass", "pcode": None, "half_days": [], "crowd": True})
    assert old.recognition is None
    new = released({"place": "Bankass", "recognition": {"vehicles": 2, "marking": "flag", "version": 3}})
    assert new.recognition == recognition_of(facts())
