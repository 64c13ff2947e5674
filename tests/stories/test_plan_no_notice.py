"""A plan that is entered when it has begun or is over: taken, marked, matched and counted; nobody is alerted of what is past."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import databases
import make
import pytest
from planted import Visitor, plain, signed_in, tell_the_time
from world import World, opened_world

from deconflict.domain.judgement import Judgement
from deconflict.matching.recompute import recompute
from deconflict.store.base import db
from deconflict.store.plan_figures import Ahead, filed_ahead
from deconflict.store.queries import is_no_notice

NEAR = (14.0800, -3.5120)  # 1.4 km from the point of Bankass
PATROLS = ("PAT_LONG", "PAT_SHORT")


def marked(world: World, reference: str) -> tuple[bool, bool]:
    item = world.item(reference)
    return item.late, is_no_notice(db.session(), item)


@pytest.fixture
def afterwards(world: World) -> World:
    """A distribution was held in Bankass, and it is the evening."""
    world.at("2019-12-08T06:00Z")
    world.notice = world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-12:00"))
    world.at("2019-12-10T20:00Z")
    world.turn()
    world.all_quiet()
    return world


def test_what_is_over_is_taken_marked_and_read_by_the_desk_as_lapsed(afterwards: World) -> None:
    world = afterwards
    reference = world.cimic.files(make.patrol(NEAR, "10 Dec 10:00-11:00"))
    assert marked(world, reference) == (True, True)
    case = world.case
    assert (case.state, case.severity, case.outcome) == ("lapsed", "critical", "lapse")
    assert [event.event for event in case.events] == ["open", "lapse"]
    assert recompute(db.session(), world.mission, case) == Judgement.from_json(case.judgement)
    world.forward("1d")
    assert world.alerts("") == []
    world.all_quiet()


def test_looking_again_changes_nothing(afterwards: World) -> None:
    world = afterwards
    world.cimic.files(make.patrol(NEAR, "10 Dec 10:00-11:00"))
    before = (world.case.state, world.case.round, len(world.case.events))
    world.ngo.amends(world.notice, make.distribution("Bankass", "10 Dec 09:00-11:30"))
    assert (world.case.state, world.case.round) == before[:2]
    world.all_quiet()


def test_what_met_nobody_opens_nothing(afterwards: World) -> None:
    afterwards.cimic.files(make.patrol("Kidal", "10 Dec 10:00-11:00"))
    assert afterwards.cases() == []


def test_what_is_filed_beforehand_and_passes_unseen_is_no_such_case(world: World) -> None:
    """A notice that comes when all is over opens nothing: the plan gave notice."""
    world.at("2019-12-08T06:00Z")
    reference = world.cimic.files(make.patrol(NEAR, "10 Dec 10:00-11:00"))
    world.at("2019-12-12T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-12:00"))
    assert marked(world, reference) == (False, False)
    assert world.cases() == []


def test_what_is_still_under_way_alerts_the_desk_as_ever(world: World) -> None:
    world.at("2019-12-08T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.at("2019-12-10T10:00Z")
    reference = world.cimic.files(make.patrol(NEAR, "10 Dec 09:30-14:00"))
    assert marked(world, reference) == (True, True)
    assert world.case.state == "detected"
    world.officer.expects("dossier")


def test_aid_that_was_given_without_notice_is_looked_at_for_what_follows(world: World) -> None:
    """R03a looks seven days around: the distribution is still to come."""
    world.at("2019-12-08T06:00Z")
    world.ngo.files(make.distribution("Gossi", "14 Dec 09:00-12:00"))
    world.at("2019-12-11T06:00Z")
    world.cimic.files(make.patrol("Gossi", "10 Dec 10:00-11:00", aid="unplanned"))
    assert (world.case.state, world.case.severity) == ("detected", "high")


def test_an_amendment_takes_the_mark_off_nothing_and_puts_it_on_nothing(world: World) -> None:
    world.at("2019-12-10T10:30Z")
    reference = world.cimic.files(make.patrol("Koro", "10 Dec 10:00-14:00"))
    world.cimic.amends(reference, make.patrol("Koro", "11 Dec 10:00-14:00"))
    assert marked(world, reference) == (True, True)
    ahead = world.cimic.files(make.patrol("Koro", "13 Dec 10:00-14:00"))
    world.at("2019-12-13T11:00Z")
    world.cimic.amends(ahead, make.patrol("Koro", "13 Dec 10:00-16:00"))
    assert marked(world, ahead) == (True, False)


def test_the_share_that_was_entered_in_time(world: World) -> None:
    """Six patrols: two in time, one cancelled, one late, one moved into the last day, one when it had begun; and an event."""
    world.at("2019-12-02T06:00Z")
    world.cimic.files(make.patrol("Koro", "10 Dec 10:00-11:00"))
    world.cimic.files(make.patrol("Koro", "11 Dec 10:00-11:00", kind="PAT_SHORT"))
    world.cimic.cancels(world.cimic.files(make.patrol("Koro", "11 Dec 14:00-15:00")))
    moved = world.cimic.files(make.patrol("Koro", "12 Dec 10:00-11:00"))
    world.cimic.files(make.ceremony("Koro", "12 Dec 10:00-11:00"))
    world.cimic.files(make.patrol("Koro", "30 Dec 10:00-11:00"))  # of another month
    world.cimic.files(make.patrol("Koro", "3 Dec 05:00-06:00"))
    world.cimic.files(make.patrol("Koro", "2 Dec 04:00-05:00"))
    world.at("2019-12-09T12:00Z")
    world.cimic.amends(moved, make.patrol("Koro", "9 Dec 20:00-21:00"))
    since = datetime(2019, 12, 1, tzinfo=UTC)
    found = filed_ahead(db.session(), PATROLS, since, since + timedelta(days=20))
    assert found == Ahead(filed=5, ahead=2, no_notice=1)
    assert found.share == pytest.approx(0.4)
    assert filed_ahead(db.session(), PATROLS, since - timedelta(days=9), since).share is None


@pytest.fixture(params=databases.KINDS)
def afterwards_in(request, tmp_path, network, mail, monkeypatch):
    """`afterwards_in(there)`: the evening after a distribution in Bankass was held, or was not, and the mission's browser."""
    opened = ExitStack()

    def begin(there: bool) -> tuple[World, Visitor]:
        folder = Path(mkdtemp(dir=tmp_path))
        world = opened.enter_context(opened_world(request.param, folder, network, mail))
        tell_the_time(world.app, monkeypatch, lambda: world.now)
        world.at("2019-12-08T06:00Z")
        if there:
            world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-12:00"))
        world.at("2019-12-10T20:00Z")
        world.turn()
        return world, signed_in(world.app, world.cimic.person_id)

    with opened:
        yield begin


def test_who_enters_it_afterwards_reads_the_same_whatever_it_met(afterwards_in) -> None:
    """Two worlds, to the byte."""
    seen = []
    for there in (True, False):
        world, browser = afterwards_in(there)
        reference = world.cimic.files(make.patrol(NEAR, "10 Dec 10:00-11:00"))
        assert len(world.cases()) == there
        pages = ["/", "/plans", "/requests", *(f"/plans/{reference}{page}" for page in ("", "/filed", "/close-out"))]
        seen.append([plain(browser.get(path)).replace(reference, "REFER") for path in pages])
        world.at("2019-12-20T06:00Z")
        world.turn()
        seen[-1] += [plain(browser.get(path)).replace(reference, "REFER") for path in pages]
        world.cimic.expects_nothing()
        assert world.cimic.mailbox.unread == []
    assert seen[0] == seen[1]
    assert "10:00" in seen[0][3]
