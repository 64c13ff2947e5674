"""Test texts leave, one after the other: there are few, and none is urgent. Numbers verified long ago are tried again, and drills
start by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from deconflict.channels.port import Channel
from deconflict.domain.country import Mission
from deconflict.domain.escalation import Night
from deconflict.jobs.letters import hand_over
from deconflict.services.drills import start_planned
from deconflict.services.trials import claim_trials, keep_verified, record_trial
from deconflict.store.work import turn

EVERY = timedelta(hours=1)
LOOK_EVERY = timedelta(minutes=1)


def send_trials(channels: Mapping[str, Channel], night: Night, now: datetime) -> None:
    """`channels` by what they carry."""
    for ready in claim_trials(night, now):
        record_trial(ready.id, hand_over(ready, channels.get("sms"), "trial", now), now)


def verify_again(mission: Mission, now: datetime) -> None:
    with turn("verify", EVERY, now) as mine:
        if mine:
            keep_verified(mission, now)


def begin_drills(mission: Mission, now: datetime) -> None:
    with turn("drills", LOOK_EVERY, now) as mine:
        if mine:
            start_planned(mission, now)
