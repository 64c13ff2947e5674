"""What Twilio's services share: its own client with a timeout, its own signature check, its codes turned into ours, and the
question of what became of a try.

Facts checked against Twilio's published API description: no idempotency parameter, so a request that left without an answer
stays ambiguous. Webhooks may come late, twice and out of order.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER, RequestValidator
from twilio.request_validator import get_signature_algorithm as algorithm_of
from twilio.rest import Client

from deconflict.channels import transport
from deconflict.channels.port import Ambiguous, BadSignature, Code, Hook, Outgoing, Receipt, SendFailed, Status

API = "https://api.twilio.com"
TIMEOUT_S = 10.0  # the client's own default waits for ever
RETRIES = "#rc=2&rp=ct,rt,5xx"  # of the webhook: a fragment, so it is neither sent nor signed
LISTED = 100  # entries read of a number's list, newest first: nobody is written to as often within an hour
CLOCKS_APART = timedelta(minutes=2)
LONGEST_TRY = timedelta(minutes=2)

logging.getLogger("twilio").setLevel(logging.WARNING)  # at INFO it prints every URL and header

T = TypeVar("T")

BY_ERROR = {
    13223: Code.BAD_ADDRESS,
    13224: Code.BAD_ADDRESS,
    13225: Code.SENDER,
    13227: Code.SENDER,
    14107: Code.BUSY,
    20003: Code.ACCOUNT,
    20005: Code.ACCOUNT,
    20429: Code.BUSY,
    21210: Code.SENDER,
    21211: Code.BAD_ADDRESS,
    21212: Code.SENDER,
    21214: Code.BAD_ADDRESS,
    21215: Code.SENDER,
    21217: Code.BAD_ADDRESS,
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
    30029: Code.ACCOUNT,  # the account may not discard or obfuscate: an operator can mend it while the message waits
    30034: Code.SENDER,
    30036: Code.EXPIRED,
}


class TwilioAccount(Protocol):
    """What every service needs to know. `twilio_base_url` is "" outside tests; the previous token is accepted on hooks
    while tokens are rotated; `twilio_voice_from` is the number calls come from, "" for an account that makes none."""

    @property
    def twilio_account_sid(self) -> str: ...
    @property
    def twilio_auth_token(self) -> str: ...
    @property
    def twilio_auth_token_previous(self) -> str: ...
    @property
    def twilio_voice_from(self) -> str: ...
    @property
    def twilio_base_url(self) -> str: ...
    @property
    def public_base_url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of Twilio's own list. `text` is None where it kept none: content was discarded, or it was a call."""

    created_at: datetime
    text: str | None
    receipt: Receipt


class TwilioApi:
    """One account: a client that keeps to the promises of a channel, and the check of its hooks."""

    def __init__(self, settings: TwilioAccount, timeout_s: float = TIMEOUT_S) -> None:
        """Raises ValueError, naming the variable, when the settings cannot send."""
        if not settings.twilio_auth_token:
            raise ValueError("TWILIO_AUTH_TOKEN is missing")
        http = _AtBaseUrl(settings.twilio_base_url or API, timeout_s)
        self.client = Client(settings.twilio_account_sid, settings.twilio_auth_token, http_client=http)
        # An empty secret would let anybody sign.
        tokens = (settings.twilio_auth_token, settings.twilio_auth_token_previous)
        self._validators = [RequestValidator(token) for token in tokens if token]

    def create(self, request: Callable[[], Any]) -> str:
        """The sid of what `request` made. Raises SendFailed."""
        made = self._answered(request)
        if not isinstance(made, SendFailed):
            if made.sid:
                return str(made.sid)
            made = Ambiguous()
        raise made  # outside `except`: the provider's error quotes the phone number, and would be logged as its context

    def ask(self, request: Callable[[], T]) -> T | None:
        """The answer to a question, None where Twilio knows of no such thing. Raises SendFailed."""
        answer = self._answered(request)
        if isinstance(answer, _Unknown):
            return None
        if isinstance(answer, SendFailed):
            raise transport.not_now(answer)
        return answer

    def trace(
        self, kept: Any, outgoing: Outgoing, tried_at: datetime, receipt_of: Callable[[Any], Receipt]
    ) -> Receipt | None:
        """What became of a try, from one of the client's lists: its messages or its calls. Raises SendFailed.

        Reads the number's list without asking for an hour: Twilio filters by when a message was sent, so that one still
        waiting in its queue would not be seen, and be sent again. Obfuscated numbers are not found.
        """
        listed = self.ask(
            lambda: [
                Listed(one.date_created, getattr(one, "body", None) or None, receipt_of(one))
                for one in kept.list(to=outgoing.to, limit=LISTED, page_size=LISTED)
                if one.direction != "inbound" and one.date_created
            ]
        )
        return traced(listed or (), outgoing.text, tried_at, outgoing.others)

    def signed(self, hook: Hook) -> dict[str, str]:
        """The form of a hook. Raises BadSignature unless Twilio signed it with one of our tokens."""
        form = dict(hook.form or {})
        signature = hook.header(SIGNATURE_HEADER)
        algorithm = algorithm_of(hook.header(SIGNATURE_SETTINGS_HEADER))
        try:
            if signature and any(v.validate(hook.url, form, signature, algorithm) for v in self._validators):
                return form
        except (ValueError, TypeError):  # an address or a form that no provider writes
            pass
        raise BadSignature

    def _answered(self, request: Callable[[], T]) -> T | SendFailed:
        try:
            return request()
        except TwilioException as error:
            return _of_answer(error)
        except requests.RequestException as error:
            return transport.of_transport(error)
        except (ValueError, TypeError, AttributeError, KeyError):  # taken, and the answer is not what it should be
            return Ambiguous()


def traced(listed: Iterable[Listed], text: str, tried_at: datetime, others: frozenset[str]) -> Receipt | None:
    """Which entry is the try that began at `tried_at`, if one surely is.

    Our texts carry reference, counter and code, so an equal text is ours. An entry that kept no text is ours only if it
    began during the try, no other message is known to be it, and it is the only one: telling somebody twice is better
    than taking somebody else's message for his.
    """
    young = [
        one for one in listed if one.created_at >= tried_at - CLOCKS_APART and one.receipt.provider_ref not in others
    ]
    same = [one for one in young if one.text == text]
    if same:
        return max(same, key=lambda one: (one.receipt.status is not Status.FAILED, one.created_at)).receipt
    bare = [one for one in young if one.text is None and one.created_at <= tried_at + LONGEST_TRY + CLOCKS_APART]
    return bare[0].receipt if len(bare) == 1 else None


def failure_code(error: object) -> Code:
    """Ours for Twilio's error number, however it is written."""
    written = str(error or "")
    return BY_ERROR.get(int(written), Code.PROVIDER) if written.isdecimal() else Code.PROVIDER


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


class _Unknown(SendFailed):
    """Twilio has no such thing."""


def _of_answer(error: TwilioException) -> SendFailed:
    answer = error.args[-1] if error.args else None  # of a list, the client hands on the bare answer
    http = int(getattr(error, "status", 0) or getattr(answer, "status_code", 0) or 0)
    by_status = transport.of_status(http)
    if isinstance(by_status, Ambiguous):
        return by_status
    number = getattr(error, "code", None)
    code = BY_ERROR.get(number) if isinstance(number, int) else None
    if code is not None:
        return SendFailed.because(code)
    return _Unknown(by_status.retryable, by_status.code) if http == 404 else by_status
