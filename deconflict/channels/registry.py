"""Which channels this server has: one line per provider."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from deconflict.channels import smtp, twilio_sms
from deconflict.channels.demo import DemoChannel, Sink
from deconflict.channels.port import Channel


class ChannelSettings(twilio_sms.TwilioSettings, smtp.SmtpSettings, Protocol):
    """The settings every provider reads its own part of."""

    @property
    def demo(self) -> bool: ...


def channels_for(settings: ChannelSettings, *, sink: Sink | None = None, demo_secret: str = "") -> dict[str, Channel]:
    """The configured channels by name, in order of preference. In demo mode only the fake phones and mailboxes, whatever
    else is configured: a demo must never ring. Raises ValueError, naming the variable, for settings that cannot send."""
    if settings.demo:
        if sink is None:
            raise ValueError("demo mode needs a sink")
        return _by_name(DemoChannel(carries, sink, demo_secret) for carries in ("sms", "email"))
    return _by_name(
        [
            twilio_sms.from_settings(settings),
            smtp.from_settings(settings),
        ]
    )


def _by_name(channels: Iterable[Channel | None]) -> dict[str, Channel]:
    return {channel.name: channel for channel in channels if channel is not None}
