"""What the Twilio tests share."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from contract import NetworkRig
from fakes.twilio_network import ACCOUNT_SID, AUTH_TOKEN, SENDER, Fault, TwilioNetwork

from deconflict.channels.twilio_sms import TwilioSms

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
    public_base_url: str = BASE


def rig_of(network: TwilioNetwork) -> NetworkRig:
    """The channel, pointed at this network, with a short patience."""
    channel = TwilioSms(Settings(network.base_url), timeout_s=0.5)

    def unplug() -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
        channel._client.http_client._netloc = f"127.0.0.1:{port}"

    return NetworkRig(
        channel=channel,
        to=TO,
        phone=network.phone(TO),
        unplug=unplug,
        refuse_address=lambda: network.breaks(Fault.ERROR, status=400, code=21211),
        ask_to_wait=lambda: network.breaks(Fault.ERROR, status=429, code=20429),
        lose_answer=lambda: network.breaks(Fault.RESET_AFTER_ACCEPT),
    )
