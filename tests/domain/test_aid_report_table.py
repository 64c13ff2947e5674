"""Reports of aid outside QIPs: every state, every event, every role. What is allowed is written here by hand, all else is refused; and when
two sources do not depend on each other."""

from __future__ import annotations

from itertools import product

import pytest

from deconflict.domain import roles
from deconflict.domain.aid_reports import CYCLE, VERIFIED
from deconflict.domain.aid_sources import Source, enough, independent
from deconflict.domain.aid_words import CATEGORY_OF, KIND_OF, KINDS
from deconflict.domain.errors import WrongState
from deconflict.domain.procedures import SYSTEM
from deconflict.schemas.plans import CATEGORIES

# event, who, from -> to. One line per arrow that exists.
ALLOWED = """
take         cmcoord         reported            -> under_verification
correct      cimic           reported            -> reported
correct      cimic           under_verification  -> under_verification
correct      cimic           not_verified        -> not_verified
correct      cimic           verified            -> verified
correct      cimic           raised              -> raised
correct      cimic           responded           -> responded
correct      cimic           unanswered          -> unanswered
correct      cimic           escalated           -> escalated
correct      ops             reported            -> reported
correct      ops             under_verification  -> under_verification
correct      ops             not_verified        -> not_verified
correct      ops             verified            -> verified
correct      ops             raised              -> raised
correct      ops             responded           -> responded
correct      ops             unanswered          -> unanswered
correct      ops             escalated           -> escalated
correct      qip_manager     reported            -> reported
correct      qip_manager     under_verification  -> under_verification
correct      qip_manager     not_verified        -> not_verified
correct      qip_manager     verified            -> verified
correct      qip_manager     raised              -> raised
correct      qip_manager     responded           -> responded
correct      qip_manager     unanswered          -> unanswered
correct      qip_manager     escalated           -> escalated
source       cmcoord         reported            -> reported
source       cmcoord         under_verification  -> under_verification
verify       cmcoord         under_verification  -> verified
not_verify   cmcoord         under_verification  -> not_verified
unfounded    cmcoord         under_verification  -> unfounded
duplicate    cmcoord         reported            -> duplicate
duplicate    cmcoord         under_verification  -> duplicate
look_again   cmcoord         not_verified        -> under_verification
look_again   cmcoord         unfounded           -> under_verification
look_again   cmcoord         duplicate           -> under_verification
withdraw     submitter       reported            -> withdrawn
withdraw     submitter       under_verification  -> withdrawn
withdraw     focal_point     reported            -> withdrawn
withdraw     focal_point     under_verification  -> withdrawn
withdraw     cmcoord         reported            -> withdrawn
withdraw     cmcoord         under_verification  -> withdrawn
shown_wrong  cmcoord         verified            -> unfounded
shown_wrong  cmcoord         raised              -> unfounded
shown_wrong  cmcoord         responded           -> unfounded
shown_wrong  cmcoord         unanswered          -> unfounded
shown_wrong  cmcoord         escalated           -> unfounded
shown_wrong  cmcoord         closed              -> unfounded
raise        cmcoord         verified            -> raised
raise        suboffice_head  verified            -> raised
respond      cimic           raised              -> responded
respond      cimic           unanswered          -> responded
respond      cimic           escalated           -> responded
respond      cmcoord         raised              -> responded
respond      cmcoord         unanswered          -> responded
respond      cmcoord         escalated           -> responded
lapse        system          raised              -> unanswered
escalate     ocha_head       unanswered          -> escalated
escalate     ocha_head       responded           -> escalated
close        cmcoord         responded           -> closed
close        cmcoord         escalated           -> closed
close        suboffice_head  responded           -> closed
close        suboffice_head  escalated           -> closed
close        ocha_head       responded           -> closed
close        ocha_head       escalated           -> closed
"""
BEGUN_BY = {"submitter", "focal_point", "cmcoord", "cimic", "ops", "system"}
OVER = {"not_verified", "unfounded", "duplicate", "closed", "withdrawn"}


def allowed() -> dict[tuple[str, str, str], str]:
    lines = (line.split() for line in ALLOWED.strip().splitlines())
    return {(event, who, source): target for event, who, source, _arrow, target in lines}


def test_every_state_by_every_event_for_every_role() -> None:
    wrong, written = [], allowed()
    for state, event, who in product(CYCLE.states, CYCLE.steps, [*roles.ALL, SYSTEM]):
        try:
            found = CYCLE.after(state, event, [who])
        except WrongState:
            found = None
        if found != written.get((event, who, state)):
            wrong.append((event, who, state, found))
    assert wrong == []
    assert {event for event, _who, _state in written} == set(CYCLE.steps)
    assert {state for _event, _who, state in written} | set(written.values()) == set(CYCLE.states)


def test_who_may_begin_one_and_where_it_is_over() -> None:
    assert set(CYCLE.begun_by) == BEGUN_BY
    assert set(CYCLE.over) == OVER
    assert CYCLE.begins == "reported"
    assert {"reported", "under_verification"} | OVER - {"closed"} == set(CYCLE.states) - VERIFIED


def test_no_word_of_it_accuses() -> None:
    said = [
        words
        for label in (*CYCLE.states.values(), *(s.label for s in CYCLE.steps.values()))
        for words in label.values()
    ]
    assert not [words for words in said if "violat" in words.lower() or "confli" in words.lower()]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (Source("seen", 1), Source("seen", 2), True),  # two organisations
        (Source("seen", 1), Source("media", 1), False),  # one organisation twice
        (Source("seen", 1), Source("residents"), True),
        (Source("residents", 1), Source("residents"), False),  # perhaps the same people
        (Source("residents"), Source("authority"), True),
        (Source("authority"), Source("authority"), False),
    ],
)
def test_two_sources_depend_on_each_other_or_do_not(one: Source, other: Source, apart: bool) -> None:
    assert independent(one, other) is independent(other, one) is apart
    assert enough([one, other]) is apart


def test_the_mission_s_own_word_is_enough_and_one_other_source_is_not() -> None:
    assert enough([Source("mission")])
    assert not enough([Source("seen", 1)])
    assert not enough([])


def test_every_kind_that_a_closing_answer_names_is_one_of_these() -> None:
    assert set(KIND_OF) <= set(CATEGORIES)
    assert {*KIND_OF.values(), *CATEGORY_OF} <= set(KINDS)
    assert set(CATEGORY_OF.values()) <= set(CATEGORIES)
