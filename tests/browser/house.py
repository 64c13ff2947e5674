"""The real site on a loopback port: web server and scheduler in threads, the world's people with a password, fake phones and
mailboxes, and real seconds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fakes.smtp_sink import SmtpSink
from fakes.twilio_network import TwilioNetwork
from flask import Flask
from flask_babel import force_locale, gettext
from flask_security import hash_password
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from world import Actor, World, settings_for

from deconflict import create_app
from deconflict.domain.filing import Filing
from deconflict.jobs.cycle import Cycle
from deconflict.services import filing, people
from deconflict.store.base import Base, db

PASSWORD = "trois mots du fleuve"
TURN_EVERY_S = 0.2


@dataclass(frozen=True)
class House:
    """`url` without a slash at its end; `world` for who there is and what their phones got."""

    url: str
    app: Flask
    world: World

    def actor(self, name: str) -> Actor:
        return self.world.actors[name]

    def files(self, name: str, what: Filing) -> str:
        """Files past the pages; the reference."""
        with self.app.app_context():
            audience, now = self.actor(name).audience, datetime.now(UTC)
            return filing.file_item(what, audience, f"key-{name}-{now.timestamp()}", self.world.mission, now).reference

    def say(self, sentence: str, language: str = "fr", **filled: object) -> str:
        """A sentence of the pages as a reader of `language` sees it."""
        with self.app.test_request_context(), force_locale(language):
            return str(gettext(sentence, **filled))


class _Quiet(WSGIRequestHandler):
    def log(self, kind: str, message: str, *args: Any) -> None:
        """What was asked is the test's own doing."""


@contextmanager
def open_house(folder: Path, network: TwilioNetwork, mail: SmtpSink) -> Iterator[House]:
    """Runs until the block ends; the database is a file in `folder`."""
    server = make_server("127.0.0.1", 0, _not_yet, threaded=True, request_handler=_Quiet)
    url = f"http://127.0.0.1:{server.port}"  # the port comes first: every link the app writes carries it
    app = create_app(
        settings_for(f"sqlite:///{folder}/site.db", network, mail, public_base_url=url, log_level="WARNING")
    )
    app.config["SECOND_FACTOR_REQUIRED"] = False
    with app.app_context():
        Base.metadata.create_all(db.engine)
        world = World(app, network, mail, now=datetime.now(UTC))
        for actor in world.actors.values():
            _joins(actor)
        db.session.remove()
    server.app = app
    with _threads(server, world.cycle, app):
        yield House(url, app, world)
    with app.app_context():
        db.engine.dispose()


def _joins(actor: Actor) -> None:
    """Whoever was invited sets a password."""
    if not actor.audience.roles:
        return
    now = datetime.now(UTC)
    link = people.reinvite(None, actor.person_id, link_for=lambda token: token, now=now).link
    assert link is not None
    people.join(link, password=PASSWORD, hashed=hash_password, language=actor.audience.language, now=now)


@contextmanager
def _threads(server: BaseWSGIServer, cycle: Cycle, app: Flask) -> Iterator[None]:
    stop = threading.Event()

    def turns() -> None:
        while not stop.wait(TURN_EVERY_S):
            with app.app_context():
                cycle.run(datetime.now(UTC))
                db.session.remove()

    threads = [threading.Thread(target=server.serve_forever, args=(0.05,)), threading.Thread(target=turns)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        server.shutdown()
        for thread in threads:
            thread.join(20)
        server.server_close()


def _not_yet(environ: Any, start_response: Any) -> list[bytes]:
    start_response("503 Service Unavailable", [])
    return []
