"""Test texts leave, one after the other: there are few, and none is urgent. And numbers verified long ago are tried again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from deconflict.channels.port import Channel
from deconflict.domain.country import Mission
from deconflict.jobs.letters import hand_over
from deconflict.services.trials import claim_trials, keep_verified, record_trial
from deconflict.store.work import turn

EVERY = timedelta(hours=1)


def send_trials(channels: Mapping[str, Channel], now: datetime) -> None:
    """`channels` by what they carry."""
    for ready in claim_trials(now):
        record_trial(ready.id, hand_over(ready, channels.get("sms"), "trial", now), now)


def verify_again(mission: Mission, now: datetime) -> None:
    with turn("verify", EVERY, now) as mine:
        if mine:
            keep_verified(mission, now)
