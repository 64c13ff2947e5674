"""The world, and an outbox alone, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import databases
import pytest
from fakes.smtp_sink import SmtpSink
from fakes.twilio_network import TwilioNetwork
from outbox import Outbox
from world import World, make_app

from deconflict.store.base import db


@pytest.fixture(params=databases.KINDS)
def world(request: pytest.FixtureRequest, tmp_path, network: TwilioNetwork, mail: SmtpSink) -> Iterator[World]:
    url = databases.fresh(request.param, tmp_path)
    network.mend()
    for phone in (*network.phones.all(), *mail.mailboxes.all()):
        while phone.unread:
            phone.expects("")
    app = make_app(url, network, mail)
    with app.app_context():
        yield World(app, network, mail)
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)


@pytest.fixture(params=databases.KINDS)
def outbox(request: pytest.FixtureRequest, tmp_path) -> Iterator[Outbox]:
    """With a network and a mail server of its own: all that they have heard was for this one."""
    url = databases.fresh(request.param, tmp_path)
    with TwilioNetwork() as network, SmtpSink() as sink:
        app = make_app(url, network, sink)
        with app.app_context():
            yield Outbox(app, network, sink)
            db.session.remove()
            db.engine.dispose()
    databases.drop(url)
