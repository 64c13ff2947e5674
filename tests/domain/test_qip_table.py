"""The table of QIPs from the consultation to the committees, and those of sittings and conditions, written out in full: every state, every
event, every role, and the clock. What is not here is refused."""

from __future__ import annotations

from itertools import product

import pytest

from deconflict.domain import conditions, qips, roles, sittings
from deconflict.domain.errors import WrongState
from deconflict.domain.procedures import SYSTEM

MANAGER, CHAIR, SECRETARY, CLOCK = {"qip_manager"}, {"lprc_chair"}, {"prc_secretary"}, {SYSTEM}
OFFICER = {"cmcoord", "suboffice_head", "ocha_head"}
# (state, event): (state after it, who)
QIP = {
    ("registered", "open_consultation"): ("consultation", MANAGER),
    ("consultation", "end_consultation"): ("consulted", CLOCK),
    ("consultation", "pass_on"): ("consultation", CLOCK),
    ("consulted", "pass_on"): ("consulted", CLOCK),
    ("scheduled", "pass_on"): ("scheduled", CLOCK),
    ("consulted", "summarise"): ("consulted", OFFICER),
    ("scheduled", "summarise"): ("scheduled", OFFICER),
    ("consulted", "schedule"): ("scheduled", MANAGER | CLOCK),
    ("scheduled", "unschedule"): ("consulted", MANAGER | CLOCK),
    ("scheduled", "go_on"): ("consultation", MANAGER | CLOCK),
    ("consultation", "override"): ("scheduled", CHAIR | SECRETARY),
    ("consulted", "override"): ("scheduled", CHAIR | SECRETARY),
    ("scheduled", "recommend"): ("recommended", CHAIR),
    ("scheduled", "return"): ("returned", CHAIR),
    ("scheduled", "reject"): ("rejected", CHAIR),
    ("scheduled", "prc_approve"): ("approved", SECRETARY),
    ("scheduled", "prc_return"): ("returned", SECRETARY),
    ("scheduled", "prc_reject"): ("rejected", SECRETARY),
    ("recommended", "prc_approve"): ("approved", SECRETARY),
    ("recommended", "prc_return"): ("returned", SECRETARY),
    ("recommended", "prc_reject"): ("rejected", SECRETARY),
}
QIP_EVENTS = (
    *("open_consultation", "end_consultation", "pass_on", "summarise", "schedule", "unschedule", "go_on", "override"),
    *("recommend", "return", "reject", "prc_approve", "prc_return", "prc_reject"),
)
QIP_STATES = (
    *("registered", "consultation", "consulted", "scheduled", "recommended", "returned", "rejected", "approved"),
    *("signed", "in_progress", "suspended", "completed", "closed", "cancelled"),
)
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
    "qip": (qips.CYCLE, QIP, QIP_STATES, QIP_EVENTS),
    "sitting": (sittings.CYCLE, SITTING, SITTING_STATES, SITTING_EVENTS),
    "condition": (conditions.CYCLE, CONDITION, CONDITION_STATES, CONDITION_EVENTS),
}


@pytest.mark.parametrize("noun", TABLES)
def test_every_pair_for_every_role(noun: str) -> None:
    cycle, table, states, events = TABLES[noun]
    for state, event, who in product(states, (*events, "nonsense"), (*sorted(roles.ALL), SYSTEM)):
        expected = table.get((state, event))
        if expected is not None and who in expected[1]:
            assert cycle.after(state, event, {who}) == expected[0], (state, event, who)
        else:
            with pytest.raises(WrongState):
                cycle.after(state, event, {who})


@pytest.mark.parametrize("noun", TABLES)
def test_nothing_is_in_the_code_that_is_not_in_the_table(noun: str) -> None:
    cycle, _table, states, events = TABLES[noun]
    assert set(cycle.states) == set(states)
    if noun == "qip":
        assert set(events) <= set(cycle.steps), "the others are the manager's own, and have a table of theirs"
    else:
        assert set(cycle.steps) == set(events)


@pytest.mark.parametrize("noun", TABLES)
def test_every_word_is_there_in_both_languages(noun: str) -> None:
    cycle = TABLES[noun][0]
    for words in (cycle.label, *cycle.states.values(), *cycle.dues.values(), *(s.label for s in cycle.steps.values())):
        assert set(words) == {"en", "fr"}
        assert all(words.values())
