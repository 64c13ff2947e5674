"""Every life cycle, every state, every event, everybody: what is allowed is written here by hand, all else is refused."""

from __future__ import annotations

from itertools import product

import pytest

from deconflict.domain import states
from deconflict.domain.errors import WrongState
from deconflict.domain.states import (
    CaseState,
    HoldState,
    ItemState,
    MessageState,
    ReleaseState,
    RequestState,
    SiteState,
    possible,
    target,
)

WHO = ("system", "officer", "owner", "head", "second")
STATES = {
    "item": list(ItemState),
    "site": list(SiteState),
    "case": list(CaseState),
    "request": list(RequestState),
    "release": list(ReleaseState),
    "hold": list(HoldState),
    "message": list(MessageState),
}

# event, who, from -> to. One line per arrow that exists.
ALLOWED = """
item     read       officer  submitted  -> read
item     return     officer  submitted  -> returned
item     return     officer  read       -> returned
item     amend      owner    submitted  -> submitted
item     amend      owner    read       -> submitted
item     amend      owner    returned   -> submitted
item     amend      owner    under_way  -> submitted
item     set_out    owner    read       -> under_way
item     set_out    officer  read       -> under_way
item     postpone   owner    submitted  -> submitted
item     postpone   owner    read       -> submitted
item     postpone   owner    returned   -> submitted
item     lower      owner    submitted  -> submitted
item     lower      owner    read       -> submitted
item     lower      owner    returned   -> submitted
item     lower      owner    under_way  -> submitted
item     follow     system   submitted  -> submitted
item     follow     system   read       -> submitted
item     follow     system   returned   -> submitted
item     follow     system   under_way  -> submitted
item     cancel     owner    submitted  -> cancelled
item     cancel     owner    read       -> cancelled
item     cancel     owner    returned   -> cancelled
item     cancel     owner    under_way  -> cancelled
item     cancel     officer  submitted  -> cancelled
item     cancel     officer  read       -> cancelled
item     cancel     officer  returned   -> cancelled
item     cancel     officer  under_way  -> cancelled
item     end        system   submitted  -> ended
item     end        system   read       -> ended
item     end        system   returned   -> ended
item     end        system   under_way  -> ended
site     take       officer  site_submitted  -> in_verification
site     take       officer  in_verification -> in_verification
site     take_again officer  verified        -> verified
site     take_again officer  verify_due      -> verify_due
site     take_again officer  stale           -> stale
site     verify     officer  in_verification -> verified
site     verify     officer  verified        -> verified
site     verify     officer  verify_due      -> verified
site     verify     officer  stale           -> verified
site     return     officer  site_submitted  -> site_returned
site     return     officer  in_verification -> site_returned
site     return     officer  verified        -> site_returned
site     return     officer  verify_due      -> site_returned
site     return     officer  stale           -> site_returned
site     suspend    officer  site_submitted  -> suspended
site     suspend    officer  in_verification -> suspended
site     suspend    officer  verified        -> suspended
site     suspend    officer  verify_due      -> suspended
site     suspend    officer  stale           -> suspended
site     suspend    officer  site_returned   -> suspended
site     suspend    owner    site_submitted  -> suspended
site     suspend    owner    in_verification -> suspended
site     suspend    owner    verified        -> suspended
site     suspend    owner    verify_due      -> suspended
site     suspend    owner    stale           -> suspended
site     suspend    owner    site_returned   -> suspended
site     occupy   owner    site_submitted  -> suspended
site     occupy   owner    in_verification -> suspended
site     occupy   owner    verified        -> suspended
site     occupy   owner    verify_due      -> suspended
site     occupy   owner    stale           -> suspended
site     occupy   owner    site_returned   -> suspended
site     occupy   owner    suspended       -> suspended
site     occupy   officer  site_submitted  -> suspended
site     occupy   officer  in_verification -> suspended
site     occupy   officer  verified        -> suspended
site     occupy   officer  verify_due      -> suspended
site     occupy   officer  stale           -> suspended
site     occupy   officer  site_returned   -> suspended
site     occupy   officer  suspended       -> suspended
site     leave    owner    site_submitted  -> site_submitted
site     leave    owner    in_verification -> in_verification
site     leave    owner    verified        -> verified
site     leave    owner    verify_due      -> verify_due
site     leave    owner    stale           -> stale
site     leave    owner    site_returned   -> site_returned
site     leave    owner    suspended       -> suspended
site     leave    officer  site_submitted  -> site_submitted
site     leave    officer  in_verification -> in_verification
site     leave    officer  verified        -> verified
site     leave    officer  verify_due      -> verify_due
site     leave    officer  stale           -> stale
site     leave    officer  site_returned   -> site_returned
site     leave    officer  suspended       -> suspended
site     resume     owner    suspended       -> site_submitted
site     resume     officer  suspended       -> site_submitted
site     amend      owner    site_submitted  -> site_submitted
site     amend      owner    in_verification -> site_submitted
site     amend      owner    verified        -> site_submitted
site     amend      owner    verify_due      -> site_submitted
site     amend      owner    stale           -> site_submitted
site     amend      owner    site_returned   -> site_submitted
site     amend      owner    suspended       -> site_submitted
site     correct    owner    site_submitted  -> site_submitted
site     correct    owner    in_verification -> in_verification
site     correct    owner    verified        -> verified
site     correct    owner    verify_due      -> verify_due
site     correct    owner    stale           -> stale
site     correct    owner    site_returned   -> site_returned
site     correct    owner    suspended       -> suspended
site     lower      owner    site_submitted  -> site_submitted
site     lower      owner    in_verification -> in_verification
site     lower      owner    verified        -> verified
site     lower      owner    verify_due      -> verify_due
site     lower      owner    stale           -> stale
site     lower      owner    site_returned   -> site_returned
site     lower      owner    suspended       -> suspended
site     confirm    owner    site_submitted  -> site_submitted
site     confirm    owner    in_verification -> in_verification
site     confirm    owner    verified        -> verified
site     confirm    owner    verify_due      -> verify_due
site     confirm    owner    stale           -> stale
site     reopen     owner    archived        -> site_submitted
site     close      owner    site_submitted  -> closed
site     close      owner    in_verification -> closed
site     close      owner    verified        -> closed
site     close      owner    verify_due      -> closed
site     close      owner    stale           -> closed
site     close      owner    site_returned   -> closed
site     close      owner    suspended       -> closed
site     close      owner    archived        -> closed
site     due        system   verified        -> verify_due
site     expire     system   verified        -> stale
site     expire     system   verify_due      -> stale
site     archive    system   site_submitted  -> archived
site     archive    system   in_verification -> archived
site     archive    system   verified        -> archived
site     archive    system   verify_due      -> archived
site     archive    system   stale           -> archived
site     archive    system   site_returned   -> archived
site     archive    system   suspended       -> archived
case     take       officer  detected   -> taken
case     take       officer  unchecked  -> taken
case     take       officer  overdue    -> taken
case     take       officer  taken      -> taken
case     take       officer  asked      -> taken
case     take       officer  agreed     -> taken
case     hand_back  officer  taken      -> detected
case     ask        officer  detected   -> asked
case     ask        officer  taken      -> asked
case     ask        officer  asked      -> asked
case     ask        officer  agreed     -> asked
case     agree      officer  detected   -> agreed
case     agree      officer  taken      -> agreed
case     agree      officer  asked      -> agreed
case     dismiss    officer  detected   -> dismissed
case     dismiss    officer  taken      -> dismissed
case     dismiss    officer  asked      -> dismissed
case     dismiss    officer  unchecked  -> dismissed
case     dismiss    officer  overdue    -> dismissed
case     vanish     system   detected   -> closed
case     vanish     system   taken      -> closed
case     vanish     system   asked      -> closed
case     vanish     system   agreed     -> closed
case     vanish     system   unchecked  -> closed
case     vanish     system   overdue    -> closed
case     overtake   system   detected   -> overtaken
case     overtake   system   taken      -> overtaken
case     overtake   system   asked      -> overtaken
case     overtake   system   agreed     -> overtaken
case     overtake   system   unchecked  -> overtaken
case     overtake   system   overdue    -> overtaken
case     lapse      system   detected   -> lapsed
case     lapse      system   taken      -> lapsed
case     lapse      system   asked      -> lapsed
case     lapse      system   agreed     -> lapsed
case     lapse      system   unchecked  -> lapsed
case     lapse      system   overdue    -> lapsed
case     fail       system   detected   -> unchecked
case     fail       system   taken      -> unchecked
case     fail       system   asked      -> unchecked
case     fail       system   agreed     -> unchecked
case     fail       system   unchecked  -> unchecked
case     fail       system   closed     -> unchecked
case     fail       system   dismissed  -> unchecked
case     fail       system   overtaken  -> unchecked
case     fail       system   lapsed     -> unchecked
case     occupy   system   closed          -> detected
case     occupy   system   dismissed       -> detected
case     occupy   system   overtaken       -> detected
case     occupy   system   lapsed          -> detected
case     miss       system   overdue    -> overdue
case     miss       system   detected   -> overdue
case     miss       system   taken      -> overdue
case     miss       system   closed     -> overdue
case     miss       system   dismissed  -> overdue
case     miss       system   overtaken  -> overdue
case     miss       system   lapsed     -> overdue
case     change     system   taken      -> taken
case     change     system   asked      -> taken
case     change     system   agreed     -> taken
case     change     system   risk_accepted -> taken
case     recover    system   unchecked  -> detected
case     accept_risk head    detected -> risk_accepted
case     accept_risk head    taken -> risk_accepted
case     accept_risk head    asked -> risk_accepted
case     accept_risk head    agreed -> risk_accepted
case     expire_risk system risk_accepted -> detected
case     vanish system risk_accepted -> closed
case     overtake system risk_accepted -> overtaken
case     lapse system risk_accepted -> lapsed
case     fail system risk_accepted -> unchecked
case     reopen     system   closed     -> detected
case     reopen     system   dismissed  -> detected
case     reopen     system   overtaken  -> detected
case     reopen     system   lapsed     -> detected
request  accept     owner    open       -> accepted
request  accept     owner    silent     -> accepted
request  counter    owner    open       -> countered
request  counter    owner    silent     -> countered
request  decline    owner    open       -> declined
request  decline    owner    silent     -> declined
request  silence    system   open       -> silent
request  amend      owner    accepted   -> amended
request  withdraw   officer  open       -> withdrawn
request  withdraw   officer  silent     -> withdrawn
request  withdraw   officer  accepted   -> withdrawn
request  withdraw   officer  countered  -> withdrawn
request  withdraw   officer  amended    -> withdrawn
request  withdraw   system   open       -> withdrawn
request  withdraw   system   silent     -> withdrawn
request  withdraw   system   accepted   -> withdrawn
request  withdraw   system   countered  -> withdrawn
request  withdraw   system   amended    -> withdrawn
request  finish     system   open       -> done
request  finish     system   silent     -> done
request  finish     system   accepted   -> done
request  finish     system   countered  -> done
request  finish     system   declined   -> done
request  finish     system   amended    -> done
release  grant      officer  asked      -> released
release  grant      officer  silent     -> released
release  refuse     officer  asked      -> refused
release  refuse     officer  silent     -> refused
release  silence    system   asked      -> silent
hold     confirm    second   asked      -> held
hold     ask_lift   head     held       -> lifting
hold     keep       second   lifting    -> held
hold     lift       second   lifting    -> lifted
message  claim      system   queued     -> sending
message  lose       system   sending    -> unsure
message  requeue    system   sending    -> queued
message  requeue    system   unsure     -> queued
message  accept     system   queued     -> sent
message  accept     system   sending    -> sent
message  accept     system   unsure     -> sent
message  accept     system   withdrawn  -> sent
message  deliver    system   queued     -> delivered
message  deliver    system   sending    -> delivered
message  deliver    system   unsure     -> delivered
message  deliver    system   sent       -> delivered
message  deliver    system   withdrawn  -> delivered
message  fail       system   queued     -> failed
message  fail       system   sending    -> failed
message  fail       system   unsure     -> failed
message  fail       system   sent       -> failed
message  fail       system   delivered  -> failed
message  withdraw   system   queued     -> withdrawn
message  withdraw   system   held       -> withdrawn
message  withdraw   officer  queued     -> withdrawn
message  withdraw   officer  held       -> withdrawn
message  hold       system   queued     -> held
message  let_go     officer  held       -> queued
"""


