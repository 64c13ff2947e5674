"""Providers are asked what they did not say: what became of a try that nobody answered for, and of messages whose receipts do
not come. Apart from sending, so that what leaves never waits for an answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import structlog

from deconflict.channels.port import Channel, Code, Receipt, SendFailed
from deconflict.services.tracing import claim_polls, claim_questions, record_answers, record_polls

log = structlog.get_logger()
LONGEST_S = 10.0
AT_ONCE = 4
POLLS = 5  # a turn: news that is late already can wait, and no provider is asked a hundred things a second


def inquire_due(
    channels: Mapping[str, Channel], base_url: str, now: datetime, *, clock: Callable[[], datetime] | None = None
) -> int:
    """`channels` by name; `clock` where time goes on meanwhile. Returns how many questions were asked."""
    at = clock or (lambda: now)
    asked, began = 0, time.monotonic()
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        while time.monotonic() - began < LONGEST_S:
            questions = claim_questions(channels, base_url, AT_ONCE, at())
            if not questions:
                break
            answers = pool.map(lambda q: (q, _said(lambda: q.channel.trace(q.outgoing, q.tried_at, at()))), questions)
            record_answers(list(answers), channels, at())
            asked += len(questions)
        polls = claim_polls(channels, POLLS, at())
        if polls:
            states = pool.map(lambda p: (p, _said(lambda: p.channel.status_of(p.provider_ref, at()))), polls)
            record_polls(list(states), at())
    return asked + len(polls)


def _said(ask: Callable[[], Receipt | None]) -> Receipt | SendFailed | None:
    try:
        return ask()
    except SendFailed as failure:
        return failure
    except Exception:
        log.exception("a channel broke its promise")
        return SendFailed.because(Code.PROVIDER)
