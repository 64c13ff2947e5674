"""Test texts leave, one after the other: there are few, and none is urgent. And numbers verified long ago are tried again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from deconflict.channels.port import Ambiguous, Channel
from deconflict.domain.country import Mission
from deconflict.services.trials import claim_trials, keep_verified, record_trial, send_trial
from deconflict.store.work import turn

log = structlog.get_logger()
EVERY = timedelta(hours=1)


def send_trials(channels: Mapping[str, Channel], now: datetime) -> None:
    """`channels` by name, in order of preference."""
    channel = next((one for one in channels.values() if one.carries == "sms"), None)
    for ready in claim_trials(now):
        try:
            failure = send_trial(ready, channel, now)
        except Exception:
            log.exception("a channel broke its promise", trial=ready.trial_id)
            failure = Ambiguous()
        record_trial(ready.trial_id, failure, now)


def verify_again(mission: Mission, now: datetime) -> None:
    with turn("verify", EVERY, now) as mine:
        if mine:
            keep_verified(mission, now)