def _table() -> dict[tuple[str, str, str, str], str]:
    rows = [line.split() for line in ALLOWED.split("\n") if line]
    return {(table, event, who, source): after for table, event, who, source, _arrow, after in rows}


TABLE = _table()
EVENTS = {name: list(moves) for name, moves in states.TABLES.items()}
EVERY = [
    (name, event, who, str(state)) for name in STATES for event, who, state in product(EVENTS[name], WHO, STATES[name])
]


def test_the_table_above_is_about_events_and_states_that_exist():
    assert TABLE.keys() <= set(EVERY)
    assert set(states.TABLES) == set(STATES)
    for name, _event, _who, _source in TABLE:
        after = {TABLE[row] for row in TABLE if row[0] == name}
        assert after <= {str(state) for state in STATES[name]}


@pytest.mark.parametrize("row", TABLE, ids=" ".join)
def test_an_arrow_of_the_table_leads_where_it_says(row):
    name, event, who, source = row
    assert target(name, source, event, who) == TABLE[row]


@pytest.mark.parametrize("name", STATES)
def test_every_arrow_that_the_table_does_not_name_is_refused(name):
    refused = [row for row in EVERY if row[0] == name and row not in TABLE]
    assert refused
    for _name, event, who, source in refused:
        with pytest.raises(WrongState):
            target(name, source, event, who)


