"""What guards need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from crawl import Crawl, crawled
from flask import Flask
from world import settings_for

from deconflict import create_app
from deconflict.mission import Mission
from deconflict.store.base import db


@pytest.fixture
def bare_app(database: str, mission: Mission) -> Iterator[Flask]:
    """The real app on a database without tables."""
    app = create_app(settings_for(database), mission=mission)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    return crawled(tmp_path_factory.mktemp("crawl"))
