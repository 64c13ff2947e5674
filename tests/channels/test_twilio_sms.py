from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from contract import NOW, ListContract, ListRig
from fakes.twilio_network import SENDER, Fault, TwilioNetwork
from twilio_rig import BASE, INBOUND, TO, Settings, rig_of

from deconflict.channels.port import Ambiguous, Code, Receipt, SendFailed, Status
from deconflict.channels.twilio_sms import TwilioSms, from_settings


@pytest.fixture
def rig(network: TwilioNetwork) -> ListRig:
    return rig_of(network)


class TestTwilioKeepsTheContract(ListContract):
    pass


def test_a_request_carries_sender_callback_and_remaining_life(rig: ListRig, network: TwilioNetwork) -> None:
    reference = rig.channel.send(rig.outgoing(), NOW)
    sent = network.last_to(TO)
    assert sent.sid == reference
    assert sent.form == {
        "To": TO,
        "From": SENDER,
        "Body": "File 4F7K2-1: log in. Code 4821.",
        "ValidityPeriod": "10800",
        "Attempt": "1",
        "StatusCallback": BASE + "/hooks/twilio/status/t0k3n-of-1#rc=2&rp=ct,rt,5xx",
    }


@pytest.mark.parametrize(("life_s", "sent_s"), [(0.2, "1"), (61, "61"), (36_000, "36000"), (90_000, "36000")])
def test_validity_is_the_remaining_life_within_the_provider_s_limits(
    rig: ListRig, network: TwilioNetwork, life_s: float, sent_s: str
) -> None:
    rig.channel.send(replace(rig.outgoing(), useful_until=NOW + timedelta(seconds=life_s)), NOW)
    assert network.last_to(TO).form["ValidityPeriod"] == sent_s


def test_a_messaging_service_chooses_the_sender_itself(network: TwilioNetwork, rig: ListRig) -> None:
    service = "MG" + "1" * 32
    channel = TwilioSms(Settings(network.base_url, twilio_messaging_service_sid=service))
    channel.send(rig.outgoing(), NOW)
    form = network.last_to(TO).form
    assert form["MessagingServiceSid"] == service
    assert "From" not in form


def test_a_stray_edge_in_the_environment_changes_nothing(
    network: TwilioNetwork, rig: ListRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    TwilioSms(Settings(network.base_url)).send(rig.outgoing(), NOW)
    network.phone(TO).expects("4F7K2-1")


def test_a_hanging_provider_is_given_up_and_ambiguous(rig: ListRig, network: TwilioNetwork) -> None:
    network.breaks(Fault.HANG)
    with pytest.raises(Ambiguous):
        rig.channel.send(rig.outgoing(), NOW)


@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.NO_SID, Fault.RESET_AFTER_ACCEPT])
def test_an_accepted_message_without_a_usable_answer_is_ambiguous(
    rig: ListRig, network: TwilioNetwork, fault: Fault
) -> None:
    network.breaks(fault)
    with pytest.raises(Ambiguous):
        rig.channel.send(rig.outgoing(), NOW)
    network.phone(TO).expects("4F7K2-1")


PERMANENT = [
    21211,
    21212,
    21408,
    21602,
    21603,
    21604,
    21606,
    21610,
    21612,
    21614,
    21617,
    30004,
    30005,
    30006,
    30007,
    30034,
]


@pytest.mark.parametrize("number", PERMANENT)
def test_a_permanent_error_is_not_tried_again(rig: ListRig, network: TwilioNetwork, number: int) -> None:
    network.breaks(Fault.ERROR, status=400, code=number)
    with pytest.raises(SendFailed) as caught:
        rig.channel.send(rig.outgoing(), NOW)
    assert not caught.value.retryable
    assert caught.value.code in set(Code)


@pytest.mark.parametrize(
    ("status", "number", "code"),
    [
        (429, 20429, Code.BUSY),
        (400, 21611, Code.BUSY),
        (401, 20003, Code.ACCOUNT),
        (500, 20500, Code.PROVIDER),
        (503, 20503, Code.PROVIDER),
    ],
)
def test_a_passing_error_is_tried_again(
    rig: ListRig, network: TwilioNetwork, status: int, number: int, code: Code
) -> None:
    network.breaks(Fault.ERROR, status=status, code=number)
    with pytest.raises(SendFailed) as caught:
        rig.channel.send(rig.outgoing(), NOW)
    assert (caught.value.retryable, caught.value.code) == (True, code)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, Code.REFUSED),
        (403, Code.ACCOUNT),
        (404, Code.REFUSED),
        (429, Code.BUSY),
        (500, Code.PROVIDER),
        (302, Code.PROVIDER),
    ],
)
def test_an_error_page_of_something_in_between_is_understood_by_its_status(
    rig: ListRig, network: TwilioNetwork, status: int, code: Code
) -> None:
    network.breaks(Fault.BARE_ERROR, status=status)
    with pytest.raises(SendFailed) as caught:
        rig.channel.send(rig.outgoing(), NOW)
    assert caught.value.code == code


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_that_lost_the_provider_leaves_it_ambiguous(
    rig: ListRig, network: TwilioNetwork, status: int
) -> None:
    network.breaks(Fault.BARE_ERROR, status=status)
    with pytest.raises(Ambiguous):
        rig.channel.send(rig.outgoing(), NOW)


