"""Much at a time, but never too much."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain.portions import portions


@given(st.lists(st.integers(0, 9)), st.integers(1, 20))
def test_portions_are_everything_in_order_and_no_larger_than_asked_but_for_one_alone(
    sizes: list[int], most: int
) -> None:
    some = list(portions(sizes, lambda size: size, most))
    assert [size for portion in some for size in portion] == sizes
    assert all(portion and (sum(portion) <= most or len(portion) == 1) for portion in some)
    first_left = [(portion, after[0]) for portion, after in pairwise(some)]
    assert all(sum(portion) + following > most for portion, following in first_left)
