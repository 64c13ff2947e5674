from __future__ import annotations

from collections.abc import Iterator

import pytest
from fakes.twilio_network import TwilioNetwork


@pytest.fixture
def network() -> Iterator[TwilioNetwork]:
    """One of its own: what one test broke is another's."""
    with TwilioNetwork() as network:
        yield network