def test_after_an_opt_out_the_next_message_fails_for_good(rig: ListRig, network: TwilioNetwork) -> None:
    network.reply(TO, "STOP", INBOUND)
    with pytest.raises(SendFailed) as caught:
        rig.channel.send(rig.outgoing(), NOW)
    assert (caught.value.retryable, caught.value.code) == (False, Code.OPTED_OUT)


def test_the_attempt_is_told_to_the_provider(rig: ListRig, network: TwilioNetwork) -> None:
    rig.channel.send(replace(rig.outgoing(), attempt=3), NOW)
    assert network.last_to(TO).form["Attempt"] == "3"


def test_a_text_is_found_by_its_words_and_an_old_one_is_not_taken_for_it(rig: ListRig, network: TwilioNetwork) -> None:
    network.clock = lambda: NOW - timedelta(hours=1)
    rig.channel.send(rig.outgoing(), NOW)
    assert rig.channel.trace(rig.outgoing(), NOW, NOW) is None
    network.clock = lambda: NOW + timedelta(seconds=3)
    reference = rig.channel.send(rig.outgoing(), NOW)
    for number in range(120):  # a busy phone: the list has pages
        rig.channel.send(rig.outgoing(f"Another one, {number}", message_id=10 + number), NOW)
    assert (
        rig.channel.trace(rig.outgoing(), NOW, NOW) is None
    )  # beyond what is read: sent again rather than searched for
    rig.channel.send(rig.outgoing(), NOW)
    found = rig.channel.trace(rig.outgoing(), NOW, NOW)
    assert found is not None
    assert found.provider_ref != reference


def test_of_two_copies_the_one_that_did_not_fail_counts(rig: ListRig, network: TwilioNetwork) -> None:
    arrived = rig.channel.send(rig.outgoing(), NOW)
    network.becomes(network.last_to(TO), "delivered")
    rig.channel.send(rig.outgoing(), NOW)
    network.becomes(network.last_to(TO), "undelivered", 30003)
    assert rig.channel.trace(rig.outgoing(), NOW, NOW) == Receipt(arrived, Status.DELIVERED)


@pytest.fixture
def discreet(network: TwilioNetwork, rig: ListRig) -> ListRig:
    """An account that keeps no texts."""
    settings = Settings(network.base_url, twilio_content_retention="discard", twilio_address_retention="")
    return replace(rig, channel=TwilioSms(settings, timeout_s=0.5))


def test_where_texts_are_discarded_the_only_bare_entry_of_the_try_is_it(
    discreet: ListRig, network: TwilioNetwork
) -> None:
    discreet.lose_answer()
    with pytest.raises(Ambiguous):
        discreet.channel.send(discreet.outgoing(), NOW)
    sent = network.last_to(TO)
    assert sent.form["ContentRetention"] == "discard"
    network.becomes(sent, "delivered")
    assert discreet.channel.trace(discreet.outgoing(), NOW, NOW) == Receipt(sent.sid, Status.DELIVERED)
    known = replace(discreet.outgoing(), others=frozenset({sent.sid}))
    assert discreet.channel.trace(known, NOW, NOW) is None
    assert (
        discreet.channel.trace(discreet.outgoing(), NOW - timedelta(hours=1), NOW) is None
    )  # it began long before this
    discreet.channel.send(discreet.outgoing("Another text", message_id=2), NOW)
    network.becomes(network.last_to(TO), "delivered")
    assert discreet.channel.trace(discreet.outgoing(), NOW, NOW) is None  # which of the two, nobody can say


def test_an_obfuscated_number_is_not_found_again(rig: ListRig, network: TwilioNetwork) -> None:
    channel = TwilioSms(Settings(network.base_url, twilio_address_retention="obfuscate"))
    channel.send(rig.outgoing(), NOW)
    network.becomes(network.last_to(TO), "delivered")
    assert channel.trace(rig.outgoing(), NOW, NOW) is None


def test_an_account_that_may_not_discard_is_the_operator_s_to_mend(discreet: ListRig, network: TwilioNetwork) -> None:
    network.may_discard = False
    with pytest.raises(SendFailed) as caught:
        discreet.channel.send(discreet.outgoing(), NOW)
    assert (caught.value.retryable, caught.value.code) == (True, Code.ACCOUNT)
    discreet.phone.expects_nothing()


def test_only_a_sender_with_a_number_can_be_answered() -> None:
    here = Settings("http://127.0.0.1:1")
    assert TwilioSms(here).two_way
    assert TwilioSms(replace(here, twilio_from="24444")).two_way
    assert TwilioSms(replace(here, twilio_messaging_service_sid="MG" + "1" * 32, twilio_from="")).two_way
    assert not TwilioSms(replace(here, twilio_from="Carnet")).two_way


def test_settings_that_cannot_send_are_named() -> None:
    here = Settings("http://127.0.0.1:1")
    with pytest.raises(ValueError, match="TWILIO_AUTH_TOKEN"):
        TwilioSms(replace(here, twilio_auth_token=""))
    with pytest.raises(ValueError, match="TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM"):
        TwilioSms(replace(here, twilio_from=""))
    with pytest.raises(ValueError, match="TWILIO_BASE_URL"):
        TwilioSms(replace(here, twilio_base_url="127.0.0.1:1"))
    assert from_settings(replace(here, twilio_account_sid="")) is None
    assert from_settings(replace(here, twilio_from="")) is None  # an account for calls only
