"""Which channels this server has: one line per provider."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from deconflict.channels import gateway, sim, smtp, twilio_sms, twilio_voice
from deconflict.channels.demo import DemoChannel, Sink
from deconflict.channels.port import Channel


class ChannelSettings(
    twilio_sms.TwilioSettings,
    gateway.GatewaySettings,
    sim.SimSettings,
    twilio_voice.VoiceSettings,
    smtp.SmtpSettings,
    Protocol,
):
    """The settings every provider reads its own part of. `channels` are names, the preferred first; those it does not name
    come after them."""

    @property
    def demo(self) -> bool: ...
    @property
    def channels(self) -> tuple[str, ...]: ...


# Each makes its channel, or None where it is not configured. Without a preference the first of a kind is tried first.
PROVIDERS: tuple[Callable[[ChannelSettings], Channel | None], ...] = (
    twilio_sms.from_settings,
    gateway.from_settings,
    sim.from_settings,
    twilio_voice.from_settings,
    smtp.from_settings,
)


def channels_for(
    settings: ChannelSettings, *, two_way_sms: bool = False, sink: Sink | None = None, demo_secret: str = ""
) -> dict[str, Channel]:
    """The configured channels by name, in order of preference; several may carry the same kind. In demo mode only the fake
    phones and mailboxes, whatever else is configured: a demo must never ring. `two_way_sms`: the mission expects people to
    answer texts. Raises ValueError, naming the variable, for settings that cannot send."""
    if settings.demo:
        if sink is None:
            raise ValueError("demo mode needs a sink")
        return _by_name(DemoChannel(carries, sink, demo_secret) for carries in ("sms", "voice", "email"))
    channels = _by_name(channel for provider in PROVIDERS if (channel := provider(settings)) is not None)
    for name in settings.channels:
        if name not in channels:
            raise ValueError(f"CHANNELS: {name} is not configured; there are {', '.join(channels)}")
    _check_answers(channels.values(), two_way_sms)
    preferred = dict.fromkeys((*settings.channels, *channels))
    return {name: channels[name] for name in preferred}


def _by_name(channels: Iterable[Channel]) -> dict[str, Channel]:
    found: dict[str, Channel] = {}
    for channel in channels:
        if channel.name in found:
            raise ValueError(f"two channels are called {channel.name}; name the gateway of SMS_GATEWAY_FILE otherwise")
        found[channel.name] = channel
    return found


def _check_answers(channels: Iterable[Channel], two_way_sms: bool) -> None:
    """An answer to a sender that takes none is lost, and whoever wrote it believes to have been heard."""
    one_way = [channel.name for channel in channels if channel.carries == "sms" and not channel.two_way]
    if two_way_sms and one_way:
        raise ValueError(
            f"two_way_sms is true in mission.toml, and nobody can answer a text of {' or '.join(one_way)}: take a sender with"
            " a number (TWILIO_FROM), a gateway that hands on replies, or set two_way_sms to false"
        )
