"""What parts are looked up by: never too small, and not much too large."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from some_parts import BANDIAGARA, MOPTI, at, buffers, couples, leg, off, stay

from deconflict.domain.activity import Activity, Part, Side, Spot
from deconflict.domain.boxes import Boxes, touching
from deconflict.domain.extent import Extent, extents_of, names_of
from deconflict.domain.overlap import gap_m

HOUR = 3600.0


def extents(part: Part) -> list[Extent]:
    return extents_of(Activity(1, 1, Side.MISSION, (part,)))


def come_near(a: Part, b: Part, within_m: float, within_s: float) -> bool:
    pairs = list(itertools.product([e.box for e in extents(a)], [e.box for e in extents(b)]))
    ours, theirs = (Boxes.of([pair[n] for pair in pairs]) for n in (0, 1))
    return bool(touching(ours.widened(within_m, within_s), theirs).any())


@given(pair=couples(far_m=120_000.0), buffer_s=buffers, spare_m=st.sampled_from([0.0, 500.0]))
@settings(max_examples=200, deadline=None)
def test_what_the_engine_finds_within_reach_lies_in_extents_within_reach(
    pair: tuple[Part, Part], buffer_s: float, spare_m: float
) -> None:
    gap = gap_m([pair[0]], [pair[1]], buffer_s)
    if np.isfinite(gap):
        # The plane of the engine may err by a thousandth or a metre; the boxes are asked for the very same distance.
        assert come_near(*pair, gap * 1.001 + 1.0 + spare_m, buffer_s)


def test_a_long_way_is_looked_up_in_stretches_each_at_its_own_hours() -> None:
    way = leg(MOPTI, off(MOPTI, 90.0, 199_999.0), start=at(6), end=at(14))
    stretches = extents(way)
    assert len(stretches) == 8
    assert [e.box.lasts_s for e in stretches] == pytest.approx([HOUR] * 8)
    assert [e.box.begins_s for e in stretches[1:]] == [e.box.ends_s for e in stretches[:-1]]
    assert stretches[0].coded.lasts_s == 8 * HOUR


def test_slack_runs_along_the_way() -> None:
    way = leg(MOPTI, off(MOPTI, 90.0, 49_999.0), start=at(6, declared=(1, 0)), end=at(8, assumed=(0, 2)))
    first, last = extents(way)
    assert (first.box.begins_s, first.box.ends_s) == (at(5).at.timestamp(), at(8).at.timestamp())
    assert (last.box.begins_s, last.box.ends_s) == (at(6.5).at.timestamp(), at(10).at.timestamp())


def test_the_codes_of_a_part_are_looked_up_once_with_the_hours_of_the_whole_part() -> None:
    way = replace(
        leg(MOPTI, off(MOPTI, 90.0, 100_000.0), start=at(6), end=at(10)), spot=Spot("PP0501", "ML0501"), kind="K"
    )
    first, *others = extents(way)
    assert (first.settlement, first.commune) == ("PP0501", "ML0501")
    assert all(e.settlement is None and e.commune is None for e in others)


def test_a_corridor_that_stands_is_held_all_the_time_on_all_its_length() -> None:
    held = stay(MOPTI, BANDIAGARA, start=at(6), end=at(8), radius_m=100.0)
    assert len({(e.box.begins_s, e.box.ends_s) for e in extents(held)}) == 1
    assert len(extents(held)) == 3


def test_a_part_is_named_by_its_kind_and_groups_in_one_order() -> None:
    part = replace(stay(MOPTI, start=at(6), end=at(8)), kind="K", groups=frozenset({"B", "A", "K"}))
    assert names_of(part) == ("K", "A", "B")
