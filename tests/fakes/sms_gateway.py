"""An SMS gateway on 127.0.0.1 with an HTTP interface of its own, as operators and aggregators have them, and its ways to fail."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections import deque
from collections.abc import Mapping
from enum import Enum, auto
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from fakes.http_server import HttpHandler, HttpServer
from fakes.phones import Phone, Phonebook

TOKEN = "a token of the gateway"
HOOK_SECRET = "a secret of its hooks"


class GatewayFault(Enum):
    """How the next request goes wrong."""

    BAD_NUMBER = auto()  # 422 and a word of its own
    SAID_NO = auto()  # 202, and the word says that it was refused
    BUSY = auto()  # 429
    DOWN = auto()  # 503
    BEHIND = auto()  # 504 of a proxy
    REDIRECT = auto()  # 307 to itself: whoever follows sends twice
    RESET = auto()  # taken, and the connection is reset before the answer
    GARBAGE = auto()  # taken, answered with a page of some hotel
    ENDLESS = auto()  # taken, answered with more than anybody wants to read
    DRIP = auto()  # taken, answered letter by letter for ever


class SmsGateway:
    """`with SmsGateway() as gateway:` then `gateway.url`, and `gateway.description` for SMS_GATEWAY_FILE."""

    def __init__(self) -> None:
        self.phones = Phonebook()
        self.taken: list[dict[str, str]] = []
        self.seen: list[tuple[str, str, Mapping[str, str]]] = []
        self.states: dict[str, str] = {}
        self.url = ""
        self.broken: deque[GatewayFault] = deque()
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self._server: HttpServer | None = None

    def __enter__(self) -> SmsGateway:
        self._server = HttpServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def phone(self, number: str) -> Phone:
        return self.phones[number]

    def breaks(self, fault: GatewayFault) -> None:
        self.broken.append(fault)

    def take(self, message: Mapping[str, str]) -> str:
        reference = "g-" + secrets.token_hex(6)
        with self.lock:
            self.taken.append({**message, "id": reference})
            self.states[reference] = "QUEUED"
        self.phones[message["to"]].receives(message["text"])
        return reference

    def found(self, key: str, value: str) -> list[dict[str, str]]:
        with self.lock:
            return [
                {"id": one["id"], "state": self.states[one["id"]]} for one in reversed(self.taken) if one[key] == value
            ]

    def signed(self, body: Mapping[str, object]) -> tuple[bytes, dict[str, str]]:
        """A call to a hook: body and headers."""
        raw = json.dumps(body).encode()
        digest = hmac.new(HOOK_SECRET.encode(), raw, hashlib.sha256).digest()
        return raw, {"X-Gateway-Signature": "sha256=" + base64.b64encode(digest).decode()}

    @property
    def description(self) -> str:
        """For SMS_GATEWAY_FILE, every section used."""
        return f"""\
name = "local_sms"
timeout_s = 1.0

[send]
method = "POST"
url = "{self.url}/v1/messages"
encoding = "json"
headers = {{ Authorization = "Bearer {{env:GATEWAY_TOKEN}}" }}
params.to = "{{to}}"
params.text = "{{text}}"
params.ref = "{{reference}}"
params.options = {{ callback = "{{callback}}", flash = false }}
success = {{ json = "messages.0.status" }}
success_words = ["queued"]
provider_ref = {{ json = "messages.0.id" }}
code = {{ json = "error.code" }}

[status]
method = "GET"
url = "{self.url}/v1/messages/{{provider_ref}}"
encoding = "query"
headers = {{ Authorization = "Bearer {{env:GATEWAY_TOKEN}}" }}
state = {{ json = "state" }}

[trace]
method = "GET"
url = "{self.url}/v1/messages"
encoding = "query"
headers = {{ Authorization = "Bearer {{env:GATEWAY_TOKEN}}" }}
params = {{ ref = "{{reference}}" }}
state = {{ json = "items.0.state" }}
provider_ref = {{ json = "items.0.id" }}

[receipt]
provider_ref = {{ json = "message.id" }}
state = {{ json = "message.state" }}
code = {{ json = "message.error" }}

[reply]
provider_ref = {{ json = "inbound.id" }}
from_number = {{ json = "inbound.from" }}
text = {{ json = "inbound.text" }}

[signature]
kind = "hmac"
header = "X-Gateway-Signature"
secret = "{{env:GATEWAY_HOOK_SECRET}}"
digest = "sha256"
encoding = "base64"
prefix = "sha256="

[states]
QUEUED = "queued"
SENT = "sent"
DELIVERED = "delivered"
UNDELIVERED = "failed"

[codes]
invalid_number = "bad_address"
absent = "unreachable"
"""


def _handler(gateway: SmsGateway) -> type[HttpHandler]:
    class Handler(HttpHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            gateway.seen.append((self.path, raw.decode(), dict(self.headers)))
            fault = gateway.broken.popleft() if gateway.broken else None
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self.answer(401, {})
            elif fault is not None:
                self._fail(fault, json.loads(raw))
            else:
                message = json.loads(raw)
                self.answer(202, {"messages": [{"id": gateway.take(message), "status": "queued"}]})

        def do_GET(self) -> None:
            gateway.seen.append((self.path, "", dict(self.headers)))
            where = urlsplit(self.path)
            fault = gateway.broken.popleft() if gateway.broken else None
            known = where.path.removeprefix("/v1/messages").removeprefix("/")
            if fault is not None:
                self._fail(fault, None)
            elif not known:
                self.answer(200, {"items": gateway.found("ref", parse_qs(where.query)["ref"][0])})
            elif found := gateway.found("id", known):
                self.answer(200, found[0])
            else:
                self.answer(404, {})

        def _fail(self, fault: GatewayFault, message: Mapping[str, str] | None) -> None:
            match fault:
                case GatewayFault.BAD_NUMBER:
                    self.answer(422, {"error": {"code": "invalid_number", "message": "+22370000001 is wrong"}})
                case GatewayFault.SAID_NO:
                    answer = {"messages": [{"status": "rejected"}], "error": {"code": "invalid_number"}}
                    self.answer(202, answer)
                case GatewayFault.BUSY:
                    self.answer(429, {})
                case GatewayFault.DOWN:
                    self.answer(503, {})
                case GatewayFault.BEHIND:
                    self.write(504, b"<html>upstream</html>")
                case GatewayFault.REDIRECT:
                    self.send_response(307)
                    self.send_header("Location", gateway.url + self.path)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                case _:
                    if message is not None:
                        gateway.take(message)
                    self._taken(fault)

        def _taken(self, fault: GatewayFault) -> None:
            if fault is GatewayFault.RESET:
                self.reset()
            elif fault is GatewayFault.GARBAGE:
                self.write(202, b"<html>Welcome to the hotel</html>")
            elif fault is GatewayFault.ENDLESS:
                self.write(202, b"x" * 1_000_000)
            else:
                self.send_response(202)
                self.send_header("Content-Length", "1000000")
                self.end_headers()
                while not gateway.stopped.wait(0.05):
                    self.wfile.write(b"x")

    return Handler
