"""SMS through any gateway that speaks HTTP, as SMS_GATEWAY_FILE describes it: no line of code for a provider.

No redirect is followed, answers are read up to a limit and for a limited time, and every address comes from the description.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import requests

from deconflict.channels import transport
from deconflict.channels.port import (
    Ambiguous,
    BadSignature,
    Code,
    Heard,
    Hook,
    Outgoing,
    Receipt,
    Reply,
    SendFailed,
    Status,
)
from deconflict.domain.sms import opts_in, opts_out
from deconflict.schemas.gateway_file import ENV, PLACEHOLDER, Find, Gateway, Inbound, Request, Signature, read_gateway

CONNECT_S = 5.0
ANSWER_BYTES = 64 * 1024


class GatewaySettings(Protocol):
    """What this provider needs to know; `sms_gateway_file` is "" without one."""

    @property
    def sms_gateway_file(self) -> str: ...
    @property
    def public_base_url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    text: str
    form: Mapping[str, str]

    def find(self, where: Find | None) -> str | None:
        """The value that stands there, None when nothing does."""
        if where is None:
            return None
        if where.form:
            return self.form.get(where.form)
        if where.regex:
            match = re.search(where.regex, self.text)
            return match[1] if match else None
        return _in_json(self.text, where.json)


class HttpGateway:
    """The `Channel` of one described gateway."""

    carries = "sms"

    def __init__(self, gateway: Gateway, public_base_url: str) -> None:
        self._gateway = gateway
        self._secrets = {ENV + name: value for name, value in gateway.secrets.items()}
        self._callback = f"{public_base_url.rstrip('/')}/hooks/{gateway.name}/status/"

    @property
    def name(self) -> str:
        return self._gateway.name

    @property
    def two_way(self) -> bool:
        return self._gateway.reply is not None

    def send(self, outgoing: Outgoing, now: datetime) -> str:
        outgoing.life_s(now)
        asked = self._gateway.send
        answer = self._ask(asked, self._values_of(outgoing))
        if answer.status not in asked.success_status:
            raise self._refusal(answer, asked, transport.of_status(answer.status))
        if asked.success is not None:
            word = answer.find(asked.success)
            if word is None:  # taken or not: this answer does not say
                raise Ambiguous
            if word not in asked.success_words:
                raise self._refusal(answer, asked, SendFailed.because(Code.REFUSED))
        if asked.provider_ref is None:
            return outgoing.own_reference
        reference = answer.find(asked.provider_ref)
        if not reference:
            raise Ambiguous
        return reference

    def trace(self, outgoing: Outgoing, tried_at: datetime, now: datetime) -> Receipt | None:
        if self._gateway.trace is None:
            return None
        return self._state(self._gateway.trace, self._values_of(outgoing))

    def status_of(self, provider_ref: str, now: datetime) -> Receipt | None:
        if self._gateway.status is None:
            return None
        return self._state(self._gateway.status, {"provider_ref": provider_ref}, provider_ref)

    def read_hook(self, hook: Hook) -> Heard:
        signature = self._gateway.signature
        if signature is None or not _is_signed(hook, signature, self._fill(signature.secret, {})):
            raise BadSignature
        said = _Answer(200, hook.body.decode("utf-8", "replace"), hook.form or {})
        receipt, reply = self._gateway.receipt, self._gateway.reply
        heard = (receipt and self._receipt(said, receipt)) or (reply and _reply(said, reply))
        if not heard:
            raise BadSignature
        return heard

    def _values_of(self, outgoing: Outgoing) -> dict[str, str]:
        return {
            "to": outgoing.to,
            "to_digits": outgoing.to.removeprefix("+"),
            "text": outgoing.text,
            "reference": outgoing.own_reference,
            "callback": self._callback + outgoing.callback_token,
        }

    def _ask(self, asked: Request, values: Mapping[str, str]) -> _Answer:
        answer = self._answered(asked, values)
        if isinstance(answer, SendFailed):
            raise answer  # outside `except`: the library's error quotes the address asked, and would be logged as its context
        return answer

    def _answered(self, asked: Request, values: Mapping[str, str]) -> _Answer | SendFailed:
        begun = False
        try:
            patience = (CONNECT_S, self._gateway.timeout_s)
            with requests.request(timeout=patience, **self._written(asked, values)) as response:
                begun = True
                text = _bounded(response, time.monotonic() + self._gateway.timeout_s)
                return _Answer(response.status_code, text.decode("utf-8", "replace"), {})
        except ValueError:  # an address or a header that cannot be written
            return SendFailed.because(Code.REFUSED)
        except requests.RequestException as error:
            return Ambiguous() if begun else transport.of_transport(error)

    def _written(self, asked: Request, values: Mapping[str, str]) -> dict[str, Any]:
        """The request in the words of the library."""
        place = {"json": "json", "form": "data", "query": "params"}[asked.encoding]
        return {
            "method": asked.method,
            "url": self._fill(asked.url, {name: quote(value, safe="") for name, value in values.items()}),
            "headers": self._fill(asked.headers, values),
            "auth": (self._fill(asked.user, {}), self._fill(asked.password, {})) if asked.user else None,
            "allow_redirects": False,
            "stream": True,
            place: self._fill(asked.params, values),
        }

    def _fill(self, template: Any, values: Mapping[str, str]) -> Any:
        """The template with its placeholders replaced, in every text within it."""
        if isinstance(template, str):
            known = {**values, **self._secrets}
            return PLACEHOLDER.sub(lambda match: known[match[1]], template)
        if isinstance(template, Mapping):
            return {key: self._fill(value, values) for key, value in template.items()}
        if isinstance(template, list):
            return [self._fill(value, values) for value in template]
        return template

    def _refusal(self, answer: _Answer, asked: Request, otherwise: SendFailed) -> SendFailed:
        word = answer.find(asked.code) or ""
        code = Code(self._gateway.codes[word]) if word in self._gateway.codes else None
        return SendFailed.because(code) if code and not isinstance(otherwise, Ambiguous) else otherwise

    def _state(self, asked: Request, values: Mapping[str, str], provider_ref: str = "") -> Receipt | None:
        answer = self._answered(asked, values)
        if isinstance(answer, SendFailed):
            raise transport.not_now(answer)
        if answer.status == 404:
            return None
        if answer.status not in asked.success_status:
            raise transport.not_now(transport.of_status(answer.status))
        reference = answer.find(asked.provider_ref) or provider_ref
        return self._receipt_of(reference, answer.find(asked.state), answer.find(asked.code))

    def _receipt(self, said: _Answer, where: Inbound) -> Receipt | None:
        reference = said.find(where.provider_ref)
        return self._receipt_of(reference, said.find(where.state), said.find(where.code))

    def _receipt_of(self, reference: str | None, word: str | None, code: str | None) -> Receipt | None:
        if not reference or word is None:
            return None
        status = Status(self._gateway.states.get(word, Status.QUEUED))  # a word nobody described moves nothing
        known = self._gateway.codes.get(code or "", Code.UNREACHABLE)
        return Receipt(reference, status, known if status is Status.FAILED else None)


def from_settings(settings: GatewaySettings, environ: Mapping[str, str] | None = None) -> HttpGateway | None:
    """The channel, or None when no gateway is described. Raises GatewayError (a ValueError) with every line that is wrong."""
    if not settings.sms_gateway_file:
        return None
    told = os.environ if environ is None else environ
    gateway = read_gateway(Path(settings.sms_gateway_file), frozenset(Code), lambda name: _secret(name, told))
    return HttpGateway(gateway, settings.public_base_url)


def _secret(name: str, environ: Mapping[str, str]) -> str:
    """NAME, or what stands in the file that NAME_FILE names."""
    path = environ.get(f"{name}_FILE", "")
    if environ.get(name) or not path:
        return environ.get(name, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _bounded(response: requests.Response, ends: float) -> bytes:
    """The body, unless it is too long or comes too slowly: each is a way of holding us up."""
    text = b""
    for letter in response.iter_content(1):  # more than one would be waited for until all have come
        text += letter
        if len(text) > ANSWER_BYTES or time.monotonic() > ends:
            raise requests.ReadTimeout
    return text


def _is_signed(hook: Hook, signature: Signature, secret: str) -> bool:
    given = hook.header(signature.header).encode("utf-8", "replace")
    if signature.kind == "secret":
        return hmac.compare_digest((signature.prefix + secret).encode(), given)
    signed = (hook.url.encode("utf-8", "replace") if signature.over == "url+body" else b"") + hook.body
    digest = hmac.new(secret.encode(), signed, getattr(hashlib, signature.digest)).digest()
    written = digest.hex() if signature.encoding == "hex" else base64.b64encode(digest).decode()
    return hmac.compare_digest((signature.prefix + written).encode(), given)


def _reply(said: _Answer, where: Inbound) -> Reply | None:
    number, text, reference = (said.find(place) for place in (where.from_number, where.text, where.provider_ref))
    if not number or text is None or not reference:
        return None
    return Reply("+" + number.removeprefix("+"), text, reference, opts_out(text), opts_in(text))


def _in_json(text: str, path: str) -> str | None:
    try:
        found: Any = json.loads(text)
        for name in path.split("."):
            found = found[int(name)] if isinstance(found, list) else found[name]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    if isinstance(found, bool):
        return str(found).lower()  # as it is written there
    return str(found) if isinstance(found, str | int) else None
