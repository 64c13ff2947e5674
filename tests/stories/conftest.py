"""The world, or as many as a story needs, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import databases
import make
import pytest
from fakes.smtp_sink import SmtpSink
from fakes.twilio_network import TwilioNetwork
from lives import Lives
from world import World, opened_world


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
