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
from planted import Visitor, tell_the_time
from world import World, opened_app, opened_world


@pytest.fixture(params=databases.KINDS)
def world(request: pytest.FixtureRequest, tmp_path, network: TwilioNetwork, mail: SmtpSink) -> Iterator[World]:
    with opened_world(request.param, tmp_path, network, mail) as world:
        yield world


@pytest.fixture
def stranger(world: World, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """A browser that nobody signed in, in the story's own time."""
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    return Visitor(world.app)


@pytest.fixture
def provider(stranger: Visitor) -> Visitor:
    """The provider's machine, which calls us at the story's hour."""
    return stranger


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
    with (
        TwilioNetwork() as network,
        SmtpSink() as sink,
        opened_app(request.param, tmp_path, network, sink) as app,
    ):
        yield Outbox(app, network, sink)
