"""The sender dies by SIGKILL at each step of claim, send, record, ask; the next one brings everything to its end."""

from __future__ import annotations

import os
import socket
import subprocess
from datetime import timedelta
from functools import partial

import pytest
from dies import run_and_die
from fakes.twilio_network import Fault
from outbox import copies_of, ledger, messages
from world import at_once

from deconflict.domain.states import MessageState
from deconflict.jobs.dispatch import dispatch_due, is_gone


@pytest.mark.parametrize("point", ["claiming", "claimed", "before sending", "sent", "recording", "recorded"])
def test_killed_while_it_sends_nothing_is_lost_and_no_text_comes_twice(outbox, point):
    outbox.owe(5, "sms", "email")
    run_and_die(outbox.app, point, outbox.now)
    outbox.turn()
    outbox.rests()
    assert {message.state for message in messages()} == {MessageState.SENT}
    for message in messages():
        left = copies_of(message, outbox.network, outbox.sink)
        if message.channel == "sms":
            assert left == 1, (left, ledger(message))
        else:  # a mail server keeps no list that could be read: the same mail under the same Message-ID
            assert 1 <= left <= 2, (left, ledger(message))
    outbox.all_is_well()


@pytest.mark.parametrize("point", ["asking", "asked", "answered"])
def test_killed_while_it_asks_it_is_asked_again(outbox, point):
    outbox.owe(3)
    outbox.network.breaks(Fault.RESET_AFTER_ACCEPT, times=2)
    outbox.turn()
    outbox.forward(25)
    outbox.now += timedelta(seconds=10)
    run_and_die(outbox.app, point, outbox.now)
    outbox.forward(100)
    assert {message.state for message in messages()} == {MessageState.SENT}
    assert [copies_of(message, outbox.network, outbox.sink) for message in messages()] == [1, 1, 1]
    outbox.all_is_well()


def test_killed_again_and_again_at_every_step(outbox):
    for point in ("claiming", "sent", "claimed", "taking back", "recording", "recorded", "before sending"):
        outbox.owe(5)
        run_and_die(outbox.app, point, outbox.now)
        outbox.now += timedelta(minutes=1)
    outbox.rests()
    assert {message.state for message in messages()} == {MessageState.SENT}
    assert {copies_of(message, outbox.network, outbox.sink) for message in messages()} == {1}
    outbox.all_is_well()


def test_three_senders_at_once_tell_everybody_once(outbox):
    outbox.owe(150, "sms", "email")
    outbox.waits(30)  # three times eight at once, on whatever machine this is
    tried = []

    def send(worker: str) -> None:
        tried.append(dispatch_due(outbox.channels, "http://127.0.0.1:8000", worker, outbox.now))

    at_once(outbox.app, *(partial(send, f"worker-{n}") for n in range(3)))
    assert sum(tried) == 300
    assert {message.state for message in messages()} == {MessageState.SENT}
    assert {copies_of(message, outbox.network, outbox.sink) for message in messages()} == {1}
    outbox.all_is_well()


def test_only_a_worker_of_this_machine_that_runs_no_more_is_known_to_be_gone():
    here = socket.gethostname()
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert is_gone(f"{here}:{ended.pid}")
    assert not is_gone(f"{here}:{os.getpid()}")
    assert not is_gone(f"{here}:1"), "somebody else's process runs"
    assert not is_gone(f"elsewhere:{ended.pid}")
    assert not is_gone("worker-3")
