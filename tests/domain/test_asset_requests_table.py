"""Escorts and other military assets: every state, every event, every role, pair by pair. What is not written here is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from every_role import held_to

from deconflict.domain import roles
from deconflict.domain.asset_requests import CYCLE, MEANT, decide_by, sees, waits_for
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import SYSTEM, Noun, ProcedureFacts

NGO = {roles.SUBMITTER, roles.FOCAL_POINT}
OCHA = {roles.CMCOORD, roles.SUBOFFICE_HEAD, roles.OCHA_HEAD}
HC = {roles.OCHA_HEAD, roles.HC_OFFICE}
CLOCK = {SYSTEM}
# (state, event) -> (state after it, by whom)
TABLE = {
    ("requested", "correct"): ("requested", NGO | OCHA),
    ("requested", "review"): ("reviewed", OCHA),
    ("requested", "withdraw"): ("withdrawn", NGO | OCHA),
    ("reviewed", "decide"): ("decided", HC),
    ("reviewed", "decline"): ("declined", HC),
    ("reviewed", "withdraw"): ("withdrawn", NGO | OCHA),
    ("decided", "arrange"): ("arranged", OCHA),
    ("decided", "lapse"): ("due_again", CLOCK),
    ("decided", "not_use"): ("not_used", NGO | OCHA),
    ("decided", "withdraw"): ("withdrawn", NGO | OCHA),
    ("arranged", "lapse"): ("due_again", CLOCK),
    ("arranged", "use"): ("used", NGO | OCHA),
    ("arranged", "not_use"): ("not_used", NGO | OCHA),
    ("arranged", "withdraw"): ("withdrawn", NGO | OCHA),
    ("due_again", "decide"): ("decided", HC),
    ("due_again", "decline"): ("declined", HC),
    ("due_again", "not_use"): ("not_used", NGO | OCHA),
    ("due_again", "withdraw"): ("withdrawn", NGO | OCHA),
    ("declined", "close"): ("closed", OCHA),
    ("used", "close"): ("closed", OCHA),
    ("not_used", "close"): ("closed", OCHA),
}
EVENTS = sorted({event for _state, event in TABLE})
MALI = UTC
FACTS = {"decide_by": "2019-12-13T00:00:00+00:00", "review_on": "2019-12-20"}


@pytest.mark.parametrize("state", CYCLE.states)
def test_every_step_by_every_role(state):
    held_to(TABLE, CYCLE, state, (*EVENTS, "begin", "close_it", ""))


def test_the_cycle_has_no_state_and_no_event_beside_the_table():
    assert set(CYCLE.steps) == set(EVENTS)
    assert set(CYCLE.states) == {state for state, _event in TABLE} | {target for target, _who in TABLE.values()}
    assert CYCLE.begun_by == NGO | OCHA
    for state in CYCLE.states:
        leaves = any(source == state for source, _event in TABLE)
        assert leaves != (state in CYCLE.over), state


def test_somebody_must_act_in_every_state_but_the_last_and_never_the_mission():
    mission = {role for role, side in roles.SIDE_OF.items() if side == "mission"}
    for state in CYCLE.states:
        due = waits_for(state, FACTS, MALI)
        assert (due is None) == (state in CYCLE.over), state
        if due is not None:
            assert not due.who & mission
            assert CYCLE.act_label(due.event)
            may = {role for (source, _event), (_target, who) in TABLE.items() if source == state for role in who}
            assert due.who <= may, state


def test_the_clock_acts_on_the_review_date_of_what_was_decided_and_nowhere_else():
    for state in CYCLE.states:
        due = waits_for(state, FACTS, MALI)
        lapses = due is not None and SYSTEM in due.who
        assert lapses == (state in ("decided", "arranged"))
        if due is not None and lapses:
            assert due.at == datetime(2019, 12, 21, tzinfo=UTC)  # the day lasts to its end


def test_a_decision_is_due_in_working_days_and_before_it_is_wanted():
    def is_off(day):
        return day.weekday() >= 5

    asked = datetime(2019, 12, 6, 9, tzinfo=UTC)  # a Friday
    assert decide_by(asked, date(2020, 1, 31), 5, is_off, UTC) == datetime(2019, 12, 14, tzinfo=UTC)
    assert decide_by(asked, date(2019, 12, 10), 5, is_off, UTC) == datetime(2019, 12, 10, tzinfo=UTC)
    assert decide_by(asked, date(2019, 12, 5), 5, is_off, UTC) == asked  # nothing is due before it was asked for


def facts(**more):
    at = datetime(2019, 12, 6, tzinfo=UTC)
    plain = {"id": 1, "noun": Noun.ASSET_REQUEST, "reference": "AAAAA", "state": "requested", "version": 1}
    plain |= {"facts": {}, "owner_id": 7, "made_by_id": 1, "own_key": "", "area": "MOPTI", "sector": "C"}
    return ProcedureFacts(**(plain | {"made_at": at, "moved_at": at, "due": None} | more))


@pytest.mark.parametrize("sensitive", [False, True])
def test_who_may_know_that_there_is_one(sensitive):
    one = facts(facts={"sensitive": sensitive})
    known = set()
    for role in roles.ALL:
        for organisation in (7, 8):
            who = Audience(1, organisation, roles.SIDE_OF[role], frozenset({role}))
            if sees(one, who):
                known.add((role, organisation))
    at_ocha = {roles.CMCOORD, roles.OCHA_HEAD} | (set() if sensitive else {roles.SUBOFFICE_HEAD, roles.HC_OFFICE})
    assert known == {(role, 7) for role in NGO} | {(role, n) for role in at_ocha for n in (7, 8)}


def test_an_escort_is_meant_while_its_decision_holds_or_after_it_was_used():
    assert {"decided", "arranged", "used"} == MEANT
