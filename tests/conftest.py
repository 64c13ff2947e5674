"""The real app on an empty database, both kinds, and people to sign in with.

Do not keep an application context open around a test client: Flask would share it, and with it who is signed in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import uuid4

import databases
import pytest
from argon2 import PasswordHasher
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from deconflict import create_app
from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.mission import Mission, load_mission
from deconflict.settings import ROOT, Settings
from deconflict.store.base import Base, db, lookup_hash, transaction
from deconflict.store.people import Account, Contact, Organisation, Person, Role

PASSWORD = "trois mots du fleuve"
KEY = Fernet.generate_key().decode()
ORGANISATIONS = {"humanitarian": "ONG Alpha", "mission": "Mission", "ocha": "OCHA"}
FUNCTIONS = {"humanitarian": "focal_point", "mission": "desk", "ocha": "officer"}


def pytest_configure(config: pytest.Config) -> None:
    # Flask-Security's own fields, until it moves; requirements.in holds WTForms below the version that removes it.
    config.addinivalue_line("filterwarnings", "ignore:Passing SelectField choices as tuples:DeprecationWarning")


@dataclass(frozen=True, slots=True)
class Someone:
    """Who can sign in, and what services take for them."""

    account_id: int
    email: str
    uniquifier: str
    audience: Audience

    @property
    def person_id(self) -> int:
        return self.audience.person_id


SignIn = Callable[[FlaskClient, Someone], FlaskClient]
MakeAccount = Callable[..., Someone]


@pytest.fixture(scope="session")
def mission() -> Mission:
    return load_mission(ROOT / "config/missions/mali-minusma")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database."""
    url = databases.fresh(request.param, tmp_path)
    yield url
    databases.drop(url)


@pytest.fixture
def app(database: str, mission: Mission) -> Iterator[Flask]:
    """Forms need no token and officers no second factor, unless a test says so in app.config."""
    app = create_app(test_settings(database), mission=mission)
    app.testing = True
    app.config.update(WTF_CSRF_ENABLED=False, SECOND_FACTOR_REQUIRED=False)
    with app.app_context():
        Base.metadata.create_all(db.engine)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_settings(url: str) -> Settings:
    return Settings(
        database_url=url,
        secret_key="s" * 40,
        field_keys=(KEY,),
        public_base_url="http://127.0.0.1:8000",
        smtp_url="smtp://nobody@127.0.0.1:9",
        mail_from="desk@desk.example.org",
        log_level="WARNING",
    )


test_settings.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@cache
def _hash() -> str:
    """Cheap on purpose: what is tested is not how long a hash takes."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@pytest.fixture
def make_account(app: Flask) -> MakeAccount:
    """`make_account(roles.CMCOORD, name="Awa", organisation="OCHA", scope=None, language="fr")`. The side follows the role."""

    def make(
        *codes: str,
        name: str = "",
        organisation: str = "",
        scope: str | None = None,
        language: str = "fr",
        function: str = "",
        phone: str = "",
    ) -> Someone:
        side = roles.SIDE_OF[codes[0]]
        name = name or f"{codes[0]} {uuid4().hex[:6]}"
        email = f"{name.lower().replace(' ', '.')}@people.example.org"
        with app.app_context(), transaction() as session:
            wanted = organisation or ORGANISATIONS[side]
            owner = session.scalar(select(Organisation).where(Organisation.name == wanted))
            owner = owner or Organisation(name=wanted, side=side)
            person = Person(
                organisation=owner,
                name=name,
                language=language,
                scope=scope,
                function=function or FUNCTIONS[side],
                contacts=[
                    Contact(carries=carries, address=address, lookup=lookup_hash(address), position=position)
                    for position, (carries, address) in enumerate([("sms", phone), ("email", email)])
                    if address
                ],
            )
            known = {role.name: role for role in session.scalars(select(Role))}
            account = Account(
                person=person,
                email=email,
                password=_hash(),
                fs_uniquifier=uuid4().hex,
                roles=[known.get(code) or Role(name=code) for code in codes],
                joined_at=datetime.now(UTC),
            )
            session.add(account)
            session.flush()
            audience = Audience(person.id, owner.id, side, frozenset(codes), scope, language)
            return Someone(account.id, email, account.fs_uniquifier, audience)

    return make


@pytest.fixture
def sign_in() -> SignIn:
    """Signs in without the form, which has tests of its own."""

    def enter(client: FlaskClient, someone: Someone) -> FlaskClient:
        with client.session_transaction() as session:
            session.clear()
            session.update(_user_id=someone.uniquifier, _fresh=True, fs_cc="set", fs_paa=time.time())
        return client

    return enter
