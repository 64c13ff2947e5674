"""The world, as many as a story needs, and an outbox alone, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import databases
import make
import pytest
from fakes.smtp_sink import SmtpSink
from fakes.twilio_network import TwilioNetwork
from lives import Lives
from outbox import Outbox
from world import World, make_app, opened_world

from deconflict.store.base import db


@pytest.fixture(params=databases.KINDS)
def world(request: pytest.FixtureRequest, tmp_path, network: TwilioNetwork, mail: SmtpSink) -> Iterator[World]:
    with opened_world(request.param, tmp_path, network, mail) as world:
        yield world


@pytest.fixture(params=databases.KINDS)
def lives(
    request: pytest.FixtureRequest, tmp_path, network: TwilioNetwork, mail: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> Lives:
    return Lives(request.param, tmp_path, network, mail, monkeypatch)


@pytest.fixture
def over(world: World) -> World:
    """A distribution in Bankass on 10 December; it is the 11th, and nobody may amend it any more."""
    world.at("2019-12-07T06:00Z")
    notice = world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.at("2019-12-11T16:00Z")
    world.turn()
    assert world.item(notice).state == "ended"
    return world


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
