"""SMS through Twilio. A validity of 1 to 36000 s keeps old news from arriving as fresh."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any, Protocol

from deconflict.channels.port import BadSignature, Heard, Hook, Outgoing, Receipt, Reply, Status
from deconflict.channels.twilio_api import RETRIES, TIMEOUT_S, TwilioAccount, TwilioApi, failure_code
from deconflict.domain.sms import opts_in, opts_out

LONGEST_VALIDITY_S = 36_000

_STATUS = {
    "accepted": Status.QUEUED,
    "scheduled": Status.QUEUED,
    "queued": Status.QUEUED,
    "sending": Status.QUEUED,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "partially_delivered": Status.FAILED,
    "undelivered": Status.FAILED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}


class TwilioSettings(TwilioAccount, Protocol):
    """What this provider needs to know. The retentions are "" (Twilio keeps texts and numbers), or "discard" and
    "obfuscate" where the account may ask for it: otherwise every message fails with error 30029."""

    @property
    def twilio_messaging_service_sid(self) -> str: ...
    @property
    def twilio_from(self) -> str: ...
    @property
    def twilio_content_retention(self) -> str: ...
    @property
    def twilio_address_retention(self) -> str: ...


class TwilioSms:
    """The `Channel` of Twilio's Programmable Messaging."""

    name = "twilio"
    carries = "sms"

    def __init__(self, settings: TwilioSettings, timeout_s: float = TIMEOUT_S) -> None:
        """Raises ValueError, naming the variable, when the settings cannot send."""
        if not (settings.twilio_messaging_service_sid or settings.twilio_from):
            raise ValueError("TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM is missing")
        self._api = TwilioApi(settings, timeout_s)
        self._options = {
            "messaging_service_sid": settings.twilio_messaging_service_sid,
            "from_": "" if settings.twilio_messaging_service_sid else settings.twilio_from,
            "content_retention": settings.twilio_content_retention,
            "address_retention": settings.twilio_address_retention,
        }
        self._callback = settings.public_base_url.rstrip("/") + f"/hooks/{self.name}/status/"

    @property
    def two_way(self) -> bool:
        """A sender made of letters takes no answer; a service chooses among its senders."""
        return not any(char.isalpha() for char in self._options["from_"])

    def send(self, outgoing: Outgoing, now: datetime) -> str:
        life_s = min(math.ceil(outgoing.life_s(now)), LONGEST_VALIDITY_S)
        return self._api.create(
            lambda: self._api.client.messages.create(
                to=outgoing.to,
                body=outgoing.text,
                validity_period=life_s,
                attempt=outgoing.attempt,
                status_callback=self._callback + outgoing.callback_token + RETRIES,
                **{name: value for name, value in self._options.items() if value},
            )
        )

    def trace(self, outgoing: Outgoing, tried_at: datetime, now: datetime) -> Receipt | None:
        kept = self._api.client.messages
        return self._api.trace(kept, outgoing, tried_at, lambda one: _receipt(one.sid, one.status, one.error_code))

    def status_of(self, provider_ref: str, now: datetime) -> Receipt | None:
        found: Any = self._api.ask(lambda: self._api.client.messages(provider_ref).fetch())
        return _receipt(provider_ref, found.status, found.error_code) if found is not None else None

    def read_hook(self, hook: Hook) -> Heard:
        form = self._api.signed(hook)
        sid = form.get("MessageSid") or form.get("SmsSid")
        if not sid:
            raise BadSignature
        if status := form.get("MessageStatus"):
            return _receipt(sid, status, form.get("ErrorCode"))
        if "Body" in form and form.get("From"):
            text, said = form["Body"], form.get("OptOutType")
            return Reply(form["From"], text, sid, said == "STOP" or opts_out(text), said == "START" or opts_in(text))
        raise BadSignature


def from_settings(settings: TwilioSettings) -> TwilioSms | None:
    """The channel, or None when no account is configured, or one for calls only."""
    has_sender = settings.twilio_messaging_service_sid or settings.twilio_from
    wanted = settings.twilio_account_sid and (has_sender or not settings.twilio_voice_from)
    return TwilioSms(settings) if wanted else None


def _receipt(sid: str, status: str | None, error: object) -> Receipt:
    known = _STATUS.get(str(status), Status.QUEUED)  # a word of next year must not move anything
    return Receipt(sid, known, failure_code(error) if known is Status.FAILED else None)
