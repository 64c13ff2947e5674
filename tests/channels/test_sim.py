"""A SIM card behind gammu-smsd's tables: handed over once, taken out of the box once told, and nothing waits unseen."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from contract import NOW, BoxContract, BoxRig
from fakes.sim_box import SimBox

from deconflict.channels.port import Code, Outgoing, Receipt, Reply, SendFailed, Status
from deconflict.channels.sim import SimCard, from_settings
from deconflict.domain.sms import parts

TO = "+22370000001"
WORDS = {Status.SENT: "SendingOK", Status.DELIVERED: "DeliveryOK", Status.FAILED: "DeliveryFailed"}


class Settings:
    def __init__(self, path: str) -> None:
        self.sim_database = path


class Impatient(SimCard):
    """Lets go of the lock on the box once it has met it."""

    lock: sqlite3.Connection | None = None

    def send(self, outgoing: Outgoing, now: datetime) -> str:
        try:
            return super().send(outgoing, now)
        finally:
            if self.lock is not None:
                self.lock.close()


@pytest.fixture
def sim(tmp_path: Path) -> SimBox:
    return SimBox(tmp_path)


@pytest.fixture
def rig(sim: SimBox) -> BoxRig:
    channel = Impatient(str(sim.path), locked_s=0.05)

    def lock() -> None:
        channel.lock = sqlite3.connect(sim.path, isolation_level=None)
        channel.lock.execute("BEGIN EXCLUSIVE")

    return BoxRig(
        channel=channel,
        to=TO,
        phone=sim.phone(TO),
        unplug=lambda: sim.path.rename(sim.path.with_suffix(".away")) and None,
        ask_to_wait=lock,
        becomes=lambda status: sim.becomes(WORDS[status]),
        answers=lambda text: sim.answers(TO, text),
    )


@pytest.fixture
def card(rig: BoxRig) -> SimCard:
    assert isinstance(rig.channel, SimCard)
    return rig.channel


class TestASimCardKeepsTheContract(BoxContract):
    pass


@pytest.mark.parametrize("number", ["70000001", "+", "+22 370", "0022370000001", "+٢٢٣٧", "Orange"])
def test_a_number_no_network_knows_never_gets_into_the_box(rig: BoxRig, sim: SimBox, number: str) -> None:
    with pytest.raises(SendFailed) as caught:
        rig.channel.send(replace(rig.outgoing(), to=number), NOW)
    assert (caught.value.retryable, caught.value.code) == (False, Code.BAD_ADDRESS)
    assert sim.rows("outbox") == []


def test_a_daemon_that_is_gone_gets_nothing(rig: BoxRig, sim: SimBox) -> None:
    sim.lives(minutes_ago=4)
    rig.channel.send(rig.outgoing(), NOW)
    sim.lives(minutes_ago=6)
    with pytest.raises(SendFailed) as caught:
        rig.channel.send(rig.outgoing(message_id=2), NOW)
    assert (caught.value.retryable, caught.value.code) == (True, Code.PROVIDER)
    assert len(sim.rows("outbox")) == 1


def test_a_text_is_due_at_once_whatever_the_time_zone_of_the_daemon(rig: BoxRig, sim: SimBox) -> None:
    rig.channel.send(rig.outgoing(), NOW)
    (row,) = sim.rows("outbox")
    assert (row["SendingDateTime"], row["SendingTimeOut"]) == ("2000-01-01 00:00:00",) * 2
    assert row["DeliveryReport"] == "yes"


@pytest.mark.parametrize("text", ["Déjà en route. " * 14, "ê" * 150])
def test_a_long_text_is_written_in_pieces_that_belong_together(rig: BoxRig, sim: SimBox, text: str) -> None:
    text = text.strip()
    rig.channel.send(rig.outgoing(text), NOW)
    (row,) = sim.rows("outbox")
    pieces = [row, *sim.rows("outbox_multipart")]
    headers = [str(piece["UDH"]) for piece in pieces]
    assert [piece["TextDecoded"] for piece in pieces] == parts(text)
    assert row["MultiPart"] == "true"
    assert {header[:6] for header in headers} == {"050003"}
    assert len({header[6:8] for header in headers}) == 1
    assert [header[8:] for header in headers] == [f"{len(pieces):02X}{n:02X}" for n in range(1, len(pieces) + 1)]
    assert {piece["Coding"] for piece in pieces} == {
        "Unicode_No_Compression" if "ê" in text else "Default_No_Compression"
    }
    rig.phone.expects(text)


def test_a_text_in_pieces_arrived_when_all_have(card: SimCard, rig: BoxRig, sim: SimBox) -> None:
    reference = card.send(rig.outgoing("x" * 400), NOW)
    sim.works()
    with sim.box() as box:
        box.execute("UPDATE sentitems SET Status = 'DeliveryOK' WHERE SequencePosition < 3")
    assert card.status_of(reference, NOW) == Receipt(reference, Status.SENT)
    sim.becomes("DeliveryOK")
    assert card.status_of(reference, NOW) == Receipt(reference, Status.DELIVERED)
    with sim.box() as box:
        box.execute("UPDATE sentitems SET Status = 'DeliveryFailed' WHERE SequencePosition = 2")
    assert card.collect(NOW) == [Receipt(reference, Status.FAILED, Code.UNREACHABLE)]


def test_a_text_whose_last_piece_still_waits_is_no_news(card: SimCard, rig: BoxRig, sim: SimBox) -> None:
    card.send(rig.outgoing("x" * 400), NOW)
    with sim.box() as box:  # the daemon stopped after the first piece
        box.execute(
            "INSERT INTO sentitems (ID, SequencePosition, Text, TextDecoded, UDH, DestinationNumber, CreatorID)"
            " SELECT ID, 1, '00', TextDecoded, UDH, DestinationNumber, CreatorID FROM outbox"
        )
    assert card.collect(NOW) == []


@pytest.mark.parametrize(
    ("life_min", "validity"),
    [
        (1, 0),
        (5, 0),
        (9, 0),
        (10, 1),
        (180, 35),
        (720, 143),
        (749, 143),
        (750, 144),
        (1440, 167),
        (2880, 168),
        (99_999, 196),
    ],
)
def test_the_network_is_told_how_long_it_stays_useful_rounded_down(
    rig: BoxRig, sim: SimBox, life_min: int, validity: int
) -> None:
    rig.channel.send(replace(rig.outgoing(), useful_until=NOW + timedelta(minutes=life_min)), NOW)
    assert sim.rows("outbox")[0]["RelativeValidity"] == validity


def test_what_did_not_get_out_in_time_is_told_and_not_sent_late(card: SimCard, rig: BoxRig, sim: SimBox) -> None:
    reference = card.send(rig.outgoing(), NOW)
    assert card.collect(NOW + timedelta(hours=2, minutes=59)) == []
    late = NOW + timedelta(hours=3)
    assert card.collect(late) == [Receipt(reference, Status.FAILED, Code.EXPIRED)]
    rig.phone.expects_nothing()
    card.forget(card.collect(late))
    assert (sim.rows("outbox"), card.collect(late)) == ([], [])


def test_what_was_given_up_may_be_handed_over_again(card: SimCard, rig: BoxRig) -> None:
    first = card.send(rig.outgoing(), NOW)
    late = NOW + timedelta(hours=3)
    assert len(card.collect(late)) == 1
    assert card.send(replace(rig.outgoing(), useful_until=late + timedelta(hours=1)), late) != first
    rig.phone.expects("4F7K2-1")


def test_what_the_daemon_is_just_sending_is_left_to_it(card: SimCard, rig: BoxRig, sim: SimBox) -> None:
    card.send(rig.outgoing(), NOW)
    with sim.box() as box:
        box.execute("UPDATE outbox SET SendingTimeOut = datetime('now', '+1 minute')")
    assert card.collect(NOW + timedelta(hours=3, minutes=1)) == []
    assert len(card.collect(NOW + timedelta(hours=4))) == 1


def test_no_number_and_no_text_stays_once_it_is_told(card: SimCard, rig: BoxRig, sim: SimBox) -> None:
    card.send(rig.outgoing(), NOW)
    rig.becomes(Status.SENT)
    rig.answers("4F7K2 4821")
    card.forget(card.collect(NOW))
    (row,) = sim.rows("sentitems")
    assert (row["Text"], row["TextDecoded"]) == ("", "")
    assert sim.rows("inbox") == []
    card.collect(NOW + timedelta(days=3))  # reports of delivery never came
    assert sim.rows("sentitems") == []
    assert b"4821" not in sim.path.read_bytes()
    assert TO.encode() not in sim.path.read_bytes()


def test_what_other_programs_send_is_left_alone(card: SimCard, rig: BoxRig, sim: SimBox) -> None:
    with sim.box() as box:
        other = "INSERT INTO outbox (DestinationNumber, TextDecoded, CreatorID, UDH, SendingDateTime, SendingTimeOut)"
        box.execute(f"{other} VALUES (?, 'x', 'Gammu', '', '2000-01-01', '2000-01-01')", (TO,))
    sim.works()
    assert card.collect(NOW + timedelta(days=9)) == []
    assert len(sim.rows("sentitems")) == 1


def test_a_stop_is_heard(card: SimCard, sim: SimBox) -> None:
    sim.answers(TO, "STOP")
    assert card.collect(NOW) == [Reply(TO, "STOP", "in-1", opted_out=True)]


def test_settings_that_cannot_send_are_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="SIM_DATABASE"):
        SimCard(str(tmp_path / "none.db"))
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "other.db").write_bytes(b"not a database at all")
    with pytest.raises(ValueError, match="SIM_DATABASE"):
        SimCard(str(tmp_path / "other.db"))
    assert from_settings(Settings("")) is None
