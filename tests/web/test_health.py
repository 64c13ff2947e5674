"""Is the process there, is the system able to warn anybody, and who is told when it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from planted import plain, tell_the_time
from sqlalchemy import text

from deconflict.domain import roles
from deconflict.domain.states import AlertState, MessageState
from deconflict.services.health import health_of
from deconflict.store.alerts import Alert
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.outbox import queue_message
from deconflict.store.people import Duty, Person
from deconflict.store.queries import on_duty
from deconflict.store.self_tests import SelfTest
from deconflict.store.work import beat

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
NUMBER = "+22370000012"


@pytest.fixture(autouse=True)
def clock(app, monkeypatch):
    """Pages read the hour from here; it may be moved."""
    hour = [NOW]
    tell_the_time(app, monkeypatch, lambda: hour[0])
    return hour


@pytest.fixture
def officer(make_account):
    return make_account(roles.CMCOORD, name="Awa", phone=NUMBER)


@pytest.fixture
def beating(app):
    with app.app_context(), transaction() as session:
        beat(session, "scheduler", NOW)


def on_the_roster(app, mission, person, areas=None, **more):
    with app.app_context(), transaction() as session:
        for area in mission.areas if areas is None else areas:
            facts = {"step": "duty", "from_at": NOW - timedelta(days=1)} | more
            session.add(Duty(area=area.code, person_id=person.person_id, **facts))


def a_message(app, person, state=MessageState.QUEUED, waits=timedelta(minutes=3)):
    """One that should have left `waits` ago."""
    with app.app_context(), transaction() as session:
        case = Case(pair="-:-", reference="4F7K2", humanitarian_reference="4F7K3", mission_reference="4F7K4")
        case.state, case.severity, case.harm, case.area = "detected", "high", "danger", "MOPTI"
        case.sop_version, case.judgement, case.released = "x", {}, []
        case.opened_at = case.round_at = case.starts_at = case.ends_at = NOW
        session.add(case)
        session.flush()
        alert = Alert(case_id=case.id, round=1, purpose="desk", step="first", person_id=person.person_id, side="ocha")
        alert.text, alert.level, alert.reference, alert.code, alert.link = "officer_high", "desk", "4F7K2", "4821", "x"
        alert.state, alert.owed_at, alert.useful_until = AlertState.OWED, NOW, NOW + timedelta(days=1)
        session.add(alert)
        session.flush()
        queue_message(session, alert, "sms", NUMBER, NOW - waits, NOW - waits, 0).state = state


def warnings_on(page):
    return [line for line in page.text.split("\n") if 'class="banner warning"' in line]


# ---- for machines ----------------------------------------------------------------------------------------------------


def test_healthz_answers_whatever_the_database_does(app, client):
    assert client.get("/healthz").json == {"status": "ok"}
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP TABLE heartbeat"))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_readyz_is_green_while_the_scheduler_beats_and_nothing_waits(client, all_well, clock):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    clock[0] += timedelta(seconds=60)
    assert client.get("/readyz").status_code == 200


def test_readyz_is_red_before_the_first_beat_and_a_minute_after_the_last(client, app, clock):
    assert client.get("/readyz").status_code == 503
    with app.app_context(), transaction() as session:
        beat(session, "scheduler", NOW)
    clock[0] += timedelta(seconds=61)
    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize("state", [MessageState.QUEUED, MessageState.SENDING])
def test_readyz_is_red_when_a_due_message_is_late(client, app, all_well, officer, state):
    a_message(app, officer, state)
    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize(
    "asked_by",
    [
        {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}},
        {"headers": {"X-Forwarded-For": "203.0.113.7"}},
        {"headers": {"Forwarded": "for=203.0.113.7"}},
        {"environ_base": {"REMOTE_ADDR": ""}},
    ],
)
def test_from_outside_nobody_can_tell_that_a_message_is_late(client, app, all_well, officer, asked_by):
    """A party that has just filed would learn that its filing met something."""
    before = client.get("/readyz", **asked_by)
    a_message(app, officer)
    after = client.get("/readyz", **asked_by)
    assert (after.status_code, after.data) == (before.status_code, before.data) == (200, before.data)


@pytest.mark.parametrize(
    "state", [MessageState.SENT, MessageState.DELIVERED, MessageState.FAILED, MessageState.WITHDRAWN]
)
def test_a_message_that_left_or_never_will_is_not_late(client, app, all_well, officer, state):
    a_message(app, officer, state)
    assert client.get("/readyz").status_code == 200


def test_a_message_that_was_due_a_minute_ago_is_not_late(client, app, all_well, officer):
    a_message(app, officer, waits=timedelta(minutes=1))
    assert client.get("/readyz").status_code == 200


def test_a_message_that_is_due_tomorrow_is_not_late(client, app, all_well, officer):
    a_message(app, officer, waits=timedelta(days=-1))
    assert client.get("/readyz").status_code == 200


def test_readyz_is_red_when_the_database_does_not_answer_and_says_so_in_the_log_only(client, app, all_well, caplog):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP TABLE heartbeat"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "heartbeat" not in answer.text
    assert "the database does not answer" in caplog.text


def test_a_stranger_learns_no_reason_and_no_count(client, app, all_well, officer, clock, caplog):
    a_message(app, officer)
    late = client.get("/readyz")
    clock[0] += timedelta(hours=1)
    silent = client.get("/readyz")
    assert (late.status_code, silent.status_code) == (503, 503)
    assert late.data == silent.data
    assert not any(character.isdigit() for character in late.text)
    assert "messages are late" in caplog.text
    assert "heartbeat" in caplog.text


def test_neither_sets_a_cookie_nor_may_be_kept(client, all_well):
    for path in ("/healthz", "/readyz"):
        answer = client.get(path)
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"


# ---- for people --------------------------------------------------------------------------------------------------------


@pytest.fixture
def all_well(app, mission, beating, officer):
    """Somebody on duty everywhere, a beating scheduler, nothing late."""
    on_the_roster(app, mission, officer)


@pytest.fixture
def everybody(app, make_account, sign_in):
    """Pages of one account of each side, an officer and an administrator."""
    codes = (roles.FOCAL_POINT, roles.CIMIC, roles.SUBOFFICE_HEAD, roles.ADMINISTRATOR)
    return [sign_in(app.test_client(), make_account(code, language="en")) for code in codes]


def test_when_all_is_well_nobody_is_warned(all_well, everybody):
    assert [warnings_on(browser.get("/")) for browser in everybody] == [[]] * 4


def test_everybody_signed_in_is_told_that_the_scheduler_stands_still_and_since_when(all_well, everybody, clock, client):
    clock[0] += timedelta(minutes=5)
    for browser in everybody:
        (warning,) = warnings_on(browser.get("/"))
        assert "08:00" in warning
        assert "do not wait for a text" in warning
    assert warnings_on(client.get("/login")) == []


def test_without_any_beat_ever_the_warning_stands_too(app, mission, officer, everybody):
    on_the_roster(app, mission, officer)
    assert all("since the start" in warnings_on(browser.get("/"))[0] for browser in everybody)


def test_the_desk_is_told_that_alerts_are_late(app, all_well, officer, sign_in):
    a_message(app, officer)
    (warning,) = warnings_on(sign_in(app.test_client(), officer).get("/"))
    assert "text" in warning or "SMS" in warning
    assert "07:57" in warning


def test_what_has_been_late_since_yesterday_says_its_day(app, all_well, officer, sign_in):
    a_message(app, officer, waits=timedelta(hours=10))
    (warning,) = warnings_on(sign_in(app.test_client(), officer).get("/"))
    assert "lun. 30 nov. 22:00" in warning


def test_no_party_is_told_that_alerts_are_late(app, all_well, officer, everybody):
    """It has just filed, a text is late: its filing met something."""
    focal_point, cimic, *ocha = everybody
    before = [plain(focal_point.get("/")), plain(cimic.get("/"))]
    a_message(app, officer)
    assert [plain(focal_point.get("/")), plain(cimic.get("/"))] == before
    assert all(warnings_on(browser.get("/")) for browser in ocha)


def self_test(app, provider, failing_at=None):
    """A provider whose test messages arrive, or have failed since then."""
    with app.app_context(), transaction() as session:
        facts = {"began_at": NOW - timedelta(hours=1), "next_at": NOW + timedelta(hours=5), "arrived_at": NOW}
        session.add(SelfTest(provider=provider, carries="sms", failing_at=failing_at, **facts))


def test_when_no_test_text_arrives_everybody_is_told_since_when_and_the_desk_by_which_provider(
    app, all_well, everybody
):
    self_test(app, "twilio", NOW - timedelta(minutes=30))
    focal_point, cimic, head, administrator = everybody
    for browser in (focal_point, cimic):
        (warning,) = warnings_on(browser.get("/"))
        assert "late since 07:30" in warning
        assert "twilio" not in warning
    for browser in (head, administrator):
        late, which = warnings_on(browser.get("/"))
        assert "late since 07:30" in late
        assert "twilio (07:30)" in which


def test_while_another_provider_s_arrive_only_the_desk_is_told(app, all_well, everybody):
    self_test(app, "twilio", NOW - timedelta(minutes=30))
    self_test(app, "sim")
    focal_point, cimic, *ocha = everybody
    assert warnings_on(focal_point.get("/")) == warnings_on(cimic.get("/")) == []
    assert all("twilio" in warnings_on(browser.get("/"))[0] for browser in ocha)


@pytest.mark.parametrize("asked_by", [{}, {"headers": {"X-Forwarded-For": "203.0.113.7"}}])
def test_readyz_is_red_for_everybody_while_a_test_message_does_not_arrive(app, client, all_well, asked_by):
    self_test(app, "sim")
    assert client.get("/readyz", **asked_by).status_code == 200
    self_test(app, "twilio", NOW)
    assert client.get("/readyz", **asked_by).status_code == 503


def test_the_desk_alone_is_told_that_the_hourly_file_is_not_written(app, all_well, everybody, tmp_path):
    focal_point, cimic, *ocha = everybody
    app.extensions["settings"] = replace(app.extensions["settings"], handover_folder=str(tmp_path))
    for written, told in ((None, True), (NOW - timedelta(hours=3), True), (NOW - timedelta(hours=1), False)):
        if written:
            with app.app_context(), transaction() as session:
                beat(session, "sheet", written)
        assert [bool(warnings_on(browser.get("/"))) for browser in ocha] == [told] * 2
        assert warnings_on(focal_point.get("/")) == warnings_on(cimic.get("/")) == []


def test_an_unattended_desk_is_shown_to_all_by_the_name_of_its_area(app, mission, beating, officer, everybody):
    gao, *others = sorted(mission.areas, key=lambda area: area.code != "GAO")
    on_the_roster(app, mission, officer, others)
    for browser in everybody:
        (warning,) = warnings_on(browser.get("/"))
        assert gao.name["en"] in warning
        assert not any(area.name["en"] in warning for area in others)


@pytest.mark.parametrize(
    "shift",
    [
        {"from_at": NOW + timedelta(minutes=1)},
        {"until_at": NOW},
        {"until_at": NOW - timedelta(hours=1)},
        {"step": "deputy"},
    ],
    ids=["not begun", "ends now", "ended", "another step"],
)
def test_a_shift_that_does_not_cover_this_minute_attends_nothing(app, mission, officer, shift):
    on_the_roster(app, mission, officer, **shift)
    with app.app_context():
        assert health_of(db.session(), mission, NOW).unattended == tuple(area.code for area in mission.areas)


def test_whoever_left_attends_nothing(app, mission, officer):
    on_the_roster(app, mission, officer)
    with app.app_context(), transaction() as session:
        session.get_one(Person, officer.person_id).active = False
    with app.app_context():
        assert len(health_of(db.session(), mission, NOW).unattended) == len(mission.areas)


def test_unattended_are_exactly_the_areas_whose_alerts_would_reach_nobody(app, mission, officer):
    areas = mission.areas
    on_the_roster(app, mission, officer, areas[:2])
    on_the_roster(app, mission, officer, areas[2:3], until_at=NOW + timedelta(seconds=1))
    on_the_roster(app, mission, officer, areas[3:4], from_at=NOW + timedelta(hours=1))
    with app.app_context():
        for at in (NOW - timedelta(days=2), NOW, NOW + timedelta(seconds=1), NOW + timedelta(hours=2)):
            empty = tuple(area.code for area in areas if not on_duty(db.session(), area.code, "duty", at))
            assert health_of(db.session(), mission, at).unattended == empty
