"""Looking at everything again: whatever was lost is found, whatever cannot be concerned is not judged, on both databases."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import make
import pytest
from sqlalchemy import delete, select, update
from world import World, fresh_sweep, marks_left, snapshot

from deconflict.domain.filing import Filing
from deconflict.jobs.cycle import Cycle
from deconflict.matching import again, matcher
from deconflict.matching.in_force import GONE_AFTER
from deconflict.matching.marks import READ, mark
from deconflict.matching.sweep import Swept
from deconflict.services import filing
from deconflict.services.rejudging import rejudge
from deconflict.store.base import db, transaction
from deconflict.store.duplicates import standing_duplicates
from deconflict.store.items import DueMark, Item, ItemVersion, PartBox
from deconflict.store.work import Judged, MatcherLock

TOWNS = ("Bankass", "Bandiagara", "Koro")
NEAR = (14.0800, -3.5120)  # 1.4 km from the point of Bankass
LIVING = ("detected", "unchecked")


# ---- whatever happened -----------------------------------------------------------------------------------------------


class Fate:
    """Filings, amendments and cancellations by chance, in a world where marks and boxes get lost."""

    def __init__(self, world: World, seed: int, *, loses_cancellations: bool) -> None:
        self.world, self.chance, self.loses_cancellations = world, random.Random(seed), loses_cancellations
        self.filed: dict[str, int] = {}  # reference -> version

    def runs(self, acts: int) -> None:
        for n in range(acts):
            act = self.file if len(self.filed) < 12 else self.chance.choice([self.file, self.amend, self.cancel])
            act(f"fate-{n}")
            self.chance.choice([self.loses_marks, self.world.turn, self.damages_boxes, lambda: None])()
        self.loses_marks()

    def what(self, owner: str) -> Filing:
        place, other = self.chance.sample(TOWNS, 2)
        hour = self.chance.randrange(6, 16)
        when = f"{self.chance.randrange(10, 14)} Dec {hour:02d}:00-{hour + 3:02d}:00"
        if owner == "cimic":
            return self.chance.choice([make.patrol, make.patrol, make.ceremony])(place, when)
        return self.chance.choice([lambda: make.distribution(place, when), lambda: make.journey(place, other, when)])()

    def owner_of(self, reference: str) -> str:
        item = self.world.item(reference)
        return next(n for n, a in self.world.actors.items() if a.person_id == item.filed_by_id)

    def file(self, key: str) -> None:
        owner = self.chance.choice(["ngo", "other_ngo", "cimic", "cimic"])
        what, by = self.what(owner), self.world.actors[owner].audience
        reference = filing.file_item(what, by, key, self.world.mission, self.world.now).reference
        self.filed[reference] = 1
        if self.chance.random() < 0.08:
            spoil(self.world.item(reference).id)

    def amend(self, _key: str) -> None:
        reference = self.chance.choice(list(self.filed))
        owner = self.owner_of(reference)
        what, by = self.what(owner), self.world.actors[owner].audience
        filing.amend_item(reference, what, self.filed[reference], by, self.world.mission, self.world.now)
        self.filed[reference] += 1

    def cancel(self, _key: str) -> None:
        reference = self.chance.choice(list(self.filed))
        by = self.world.actors[self.owner_of(reference)].audience
        filing.cancel_item(reference, by, "plans changed", self.world.now)
        del self.filed[reference]
        if not self.loses_cancellations:
            self.world.turn()

    def loses_marks(self) -> None:
        with transaction() as session:
            for mark_id in session.scalars(select(DueMark.id)).all():
                if self.chance.random() < 0.8:
                    session.execute(delete(DueMark).where(DueMark.id == mark_id))

    def damages_boxes(self) -> None:
        with transaction() as session:
            boxes = session.scalars(select(PartBox.id)).all()
            for box_id in self.chance.sample(boxes, len(boxes) // 4):
                mine = PartBox.id == box_id
                lost = delete(PartBox).where(mine)
                moved = update(PartBox).where(mine).values(south=PartBox.south + 20.0, north=PartBox.north + 20.0)
                session.execute(self.chance.choice([lost, moved]))


def by_the_sweep(world: World) -> None:
    world.forward("5m")
    world.turn()


def by_asking(world: World) -> None:
    assert rejudge(None, world.now)


def by_new_rules(world: World) -> None:
    world.cycle = other_files(world, "newer")
    assert world.cycle.begin(world.now)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("net", [by_the_sweep, by_asking, by_new_rules])
def test_whatever_was_lost_it_finds_what_judging_everything_one_by_one_finds(
    world: World, monkeypatch: pytest.MonkeyPatch, net, seed: int
) -> None:
    world.at("2019-12-07T06:00Z")
    monkeypatch.setattr(again, "READ_AT_ONCE", 7)
    Fate(world, seed, loses_cancellations=net is by_the_sweep).runs(36)
    net(world)
    while marks_left(world):
        world.turn()
    found, same_aid = snapshot(), same_aid_rows(world)
    assert [row for row in found if row[1] in LIVING] == fresh_sweep(world)
    assert same_aid == same_aid_rows(world)
    assert len(found) > 2, "they should meet somewhere"
    world.read_everything()


# ---- the safety net --------------------------------------------------------------------------------------------------


@pytest.fixture
def met(world: World) -> World:
    """A distribution in Bankass, a patrol 1.4 km away in the same hours, and two that meet nobody."""
    world.at("2019-12-07T06:00Z")
    world.notice = world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.plan = world.cimic.files(make.patrol(NEAR, "10 Dec 13:00-16:00"))
    world.far_notice = world.ngo.files(make.distribution("Gao", "10 Dec 09:00-15:00"))
    world.far_plan = world.cimic.files(make.patrol("Kidal", "10 Dec 13:00-16:00"))
    by_the_sweep(world)
    world.read_everything()
    return world


@pytest.mark.parametrize("by", ["ngo", "cimic"])
def test_a_filing_whose_mark_was_lost_is_found_by_the_sweep(met: World, by: str):
    what = (
        make.patrol("Gao", "10 Dec 10:00-11:00") if by == "cimic" else make.distribution("Kidal", "10 Dec 14:00-15:00")
    )
    unseen(met)
    met.actors[by].files(what)
    lose_marks()
    seen(met)
    met.turn()
    assert len(met.cases()) == 1
    by_the_sweep(met)
    assert len(met.cases()) == 2
    met.read_everything()


@pytest.mark.parametrize("by", ["ngo", "cimic"])
@pytest.mark.parametrize("act", ["amends", "cancels"])
def test_an_amendment_or_a_cancellation_whose_mark_was_lost_ends_the_case_at_the_sweep(met: World, by: str, act: str):
    reference = met.notice if by == "ngo" else met.plan
    elsewhere = (
        make.distribution("Koro", "10 Dec 09:00-15:00") if by == "ngo" else make.patrol("Koro", "14 Dec 09:00-10:00")
    )
    unseen(met)
    met.actors[by].amends(reference, elsewhere) if act == "amends" else met.actors[by].cancels(reference)
    lose_marks()
    seen(met)
    met.turn()
    assert met.case.state == "detected"
    by_the_sweep(met)
    assert met.case.state == ("closed" if act == "amends" else "overtaken")
    met.read_everything()


def test_two_that_were_cancelled_without_a_mark_are_found_and_the_same_aid_too(met: World):
    twin = met.other_ngo.files(make.distribution("Gao", "11 Dec 09:00-15:00"))
    assert len(same_aid_rows(met)) == 1
    unseen(met)
    met.ngo.cancels(met.notice)
    met.cimic.cancels(met.plan)
    met.ngo.cancels(met.far_notice)
    met.other_ngo.cancels(twin)
    lose_marks()
    seen(met)
    by_the_sweep(met)
    assert met.case.state == "overtaken"
    assert same_aid_rows(met) == []
    met.read_everything()


def test_the_same_aid_is_found_by_the_sweep_though_no_plan_is_near_and_the_mark_was_lost(met: World):
    unseen(met)
    met.other_ngo.files(make.distribution("Gao", "11 Dec 09:00-15:00"))
    lose_marks()
    seen(met)
    met.turn()
    assert same_aid_rows(met) == []
    by_the_sweep(met)
    assert len(same_aid_rows(met)) == 1
    met.read_everything()


@pytest.mark.parametrize("whose", ["notice", "plan"])
def test_boxes_that_were_lost_or_stand_elsewhere_are_made_again_by_the_sweep(met: World, whose: str):
    mine = PartBox.item_id == met.item(getattr(met, f"far_{whose}")).id
    right = boxes(met, mine)
    with transaction() as session:
        session.execute(update(PartBox).where(mine).values(east=PartBox.east + 1.0))
        session.execute(delete(PartBox).where(PartBox.id == session.scalars(select(PartBox.id).where(mine)).first()))
    assert boxes(met, mine) != right
    by_the_sweep(met)
    assert boxes(met, mine) == right


def test_what_is_over_and_lost_its_boxes_is_found_by_the_sweep_until_it_is_coarse(over: World):
    with transaction() as session:
        session.execute(delete(PartBox))
    over.cimic.files(make.patrol("Bankass", "14 Dec 09:00-12:00", aid="planned_cimic"))
    assert over.cases() == []
    by_the_sweep(over)
    assert over.case.state == "detected"
    over.read_everything()


def test_what_is_made_coarse_while_it_waits_gets_no_boxes(met: World):
    mine = PartBox.item_id == met.item(met.far_notice).id
    rejudge(None, met.now)
    with transaction() as session:
        session.execute(update(Item).where(Item.reference == met.far_notice).values(state="ended", reduced_at=met.now))
        session.execute(delete(PartBox).where(mine))
    met.turn()
    assert boxes(met, mine) == []
    assert marks_left(met) == 0
    met.read_everything()


def test_what_ages_and_lost_its_mark_is_asked_again_by_the_sweep(met: World):
    both = make.patrol(NEAR, "10 Dec 09:00-10:00")
    met.cimic.amends(met.plan, replace(both, stops=(*both.stops, *make.patrol(NEAR, "10 Dec 14:00-15:00").stops)))
    case = met.case
    changes, looked = case.rejudge_at, case.judged_from["at"]
    assert changes is not None
    assert changes < case.ends_at
    with transaction() as session:
        session.get_one(type(case), case.id).rejudge_at = None  # marked, and the mark lost
    met.now = changes + timedelta(minutes=6)
    met.turn()
    met.turn()
    assert met.case.judged_from["at"] > looked
    met.read_everything()


def test_an_item_that_could_not_be_read_is_tried_again_by_the_sweep_and_rings_once(met: World):
    kept = spoil(met.item(met.far_plan).id)
    by_the_sweep(met)
    states = {case.pair: case.state for case in met.cases()}
    alone = f"-:{met.item(met.far_plan).id}"
    assert states[alone] == "unchecked"
    met.forward("15m")
    assert next(case.round for case in met.cases() if case.pair == alone) == 1
    with transaction() as session:
        session.execute(update(ItemVersion).where(ItemVersion.item_id == met.item(met.far_plan).id).values(filing=kept))
    by_the_sweep(met)
    assert next(case.state for case in met.cases() if case.pair == alone) == "closed"
    met.read_everything()


# ---- and no more than that -------------------------------------------------------------------------------------------


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Ids of the items that the matcher judges."""
    seen: list[int] = []
    judge = matcher.judge_item

    def noting(session, mission, item, now):
        seen.append(item.id)
        return judge(session, mission, item, now)

    monkeypatch.setattr(matcher, "judge_item", noting)
    return seen


