"""The fake phones: read what arrived, act as whoever received it; and no such page anywhere but in a demo."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import make
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from world import KEY, SECRET

from deconflict import create_app
from deconflict.channels.demo import DemoChannel
from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.people import Newcomer
from deconflict.jobs.scheduler import cycle_of
from deconflict.mission import Mission
from deconflict.services import cases, filing, people, requests
from deconflict.services.demo_inbox import sink_of, stamp_demo
from deconflict.settings import Settings, SettingsError, read_settings
from deconflict.store.alerts import Acknowledgement, Alert
from deconflict.store.base import Base, db, transaction
from deconflict.store.cases import Case
from deconflict.store.demo import inboxes
from deconflict.store.outbox import first_contact, queue_message
from deconflict.store.people import Duty
from deconflict.web import demo as pages

NOW = datetime(2019, 12, 7, 9, tzinfo=UTC)
PHONES = {"awa": "+12025550101", "aminata": "+12025550110", "kofi": "+12025550120"}
TEAM = "+12025550150"


def settings(url: str, **more: object) -> Settings:
    values = {
        "database_url": url,
        "secret_key": SECRET,
        "field_keys": (KEY,),
        "public_base_url": "http://127.0.0.1:8000",
    }
    return Settings(**(values | {"log_level": "ERROR", "demo": True} | more))  # type: ignore[arg-type]


@dataclass
class Rung:
    """A demo in which one notice met one plan, and both sides were asked."""

    app: Flask
    client: FlaskClient
    awa: Audience

    def page_of(self, who: str | None, carries: str = "sms") -> str:
        with self.app.app_context():
            return next(f"/demo/phones/{i.key}" for i in inboxes() if (i.person, i.carries) == (who, carries))

    def texts(self, who: str | None, carries: str = "sms") -> str:
        return self.client.get(self.page_of(who, carries), headers={"Accept-Language": "en"}).text

    def said(self) -> list[tuple[str, str, str, str]]:
        with self.app.app_context():
            rows = db.session.scalars(select(Acknowledgement).order_by(Acknowledgement.id)).all()
            return [(a.alert.side, a.level, a.method, a.answer) for a in rows if a.alert.side != "ocha"]


def person(
    name: str, organisation: int, side: str, function: str, held: set[str], scope: str | None = None
) -> Audience:
    who = Newcomer(name, "fr", function, scope, frozenset(held), f"{name}@people.example", (PHONES[name],))
    invited = people.invite(None, organisation, who, link_for=lambda token: token, now=NOW)
    return Audience(invited.person_id, organisation, side, frozenset(held), scope)


def ring(app: Flask, mission: Mission) -> Audience:
    """Everything by the services; returns the focal point."""
    stamp_demo(NOW)
    houses = {
        side: people.add_organisation(None, name=side, side=side, kind="ngo", direct=True, now=NOW)
        for side in ("humanitarian", "mission", "ocha")
    }
    awa = person("awa", houses["humanitarian"], "humanitarian", "focal_point", {roles.FOCAL_POINT})
    kofi = person("kofi", houses["mission"], "mission", "desk", {roles.CIMIC}, "C")
    aminata = person("aminata", houses["ocha"], "ocha", "officer", {roles.CMCOORD})
    with transaction() as session:
        session.add(Duty(area="MOPTI", step="duty", person_id=aminata.person_id, from_at=NOW))
    filing.file_item(make.distribution("Bankass", "10 Dec 09:00-15:00", phone=TEAM), awa, "a", mission, NOW)
    filing.file_item(make.patrol("Bankass", "10 Dec 13:00-16:00"), kofi, "b", mission, NOW)
    cycle = cycle_of(app)
    cycle.run(NOW)
    case = db.session.scalars(select(Case)).one()
    cases.take(case.reference, case.round, aminata, mission.catalogue, NOW)
    for side in ("humanitarian", "mission"):
        requests.ask(case.reference, case.round, side, "change_time", aminata, mission, NOW)
    cycle.run(NOW)
    db.session.remove()
    return awa


def start(url: str, mission: Mission) -> Iterator[Rung]:
    app = create_app(settings(url), mission=mission)
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    app.extensions["clock"] = lambda: NOW
    with app.app_context():
        Base.metadata.create_all(db.engine)
        awa = ring(app, mission)
    yield Rung(app, app.test_client(), awa)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def rung(database: str, mission: Mission) -> Iterator[Rung]:
    yield from start(database, mission)


@pytest.fixture
def rung_both_ways(database: str, mission: Mission) -> Iterator[Rung]:
    """In a country whose networks carry replies."""
    yield from start(database, replace(mission, two_way_sms=True))


# -- reading


def test_all_phones_and_mailboxes_are_listed_with_whose_they_are(rung: Rung):
    page = rung.client.get("/demo/phones", headers={"Accept-Language": "en"}).text
    for words in ("kofi", "aminata", "Field team", "Focal point", "Duty desk", "Mailbox"):
        assert words in page
    assert "+1202" not in page


def test_a_phone_shows_its_texts_the_last_one_first_and_what_to_type(rung: Rung):
    page = rung.texts("aminata")
    assert page.count('class="said"') == 1
    page = rung.texts(None)
    reference, code = re.search(r"<code>(\w{5}) (\d{4})</code>", page).groups()
    assert f"{reference}-" in page
    assert f"Code {code}" in page
    assert 'href="/k"' in page


def test_a_mailbox_shows_the_mail_and_its_link_works_on_any_port(rung: Rung):
    page = rung.texts("kofi", "email")
    link = re.search(r'href="(/a/[\w-]+)"', page)[1]
    assert rung.client.post(link).status_code == 200
    assert ("mission", "desk", "email_link", "received") in rung.said()


def test_a_mail_is_cut_at_its_links_and_nothing_is_lost():
    body = "Log in: https://desk.example/a/x-1_Y then http://127.0.0.1:9/a/z.\nBye"
    cut = pages._pieces(body)
    assert "".join(text for text, _ in cut) == body
    assert [path for _, path in cut if path] == ["/a/x-1_Y", "/a/z"]


def test_every_page_says_that_it_is_a_demo(rung: Rung):
    for path in ("/demo/phones", "/login", "/k", rung.page_of("kofi")):
        assert "This is a demo" in rung.client.get(path, headers={"Accept-Language": "en"}).text


# -- acting


def test_the_code_typed_on_the_code_page_acknowledges(rung: Rung):
    typed = re.search(r"<code>(\w{5} \d{4})</code>", rung.texts(None))[1]
    rung.client.post("/k", data={"code": typed})
    assert rung.said() == [("humanitarian", "team", "code_page", "received")]
    assert "not acknowledged yet" not in rung.texts(None)


@pytest.mark.parametrize("answer", ["received", "cannot_comply", "wrong_person"])
def test_a_call_to_the_base_is_written_down_by_the_officer_on_duty(rung: Rung, answer: str):
    message = re.search(r'name="message" value="(\d+)"', rung.texts("kofi"))[1]
    answered = rung.client.post(rung.page_of("kofi") + "/call", data={"message": message, "answer": answer})
    assert answered.status_code == 303
    assert rung.said() == [("mission", "desk", "relay", answer)]
    with rung.app.app_context():
        noted = db.session.scalars(select(Acknowledgement).where(Acknowledgement.method == "relay")).one()
        assert noted.recorded_by_id is not None
        assert noted.how.startswith("phone: kofi")
    assert ("not acknowledged yet" in rung.texts("kofi")) is (answer == "wrong_person")


def test_a_call_about_another_s_message_is_not_taken(rung: Rung):
    message = re.search(r'name="message" value="(\d+)"', rung.texts("kofi"))[1]
    assert (
        rung.client.post(rung.page_of("awa") + "/call", data={"message": message, "answer": "received"}).status_code
        == 404
    )
    assert rung.client.post(rung.page_of("kofi") + "/call", data={"answer": "received"}).status_code == 404
    assert rung.said() == []


def test_an_officer_s_phone_offers_no_call_to_a_base(rung: Rung):
    assert "Call the base" not in rung.texts("aminata")


@pytest.fixture
def called(rung: Rung) -> Rung:
    """The focal point's phone has rung as well."""
    with rung.app.app_context():
        with transaction() as session:
            alert = session.scalars(select(Alert).where(Alert.text == "focal_request")).one()
            contact = first_contact(alert.person, "sms")
            queue_message(session, alert, "voice", contact.address, NOW, NOW, 3)
        cycle_of(rung.app).run(NOW)
        db.session.remove()
    return rung


