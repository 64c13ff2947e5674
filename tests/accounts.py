"""Somebody to sign in with, and the settings of an app under test."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from uuid import uuid4

from argon2 import PasswordHasher
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.settings import Settings
from deconflict.store.base import lookup_hash, transaction
from deconflict.store.people import Account, Contact, Organisation, Person, Role

PASSWORD = "trois mots du fleuve"
KEY = Fernet.generate_key().decode()
ORGANISATIONS = {"humanitarian": "ONG Alpha", "mission": "Mission", "ocha": "OCHA"}
FUNCTIONS = {"humanitarian": "focal_point", "mission": "desk", "ocha": "officer"}


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


def settings_of(url: str, **more: object) -> Settings:
    """A real installation that can reach nobody."""
    values = {
        "database_url": url,
        "secret_key": "s" * 40,
        "field_keys": (KEY,),
        "public_base_url": "http://127.0.0.1:8000",
        "smtp_url": "smtp://nobody@127.0.0.1:9",
        "mail_from": "desk@desk.example.org",
        "log_level": "WARNING",
    }
    return Settings(**(values | more))  # type: ignore[arg-type]


@cache
def _hash() -> str:
    """Cheap on purpose: what is tested is not how long a hash takes."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def create_account(
    app: Flask,
    *codes: str,
    name: str = "",
    organisation: str = "",
    scope: str | None = None,
    language: str = "fr",
    function: str = "",
    phone: str = "",
) -> Someone:
    """`create_account(app, roles.CMCOORD, name="Awa", organisation="OCHA")`. The side follows the first role."""
    side = roles.SIDE_OF[codes[0]]
    name = name or f"{codes[0]} {uuid4().hex[:6]}"
    email = f"{name.lower().replace(' ', '.')}@people.example.org"
    with app.app_context(), transaction() as session:
        known = {role.name: role for role in session.scalars(select(Role))}
        wanted = organisation or ORGANISATIONS[side]
        owner = session.scalar(select(Organisation).where(Organisation.name == wanted))
        person = Person(
            organisation=owner or Organisation(name=wanted, side=side),
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
        audience = Audience(person.id, person.organisation_id, side, frozenset(codes), scope, language)
        return Someone(account.id, email, account.fs_uniquifier, audience)


def enter(client: FlaskClient, someone: Someone) -> FlaskClient:
    """Signs in without the form, which has tests of its own."""
    with client.session_transaction() as session:
        session.clear()
        session.update(_user_id=someone.uniquifier, _fresh=True, fs_cc="set", fs_paa=time.time())
    return client
