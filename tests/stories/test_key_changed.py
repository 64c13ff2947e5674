"""SECRET_KEY is exchanged after a leak: everybody is signed out, and can sign in again once a scheduler has started."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from accounts import PASSWORD, create_account, settings_of
from flask import Flask
from sqlalchemy import func, select, text

from deconflict import create_app
from deconflict.domain import roles
from deconflict.jobs.scheduler import cycle_of
from deconflict.mission import Mission
from deconflict.services.known_again import know_again
from deconflict.store.audit import AuditEntry
from deconflict.store.base import Base, db, lookup_hash
from deconflict.store.people import Account, Contact

NOW = datetime(2019, 12, 10, 8, 0, tzinfo=UTC)
EMAIL, PHONE = "awa@people.example.org", "+22370000001"


@contextmanager
def started(database: str, mission: Mission, secret: str) -> Iterator[Flask]:
    app = create_app(settings_of(database, secret_key=secret * 40), mission=mission)
    app.testing = True
    app.config.update(WTF_CSRF_ENABLED=False, SECOND_FACTOR_REQUIRED=False)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def changed(database: str, mission: Mission) -> Iterator[Flask]:
    """An application on rows that one with another SECRET_KEY has written."""
    with started(database, mission, "a") as first:
        with first.app_context():
            Base.metadata.create_all(db.engine)
        create_account(first, roles.FOCAL_POINT, name="Awa", phone=PHONE)
        create_account(first, roles.FOCAL_POINT, name="Fanta")
        assert signs_in(first, EMAIL)
    with started(database, mission, "b") as second:
        yield second


def signs_in(app: Flask, email: str) -> bool:
    client = app.test_client()
    client.post("/login", data={"email": email, "password": PASSWORD})
    return client.get("/").status_code == 200


def test_a_scheduler_that_starts_makes_sign_ins_and_numbers_found_again(changed: Flask):
    assert not signs_in(changed, EMAIL)
    with changed.app_context():
        assert cycle_of(changed).begin(NOW)
        assert db.session.scalar(select(Contact.carries).where(Contact.lookup == lookup_hash(PHONE))) == "sms"
        db.session.remove()
    assert signs_in(changed, EMAIL)
    assert signs_in(changed, EMAIL.upper())


def test_it_leaves_one_trace_and_a_second_time_none(changed: Flask):
    traces = select(func.count()).select_from(AuditEntry).where(AuditEntry.verb == "know_again")
    with changed.app_context():
        assert know_again(NOW) == 5
        assert know_again(NOW) == 0
        assert db.session.scalar(traces) == 1


def test_an_address_that_no_key_opens_stands_in_nobody_else_s_way(changed: Flask):
    with changed.app_context():
        fanta = select(Account.id).join(Account.person).where(Account.person.has(name="Fanta"))
        db.session.execute(text("UPDATE account SET email = 'x' WHERE id = :id"), {"id": db.session.scalar(fanta)})
        db.session.commit()
        assert know_again(NOW) == 4
        db.session.remove()
    assert signs_in(changed, EMAIL)
