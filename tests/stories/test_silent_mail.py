"""A mail server that takes connections and says nothing delays mail, and neither texts nor the questions about them."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace

import pytest
from outbox import messages, only
from sqlalchemy import select

from deconflict.channels.letters import Kind
from deconflict.channels.port import Code, SendFailed
from deconflict.channels.smtp import SmtpMail
from deconflict.domain.states import MessageState
from deconflict.jobs.cycle import Cycle
from deconflict.jobs.dispatch import is_gone
from deconflict.services.pacing import Pace
from deconflict.store.base import db, transaction
from deconflict.store.letters import Letter, queue_letter
from deconflict.store.people import Account, Person

PATIENCE_S = 100.0  # longer than any of these stories takes: whoever waits for the server is seen to wait


@pytest.fixture
def door():
    """A server that takes connections and never says a word; closed, it drops them."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(64)
        yield door


@pytest.fixture
def silent(outbox, door):
    """An outbox whose mail goes to such a server, and the scheduler's cycle over it."""
    url = f"smtp://127.0.0.1:{door.getsockname()[1]}"
    settings = replace(outbox.app.extensions["settings"], smtp_url=url, smtp_ca_file="")
    outbox.channels["smtp"] = SmtpMail(settings, timeout_s=PATIENCE_S)
    return outbox, Cycle(outbox.app.extensions["mission"], outbox.channels, "http://127.0.0.1:8000", "h:1", Pace(2))


def beside(outbox, work):
    def run():
        with outbox.app.app_context():
            work(lambda: outbox.now)
            db.session.remove()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def sending(channel):
    """Waits until one of this channel is in the air."""
    end = time.monotonic() + 60
    while not any(m.channel == channel and m.state == MessageState.SENDING for m in messages()):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_texts_leave_while_the_mail_server_says_nothing(silent, door):
    outbox, cycle = silent
    outbox.owe(20, "email")
    posting = beside(outbox, cycle.post)
    sending("email")  # every hand of the mail is held
    outbox.owe(5, "sms")
    assert cycle.deliver(lambda: outbox.now) == 5
    assert posting.is_alive()
    assert len(outbox.network.sent) == 5
    door.close()
    posting.join(90)
    assert {m.state for m in messages() if m.channel == "sms"} == {MessageState.SENT}
    assert {m.state for m in messages() if m.channel == "email"} == {MessageState.QUEUED}


def test_each_sends_its_own_share_only_and_takes_back_nothing_of_the_other_s(silent, door):
    outbox, cycle = silent
    outbox.owe(1, "email")
    assert cycle.deliver(lambda: outbox.now) == 0
    posting = beside(outbox, cycle.post)
    sending("email")
    cycle.deliver(lambda: outbox.now)
    assert only("email").state == MessageState.SENDING
    assert only("email").worker == "mail@h:1"
    door.close()
    posting.join(90)
    outbox.owe(1, "sms")
    cycle.post(lambda: outbox.now)
    assert only("sms").state == MessageState.QUEUED


def test_letters_do_not_each_wait_for_a_server_that_does_not_answer(silent):
    outbox, cycle = silent
    outbox.owe(1, "sms")
    with transaction() as session:
        person = session.scalars(select(Person)).first()
        person.account = Account(email="a@b.example", fs_uniquifier="x", lookup="")
        session.flush()
        for _ in range(5):
            queue_letter(session, Kind.LINK_SENT, person, person, None, outbox.now)
    tried = []

    def says_nothing(outgoing, now):
        tried.append(outgoing)
        raise SendFailed(True, Code.NETWORK)

    outbox.channels["smtp"].send = says_nothing
    cycle.post(lambda: outbox.now)
    assert len(tried) == 1
    assert {letter.state for letter in db.session.scalars(select(Letter))} == {MessageState.QUEUED}
    assert {letter.tries for letter in db.session.scalars(select(Letter))} == {1}


def test_a_poster_that_is_gone_is_known_by_its_machine_and_number():
    here = socket.gethostname()
    assert is_gone(f"mail@{here}:4194304")
    assert not is_gone(f"mail@{here}:1")
    assert not is_gone("mail@elsewhere:4194304")
