from __future__ import annotations

from datetime import datetime

import pytest
from contract import NOW, ChannelContract, Rig
from fakes.phones import Phone

from deconflict.channels.demo import DemoChannel
from deconflict.channels.port import BadSignature, Hook, Outgoing, Pressed, Receipt, Reply, Status

URL = "http://127.0.0.1:8000/hooks/demo_sms/inbound"


def make(carries: str, phone: Phone, secret: str = "a secret of the demo") -> DemoChannel:
    def sink(*, carries: str, outgoing: Outgoing, reference: str, at: datetime) -> None:
        assert outgoing.to == phone.address
        assert at == NOW
        phone.receives(outgoing.text)

    return DemoChannel(carries, sink, secret)


@pytest.fixture
def channel() -> DemoChannel:
    return make("sms", Phone("+22370000001"))


class TestDemoPhonesKeepTheContract(ChannelContract):
    @pytest.fixture
    def rig(self) -> Rig:
        phone = Phone("+22370000001")
        return Rig(make("sms", phone), phone.address, phone)


class TestDemoCallsKeepTheContract(ChannelContract):
    @pytest.fixture
    def rig(self) -> Rig:
        phone = Phone("+22370000001")
        return Rig(make("voice", phone), phone.address, phone)


class TestDemoMailboxesKeepTheContract(ChannelContract):
    @pytest.fixture
    def rig(self) -> Rig:
        phone = Phone("officer@ocha.example")
        return Rig(make("email", phone), phone.address, phone)


def test_a_signed_receipt_and_a_signed_reply_are_read(channel: DemoChannel) -> None:
    receipt = {"reference": "demo-1", "status": "delivered"}
    reply = {"reference": "demo-1", "from": "+22370000001", "text": "4F7K2 4821"}
    assert channel.read_hook(Hook(URL, receipt, channel.sign(URL, receipt))) == Receipt("demo-1", Status.DELIVERED)
    assert channel.read_hook(Hook(URL, reply, channel.sign(URL, reply))) == Reply(
        "+22370000001", "4F7K2 4821", "demo-1"
    )


def test_a_key_pressed_on_a_phone_that_rings_is_read() -> None:
    channel = make("voice", Phone("+22370000001"))
    for key in "129#":
        form = {"reference": "demo-1", "key": key}
        assert channel.read_hook(Hook(URL, form, channel.sign(URL, form))) == Pressed("demo-1", key)


def test_an_altered_hook_is_refused(channel: DemoChannel) -> None:
    form = {"reference": "demo-1", "status": "delivered"}
    signed = channel.sign(URL, form)
    other = make("sms", Phone("+22370000001"), secret="another secret")
    for hook in (
        Hook(URL, {**form, "status": "failed"}, signed),
        Hook(URL + "?", form, signed),
        Hook(URL, form, other.sign(URL, form)),
    ):
        with pytest.raises(BadSignature):
            channel.read_hook(hook)


def test_a_signed_hook_about_nothing_is_refused(channel: DemoChannel) -> None:
    for form in (
        {},
        {"reference": "demo-1"},
        {"reference": "demo-1", "status": "teleported"},
        {"from": "x", "text": "y"},
        {"reference": "demo-1", "key": "12"},
    ):
        with pytest.raises(BadSignature):
            channel.read_hook(Hook(URL, form, channel.sign(URL, form)))


def test_an_empty_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="secret"):
        make("sms", Phone("+22370000001"), secret="")