@pytest.mark.parametrize("name", STATES)
def test_an_event_or_a_person_nobody_knows_moves_nothing(name):
    for state, who in product(STATES[name], (*WHO, "administrator", "")):
        for event in ("approve", "clear", ""):
            with pytest.raises(WrongState):
                target(name, state, event, who)
    for state, event in product(STATES[name], EVENTS[name]):
        with pytest.raises(WrongState):
            target(name, state, event, "somebody")


@pytest.mark.parametrize("name", STATES)
def test_a_page_offers_exactly_what_would_work(name):
    for state, who in product(STATES[name], (*WHO, "somebody")):
        works = [event for event in EVENTS[name] if (name, event, who, str(state)) in TABLE]
        assert possible(name, state, who) == works


def test_what_is_over_moves_no_more_and_only_a_case_opens_again():
    for state in (ItemState.CANCELLED, ItemState.ENDED):
        assert not any(possible("item", state, who) for who in WHO)
    for state in (RequestState.WITHDRAWN, RequestState.DONE):
        assert not any(possible("request", state, who) for who in WHO)
    ended = set(CaseState) - states.OPEN_CASES
    for state in ended:
        assert possible("case", state, "officer") == possible("case", state, "owner") == []
        assert "reopen" in possible("case", state, "system")


def test_no_owner_moves_a_case_and_no_officer_answers_for_a_side():
    assert not any(row for row in TABLE if row[0] == "case" and row[2] == "owner")
    assert not any(
        row for row in TABLE if row[0] == "request" and row[1] in ("accept", "decline") and row[2] != "owner"
    )


