"""The wall of the last 24 hours: counts of what is owed to whom nobody says, failures first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from deskhouse import DeskHouse
from pages import words

from deconflict.channels.port import Code, SendFailed
from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.filing import Level
from deconflict.domain.states import MessageState
from deconflict.domain.wall import COLUMNS, SentFact, TryFact, wall_for

AT = datetime(2019, 12, 7, 6, 20, tzinfo=UTC)
OFFICER = Audience(1, 1, "ocha", frozenset({roles.CMCOORD}), None, "en")
HEAD = Audience(2, 1, "ocha", frozenset({roles.SUBOFFICE_HEAD}), None, "en")
BAMAKO, KOLKATA = ZoneInfo("Africa/Bamako"), ZoneInfo("Asia/Kolkata")


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def a_try(provider, outcome, minutes=0, eyes_only=False):
    return TryFact(provider, AT + timedelta(minutes=minutes), outcome, eyes_only)


def wall(sent=(), tries=(), audience=OFFICER, zone=BAMAKO):
    return wall_for(sent, tries, audience, zone, "accepted")


def test_every_state_of_a_message_has_a_column():
    assert sorted(state for states in COLUMNS.values() for state in states) == sorted(MessageState)


def test_the_most_frequent_failure_and_the_worst_provider_come_first():
    tries = [
        a_try("b", "provider"),
        a_try("b", "provider", 5),
        a_try("a", "busy"),
        a_try("a", "accepted"),
        a_try("c", None),
    ]
    shown = wall(tries=tries)
    assert [(f.provider, f.outcome, f.count) for f in shown.failures] == [("b", "provider", 2), ("a", "busy", 1)]
    assert shown.failures[0].last_at == AT + timedelta(minutes=5)
    assert [(p.provider, p.accepted, p.others) for p in shown.providers] == [("b", 0, 2), ("a", 1, 1)]


def test_hours_are_those_of_the_mission_s_clock_and_only_those_in_which_something_was_due():
    sent = [SentFact(AT, "failed", False), SentFact(AT - timedelta(hours=5), "delivered", False)]
    assert [line.at for line in wall(sent).hours] == [AT.replace(minute=0), AT.replace(hour=1, minute=0)]
    assert wall(sent, zone=KOLKATA).hours[0].at == AT.replace(hour=5, minute=30)
    assert wall(sent).hours[0].counts == (1, 0, 0, 0, 0, 0)


def test_what_does_not_exist_for_somebody_is_in_none_of_his_figures():
    sent, tries = [SentFact(AT, "failed", True)], [a_try("a", "busy", eyes_only=True)]
    assert wall(sent, tries).failures
    empty = wall(sent, tries, HEAD)
    assert (empty.failures, empty.providers, empty.hours) == ((), (), ())


def test_nothing_happened(house):
    said = words(house.desk.get("/desk/wall"))
    for part in ("No hand-over to a provider failed", "Nothing was handed over", "No message was due"):
        assert part in said


def test_a_day_with_failures_and_arrivals(house):
    def fails(outgoing, now):
        raise SendFailed(False, Code.BAD_ADDRESS)

    house.sms.send = fails
    house.meet()
    said = words(house.desk.get("/desk/wall"))
    assert "basket_sms no such number or mailbox 1" in said
    assert "basket_sms 1 0" in said
    assert "basket_email 0 1" in said
    assert "Sat 7 Dec 06:00 1" in said
    house.now += timedelta(hours=25)
    assert "No hand-over to a provider failed" in words(house.desk.get("/desk/wall"))


def test_it_names_no_case_nobody_and_no_number(house):
    house.meet()
    said = words(house.desk.get("/desk/wall"))
    for secret in (house.case.reference, "Oumou", "+223", "Bankass", "ONG Alpha"):
        assert secret not in said


def test_the_head_of_the_sub_office_counts_nothing_of_a_sensitive_case(house):
    before = words(house.head_desk.get("/desk/wall"))
    house.meet(kind="PROT_MON", level=Level.MATCH_ONLY)
    assert "basket_sms" in words(house.desk.get("/desk/wall"))
    after = words(house.head_desk.get("/desk/wall"))
    assert "basket" not in after
    assert before.partition("Failures")[2] == after.partition("Failures")[2]


def test_no_party_opens_it(house):
    for someone in (house.ngo, house.g9, house.make_account(roles.ADMINISTRATOR)):
        assert house.browser(someone).get("/desk/wall").status_code == 404
