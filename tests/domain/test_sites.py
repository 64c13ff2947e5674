"""Static sites: their clocks, what may be told of them, when two may be one, and what the matcher sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import make
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain import roles
from deconflict.domain.activity import OPEN_END, Side
from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import ItemFacts, may_be_asked, released_words, view_of_item
from deconflict.domain.filing import Level
from deconflict.domain.geodesy import destination
from deconflict.domain.hours import open_span
from deconflict.domain.presence import activity_of
from deconflict.domain.recipients import may_hear
from deconflict.domain.retention import reduced
from deconflict.domain.sites import (
    SiteFacts,
    SiteTerms,
    event_due,
    may_be_one,
    needs_verifying,
    process_by,
)
from deconflict.domain.states import LIVE_SITES, VERIFIED_SITES, SiteState

DAY = timedelta(days=1)
FILED = datetime(2019, 1, 7, 9, tzinfo=UTC)  # a Monday
TERMS = SiteTerms()
BAMAKO = ZoneInfo("Africa/Bamako")
HERE = (14.0700, -3.5200)


def facts(state: str = "verified", *, level: Level = Level.REDACTED, disputed: bool = False, **more) -> ItemFacts:
    site = make.site("Bankass", level=level, **more)
    known = SiteFacts(heard_at=FILED, verified_at=FILED, disputed=disputed)
    return ItemFacts(
        *(1, Side.HUMANITARIAN, 7, "ONG Alpha", "4F7K2", state, 1, level, "mopti", "center"),
        late=False,
        sensitive=False,
        filed_at=FILED,
        filing=site,
        site=known,
    )


def plan(level: Level = Level.REDACTED) -> ItemFacts:
    filing = make.patrol("Bankass", "10 Dec 10:00-12:00", level=level)
    return ItemFacts(
        *(2, Side.MISSION, 9, "Mission", "9K3QX", "submitted", 1, level, "mopti", "center"),
        late=False,
        sensitive=False,
        filed_at=FILED,
        filing=filing,
    )


# ---- clocks


def test_a_verification_falls_due_14_days_before_its_90_and_runs_out_at_90():
    known = SiteFacts(heard_at=FILED, verified_at=FILED)
    assert event_due("verified", known, TERMS, FILED + 76 * DAY - timedelta(seconds=1)) is None
    assert event_due("verified", known, TERMS, FILED + 76 * DAY) == "due"
    assert event_due("verify_due", known, TERMS, FILED + 90 * DAY - timedelta(seconds=1)) is None
    assert event_due("verify_due", known, TERMS, FILED + 90 * DAY) == "expire"
    assert event_due("verified", known, TERMS, FILED + 90 * DAY) == "expire"  # after an outage


def test_a_site_is_archived_180_days_after_the_last_word_and_never_unannounced():
    told = SiteFacts(heard_at=FILED, verified_at=FILED, told_at=FILED + 90 * DAY)
    assert event_due("stale", told, TERMS, FILED + 180 * DAY - timedelta(seconds=1)) is None
    assert event_due("stale", told, TERMS, FILED + 180 * DAY) == "archive"
    silent = SiteFacts(heard_at=FILED)
    assert event_due("site_submitted", silent, TERMS, FILED + 166 * DAY - timedelta(seconds=1)) is None
    assert event_due("site_submitted", silent, TERMS, FILED + 400 * DAY) == "warn"
    warned = replace(silent, told_at=FILED + 400 * DAY)
    assert event_due("site_submitted", warned, TERMS, FILED + 413 * DAY) is None
    assert event_due("site_submitted", warned, TERMS, FILED + 414 * DAY) == "archive"


def test_a_word_of_its_owner_keeps_a_site_matched_and_not_verified():
    """He says that it is there: that keeps it in matching; only an officer's verification lets it be told."""
    known = SiteFacts(heard_at=FILED + 100 * DAY, verified_at=FILED, told_at=FILED + 90 * DAY)
    assert event_due("stale", known, TERMS, FILED + 265 * DAY) is None
    assert event_due("stale", known, TERMS, FILED + 266 * DAY) == "warn"
    assert event_due("verify_due", known, TERMS, FILED + 100 * DAY) == "expire"


@pytest.mark.parametrize("state", sorted(set(SiteState) - LIVE_SITES))
def test_what_is_closed_or_archived_has_no_clock(state):
    assert event_due(state, SiteFacts(heard_at=FILED), TERMS, FILED + 999 * DAY) is None


@given(st.integers(0, 400), st.sampled_from(sorted(LIVE_SITES)), st.none() | st.integers(0, 400))
def test_nothing_is_archived_that_nobody_was_told_of_for_14_days(days, state, told_days):
    told_at = None if told_days is None else FILED + told_days * DAY
    known = SiteFacts(heard_at=FILED, verified_at=FILED if state != "site_submitted" else None, told_at=told_at)
    now = FILED + days * DAY
    if event_due(state, known, TERMS, now) == "archive":
        assert told_at is not None
        assert told_at + TERMS.notice <= now
        assert known.heard_at + TERMS.archive <= now


def test_an_answer_is_due_after_five_working_days():
    def day_off(day: date) -> bool:
        return day.weekday() >= 5

    assert process_by(FILED, TERMS, day_off) == FILED + 7 * DAY
    assert process_by(FILED + 4 * DAY, TERMS, day_off) == FILED + 11 * DAY


# ---- what may be told