def test_a_call_shows_what_was_said_and_a_key_answers_over_the_signed_hook(called: Rung):
    page = called.texts("awa")
    assert "tapez deux" in page
    assert '<span class="tag">call</span>' in page
    message = re.search(r'/press">.*?name="message" value="(\d+)"', page, re.DOTALL)[1]
    path = called.page_of("awa") + "/press"
    assert called.client.post(path, data={"message": message, "key": "2"}).status_code == 303
    assert called.said() == [("humanitarian", "desk", "voice_key", "cannot_comply")]


def test_a_key_that_was_not_offered_or_of_another_s_call_is_not_taken(called: Rung):
    page = called.texts("awa")
    message = re.search(r'/press">.*?name="message" value="(\d+)"', page, re.DOTALL)[1]
    texted = re.search(r'/call">.*?name="message" value="(\d+)"', called.texts("kofi"), re.DOTALL)[1]
    for who, form in (
        ("awa", {"message": message, "key": "5"}),
        ("kofi", {"message": message, "key": "1"}),
        ("kofi", {"message": texted, "key": "1"}),
        ("awa", {}),
    ):
        assert called.client.post(called.page_of(who) + "/press", data=form).status_code == 404
    assert called.said() == []


def test_where_networks_carry_no_replies_a_phone_has_none(rung: Rung):
    assert '<input id="text"' not in rung.texts("kofi")
    assert rung.client.post(rung.page_of("kofi") + "/reply", data={"text": "OK"}).status_code == 404


