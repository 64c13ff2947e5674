"""Ways out of a case: each clears what it says and makes nothing else meet, when everything that is filed is judged again one by
one; and most cases that have a way get one."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import make
import pytest
from planted import look_again, signed_in, tell_the_time
from sqlalchemy import select, text

from deconflict.domain.activity import Side
from deconflict.domain.filing import Level, MissionPlan, Stop, Window
from deconflict.domain.geodesy import destination
from deconflict.domain.severity import Severity
from deconflict.domain.ways_out import Way
from deconflict.matching.boxes import understand
from deconflict.matching.ways_out import ways_out
from deconflict.services import filing as filings
from deconflict.store.alerts import Message
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.store.queries import filing_of, version_of

NEAR_BANKASS = (14.0800, -3.5120)
PLANTED = 200
CROWDS = ("DIST_FOOD", "DIST_NFI", "HEALTH_MOBILE", "VACC", "NUTRITION")


@pytest.fixture
def ahead(world):
    world.at("2019-12-02T06:00Z")
    return world


def ways_of(world, case=None):
    look_again()
    found = ways_out(db.session(), world.mission, case or world.case, world.now)
    return {str(one.side): one for one in found}


def by_way(side):
    return {change.way: change for change in side.found}


class Everything:
    """All that takes part, understood once: what each change is judged against, whatever the search thought was near."""

    def __init__(self, world):
        look_again()
        self.world, self.pack = world, world.mission.pack
        rows = [item for item in db.session.scalars(select(Item)) if item.takes_part]
        self.items = {item.id: item for item in rows}
        self.activities = {item.id: self.understood(item) for item in rows}

    def understood(self, item, filing=None):
        return understand(item, filing or filing_of(version_of(db.session(), item)), self.world.mission)

    def judged(self, mine, other):
        pair = (mine, other) if mine.side is Side.HUMANITARIAN else (other, mine)
        found = self.pack.judge(*pair, now=self.world.now)
        return found if found is not None and found.severity is not Severity.INFO else None

    def faults(self, case, ways):
        """What any of these ways does not clear, creates or makes worse."""
        item = self.items[ways.item.id]
        met = (case.mission_id, case.humanitarian_id)[item.id == case.mission_id]
        for change in ways.found:
            changed = self.understood(item, change.filing)
            for other in self.activities.values():
                if other.side is changed.side:
                    continue
                then = self.judged(changed, other)
                today = None if other.id == met else self.judged(self.activities[item.id], other)
                if then is not None and (today is None or then.severity.rank > today.severity.rank):
                    yield change.way, change.by, other.id, then.rule_ids


# ---- the golden scenarios --------------------------------------------------------------------------------------------------


def test_golden_1_the_patrol_leaves_its_halt_out_or_comes_on_another_day(ahead):
    ahead.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    start, end = make.span("10 Dec 13:00-16:00")
    stops = (
        Stop(make.fix("Bandiagara"), depart=make.exactly(start - timedelta(hours=4))),
        Stop(make.fix(NEAR_BANKASS), make.exactly(start), make.exactly(end), None, True),
        Stop(make.fix("Koro"), arrive=make.exactly(end + timedelta(hours=2))),
    )
    ahead.cimic.files(MissionPlan("PAT_LONG", Level.REDACTED, stops))
    mission = ways_of(ahead)["mission"]
    assert list(Everything(ahead).faults(ahead.case, mission)) == []
    found = by_way(mission)
    assert {Way.SKIP, Way.DAY} & set(found)
    assert mission.found == tuple(sorted(mission.found, key=lambda change: change.burden))


def test_golden_5_a_ceremony_goes_to_a_half_day_on_which_people_work(ahead):
    ahead.ngo.files(make.distribution("Douentza", "9 Dec 09:00-13:00", kind="DIST_NFI"))
    ahead.cimic.files(make.ceremony("Douentza", "10 Dec 10:00-12:00"))
    mission = ways_of(ahead)["mission"]
    (change,) = mission.found
    assert change.way is Way.HALF_DAY
    begins = change.filing.stops[0].arrive.earliest
    assert begins > make.span("16 Dec 09:00-13:00")[0]  # seven days in one commune
    assert begins.weekday() < 5
    assert begins.hour in (9, 10, 14)
    assert list(Everything(ahead).faults(ahead.case, mission)) == []


def test_golden_6_a_convoy_leaves_some_half_hours_later(ahead):
    ahead.ngo.files(make.journey("Mopti", "Bandiagara", "10 Dec 06:30-09:00"))
    start, end = make.span("10 Dec 06:50-09:20")
    way = (Stop(make.fix("Mopti"), depart=make.exactly(start)), Stop(make.fix("Bandiagara"), arrive=make.exactly(end)))
    ahead.cimic.files(replace(make.patrol("Mopti", "10 Dec 06:50-09:20", kind="LOG_CONVOY"), stops=way))
    mission = by_way(ways_of(ahead)["mission"])
    later = mission[Way.LATER]
    assert timedelta(0) < later.by <= timedelta(hours=8)
    less = replace(later.filing, stops=tuple(sooner(stop) for stop in later.filing.stops))
    everything = Everything(ahead)
    patrol = everything.understood(ahead.case.mission, less)
    assert everything.judged(
        patrol, everything.activities[ahead.case.humanitarian_id]
    )  # half an hour less is not enough


def sooner(stop):
    def window(one):
        return one and Window(one.earliest - timedelta(minutes=30), one.latest - timedelta(minutes=30))

    return replace(stop, arrive=window(stop.arrive), depart=window(stop.depart))


# ---- what it never offers -----------------------------------------------------------------------------------------------------


def test_a_change_that_runs_into_somebody_else_is_not_offered(ahead):
    ahead.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    ahead.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    free = by_way(ways_of(ahead)["mission"])[Way.DAY]
    day = free.filing.stops[0].arrive.earliest
    busy = make.distribution("Bankass", "10 Dec 09:00-15:00", kind="VACC")
    shift = day.replace(hour=9) - make.span("10 Dec 09:00-15:00")[0]
    stops = tuple(
        replace(s, arrive=make.exactly(s.arrive.earliest + shift), depart=make.exactly(s.depart.earliest + shift))
        for s in busy.stops
    )
    ahead.other_ngo.files(replace(busy, stops=stops))
    first = min(ahead.cases(), key=lambda case: case.id)
    mission = ways_of(ahead, first)["mission"]
    assert all(change.by != free.by for change in mission.found)
    assert list(Everything(ahead).faults(first, mission)) == []


def test_nobody_is_to_leave_at_once_nor_by_night_who_works_by_day(ahead):
    ahead.at("2019-12-10T06:00Z")
    ahead.ngo.files(make.distribution("Bankass", "10 Dec 11:00-15:00"))
    ahead.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    for ways in ways_of(ahead).values():
        for change in ways.found:
            for window in (window for stop in change.filing.stops for window in stop.windows):
                assert window.earliest >= ahead.now + ahead.mission.pack.ways_out.ready
                assert 5 <= window.earliest.hour <= window.latest.hour <= 19


def test_what_has_begun_is_not_moved(ahead):
    ahead.at("2019-12-10T06:00Z")
    ahead.ngo.files(make.distribution("Bankass", "10 Dec 11:00-15:00"))
    ahead.cimic.files(make.patrol("Bankass", "10 Dec 10:00-16:00"))
    ahead.at("2019-12-10T12:00Z")
    assert ways_of(ahead)["mission"].found == ()
    assert ways_of(ahead)["humanitarian"].found == ()


def test_a_site_stays_and_an_area_that_ocha_entered_is_nobody_s_to_move(ahead):
    ahead.ngo.files(make.site("Bankass", kind="SITE_HEALTH"))
    ahead.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00", kind="TOB"))
    found = ways_of(ahead)
    assert found["humanitarian"].found == ()
    assert list(Everything(ahead).faults(ahead.case, found["mission"])) == []


def test_a_medevac_is_never_to_be_moved(ahead):
    ahead.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    ahead.cimic.files(make.patrol("Bankass", "10 Dec 11:00-11:30", kind="MEDEVAC"))
    assert ahead.case.severity == "info"
    assert ways_of(ahead) == {}


def test_one_that_nobody_can_open_hides_no_way_and_is_counted(ahead):
    """What its owner sealed was spoilt: of all others the ways are found as before."""
    ahead.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    ahead.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    beside = ahead.other_ngo.files(make.distribution("Bankass", "14 Dec 09:00-15:00", phone="+22370000098"))
    case = min(ahead.cases(), key=lambda one: one.id)
    assert ways_of(ahead, case)["mission"].unread == 0
    with transaction() as session:
        mine = "SELECT id FROM item WHERE reference = :reference"
        spoils = f"UPDATE item_version SET communications = 'no token' WHERE item_id = ({mine})"
        session.execute(text(spoils), {"reference": beside})
    found = ways_of(ahead, case)["mission"]
    assert found.found
    assert found.unread == 1


# ---- many -----------------------------------------------------------------------------------------------------------------------


def crowded(world, seed):
    """A dozen of each side within thirty kilometres and five days."""
    rnd = random.Random(seed)
    for n in range(12):
        spot = destination(make.PLACES["Bankass"][0], rnd.uniform(0, 360), rnd.uniform(0, 30_000))
        begins = datetime(2019, 12, 8, tzinfo=UTC) + timedelta(days=rnd.randrange(5), hours=rnd.randrange(6, 13))
        when = (make.exactly(begins), make.exactly(begins + timedelta(hours=rnd.randrange(1, 5))))
        stop = Stop(make.fix((round(spot[0], 4), round(spot[1], 4))), *when)
        notice = make.distribution("Bankass", "10 Dec 09:00-15:00")
        team = replace(notice, stops=(replace(stop, activity=rnd.choice(CROWDS)),))
        world.ngo.files(team) if n % 2 else world.other_ngo.files(team)
        world.cimic.files(some_patrol(rnd, stop))


def some_patrol(rnd, stop):
    """Somewhere else, and some hours later where the others are."""
    spot = destination(make.PLACES["Bankass"][0], rnd.uniform(0, 360), rnd.uniform(0, 30_000))
    comes, leaves = (window.earliest for window in stop.windows)
    here = Stop(make.fix((round(spot[0], 4), round(spot[1], 4))), make.exactly(comes), make.exactly(leaves), None, True)
    late = leaves + timedelta(hours=rnd.randrange(1, 4))
    there = Stop(stop.location, make.exactly(late), make.exactly(late + timedelta(hours=1)), None, True)
    return MissionPlan(rnd.choice(("PAT_LONG", "PAT_SHORT", "LOG_CONVOY")), Level.REDACTED, (here, there))


@pytest.mark.parametrize(("world", "seed"), [("sqlite", 1), ("postgres", 3)], indirect=["world"])
def test_among_many_no_way_keeps_what_it_clears_nor_makes_anything_else_meet(ahead, seed):
    crowded(ahead, seed)
    everything = Everything(ahead)
    cases, offered = ahead.cases(), 0
    assert len(cases) >= 12
    for case in random.Random(seed).sample(cases, 4):
        for ways in ways_of(ahead, case).values():
            offered += len(ways.found)
            assert list(everything.faults(case, ways)) == []
    assert offered > 2


def planted(world):
    """Pairs that meet, each far from all others in place, of which the patrol has all the days before and after to itself."""
    rnd, filed = random.Random(7), []
    for n in range(PLANTED):
        lat, lon = 15.0 + 0.9 * (n // 20), -5.0 + 0.45 * (n % 20)
        begins = datetime(2019, 12, 9, 6, tzinfo=UTC) + timedelta(hours=rnd.randrange(5))
        ends = begins + timedelta(hours=rnd.randrange(1, 6))
        when = (make.exactly(begins), make.exactly(ends))
        team = replace(
            make.distribution("Bankass", "10 Dec 09:00-15:00"),
            stops=(Stop(make.fix((lat, lon)), *when, rnd.choice(CROWDS)),),
        )
        spot = destination((lat, lon), rnd.uniform(0, 360), rnd.uniform(0, 4_000))
        comes = begins + timedelta(hours=rnd.randrange(-2, 5))
        halt = Stop(
            make.fix((round(spot[0], 4), round(spot[1], 4))),
            make.exactly(comes),
            make.exactly(comes + timedelta(hours=2)),
            None,
            True,
        )
        plan = MissionPlan(rnd.choice(("PAT_LONG", "PAT_SHORT", "PAT_FOOT", "TOB")), Level.REDACTED, (halt,))
        filed.append((world.ngo, team, f"n{n}"))
        filed.append((world.cimic, plan, f"p{n}"))
    for who, what, key in filed:
        filings.file_item(what, who.audience, f"{key:0>32}", world.mission, world.now)
    for _ in range(8):
        world.turn()


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)  # the search is the same on both
def test_of_two_hundred_planted_cases_nearly_all_get_a_way(ahead):
    planted(ahead)
    cases = {case.mission_id: case for case in ahead.cases() if case.humanitarian_id and case.mission_id}
    assert len(cases) > 0.9 * PLANTED
    with_way = [case for case in cases.values() if ways_of(ahead, case)["mission"].found]
    assert len(with_way) >= 0.95 * len(cases)


# ---- nothing of it leaves the desk ------------------------------------------------------------------------------------------


def test_what_the_officer_picks_alters_no_word_that_a_side_reads(ahead, monkeypatch):
    """The exact hours and places of every way are searched for in all that both sides are told afterwards."""
    tell_the_time(ahead.app, monkeypatch, lambda: ahead.now)
    ahead.ngo.files(make.distribution("Bankass", "10 Dec 09:07-15:11"))
    start, end = make.span("10 Dec 13:13-16:17")
    stop = Stop(make.fix(NEAR_BANKASS), make.exactly(start), make.exactly(end), None, True)
    other = Stop(
        make.fix("Koro"), make.exactly(end + timedelta(hours=2)), make.exactly(end + timedelta(hours=3)), None, True
    )
    ahead.cimic.files(MissionPlan("PAT_LONG", Level.REDACTED, (stop, other)))
    case = next(one for one in ahead.cases() if one.humanitarian_id)
    officer = signed_in(ahead.app, ahead.officer.person_id)
    page = officer.get(f"/desk/{case.reference}/ways")
    assert page.status_code == 200
    assert "ask-mission" in page.text
    exact = set()
    for ways in ways_of(ahead, case).values():
        for change in ways.found:
            for changed in change.filing.stops:
                exact |= {f"{window.earliest:%H:%M}" for window in changed.windows}
                if change.way is Way.STAND_OFF and changed.location.source == "decimal":
                    exact.add(changed.location.as_typed)
    exact -= set(make.PLACES)
    own = {"13:13", "16:17", "09:07", "15:11", "18:17", "19:17"}
    for side, ask in (("mission", "change_time"), ("humanitarian", "change_time")):
        ahead.officer.asks(fresh(ahead, case), side, ask)
    ahead.now += timedelta(hours=10)
    ahead.turn(3)
    texts = [text for phone in ahead.network.phones.all() for text in phone.texts]
    texts += [f"{mail['Subject']}\n{mail.get_content()}" for mail in ahead.sink.mails]
    pages = [
        signed_in(ahead.app, who.person_id).get(f"/requests/{case.reference_for(side)}").text
        for who, side in ((ahead.cimic, "mission"), (ahead.ngo, "humanitarian"))
    ]
    assert db.session.scalars(select(Message)).all()
    assert [value for value in exact - own for text in (*texts, *pages) if value in text] == []
    for page, theirs in zip(pages, ({"09:07", "15:11"}, {"13:13", "16:17"}), strict=True):
        assert not [value for value in theirs if value in page]


def fresh(world, case):
    look_again()
    return db.session.get_one(Case, case.id)


def test_the_page_is_for_officers_and_a_sensitive_case_does_not_exist_for_a_sub_office_head(ahead, monkeypatch):
    tell_the_time(ahead.app, monkeypatch, lambda: ahead.now)
    ahead.ngo.files(make.distribution("Bankass", "10 Dec 09:00-12:00", kind="PROT_MON", level=Level.MATCH_ONLY))
    ahead.cimic.files(make.patrol("Bankass", "10 Dec 10:00-12:00"))
    path = f"/desk/{ahead.case.reference}/ways"
    answers = {
        name: signed_in(ahead.app, getattr(ahead, name).person_id).get(path).status_code
        for name in ("officer", "sub_office_head", "ngo", "cimic")
    }
    assert answers["officer"] == 200
    assert {answers["sub_office_head"], answers["ngo"], answers["cimic"]} <= {403, 404}
    page = signed_in(ahead.app, ahead.officer.person_id).get(path).text
    assert "ask-mission" not in page  # nothing of the notice may be told, so the mission may not be asked
    assert "ask-humanitarian" in page
