"""Access incidents: every state, every event, every role; who may know of one; what no words may name; how a change is counted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from every_role import held_to

from deconflict.domain import roles
from deconflict.domain.access_counts import Change, changes, in_all
from deconflict.domain.access_incidents import CONSTRAINTS, CYCLE, OUTCOMES, armed_actor_in, sees, waits_for
from deconflict.domain.audience import Audience
from deconflict.domain.procedures import Noun, ProcedureFacts

NGO = {roles.SUBMITTER, roles.FOCAL_POINT}
READERS = {roles.CMCOORD, roles.OCHA_HEAD}
TABLE = {
    ("logged", "correct"): ("logged", NGO | READERS),
    ("logged", "review"): ("reviewed", READERS),
    ("logged", "set_aside"): ("set_aside", READERS),
    ("reviewed", "reopen"): ("logged", READERS),
    ("set_aside", "reopen"): ("logged", READERS),
}
EVENTS = sorted({event for _state, event in TABLE})


@pytest.mark.parametrize("state", CYCLE.states)
def test_every_step_by_every_role(state):
    held_to(TABLE, CYCLE, state, (*EVENTS, "begin", "close", ""))


def test_the_cycle_has_nothing_beside_the_table_and_only_what_is_logged_waits():
    assert set(CYCLE.steps) == set(EVENTS)
    assert CYCLE.begun_by == NGO | READERS
    for state in CYCLE.states:
        due = waits_for(state)
        assert (due is None) == (state in CYCLE.over)
        assert due is None or (due.who == READERS and CYCLE.act_label(due.event))


def test_there_are_nine_constraint_types_and_six_outcomes_in_both_languages():
    assert (len(CONSTRAINTS), len(OUTCOMES)) == (9, 6)
    assert all(set(words) == {"en", "fr"} for table in (CONSTRAINTS, OUTCOMES) for words in table.values())


@pytest.mark.parametrize("sensitive", [False, True])
def test_who_may_know_that_there_is_one(sensitive):
    at = datetime(2019, 12, 6, tzinfo=UTC)
    plain = {
        "id": 1,
        "noun": Noun.ACCESS_INCIDENT,
        "reference": "AAAAA",
        "state": "logged",
        "version": 1,
        "owner_id": 7,
    }
    plain |= {"facts": {"sensitive": sensitive}, "made_by_id": 1, "own_key": "", "area": "MOPTI", "sector": "C"}
    one = ProcedureFacts(**plain, made_at=at, moved_at=at, due=None)
    known = {
        (role, organisation)
        for role in roles.ALL
        for organisation in (7, 8)
        if sees(one, Audience(1, organisation, roles.SIDE_OF[role], frozenset({role})))
    }
    at_ocha = READERS | (set() if sensitive else {roles.SUBOFFICE_HEAD})
    assert known == {(role, 7) for role in NGO} | {(role, n) for role in at_ocha for n in (7, 8)}


@pytest.mark.parametrize(
    "words",
    [
        "Des hommes armés ont arrêté l'équipe",
        "Barrage de l'ARMÉE",
        "Stopped by soldiers",
        "un groupe armé",
        "La katiba locale",
        "la force Barkhane",
        "Barrage des Dozos",
        "two militias",
        "gendarmes",
    ],
)
def test_who_carries_arms_is_found(words):
    assert armed_actor_in(words, ("Barkhane", "Dozos"))


@pytest.mark.parametrize(
    "words", ["", "Le pont est coupé par la crue", "Armement du bac en retard", "Barkhaneville", "arms of the river"]
)
def test_what_happened_is_taken(words):
    assert armed_actor_in(words, ("Barkhane", "Dozos")) is None


def test_a_change_is_told_of_the_old_number():
    """The dashboard of October 2024 said +36 % and +39 %: it had divided by the new number."""
    assert (Change(27, 42).percent, Change(14, 23).percent) == (56, 64)
    assert (Change(42, 27).percent, Change(4, 4).percent, Change(3, 0).percent) == (-36, 0, -100)
    assert Change(0, 5).percent is None
    assert (Change(8, 9).percent, Change(8, 7).percent) == (13, -13)  # 12.5: halves away from zero, both ways


def test_counts_name_what_was_there_in_either_month():
    found = changes(["mines", "mines", "entry"], ["mines", "violence"])
    assert list(found) == ["mines", "violence", "entry"]
    assert (found["entry"], found["violence"]) == (Change(1, 0), Change(0, 1))
    assert in_all(found.values()) == Change(3, 2)
