"""A grave case that nobody takes rings the deputy, then the heads, then other hubs, once each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import make
import pytest

from deconflict.domain.country import QueueAlarm
from deconflict.domain.severity import Severity
from deconflict.jobs.unattended import ring_unattended
from deconflict.store.base import db

MINUTE = timedelta(minutes=1)
ALARM = QueueAlarm({Severity.CRITICAL: 20 * MINUTE, Severity.HIGH: 20 * MINUTE}, 10 * MINUTE)


@pytest.fixture
def waiting(world):
    """A critical case which the duty officer has acknowledged and not taken."""
    world.mission = replace(world.mission, queue_alarm=ALARM)
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    world.officer.types_code(world.officer.expects("dossier"))
    world.read_everything()
    return world


def rings(world, minutes):
    """Who is rung, so many minutes after the round began."""
    at = world.case.round_at + minutes * MINUTE
    before = {alert.id for alert in world.alerts("queue:")}
    ring_unattended(world.mission, at)
    fresh = [alert for alert in world.alerts("queue:") if alert.id not in before]
    names = {actor.person_id: name for name, actor in world.actors.items()}
    return sorted(names[alert.person_id] for alert in fresh)


def test_each_is_rung_once_in_their_order(waiting):
    assert waiting.case.severity == "critical"
    assert rings(waiting, 19) == []
    assert rings(waiting, 20) == ["deputy"]
    assert rings(waiting, 29) == []
    assert rings(waiting, 30) == ["ocha_head", "sub_office_head"]
    assert rings(waiting, 41) == ["officer"]  # on duty for the hubs too
    assert rings(waiting, 600) == []


def test_a_case_that_somebody_has_rings_nobody(waiting):
    waiting.officer.takes(waiting.case)
    assert rings(waiting, 600) == []


def test_after_an_outage_all_that_is_owed_is_rung_at_once(waiting):
    assert rings(waiting, 600) == ["deputy", "ocha_head", "officer", "sub_office_head"]


def test_a_step_on_which_nobody_stands_delays_nobody(waiting):
    waiting.leaves_duty("deputy")
    assert rings(waiting, 20) == ["ocha_head", "sub_office_head"]
    assert rings(waiting, 30) == ["officer"]


def test_a_milder_case_may_wait(waiting):
    waiting.mission = replace(waiting.mission, queue_alarm=replace(ALARM, after={Severity.HIGH: 20 * MINUTE}))
    assert rings(waiting, 600) == []


def test_the_texts_say_nothing_but_to_sign_in(waiting):
    rings(waiting, 20)
    waiting.now += 20 * MINUTE
    waiting.turn()
    text = waiting.deputy.phone.expects("dossier")
    for kept in ("Bankass", "ONG Alpha", "Mission", "OCHA", "13:00"):
        assert kept not in text
    waiting.read_everything()
    db.session.rollback()


def test_the_shipped_profile_counts_in_minutes(world):
    alarm = world.mission.queue_alarm
    assert alarm.rings(Severity.CRITICAL, world.now, world.now + 59 * MINUTE) == 0
    assert alarm.rings(Severity.CRITICAL, world.now, world.now + 60 * MINUTE) == 1
    assert alarm.rings(Severity.MEDIUM, world.now, world.now + timedelta(days=9)) == 0
