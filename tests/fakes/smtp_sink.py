"""A mail server on 127.0.0.1 with STARTTLS and a certificate made for the occasion, that fails the ways mail servers fail."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import logging
import socket
import ssl
import tempfile
import threading
from collections import deque
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fakes.phones import Phone, Phonebook

logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells each command at INFO
USER, PASSWORD = "desk", "p@ss/word#1"  # needs escaping in a URL, as real ones do


class MailFault(Enum):
    """How the next message goes wrong."""

    GREYLIST = auto()  # 451 to the recipient
    NO_SUCH_MAILBOX = auto()  # 550 to the recipient
    SENDER_REFUSED = auto()  # 553 to the sender
    BUSY_AFTER_DATA = auto()  # 452 to the text
    REFUSED_AFTER_DATA = auto()  # 554 to the text
    DROP_BEFORE_DATA = auto()  # the connection dies at the recipient
    DROP_AFTER_DATA = auto()  # kept, and the connection dies before the answer
    RUDE_GOODBYE = auto()  # kept and answered; the connection dies at QUIT


class SmtpSink:
    """`with SmtpSink() as sink:` then `sink.url` for SMTP_URL, `sink.ca_file` for SMTP_CA_FILE and `sink.mailbox(address)`.

    `tls`: "starttls" (demanded), "implicit", or "never". `auth`: does it ask for USER and PASSWORD?
    """

    def __init__(self, tls: str = "starttls", auth: bool = True) -> None:
        self.tls, self.auth = tls, auth and tls != "never"
        self.mailboxes = Phonebook()
        self.mails: list[EmailMessage] = []
        self.url, self.ca_file, self.port = "", "", 0
        self._broken: deque[MailFault] = deque()
        self._always: MailFault | None = None
        self._lock = threading.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._controller: Controller | None = None

    def start(self) -> SmtpSink:
        self._folder = tempfile.TemporaryDirectory()
        self.ca_file, context = _certificate(Path(self._folder.name))
        self.port = _free_port()
        self._controller = Controller(_Handler(self), hostname="127.0.0.1", port=self.port, **self._options(context))
        self._controller.start()
        scheme = "smtps" if self.tls == "implicit" else "smtp"
        login = "desk:p%40ss%2Fword%231@" if self.auth else ""
        self.url = f"{scheme}://{login}127.0.0.1:{self.port}" + ("?starttls=never" if self.tls == "never" else "")
        return self

    def stop(self) -> None:
        assert self._controller is not None
        assert self._folder is not None
        self._controller.stop()
        self._folder.cleanup()

    def __enter__(self) -> SmtpSink:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def mailbox(self, address: str) -> Phone:
        """What arrived there, each text as "subject\\n\\nbody"."""
        return self.mailboxes[address]

    def breaks(self, fault: MailFault, *, times: int | None = 1) -> None:
        """The next `times` messages fail this way; None is until `mend()`."""
        with self._lock:
            if times is None:
                self._always = fault
            else:
                self._broken.extend([fault] * times)

    def mend(self) -> None:
        with self._lock:
            self._always = None
            self._broken.clear()

    def take_fault(self) -> MailFault | None:
        with self._lock:
            return self._broken.popleft() if self._broken else self._always

    def keep(self, envelope: Envelope) -> None:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content.replace(b"\r\n", b"\n"), policy=default_policy)
        assert isinstance(mail, EmailMessage)
        with self._lock:
            self.mails.append(mail)
        for address in envelope.rcpt_tos:
            self.mailboxes[address].receives(f"{mail['Subject']}\n\n{mail.get_content()}")

    def _options(self, context: ssl.SSLContext) -> dict[str, Any]:
        options: dict[str, Any] = {"timeout": 20}
        if self.tls == "starttls":
            options |= {"tls_context": context, "require_starttls": True}
        if self.tls == "implicit":
            options |= {"ssl_context": context}
        if self.auth:
            # aiosmtpd knows TLS from STARTTLS only and warns when it may demand a password outside it: under implicit TLS
            # a password is checked when given.
            demanded = self.tls == "starttls"
            options |= {"authenticator": _authenticate, "auth_required": demanded, "auth_require_tls": demanded}
        return options


class _Handler:
    """One fault is taken per message, at its sender, and strikes where it belongs."""

    def __init__(self, sink: SmtpSink) -> None:
        self.sink = sink
        self.faults: WeakKeyDictionary[Session, MailFault | None] = WeakKeyDictionary()

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self.faults[session] = self.sink.take_fault()
        if fault is MailFault.SENDER_REFUSED:
            return "553 5.1.8 sender refused"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        # Real servers quote the address: whoever logs that logs a person.
        if self.faults.get(session) is MailFault.GREYLIST:
            return f"451 4.7.1 <{address}> greylisted, come back later"
        if self.faults.get(session) is MailFault.NO_SUCH_MAILBOX:
            return f"550 5.1.1 <{address}> no such mailbox"
        if self.faults.get(session) is MailFault.DROP_BEFORE_DATA:
            _die(server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.faults.get(session) is MailFault.BUSY_AFTER_DATA:
            return "452 4.3.1 disk full"
        if self.faults.get(session) is MailFault.REFUSED_AFTER_DATA:
            return "554 5.7.1 looks like spam"
        self.sink.keep(envelope)
        if self.faults.get(session) is MailFault.DROP_AFTER_DATA:
            _die(server)
        return "250 2.0.0 kept"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.faults.get(session) is MailFault.RUDE_GOODBYE:
            _die(server)
        return "221 Bye"

    async def handle_exception(self, error: Exception) -> str:
        if isinstance(error, asyncio.CancelledError | ConnectionError):
            return "421 gone"
        return f"500 {type(error).__name__}"


def _die(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


def _certificate(folder: Path) -> tuple[str, ssl.SSLContext]:
    """A self-signed certificate of 127.0.0.1 and localhost; the file to trust, and a context that serves it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "ca.pem", folder / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return str(public), context


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
