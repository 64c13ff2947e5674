"""E-mail through any SMTP server: plain text, encrypted on the way, and the same Message-ID when a message is tried again."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from deconflict.channels.port import Ambiguous, BadSignature, Code, Heard, Hook, Outgoing, Receipt, SendFailed

TIMEOUT_S = 15.0
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+", re.ASCII)


class SmtpSettings(Protocol):
    """What this provider needs to know; `smtp_ca_file` is "" unless the server's certificate has a private issuer."""

    @property
    def smtp_url(self) -> str: ...
    @property
    def smtp_ca_file(self) -> str: ...
    @property
    def mail_from(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Server:
    """A parsed SMTP_URL. `tls` is "starttls" (smtp://), "implicit" (smtps://) or "never"."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> Server:
        """`smtp://user:pass@host:port` or `smtps://...`; `?starttls=never` is for a server on this machine only. Raises
        ValueError, which never quotes the password."""
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        try:
            given_port = parts.port
        except ValueError:  # its message quotes the end of a password that holds an unescaped "#" or "/"
            given_port = -1
        right = parts.scheme in ("smtp", "smtps") and given_port != -1 and (user + password).isascii()
        if not right or not parts.hostname:
            raise ValueError("SMTP_URL should look like smtp://user:pass@host:587, with special characters as %23")
        if query not in ({}, {"starttls": "never"}):
            raise ValueError("SMTP_URL may only carry ?starttls=never")
        if query and (parts.scheme == "smtps" or not _is_loopback(parts.hostname)):
            raise ValueError("SMTP_URL: ?starttls=never is for smtp:// on this machine only")
        tls = "implicit" if parts.scheme == "smtps" else query.get("starttls", "starttls")
        return cls(parts.hostname, given_port or (465 if tls == "implicit" else 587), tls, user, password)


@cache
def _trusting(ca_file: str) -> ssl.SSLContext:
    """The system's authorities, or those of the file: read once, which takes a while. Raises OSError for a file that is none."""
    return ssl.create_default_context(cafile=ca_file or None)


class SmtpMail:
    """The `Channel` of e-mail. SMTP has no receipts: an accepted message is sent, never delivered."""

    name = "smtp"
    carries = "email"
    two_way = False

    def __init__(self, settings: SmtpSettings, timeout_s: float = TIMEOUT_S) -> None:
        """Raises ValueError, naming the variable, when the settings cannot send."""
        self._server = Server.parse(settings.smtp_url)
        self._from = settings.mail_from
        self._envelope_from = parseaddr(settings.mail_from)[1]
        if not _is_address(self._envelope_from):
            raise ValueError("MAIL_FROM should look like Desk <desk@example.org>")
        self._domain = self._envelope_from.rpartition("@")[2]
        self._tls = _trusting(settings.smtp_ca_file)
        self._timeout_s = timeout_s

    def send(self, outgoing: Outgoing, now: datetime) -> str:
        outgoing.life_s(now)
        mail = self._compose(outgoing, now)
        handing = _Handing()
        try:
            with self._session() as session:
                _accepted(session.mail(self._envelope_from), Code.SENDER)
                _accepted(session.rcpt(outgoing.to), Code.BAD_ADDRESS)
                handing.over = True
                _accepted(session.data(mail.as_bytes()), Code.FILTERED)
                return str(mail["Message-ID"])
        except smtplib.SMTPResponseException as error:  # before the text leaves, a refusal is about us
            failure = _of_reply(error.smtp_code, Code.FILTERED if handing.over else Code.ACCOUNT)
        except smtplib.SMTPNotSupportedError:  # no STARTTLS or no AUTH offered: perhaps somebody in between
            failure = SendFailed.because(Code.PROVIDER)
        except (smtplib.SMTPException, OSError):
            failure = Ambiguous() if handing.over else SendFailed.because(Code.NETWORK)
        raise failure  # outside `except`: the server's words quote the address, and would be logged as its context

    def trace(self, outgoing: Outgoing, tried_at: datetime, now: datetime) -> Receipt | None:
        return None  # servers keep no list: it is sent again, and whoever has both sees one Message-ID

    def status_of(self, provider_ref: str, now: datetime) -> Receipt | None:
        return None

    def read_hook(self, hook: Hook) -> Heard:
        raise BadSignature  # mail servers call nobody

    def _compose(self, outgoing: Outgoing, now: datetime) -> EmailMessage:
        if not _is_address(outgoing.to):
            raise SendFailed.because(Code.BAD_ADDRESS)
        mail = EmailMessage(policy=SMTP_POLICY)
        mail["From"] = self._from
        mail["To"] = outgoing.to
        mail["Subject"] = " ".join(outgoing.subject.split())
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{outgoing.own_reference}@{self._domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office answers stay away
        mail.set_content(outgoing.text, cte="quoted-printable")
        return mail

    @contextlib.contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        session = self._connect()
        try:
            if self._server.tls == "starttls":
                session.starttls(context=self._tls)
            session.ehlo_or_helo_if_needed()
            if self._server.user:
                session.login(self._server.user, self._server.password)
            yield session
            with contextlib.suppress(smtplib.SMTPException, OSError):
                session.quit()  # the message is accepted by now: a rude goodbye must not send it again
        finally:
            session.close()

    def _connect(self) -> smtplib.SMTP:
        host, port = self._server.host, self._server.port
        # Our own host name would tell where the server stands, and looking it up may hang.
        if self._server.tls == "implicit":
            return smtplib.SMTP_SSL(host, port, local_hostname=self._domain, timeout=self._timeout_s, context=self._tls)
        return smtplib.SMTP(host, port, local_hostname=self._domain, timeout=self._timeout_s)


def from_settings(settings: SmtpSettings) -> SmtpMail | None:
    """The channel, or None when no server is configured."""
    return SmtpMail(settings) if settings.smtp_url else None


@dataclass(slots=True)
class _Handing:
    """Has the text itself begun to leave? From there on a lost connection is ambiguous."""

    over: bool = False


def _accepted(reply: tuple[int, bytes], refusal: Code) -> None:
    if not 200 <= reply[0] < 300:
        raise _of_reply(reply[0], refusal)


def _of_reply(code: int, refusal: Code) -> SendFailed:
    """4xx asks to come back later (greylisting among them), 5xx is final: RFC 5321 section 4.2.1."""
    return SendFailed.because(refusal if 500 <= code < 600 else Code.BUSY)


def _is_address(address: str) -> bool:
    """One plain ASCII mailbox and nothing more: a comma would address somebody else too, a line end a header."""
    return address.isascii() and address.isprintable() and _ADDRESS.fullmatch(address) is not None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
