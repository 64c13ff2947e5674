from __future__ import annotations

import pytest
from some_parts import BANDIAGARA, BANKASS, HOUR, MOPTI, at, leg, near, stay

from deconflict.domain import overlap
from deconflict.domain.activity import timed_legs

WAY = leg(MOPTI, BANDIAGARA, BANDIAGARA, BANKASS, start=at(0), end=at(0), unsure_m=50.0)
TIMES = [at(6), at(8, (0, 1)), at(9), at(11, (1, 0))]


def test_a_line_with_times_is_a_leg_from_each_point_to_the_next_and_a_wait_where_it_stays() -> None:
    out, wait, on = timed_legs(WAY, TIMES)
    assert (out.shape.points, out.start, out.end, out.moving) == ((MOPTI, BANDIAGARA), *TIMES[:2], True)
    assert (wait.shape.points, wait.start, wait.end, wait.moving) == ((BANDIAGARA,), *TIMES[1:3], False)
    assert (on.shape.points, on.start, on.end, on.moving) == ((BANDIAGARA, BANKASS), *TIMES[2:], True)
    assert {part.uncertainty_m for part in (out, wait, on)} == {50.0}


def test_it_is_where_its_times_say() -> None:
    parts = timed_legs(WAY, TIMES)
    for place, hour in ((MOPTI, 6), (BANDIAGARA, 8.5), (BANKASS, 11)):
        watch = stay(place, start=at(hour), end=at(hour))
        assert overlap.gap_m(parts, [watch], 0.0, uncertain=False) == near(0.0)
    early = stay(BANKASS, start=at(8), end=at(10))
    assert overlap.gap_m(parts, [early], 0.0, uncertain=False) == near(0.0)  # an hour early, as declared
    assert overlap.gap_m(timed_legs(WAY, [at(6), at(8), at(9), at(11)]), [early], HOUR - 60, uncertain=False) > 100.0


def test_a_way_without_time_for_it_is_somewhere_along_it() -> None:
    (jump,) = timed_legs(leg(MOPTI, BANKASS, start=at(0), end=at(0)), [at(9), at(9)])
    assert not jump.moving
    assert jump.shape.points == (MOPTI, BANKASS)


@pytest.mark.parametrize(("moments", "why"), [(TIMES[:3], "one moment per point"), (TIMES[::-1], "predecessor")])
def test_times_that_do_not_fit_the_line_are_refused(moments: list, why: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ValueError, match=why):
        timed_legs(WAY, moments)
