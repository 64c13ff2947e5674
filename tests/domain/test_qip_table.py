"""The tables of sittings and conditions written out in full, and that of QIPs (qip_table.py): every state, every event, every role, and the
clock. What is not here is refused."""

from __future__ import annotations

import pytest
from every_role import held_to
from qip_table import ALLOWED, STATES

from deconflict.domain import conditions, qips, sittings
from deconflict.domain.procedures import SYSTEM

MANAGER, CHAIR, SECRETARY, CLOCK = {"qip_manager"}, {"lprc_chair"}, {"prc_secretary"}, {SYSTEM}
CALLERS, KEEPERS = MANAGER | CHAIR | SECRETARY, CHAIR | SECRETARY
SITTING = {
    ("called", "move"): ("called", CALLERS),
    ("called", "agenda"): ("called", CALLERS | CLOCK),
    ("called", "hold"): ("held", KEEPERS),
    ("held", "correct"): ("held", KEEPERS),
    ("called", "cancel"): ("cancelled", CALLERS),
}
SITTING_EVENTS, SITTING_STATES = ("move", "agenda", "hold", "correct", "cancel"), ("called", "held", "cancelled")
CONDITION = {
    ("open", "done"): ("done", {"qip_manager", "cimic", "cmcoord"}),
    ("open", "extend"): ("open", KEEPERS),
    ("open", "lift"): ("lifted", KEEPERS),
    ("done", "reopen"): ("open", KEEPERS),
}
CONDITION_EVENTS, CONDITION_STATES = ("done", "extend", "lift", "reopen"), ("open", "done", "lifted")
TABLES = {
    "qip": (qips.CYCLE, ALLOWED, STATES, tuple({event for _state, event in ALLOWED})),
    "sitting": (sittings.CYCLE, SITTING, SITTING_STATES, SITTING_EVENTS),
    "condition": (conditions.CYCLE, CONDITION, CONDITION_STATES, CONDITION_EVENTS),
}


@pytest.mark.parametrize("noun", TABLES)
def test_every_pair_for_every_role(noun: str) -> None:
    cycle, table, states, events = TABLES[noun]
    for state in states:
        held_to(table, cycle, state, (*events, "nonsense"))


@pytest.mark.parametrize("noun", TABLES)
def test_nothing_is_in_the_code_that_is_not_in_the_table(noun: str) -> None:
    cycle, _table, states, events = TABLES[noun]
    assert set(cycle.states) == set(states)
    assert set(cycle.steps) == set(events)


@pytest.mark.parametrize("noun", TABLES)
def test_every_word_is_there_in_both_languages(noun: str) -> None:
    cycle = TABLES[noun][0]
    for words in (cycle.label, *cycle.states.values(), *cycle.dues.values(), *(s.label for s in cycle.steps.values())):
        assert set(words) == {"en", "fr"}
        assert all(words.values())
