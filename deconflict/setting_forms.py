"""What the values of an environment must look like, and the words that say so when one does not."""

from __future__ import annotations

import re
import ssl
from urllib.parse import SplitResult, unquote, urlsplit

from cryptography.fernet import Fernet

DATABASE_LIKE = "sqlite:////srv/deconflict/var/deconflict.db or postgresql://user:password@host/name"
LONG_KEY_LIKE = "64 random characters (python3 -c 'import secrets; print(secrets.token_hex(32))')"
KEY_LIKE = (
    "Fernet keys, newest first, separated by commas "
    "(python3 -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')"
)
BASE_LIKE = "https://deconflict.example.org, without a path (http only for 127.0.0.1)"
PORT_LIKE = "a number between 1 and 65535, such as 8000"
SMTP_LIKE = "smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465, special characters as %23"
ACCOUNT_LIKE = "AC followed by 32 characters; without it no other TWILIO_ value is used"
SENDER_LIKE = "MG followed by 32 characters, or TWILIO_FROM with a sender"
FROM_LIKE = "a number such as +22370000000, or a name of at most 11 letters and digits"
TWILIO_LIKE = "https://api.twilio.com, without a path (http only for 127.0.0.1)"
CA_LIKE = "/etc/ssl/our-ca.pem, a file of certificates that this process may read"
MAIL_LIKE = "info@deconflict.example.org, or Desk <info@deconflict.example.org>"
LOOPBACK_ONLY = "1 only where PUBLIC_BASE_URL is on 127.0.0.1: fake phones may never stand in for real ones"
NO_PROVIDER = (
    "1 only without TWILIO_ACCOUNT_SID, SMS_GATEWAY_FILE, SIM_DATABASE and SMTP_URL: a demo may never reach a real phone or "
    "mailbox"
)
FOLDER_LIKE = "/srv/deconflict/handover, a folder that this process may write to"
PHRASE_LIKE = "five words or more, at least 20 characters"
MAILBOX_LIKE = "info@deconflict.example.org"
NUMBER_LIKE = "a number such as +22370000000"
WATCHER_LIKE = "https://watcher.example.org/ping/1a2b3c (http only for 127.0.0.1)"
RANDOM = re.compile(r"[A-Za-z0-9._~+/=-]{32,}")
RANDOM_LIKE = "at least 32 letters and digits (python3 -c 'import secrets; print(secrets.token_hex(32))')"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# SQLite in memory is gone at the end, and each process would have its own.
IN_MEMORY = re.compile(r"sqlite:///(\?.*)?|sqlite:.*(:memory:|mode=memory).*")
ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")
SENDER = re.compile(
    r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11}"
)  # number, short code, or name
ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+", re.ASCII)


def is_fernet(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def is_base(url: str) -> bool:
    """Scheme and host, perhaps a port, and nothing else: whatever stood behind them would be dropped, or doubled in links."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0 and url == f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        return False
    return named and _unheard(parts) and parts.username is None


def is_watcher(url: str) -> bool:
    """Whoever overhears the address could feign that we live: https, and nothing that a log would print of a login."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0 and parts.username is None and not re.search(r"\s", url)
    except ValueError:
        return False
    return named and _unheard(parts)


def _unheard(parts: SplitResult) -> bool:
    """Nobody on the way can listen: https, or this machine."""
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def is_certificates(path: str) -> bool:
    try:
        ssl.create_default_context(cafile=path)
    except OSError:  # not there, not ours to read, or no certificate in it
        return False
    return True


def is_smtp(url: str) -> bool:
    """Whether channels.smtp will take it: better no start than mail that fails on the day it is needed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    login = unquote(parts.username or "") + unquote(parts.password or "")
    plain = parts.query == "starttls=never" and parts.scheme == "smtp" and parts.hostname in LOOPBACK
    named = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and port != 0
    return named and login.isascii() and (plain or not parts.query)
