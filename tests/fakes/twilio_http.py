"""The HTTP side of the fake telephone network: Twilio's answers, and the ways they do not come."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import Enum, auto
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from fakes.http_server import HttpHandler

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Fault(Enum):
    """How the next request goes wrong. A question is answered wrongly the same way, and nothing is sent."""

    ERROR = auto()  # a JSON error with `status` and `code`; nothing is sent
    BARE_ERROR = auto()  # an error page of some proxy with `status`; nothing is sent
    HANG = auto()  # no answer until the network stops or is mended; nothing is sent
    RESET_AFTER_ACCEPT = auto()  # sent, and the connection is reset before the answer
    GARBAGE = auto()  # sent, answered 201 with something that is no JSON
    NO_SID = auto()  # sent, answered 201 with JSON that names no message


@dataclass(frozen=True)
class Sent:
    """One message or call the network accepted. `form` is what the SDK posted; a call's sid begins with CA."""

    sid: str
    form: Mapping[str, str]
    at: datetime = EPOCH

    @property
    def to(self) -> str:
        return self.form["To"]

    @property
    def callback(self) -> str:
        """Where receipts go: a URL fragment holds retry rules and is neither sent nor signed."""
        return self.form["StatusCallback"].partition("#")[0]

    @property
    def is_call(self) -> bool:
        return self.sid.startswith("CA")


@dataclass(frozen=True)
class Fate:
    """What the network says of a message or call when it is asked."""

    status: str
    error: int | None = None
    answered_by: str | None = None


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
    def accept(self, form: Mapping[str, str], call: bool = False) -> Sent: ...
    def refusal(self, form: Mapping[str, str], call: bool = False) -> int | None: ...
    def listed(self, call: bool, to: str) -> list[Sent]: ...
    def fate(self, sid: str) -> Fate: ...
    def wait_until_mended(self) -> None: ...


def handler_for(network: Network) -> type[HttpHandler]:
    """The request handler of one network."""
    root = f"/2010-04-01/Accounts/{network.account_sid}"

    class Handler(HttpHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            pairs = parse_qsl(raw.decode(), keep_blank_values=True)
            form = dict(pairs)
            call = self.path == f"{root}/Calls.json"
            broken = network.take_fault()
            if broken is not None:
                self._fail(broken, lambda: network.accept(form, call))
            elif self.path not in (f"{root}/Messages.json", f"{root}/Calls.json"):
                self._error(404, 20404)
            elif not self._knows_us():
                self._error(401, 20003)
            elif (code := network.refusal(form, call)) is not None:
                self._error(400, code)
            else:
                self.answer(201, self._entry(network.accept(form, call)))

        def do_GET(self) -> None:
            where = urlsplit(self.path)
            asked = dict(parse_qsl(where.query))
            kind, _, sid = where.path.removeprefix(f"{root}/").removesuffix(".json").partition("/")
            broken = network.take_fault()
            if broken is not None:
                self._fail(broken, lambda: None, taken=200)
            elif kind not in ("Messages", "Calls") or set(asked) - {"To", "PageSize", "Page"}:
                self._error(404, 20404)
            elif not self._knows_us():
                self._error(401, 20003)
            elif sid:
                found = [sent for sent in network.listed(kind == "Calls", "") if sent.sid == sid]
                if found:
                    self.answer(200, self._entry(found[0]))
                else:
                    self._error(404, 20404)
            else:
                self.answer(200, self._page(kind, asked))

        def _page(self, kind: str, asked: Mapping[str, str]) -> dict[str, object]:
            """Newest first, like Twilio's."""
            size, page = int(asked.get("PageSize", "50")), int(asked.get("Page", "0"))
            found = network.listed(kind == "Calls", asked.get("To", ""))
            shown, more = found[size * page : size * (page + 1)], len(found) > size * (page + 1)
            following = f"{root}/{kind}.json?" + urlencode({**asked, "PageSize": size, "Page": page + 1})
            entries = [self._entry(sent) for sent in shown]
            return {
                kind.lower(): entries,
                "page": page,
                "page_size": size,
                "next_page_uri": following if more else None,
            }

        def _knows_us(self) -> bool:
            return self.headers.get("Authorization") == _basic(network.account_sid, network.auth_token)

        def _entry(self, sent: Sent) -> dict[str, object]:
            entry = _call if sent.is_call else _message
            return entry(network.account_sid, sent, network.fate(sent.sid))

        def _fail(self, broken: Broken, accept: Callable[[], object], taken: int = 201) -> None:
            match broken.fault:
                case Fault.ERROR:
                    self._error(broken.status, broken.code)
                case Fault.BARE_ERROR:
                    self.write(broken.status, b"<html>upstream</html>")
                case Fault.HANG:
                    network.wait_until_mended()
                    self.close_connection = True
                case Fault.RESET_AFTER_ACCEPT:
                    accept()
                    self.reset()
                case Fault.GARBAGE:
                    accept()
                    self.write(taken, b"<html>Welcome to the hotel</html>")
                case Fault.NO_SID:
                    accept()
                    self.answer(taken, {})

        def _error(self, status: int, code: int) -> None:
            # Twilio quotes the number in its message: whoever logs that logs a phone.
            self.answer(status, {"code": code, "message": "The 'To' number +22370000001 is wrong", "status": status})

    return Handler


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _message(account_sid: str, sent: Sent, fate: Fate) -> dict[str, object]:
    gone = fate.status in ("delivered", "undelivered", "failed")
    queued = fate.status in ("accepted", "queued")
    to = sent.to[:-4] + "XXXX" if gone and sent.form.get("AddressRetention") == "obfuscate" else sent.to
    return _common(account_sid, sent, fate, "Messages") | {
        "to": to,
        "messaging_service_sid": sent.form.get("MessagingServiceSid"),
        "body": "" if gone and sent.form.get("ContentRetention") == "discard" else sent.form["Body"],
        "num_segments": "1",
        "num_media": "0",
        "date_sent": None if queued else format_datetime(sent.at),
        "error_code": fate.error,
        "error_message": None,
    }


def _call(account_sid: str, sent: Sent, fate: Fate) -> dict[str, object]:
    start = None if fate.status == "queued" else format_datetime(sent.at)
    return _common(account_sid, sent, fate, "Calls") | {
        "to": sent.to,
        "answered_by": fate.answered_by,
        "start_time": start,
        "end_time": None,
        "duration": None,
    }


def _common(account_sid: str, sent: Sent, fate: Fate, kind: str) -> dict[str, object]:
    return {
        "sid": sent.sid,
        "account_sid": account_sid,
        "from": sent.form.get("From"),
        "status": fate.status,
        "direction": "outbound-api",
        "date_created": format_datetime(sent.at),
        "date_updated": format_datetime(sent.at),
        "price": None,
        "price_unit": None,
        "api_version": "2010-04-01",
        "uri": f"/2010-04-01/Accounts/{account_sid}/{kind}/{sent.sid}.json",
        "subresource_uris": {},
    }
