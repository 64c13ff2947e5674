"""The table of hazard notices, written out in full: every state, every event, every role, and the clock. What is not here is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from every_role import held_to

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.hazards import CYCLE, KINDS, SET_ASIDE, SOURCES, acts_of, sees, view_of_hazard
from deconflict.domain.procedures import SYSTEM, Noun, ProcedureFacts

FILERS = {"submitter", "focal_point", "cimic", "ops", "qip_manager", "radio_operator"}
OFFICER = {"cmcoord", "ocha_head"}
# (state, event): (state after it, who)
TABLE = {
    ("entered", "correct"): ("entered", FILERS | OFFICER),
    ("entered", "withdraw"): ("withdrawn", FILERS | OFFICER),
    ("entered", "show"): ("shown", OFFICER),
    ("entered", "set_aside"): ("set_aside", OFFICER),
    ("set_aside", "show"): ("shown", OFFICER),
    ("shown", "amend"): ("shown", OFFICER),
    ("shown", "renew"): ("shown", OFFICER),
    ("shown", "expire"): ("expired", {SYSTEM}),
    ("shown", "end"): ("over", OFFICER),
    ("expired", "renew"): ("shown", OFFICER),
    ("expired", "end"): ("over", OFFICER),
    ("expired", "lapse"): ("over", {SYSTEM}),
}
STATES = ("entered", "shown", "set_aside", "withdrawn", "expired", "over")
EVENTS = ("correct", "withdraw", "show", "set_aside", "amend", "renew", "expire", "end", "lapse", "nonsense")
NOW = datetime(2019, 12, 7, tzinfo=UTC)
FACTS = ProcedureFacts(
    1, Noun.HAZARD, "4F7K2", "entered", 1, {}, 7, 70, "", "mopti", "centre", NOW, NOW, None, item_id=5
)


def somebody(*held: str, person: int = 71) -> Audience:
    side = roles.SIDE_OF[held[0]] if held else "humanitarian"
    return Audience(person, 8, side, frozenset(held))


@pytest.mark.parametrize("state", STATES)
def test_every_pair_for_every_role(state: str) -> None:
    held_to(TABLE, CYCLE, state, EVENTS)


def test_nothing_is_in_the_code_that_is_not_in_the_table() -> None:
    assert set(CYCLE.states) == set(STATES)
    assert set(CYCLE.steps) == set(EVENTS) - {"nonsense"}
    assert CYCLE.begins == "entered"
    assert CYCLE.begun_by == FILERS | OFFICER
    assert {state for state in STATES if state not in {source for source, _event in TABLE}} <= CYCLE.over


def test_whoever_entered_it_and_ocha_read_it_first_and_every_filer_once_it_is_shown() -> None:
    author = somebody("submitter", person=70)
    for state in STATES:
        facts = replace(FACTS, state=state)
        readers = {role for role in roles.ALL if sees(facts, somebody(role))}
        assert readers == roles.OFFICERS | (FILERS if state == "shown" else set()), state
        assert sees(facts, author)


def test_who_entered_it_and_what_it_is_matched_as_is_in_no_view_but_ochas() -> None:
    shown = replace(FACTS, state="shown")
    for role in FILERS:
        view = view_of_hazard(shown, somebody(role))
        assert view is not None
        assert (view.made_by_id, view.owner_id, view.item_id, view.past, view.acts) == (None, None, None, (), ())
    officer = view_of_hazard(shown, somebody("cmcoord"))
    assert officer is not None
    assert (officer.made_by_id, officer.owner_id, officer.item_id) == (70, 7, 5)


def test_what_is_not_shown_yet_is_withdrawn_by_its_author_and_set_aside_by_an_officer() -> None:
    assert acts_of(FACTS, somebody("submitter", person=70)) == ["correct", "withdraw"]
    assert acts_of(FACTS, somebody("submitter")) == []
    assert acts_of(FACTS, somebody("cmcoord")) == ["correct", "show", "set_aside"]
    assert acts_of(FACTS, somebody("cmcoord", person=70)) == ["correct", "withdraw", "show", "set_aside"]
    assert acts_of(FACTS, somebody("suboffice_head")) == []


@pytest.mark.parametrize("table", [KINDS, SOURCES, SET_ASIDE, CYCLE.states])
def test_every_code_has_words_in_both_languages(table) -> None:
    assert all(words["fr"] and words["en"] and words["fr"] != "" for words in table.values())
