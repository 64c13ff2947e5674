"""The same aid twice in one place (R17): kept for OCHA and the cluster, told to nobody."""

from __future__ import annotations

from dataclasses import replace

import make
import pytest
from sqlalchemy import select
from world import World

from deconflict.services import filing
from deconflict.services.rejudging import rejudge
from deconflict.store.base import db
from deconflict.store.duplicates import Duplicate, standing_duplicates


@pytest.fixture
def doubled(world: World) -> World:
    """Two organisations bring food to Bankass two days apart."""
    world.at("2019-12-07T06:00Z")
    world.first = world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.second = world.other_ngo.files(make.distribution("Bankass", "12 Dec 09:00-15:00"))
    return world


def rows(world: World) -> list[Duplicate]:
    db.session.rollback()
    return list(db.session.scalars(select(Duplicate).order_by(Duplicate.id)))


def standing(world: World) -> int:
    db.session.rollback()
    return len(standing_duplicates(db.session(), world.now))


def test_two_organisations_with_the_same_aid_in_one_place_are_kept_and_nobody_is_told(doubled: World):
    (row,) = rows(doubled)
    assert (row.first.reference, row.second.reference) == (doubled.first, doubled.second)
    assert [hit["rule_id"] for hit in row.judgement["hits"]] == ["R17"]
    assert row.judgement["severity"] == "info"
    assert doubled.cases() == []
    doubled.all_quiet()
    assert doubled.alerts("") == []


@pytest.mark.parametrize(
    ("what", "by"),
    [
        (make.distribution("Bankass", "12 Dec 09:00-15:00", kind="DIST_NFI"), "other_ngo"),
        (make.distribution("Bankass", "25 Dec 09:00-15:00"), "other_ngo"),
        (make.distribution("Koro", "12 Dec 09:00-15:00"), "other_ngo"),
        (make.distribution("Bankass", "12 Dec 09:00-15:00"), "ngo"),
    ],
    ids=["other aid", "a fortnight later", "elsewhere", "the same organisation"],
)
def test_what_differs_in_one_thing_is_not_the_same_aid(world: World, what, by: str):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.actors[by].files(what)
    assert rows(world) == []


def test_an_amendment_ends_it_another_brings_the_same_row_back_and_a_cancellation_ends_it(doubled: World):
    (row,) = rows(doubled)
    doubled.other_ngo.amends(doubled.second, make.distribution("Koro", "12 Dec 09:00-15:00"))
    assert standing(doubled) == 0
    doubled.other_ngo.amends(doubled.second, make.distribution("Bankass", "13 Dec 09:00-15:00"))
    (again,) = rows(doubled)
    assert (again.id, again.second_version, again.gone_at) == (row.id, 3, None)
    doubled.ngo.cancels(doubled.first)
    assert standing(doubled) == 0


def test_days_that_have_passed_end_it_without_a_change(doubled: World):
    doubled.at("2019-12-25T06:00Z")
    doubled.turn()
    assert standing(doubled) == 0
    assert rows(doubled)[0].gone_at is None


def test_new_rules_without_it_end_it(doubled: World):
    pack = replace(doubled.mission.pack, version="without", duplicates=())
    other = replace(doubled.cycle, mission=replace(doubled.mission, pack=pack))
    other.begin(doubled.now)
    other.run(doubled.now)
    assert standing(doubled) == 0


def test_a_comparison_that_breaks_costs_no_case(world: World, monkeypatch: pytest.MonkeyPatch):
    def breaks(*_args: object, **_more: object) -> None:
        raise ValueError("arithmetic")

    monkeypatch.setattr(type(world.mission.pack), "judge_duplicate", breaks)
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.other_ngo.files(make.distribution("Bankass", "12 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 10:00-11:00"))
    assert {case.state for case in world.cases()} == {"detected"}
    world.read_everything()


def test_whoever_is_settled_last_under_the_lock_decides(doubled: World):
    """Both amended before the matcher looks: one row, at both new versions."""
    for reference, owner, day in ((doubled.first, doubled.ngo, 14), (doubled.second, doubled.other_ngo, 15)):
        what = make.distribution("Bankass", f"{day} Dec 09:00-15:00")
        filing.amend_item(reference, what, 1, owner.audience, doubled.mission, doubled.now)
    rejudge(None, doubled.now)
    doubled.turn()
    (row,) = rows(doubled)
    assert (row.first_version, row.second_version, row.gone_at) == (2, 2, None)
