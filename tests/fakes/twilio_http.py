"""The HTTP side of the fake telephone network: Twilio's answers, and the ways they do not come."""

from __future__ import annotations

import base64
import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qsl


class Fault(Enum):
    """How the next request goes wrong."""

    ERROR = auto()  # a JSON error with `status` and `code`; nothing is sent
    BARE_ERROR = auto()  # an error page of some proxy with `status`; nothing is sent
    HANG = auto()  # no answer until the network stops or is mended; nothing is sent
    RESET_AFTER_ACCEPT = auto()  # sent, and the connection is reset before the answer
    GARBAGE = auto()  # sent, answered 201 with something that is no JSON
    NO_SID = auto()  # sent, answered 201 with JSON that names no message


@dataclass(frozen=True)
class Sent:
    """One message the network accepted. `form` is what the SDK posted."""

    sid: str
    form: Mapping[str, str]

    @property
    def to(self) -> str:
        return self.form["To"]

    @property
    def callback(self) -> str:
        """Where receipts go: a URL fragment holds retry rules and is neither sent nor signed."""
        return self.form["StatusCallback"].partition("#")[0]


@dataclass(frozen=True)
class Broken:
    """One request that goes wrong; `status` and `code` are for the errors."""

    fault: Fault
    status: int
    code: int


class Network(Protocol):
    """What the HTTP side asks of the network behind it."""

    account_sid: str
    auth_token: str

    def take_fault(self) -> Broken | None: ...
    def accept(self, form: Mapping[str, str]) -> Sent: ...
    def refusal(self, form: Mapping[str, str]) -> int | None: ...
    def wait_until_mended(self) -> None: ...


class HttpServer(ThreadingHTTPServer):
    """One thread per request, and none of them holds a test up."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gave up waiting is what half the tests are about."""


def handler_for(network: Network) -> type[BaseHTTPRequestHandler]:
    """The request handler of one network."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            form = dict(parse_qsl(raw.decode(), keep_blank_values=True))
            broken = network.take_fault()
            if broken is not None:
                self._fail(broken, form)
            elif self.path != f"/2010-04-01/Accounts/{network.account_sid}/Messages.json":
                self._error(404, 20404)
            elif self.headers.get("Authorization") != _basic(network.account_sid, network.auth_token):
                self._error(401, 20003)
            elif (code := network.refusal(form)) is not None:
                self._error(400, code)
            else:
                self._answer(201, _message(network.account_sid, network.accept(form)))

        def _fail(self, broken: Broken, form: Mapping[str, str]) -> None:
            match broken.fault:
                case Fault.ERROR:
                    self._error(broken.status, broken.code)
                case Fault.BARE_ERROR:
                    self._write(broken.status, b"<html>upstream</html>", "text/html")
                case Fault.HANG:
                    network.wait_until_mended()
                    self.close_connection = True
                case Fault.RESET_AFTER_ACCEPT:
                    network.accept(form)
                    self._reset()
                case Fault.GARBAGE:
                    network.accept(form)
                    self._write(201, b"<html>Welcome to the hotel</html>", "text/html")
                case Fault.NO_SID:
                    network.accept(form)
                    self._answer(201, {})

        def _reset(self) -> None:
            # Linger 0 turns the close into a reset, as a dying network does it.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()

        def _error(self, status: int, code: int) -> None:
            # Twilio quotes the number in its message: whoever logs that logs a phone.
            self._answer(status, {"code": code, "message": "The 'To' number +22370000001 is wrong", "status": status})

        def _answer(self, status: int, body: Mapping[str, object]) -> None:
            self._write(status, json.dumps(body).encode(), "application/json")

        def _write(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _message(account_sid: str, sent: Sent) -> dict[str, object]:
    now = formatdate()
    return {
        "sid": sent.sid,
        "account_sid": account_sid,
        "to": sent.to,
        "from": sent.form.get("From"),
        "messaging_service_sid": sent.form.get("MessagingServiceSid"),
        "body": sent.form["Body"],
        "status": "accepted" if sent.form.get("MessagingServiceSid") else "queued",
        "direction": "outbound-api",
        "num_segments": "1",
        "num_media": "0",
        "date_created": now,
        "date_updated": now,
        "date_sent": None,
        "error_code": None,
        "error_message": None,
        "price": None,
        "price_unit": None,
        "api_version": "2010-04-01",
        "uri": f"/2010-04-01/Accounts/{account_sid}/Messages/{sent.sid}.json",
        "subresource_uris": {},
    }