@pytest.mark.parametrize("net", [by_the_sweep, by_asking, by_new_rules])
def test_each_pair_that_a_rule_may_concern_is_judged_once_and_nothing_else(met: World, judged: list[int], net):
    net(met)
    met.turn()
    assert judged == [met.item(met.notice).id]
    assert marks_left(met) == 0
    rows = db.session.scalars(select(Judged)).all()
    assert len(rows) == 4
    assert {row.sop_version for row in rows} == {met.cycle.mission.pack.version}
    met.read_everything()


def test_of_a_pair_of_which_one_alone_is_asked_for_that_one_is_judged(met: World, judged: list[int]):
    with transaction() as session:
        mark(session, [met.item(met.plan).id, met.item(met.far_plan).id], "asked", met.now)
    met.turn()
    assert judged == [met.item(met.plan).id]


def test_both_who_may_bring_the_same_aid_are_judged_unless_they_are_one(met: World, judged: list[int]):
    met.ngo.files(make.distribution("Gao", "12 Dec 09:00-15:00"))
    judged.clear()
    rejudge(None, met.now)
    met.turn()
    assert judged == [met.item(met.notice).id]
    twin = met.other_ngo.files(make.distribution("Koro", "12 Dec 09:00-15:00"))
    other = met.ngo.files(make.distribution("Koro", "13 Dec 09:00-15:00"))
    judged.clear()
    rejudge(None, met.now)
    met.turn()
    assert judged == [met.item(reference).id for reference in (met.notice, twin, other)]
    met.read_everything()


