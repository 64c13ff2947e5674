"""SMS through Twilio: its own client with a timeout, its own signature check, and its codes turned into ours.

Facts checked against Twilio's published API description: validity 1 to 36000 s and no idempotency parameter, so a request
that left without an answer stays ambiguous. Webhooks may come late, twice and out of order.
"""

from __future__ import annotations

import logging
import math
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER, RequestValidator
from twilio.request_validator import get_signature_algorithm as algorithm_of
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from deconflict.channels.port import Ambiguous, BadSignature, Code, Hook, Outgoing, Receipt, Reply, SendFailed, Status
from deconflict.domain.sms import opts_out

API = "https://api.twilio.com"
TIMEOUT_S = 10.0  # the client's own default waits for ever
LONGEST_VALIDITY_S = 36_000
RETRIES = "#rc=2&rp=ct,rt,5xx"  # of the webhook: a fragment, so it is neither sent nor signed

logging.getLogger("twilio").setLevel(logging.WARNING)  # at INFO it prints every URL and header

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
_BY_ERROR = {
    14107: Code.BUSY,
    20003: Code.ACCOUNT,
    20005: Code.ACCOUNT,
    20429: Code.BUSY,
    21211: Code.BAD_ADDRESS,
    21212: Code.SENDER,
    21408: Code.SENDER,
    21602: Code.REFUSED,
    21603: Code.SENDER,
    21604: Code.BAD_ADDRESS,
    21606: Code.SENDER,
    21610: Code.OPTED_OUT,
    21611: Code.BUSY,
    21612: Code.SENDER,
    21614: Code.BAD_ADDRESS,
    21617: Code.REFUSED,
    30001: Code.BUSY,
    30002: Code.ACCOUNT,
    30003: Code.UNREACHABLE,
    30004: Code.FILTERED,
    30005: Code.BAD_ADDRESS,
    30006: Code.BAD_ADDRESS,
    30007: Code.FILTERED,
    30008: Code.PROVIDER,
    30034: Code.SENDER,
    30036: Code.EXPIRED,
}
_BY_HTTP = {401: Code.ACCOUNT, 403: Code.ACCOUNT, 408: Code.BUSY, 429: Code.BUSY}


class TwilioSettings(Protocol):
    """What this provider needs to know. `twilio_base_url` is "" outside tests; the previous token is accepted on hooks
    while tokens are rotated."""

    @property
    def twilio_account_sid(self) -> str: ...
    @property
    def twilio_auth_token(self) -> str: ...
    @property
    def twilio_auth_token_previous(self) -> str: ...
    @property
    def twilio_messaging_service_sid(self) -> str: ...
    @property
    def twilio_from(self) -> str: ...
    @property
    def twilio_base_url(self) -> str: ...
    @property
    def public_base_url(self) -> str: ...


