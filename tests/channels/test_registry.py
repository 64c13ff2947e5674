from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest

from deconflict.channels.port import Channel, Outgoing
from deconflict.channels.registry import channels_for


@dataclass(frozen=True)
class Settings:
    twilio_account_sid: str = "AC" + "0" * 32
    twilio_auth_token: str = "token"
    twilio_auth_token_previous: str = ""
    twilio_messaging_service_sid: str = ""
    twilio_from: str = "+22370000099"
    twilio_base_url: str = ""
    smtp_url: str = "smtp://mail.example"
    smtp_ca_file: str = ""
    mail_from: str = "desk@deconflict.example"
    public_base_url: str = "https://desk.example.org"
    demo: bool = False


def sink(*, carries: str, outgoing: Outgoing, reference: str, at: datetime) -> None:
    raise AssertionError("nothing is sent here")


def carried(channels: dict[str, Channel]) -> dict[str, str]:
    return {name: channel.carries for name, channel in channels.items()}


def test_every_configured_provider_is_there_by_name() -> None:
    assert carried(channels_for(Settings())) == {"twilio": "sms", "smtp": "email"}
    assert carried(channels_for(Settings(twilio_account_sid=""))) == {"smtp": "email"}
    assert carried(channels_for(Settings(twilio_account_sid="", smtp_url=""))) == {}


def test_a_demo_never_rings_whatever_else_is_configured() -> None:
    channels = channels_for(Settings(demo=True), sink=sink, demo_secret="a secret of the demo")
    assert carried(channels) == {"demo_sms": "sms", "demo_email": "email"}


def test_a_demo_without_a_place_for_its_messages_is_refused() -> None:
    with pytest.raises(ValueError, match="sink"):
        channels_for(Settings(demo=True))


def test_settings_that_cannot_send_stop_the_start() -> None:
    with pytest.raises(ValueError, match="TWILIO_FROM"):
        channels_for(Settings(twilio_from=""))
