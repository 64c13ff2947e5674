"""A clock that jumps an hour, either way (C9): nothing lost, nothing doubled, a minute's delay at most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import make
import pytest
from apscheduler.schedulers import base as apscheduler_base
from fakes.twilio_network import Fault
from outbox import BASE, copies_of, ledger, messages, only
from sqlalchemy import select, update

from deconflict.domain.states import MessageState
from deconflict.jobs import scheduler as scheduler_module
from deconflict.jobs.scheduler import Steady
from deconflict.services.outcomes import Outcome, record
from deconflict.services.pacing import Pace
from deconflict.services.sending import claim
from deconflict.store.alerts import Message
from deconflict.store.base import db, transaction
from deconflict.store.work import Heartbeat, Slot

HOUR = timedelta(hours=1)
NEAR_BANKASS = (14.0800, -3.5120)


def test_set_back_before_it_left_it_leaves_at_once(outbox):
    outbox.owe(3, "sms", "email")
    outbox.now -= HOUR
    outbox.turn()
    assert {message.state for message in messages()} == {MessageState.SENT}
    outbox.all_is_well()


def test_set_back_between_two_tries_the_next_comes_within_a_minute(outbox):
    outbox.owe()
    outbox.network.breaks(Fault.ERROR, status=500)
    outbox.turn()
    outbox.now -= HOUR
    outbox.forward(60, step_s=5)
    assert ledger(only()) == ["provider", "accepted"]
    outbox.all_is_well()


def test_set_back_while_a_callback_is_awaited_it_is_asked_about_within_a_minute(outbox):
    outbox.owe()
    outbox.network.breaks(Fault.RESET_AFTER_ACCEPT)
    outbox.turn()
    outbox.now -= HOUR
    outbox.network.clock = lambda: outbox.now + HOUR  # theirs is right
    outbox.forward(60, step_s=5)
    assert (only().state, copies_of(only(), outbox.network, outbox.sink)) == (MessageState.SENT, 1)
    outbox.all_is_well()


def test_set_back_after_its_worker_died_it_is_not_kept_for_an_hour(outbox):
    outbox.owe()
    claim(outbox.channels, BASE, "elsewhere:1", outbox.now)
    outbox.now -= HOUR
    outbox.forward(180, step_s=5)  # the lease, then the time of a callback
    assert ledger(only()) == ["no_trace", "accepted"]
    outbox.all_is_well()


def test_what_waits_for_the_morning_waits_for_the_morning(outbox):
    outbox.owe()
    morning = outbox.now + 5 * HOUR
    with transaction() as session:
        session.execute(update(Message).values(send_after=morning, due_at=morning))
    outbox.now -= HOUR
    outbox.forward(5.9 * 3600, step_s=600)
    assert outbox.network.sent == []
    outbox.forward(0.2 * 3600, step_s=600)
    assert only().state == MessageState.SENT


@pytest.mark.parametrize("jump", [HOUR, timedelta(seconds=60), timedelta(seconds=120)])
def test_set_forward_or_suspended_while_it_leaves_nobody_sends_it_beside(outbox, jump):
    outbox.owe()
    (ticket,) = claim(outbox.channels, BASE, "elsewhere:1", outbox.now)
    outbox.now += jump
    outbox.turn()
    assert outbox.network.sent == []
    outbox.now += timedelta(seconds=2)
    outcome = Outcome(
        ticket, ticket.channel.send(ticket.outgoing, outbox.now)
    )  # the call that was under way comes back
    record([outcome], outbox.channels, Pace(), outbox.now)
    outbox.forward(300)
    assert (only().state, ledger(only())) == (MessageState.SENT, ["accepted"])
    assert copies_of(only(), outbox.network, outbox.sink) == 1
    outbox.all_is_well()


def test_set_forward_between_two_tries_it_is_tried_once_more_and_not_twice(outbox):
    outbox.owe()
    outbox.network.breaks(Fault.ERROR, status=500)
    outbox.turn()
    outbox.now += HOUR
    outbox.forward(60)
    assert ledger(only()) == ["provider", "accepted"]
    outbox.all_is_well()


def test_set_back_the_ladder_is_looked_at_and_the_heart_beats(world):
    """The turns of that hour are taken already: they are taken again."""
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    world.officer.expects("URGENT")
    world.forward("10m")
    world.at("2019-12-07T05:10Z")
    world.turn()
    db.session.rollback()
    assert abs(db.session.get_one(Heartbeat, "scheduler").at - world.now) <= timedelta(seconds=10)
    world.all_quiet()
    ahead = world.now + timedelta(seconds=30)
    often = Slot.job.in_(("escalate", "heartbeat"))
    assert db.session.scalars(select(Slot.job).where(often, Slot.slot > ahead)).all() == []
    world.forward("130m")
    world.deputy.expects("URGENT")


def test_the_scheduler_itself_does_not_sleep_until_the_old_hour_comes_again(monkeypatch):
    class Clock(datetime):
        at = datetime(2026, 12, 1, 10, tzinfo=UTC)

        @classmethod
        def now(cls, tz=None):
            return cls.at

    class Still(Steady):
        def _main_loop(self):
            """The test turns it by hand."""

    monkeypatch.setattr(scheduler_module, "datetime", Clock)
    monkeypatch.setattr(apscheduler_base, "datetime", Clock)
    steady, turns = Still(timezone="UTC", executors={"default": {"type": "debug"}}), []
    steady.add_job(lambda: turns.append(Clock.at), "interval", seconds=1, next_run_time=Clock.at, id="cycle")
    steady.start()
    for _ in range(3):
        assert steady._process_jobs() <= 1
        Clock.at += timedelta(seconds=1)
    assert len(turns) == 3
    Clock.at -= HOUR
    for _ in range(3):
        assert steady._process_jobs() <= 1
        Clock.at += timedelta(seconds=1)
    assert len(turns) == 6
