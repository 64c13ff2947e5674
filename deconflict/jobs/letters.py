"""Sends what is due about access, one after the other: there are few, and none is urgent by the second."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import structlog

from deconflict.channels.port import Ambiguous, Channel, Code, SendFailed
from deconflict.services.letters import claim_letters, record_letter
from deconflict.services.one_by_one import Ready

log = structlog.get_logger()


def post_letters(channels: Mapping[str, Channel], base_url: str, now: datetime) -> None:
    """`channels` by what they carry. A server that does not answer one does not answer the next: they are tried later."""
    silent: SendFailed | None = None
    for ready in claim_letters(base_url, now):
        failure = silent or hand_over(ready, channels.get("email"), "letter", now)
        if failure is not None and failure.code == Code.NETWORK:
            silent = failure
        record_letter(ready.id, failure, now)


def hand_over(ready: Ready, channel: Channel | None, what: str, now: datetime) -> SendFailed | None:
    """Why it was not taken. `channel` None: nothing here carries it; `what`: what the log calls it."""
    if channel is None:
        return SendFailed(False, Code.SENDER)
    try:
        channel.send(ready.outgoing, now)
    except SendFailed as failure:
        return failure
    except Exception:
        log.exception("a channel broke its promise", **{what: ready.id})
        return Ambiguous()
    return None
