"""What a life cycle is held to: a table written out by hand, every event by every role, and nothing beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import pytest

from deconflict.domain import roles
from deconflict.domain.errors import WrongState
from deconflict.domain.procedures import SYSTEM, LifeCycle

Table = Mapping[tuple[str, str], tuple[str, Collection[str]]]  # (state, event) -> state after it, by whom


def held_to(table: Table, cycle: LifeCycle, state: str, events: Iterable[str]) -> None:
    """From `state`, each of `events` by each role and by the clock does what the table says, and all else is refused."""
    for event in events:
        target, who = table.get((state, event), ("", ()))
        for role in (*sorted(roles.ALL), SYSTEM):
            if role in who:
                assert cycle.after(state, event, {role}) == target, (state, event, role)
            else:
                with pytest.raises(WrongState):
                    cycle.after(state, event, {role})
