"""Each minute: contracts that end soon are announced, and what is over is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from deconflict.services.contracts import keep_contracts
from deconflict.store.work import turn

EVERY = timedelta(minutes=1)


def end_contracts(now: datetime) -> None:
    with turn("contracts", EVERY, now) as mine:
        if mine:
            keep_contracts(now)
