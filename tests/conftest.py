"""The real app on an empty database, both kinds, and people to sign in with.

Do not keep an application context open around a test client: Flask would share it, and with it who is signed in.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import databases
import once
import pages_seen  # noqa: F401 - keeps the pages that tests are given
import pytest
from accounts import Someone, create_account, enter, settings_of
from fakes.smtp_sink import SmtpSink
from fakes.twilio_network import TwilioNetwork
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings

from deconflict import create_app
from deconflict.mission import Mission, load_mission
from deconflict.settings import ROOT
from deconflict.store.base import db

# A busy machine is no fault of the code: what is slow shows in `make bench`.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


once.compile_once()
gc.disable()  # until everything is collected


def pytest_configure(config: pytest.Config) -> None:
    # Flask-Security's own fields, until it moves; requirements.in holds WTForms below the version that removes it.
    config.addinivalue_line("filterwarnings", "ignore:Passing SelectField choices as tuples:DeprecationWarning")


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected stays to the end: nobody need look for garbage in it again and again."""
    for item in session.items if os.environ.get("PYTEST_XDIST_WORKER") else ():
        if item.get_closest_marker("xdist_group") and "@" not in item.nodeid:
            raise pytest.UsageError(
                f"{item.nodeid} is not kept with its group: each worker would do the group's work again."
            )
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


@pytest.fixture(scope="session")
def mission() -> Mission:
    return load_mission(ROOT / "config/missions/mali-minusma")


@pytest.fixture(scope="session")
def network() -> Iterator[TwilioNetwork]:
    with TwilioNetwork() as running:
        yield running


@pytest.fixture(scope="session")
def mail() -> Iterator[SmtpSink]:
    with SmtpSink() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database with all tables and no row."""
    url = databases.with_tables(request.param, tmp_path)
    yield url
    databases.drop(url)


@pytest.fixture
def app(database: str, mission: Mission) -> Iterator[Flask]:
    """Forms need no token and officers no second factor, unless a test says so in app.config."""
    app = create_app(settings_of(database), mission=mission)
    app.testing = True
    app.config.update(WTF_CSRF_ENABLED=False, SECOND_FACTOR_REQUIRED=False)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def make_account(app: Flask) -> Callable[..., Someone]:
    """`make_account(roles.CMCOORD, name="Awa", organisation="OCHA", scope=None, language="fr")`"""
    return partial(create_account, app)


@pytest.fixture
def sign_in() -> Callable[[FlaskClient, Someone], FlaskClient]:
    """`sign_in(client, someone)` -> the client, signed in."""
    return enter
