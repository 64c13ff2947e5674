"""Static sites from filing to archive: what is matched, what is told, who verifies, what the clocks do."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import make
import pytest
from sqlalchemy import select
from world import at_once

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.errors import LostRace, NotFound, Refused, WrongState
from deconflict.domain.filing import Level
from deconflict.domain.geodesy import destination
from deconflict.domain.states import CaseState
from deconflict.services import filing, sites
from deconflict.services.requests import draft
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.items import ItemVersion
from deconflict.store.letters import Letter
from deconflict.store.people import Account
from deconflict.store.sites import SitePair, open_pairs

HERE = (14.1500, -3.6000)  # in the bush: in a town distances of some rules are divided
CAMP = "10 Dec 10:00-12:00"


def beside(metres: float) -> tuple[float, float]:
    """A point so many metres east of the outer edge of a site of 100 m."""
    return destination(HERE, 90.0, metres + 100)


def rules(world) -> set[str]:
    return {hit["rule_id"] for case in world.cases() for hit in case.judgement["hits"]}


def id_of(world, reference: str) -> int:
    return world.item(reference).id


def verified(world, reference: str) -> None:
    """By the duty officer, on the spot."""
    who, item = world.officer.audience, world.item(reference)
    sites.take_site(item.id, item.version, "gps", who, world.now)
    sites.verify_site(item.id, item.version, "gps", who, world.now)
    world.turn()


def words_for_the_mission(world):
    return draft(db.session(), world.case, "mission", world.mission).words


@pytest.fixture
def joined(world):
    """Whoever reads letters has signed in once."""
    with transaction() as session:
        for account in session.scalars(select(Account)):
            account.joined_at = world.now
    return world


def letters(world) -> list[tuple[str, str]]:
    db.session.rollback()
    names = {actor.person_id: name for name, actor in world.actors.items()}
    rows = db.session.execute(
        select(Letter.kind, Letter.person_id).where(Letter.kind.like("site%")).order_by(Letter.id)
    )
    return [(row.kind, names[row.person_id]) for row in rows]


# ---- matched from the moment it is filed


def test_a_camp_800_m_from_a_site_of_displaced_people_is_critical_at_once(world):
    world.ngo.files(make.site(HERE))
    world.cimic.files(make.patrol(beside(800), CAMP, kind="TOB"))
    assert world.case.severity == "critical"
    assert "R09a" in rules(world)
    world.officer.expects("URGENT")


def test_2_km_are_r09b_and_4_km_are_nothing(world):
    world.ngo.files(make.site(HERE))
    camp = world.cimic.files(make.patrol(beside(2_000), CAMP, kind="TOB"))
    assert rules(world) == {"R09b"}
    world.cimic.amends(camp, make.patrol(beside(4_000), CAMP, kind="TOB"))
    assert world.case.state == CaseState.CLOSED


def test_a_range_9_km_away_is_r07_and_30_km_are_not(world):
    world.ngo.files(make.site(HERE, kind="SITE_WAREHOUSE"))
    world.cimic.files(make.patrol(beside(9_000), CAMP, kind="RANGE"))
    assert "R07a" in rules(world)
    world.ngo.files(make.site("Gao", kind="SITE_WAREHOUSE"))
    world.cimic.files(make.patrol((16.55, 0.2), CAMP, kind="RANGE"))
    assert len(world.cases()) == 1


@pytest.mark.parametrize(
    ("more", "when", "fires"),
    [
        ({}, "10 Dec 10:00-12:00", True),  # a school is open from seven to six
        ({}, "10 Dec 20:00-22:00", False),
        ({"opening": "always"}, "10 Dec 20:00-22:00", True),
        ({"opening": "hours", "days": (1,), "opens": time(19), "closes": time(21)}, "10 Dec 20:00-22:00", True),
        ({"opening": "hours", "days": (1,), "opens": time(19), "closes": time(21)}, "10 Dec 10:00-12:00", False),
        ({"opening": "hours", "days": (2, 3), "opens": time(8), "closes": time(17)}, "10 Dec 10:00-12:00", False),
    ],
)
def test_a_patrol_that_halts_300_m_from_a_school_counts_while_the_school_is_open_by_its_own_hours(
    world, more, when, fires
):
    """10 December 2019 is a Tuesday."""
    world.ngo.files(make.site(HERE, kind="SITE_SCHOOL", **more))
    world.cimic.files(make.patrol(beside(300), when))
    assert ("R09c" in rules(world)) is fires


def test_a_guesthouse_is_for_the_coordination_officer_alone(world):
    world.ngo.files(make.site(HERE, kind="SITE_GUESTHOUSE", level=Level.MATCH_ONLY))
    world.cimic.files(make.patrol(beside(2_000), CAMP))
    assert "R10" in rules(world)
    assert world.case.eyes_only


# ---- who files to hear of patrols hears nothing


def test_a_site_that_nobody_has_verified_brings_its_owner_no_minimal_alert_and_a_verified_one_does(world):
    world.at("2019-12-09T06:00Z")
    reference = world.ngo.files(make.site(HERE))
    world.cimic.files(make.patrol(beside(800), CAMP, kind="TOB"))
    world.forward("1h")
    world.read_everything()
    world.forward("2h")
    assert not world.alerts("minimal:humanitarian")
    verified(world, reference)
    world.cimic.files(make.patrol(beside(900), "11 Dec 10:00-12:00", kind="TOB"))
    world.forward("2h")
    assert world.alerts("minimal:humanitarian")


def test_a_site_of_next_month_is_no_better_bait(world):
    site = make.site(HERE)
    soon = make.exactly(world.now + timedelta(days=30))
    reference = world.ngo.files(replace(site, stops=(replace(site.stops[0], arrive=soon),)))
    assert world.item(reference).late


# ---- verification


def test_an_officer_takes_and_verifies_and_the_matcher_looks_again(world):
    reference = world.ngo.files(make.site(HERE))
    assert (world.item(reference).state, world.item(reference).late) == ("site_submitted", True)
    verified(world, reference)
    item = world.item(reference)
    assert (item.state, item.late, item.site.verified_version) == ("verified", False, 1)
    assert item.site.verified_by_id == world.officer.person_id


def test_nobody_verifies_what_he_entered_or_confirmed_himself(world):
    who = world.officer.audience
    entered = Audience(who.person_id, world.ngo.audience.organisation_id, "humanitarian", frozenset({roles.SUBMITTER}))
    reference = filing.file_item(make.site(HERE), entered, "key-own", world.mission, world.now).reference
    for act in (sites.take_site, sites.verify_site):
        with pytest.raises(Refused, match="another officer"):
            act(id_of(world, reference), 1, "gps", who, world.now)
    sites.take_site(id_of(world, reference), 1, "visit", world.deputy.audience, world.now)
    sites.verify_site(id_of(world, reference), 1, "visit", world.deputy.audience, world.now)
    assert world.item(reference).state == "verified"


def test_who_looked_at_the_position_for_its_owner_or_confirmed_it_does_not_verify_it(world):
    """Somebody who worked there then and is with OCHA now."""
    who = world.officer.audience
    once = Audience(who.person_id, world.ngo.audience.organisation_id, "humanitarian", frozenset({roles.SUBMITTER}))
    for act in (sites.second_site, sites.confirm_site):
        reference = world.ngo.files(make.site(HERE))
        act(reference, 1, once, world.now)
        with pytest.raises(Refused, match="another officer"):
            sites.take_site(id_of(world, reference), 1, "gps", who, world.now)


def test_who_amends_while_an_officer_verifies_loses_nothing_and_verifies_nothing(world):
    """Whichever comes first: what is verified is the version the officer saw, or nothing is."""
    reference = world.ngo.files(make.site(HERE))
    item_id, officer = id_of(world, reference), world.officer.audience
    sites.take_site(item_id, 1, "gps", officer, world.now)
    moved = make.site(beside(5_000))
    lost: list[str] = []

    def tried(name, act):
        try:
            act()
        except (LostRace, WrongState):
            lost.append(name)

    at_once(
        world.app,
        lambda: tried("verify", lambda: sites.verify_site(item_id, 1, "gps", officer, world.now)),
        lambda: tried(
            "amend",
            lambda: filing.amend_item(reference, moved, 1, world.ngo.audience, world.mission, world.now),
        ),
    )
    item = world.item(reference)
    assert lost in ([], ["verify"])
    assert (item.version, item.state) == (2, "site_submitted")
    assert item.site.verified_version in (None, 1)


def test_two_officers_at_once_verify_it_once_or_twice_and_one_who_entered_it_never_does(world):
    who = world.officer.audience
    entered = Audience(who.person_id, world.ngo.audience.organisation_id, "humanitarian", frozenset({roles.SUBMITTER}))
    reference = filing.file_item(make.site(HERE), entered, "key-own", world.mission, world.now).reference
    item_id = id_of(world, reference)
    sites.take_site(item_id, 1, "visit", world.deputy.audience, world.now)
    refused: list[int] = []

    def verify(by):
        try:
            sites.verify_site(item_id, 1, "visit", by, world.now)
        except Refused:
            refused.append(by.person_id)

    at_once(world.app, lambda: verify(who), lambda: verify(world.deputy.audience))
    assert refused == [who.person_id]
    assert world.item(reference).site.verified_by_id == world.deputy.person_id


@pytest.mark.parametrize(
    "act",
    [
        lambda item, by, now: sites.take_site(item.id, 1, "gps", by, now),
        lambda item, by, now: sites.verify_site(item.id, 1, "gps", by, now),
        lambda item, by, now: sites.return_site(item.id, 1, "place", by, now),
        lambda item, by, now: sites.suspend_site(item.id, 1, "function", by, now),
        lambda item, by, now: sites.resume_site(item.id, 1, by, now),
        lambda item, by, now: sites.left_site(item.id, 1, by, now),
        lambda item, by, now: sites.settle_pair(1, (1, 1), "same_site", by, now),
        lambda item, by, now: sites.second_site(item.reference, 1, by, now),
        lambda item, by, now: sites.close_site(item.reference, 1, by, now),
        lambda item, by, now: sites.confirm_site(item.reference, 1, by, now),
        lambda item, by, now: sites.suspend_own_site(item.reference, 1, "function", by, now),
        lambda item, by, now: sites.resume_own_site(item.reference, 1, by, now),
        lambda item, by, now: sites.left_own_site(item.reference, 1, by, now),
    ],
)
def test_another_organisation_and_the_mission_do_nothing_to_a_site(world, act):
    item = world.item(world.ngo.files(make.site(HERE)))
    for stranger in (world.other_ngo, world.cimic):
        with pytest.raises(NotFound):
            act(item, stranger.audience, world.now)
    assert world.item(item.reference).state == "site_submitted"


def test_an_amendment_of_a_number_keeps_the_verification_and_one_of_the_place_does_not(world):
    site = make.site(HERE)
    reference = world.ngo.files(site)
    verified(world, reference)
    world.ngo.amends(reference, replace(site, communications="+22370000001"))
    assert (world.item(reference).state, world.item(reference).version) == ("verified", 2)
    world.ngo.amends(reference, make.site(beside(3_000)))
    assert (world.item(reference).state, world.item(reference).late) == ("site_submitted", True)


def test_what_belongs_to_a_movement_is_refused_to_a_site_and_the_other_way(world):
    site = world.ngo.files(make.site(HERE))
    notice = world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    by, now = world.ngo.audience, world.now
    with pytest.raises(WrongState):
        filing.read_item(id_of(world, site), 1, world.officer.audience, now)
    with pytest.raises(WrongState):
        filing.cancel_item(site, by, "x", now)
    with pytest.raises(NotFound):
        filing.amend_item(notice, make.site(HERE), 1, by, world.mission, now)
    with pytest.raises(NotFound):
        filing.amend_item(site, make.distribution("Bankass", "10 Dec 09:00-15:00"), 1, by, world.mission, now)
    for act in (sites.close_site, sites.confirm_site):
        with pytest.raises(NotFound):
            act(notice, 1, by, now)


# ---- what the mission may be told


def test_the_mission_may_be_asked_about_a_verified_site_and_about_no_other(world):
    world.at("2019-12-09T06:00Z")
    reference = world.ngo.files(make.site(HERE))
    world.cimic.files(make.patrol(beside(800), CAMP, kind="TOB"))
    world.officer.takes(world.case)
    assert words_for_the_mission(world) is None
    with pytest.raises(Refused):
        world.officer.asks(world.case, "mission")
    world.officer.notes_release(world.case, "humanitarian")  # by phone: it mends nothing
    assert words_for_the_mission(world) is None
    verified(world, reference)
    assert words_for_the_mission(world) is not None
    sites.suspend_site(id_of(world, reference), 1, "occupied", world.officer.audience, world.now)
    assert words_for_the_mission(world) is None
    assert world.case.state in ("taken", "asked")  # it is matched all the same


def test_a_site_that_grew_stale_tells_nothing_more_until_it_is_verified_again(world):
    world.at("2019-09-01T06:00Z")
    reference = world.ngo.files(make.site(HERE))
    verified(world, reference)
    world.at("2019-12-09T06:00Z")
    world.turn()
    assert world.item(reference).state == "stale"
    world.cimic.files(make.patrol(beside(800), CAMP, kind="TOB"))
    assert world.case.severity == "critical"
    assert words_for_the_mission(world) is None
    item = world.item(reference)
    sites.verify_site(item.id, 1, "imagery", world.officer.audience, world.now)
    assert words_for_the_mission(world) is not None


# ---- the clocks


def test_it_falls_due_grows_stale_and_is_archived_and_each_is_told_once(joined):
    world = joined
    world.at("2019-02-01T09:00Z")
    reference = world.ngo.files(make.site(HERE))
    verified(world, reference)
    begun = world.item(reference).site.verified_at
    for days, state in ((75, "verified"), (77, "verify_due"), (89, "verify_due"), (91, "stale"), (179, "stale")):
        world.now = begun + timedelta(days=days)
        world.turn(3)
        assert world.item(reference).state == state
        assert world.item(reference).takes_part
    world.now = begun + timedelta(days=181)
    world.turn(3)
    item = world.item(reference)
    assert (item.state, item.takes_part) == ("archived", False)
    assert item.site.ended_at is not None
    owner = [kind for kind, name in letters(world) if name == "ngo"]
    assert owner == ["site_due", "site_stale", "site_archived"]
    desk = {kind for kind, name in letters(world) if name in ("officer", "deputy")}
    assert desk == {"site_stale", "site_archived"}
    assert {name for _kind, name in letters(world)} == {"ngo", "officer", "deputy"}


def test_after_an_outage_nothing_is_archived_before_its_owner_was_told(joined):
    world = joined
    world.at("2019-02-01T09:00Z")
    reference = world.ngo.files(make.site(HERE))
    world.now += timedelta(days=300)
    world.turn(3)
    assert world.item(reference).state == "site_submitted"
    assert [one for one in letters(world) if one[1] == "ngo"] == [("site_due", "ngo")]
    world.now += timedelta(days=13)
    world.turn(3)
    assert world.item(reference).state == "site_submitted"
    world.now += timedelta(days=2)
    world.turn(3)
    assert world.item(reference).state == "archived"


def test_a_mail_about_a_site_names_neither_it_nor_its_place(joined):
    world = joined
    world.at("2019-02-01T09:00Z")
    reference = world.ngo.files(make.site(HERE, name="Camp des acacias"))
    verified(world, reference)
    world.read_everything()
    world.now += timedelta(days=91)
    world.turn(3)
    text = world.ngo.mailbox.expects("")
    for word in ("acacias", reference, "Bankass", "14.15"):
        assert word not in text


def test_its_owner_says_that_nothing_has_changed_and_an_officer_verifies_it_again(world):
    world.at("2019-06-01T09:00Z")
    reference = world.ngo.files(make.site(HERE))
    verified(world, reference)
    world.now += timedelta(days=91)
    world.turn()
    sites.confirm_site(reference, 1, world.ngo.audience, world.now)
    item = world.item(reference)
    assert item.state == "stale"
    assert item.site.heard_at == world.now
    sites.verify_site(item.id, 1, "call", world.officer.audience, world.now)
    assert world.item(reference).state == "verified"


def test_an_archived_site_comes_back_matched_and_unverified_for_as_long_as_its_position_is_kept(world):
    world.at("2019-02-01T09:00Z")
    reference = world.ngo.files(make.site(HERE))
    world.now += timedelta(days=170)
    world.turn()
    world.now += timedelta(days=15)
    world.turn()
    assert world.item(reference).state == "archived"
    sites.reopen_site(reference, 1, world.ngo.audience, world.mission, world.now)
    world.turn()
    assert world.item(reference).state == "site_submitted"
    world.cimic.files(make.patrol(beside(800), "10 Dec 10:00-12:00", kind="TOB"))
    assert "R09a" in rules(world)


def test_closing_it_ends_its_cases_and_frees_the_pair(world):
    world.at("2019-12-09T06:00Z")
    reference = world.ngo.files(make.site(HERE))
    world.cimic.files(make.patrol(beside(800), CAMP, kind="TOB"))
    sites.close_site(reference, 1, world.ngo.audience, world.now)
    world.turn()
    assert world.case.state == CaseState.OVERTAKEN
    assert world.case.adjusted_by == "humanitarian"
    with pytest.raises(WrongState):
        filing.amend_item(reference, make.site(beside(9)), 1, world.ngo.audience, world.mission, world.now)


@pytest.mark.parametrize("archived", [False, True])
def test_what_is_closed_or_archived_is_coarsened_by_the_same_clock_as_a_movement(world, archived):
    world.at("2019-02-01T09:00Z")
    site = make.site(HERE, name="Camp des acacias", communications="+22370000099")
    reference = world.ngo.files(site)
    world.other_ngo.files(make.site(destination(HERE, 0.0, 50), name="Autre nom"))
    world.forward("2m")
    if archived:
        world.now += timedelta(days=170)
        world.turn()
        world.now += timedelta(days=15)
        world.turn()
    else:
        sites.close_site(reference, 1, world.ngo.audience, world.now)
    world.now += timedelta(days=13)
    world.turn()
    assert world.item(reference).reduced_at is None
    world.now += timedelta(days=2)
    world.turn(3)
    item = world.item(reference)
    assert item.reduced_at is not None
    stored = db.session.scalars(select(ItemVersion).where(ItemVersion.item_id == item.id)).one()
    assert stored.communications is None
    assert "acacias" not in str(stored.filing)
    assert str(HERE[0]) not in str(stored.filing)
    assert not db.session.scalars(select(SitePair).where(SitePair.first_id == item.id)).all()
    with pytest.raises((Refused, WrongState)):
        sites.reopen_site(reference, 1, world.ngo.audience, world.mission, world.now)


# ---- one under two names


def doubt(world, name: str = "Autre nom", metres: float = 150.0):
    mine = world.ngo.files(make.site(HERE))
    theirs = world.other_ngo.files(make.site(destination(HERE, 90.0, metres), name=name))
    world.forward("2m")
    return mine, theirs


def test_two_sites_within_200_m_under_other_names_are_in_doubt_for_the_desk_and_stay_matched(world):
    mine, theirs = doubt(world)
    assert [world.item(one).site.disputed for one in (mine, theirs)] == [True, True]
    assert [world.item(one).state for one in (mine, theirs)] == ["site_submitted", "site_submitted"]
    world.cimic.files(make.patrol(beside(800), CAMP, kind="TOB"))
    assert len(world.cases()) == 2


@pytest.mark.parametrize(("name", "metres"), [("SITE of the River", 150.0), ("Autre nom", 250.0)])
def test_one_name_or_201_m_are_no_doubt(world, name, metres):
    mine, theirs = doubt(world, name, metres)
    assert [world.item(one).site.disputed for one in (mine, theirs)] == [False, False]


def test_a_site_in_doubt_is_not_verified_and_a_verified_one_tells_nothing_until_it_is_settled(world):
    mine = world.ngo.files(make.site(HERE))
    world.cimic.files(make.patrol(beside(800), CAMP, kind="TOB"))
    world.officer.takes(world.case)
    verified(world, mine)
    assert words_for_the_mission(world) is not None
    theirs = world.other_ngo.files(make.site(destination(HERE, 90.0, 150.0), name="Autre nom", level=Level.MATCH_ONLY))
    world.forward("2m")
    case = next(one for one in world.cases() if one.humanitarian_id == id_of(world, mine))
    assert draft(db.session(), case, "mission", world.mission).words is None
    item = world.item(theirs)
    sites.take_site(item.id, 1, "gps", world.officer.audience, world.now)
    with pytest.raises(Refused, match="Settle first"):
        sites.verify_site(item.id, 1, "gps", world.officer.audience, world.now)
    (pair,) = open_pairs(db.session())
    sites.settle_pair(pair.id, (1, 1), "two_sites", world.officer.audience, world.now)
    assert draft(db.session(), case, "mission", world.mission).words is not None
    sites.verify_site(item.id, 1, "gps", world.officer.audience, world.now)


def test_the_one_that_is_wrong_goes_back_and_once_mended_nothing_is_in_doubt(world):
    mine, theirs = doubt(world)
    (pair,) = open_pairs(db.session())
    sites.settle_pair(pair.id, (1, 1), "second_wrong", world.officer.audience, world.now)
    assert [world.item(one).state for one in (mine, theirs)] == ["site_submitted", "site_returned"]
    world.other_ngo.amends(theirs, make.site(destination(HERE, 90.0, 5_000.0), name="Autre nom"))
    world.forward("2m")
    assert [world.item(one).site.disputed for one in (mine, theirs)] == [False, False]


def test_what_is_settled_is_asked_again_only_when_one_of_them_moves_or_is_renamed(world):
    mine, _theirs = doubt(world)
    (pair,) = open_pairs(db.session())
    sites.settle_pair(pair.id, (1, 1), "two_sites", world.officer.audience, world.now)
    world.ngo.amends(mine, make.site(HERE, occupancy="few"))
    world.forward("2m")
    assert not open_pairs(db.session())
    world.ngo.amends(mine, make.site(destination(HERE, 0.0, 20.0)))
    world.forward("2m")
    assert len(open_pairs(db.session())) == 1
    with pytest.raises(LostRace):
        sites.settle_pair(pair.id, (1, 1), "two_sites", world.officer.audience, world.now)


def test_a_guesthouse_is_compared_with_guesthouses_alone(world):
    """Whoever may not read of a guesthouse would learn of it by the doubt that lies on its neighbour."""
    mine = world.ngo.files(make.site(HERE))
    world.other_ngo.files(make.site(HERE, name="Maison", kind="SITE_GUESTHOUSE", level=Level.MATCH_ONLY))
    world.forward("2m")
    assert not world.item(mine).site.disputed


def test_closing_one_of_two_ends_the_doubt(world):
    mine, theirs = doubt(world)
    sites.close_site(theirs, 1, world.other_ngo.audience, world.now)
    assert not world.item(mine).site.disputed


def test_every_act_leaves_its_trace(world):
    reference = world.ngo.files(make.site(HERE))
    verified(world, reference)
    sites.suspend_own_site(reference, 1, "relocated", world.ngo.audience, world.now)
    sites.resume_own_site(reference, 1, world.ngo.audience, world.now)
    sites.return_site(id_of(world, reference), 1, "coordinates", world.officer.audience, world.now)
    query = select(AuditEntry.verb).where(
        AuditEntry.noun == "humanitarian", AuditEntry.noun_id == id_of(world, reference)
    )
    assert list(db.session.scalars(query.order_by(AuditEntry.id))) == [
        *("file", "take", "verify", "suspend", "resume", "return")
    ]
