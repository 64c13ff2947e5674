"""What the description of an SMS gateway may say (SMS_GATEWAY_FILE): how it is asked, what its answers mean, how it calls us.

config/sms-gateway.example.toml explains every key. Secrets never stand in it: `{env:NAME}` takes one from the environment,
or from the file that NAME_FILE names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, post_load, validate, validates, validates_schema

from deconflict.schemas.toml_fields import Loaded, Strict, choice, number, text
from deconflict.schemas.toml_file import Fault, read_toml
from deconflict.schemas.toml_lines import Path as KeyPath

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
OF_A_MESSAGE = {"to", "to_digits", "text", "reference", "callback"}
OF_A_QUESTION = {"provider_ref"}
OF_A_TRACE = {"to", "to_digits", "reference"}
ENV = "env:"
SECRET_KEYS = ("password", "authorization", "x-api-key", "apikey", "api-key")
STATES = ("queued", "sent", "delivered", "failed")


class GatewayError(ValueError):
    """The description is wrong: every problem, a line each: file:line: reason."""


@dataclass(frozen=True, slots=True)
class Find:
    """Where a value stands: `json` is a path of names and positions (`messages.0.id`), `form` a field of a form, `regex` is
    searched in the whole text and its first group taken. One of the three is set."""

    json: str = ""
    form: str = ""
    regex: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """How something is asked. Texts may hold placeholders; `params` nest for JSON and are flat otherwise."""

    method: str
    url: str = field(repr=False)
    encoding: str
    headers: Mapping[str, str] = field(repr=False)
    user: str = field(repr=False)
    password: str = field(repr=False)
    params: Mapping[str, Any] = field(repr=False)
    success_status: tuple[int, ...]
    success: Find | None
    success_words: tuple[str, ...]
    provider_ref: Find | None
    state: Find | None
    code: Find | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """What a call of the gateway says: a receipt has a state, a reply a number and a text."""

    provider_ref: Find
    state: Find | None = None
    code: Find | None = None
    from_number: Find | None = None
    text: Find | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """How a call of the gateway is known to be its own. `kind` "hmac": a header holds the HMAC of the body, or of the address
    and the body; "secret": the header is the secret itself."""

    kind: str
    header: str
    secret: str = field(repr=False)
    digest: str
    encoding: str
    over: str
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """One gateway. `states` and `codes` turn its words into ours; `secrets` are what `{env:NAME}` stands for, by name."""

    name: str
    timeout_s: float
    send: Request
    status: Request | None
    trace: Request | None
    receipt: Inbound | None
    reply: Inbound | None
    signature: Signature | None
    states: Mapping[str, str]
    codes: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


class FindSchema(Strict):
    json = fields.String(load_default="")
    form = fields.String(load_default="")
    regex = fields.String(load_default="")

    @validates("regex")
    def with_a_group(self, value: str, data_key: str) -> None:
        try:
            grouped = not value or re.compile(value).groups >= 1
        except re.error as error:
            raise ValidationError(f"Not a regular expression: {error}.") from None
        if not grouped:
            raise ValidationError("It needs a group in parentheses: what is found is the first one.")

    @validates_schema
    def only_one(self, data: Loaded, **_: Any) -> None:
        if sum(map(bool, data.values())) != 1:
            raise ValidationError("Exactly one of json, form and regex says where it stands.")

    @post_load
    def build(self, data: Loaded, **_: Any) -> Find:
        return Find(**data)


class RequestSchema(Strict):
    method = choice(["GET", "POST", "PUT"])
    url = text()
    encoding = choice(["json", "form", "query"])
    headers = fields.Dict(fields.String(), fields.String(), load_default=dict)
    user = fields.String(load_default="")
    password = fields.String(load_default="")
    params = fields.Dict(fields.String(), fields.Raw(), load_default=dict)
    success_status = fields.List(fields.Integer(strict=True), load_default=[200, 201, 202])
    success = fields.Nested(FindSchema, load_default=None)
    success_words = fields.List(fields.String(), load_default=list)
    provider_ref = fields.Nested(FindSchema, load_default=None)
    state = fields.Nested(FindSchema, load_default=None)
    code = fields.Nested(FindSchema, load_default=None)

    @validates("url")
    def encrypted(self, value: str, data_key: str) -> None:
        parts = urlsplit(value)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValidationError("Texts and numbers leave over https only, or to this machine.")
        if PLACEHOLDER.search(parts.netloc):
            raise ValidationError("The host is fixed: no placeholder stands in it.")

    @validates_schema
    def whole(self, data: Loaded, **_: Any) -> None:
        if (data["success"] is None) != (not data["success_words"]):
            raise ValidationError("success says where to look and success_words what to find there: both or neither.")
        if data["encoding"] != "json" and any(isinstance(value, dict | list) for value in data["params"].values()):
            raise ValidationError("Only json has params within params.", "params")

    @post_load
    def build(self, data: Loaded, **_: Any) -> Request:
        data["success_status"], data["success_words"] = tuple(data["success_status"]), tuple(data["success_words"])
        return Request(**data)


class InboundSchema(Strict):
    provider_ref = fields.Nested(FindSchema, required=True)

    @post_load
    def build(self, data: Loaded, **_: Any) -> Inbound:
        return Inbound(**data)


class ReceiptSchema(InboundSchema):
    state = fields.Nested(FindSchema, required=True)
    code = fields.Nested(FindSchema, load_default=None)


class ReplySchema(InboundSchema):
    from_number = fields.Nested(FindSchema, required=True)
    text = fields.Nested(FindSchema, required=True)


class SignatureSchema(Strict):
    kind = choice(["hmac", "secret"])
    header = text()
    secret = text()
    digest = fields.String(load_default="sha256", validate=validate.OneOf(["sha1", "sha256", "sha512"]))
    encoding = fields.String(load_default="hex", validate=validate.OneOf(["hex", "base64"]))
    over = fields.String(load_default="body", validate=validate.OneOf(["body", "url+body"]))
    prefix = fields.String(load_default="")

    @post_load
    def build(self, data: Loaded, **_: Any) -> Signature:
        return Signature(**data)


class GatewaySchema(Strict):
    name = fields.String(required=True, validate=validate.Regexp(r"^[a-z][a-z0-9_]{0,30}$"))
    timeout_s = number(1, 60, required=False, load_default=10.0)
    send = fields.Nested(RequestSchema, required=True)
    status = fields.Nested(RequestSchema, load_default=None)
    trace = fields.Nested(RequestSchema, load_default=None)
    receipt = fields.Nested(ReceiptSchema, load_default=None)
    reply = fields.Nested(ReplySchema, load_default=None)
    signature = fields.Nested(SignatureSchema, load_default=None)
    states = fields.Dict(fields.String(), choice(STATES), load_default=dict)
    codes = fields.Dict(fields.String(), fields.String(), load_default=dict)


def read_gateway(path: Path, codes: frozenset[str], secret: Callable[[str], str]) -> Gateway:
    """The description at `path`. `codes` are our words for failures; `secret(name)` is a secret's value, "" when it is not
    set. Raises GatewayError."""
    read = read_toml(path, GatewaySchema(), lambda data: _faults(Gateway(**data), codes, secret))
    if read.data is None or read.problems:
        raise GatewayError("\n".join(map(str, sorted(read.problems))))
    gateway = Gateway(**read.data)
    return replace(gateway, secrets={name: secret(name) for _, name in _secrets(gateway)})


def _faults(gateway: Gateway, codes: frozenset[str], secret: Callable[[str], str]) -> Iterator[Fault]:
    """What the keys say together."""
    for path, name in _secrets(gateway):
        if not secret(name):
            yield path, f"{name} is not set, and neither is {name}_FILE."
    for section, request, known in _requests(gateway):
        used = {name for _, held in _placeholders(request) for name in held if not name.startswith(ENV)}
        for name in sorted(used - known):
            yield (section,), f"{{{name}}} is none of {', '.join(sorted(known))}."
        for key, value in (*request.headers.items(), ("password", request.password)):
            if value and key.lower() in SECRET_KEYS and f"{{{ENV}" not in value:
                yield (section,), f"{key} is a secret: take it from the environment with {{env:NAME}}."
        if section == "send" and not ("text" in used and used & {"to", "to_digits"}):
            yield (section,), "A message needs {text}, and {to} or {to_digits}."
        if section != "send" and request.state is None:
            yield (section,), "state is missing: where its answer says what became of the message."
        if section == "trace" and request.provider_ref is None:
            yield (section,), "provider_ref is missing: where its answer says which message it speaks of."
    calls_us = gateway.receipt or gateway.reply
    if calls_us and gateway.signature is None:
        yield (), "signature is missing: what calls us without one could be anybody."
    if gateway.signature and f"{{{ENV}" not in gateway.signature.secret:
        yield ("signature", "secret"), "It is a secret: take it from the environment with {env:NAME}."
    if (gateway.receipt or gateway.status or gateway.trace) and not gateway.states:
        yield (), "states is missing: what its words for what became of a message mean."
    for word, code in gateway.codes.items():
        if code not in codes:
            yield ("codes", word), f"Not one of {', '.join(sorted(codes))}."


def _requests(gateway: Gateway) -> Iterator[tuple[str, Request, set[str]]]:
    """(section, request, placeholders it may hold)."""
    yield "send", gateway.send, OF_A_MESSAGE
    if gateway.status:
        yield "status", gateway.status, OF_A_QUESTION
    if gateway.trace:
        yield "trace", gateway.trace, OF_A_TRACE


def _secrets(gateway: Gateway) -> Iterator[tuple[KeyPath, str]]:
    """(where, NAME) of every `{env:NAME}`."""
    for section, request, _ in _requests(gateway):
        for key, held in _placeholders(request):
            yield from (((section, *key), name.removeprefix(ENV)) for name in held if name.startswith(ENV))
    if gateway.signature:
        for name in PLACEHOLDER.findall(gateway.signature.secret):
            yield ("signature", "secret"), name.removeprefix(ENV)


def _placeholders(request: Request) -> Iterator[tuple[KeyPath, list[str]]]:
    for key in ("url", "user", "password", "headers", "params"):
        yield from _held(getattr(request, key), (key,))


def _held(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, list[str]]]:
    """Placeholders of a text, or of every text within tables and lists."""
    if isinstance(value, str):
        yield path, PLACEHOLDER.findall(value)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _held(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _held(inner, (*path, index))
