from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from fakes.sim_box import SimBox
from fakes.sms_gateway import SmsGateway

from deconflict.channels.port import Channel, Outgoing
from deconflict.channels.registry import channels_for
from deconflict.channels.smtp import SmtpMail


@dataclass(frozen=True)
class Settings:
    twilio_account_sid: str = "AC" + "0" * 32
    twilio_auth_token: str = "token"
    twilio_auth_token_previous: str = ""
    twilio_messaging_service_sid: str = ""
    twilio_from: str = "+22370000099"
    twilio_voice_from: str = ""
    twilio_content_retention: str = ""
    twilio_address_retention: str = ""
    voice_folder: Path = Path("/nonexistent")
    sms_gateway_file: str = ""
    sim_database: str = ""
    channels: tuple[str, ...] = ()
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
    calls = Settings(twilio_voice_from="+22370000098")
    assert carried(channels_for(calls)) == {"twilio": "sms", "twilio_voice": "voice", "smtp": "email"}


@pytest.fixture
def everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Three ways to send a text, one to call, one to write."""
    monkeypatch.setenv("GATEWAY_TOKEN", "x")
    monkeypatch.setenv("GATEWAY_HOOK_SECRET", "y")
    with SmsGateway() as gateway:
        (tmp_path / "gateway.toml").write_text(gateway.description, encoding="utf-8")
    sim = str(SimBox(tmp_path).path)
    return Settings(twilio_voice_from="+22370000098", sms_gateway_file=str(tmp_path / "gateway.toml"), sim_database=sim)


def test_several_may_carry_the_same_kind_and_the_preferred_come_first(everything: Settings) -> None:
    assert list(channels_for(everything)) == ["twilio", "local_sms", "sim", "twilio_voice", "smtp"]
    preferred = replace(everything, channels=("sim", "smtp"))
    assert list(channels_for(preferred)) == ["sim", "smtp", "twilio", "local_sms", "twilio_voice"]


def test_a_preferred_channel_that_is_not_there_stops_the_start(everything: Settings) -> None:
    with pytest.raises(ValueError, match="CHANNELS: pigeon is not configured; there are twilio, local_sms"):
        channels_for(replace(everything, channels=("pigeon",)))


def test_two_channels_of_one_name_stop_the_start(everything: Settings) -> None:
    path = Path(everything.sms_gateway_file)
    path.write_text(path.read_text(encoding="utf-8").replace("local_sms", "twilio"), encoding="utf-8")
    with pytest.raises(ValueError, match="two channels are called twilio"):
        channels_for(everything)


def test_answers_expected_and_a_sender_that_takes_none_stop_the_start(everything: Settings) -> None:
    assert channels_for(everything, two_way_sms=True)
    letters = replace(everything, twilio_from="Carnet")
    assert channels_for(letters, two_way_sms=False)
    with pytest.raises(ValueError, match=r"two_way_sms is true .* a text of twilio:"):
        channels_for(letters, two_way_sms=True)
    path = Path(everything.sms_gateway_file)
    head, _, tail = path.read_text(encoding="utf-8").partition("[reply]")
    path.write_text(head + tail[tail.index("[signature]") :], encoding="utf-8")
    with pytest.raises(ValueError, match="a text of local_sms:"):
        channels_for(everything, two_way_sms=True)


def test_mail_carries_no_texts_and_may_stay_one_way() -> None:
    assert not SmtpMail(Settings()).two_way
    assert channels_for(Settings(twilio_account_sid=""), two_way_sms=True)


def test_a_demo_never_rings_whatever_else_is_configured() -> None:
    channels = channels_for(Settings(demo=True), sink=sink, demo_secret="a secret of the demo")
    assert carried(channels) == {"demo_sms": "sms", "demo_voice": "voice", "demo_email": "email"}


def test_a_demo_without_a_place_for_its_messages_is_refused() -> None:
    with pytest.raises(ValueError, match="sink"):
        channels_for(Settings(demo=True))


def test_settings_that_cannot_send_stop_the_start() -> None:
    with pytest.raises(ValueError, match="TWILIO_FROM"):
        channels_for(Settings(twilio_from=""))
