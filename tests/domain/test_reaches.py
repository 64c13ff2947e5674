"""How far to look, rule by rule: what looks far and what looks long are not one that does both."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st
from mali import mission

from deconflict.domain.activity import Side
from deconflict.domain.reaches import Far, Reaches, reaches_of
from deconflict.domain.sop import Reach

NUMBERS = st.integers(0, 5).map(float)


def near(metres: float, seconds: float) -> Reach:
    return Reach(metres, seconds, metres)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=6))
def test_what_one_holds_is_not_asked_for_again_and_nothing_else_is_dropped(asked: list[tuple[float, float]]) -> None:
    far = Far.of(near(*one) for one in asked)
    for metres, seconds in asked:
        assert any(metres <= m and seconds <= s for m, s in far.near)
    assert set(far.near) <= set(asked)
    for one in far.near:
        assert not any(other != one and one[0] <= other[0] and one[1] <= other[1] for other in far.near)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=4), st.lists(st.tuples(NUMBERS, NUMBERS), max_size=4))
def test_two_together_ask_what_all_would(ours: list[tuple[float, float]], others: list[tuple[float, float]]) -> None:
    one, other = (Far.of(near(*n) for n in some) for some in (ours, others))
    assert one | other == Far.of(near(*n) for n in ours + others)


def test_a_rule_on_the_settlement_does_not_make_the_distances_wait_longer() -> None:
    far = Far.of([near(5_000, 100), Reach(50_000, 900, -math.inf, same_settlement=True)])
    assert (far.near, far.settlement_s, far.commune_s) == (((5_000, 100),), 900, -math.inf)
    assert far
    assert not Far.of([])
    assert not Far.of([Reach()])


def test_the_pack_is_asked_rule_by_rule_and_once() -> None:
    pack, catalogue = mission().pack, mission().catalogue
    reaches = Reaches(pack)
    for ours in catalogue.of(Side.HUMANITARIAN):
        for theirs in catalogue.of(Side.MISSION):
            names = ((ours.code, *sorted(ours.groups)), (theirs.code, *sorted(theirs.groups)))
            far, whole = reaches.between(Side.HUMANITARIAN, *names), pack.reach(*names)
            assert far is reaches.between(Side.MISSION, *reversed(names))
            assert bool(far) == bool(whole)
            assert max((m for m, _ in far.near), default=-math.inf) == whole.distance_m
            longest = max([far.settlement_s, far.commune_s, *(s for _, s in far.near)])
            assert longest == whole.within_s
            assert (far.settlement_s >= 0, far.commune_s >= 0) == (whole.same_settlement, whole.same_commune)


def test_another_pack_has_reaches_of_its_own() -> None:
    pack = mission().pack
    assert reaches_of(pack) is reaches_of(pack)
    assert reaches_of(pack).pack is pack
