"""What guards need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import databases
import pytest
from crawl import Crawl, crawled
from flask import Flask
from world import settings_for

from deconflict import create_app
from deconflict.mission import Mission
from deconflict.store.base import db


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bare_app(request: pytest.FixtureRequest, tmp_path: Path, mission: Mission) -> Iterator[Flask]:
    """The real app on a database without tables."""
    url = databases.fresh(request.param, tmp_path)
    app = create_app(settings_for(url), mission=mission)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)


@pytest.fixture(scope="session")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    return crawled(tmp_path_factory.mktemp("crawl"))
