"""What every channel must do, whoever the provider: subclass, give a `rig` fixture, inherit the tests."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes.phones import Phone

from deconflict.channels.port import (
    Ambiguous,
    BadSignature,
    Channel,
    Code,
    Collecting,
    Hook,
    Outgoing,
    Receipt,
    Reply,
    SendFailed,
    Status,
)
from deconflict.channels.texts import render_voice

NOW = datetime(2019, 12, 9, 6, 0, tzinfo=UTC)
URL = "https://desk.example.org/hooks/somebody/status/t0k3n"


def closed_port() -> int:
    """Nobody listens there."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return int(closed.getsockname()[1])


@dataclass(frozen=True)
class Rig:
    """One channel, the address its messages go to, and what arrives there."""

    channel: Channel
    to: str
    phone: Phone

    def outgoing(self, text: str = "File 4F7K2-1: log in. Code 4821.", message_id: int = 1) -> Outgoing:
        """Calls have a script too, which says something else than `text` where it was recorded."""
        script = render_voice("officer_critical", "en", reference="4F7K2")[1]
        return Outgoing(
            message_id=message_id,
            to=self.to,
            text=text,
            subject="File 4F7K2-1: log in" if self.channel.carries == "email" else "",
            script=script if self.channel.carries == "voice" else None,
            useful_until=NOW + timedelta(hours=3),
            callback_token=f"t0k3n-of-{message_id}",
        )


@dataclass(frozen=True)
class FailingRig(Rig):
    """A rig whose provider can be made to fail. Each callable strikes the next message."""

    unplug: Callable[[], None]
    ask_to_wait: Callable[[], None]


@dataclass(frozen=True)
class NetworkRig(FailingRig):
    """A rig with a network between us and the provider, who knows which addresses exist."""

    refuse_address: Callable[[], None]
    lose_answer: Callable[[], None]


@dataclass(frozen=True)
class ListRig(NetworkRig):
    """A rig whose provider keeps a list of what it took. `becomes` is what it says of the newest from now on."""

    becomes: Callable[[Status], None]


@dataclass(frozen=True)
class BoxRig(FailingRig):
    """A rig whose news is fetched. `becomes`: as above; `answers`: somebody writes back."""

    becomes: Callable[[Status], None]
    answers: Callable[[str], None]


class ChannelContract:
    """For every channel."""

    def test_it_is_a_channel_with_a_name_fit_for_an_address(self, rig: Rig) -> None:
        assert isinstance(rig.channel, Channel)
        assert rig.channel.name.replace("_", "").isalnum()
        assert rig.channel.carries in ("sms", "email", "voice")
        assert rig.channel.two_way in (True, False)
        assert rig.channel.carries == "sms" or not rig.channel.two_way

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
            {"X-Twilio-Signature": "AAAA", "X-Demo-Signature": "AAAA", "X-Gateway-Signature": "AAAA"},
            {"X-Twilio-Signature": "é", "X-Demo-Signature": "é", "X-Gateway-Signature": "é"},
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

    def test_it_knows_nothing_of_what_was_never_handed_over(self, rig: Rig) -> None:
        assert rig.channel.trace(rig.outgoing(), NOW, NOW) is None
        assert rig.channel.status_of("never-heard-of", NOW) is None

    def test_a_message_shown_in_a_log_names_nobody(self, rig: Rig) -> None:
        outgoing = rig.outgoing()
        for private in (outgoing.to, outgoing.text, outgoing.callback_token):
            assert private not in repr(outgoing)


class FailingContract(ChannelContract):
    """For every channel whose provider may fail."""

    def test_a_provider_that_cannot_be_reached_got_nothing(self, rig: FailingRig) -> None:
        rig.unplug()
        with pytest.raises(SendFailed) as caught:
            rig.channel.send(rig.outgoing(), NOW)
        assert not isinstance(caught.value, Ambiguous)
        assert (caught.value.retryable, caught.value.code) == (True, Code.NETWORK)
        rig.phone.expects_nothing()

    def test_a_provider_that_asks_to_wait_is_tried_again(self, rig: FailingRig) -> None:
        rig.ask_to_wait()
        with pytest.raises(SendFailed) as caught:
            rig.channel.send(rig.outgoing(), NOW)
        assert (caught.value.retryable, caught.value.code) == (True, Code.BUSY)
        rig.channel.send(rig.outgoing(), NOW)
        rig.phone.expects("4F7K2-1")
        rig.phone.expects_nothing()


class NetworkContract(FailingContract):
    """For every channel with a network between us and the provider."""

    def test_an_address_that_does_not_exist_is_not_tried_again(self, rig: NetworkRig) -> None:
        rig.refuse_address()
        with pytest.raises(SendFailed) as caught:
            rig.channel.send(rig.outgoing(), NOW)
        assert (caught.value.retryable, caught.value.code) == (False, Code.BAD_ADDRESS)
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


