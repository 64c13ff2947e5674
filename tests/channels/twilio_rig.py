"""What the Twilio tests share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract import NOW, ListRig, closed_port
from fakes.twilio_network import ACCOUNT_SID, AUTH_TOKEN, SENDER, Fault, SignedHook, TwilioNetwork

from deconflict.channels.port import Hook, Status
from deconflict.channels.twilio_sms import TwilioSms
from deconflict.channels.twilio_voice import TwilioVoice

TO = "+22370000001"
BASE = "https://desk.example.org"
INBOUND = BASE + "/hooks/twilio/inbound"


@dataclass(frozen=True)
class Settings:
    twilio_base_url: str
    twilio_account_sid: str = ACCOUNT_SID
    twilio_auth_token: str = AUTH_TOKEN
    twilio_auth_token_previous: str = ""
    twilio_messaging_service_sid: str = ""
    twilio_from: str = SENDER
    twilio_voice_from: str = SENDER
    twilio_content_retention: str = ""
    twilio_address_retention: str = ""
    voice_folder: Path = Path("/nonexistent")
    public_base_url: str = BASE


WORDS = {Status.SENT: "sent", Status.DELIVERED: "delivered", Status.FAILED: "undelivered"}
CALL_WORDS = {Status.SENT: "in-progress", Status.DELIVERED: "completed", Status.FAILED: "no-answer"}


def hook(signed: SignedHook) -> Hook:
    """The call as a channel reads it."""
    return Hook(signed.url, signed.form, signed.headers)


def rig_of(network: TwilioNetwork) -> ListRig:
    """Texts, pointed at this network, with a short patience."""
    channel = TwilioSms(Settings(network.base_url), timeout_s=0.5)
    return _rig(network, channel, network.phone(TO), lambda status: network.becomes(network.last_to(TO), WORDS[status]))


def call_rig_of(network: TwilioNetwork) -> ListRig:
    """Calls, pointed at this network, with a short patience."""
    channel = TwilioVoice(Settings(network.base_url), timeout_s=0.5)

    def becomes(status: Status) -> None:
        network.becomes(network.last_call_to(TO), CALL_WORDS[status])

    return _rig(network, channel, network.handset(TO), becomes)


def _rig(network: TwilioNetwork, channel: Any, phone: Any, becomes: Callable[[Status], None]) -> ListRig:
    network.clock = lambda: NOW

    def unplug() -> None:
        channel._api.client.http_client._netloc = f"127.0.0.1:{closed_port()}"

    return ListRig(
        channel=channel,
        to=TO,
        phone=phone,
        unplug=unplug,
        refuse_address=lambda: network.breaks(Fault.ERROR, status=400, code=21211),
        ask_to_wait=lambda: network.breaks(Fault.ERROR, status=429, code=20429),
        lose_answer=lambda: network.breaks(Fault.RESET_AFTER_ACCEPT),
        becomes=becomes,
    )
