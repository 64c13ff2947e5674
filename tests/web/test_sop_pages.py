"""The SOP in words: every rule, clock and ladder of the profile, for officers alone, in both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from deskhouse import DeskHouse
from flask_babel import force_locale
from pages import words

from deconflict.domain import roles
from deconflict.domain.escalation import Clock
from deconflict.store.base import transaction
from deconflict.store.work import lock_matcher
from deconflict.web.sop_words import clock_words

LIGHT = 60_000
PAGES = ("/sop", "/sop/clocks")


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def in_french(house):
    someone = house.make_account(roles.CMCOORD, name="Aminata", language="fr")
    return house.browser(someone)


@pytest.mark.parametrize("french", [False, True])
def test_every_rule_stands_there_with_its_reason(house, french):
    said = words((in_french(house) if french else house.desk).get("/sop"))
    pack = house.mission.pack
    for rule in (*pack.rules, *pack.duplicates):
        assert rule.id in said
        assert rule.why["fr" if french else "en"] in said
    for reason in pack.modifiers.reasons:
        assert reason.id in said


def test_a_rule_says_where_when_and_that_nobody_endorsed_it(house):
    said = words(house.desk.get("/sop"))
    assert "2 km, 3 h; only: not passing" in said
    assert "Proposed default" in said
    assert "not endorsed by any humanitarian country team" in said
    assert house.mission.pack.version in said


def test_every_ladder_and_lead_time_has_words(house):
    said = words(house.desk.get("/sop/clocks")).replace("\N{NO-BREAK SPACE}", " ")
    assert "A large convoy" in said
    assert "72 h" in said
    assert "officer on duty, deputy: after 50 % of the time to answer" in said
    assert "owner_" not in said
    assert "_change" not in said


def test_a_clock_is_said_with_its_share_and_its_least(app):
    with app.test_request_context(), force_locale("en"):
        said = clock_words(Clock(timedelta(hours=2), 0.25, timedelta(minutes=20)))
        assert said.startswith("at most 2\N{NO-BREAK SPACE}h, 25 % of the time")
        assert said.endswith("never under 20 min")
        assert clock_words(Clock(timedelta(days=1))) == "at most 24\N{NO-BREAK SPACE}h"
        assert clock_words(Clock(timedelta(0), 0.25)) == "at once"


@pytest.mark.parametrize("page", PAGES)
def test_it_says_when_cases_are_judged_by_another_version(house, page):
    house.turn()
    assert "judged by another version" not in words(house.desk.get(page))
    with house.app.app_context(), transaction() as session:
        lock = lock_matcher(session)
        lock.sop_version, lock.profile = "2020-06-ML-2", "other"
    said = words(house.desk.get(page))
    assert "judged by another version, 2020-06-ML-2" in said


@pytest.mark.parametrize("page", PAGES)
def test_it_is_for_officers_and_light(house, page):
    for browser in (house.desk, house.head_desk, in_french(house)):
        answer = browser.get(page)
        assert answer.status_code == 200
        assert len(answer.data) < LIGHT
    for who in (house.ngo, house.g9):
        assert house.browser(who).get(page).status_code in (403, 404)
