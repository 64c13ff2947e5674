"""The demo's fortnight, played on both databases: the golden scenarios come out as written, and playing twice changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import databases
import pytest
import raw
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from deconflict.demo.player import was_played
from deconflict.demo.prepare import app_of, environment, prepare
from deconflict.demo.scenario import Calendar, Scenario, read_scenario, sign_ins
from deconflict.domain import roles
from deconflict.domain.filing import Filing, MovementNotice, StaticSite
from deconflict.domain.geodesy import distance_m
from deconflict.domain.itinerary import visits_of
from deconflict.domain.people import Newcomer
from deconflict.domain.states import SITE_STATES
from deconflict.mission import Mission
from deconflict.settings import ROOT
from deconflict.store.alerts import Acknowledgement, Alert, Message
from deconflict.store.audit import AuditEntry
from deconflict.store.base import Base, db
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.store.people import Contact
from deconflict.store.queries import filing_of, version_of
from deconflict.web.audience import declared
from deconflict.web.filing_words import RETURNS

FOLDER = ROOT / "config/missions/mali-minusma/demo"
FASTEST_KMH = 70.0  # as the crow flies, on Malian roads
# notice, plan -> the rule that must fire, and the case's severity (D4.6)
GOLDEN = {
    1: ("bankass-food", "bankass-halt", "R01a", "critical"),
    2: ("bankass-food", "bankass-evening", "R01b", "high"),
    5: ("douentza-kits", "qip-borehole", "R05b", "high"),
    7: ("ansongo-protection", "ansongo-patrol", "R10", "high"),
    11: ("bankass-food", "bankass-next-day", "R01a", "critical"),
    12: ("gossi-nutrition", "gossi-livestock", "R03a", "high"),
    13: ("bourem-food", "bourem-medevac", "R13", "info"),
    14: ("konna-vaccination", "konna-patrol", "R01a", "critical"),
}


@dataclass(frozen=True)
class Played:
    """A demo on one database."""

    app: Flask
    folder: Path

    def item(self, key: str) -> Item:
        return db.session.scalars(select(Item).where(Item.key == f"demo-{key}")).one()

    def case(self, notice: str, plan: str) -> Case:
        pair = f"{self.item(notice).id}:{self.item(plan).id}"
        return db.session.scalars(select(Case).where(Case.pair == pair)).one()

    def alerts(self, case: Case) -> list[Alert]:
        return list(db.session.scalars(select(Alert).where(Alert.case_id == case.id).order_by(Alert.id)))


# One worker per database: playing takes long enough to be done once.
@pytest.fixture(
    scope="module",
    params=[pytest.param(kind, marks=pytest.mark.xdist_group(f"demo-{kind}")) for kind in databases.KINDS],
)
def played_once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("demo")
    url = databases.fresh(request.param, folder)
    app = app_of(environment({"DATABASE_URL": url}, folder, 8000))
    prepare(app, folder)
    yield Played(app, folder)
    with app.app_context():
        db.engine.dispose()
    databases.drop(url)


@pytest.fixture
def played(played_once: Played) -> Iterator[Played]:
    with played_once.app.app_context():
        yield played_once
        db.session.remove()


@pytest.mark.parametrize("number", GOLDEN)
def test_a_golden_scenario_is_judged_as_written(played: Played, number: int):
    notice, plan, rule, severity = GOLDEN[number]
    case = played.case(notice, plan)
    fired = {hit["rule_id"]: hit for hit in case.judgement["hits"]}
    assert case.severity == severity
    assert fired[rule]["severity"] == severity
    assert not fired[rule]["possible"]


def test_golden_1_was_found_minutes_ago_and_waits_for_the_officer(played: Played):
    case = played.case("bankass-food", "bankass-halt")
    assert case.state == "detected"
    assert case.hold_until is not None
    told = played.alerts(case)
    assert {(alert.person.name, alert.side, alert.state) for alert in told} == {("Aminata", "ocha", "owed")}
    assert {message.state for alert in told for message in alert.messages} == {"sent"}


def test_golden_2_fails_the_nearer_rule_by_distance(played: Played):
    case = played.case("bankass-food", "bankass-evening")
    assert "R01a" not in {hit["rule_id"] for hit in case.judgement["hits"]}


def test_golden_3_began_as_medium_and_11_opened_it_again_without_a_closing_text(played: Played):
    case = played.case("bankass-food", "bankass-next-day")
    history = [(event.event, event.severity, event.round) for event in case.events]
    assert history[0] == ("open", "medium", 1)
    assert [name for name, _, _ in history].index("vanish") < [name for name, _, _ in history].index("reopen")
    assert ("reopen", "critical", 2) in history
    assert case.round == 2
    closings = [alert for alert in played.alerts(case) if alert.purpose == "closing" and alert.side != "ocha"]
    assert closings
    assert {message.state for alert in closings for message in alert.messages} == {"withdrawn"}


def test_golden_5_is_settled_where_the_organisation_moves_to_another_week(played: Played):
    case = played.case("douentza-kits-second", "qip-borehole")
    assert (case.state, case.adjusted_by) == ("closed", "humanitarian")


def test_golden_7_is_for_the_officer_s_eyes_only(played: Played):
    case = played.case("ansongo-protection", "ansongo-patrol")
    assert case.eyes_only
    assert {alert.side for alert in played.alerts(case)} == {"ocha"}
    held = [{role.name for role in alert.person.account.roles} for alert in played.alerts(case)]
    assert held
    assert all(codes & {"cmcoord", "ocha_head"} for codes in held)  # never the head of sub-office (RUL-3)


def test_golden_14_tells_everybody_who_was_told_that_it_is_over(played: Played):
    case = played.case("konna-vaccination", "konna-patrol")
    assert case.state == "overtaken"
    left = [a for a in played.alerts(case) if any(m.state == "sent" for m in a.messages)]
    told = {(a.person_id, a.team_contact_hash) for a in left if a.purpose != "closing"}
    closed = {(a.person_id, a.team_contact_hash) for a in left if a.purpose == "closing"}
    assert told == closed
    assert {a.side for a in left} == {"ocha", "humanitarian", "mission"}


def test_at_night_nobody_took_it_and_both_were_told_to_call_their_base(played: Played):
    case = played.case("goundam-food", "goundam-patrol")
    minimal = [a for a in played.alerts(case) if a.purpose.startswith("minimal")]
    assert {alert.side for alert in minimal} >= {"humanitarian", "mission"}
    methods = set(db.session.scalars(select(Acknowledgement.method).join(Alert).where(Alert.case_id == case.id)))
    assert {"code_page", "relay"} <= methods


def test_there_is_something_in_every_state(played: Played):
    movements = select(Item.side, Item.state).where(Item.state.not_in(SITE_STATES))
    items = Counter(db.session.execute(movements).all())
    assert sum(n for (side, _), n in items.items() if side == "humanitarian") == 60
    assert sum(n for (side, _), n in items.items() if side == "mission") == 40
    for side in ("humanitarian", "mission"):
        assert {state for s, state in items if s == side} == {"submitted", "read", "returned", "cancelled", "ended"}
    sites = db.session.scalars(select(Item.state).where(Item.state.in_(SITE_STATES))).all()
    assert sorted(sites) == ["site_submitted", "verified"]
    cases = set(db.session.scalars(select(Case.state)))
    assert cases == {"detected", "taken", "asked", "agreed", "closed", "dismissed", "overtaken", "lapsed"}
    assert len(set(db.session.scalars(select(Item.area)))) >= 5
    assert db.session.scalar(select(func.count()).where(Item.version > 1)) >= 10


def test_what_was_given_back_says_why_in_words_that_pages_know(played: Played):
    given_back = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "return")).all()
    assert len(given_back) == 3
    assert {entry.detail["code"] for entry in given_back} <= set(RETURNS)


def test_every_message_that_was_due_has_left_or_was_taken_back(played: Played):
    """At night some wait for the morning (RUL-4), or for the next batch (RUL-6)."""
    held = select(Message.send_after).where(Message.state == "queued")
    played_at = datetime.fromisoformat(was_played() or "")
    assert all(send_after > played_at for send_after in db.session.scalars(held))
    assert set(db.session.scalars(select(Message.state))) - {"queued"} == {"sent", "withdrawn"}


def test_nobody_travels_faster_than_a_car_on_these_roads(played: Played):
    for item in db.session.scalars(select(Item)):
        filed = filing_of(version_of(db.session, item))
        for way_m, hours in _ways(filed):
            assert way_m / 1000 / hours <= FASTEST_KMH, item.key


def _ways(filed: Filing) -> Iterator[tuple[float, float]]:
    for here, there in pairwise(visits_of(filed.stops)):
        hours = (there.arrive.at - here.depart.at).total_seconds() / 3600
        yield distance_m(here.point, there.point), max(hours, 0.001)


def test_team_numbers_are_of_the_range_that_is_kept_for_fiction(played: Played):
    numbers = {
        filed.communications
        for item in db.session.scalars(select(Item))
        if isinstance(filed := filing_of(version_of(db.session, item)), MovementNotice | StaticSite)
        and filed.communications
    }
    people = {contact.address for contact in _contacts() if contact.carries == "sms"}
    assert len(numbers) >= 10
    assert all(number.startswith("+120255501") and len(number) == 12 for number in numbers | people)
    assert all(contact.address.endswith(".example") for contact in _contacts() if contact.carries == "email")


def _contacts() -> list[Contact]:
    return list(db.session.scalars(select(Contact)))


def test_as_it_is_stored_nobody_s_number_or_address_can_be_read(played: Played):
    """Numbers and addresses of the demo are of ranges that nothing else holds."""
    kept = ("2025550", ".example")
    assert any(value in opened for value in kept for opened in raw.opened())
    assert [where for where, stored in raw.cells() if any(value in stored for value in kept)] == []
    everything = raw.files(played.app.config["SQLALCHEMY_DATABASE_URI"])
    assert not any(value.encode() in everything for value in kept)


def test_whoever_is_shown_can_sign_in_with_the_printed_password(played_once: Played):
    password, people = sign_ins(FOLDER)
    for who in people:
        client = signed_in(played_once.app, who, password)
        assert who.name in client.get("/").text


def test_there_is_a_sign_in_for_every_role_that_opens_a_page(played_once: Played):
    app = played_once.app
    doors = [declared(app, endpoint) for endpoint in app.view_functions]
    openers = {role for door in doors if isinstance(door, frozenset) for role in door}
    assert openers >= {roles.OPS, roles.CLUSTER, roles.ADMINISTRATOR}
    assert openers <= {role for who in sign_ins(FOLDER)[1] for role in who.roles}


def test_the_cluster_coordinator_has_something_to_look_at(played_once: Played):
    password, people = sign_ins(FOLDER)
    [coordinator] = (who for who in people if roles.CLUSTER in who.roles)
    assert "Sangha" in signed_in(played_once.app, coordinator, password).get("/desk/same-aid").text


def signed_in(app: Flask, who: Newcomer, password: str) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/login", data={"email": who.email, "password": password})
    return client


def test_playing_twice_changes_nothing(played_once: Played):
    before = rows(played_once)
    prepare(played_once.app, played_once.folder)
    assert rows(played_once) == before
    with played_once.app.app_context():
        assert was_played()


def test_the_command_plays_nothing_twice_either(played_once: Played):
    before = rows(played_once)
    answer = played_once.app.test_cli_runner().invoke(args=["demo", "play"])
    assert (answer.exit_code, answer.output) == (0, "It was played already.\n")
    assert rows(played_once) == before


def rows(played: Played) -> dict[str, int]:
    """How many rows each table has; what beats is not counted."""
    with played.app.app_context():
        counted = {
            table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name != "heartbeat"
        }
        assert counted[AuditEntry.__tablename__] > 100
        db.session.remove()
        return counted


# -- the files themselves, whatever the hour


@pytest.mark.parametrize("clock", [time(0, 1), time(6, 30), time(12, 0), time(19, 45), time(23, 59)])
def test_at_any_hour_of_the_day_what_belongs_together_comes_in_the_same_order(mission: Mission, clock: time):
    now = datetime.combine(date(2026, 3, 1), clock, mission.zone)
    noon = datetime.combine(date(2026, 3, 1), time(12, 0), mission.zone)
    told, reference = read_scenario(FOLDER, now), read_scenario(FOLDER, noon)
    assert all(told.starts_at < act.at <= now for act in told.acts)
    for key in told.forms:
        assert order_of(told, key) == order_of(reference, key)
        assert order_of(told, key)[0] == ("file", key, ("", ""))


def order_of(scenario: Scenario, key: str) -> list[tuple[str, str, tuple[str, str]]]:
    """What is done with an item, by itself and in its cases."""
    return [(act.do, act.item, act.pair) for act in scenario.acts if key == act.item or key in act.pair]


def test_days_are_counted_on_the_mission_s_clocks_and_spans_from_now():
    calendar = Calendar(datetime(2026, 2, 28, 23, 50, tzinfo=UTC))
    assert calendar.instant([1, "00:10"]) == datetime(2026, 3, 1, 0, 10, tzinfo=UTC)
    assert calendar.instant("90m") == calendar.now - timedelta(minutes=90)
    with pytest.raises(ValueError, match="neither"):
        calendar.instant("soon")
