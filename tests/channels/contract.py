"""What every channel must do, whoever the provider: subclass, give a `rig` fixture, inherit the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes.phones import Phone

from deconflict.channels.port import Ambiguous, BadSignature, Channel, Code, Hook, Outgoing, SendFailed

NOW = datetime(2019, 12, 9, 6, 0, tzinfo=UTC)
URL = "https://desk.example.org/hooks/somebody/status/t0k3n"


@dataclass(frozen=True)
class Rig:
    """One channel, the address its messages go to, and what arrives there."""

    channel: Channel
    to: str
    phone: Phone

    def outgoing(self, text: str = "File 4F7K2-1: log in. Code 4821.", message_id: int = 1) -> Outgoing:
        return Outgoing(
            message_id=message_id,
            to=self.to,
            text=text,
            subject="File 4F7K2-1: log in" if self.channel.carries == "email" else "",
            useful_until=NOW + timedelta(hours=3),
            callback_token=f"t0k3n-of-{message_id}",
        )


@dataclass(frozen=True)
class NetworkRig(Rig):
    """A rig whose provider can be made to fail. Each callable strikes the next message."""

    unplug: Callable[[], None]
    refuse_address: Callable[[], None]
    ask_to_wait: Callable[[], None]
    lose_answer: Callable[[], None]


class ChannelContract:
    """For every channel."""

    def test_it_is_a_channel_with_a_name_fit_for_an_address(self, rig: Rig) -> None:
        assert isinstance(rig.channel, Channel)
        assert rig.channel.name.replace("_", "").isalnum()
        assert rig.channel.carries in ("sms", "email")

    def test_the_text_arrives_whole_and_once(self, rig: Rig) -> None:
        reference = rig.channel.send(rig.outgoing("Déjà en route: appelez votre base."), NOW)
        assert reference
        rig.phone.expects("Déjà en route: appelez votre base.")
        rig.phone.expects_nothing()

    def test_two_messages_have_two_references(self, rig: Rig) -> None:
        references = {rig.channel.send(rig.outgoing(message_id=n), NOW) for n in (1, 2)}
        assert len(references) == 2

    @pytest.mark.parametrize("late_s", [0, 1, 86_400])
    def test_what_is_no_longer_useful_is_never_sent(self, rig: Rig, late_s: int) -> None:
        outgoing = replace(rig.outgoing(), useful_until=NOW - timedelta(seconds=late_s))
        with pytest.raises(SendFailed) as caught:
            rig.channel.send(outgoing, NOW)
        assert (caught.value.retryable, caught.value.code) == (False, Code.EXPIRED)
        rig.phone.expects_nothing()

    @pytest.mark.parametrize(
        "form", [{}, {"MessageSid": "SM1", "MessageStatus": "delivered"}, {"reference": "x", "status": "sent"}]
    )
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"X-Twilio-Signature": "AAAA", "X-Demo-Signature": "AAAA"},
            {"X-Twilio-Signature": "é", "X-Demo-Signature": "é"},
        ],
    )
    def test_a_hook_without_the_right_signature_is_refused(
        self, rig: Rig, form: dict[str, str], headers: dict[str, str]
    ) -> None:
        with pytest.raises(BadSignature):
            rig.channel.read_hook(Hook(URL, form, headers))

    @pytest.mark.parametrize(
        "url", ["", "http://[", "https://desk.example.org:99999999/x", "not a url", "https://x/?\ud800"]
    )
    def test_a_hook_at_an_impossible_address_is_refused_like_any_other(self, rig: Rig, url: str) -> None:
        with pytest.raises(BadSignature):
            rig.channel.read_hook(Hook(url, {"a": "b"}, {"X-Twilio-Signature": "AAAA", "X-Demo-Signature": "AAAA"}))

    def test_a_message_shown_in_a_log_names_nobody(self, rig: Rig) -> None:
        outgoing = rig.outgoing()
        for private in (outgoing.to, outgoing.text, outgoing.callback_token):
            assert private not in repr(outgoing)


class NetworkContract(ChannelContract):
    """For every channel with a network between us and the provider."""

    def test_a_provider_that_cannot_be_reached_got_nothing(self, rig: NetworkRig) -> None:
        rig.unplug()
        with pytest.raises(SendFailed) as caught:
            rig.channel.send(rig.outgoing(), NOW)
        assert not isinstance(caught.value, Ambiguous)
        assert (caught.value.retryable, caught.value.code) == (True, Code.NETWORK)
        rig.phone.expects_nothing()

    def test_an_address_that_does_not_exist_is_not_tried_again(self, rig: NetworkRig) -> None:
        rig.refuse_address()
        with pytest.raises(SendFailed) as caught:
            rig.channel.send(rig.outgoing(), NOW)
        assert (caught.value.retryable, caught.value.code) == (False, Code.BAD_ADDRESS)
        rig.phone.expects_nothing()

    def test_a_provider_that_asks_to_wait_is_tried_again(self, rig: NetworkRig) -> None:
        rig.ask_to_wait()
        with pytest.raises(SendFailed) as caught:
            rig.channel.send(rig.outgoing(), NOW)
        assert (caught.value.retryable, caught.value.code) == (True, Code.BUSY)
        rig.channel.send(rig.outgoing(), NOW)
        rig.phone.expects("4F7K2-1")
        rig.phone.expects_nothing()

    def test_an_answer_lost_after_the_message_left_is_ambiguous(self, rig: NetworkRig) -> None:
        rig.lose_answer()
        with pytest.raises(Ambiguous) as caught:
            rig.channel.send(rig.outgoing(), NOW)
        assert caught.value.retryable
        rig.phone.expects("4F7K2-1")

    def test_a_failure_carries_neither_address_nor_text_into_a_log(self, rig: NetworkRig) -> None:
        rig.refuse_address()
        with pytest.raises(SendFailed) as caught:
            rig.channel.send(rig.outgoing(), NOW)
        error = caught.value
        assert error.__cause__ is None
        assert error.__context__ is None
        assert rig.to not in f"{error!r} {error}"