@pytest.mark.parametrize("state", sorted(SiteState))
@pytest.mark.parametrize("disputed", [False, True])
@pytest.mark.parametrize("level", [Level.MATCH_ONLY, Level.REDACTED])
@pytest.mark.parametrize("released", [False, True])
def test_nothing_of_a_site_is_told_by_level_or_release_unless_it_is_verified_and_not_in_doubt(
    state, disputed, level, released
):
    site, once = facts(state, level=level, disputed=disputed), frozenset({"humanitarian"} if released else ())
    words = released_words(
        site,
        place="Bankass",
        pcode=None,
        starts_at=FILED,
        ends_at=OPEN_END,
        crowd=False,
        zone="Africa/Bamako",
        released=once,
    )
    by_owner = level is not Level.MATCH_ONLY or released
    told = state in VERIFIED_SITES and not disputed and by_owner
    assert may_be_asked(plan(), site, once) is told
    assert (words is not None) is told
    heard = may_hear("mission", "minimal", site, eyes_only=False, late=False)
    assert heard is (state in VERIFIED_SITES and not disputed and level is not Level.MATCH_ONLY)


def test_a_site_of_which_no_row_says_that_it_was_verified_tells_nothing():
    assert not may_be_asked(plan(), replace(facts(), site=None), frozenset())


def test_the_owner_of_a_site_may_be_asked_whatever_its_state():
    assert may_be_asked(facts("stale"), plan(), frozenset())


def test_only_the_desk_reads_that_a_site_is_in_doubt():
    owner = Audience(1, 7, "humanitarian", frozenset({roles.FOCAL_POINT}))
    officer = Audience(2, 3, "ocha", frozenset({roles.CMCOORD}))
    site, clear = facts(disputed=True, communications="+22370000001"), facts(communications="+22370000001")
    assert view_of_item(site, owner) == view_of_item(clear, owner)
    assert view_of_item(site, officer).site.disputed is True
    assert view_of_item(site, officer).site.contact == "+22370000001"
    for side, role in (("mission", roles.CIMIC), ("humanitarian", roles.FOCAL_POINT)):
        assert view_of_item(site, Audience(5, 99, side, frozenset({role}))) is None


# ---- two that may be one


def test_two_sites_within_200_m_that_share_no_name_may_be_one():
    one = make.site(HERE, name="École A", aliases=("Vieux marché",))
    near, far = destination(HERE, 90.0, 199.0), destination(HERE, 90.0, 201.0)
    assert may_be_one(one, make.site(near, name="Bâtiment B"), TERMS)
    assert not may_be_one(one, make.site(far, name="Bâtiment B"), TERMS)
    assert not may_be_one(one, make.site(near, name="ecole a"), TERMS)
    assert not may_be_one(one, make.site(near, name="Bâtiment B", aliases=("vieux MARCHE",)), TERMS)


def test_what_was_verified_is_touched_by_place_kind_size_name_and_use_alone():
    one = make.site(HERE, name="École A")
    for other in (make.site("Koro", name="École A"), replace(one, name="B"), replace(one, radius_m=500)):
        assert needs_verifying(one, other)
    assert needs_verifying(one, replace(one, works=False))
    for same in (
        replace(one, communications="+22370000001"),
        replace(one, opening="always"),
        replace(one, occupancy="few"),
    ):
        assert not needs_verifying(one, same)


# ---- what the matcher sees


@given(
    st.integers(0, 24 * 60 - 1),
    st.integers(0, 9 * 24 * 60),
    st.tuples(st.integers(0, 23), st.integers(0, 23)),
    st.sets(st.integers(0, 6), min_size=1),
)
def test_open_days_agree_with_a_look_at_every_quarter_of_an_hour(starts, lasts, hours, days):
    opens, closes = (time(hour) for hour in sorted(hours))
    if opens == closes:
        return
    first = FILED + timedelta(minutes=starts // 15 * 15)
    quarters = [first + timedelta(minutes=15 * n) for n in range(lasts // 15 + 1)]
    seen = [at for at in quarters if opens <= at.time() <= closes and at.weekday() in days]
    found = open_span((opens, closes), first, quarters[-1], BAMAKO, days)
    assert found == ((seen[0], seen[-1]) if seen else None)


@pytest.mark.parametrize(
    ("more", "hours", "days"),
    [
        ({}, (time(7), time(18)), None),  # those of a school
        ({"opening": "always"}, None, None),
        (
            {"opening": "hours", "days": (0, 1), "opens": time(8), "closes": time(12)},
            (time(8), time(12)),
            frozenset({0, 1}),
        ),
    ],
)
def test_a_site_is_one_standing_part_without_an_end_of_its_own_size_and_hours(mission, more, hours, days):
    site = make.site("Bankass", kind="SITE_SCHOOL", radius_m=250, **more)
    activity = activity_of(
        site, item_id=1, version=1, catalogue=mission.catalogue, pack=mission.pack, gazetteer=mission.gazetteer
    )
    (part,) = activity.parts
    assert (part.shape.radius_m, part.end.at, part.moving, part.halt) == (250.0, OPEN_END, False, True)
    assert (part.hours, part.days) == (hours, days)
    assert "PROTECTED_SITE" in part.groups


def test_what_is_kept_of_a_site_names_neither_it_nor_anybody(mission):
    site = make.site(
        "Bankass",
        name="École A",
        aliases=("Vieux marché",),
        co_operators=("ONG Beta",),
        communications="+22370000001",
        fixed_on=date(2019, 1, 2),
    )
    bare = reduced(site, mission.gazetteer, mission.zone)
    assert bare == reduced(bare, mission.gazetteer, mission.zone)
    assert not {"École A", "Vieux marché", "ONG Beta", "+22370000001", "2019-01-02"} & set(
        map(str, str(bare).split("'"))
    )
    assert bare.stops[0].location.point != site.stops[0].location.point
