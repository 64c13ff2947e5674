"""Real pages in Debian's chromium, served by the real site at eight in the morning: at night texts wait, and the sentence with
them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
import time_machine
from fakes.smtp_sink import SmtpSink
from fakes.twilio_network import TwilioNetwork
from house import PASSWORD, House, open_house
from playwright.sync_api import Browser
from visitor import Visitor, chromium, visiting

Visits = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def morning() -> Iterator[datetime]:
    """It is eight tomorrow, and time passes: ahead of the browser's own clock, so that no cookie is over before it is set."""
    at = datetime.combine(datetime.now(UTC).date() + timedelta(days=1), time(8), UTC)
    with time_machine.travel(at, tick=True):
        yield at


@pytest.fixture
def house(morning: datetime, tmp_path: Path, network: TwilioNetwork, mail: SmtpSink) -> Iterator[House]:
    for phone in (*network.phones.all(), *mail.mailboxes.all()):
        while phone.unread:
            phone.expects("")
    with open_house(tmp_path, network, mail) as running:
        yield running


@pytest.fixture
def visit(browser: Browser, house: House) -> Iterator[Visits]:
    """`visit("ngo")` signs them in; `visit()` is a stranger. What any page did badly fails the test at its end."""
    with ExitStack() as stack:
        visitors: list[Visitor] = []

        def enter(name: str = "", language: str = "fr", **more: object) -> Visitor:
            visitor = stack.enter_context(visiting(browser, house.url, language, **more))  # type: ignore[arg-type]
            visitors.append(visitor)
            if name:
                visitor.signs_in(house.actor(name).mailbox.address, PASSWORD)
            return visitor

        yield enter
        for visitor in visitors:
            visitor.all_was_well()