def test_who_was_let_go_is_not_marked_again_by_the_next_scheduler(met: World):
    by_new_rules(met)
    met.turn()
    replace(met.cycle, worker="second").begin(met.now)
    assert marks_left(met) == 0
    met.read_everything()


# ---- between two steps -----------------------------------------------------------------------------------------------


def test_what_cannot_be_sifted_is_judged_one_by_one(met: World, judged: list[int], monkeypatch: pytest.MonkeyPatch):
    def breaks(*_args: object) -> None:
        raise ValueError("a box that is none")

    monkeypatch.setattr(Swept, "to_judge", breaks)
    rejudge(None, met.now)
    met.turn()
    assert sorted(judged) == sorted(db.session.scalars(select(Item.id)))
    assert marks_left(met) == 0


def test_who_moves_while_the_others_are_sifted_is_judged(
    met: World, judged: list[int], monkeypatch: pytest.MonkeyPatch
):
    """His own mark is lost too: the version that was sifted is not the one that stands."""
    sift = Swept.to_judge
    moved = met.item(met.far_notice)

    def meanwhile(swept: Swept, *args) -> set[int]:
        monkeypatch.setattr(Swept, "to_judge", sift)
        what = make.distribution("Kidal", "10 Dec 14:00-15:00")
        filing.amend_item(met.far_notice, what, 1, met.ngo.audience, met.mission, met.now)
        lose_marks(DueMark.reason == "amend")
        return sift(swept, *args)

    monkeypatch.setattr(Swept, "to_judge", meanwhile)
    rejudge(None, met.now)
    met.turn()
    assert moved.id in judged
    assert len(met.cases()) == 2
    met.read_everything()