class ListContract(NetworkContract):
    """For every channel whose provider can be asked."""

    def test_a_lost_answer_is_found_in_the_provider_s_list(self, rig: ListRig) -> None:
        rig.lose_answer()
        with pytest.raises(Ambiguous):
            rig.channel.send(rig.outgoing(), NOW)
        found = rig.channel.trace(rig.outgoing(), NOW, NOW + timedelta(seconds=40))
        assert found is not None
        assert (found.status, found.code) == (Status.QUEUED, None)
        rig.becomes(Status.DELIVERED)
        later = rig.channel.trace(rig.outgoing(), NOW, NOW + timedelta(hours=1))
        assert later == Receipt(found.provider_ref, Status.DELIVERED)

    def test_what_it_never_took_is_not_in_its_list(self, rig: ListRig) -> None:
        other = rig.channel.send(rig.outgoing("Something else.", message_id=7), NOW)
        rig.ask_to_wait()
        with pytest.raises(SendFailed):
            rig.channel.send(rig.outgoing(), NOW)
        assert rig.channel.trace(replace(rig.outgoing(), others=frozenset({other})), NOW, NOW) is None

    def test_a_receipt_that_never_came_is_asked_for(self, rig: ListRig) -> None:
        reference = rig.channel.send(rig.outgoing(), NOW)
        assert rig.channel.status_of(reference, NOW) == Receipt(reference, Status.QUEUED)
        rig.becomes(Status.DELIVERED)
        assert rig.channel.status_of(reference, NOW) == Receipt(reference, Status.DELIVERED)
        rig.becomes(Status.FAILED)
        failed = rig.channel.status_of(reference, NOW)
        assert failed is not None
        assert failed.status is Status.FAILED
        assert failed.code in set(Code)

    def test_nothing_is_logged_that_names_a_phone_or_a_secret(
        self, rig: ListRig, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        reference = rig.channel.send(rig.outgoing(), NOW)
        rig.channel.status_of(reference, NOW)
        rig.channel.trace(rig.outgoing(), NOW, NOW)
        assert caplog.text == ""

    @pytest.mark.parametrize("question", ["trace", "status_of"])
    @pytest.mark.parametrize("fault", ["unplug", "ask_to_wait", "lose_answer"])
    def test_a_provider_that_does_not_answer_a_question_is_asked_again(
        self, rig: ListRig, question: str, fault: str
    ) -> None:
        reference = rig.channel.send(rig.outgoing(), NOW)
        getattr(rig, fault)()
        ask = {"trace": (rig.outgoing(), NOW, NOW), "status_of": (reference, NOW)}[question]
        with pytest.raises(SendFailed) as caught:
            getattr(rig.channel, question)(*ask)
        error = caught.value
        assert error.retryable
        assert not isinstance(error, Ambiguous)
        assert error.__context__ is None
        assert rig.to not in f"{error!r} {error}"


class BoxContract(FailingContract):
    """For every channel whose news is fetched. Nothing there is ambiguous."""

    def test_it_is_collected_from(self, rig: BoxRig) -> None:
        assert isinstance(rig.channel, Collecting)
        assert rig.channel.collect(NOW) == []

    def test_what_was_handed_over_before_is_not_handed_over_twice(self, rig: BoxRig) -> None:
        first = rig.channel.send(rig.outgoing(), NOW)
        assert rig.channel.send(rig.outgoing(), NOW) == first
        rig.phone.expects("4F7K2-1")
        rig.phone.expects_nothing()
        assert rig.channel.trace(rig.outgoing(), NOW, NOW) == rig.channel.status_of(first, NOW)

    def test_receipts_and_answers_stay_until_they_are_forgotten(self, rig: BoxRig) -> None:
        box = rig.channel
        assert isinstance(box, Collecting)
        reference = rig.channel.send(rig.outgoing(), NOW)
        rig.becomes(Status.SENT)
        rig.answers("OK 4F7K2 4821")
        heard = box.collect(NOW)
        assert heard[0] == Receipt(reference, Status.SENT)
        assert isinstance(heard[1], Reply)
        assert (heard[1].from_number, heard[1].text) == (rig.to, "OK 4F7K2 4821")
        assert box.collect(NOW) == heard
        box.forget(heard)
        assert box.collect(NOW) == []
        rig.becomes(Status.DELIVERED)
        assert box.collect(NOW) == [Receipt(reference, Status.DELIVERED)]
        box.forget(box.collect(NOW))
        assert box.collect(NOW) == []

    def test_what_failed_may_be_handed_over_again(self, rig: BoxRig) -> None:
        first = rig.channel.send(rig.outgoing(), NOW)
        rig.becomes(Status.FAILED)
        again = rig.channel.send(rig.outgoing(), NOW)
        assert again != first
        failed = rig.channel.status_of(first, NOW)
        assert failed is not None
        assert failed.status is Status.FAILED
