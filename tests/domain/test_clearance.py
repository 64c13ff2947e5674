"""Deciding many pairs of pieces at once is deciding each by the engine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from some_parts import HOUR, MOPTI, at, buffers, couples, leg, off, stay

from deconflict.domain import clearance
from deconflict.domain.activity import Part
from deconflict.domain.clearance import clearances_m, within
from deconflict.domain.motion import Pieces
from deconflict.domain.overlap import gap_m
from deconflict.domain.timewindow import Allow


def come_within(a: Part, b: Part, within_m: float, buffer_s: float) -> bool:
    """Any piece of the one and any of the other."""
    ours, theirs = Pieces.of([a], Allow.ASSUMED), Pieces.of([b], Allow.ASSUMED)
    rows, columns = (n.ravel() for n in np.indices((len(ours), len(theirs))))
    return bool(within(ours, rows, theirs, columns, within_m, buffer_s).any())


@given(
    pair=couples(far_m=120_000.0),
    buffer_s=buffers,
    share=st.sampled_from([0.5, 0.95, 0.99, 1.01, 1.05, 2.0]),
    metres=st.sampled_from([500.0, 5_000.0, 40_000.0]),
)
@settings(max_examples=300, deadline=None)
def test_the_batch_decides_as_the_engine_does(
    pair: tuple[Part, Part], buffer_s: float, share: float, metres: float
) -> None:
    assume(not any(part.shape.area for part in pair))
    gap = gap_m([pair[0]], [pair[1]], buffer_s)
    limit = gap * share if 0 < gap < 1e9 else metres
    if abs(gap - limit) > 1e-3 * limit + 0.5:  # nearer than that, two planes may differ
        assert come_within(*pair, limit, buffer_s) is (gap <= limit)


@given(
    metres=st.floats(1.0, 60_000.0), bearing=st.integers(0, 359), share=st.sampled_from([0.999, 1.0 - 1e-6, 1.0 + 1e-6])
)
@settings(max_examples=300, deadline=None)
def test_two_points_are_decided_to_the_millimetre(metres: float, bearing: int, share: float) -> None:
    a = stay(MOPTI, start=at(6), end=at(8))
    b = stay(off(MOPTI, bearing, metres), start=at(7), end=at(9))
    limit = metres * share
    if abs(limit - metres) > 1e-3:
        assert come_within(a, b, limit, 0.0) is (metres <= limit)


def test_a_vehicle_is_only_where_it_is_at_the_hour() -> None:
    """The lines cross, but whoever waits at the crossing is gone when the vehicle comes."""
    way = leg(off(MOPTI, 270.0, 20_000.0), off(MOPTI, 90.0, 20_000.0), start=at(8), end=at(12))
    early = stay(MOPTI, start=at(6), end=at(9))
    assert not come_within(early, way, 9_000.0, 0.0)
    assert come_within(early, way, 11_000.0, 0.0)
    assert come_within(early, way, 1.0, HOUR)


def test_no_limit_means_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clearance, "PAIRS_AT_ONCE", 2)
    pieces = Pieces.of([stay(MOPTI, start=at(6), end=at(8))], Allow.ASSUMED)
    rows = np.zeros(5, dtype=np.intp)
    limits = np.array([0.0, np.nan, 10.0, np.nan, 0.0])
    assert within(pieces, rows, pieces, rows, limits, 0.0).tolist() == [True, False, True, False, True]
    assert clearances_m(pieces, pieces, 0.0).tolist() == [0.0]