def test_who_is_amended_while_he_is_read_keeps_the_boxes_of_the_amendment(met: World, monkeypatch: pytest.MonkeyPatch):
    compare = again.outdated

    def meanwhile(session, rows):
        monkeypatch.setattr(again, "outdated", compare)
        found = compare(session, rows)
        what = make.distribution("Kidal", "10 Dec 14:00-15:00")
        filing.amend_item(met.far_notice, what, 1, met.ngo.audience, met.mission, met.now)
        lose_marks(DueMark.reason == "amend")
        return found | set(rows)  # as if all had other boxes

    monkeypatch.setattr(again, "outdated", meanwhile)
    rejudge(None, met.now)
    met.turn()
    (kidal,) = {box[0] // 1 for box in boxes(met, PartBox.item_id == met.item(met.far_notice).id)}
    assert kidal == 18.0
    assert len(met.cases()) == 2
    met.read_everything()


def test_two_schedulers_that_read_the_same_marks_pass_them_on_once(met: World, monkeypatch: pytest.MonkeyPatch):
    understood = again._understood

    def meanwhile(*args):
        monkeypatch.setattr(again, "_understood", understood)
        rows = understood(*args)
        again._read(met.mission, met.now)  # the other one is quicker
        return rows

    rejudge(None, met.now)
    monkeypatch.setattr(again, "_understood", meanwhile)
    again._read(met.mission, met.now)
    assert reasons() == [READ] * 4


def test_what_another_has_read_by_other_files_is_read_again_by_who_takes_over(met: World):
    """Its boxes are those of the other files, though it was last judged with these."""
    wide = other_files(met, "wide", footprint_m=9_000.0)
    with transaction() as session:
        wide_lock = session.get_one(MatcherLock, 1)
        assert wide_lock.profile
    wide.begin(met.now)
    again._read(wide.mission, met.now)
    assert set(reasons()) == {READ}
    met.now += GONE_AFTER + timedelta(seconds=1)
    mine = PartBox.item_id == met.item(met.far_notice).id
    wider = boxes(met, mine)
    met.turn()
    met.turn()
    assert marks_left(met) == 0
    assert boxes(met, mine) != wider
    met.read_everything()


def test_a_scheduler_that_stands_back_neither_reads_nor_sifts(met: World):
    other_files(met, "newer").begin(met.now)
    before = reasons()
    assert again.look_again(met.mission, met.now) == 0
    assert reasons() == before == ["rules"] * 4


# ---- other files, other boxes ----------------------------------------------------------------------------------------


@pytest.fixture
def apart(world: World) -> World:
    """Beside a distribution: a patrol in the same hours 12 km away, one 60 km away, and one on the spot two days later."""
    world.at("2019-12-07T06:00Z")
    place = (19.5000, 1.5000)
    world.ngo.files(make.distribution(place, "10 Dec 09:00-15:00"))
    world.near = world.cimic.files(make.patrol((19.6080, 1.5000), "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol((20.0400, 1.5000), "10 Dec 09:00-15:00"))
    world.later = world.cimic.files(make.patrol(place, "13 Dec 13:00-16:00"))
    assert world.cases() == []
    return world


def test_a_larger_footprint_finds_who_is_within_it_now_and_nobody_beyond(apart: World):
    apart.cycle = other_files(apart, apart.mission.pack.version, footprint_m=10_000.0)
    apart.cycle.begin(apart.now)
    apart.turn()
    assert apart.case.mission.reference == apart.near
    apart.read_everything()


def test_a_longer_slack_finds_who_comes_within_it_now_and_nobody_beyond(apart: World):
    windows = replace(apart.mission.pack.windows, on_site_slack_s=36 * 3600.0)
    apart.cycle = other_files(apart, apart.mission.pack.version, windows=windows)
    apart.cycle.begin(apart.now)
    apart.turn()
    assert apart.case.mission.reference == apart.later
    apart.read_everything()


def test_the_boxes_of_all_are_those_of_the_files_in_force(apart: World):
    narrow = boxes(apart)
    ours = apart.cycle
    apart.cycle = other_files(apart, apart.mission.pack.version, footprint_m=10_000.0)
    apart.cycle.begin(apart.now)
    apart.turn()
    assert boxes(apart) != narrow
    ours.begin(apart.now)
    ours.run(apart.now)
    assert boxes(apart) == narrow
    apart.read_everything()


# ---- by hand ---------------------------------------------------------------------------------------------------------


def other_files(world: World, version: str, footprint_m: float | None = None, **changes: object) -> Cycle:
    """A scheduler that was started with other files: footprints of the kinds on site, or facts of the SOP."""
    mission = world.mission
    kinds = {
        code: kind if footprint_m is None or not kind.on_site else replace(kind, footprint_m=footprint_m)
        for code, kind in mission.catalogue.kinds.items()
    }
    pack = replace(mission.pack, version=version, **changes)  # type: ignore[arg-type]
    other = replace(mission, catalogue=replace(mission.catalogue, kinds=kinds), pack=pack)
    return replace(world.cycle, mission=other, worker=version)


def unseen(world: World) -> None:
    """The scheduler takes no turn until `seen`."""
    world.turn = lambda times=2: None  # type: ignore[method-assign]


def seen(world: World) -> None:
    del world.turn


def lose_marks(*which) -> None:
    with transaction() as session:
        session.execute(delete(DueMark).where(*which))


def spoil(item_id: int) -> dict[str, object]:
    """Nobody can read it any more. Returns what it was."""
    with transaction() as session:
        kept = session.scalars(select(ItemVersion.filing).where(ItemVersion.item_id == item_id)).one()
        session.execute(update(ItemVersion).where(ItemVersion.item_id == item_id).values(filing={"filed": "notice"}))
    return kept


def boxes(world: World, *which) -> list[tuple[float, ...]]:
    db.session.rollback()
    columns = (PartBox.south, PartBox.west, PartBox.north, PartBox.east, PartBox.begins_s, PartBox.ends_s, PartBox.cell)
    return sorted(tuple(row) for row in db.session.execute(select(*columns).where(*which)))


def reasons() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(DueMark.reason).order_by(DueMark.id)))


def same_aid_rows(world: World) -> list[tuple[int, ...]]:
    db.session.rollback()
    found = standing_duplicates(db.session(), world.now)
    return sorted((row.first_id, row.second_id, row.first_version, row.second_version) for row in found)
