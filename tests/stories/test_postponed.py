"""Postponed and shared less: one act each, a new version as an amendment is, and no more is answered to either."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import make
import pytest
from lives import AWAY, NOTICE, PATROL, START, Life, Lives
from planted import Visitor, look_again, signed_in
from sqlalchemy import select
from world import World

from deconflict.domain.errors import LostRace, NotFound, Refused, WrongState
from deconflict.domain.filing import Level
from deconflict.services import changing, check_ins
from deconflict.services.filing import read_item
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.queries import filing_of, version_of


def postpones(world: World, reference: str, days: int | None = 0, hours: int | None = 0, who: str = "ngo", **more):
    base, reason = more.get("base", world.item(reference).version), more.get("reason", "the road is cut")
    by = world.actors[who].audience
    done = changing.postpone_item(reference, base, days, hours, reason, by, world.mission, world.now)
    world.turn()
    return done


def lowers(world: World, reference: str, level: str, who: str = "ngo", base: int = 0):
    base, by = base or world.item(reference).version, world.actors[who].audience
    done = changing.lower_level(reference, base, level, "", by, world.mission, world.now)
    world.turn()
    return done


def filed(world: World, reference: str):
    return filing_of(version_of(db.session(), world.item(reference)))


def changed_rows(page: str) -> list[tuple[str, str]]:
    cells = r'<td data-label="[^"]*">([^<]*)</td>\s*<td data-label="[^"]*">([^<]*)</td>'
    return re.findall(cells, page)


@pytest.fixture
def met(world: World) -> World:
    """A distribution in Bankass and a patrol there in the same hours."""
    world.at(START)
    world.notice, world.plan = world.ngo.files(NOTICE), world.cimic.files(PATROL)
    world.read_everything()
    return world


# ---- postponed -------------------------------------------------------------------------------------------------------


def test_all_hours_move_in_one_step_and_the_case_is_judged_by_the_new_ones(met: World):
    before = filed(met, met.notice)
    read_item(met.item(met.notice).id, 1, met.officer.audience, met.now)
    assert postpones(met, met.notice, 2, 3).version == 2
    after = filed(met, met.notice)
    for old, new in zip(before.stops, after.stops, strict=True):
        assert [b.earliest - a.earliest for a, b in zip(old.windows, new.windows, strict=True)] == [
            timedelta(days=2, hours=3)
        ] * len(old.windows)
    assert replace(after, stops=before.stops) == before
    assert met.item(met.notice).state == "submitted"  # to be read again
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "postpone")).one()
    assert (entry.actor_id, entry.detail) == (met.ngo.person_id, {"version": 2})
    assert met.case.severity != "critical"
    met.read_everything()
    postpones(met, met.notice, 20)
    met.read_everything()
    assert met.case.state == "closed"


def test_a_plan_is_postponed_the_same_way(met: World):
    postpones(met, met.plan, 10, who="cimic")
    met.read_everything()
    assert met.case.state == "closed"


@pytest.mark.parametrize(
    ("days", "hours", "field"),
    [(0, 0, "days"), (None, 1, "days"), (61, 0, "days"), (1, None, "hours"), (0, 24, "hours")],
)
def test_a_span_that_is_none_is_refused_at_its_field(met: World, days, hours, field):
    with pytest.raises(Refused) as refused:
        postpones(met, met.notice, days, hours)
    assert refused.value.field == field
    assert met.item(met.notice).version == 1


def test_it_says_why_begins_in_the_future_and_never_too_far(met: World):
    with pytest.raises(Refused) as refused:
        postpones(met, met.notice, 1, reason="  ")
    assert refused.value.field == "reason"
    far = met.ngo.files(make.distribution("Koro", "31 Dec 09:00-15:00"))
    for _ in range(8):
        postpones(met, far, 60)
    with pytest.raises(Refused) as refused:
        postpones(met, far, 60)
    assert refused.value.field == "days"
    met.at("2019-12-10T16:00Z")
    with pytest.raises(Refused) as refused:
        postpones(met, met.notice, 0, 2)
    assert refused.value.field == "days"
    met.read_everything()


def test_what_leaves_sooner_than_the_lead_time_is_late_then_too(met: World):
    near = met.ngo.files(make.distribution("Koro", "8 Dec 09:00-15:00"))
    assert not met.item(near).late
    met.at("2019-12-08T06:00Z")
    postpones(met, near, 0, 6)
    assert met.item(near).late
    met.read_everything()


def test_only_its_owner_and_only_the_version_that_was_read(met: World):
    for who in ("other_ngo", "cimic", "officer"):
        with pytest.raises(NotFound):
            postpones(met, met.notice, 1, who=who)
    with pytest.raises(NotFound):
        postpones(met, met.plan, 1)
    postpones(met, met.notice, 1)
    with pytest.raises(LostRace):
        postpones(met, met.notice, 1, base=1)
    met.read_everything()


def test_a_team_on_its_way_is_not_postponed_as_a_whole(world: World):
    world.at("2019-12-08T06:00Z")
    trip = world.ngo.files(make.journey("Mopti", "Bankass", "10 Dec 06:00-09:00"))
    read_item(world.item(trip).id, 1, world.officer.audience, world.now)
    world.at("2019-12-10T05:50Z")
    step = check_ins.Step(1, check_ins.Kind.DEPARTED)
    check_ins.check_in(trip, step, world.ngo.audience, world.mission, world.now)
    with pytest.raises(WrongState):
        postpones(world, trip, 1)
    lowers(world, trip, "match_only")  # that can be done at any time
    look_again()
    assert world.item(trip).level == "match_only"
    read_item(world.item(trip).id, 2, world.officer.audience, world.now)
    assert world.item(trip).state == "under_way"


# ---- shared less -----------------------------------------------------------------------------------------------------


def test_what_rested_on_more_is_taken_back_and_the_desk_is_rung(met: World, stranger: Visitor):
    met.officer.takes(met.case)
    met.officer.asks(met.case, "mission")
    reference = met.case.mission_reference
    met.read_everything()
    lowers(met, met.notice, "match_only")
    look_again()
    assert met.case.requests[0].state == "withdrawn"
    assert "level_lowered" in [event.event for event in met.case.events]
    met.read_everything()
    page = signed_in(met.app, met.cimic.person_id).get(f"/requests/{reference}")
    assert page.status_code == 200
    assert "Taken back by the desk" in page.text
    assert "/answer" not in page.text
    with pytest.raises(Refused):
        met.officer.asks(met.case, "mission")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "lower")).one()
    assert entry.detail == {"version": 2}


def test_below_full_no_plates_are_kept_in_the_version_that_stands(met: World):
    full = met.ngo.files(replace(make.distribution("Koro", "12 Dec 09:00-15:00", level=Level.FULL), plates="AB 123"))
    lowers(met, full, "redacted")
    assert (filed(met, full).level, filed(met, full).plates) == (Level.REDACTED, "")
    assert not met.item(full).late  # no hour has moved
    met.read_everything()


@pytest.mark.parametrize("level", ["full", "redacted", "", "everything"])
def test_it_only_ever_becomes_less(met: World, level):
    with pytest.raises(Refused) as refused:
        lowers(met, met.notice, level)
    assert refused.value.field == "level"
    assert met.item(met.notice).version == 1


def test_only_its_owner_withdraws_it(met: World):
    for who in ("other_ngo", "cimic", "officer"):
        with pytest.raises(NotFound):
            lowers(met, met.notice, "match_only", who)
    with pytest.raises(NotFound):
        lowers(met, met.plan, "match_only")
    lowers(met, met.plan, "match_only", "cimic")
    with pytest.raises(LostRace):
        lowers(met, met.notice, "match_only", base=7)
    met.read_everything()


# ---- the pages -------------------------------------------------------------------------------------------------------


def test_before_and_after_stand_on_the_page_that_follows_and_on_the_notice(lives: Lives):
    with lives.opened("ngo") as life:
        notice = life.world.ngo.files(NOTICE)
        page = f"/notices/{notice}"
        assert "/postpone" in life.looks(page)
        form = life.looks(f"{page}/postpone")
        assert 'name="version" value="1"' in form
        assert life.posts(f"{page}/postpone", version="1", days="x", hours="0", reason="pluie") == 422
        assert 'value="pluie"' in life.seen[-1]
        assert life.posts(f"{page}/postpone", version="1", days="", hours="0", reason="pluie") == 422
        assert life.posts(f"{page}/postpone", version="1", days="1", hours="", reason="pluie") == 303
        for address in (f"{page}/filed", page):
            rows = changed_rows(life.looks(address))
            assert len(rows) == 2
            assert all("10 décembre" in before and "11 décembre" in after for before, after in rows)
        assert "pluie" in life.looks(page)
        assert life.posts(f"{page}/postpone", version="1", days="1", hours="0", reason="pluie") == 303
        assert life.world.item(notice).version == 2  # pressed twice is once


def test_withdrawing_says_what_cannot_be_untold_and_offers_only_less(lives: Lives):
    with lives.opened("ngo") as life:
        full = replace(NOTICE, level=Level.FULL, plates="AB 123")
        notice = life.world.ngo.files(full)
        page = f"/notices/{notice}"
        form = life.looks(f"{page}/sharing")
        assert re.findall(r'name="level" value="([^"]+)"', form) == ["redacted", "match_only"]
        assert life.posts(f"{page}/sharing", version="1") == 422
        assert life.posts(f"{page}/sharing", version="1", level="match_only") == 303
        assert len(changed_rows(life.looks(f"{page}/filed"))) == 2  # the level, and the plates that went
        assert 'name="level"' not in life.looks(f"{page}/sharing")
        assert "/sharing" not in life.looks(page)


def test_over_or_cancelled_nothing_is_offered_any_more(lives: Lives):
    with lives.opened("ngo") as life:
        notice = life.world.ngo.files(NOTICE)
        life.world.ngo.cancels(notice)
        page = f"/notices/{notice}"
        for what in ("postpone", "sharing"):
            assert f"/{what}" not in life.looks(page)
            assert life.browser.get(f"{page}/{what}").status_code == 422
            form = {"version": "1", "days": "1", "hours": "0", "reason": "x", "level": "match_only"}
            life.posts(f"{page}/{what}", **form)
        assert life.world.item(notice).version == 1


def test_neither_answers_anything_of_the_other_side(lives: Lives):
    def story(life: Life, plan) -> None:
        world = life.world
        notice = world.ngo.files(NOTICE)
        world.cimic.files(plan)
        life.names |= {notice: "NOTICE"}
        page = f"/notices/{notice}"
        life.looks(page, f"{page}/postpone", f"{page}/sharing")
        life.posts(f"{page}/postpone", version="1", days="0", hours="1", reason="pluie")
        world.turn()
        life.looks(f"{page}/filed", page, "/notices", "/requests")
        life.posts(f"{page}/sharing", version="2", level="match_only", reason="")
        world.turn()
        life.looks(f"{page}/filed", page, "/notices", "/requests")
        life.hears()

    assert lives.apart(story, PATROL, AWAY) == []
