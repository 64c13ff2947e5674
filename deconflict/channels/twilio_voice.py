"""Calls through Twilio: the words are sent with the call, said twice, and one key answers.

Recordings of the mission profile are played where the recipient's language has them; otherwise a machine reads the text out.
Whoever only picks up, and an answering machine, has acknowledged nothing.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, quote, urlsplit

from twilio.twiml.voice_response import Gather, VoiceResponse

from deconflict.channels.port import (
    Answer,
    BadSignature,
    Code,
    Heard,
    Hook,
    Outgoing,
    Pressed,
    Receipt,
    Script,
    Status,
    is_key,
)
from deconflict.channels.recordings import recordings_in
from deconflict.channels.texts import FALLBACK, Voice, voice_words
from deconflict.channels.twilio_api import RETRIES, TIMEOUT_S, TwilioAccount, TwilioApi, failure_code
from deconflict.domain.sms import spelled

READ_OUT = {"fr": "fr-FR", "en": "en-GB"}  # what Twilio's machine can say of our languages
ANSWERS = "129"  # received; received and cannot comply; wrong person
RING_S = 40  # before most networks' answering machines
CALL_S = 180  # twice the longest script, and time for a key
KEY_S = 8
TIMES_SAID = 2

_STATUS = {
    "queued": Status.QUEUED,
    "initiated": Status.QUEUED,
    "ringing": Status.QUEUED,
    "in-progress": Status.SENT,
    "answered": Status.SENT,
    "completed": Status.DELIVERED,
    "busy": Status.FAILED,
    "no-answer": Status.FAILED,
    "canceled": Status.FAILED,
    "failed": Status.FAILED,
}
_NOT_PICKED_UP = ("busy", "no-answer")


class VoiceSettings(TwilioAccount, Protocol):
    """What this provider needs to know; `voice_folder` holds the mission profile's recordings and may not exist."""

    @property
    def voice_folder(self) -> Path: ...


class TwilioVoice:
    """The `Channel` of Twilio's Programmable Voice."""

    name = "twilio_voice"
    carries = "voice"
    two_way = False

    def __init__(self, settings: VoiceSettings, timeout_s: float = TIMEOUT_S) -> None:
        """Raises ValueError, naming the variable or the recording, when the settings cannot call."""
        self._from = settings.twilio_voice_from
        if not (self._from.startswith("+") and self._from[1:].isdecimal()):
            raise ValueError("TWILIO_VOICE_FROM should look like +22370000000")
        self._api = TwilioApi(settings, timeout_s)
        self._recordings = recordings_in(settings.voice_folder)
        self._hooks = settings.public_base_url.rstrip("/") + "/hooks"

    def send(self, outgoing: Outgoing, now: datetime) -> str:
        outgoing.life_s(now)
        status = f"{self._hooks}/{self.name}/status/{outgoing.callback_token}{RETRIES}"
        return self._api.create(
            lambda: self._api.client.calls.create(
                to=outgoing.to,
                from_=self._from,
                twiml=self._twiml(outgoing),
                timeout=RING_S,
                time_limit=CALL_S,
                status_callback=status,
                # A person hears the words at once, while Twilio listens whether it is one.
                machine_detection="Enable",
                async_amd="true",
                async_amd_status_callback=status,
            )
        )

    def trace(self, outgoing: Outgoing, tried_at: datetime, now: datetime) -> Receipt | None:
        kept = self._api.client.calls
        return self._api.trace(kept, outgoing, tried_at, lambda one: _receipt(one.sid, one.status, one.answered_by))

    def status_of(self, provider_ref: str, now: datetime) -> Receipt | None:
        found: Any = self._api.ask(lambda: self._api.client.calls(provider_ref).fetch())
        return _receipt(provider_ref, found.status, found.answered_by) if found is not None else None

    def read_hook(self, hook: Hook) -> Heard:
        form = self._api.signed(hook)
        sid = form.get("CallSid")
        if not sid:
            raise BadSignature
        if is_key(form.get("Digits", "")):
            return Pressed(sid, form["Digits"])
        # What listened for a machine calls the same address, with `AnsweredBy` and no status.
        if "CallStatus" in form or "AnsweredBy" in form:
            return _receipt(sid, form.get("CallStatus"), form.get("AnsweredBy"), form.get("ErrorCode"))
        raise BadSignature

    def answer(self, hook: Hook, heard: Heard) -> Answer:
        """After a key that answers, thanks; after another one, which keys there are."""
        if not isinstance(heard, Pressed):
            return Answer()
        language = parse_qs(urlsplit(hook.url).query).get("l", [FALLBACK])[0]
        response = VoiceResponse()
        if heard.key in ANSWERS:
            self._say_part(response, Voice.THANKS, language)
            response.hangup()
        else:
            gather = response.gather(**_one_key(hook.url))
            self._say_part(gather, Voice.KEYS, language)
        return Answer(str(response), "text/xml")

    def recording(self, language: str, name: str) -> Path | None:
        return self._recordings.file(language, name)

    def _twiml(self, outgoing: Outgoing) -> str:
        script = outgoing.script
        written = script.written if script else FALLBACK
        recorded = script if script and self._recordings.knows(script.language) else None
        language = recorded.language if recorded else written
        action = f"{self._hooks}/{self.name}/key/{outgoing.callback_token}?l={quote(language, safe='')}"
        response = VoiceResponse()
        gather = response.gather(**_one_key(action))
        for _ in range(TIMES_SAID):
            gather.pause(length=1)
            if recorded:
                self._play(gather, recorded)
            else:
                _read_out(gather, outgoing.text, written)
        return str(response)

    def _play(self, gather: Gather, script: Script) -> None:
        files = self._recordings.parts(script.language, script.name, script.reference)
        if files is None:
            self._play_part(gather, script.name, script.language)
            _read_out(gather, spelled(script.reference), script.written)
        else:
            for name in files:
                gather.play(self._address(script.language, name))
        self._play_part(gather, Voice.KEYS, script.language)

    def _say_part(self, verb: VoiceResponse | Gather, part: Voice, language: str) -> None:
        if self._recordings.knows(language):
            self._play_part(verb, part, language)
        else:
            _read_out(verb, voice_words(part, language), language)

    def _play_part(self, verb: VoiceResponse | Gather, part: str, language: str) -> None:
        verb.play(self._address(language, self._recordings.files[language, part].name))

    def _address(self, language: str, name: str) -> str:
        return f"{self._hooks}/recordings/{quote(language, safe='')}/{name}"


def from_settings(settings: VoiceSettings) -> TwilioVoice | None:
    """The channel, or None when no account is configured, or one that makes no calls."""
    return TwilioVoice(settings) if settings.twilio_account_sid and settings.twilio_voice_from else None


def _one_key(action: str) -> dict[str, object]:
    return {"input": "dtmf", "num_digits": 1, "timeout": KEY_S, "action": action, "method": "POST"}


def _read_out(verb: VoiceResponse | Gather, text: str, language: str) -> None:
    verb.say(text, language=READ_OUT.get(language, READ_OUT[FALLBACK]))


def _receipt(sid: str, status: str | None, answered_by: str | None, error: object = None) -> Receipt:
    if str(answered_by or "").startswith(("machine", "fax")):
        return Receipt(sid, Status.FAILED, Code.UNREACHABLE)
    known = _STATUS.get(str(status), Status.QUEUED)  # a word of next year must not move anything
    if known is not Status.FAILED:
        return Receipt(sid, known)
    return Receipt(sid, known, Code.UNREACHABLE if status in _NOT_PICKED_UP else failure_code(error))
