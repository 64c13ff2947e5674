"""A telephone network on 127.0.0.1 that speaks Twilio's Messages and Calls APIs to the real SDK, and signs its hooks like
Twilio.

It refuses what Twilio refuses (missing sender, wrong validity, opted-out phones), and on demand fails the ways networks fail.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from urllib.parse import urlencode, urlsplit

from fakes.http_server import HttpServer
from fakes.phones import Phone, Phonebook
from fakes.twilio_calls import Said, said_in
from fakes.twilio_http import Broken, Fate, Fault, Sent, handler_for

__all__ = ["ACCOUNT_SID", "AUTH_TOKEN", "SENDER", "Fault", "Said", "Sent", "SignedHook", "TwilioNetwork"]

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "a token of the fake network"
SENDER = "+22370000099"


@dataclass(frozen=True)
class SignedHook:
    """A call to a hook, ready to post: as it is, twice, or after another one."""

    url: str
    form: dict[str, str]
    headers: dict[str, str]

    @property
    def path(self) -> str:
        parts = urlsplit(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def forged(self) -> SignedHook:
        """The same call by somebody who does not hold the token."""
        return SignedHook(self.url, self.form, {"X-Twilio-Signature": base64.b64encode(b"x" * 20).decode()})

    def unsigned(self) -> SignedHook:
        return SignedHook(self.url, self.form, {})

    def post(self, server: str = "") -> int:
        """Post it, to `server` (http://127.0.0.1:port) instead of the signed host when given; the HTTP status."""
        url = (server.rstrip("/") + self.path) if server else self.url
        request = urllib.request.Request(url, urlencode(self.form).encode(), self.headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code


@dataclass
class _State:
    sent: list[Sent] = field(default_factory=list)
    requests: int = 0
    opted_out: set[str] = field(default_factory=set)
    fates: dict[str, Fate] = field(default_factory=dict)
    broken: deque[Broken] = field(default_factory=deque)
    always: Broken | None = None


class TwilioNetwork:
    """`with TwilioNetwork() as network:` then `network.base_url` for TWILIO_BASE_URL and `network.phone("+223...")`; what is
    said in calls is in `network.handset("+223...")`. `clock` dates what it lists. `may_discard`: may this account ask for
    texts and numbers not to be kept?"""

    def __init__(self, account_sid: str = ACCOUNT_SID, auth_token: str = AUTH_TOKEN) -> None:
        self.account_sid, self.auth_token = account_sid, auth_token
        self.phones, self.handsets = Phonebook(), Phonebook()
        self.base_url = ""
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.may_discard = True
        self._state = _State()
        self._lock = threading.Lock()
        self._mended = threading.Event()
        self._server: HttpServer | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> TwilioNetwork:
        self._mended.clear()
        self._server = HttpServer(("127.0.0.1", 0), handler_for(self))
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._mended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> TwilioNetwork:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def phone(self, number: str) -> Phone:
        return self.phones[number]

    def handset(self, number: str) -> Phone:
        """What was said in calls to it, once a call."""
        return self.handsets[number]

    @property
    def sent(self) -> list[Sent]:
        with self._lock:
            return list(self._state.sent)

    @property
    def requests(self) -> int:
        """How often anybody knocked, whatever came of it."""
        with self._lock:
            return self._state.requests

    def last_to(self, number: str) -> Sent:
        """The newest message to one phone; LookupError when there is none."""
        return self._last(number, call=False)

    def last_call_to(self, number: str) -> Sent:
        """The newest call to one phone; LookupError when there is none."""
        return self._last(number, call=True)

    def becomes(self, sent: Sent, status: str, code: int | None = None, answered_by: str | None = None) -> None:
        """What the network says of it from now on when it is asked; nobody is called."""
        with self._lock:
            self._state.fates[sent.sid] = Fate(status, code, answered_by)

    def breaks(self, fault: Fault, *, times: int | None = 1, status: int = 500, code: int = 20500) -> None:
        """The next `times` requests fail this way; None is until `mend()`."""
        broken = Broken(fault, status, code)
        with self._lock:
            self._mended.clear()
            if times is None:
                self._state.always = broken
            else:
                self._state.broken.extend([broken] * times)

    def mend(self) -> None:
        """All is well again; requests that hang are let go."""
        with self._lock:
            self._state.always = None
            self._state.broken.clear()
        self._mended.set()

    def sign(self, url: str, form: Mapping[str, str], token: str | None = None) -> SignedHook:
        """A hook signed as Twilio documents: base64 HMAC-SHA1 of the URL and the sorted form (written here from that
        description, so that the SDK's check is tested against something else than itself)."""
        text = url + "".join(key + form[key] for key in sorted(form))
        key = (self.auth_token if token is None else token).encode()
        signature = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha1).digest()).decode()
        return SignedHook(url, dict(form), {"X-Twilio-Signature": signature})

    def receipts(
        self, sent: Sent, *statuses: str, code: int | None = None, token: str | None = None
    ) -> list[SignedHook]:
        """One hook per status, in Twilio's own words, in this order; `code` goes with failed and undelivered."""
        return [self._receipt(sent, status, code, token) for status in statuses]

    def reply(self, number: str, text: str, url: str, to: str = SENDER, token: str | None = None) -> SignedHook:
        """Somebody answers. An opt-out keyword alone also blocks the phone, as at Twilio, and an opt-in unblocks it."""
        sid = "SM" + secrets.token_hex(16)
        form = {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": self.account_sid}
        form |= {"From": number, "To": to, "Body": text, "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received"}
        if text.strip().upper() in {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}:
            form["OptOutType"] = "STOP"
            with self._lock:
                self._state.opted_out.add(number)
        if text.strip().upper() in {"START", "YES", "UNSTOP"}:
            form["OptOutType"] = "START"
            with self._lock:
                self._state.opted_out.discard(number)
        return self.sign(url, form, token)

    def press(self, call: Sent, key: str, token: str | None = None) -> SignedHook:
        """Somebody presses a key during a call."""
        return self.sign(
            said_in(call.form["Twiml"]).action, self._call_form(call, "in-progress") | {"Digits": key}, token
        )

    def heard(self, call: Sent, answered_by: str) -> SignedHook:
        """Twilio listened and tells who picked up: human, machine_start, fax, unknown."""
        form = {"CallSid": call.sid, "AccountSid": self.account_sid, "AnsweredBy": answered_by}
        return self.sign(call.form["AsyncAmdStatusCallback"].partition("#")[0], form)

    def deliver(self, hooks: Iterable[SignedHook], server: str = "") -> list[int]:
        """Post hooks one after the other; their HTTP statuses."""
        return [hook.post(server) for hook in hooks]

    def _last(self, number: str, call: bool) -> Sent:
        for sent in reversed(self.sent):
            if sent.to == number and sent.is_call is call:
                return sent
        raise LookupError(f"nothing was sent to {number}")

    def _call_form(self, call: Sent, status: str) -> dict[str, str]:
        form = {"CallSid": call.sid, "AccountSid": self.account_sid, "To": call.to, "From": call.form["From"]}
        return form | {"CallStatus": status, "Direction": "outbound-api", "ApiVersion": "2010-04-01"}

    def _receipt(self, sent: Sent, status: str, code: int | None, token: str | None) -> SignedHook:
        if sent.is_call:
            return self.sign(sent.callback, self._call_form(sent, status), token)
        form = {
            "MessageSid": sent.sid,
            "SmsSid": sent.sid,
            "AccountSid": self.account_sid,
            "To": sent.to,
            "From": SENDER,
        }
        form |= {"MessageStatus": status, "SmsStatus": status, "ApiVersion": "2010-04-01"}
        if code is not None and status in ("failed", "undelivered"):
            form["ErrorCode"] = str(code)
        return self.sign(sent.callback, form, token)

    def take_fault(self) -> Broken | None:
        with self._lock:
            self._state.requests += 1
            return self._state.broken.popleft() if self._state.broken else self._state.always

    def accept(self, form: Mapping[str, str], call: bool = False) -> Sent:
        sent = Sent(("CA" if call else "SM") + secrets.token_hex(16), dict(form), self.clock())
        with self._lock:
            self._state.sent.append(sent)
        if call:
            self.handsets[sent.to].receives(said_in(form["Twiml"]).words)
        else:
            self.phones[sent.to].receives(form["Body"])
        return sent

    def said(self, call: Sent) -> Said:
        """What a call says."""
        return said_in(call.form["Twiml"])

    def listed(self, call: bool, to: str) -> list[Sent]:
        """Newest first; a number that was obfuscated is not found by it any more."""
        return [one for one in reversed(self.sent) if one.is_call is call and (not to or self._number(one) == to)]

    def fate(self, sid: str) -> Fate:
        with self._lock:
            return self._state.fates.get(sid, Fate("queued"))

    def _number(self, sent: Sent) -> str:
        kept = self.fate(sent.sid).status == "queued" or sent.form.get("AddressRetention") != "obfuscate"
        return sent.to if kept else sent.to[:-4] + "XXXX"

    def refusal(self, form: Mapping[str, str], call: bool = False) -> int | None:
        """Twilio's code for what is wrong with a request, None when nothing is."""
        to = form.get("To", "")
        if not to:
            return 21201 if call else 21604
        if not (to.startswith("+") and to[1:].isdecimal() and 8 <= len(to) <= 16):
            return 21211
        return _call_refusal(form) if call else self._text_refusal(form)

    def _text_refusal(self, form: Mapping[str, str]) -> int | None:
        body = form.get("Body", "")
        if not body:
            return 21602
        if len(body) > 1600:
            return 21617
        if not (form.get("From") or form.get("MessagingServiceSid", "").startswith("MG")):
            return 21603
        if not 1 <= int(form.get("ValidityPeriod", "36000")) <= 36000:
            return 30000
        if ("ContentRetention" in form or "AddressRetention" in form) and not self.may_discard:
            return 30029
        with self._lock:
            return 21610 if form["To"] in self._state.opted_out else None

    def wait_until_mended(self) -> None:
        self._mended.wait(60)


def _call_refusal(form: Mapping[str, str]) -> int | None:
    if not form.get("From", "").startswith("+"):
        return 21213
    if not form.get("Twiml") or len(form["Twiml"]) > 4000:
        return 21205
    return None if 5 <= int(form.get("Timeout", "60")) <= 600 else 20001