def test_where_they_do_a_reply_goes_over_the_signed_hook(rung_both_ways: Rung):
    rung = rung_both_ways
    code = re.search(r"<code>\w{5} (\d{4})</code>", rung.texts("kofi"))[1]
    assert rung.client.post(rung.page_of("kofi") + "/reply", data={"text": "OK merci"}).status_code == 303
    assert rung.said() == []
    assert rung.client.post(rung.page_of("kofi") + "/reply", data={"text": f"OK {code}"}).status_code == 303
    assert rung.said() == [("mission", "desk", "sms", "received")]


def test_a_reply_that_nobody_signed_is_refused(rung_both_ways: Rung):
    app, client = rung_both_ways.app, rung_both_ways.client
    form = {"reference": "r", "from": PHONES["kofi"], "text": "1234"}
    assert client.post("/hooks/demo_sms/reply", data=form).status_code == 403
    forged = DemoChannel("sms", sink_of(app), "x" * 40).sign("http://127.0.0.1:8000/hooks/demo_sms/reply", form)
    assert client.post("/hooks/demo_sms/reply", data=form, headers=forged).status_code == 403


# -- nowhere else


def test_there_is_no_such_phone(rung: Rung):
    assert rung.client.get("/demo/phones/0000000000000000").status_code == 404


def test_outside_a_demo_the_pages_do_not_exist(app: Flask, client: FlaskClient):
    assert not [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("demo.")]
    for path in ("/demo/phones", "/demo/phones/0000000000000000"):
        assert client.get(path).status_code == 404
    assert "This is a demo" not in client.get("/login", headers={"Accept-Language": "en"}).text


def test_outside_a_demo_nothing_is_played(app: Flask):
    answer = app.test_cli_runner().invoke(args=["demo", "play"])
    assert answer.exit_code == 1
    assert "DEMO is not 1" in answer.output


def test_in_a_database_without_the_stamp_they_answer_nothing(database: str, mission: Mission):
    app = create_app(settings(database), mission=mission)
    app.testing = True
    with app.app_context():
        Base.metadata.create_all(db.engine)
    assert app.test_client().get("/demo/phones").status_code == 404
    with app.app_context():
        db.engine.dispose()


def test_a_demo_does_not_start_on_a_database_that_holds_people_or_plans(app: Flask, mission: Mission):
    url = app.extensions["settings"].database_url
    with app.app_context():
        people.add_organisation(None, name="ONG Alpha", side="humanitarian", kind="ngo", direct=True, now=NOW)
        db.session.remove()
    with pytest.raises(SettingsError, match=r"^DEMO: .*holds real filings"):
        create_app(settings(url), mission=mission)


def test_a_real_installation_does_not_start_on_a_demo_s_database(rung: Rung, mission: Mission):
    url = rung.app.extensions["settings"].database_url
    with pytest.raises(SettingsError, match=r"^DEMO: .*filled by a demo"):
        create_app(
            settings(url, demo=False, smtp_url="smtp://nobody@127.0.0.1:9", mail_from="a@b.example"), mission=mission
        )
    create_app(settings(url), mission=mission)


def test_a_demo_does_not_start_where_the_database_does_not_answer(mission: Mission):
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:9/nothing"
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        create_app(settings(nowhere), mission=mission)


@pytest.mark.parametrize(
    "more",
    [
        {"PUBLIC_BASE_URL": "https://desk.example.org"},
        {"SMTP_URL": "smtp://a:b@mail.example.org:587", "MAIL_FROM": "a@example.org"},
        {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "x"},
    ],
)
def test_the_settings_refuse_a_demo_that_could_be_reached_or_could_reach_somebody(tmp_path: Path, more: dict[str, str]):
    environ = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/d.db",
        "SECRET_KEY": SECRET,
        "FIELD_KEYS": KEY,
        "PUBLIC_BASE_URL": "http://127.0.0.1:8000",
        "DEMO": "1",
    }
    assert read_settings(environ).demo
    with pytest.raises(SettingsError, match=r"(?m)^DEMO: "):
        read_settings(environ | more)
