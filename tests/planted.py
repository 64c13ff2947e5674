"""Values that stand out, put into every field somebody can fill, and a visitor who looks for them on pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, TypeVar

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from deconflict.store.base import db
from deconflict.store.people import Account

T = TypeVar("T")
# Pages that ask the machine for the time instead of web.clock get the story's too.
CLOCKS = ("deconflict.web.hooks", "deconflict.web.acknowledge", "deconflict.web.health")
TOKENS = re.compile(r'(name="(?:csrf_token|_key)" value=")[^"]*')


def outside(call: Callable[..., T], *args: Any, **more: Any) -> T:
    """Calls where no application context is open: Flask would share it with a test client, and with it who is signed in."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(call, *args, **more).result()


class Visitor:
    """A browser. `uniquifier` is whose session it holds, None for a stranger."""

    def __init__(self, app: Flask, uniquifier: str | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        if uniquifier is not None:
            outside(self._enter, uniquifier)

    def _enter(self, uniquifier: str) -> None:
        with self.client.session_transaction() as session:
            session.update(_user_id=uniquifier, _fresh=True, fs_cc="set")

    def get(self, path: str, **more: Any) -> TestResponse:
        return outside(self.client.get, path, **more)

    def post(self, path: str, data: dict[str, str] | None = None, **more: Any) -> TestResponse:
        return outside(self.client.post, path, data=data or {}, **more)


def signed_in(app: Flask, person_id: int) -> Visitor:
    """The browser of a person who has an account."""
    with app.app_context():
        return Visitor(
            app, db.session.scalars(select(Account.fs_uniquifier).where(Account.person_id == person_id)).one()
        )


def plain(page: TestResponse) -> str:
    """A page without the tokens of its forms, which differ with every answer."""
    return TOKENS.sub(r"\1", page.text)


def look_again() -> None:
    """What the story reads next is what the rows say now, whoever wrote them meanwhile."""
    db.session.rollback()
    db.session.expire_all()


def tell_the_time(app: Flask, monkeypatch: Any, now: Callable[[], datetime]) -> None:
    """Every page reads the hour from `now`; forms need no token and officers no second factor."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return now().astimezone(tz or UTC)

    app.extensions["clock"] = now
    for module in map(import_module, CLOCKS):
        if hasattr(module, "datetime"):
            monkeypatch.setattr(module, "datetime", Clock)
    app.config.update(WTF_CSRF_ENABLED=False, SECOND_FACTOR_REQUIRED=False)
