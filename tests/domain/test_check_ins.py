"""What can be said of a way, and what comes next on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import make
import pytest

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.check_ins import (
    CheckIn,
    Kind,
    Step,
    ahead,
    read_step,
    same_stops,
    steps,
    view_of_check_ins,
)
from deconflict.domain.filing import Level, Stop, at_level, postponed

ROUND = (
    Stop(make.fix("Mopti"), depart=make.exactly(make.span("10 Dec 06:00-07:00")[0])),
    Stop(make.fix("Bandiagara")),  # only passed
    Stop(
        make.fix("Bankass"),
        make.exactly(make.span("10 Dec 09:00-10:00")[0]),
        make.exactly(make.span("10 Dec 15:00-16:00")[0]),
        "DIST_FOOD",
    ),
    Stop(make.fix("Mopti"), arrive=make.exactly(make.span("10 Dec 18:00-19:00")[0])),
)
TRIP = replace(make.journey("Mopti", "Bankass", "10 Dec 06:00-09:00"), stops=ROUND)


def names(found):
    return [step.name for step in found]


def test_each_stop_says_what_its_windows_allow_and_one_that_is_passed_nothing():
    assert names(steps(ROUND)) == [
        "departed-1",
        "delayed-1",
        "arrived-3",
        "departed-3",
        "delayed-3",
        "arrived-4",
        "delayed-4",
    ]


@pytest.mark.parametrize(
    ("said", "coming"),
    [
        ([], ["departed-1", "delayed-1"]),
        (["departed-1"], ["arrived-3", "delayed-3"]),
        (["departed-1", "delayed-3"], ["arrived-3"]),
        (["arrived-3"], ["departed-3", "delayed-3"]),  # a departure that nobody said does not hold the rest up
        (["departed-3"], ["arrived-4", "delayed-4"]),
        (["arrived-4"], []),
    ],
)
def test_what_comes_next_follows_the_last_that_was_said_and_nothing_is_lost(said, coming):
    done = {read_step(name) for name in said}
    first, rest = ahead(ROUND, done)
    assert names(first) == coming
    assert {*names(first), *names(rest), *said} == set(names(steps(ROUND)))


@pytest.mark.parametrize(
    "name", ["", "arrived", "arrived-", "arrived-x", "approved-1", "arrived-²", "arrived-1-1", "-1"]
)
def test_nothing_else_is_a_step(name):
    assert read_step(name) is None


def test_what_was_said_of_a_stop_holds_while_the_stop_is_as_it_was():
    later = replace(ROUND[3], arrive=make.exactly(make.span("10 Dec 20:00-21:00")[0]))
    assert same_stops(TRIP, replace(TRIP, stops=(*ROUND[:3], later))) == (1, 2, 3)
    assert same_stops(TRIP, replace(TRIP, stops=ROUND[:2])) == (1, 2)


def test_only_whoever_may_read_the_hours_reads_a_check_in_and_how_it_was_heard_is_the_desks():
    one = CheckIn(1, Step(1, Kind.DEPARTED), make.span("10 Dec 06:00-07:00")[0], "relay", "radio: the driver", True)

    def seen(role, side, *, own=False, sensitive=False):
        who = Audience(1, 1, side, frozenset({role}), None, "fr")
        return view_of_check_ins([one], who, own=own, sensitive=sensitive)

    assert seen(roles.CMCOORD, "ocha") == (one,)
    assert seen(roles.FOCAL_POINT, "humanitarian", own=True) == (replace(one, how=""),)
    for role, side in ((roles.FOCAL_POINT, "humanitarian"), (roles.CIMIC, "mission"), (roles.RADIO_OPERATOR, "ocha")):
        assert seen(role, side) == ()
    assert seen(roles.SUBOFFICE_HEAD, "ocha", sensitive=True) == ()


def test_every_window_is_postponed_by_the_calendar_and_nothing_else_changes():
    moved = postponed(TRIP, 2, 3, ZoneInfo("Africa/Bamako"))
    for before, after in zip(TRIP.stops, moved.stops, strict=True):
        for old, new in zip(before.windows, after.windows, strict=True):
            assert new.earliest - old.earliest == new.latest - old.latest == timedelta(days=2, hours=3)
    assert replace(moved, stops=TRIP.stops) == TRIP
    # Where clocks are put back in between, nine o'clock stays nine o'clock.
    zone = ZoneInfo("Europe/Paris")
    autumn = replace(TRIP, stops=(Stop(make.fix("Mopti"), depart=make.exactly(make.span("10 Nov 09:00-10:00")[0])),))
    spring = postponed(autumn, 150, 0, zone).stops[0].depart.earliest
    assert spring.astimezone(zone).hour == make.span("10 Nov 09:00-10:00")[0].astimezone(zone).hour


def test_less_sharing_keeps_no_plates():
    full = replace(TRIP, level=Level.FULL, plates="AB 123")
    assert Level.FULL.below == (Level.REDACTED, Level.MATCH_ONLY)
    assert Level.MATCH_ONLY.below == ()
    lowered = at_level(full, Level.REDACTED)
    assert (lowered.level, lowered.plates) == (Level.REDACTED, "")
    assert at_level(full, Level.FULL).plates == "AB 123"
