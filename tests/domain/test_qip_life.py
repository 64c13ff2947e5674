"""The life of a QIP pair by pair, its days, and who sees what of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from qip_table import ALLOWED, STATES

from deconflict.domain import roles
from deconflict.domain.activity import OPEN_END
from deconflict.domain.audience import Audience
from deconflict.domain.errors import WrongState
from deconflict.domain.procedures import SYSTEM, Noun, ProcedureFacts
from deconflict.domain.qip_codes import EVENT_KINDS, OCCASIONS, SAME_AID, SECTORS
from deconflict.domain.qip_view import view_of_qip
from deconflict.domain.qips import (
    CONSULTED,
    CYCLE,
    READERS,
    due_of,
    last_day,
    longest,
    matched_as,
    tells_due,
    works_window,
)

AT = datetime(2019, 12, 7, tzinfo=UTC)
ZONE = ZoneInfo("Africa/Bamako")
FACTS = {
    "title_fr": "Forage",
    "title_en": "Borehole",
    "category": "infrastructure",
    "sector": "wash",
    "band": "under_500",
    "place": {
        "point": [15.0, -2.95],
        "as_typed": "15.0000, -2.9500",
        "source": "decimal",
        "uncertainty_m": 6.0,
        "pcode": "PP050600000",
        "name": "Douentza",
        "corrected": "",
        "cod_version": "COD 2021-12-20",
    },
    "settlement": "PP050600000",
    "commune": "ML050406",
    "partner": "ONG Sahel",
    "partner_class": "local_ngo",
    "partner_capacity": "checked",
    "owner_section": "civil_affairs",
    "budget_usd": 45_000,
    "starts_on": "2020-02-01",
    "ends_on": "2020-06-30",
    "signage": "Projet de la mission",
    "work_plan": True,
    "committee": "LPRC-C",
    "events": ["EV3NT"],
}


def qip(state="registered", *, opened=True, sector="C", **change):
    facts = FACTS | ({"consultation_opened_at": AT.isoformat()} if opened else {}) | change
    return ProcedureFacts(1, Noun.QIP, "4F7K2", state, 1, facts, 1, 1, "", "MOPTI", sector, AT, AT, None)


def who(role, scope=None):
    return Audience(1, 1, roles.SIDE_OF[role], frozenset({role}), scope)


@pytest.mark.parametrize(("state", "event"), list(product(STATES, CYCLE.steps)))
def test_every_state_and_event_leads_where_the_table_says_for_whom_it_says_and_nobody_else(state, event):
    target, allowed = ALLOWED.get((state, event), ("", set()))
    for role in (*roles.ALL, SYSTEM):
        if role in allowed:
            assert CYCLE.after(state, event, {role}) == target
            assert event in CYCLE.open_to(state, {role})
        else:
            with pytest.raises(WrongState):
                CYCLE.after(state, event, {role})
            assert event not in CYCLE.open_to(state, {role})


def test_the_table_and_the_cycle_speak_of_the_same_states_and_events():
    assert set(STATES) == set(CYCLE.states)
    assert {event for _state, event in ALLOWED} == set(CYCLE.steps)
    assert CYCLE.begun_by == {roles.QIP_MANAGER}


@pytest.mark.parametrize("state", STATES)
def test_it_is_a_proposal_until_the_committee_approves_then_works_then_nothing(state):
    proposal = ("registered", "consultation", "consulted", "scheduled", "returned", "recommended")
    works = ("approved", "signed", "in_progress", "suspended", "completed")
    assert matched_as(state) == ("QIP_PROPOSAL" if state in proposal else "QIP_WORKS" if state in works else "")


@pytest.mark.parametrize(
    ("began", "months", "last"),
    [
        ("2020-01-15", 6, "2020-07-14"),
        ("2020-01-01", 6, "2020-06-30"),
        ("2019-08-31", 6, "2020-02-29"),  # there is no 31st: February is the last of six months
        ("2019-12-31", 6, "2020-06-30"),
        ("2020-07-01", 12, "2021-06-30"),
        ("2020-03-31", 1, "2020-04-30"),
    ],
)
def test_six_months_are_counted_by_the_calendar(began, months, last):
    assert longest(date.fromisoformat(began), months) == date.fromisoformat(last)


def test_the_last_day_is_the_planned_end_or_when_it_has_taken_as_long_as_a_qip_may():
    assert last_day(FACTS, 6) == date(2020, 6, 30)
    assert last_day(FACTS | {"started_on": "2019-12-10"}, 6) == date(2020, 6, 9)
    assert last_day(FACTS | {"started_on": "2020-05-01"}, 6) == date(2020, 6, 30)


def test_somebody_must_act_in_every_state_that_is_not_a_committees_nor_over():
    for state in STATES:
        due = due_of(state, FACTS, 6, ZONE)
        assert (due is None) == (
            state not in ("registered", "returned", "approved", "signed", "in_progress", "suspended", "completed")
        )
    running = due_of("in_progress", FACTS, 6, ZONE)
    assert (running.event, running.at) == ("complete", datetime(2020, 7, 1, tzinfo=UTC))
    assert SYSTEM in running.who
    assert SYSTEM not in due_of("in_progress", FACTS | {"overrun_at": AT.isoformat()}, 6, ZONE).who


def test_works_last_as_planned_then_until_they_are_said_to_be_completed():
    planned = datetime(2020, 2, 1, tzinfo=UTC), datetime(2020, 7, 1, tzinfo=UTC)
    assert works_window(FACTS, "in_progress", ZONE, OPEN_END) == planned
    over = FACTS | {"overrun_at": AT.isoformat()}
    assert works_window(over, "in_progress", ZONE, OPEN_END)[1] == OPEN_END
    assert works_window(over | {"completed_on": "2020-08-02"}, "completed", ZONE, OPEN_END)[1] == datetime(
        2020, 8, 3, tzinfo=UTC
    )


# ---- who sees what, both ways ------------------------------------------------------------------------------------

INSIDERS = sorted(READERS)
OUTSIDERS = sorted(CONSULTED)
NOBODY = sorted(roles.ALL - READERS - CONSULTED)
SECRETS = (
    "budget_usd",
    "partner",
    "title_fr",
    "title_en",
    "starts_on",
    "ends_on",
    "owner_section",
    "signage",
    "committee",
    "work_plan",
    "events",
)


@pytest.mark.parametrize("role", INSIDERS)
def test_whoever_runs_or_reviews_it_reads_it_whole_and_operations_neither_money_nor_partner(role):
    view = view_of_qip(qip(opened=False), who(role))
    assert view.title_fr == "Forage"
    assert view.place["point"] == [15.0, -2.95]
    hidden = role == roles.OPS
    assert (view.budget_usd is None, view.partner is None, view.partner_class is None) == (hidden, hidden, hidden)
    assert view.duplicates == (role in roles.OFFICERS)


@pytest.mark.parametrize("role", OUTSIDERS)
def test_whoever_is_consulted_learns_place_sector_and_month_once_it_is_opened_and_nothing_before(role):
    assert view_of_qip(qip(opened=False), who(role)) is None
    assert view_of_qip(qip(consultation_opened_at=None), who(role)) is None
    view = view_of_qip(qip("consultation"), who(role))
    assert (view.sector, view.first_month, view.last_month) == ("wash", "2020-02", "2020-06")
    assert view.place == {"pcode": "PP050600000", "cod_version": "COD 2021-12-20"}
    assert [name for name in SECRETS if getattr(view, name) is not None] == []
    assert not view.duplicates
    assert (view.partner_class is None) == (role == roles.SUBMITTER)


@pytest.mark.parametrize("role", OUTSIDERS)
def test_once_the_national_committee_has_decided_title_and_budget_are_known_and_the_partner_never_is(role):
    for state in ("approved", "signed", "in_progress", "suspended", "completed", "closed"):
        view = view_of_qip(qip(state), who(role))
        assert (view.title_fr, view.budget_usd, view.partner, view.starts_on) == ("Forage", 45_000, None, None)
    for state in ("recommended", "rejected", "cancelled"):
        assert view_of_qip(qip(state), who(role)).budget_usd is None


@pytest.mark.parametrize("role", NOBODY)
def test_for_everybody_else_there_is_no_such_thing(role):
    assert view_of_qip(qip("approved"), who(role)) is None


def test_the_mission_of_another_sector_knows_nothing_of_it_and_the_whole_force_does():
    assert view_of_qip(qip(), who(roles.LPRC_MEMBER, "E")) is None
    assert view_of_qip(qip(), who(roles.LPRC_MEMBER, "C")) is not None
    assert view_of_qip(qip(), who(roles.LPRC_MEMBER)) is not None


@pytest.mark.parametrize("role", OUTSIDERS)
def test_by_when_works_must_be_over_is_not_told_to_whoever_is_consulted_and_by_when_to_answer_is(role):
    assert not tells_due(qip("in_progress"), who(role))
    assert tells_due(qip("consultation"), who(role))
    assert all(tells_due(qip("in_progress"), who(insider)) for insider in INSIDERS)


def test_every_sector_says_which_aid_is_the_same_and_every_event_what_it_is(mission):
    assert SAME_AID.keys() == SECTORS.keys()
    assert EVENT_KINDS.keys() == OCCASIONS.keys()
    categories = {kind.category for kind in mission.catalogue.kinds.values() if kind.category}
    assert {aid for same in SAME_AID.values() for aid in same} <= categories
    assert all(mission.catalogue[code].event for code in EVENT_KINDS.values())
