"""A whole small world for stories: the real app and database, a fake phone network that signs its hooks, a real SMTP sink,
and a clock moved by hand. A message nobody expected fails the story."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import ClassVar

import databases
from cryptography.fernet import Fernet
from fakes.phones import Phone
from fakes.smtp_sink import SmtpSink
from fakes.twilio_network import ACCOUNT_SID, AUTH_TOKEN, TwilioNetwork
from flask import Flask
from sqlalchemy import delete, select, update

from deconflict import create_app
from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.contacted import Called
from deconflict.domain.filing import Filing
from deconflict.domain.people import Newcomer
from deconflict.jobs.cycle import Cycle
from deconflict.jobs.scheduler import cycle_of
from deconflict.mission import Mission, load_mission
from deconflict.services import acknowledgements, cases, contacting, filing, people, releases, requests
from deconflict.settings import ROOT, Settings
from deconflict.store.after_action import AfterAction
from deconflict.store.alerts import Acknowledgement, Alert, Message, Receipt, Try
from deconflict.store.base import Base, db, lookup_hash, transaction
from deconflict.store.cases import Case, CaseEvent, Request
from deconflict.store.contacted import Contacted
from deconflict.store.duplicates import Duplicate
from deconflict.store.items import DueMark, Item
from deconflict.store.people import Contact, Duty, Person
from deconflict.store.risk import RiskAcceptance

KEY = Fernet.generate_key().decode()
SECRET = "s" * 40
STEP = timedelta(minutes=5)
UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
LONG_AGO = datetime(2019, 1, 1, tzinfo=UTC)


def settings_for(
    url: str, network: TwilioNetwork | None = None, sink: SmtpSink | None = None, **more: object
) -> Settings:
    """Settings of a real installation whose providers are the fakes."""
    providers: dict[str, object] = {"smtp_url": "smtp://nobody@127.0.0.1:9", "mail_from": "desk@desk.example"}
    if network is not None:
        providers |= {
            "twilio_account_sid": ACCOUNT_SID,
            "twilio_auth_token": AUTH_TOKEN,
            "twilio_messaging_service_sid": "MG" + "0" * 32,
            "twilio_base_url": network.base_url,
        }
    if sink is not None:
        providers |= {"smtp_url": sink.url, "smtp_ca_file": sink.ca_file}
    values = {
        "database_url": url,
        "secret_key": SECRET,
        "field_keys": (KEY,),
        "public_base_url": "http://127.0.0.1:8000",
    }
    return Settings(**(values | providers | more))  # type: ignore[arg-type]


def environment_of(settings: Settings) -> dict[str, str]:
    """In which a process of its own works with these settings."""
    environment = os.environ | {
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "FIELD_KEYS": ",".join(settings.field_keys),
        "PUBLIC_BASE_URL": settings.public_base_url,
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token,
        "TWILIO_MESSAGING_SERVICE_SID": settings.twilio_messaging_service_sid,
        "TWILIO_BASE_URL": settings.twilio_base_url,
        "SMTP_URL": settings.smtp_url,
        "SMTP_CA_FILE": settings.smtp_ca_file,
        "MAIL_FROM": settings.mail_from,
    }
    environment.pop("DEMO", None)
    return environment


def at_once(app: Flask, *works: Callable[[], object]) -> None:
    """Each in a thread and a session of its own, begun together. Raises what any of them raises."""
    begin = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        with app.app_context():
            begin.wait()
            work()
            db.session.remove()

    with ThreadPoolExecutor(len(works)) as pool:
        list(pool.map(run, works))


def code_in(text: str) -> str:
    """`4F7K2 4821`, as one would type it from a text."""
    reference, code = re.search(r"\b([0-9A-Z]{5})-\d+", text), re.search(r"[Cc]ode (\d{4})", text)
    assert reference, text
    assert code, text
    return f"{reference[1]} {code[1]}"


@dataclass
class Actor:
    """One person of the story: what they do, and their phone and mailbox."""

    world: World
    person_id: int
    audience: Audience
    phone: Phone
    mailbox: Phone

    def files(self, what: Filing, key: str = "") -> str:
        """Files and lets the scheduler take a turn; returns the reference the owner holds."""
        key = key or f"key-{next(self.world.keys)}"
        reference = filing.file_item(what, self.audience, key, self.world.mission, self.world.now).reference
        self.world.turn()
        return reference

    def amends(self, reference: str, what: Filing, reason: str = "") -> None:
        base = self.world.item(reference).version
        filing.amend_item(reference, what, base, self.audience, self.world.mission, self.world.now, reason)
        self.world.turn()

    def cancels(self, reference: str, reason: str = "plans changed") -> None:
        filing.cancel_item(reference, self.audience, reason, self.world.now)
        self.world.turn()

    def takes(self, case: Case) -> None:
        cases.take(case.reference, case.round, self.audience, self.world.mission.catalogue, self.world.now)
        self.world.turn()

    def hands_back(self, case: Case) -> None:
        cases.hand_back(case.reference, self.audience, self.world.mission, self.world.now)
        self.world.turn()

    def asks(self, case: Case, side: str, ask: str = "avoid_place", why_now: str = "") -> int:
        """Close to the start by phone, as one has to: whoever answers first reads it back."""
        by, mission, now = self.audience, self.world.mission, self.world.now
        called = self.calls(case, side) if requests.frozen(case, mission, now) else None
        request = requests.ask(case.reference, case.round, side, ask, by, mission, now, why_now=why_now, called=called)
        self.world.turn()
        return request

    def calls(self, case: Case, side: str, outcome: str = "reached", read_back: bool = True) -> Called:
        """What the officer would write down of a call to the first number of this side."""
        db.session.rollback()
        numbers = contacting.callees_of(db.session(), db.session.get_one(Case, case.id), side)
        return Called(numbers[0][0] if numbers else "", outcome, read_back, "the duty desk, a minute ago")

    def answers(self, request_id: int, answer: str, text: str = "") -> None:
        requests.answer(request_id, answer, text, self.audience, self.world.mission, self.world.now)
        self.world.turn()

    def dismisses(self, case: Case, code: str = "not_same_community", reason: str = "two villages of one name") -> None:
        cases.dismiss(case.reference, case.round, code, reason, self.audience, self.world.mission, self.world.now)
        self.world.turn()

    def agrees(self, case: Case, code: str, words: str = "agreed by phone") -> None:
        cases.agree(
            case.reference, case.round, code, words, self.audience, self.world.mission.catalogue, self.world.now
        )
        self.world.turn()

    def notes_release(self, case: Case, side: str, granted: bool = True) -> None:
        how = "by phone, the head of mission answered"
        releases.release_once(
            case.reference, side, granted, how, self.audience, self.world.mission.catalogue, self.world.now
        )
        self.world.turn()

    def types_code(self, text: str) -> None:
        """On the code page, what a text said: its reference and its code."""
        acknowledgements.acknowledge_by_code(code_in(text), self.world.now)
        self.world.turn()

    def also_has(self, number: str) -> Phone:
        """A number after all others, and the phone that rings there."""
        with transaction() as session:
            person = session.get_one(Person, self.person_id)
            last = max(contact.position for contact in person.contacts)
            lookup = lookup_hash(number)
            session.add(Contact(person_id=person.id, carries="sms", address=number, lookup=lookup, position=last + 1))
        return self.world.network.phone(number)

    def expects(self, *words: str) -> str:
        """The next text on the phone, and its twin in the mailbox, if one came."""
        text = self.phone.expects(words[0] if words else "")
        for word in words[1:]:
            assert word in text, text
        return text

    def expects_nothing(self) -> None:
        self.phone.expects_nothing()


@dataclass
class World:
    """See the module. `officer` is on duty for every area; `driver` is a field team's number, not a person."""

    NUMBERS: ClassVar[str] = "+223700000{:02d}"

    app: Flask
    network: TwilioNetwork
    sink: SmtpSink
    now: datetime = datetime(2019, 12, 9, 6, tzinfo=UTC)
    actors: dict[str, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mission = self.app.extensions["mission"]
        self.cycle: Cycle = cycle_of(self.app)
        self.keys = iter(range(1, 1_000_000))
        self._numbers = iter(range(1, 90))
        self._people()

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.__dict__["actors"][name]
        except KeyError:
            raise AttributeError(name) from None

    # -- the clock

    def at(self, when: str) -> None:
        self.now = datetime.fromisoformat(when.replace("Z", "+00:00"))

    def forward(self, span: str) -> None:
        """`2h`, `15m`, `3d`: the scheduler takes its turns on the way."""
        end = self.now + int(span[:-1]) * UNITS[span[-1]]
        while self.now < end:
            left = end - self.now
            step = STEP if left <= timedelta(hours=6) else 6 * STEP if left <= timedelta(days=1) else 12 * STEP
            self.now = min(end, self.now + step)
            self.turn(1)

    def turn(self, times: int = 2) -> None:
        """Everything that is due now, and what it made due. The clock gains a few seconds first: a ladder is looked at every
        five."""
        self.now += timedelta(seconds=6)
        for _ in range(times):
            self.cycle.run(self.now)
        db.session.rollback()

    # -- what there is

    def item(self, reference: str) -> Item:
        db.session.rollback()
        return db.session.scalars(select(Item).where(Item.reference == reference)).one()

    def cases(self) -> list[Case]:
        db.session.rollback()
        return list(db.session.scalars(select(Case).order_by(Case.id)))

    @property
    def case(self) -> Case:
        found = self.cases()
        assert len(found) == 1, [(c.pair, c.state) for c in found]
        return found[0]

    def alerts(self, purpose: str) -> list[Alert]:
        db.session.rollback()
        return [a for a in db.session.scalars(select(Alert).order_by(Alert.id)) if a.purpose.startswith(purpose)]

    def all_quiet(self) -> None:
        """No phone holds a text that the story did not expect."""
        self.network.phones.expects_nothing()

    def read_everything(self) -> None:
        """What arrived so far is not what this story is about."""
        for phone in self.network.phones.all():
            while phone.unread:
                phone.expects("")

    # -- people

    def _people(self) -> None:
        alpha = self._organisation("ONG Alpha", "humanitarian")
        badenya = self._organisation("Association Badenya", "humanitarian")
        force = self._organisation("Mission", "mission", "mission")
        ocha = self._organisation("OCHA", "ocha", "un")
        hum, mil = {roles.FOCAL_POINT, roles.SUBMITTER}, {roles.CIMIC}
        self._person("ngo", alpha, "focal_point", hum)
        self._person("alternate", alpha, "alternate", set())
        self._person("other_ngo", badenya, "focal_point", hum)
        self._person("cimic", force, "desk", mil, scope=None, language="en")
        self._person("officer", ocha, "officer", {roles.CMCOORD})
        self._person("deputy", ocha, "officer", {roles.CMCOORD})
        self._person("sub_office_head", ocha, "head", {roles.SUBOFFICE_HEAD})
        self._person("ocha_head", ocha, "head", {roles.OCHA_HEAD}, language="en")
        steps = {"duty": "officer", "deputy": "deputy", "suboffice_head": "sub_office_head", "ocha_head": "ocha_head"}
        with transaction() as session:
            for area in self.mission.areas:
                for step, name in steps.items():
                    person_id = self.actors[name].person_id
                    session.add(Duty(area=area.code, step=step, person_id=person_id, from_at=LONG_AGO))

    def _organisation(self, name: str, side: str, kind: str = "ngo") -> int:
        return people.add_organisation(None, name=name, side=side, kind=kind, direct=True, now=self.now)

    def _person(
        self,
        name: str,
        organisation: int,
        function: str,
        held: set[str],
        scope: str | None = None,
        language: str = "fr",
    ) -> None:
        number = self.NUMBERS.format(next(self._numbers))
        email = f"{name}@people.example"
        who = Newcomer(
            name=name,
            language=language,
            function=function,
            scope=scope,
            roles=frozenset(held),
            email=email,
            phones=(number,),
        )
        invited = people.invite(None, organisation, who, link_for=lambda token: token, now=self.now)
        side = db.session.get_one(Person, invited.person_id).organisation.side
        audience = Audience(invited.person_id, organisation, side, frozenset(held), scope, language)
        phone, mailbox = self.network.phone(number), self.sink.mailbox(email)
        self.actors[name] = Actor(self, invited.person_id, audience, phone, mailbox)

    def leaves_duty(self, *names: str) -> None:
        """Their places on the roster are empty from now on, in every area."""
        with transaction() as session:
            for name in names:
                session.execute(
                    update(Duty).where(Duty.person_id == self.actors[name].person_id).values(until_at=self.now)
                )
        self.now += timedelta(seconds=1)

    def driver_phone(self, number: str) -> Phone:
        return self.network.phone(number)


def snapshot(mission_side: Side = Side.MISSION) -> list[tuple[object, ...]]:
    """What the cases say, for comparing two ways to get there."""
    db.session.rollback()
    rows = db.session.scalars(select(Case).order_by(Case.pair)).all()
    return [(c.pair, c.state, c.severity, c.humanitarian_version, c.mission_version, _rules(c)) for c in rows]


def marks_left(world: World) -> int:
    db.session.rollback()
    return len(db.session.scalars(select(DueMark.id)).all())


def fresh_sweep(world: World) -> list[tuple[object, ...]]:
    """The cases that come of the same items when they are all looked at once, from nothing, by one matcher."""
    with transaction() as session:
        for table in (
            Receipt,
            Try,
            Acknowledgement,
            Message,
            Alert,
            Contacted,
            RiskAcceptance,
            AfterAction,
            Request,
            CaseEvent,
            Case,
            Duplicate,
            DueMark,
        ):
            session.execute(delete(table))
        for item in session.scalars(select(Item)):
            filing.mark_due(session, item, "test", world.now)
    while marks_left(world):
        world.turn()
    return snapshot()


def _rules(case: Case) -> tuple[str, ...]:
    return tuple(sorted(hit["rule_id"] for hit in case.judgement.get("hits", ())))


@contextmanager
def opened_world(kind: str, folder: Path, network: TwilioNetwork, sink: SmtpSink) -> Iterator[World]:
    """A world in an empty database of this kind, with nothing left in any inbox."""
    network.mend()
    for box in (*network.phones.all(), *sink.mailboxes.all()):
        while box.unread:
            box.expects("")
    with opened_app(kind, folder, network, sink) as app:
        yield World(app, network, sink)


@contextmanager
def opened_app(
    kind: str, folder: Path, network: TwilioNetwork, sink: SmtpSink, mission: Mission | None = None
) -> Iterator[Flask]:
    """The app in its context, on an empty database of this kind, which goes with it."""
    url = databases.with_tables(kind, folder)
    app = make_app(url, network, sink, build=lambda: None, mission=mission)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)


def make_app(
    url: str,
    network: TwilioNetwork,
    sink: SmtpSink,
    build: Callable[[], None] | None = None,
    mission: Mission | None = None,
) -> Flask:
    """The real app on an empty database with all its tables."""
    app = create_app(settings_for(url, network, sink), mission=mission or _mission())
    app.testing = True
    with app.app_context():
        (build or (lambda: Base.metadata.create_all(db.engine)))()
    return app


@cache
def _mission() -> Mission:
    """The shipped one, which nobody can change: read once."""
    return load_mission(ROOT / "config/missions/mali-minusma")
