"""The real gammu-smsd with its dummy modem and its own tables: what test_sim.py takes for granted of it is so."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from contract import NOW

from deconflict.channels.port import Code, Outgoing, Receipt, Reply, SendFailed, Status
from deconflict.channels.sim import SimCard

pytestmark = [pytest.mark.gammu, pytest.mark.xdist_group("gammu")]

TO = "+22370000001"
TABLES = Path("/usr/share/doc/gammu-smsd/examples/sqlite.sql")
# Westwards of Greenwich the defaults of its own tables would make every text wait for hours.
WEST = {"TZ": "America/Lima", "PATH": "/usr/bin"}
CONFIG = """\
[gammu]
model = dummy
connection = none
port = {folder}/phone
gammuloc = /dev/null
[smsd]
service = sql
driver = sqlite3
dbdir = {folder}/
database = smsd.db
logfile = {folder}/smsd.log
phoneid = sim1
commtimeout = 1
loopsleep = 1
receivefrequency = 1
checksecurity = 0
checkbattery = 0
checksignal = 0
checknetwork = 0
"""
RECEIVED = """\
[SMSBackup000]
SMSC = "+22370009999"
Sent = 20191209T060000
State = UnRead
Number = "{number}"
Name = ""
Text00 = {text}
Coding = Default
Folder = 1
Length = {length}
Class = -1
ReplySMSC = False
RejectDuplicates = False
ReplaceMessage = 0
MessageReference = 0

"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "smsd.db") as box:
        box.executescript(TABLES.read_text(encoding="utf-8"))
    box.close()
    (tmp_path / "smsdrc").write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
    (tmp_path / "phone").mkdir()
    return tmp_path


@pytest.fixture
def daemon(folder: Path) -> Iterator[Path]:
    with subprocess.Popen(
        ["gammu-smsd", "-c", str(folder / "smsdrc")], env=WEST, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            until(lambda: rows(folder, "SELECT 1 FROM phones WHERE Send = 'yes'"))
            yield folder
        finally:
            running.terminate()


def rows(folder: Path, query: str) -> list[sqlite3.Row]:
    box = sqlite3.connect(folder / "smsd.db", timeout=10)
    box.row_factory = sqlite3.Row
    try:
        return box.execute(query).fetchall()
    finally:
        box.close()


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "the daemon did not do it"
        time.sleep(0.1)


def outgoing(text: str) -> Outgoing:
    return Outgoing(
        message_id=1, to=TO, text=text, useful_until=NOW + timedelta(hours=3), callback_token="a token of the message"
    )


@pytest.mark.parametrize("text", ["Déjà en route: appelez votre base.", "Déjà en route. " * 13 + "fin", "ê" * 100])
def test_a_text_leaves_whole_and_its_receipts_are_collected(daemon: Path, text: str) -> None:
    card = SimCard(str(daemon / "smsd.db"))
    reference = card.send(outgoing(text), NOW)
    until(lambda: not rows(daemon, "SELECT 1 FROM outbox"))
    pieces = rows(daemon, "SELECT * FROM sentitems ORDER BY SequencePosition")
    assert "".join(piece["TextDecoded"] for piece in pieces) == text
    # `Text` is what was encoded for the network: nothing was lost on the way there.
    assert b"".join(bytes.fromhex(piece["Text"]) for piece in pieces).decode("utf-16-be") == text
    assert {(piece["DestinationNumber"], piece["Status"]) for piece in pieces} == {(TO, "SendingOK")}
    assert card.collect(NOW) == [Receipt(reference, Status.SENT)]
    card.forget(card.collect(NOW))
    assert card.collect(NOW) == []
    with sqlite3.connect(daemon / "smsd.db", timeout=10) as box:  # as the daemon does when the network reports
        box.execute("UPDATE sentitems SET Status = 'DeliveryOK'")
    box.close()
    assert card.collect(NOW) == [Receipt(reference, Status.DELIVERED)]


def test_a_text_from_a_phone_is_collected_and_taken_out(daemon: Path) -> None:
    text = "OK 4F7K2 4821 déjà"
    inbox = daemon / "phone" / "sms" / "1"
    until(inbox.exists)
    hexed = text.encode("utf-16-be").hex().upper()
    (inbox / "7").write_text(RECEIVED.format(number=TO, text=hexed, length=len(text)), encoding="utf-8")
    card = SimCard(str(daemon / "smsd.db"))
    until(lambda: card.collect(NOW))
    heard = card.collect(NOW)
    assert heard == [Reply(TO, text, "in-1")]
    card.forget(heard)
    assert card.collect(NOW) == []


def test_a_daemon_that_never_started_gets_nothing(folder: Path) -> None:
    with pytest.raises(SendFailed) as caught:
        SimCard(str(folder / "smsd.db")).send(outgoing("x"), NOW)
    assert caught.value.code == Code.PROVIDER