def test_a_message_that_left_comes_back_to_the_queue_only_by_way_of_what_became_of_it():
    """Nothing leads from sent, delivered or failed to the queue, and what nobody can account for is never claimed again."""
    for state in (MessageState.SENT, MessageState.DELIVERED, MessageState.FAILED):
        assert not {"requeue", "claim", "withdraw"} & set(possible("message", state, "system"))
    assert "claim" not in possible("message", MessageState.UNSURE, "system")
    assert not any(possible("message", MessageState.FAILED, who) for who in WHO)


def test_nothing_but_an_officer_s_word_is_a_yes_and_one_person_alone_neither_keeps_nor_lifts():
    assert {row[2] for row in TABLE if row[0] == "release" and TABLE[row] == "released"} == {"officer"}
    assert {row[2] for row in TABLE if row[0] == "hold" and TABLE[row] in ("held", "lifted")} == {"second"}


def test_the_open_cases_and_the_live_items_are_these():
    assert {"detected", "taken", "asked", "agreed", "risk_accepted", "unchecked", "overdue"} == states.OPEN_CASES
    assert {"submitted", "read", "returned", "under_way"} == states.LIVE_MOVES
    assert states.LIVE_ITEMS == states.LIVE_MOVES | states.LIVE_SITES
    assert set(SiteState) - states.LIVE_SITES == {SiteState.CLOSED, SiteState.ARCHIVED}


def test_no_state_of_a_site_is_one_of_another_item_so_that_each_goes_by_its_own_table():
    assert not set(map(str, SiteState)) & set(map(str, ItemState))
    assert {states.table_of(state) for state in SiteState} == {"site"}
    assert {states.table_of(state) for state in ItemState} == {"item"}


def test_only_an_officer_verifies_a_site_and_a_closed_one_stays_closed():
    assert {row[2] for row in TABLE if row[0] == "site" and row[1] == "verify"} == {"officer"}
    assert not any(possible("site", SiteState.CLOSED, who) for who in WHO)