class TwilioSms:
    """The `Channel` of Twilio's Programmable Messaging."""

    name = "twilio"
    carries = "sms"

    def __init__(self, settings: TwilioSettings, timeout_s: float = TIMEOUT_S) -> None:
        """Raises ValueError, naming the variable, when the settings cannot send."""
        if not settings.twilio_auth_token:
            raise ValueError("TWILIO_AUTH_TOKEN is missing")
        if not (settings.twilio_messaging_service_sid or settings.twilio_from):
            raise ValueError("TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM is missing")
        http = _AtBaseUrl(settings.twilio_base_url or API, timeout_s)
        self._client = Client(settings.twilio_account_sid, settings.twilio_auth_token, http_client=http)
        self._sender = (
            {"messaging_service_sid": settings.twilio_messaging_service_sid}
            if settings.twilio_messaging_service_sid
            else {"from_": settings.twilio_from}
        )
        self._callback = settings.public_base_url.rstrip("/") + "/hooks/twilio/status/"
        # An empty secret would let anybody sign.
        tokens = (settings.twilio_auth_token, settings.twilio_auth_token_previous)
        self._validators = [RequestValidator(token) for token in tokens if token]

    def send(self, outgoing: Outgoing, now: datetime) -> str:
        life_s = min(math.ceil(outgoing.life_s(now)), LONGEST_VALIDITY_S)
        try:
            message = self._client.messages.create(
                to=outgoing.to,
                body=outgoing.text,
                validity_period=life_s,
                status_callback=self._callback + outgoing.callback_token + RETRIES,
                **self._sender,
            )
        except TwilioException as error:
            failure = _of_answer(error)
        except requests.RequestException as error:
            failure = _of_transport(error)
        except (ValueError, TypeError, AttributeError):  # accepted, and the answer is no JSON object
            failure = Ambiguous()
        else:
            if message.sid:
                return str(message.sid)
            failure = Ambiguous()
        raise failure  # outside `except`: the provider's error quotes the phone number, and would be logged as its context

    def read_hook(self, hook: Hook) -> Receipt | Reply:
        form = dict(hook.form or {})
        if not self._is_signed(hook, form):
            raise BadSignature
        sid = form.get("MessageSid") or form.get("SmsSid")
        if not sid:
            raise BadSignature
        if status := form.get("MessageStatus"):
            return _receipt(sid, status, form.get("ErrorCode"))
        if "Body" in form and form.get("From"):
            return Reply(form["From"], form["Body"], sid, form.get("OptOutType") == "STOP" or opts_out(form["Body"]))
        raise BadSignature

    def _is_signed(self, hook: Hook, form: dict[str, str]) -> bool:
        signature = hook.header(SIGNATURE_HEADER)
        algorithm = algorithm_of(hook.header(SIGNATURE_SETTINGS_HEADER))
        if not signature:
            return False
        try:
            return any(v.validate(hook.url, form, signature, algorithm) for v in self._validators)
        except (ValueError, TypeError):  # an address or a form that no provider writes
            return False


def from_settings(settings: TwilioSettings) -> TwilioSms | None:
    """The channel, or None when no account is configured."""
    return TwilioSms(settings) if settings.twilio_account_sid else None


class _AtBaseUrl(TwilioHttpClient):  # type: ignore[misc]
    """Sends every request to one host. Setting `base_url` on the client is not enough: a stray TWILIO_EDGE or
    TWILIO_REGION in the environment rewrites the host after it."""

    def __init__(self, base_url: str, timeout_s: float) -> None:
        super().__init__(timeout=timeout_s)
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"TWILIO_BASE_URL should look like {API}")
        self._scheme, self._netloc = parts.scheme, parts.netloc

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        there = urlunsplit(urlsplit(url)._replace(scheme=self._scheme, netloc=self._netloc))
        return super().request(method, there, *args, **kwargs)


def _receipt(sid: str, status: str, error: str | None) -> Receipt:
    if status not in _STATUS:
        return Receipt(sid, Status.QUEUED)  # a word of next year must not move anything
    if _STATUS[status] is not Status.FAILED:
        return Receipt(sid, _STATUS[status])
    number = int(error) if error and error.isdecimal() else 0
    return Receipt(sid, Status.FAILED, _BY_ERROR.get(number, Code.PROVIDER))


def _of_answer(error: TwilioException) -> SendFailed:
    http = int(getattr(error, "status", 0) or 0)
    if http in (502, 504):  # a gateway that lost the server behind it
        return Ambiguous()
    refused = Code.REFUSED if 400 <= http < 500 else Code.PROVIDER
    number = getattr(error, "code", None)
    code = _BY_ERROR.get(number) if isinstance(number, int) else None
    code = code or _BY_HTTP.get(http, refused)
    return SendFailed(code.retryable, code)


def _of_transport(error: requests.RequestException) -> SendFailed:
    """Before a connection stands nothing can have left; afterwards nobody knows."""
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    never_left = (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)
    if isinstance(error, never_left) or isinstance(reason, NewConnectionError):
        return SendFailed(Code.NETWORK.retryable, Code.NETWORK)
    return Ambiguous()
