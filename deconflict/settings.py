"""Environment -> one frozen object. A wrong or missing value stops the start with its name and what it should look like.

Each secret may also come from a file: NAME_FILE holds the path (container secrets), NAME the value itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from deconflict import setting_forms as forms

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_MISSION = "mali-minusma"
DEFAULT_MISSIONS = ROOT / "config" / "missions"
SECRETS = (
    "DATABASE_URL",
    "SECRET_KEY",
    "FIELD_KEYS",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_AUTH_TOKEN_PREVIOUS",
    "SMTP_URL",
    "METRICS_TOKEN",
    "DEADMAN_URL",
    "HANDOVER_PASSPHRASE",
)
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(Exception):
    """Every wrong value at once, a line each: NAME: what it should look like."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between two installations. config/settings.example.env explains each."""

    database_url: str
    secret_key: str = field(repr=False)
    field_keys: tuple[str, ...] = field(repr=False)
    public_base_url: str
    mission: str = DEFAULT_MISSION
    missions_folder: Path = DEFAULT_MISSIONS
    port: int = 8000
    twilio_account_sid: str = ""
    twilio_auth_token: str = field(default="", repr=False)
    twilio_auth_token_previous: str = field(default="", repr=False)
    twilio_messaging_service_sid: str = ""
    twilio_from: str = ""
    twilio_voice_from: str = ""
    twilio_content_retention: str = ""
    twilio_address_retention: str = ""
    twilio_base_url: str = ""
    smtp_url: str = field(default="", repr=False)
    smtp_ca_file: str = ""
    mail_from: str = ""
    sms_gateway_file: str = ""
    sim_database: str = ""
    channels: tuple[str, ...] = ()
    send_workers: int = 8
    unsure_s: int = 30
    metrics_token: str = field(default="", repr=False)
    deadman_url: str = field(default="", repr=False)
    selftest_number: str = field(default="", repr=False)
    selftest_mailbox: str = field(default="", repr=False)
    selftest_every_h: int = 6
    handover_folder: str = ""
    handover_passphrase: str = field(default="", repr=False)
    log_level: str = "INFO"
    demo: bool = False

    @property
    def https(self) -> bool:
        return self.public_base_url.startswith("https://")

    @property
    def voice_folder(self) -> Path:
        """What the country team has recorded for calls; may not exist."""
        return self.missions_folder / self.mission / "voice"


def normalised_database_url(url: str) -> str:
    """SQLAlchemy picks psycopg 3 only when told; `postgres://` is what many hosters hand out."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


def port_number(text: str) -> int | None:
    """None where `text` is no port."""
    port = int(text) if text.isdecimal() and len(text) < 6 else 0
    return port if 0 < port < 65536 else None


class _Reader:
    """Reads names from an environment and collects what is wrong instead of stopping at the first."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.wrong: list[str] = []

    def text(self, name: str, default: str = "", *, like: str = "", needed: bool = False) -> str:
        value = self.environ.get(name, "")
        path = self.environ.get(f"{name}_FILE", "") if name in SECRETS else ""
        if path and not value:
            try:
                value = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                self.wrong.append(f"{name}_FILE: cannot read {path} ({error.strerror})")
                return default
            except UnicodeDecodeError:
                self.wrong.append(f"{name}_FILE: {path} holds no text")
                return default
        if not value and needed:
            self.wrong.append(f"{name}: is missing; it should look like {like}")
        return value or default

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        holds = value.isdecimal() and least <= int(value) <= most
        self.check(name, holds, f"a number between {least} and {most}, such as {default}")
        return int(value) if holds else default

    def check(self, name: str, holds: bool, like: str) -> None:
        if not holds:
            self.wrong.append(f"{name}: it should look like {like}")


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `environ` (default: the process's). Raises SettingsError with every problem."""
    read = _Reader(os.environ if environ is None else environ)
    database_url = normalised_database_url(read.text("DATABASE_URL", needed=True, like=forms.DATABASE_LIKE))
    secret_key = read.text("SECRET_KEY", needed=True, like=forms.LONG_KEY_LIKE)
    keys = read.text("FIELD_KEYS", needed=True, like=forms.KEY_LIKE)
    base = read.text("PUBLIC_BASE_URL", needed=True, like=forms.BASE_LIKE).rstrip("/")
    demo = read.text("DEMO")
    read.check("DEMO", demo in ("", "0", "1"), "1, or nothing")
    settings = Settings(
        database_url=database_url,
        secret_key=secret_key,
        field_keys=tuple(key.strip() for key in keys.split(",")) if keys else (),
        public_base_url=base,
        mission=read.text("MISSION", DEFAULT_MISSION),
        missions_folder=Path(read.text("MISSIONS_FOLDER", str(DEFAULT_MISSIONS))),
        port=port_number(read.text("PORT", "8000")) or 0,
        twilio_account_sid=read.text("TWILIO_ACCOUNT_SID"),
        twilio_auth_token=read.text("TWILIO_AUTH_TOKEN"),
        twilio_auth_token_previous=read.text("TWILIO_AUTH_TOKEN_PREVIOUS"),
        twilio_messaging_service_sid=read.text("TWILIO_MESSAGING_SERVICE_SID"),
        twilio_from=read.text("TWILIO_FROM"),
        twilio_voice_from=read.text("TWILIO_VOICE_FROM"),
        twilio_content_retention=read.text("TWILIO_CONTENT_RETENTION"),
        twilio_address_retention=read.text("TWILIO_ADDRESS_RETENTION"),
        twilio_base_url=read.text("TWILIO_BASE_URL").rstrip("/"),
        smtp_url=read.text("SMTP_URL"),
        smtp_ca_file=read.text("SMTP_CA_FILE"),
        mail_from=read.text("MAIL_FROM"),
        sms_gateway_file=read.text("SMS_GATEWAY_FILE"),
        sim_database=read.text("SIM_DATABASE"),
        channels=tuple(name.strip() for name in read.text("CHANNELS").split(",") if name.strip()),
        send_workers=read.number("SEND_WORKERS", 8, 1, 64),
        unsure_s=read.number("UNSURE_S", 30, 5, 600),
        metrics_token=read.text("METRICS_TOKEN"),
        deadman_url=read.text("DEADMAN_URL"),
        selftest_number=read.text("SELFTEST_NUMBER"),
        selftest_mailbox=read.text("SELFTEST_MAILBOX"),
        handover_folder=read.text("HANDOVER_FOLDER"),
        handover_passphrase=read.text("HANDOVER_PASSPHRASE"),
        selftest_every_h=read.number("SELFTEST_EVERY_H", 6, 1, 24),
        log_level=read.text("LOG_LEVEL", "INFO").upper(),
        demo=demo == "1",
    )
    _check(settings, read)
    if read.wrong:
        raise SettingsError("\n".join(read.wrong))
    return settings


def profile_folder(environ: Mapping[str, str] | None = None) -> Path:
    """The folder of the mission profile that `environ` names, for commands that need no other setting."""
    read = _Reader(os.environ if environ is None else environ)
    return Path(read.text("MISSIONS_FOLDER", str(DEFAULT_MISSIONS))) / read.text("MISSION", DEFAULT_MISSION)


def _check(s: Settings, read: _Reader) -> None:
    if s.database_url:
        known = s.database_url.startswith(("sqlite:///", "postgresql+psycopg://"))
        read.check("DATABASE_URL", known and not forms.IN_MEMORY.fullmatch(s.database_url), forms.DATABASE_LIKE)
    if s.secret_key:
        read.check("SECRET_KEY", len(s.secret_key) >= 32, forms.LONG_KEY_LIKE)
    read.check("FIELD_KEYS", all(map(forms.is_fernet, s.field_keys)), forms.KEY_LIKE)
    if s.public_base_url:
        right = forms.is_base(s.public_base_url)
        read.check("PUBLIC_BASE_URL", right, forms.BASE_LIKE)
        read.check(
            "DEMO",
            not (right and s.demo) or urlsplit(s.public_base_url).hostname in forms.LOOPBACK,
            forms.LOOPBACK_ONLY,
        )
    read.check("PORT", s.port > 0, forms.PORT_LIKE)
    read.check("METRICS_TOKEN", not s.metrics_token or bool(forms.RANDOM.fullmatch(s.metrics_token)), forms.RANDOM_LIKE)
    if s.handover_folder or s.handover_passphrase:
        folder = Path(s.handover_folder or "/nowhere")
        read.check("HANDOVER_FOLDER", folder.is_dir() and os.access(folder, os.W_OK), forms.FOLDER_LIKE)
        read.check("HANDOVER_PASSPHRASE", len(s.handover_passphrase) >= 20, forms.PHRASE_LIKE)
    read.check(
        "SELFTEST_NUMBER", not s.selftest_number or bool(forms.NUMBER.fullmatch(s.selftest_number)), forms.NUMBER_LIKE
    )
    read.check(
        "SELFTEST_MAILBOX",
        not s.selftest_mailbox or bool(forms.ADDRESS.fullmatch(s.selftest_mailbox)),
        forms.MAILBOX_LIKE,
    )
    read.check("DEADMAN_URL", not s.deadman_url or forms.is_watcher(s.deadman_url), forms.WATCHER_LIKE)
    read.check("LOG_LEVEL", s.log_level in LOG_LEVELS, " or ".join(LOG_LEVELS))
    profile = s.missions_folder / s.mission / "mission.toml"
    read.check("MISSION", profile.is_file(), f"the name of a folder in {s.missions_folder}")
    _check_channels(s, read)


def _check_channels(s: Settings, read: _Reader) -> None:
    twilio = any(getattr(s, name) for name in Settings.__dataclass_fields__ if name.startswith("twilio_"))
    if twilio and not s.demo:
        read.check("TWILIO_ACCOUNT_SID", bool(forms.ACCOUNT_SID.fullmatch(s.twilio_account_sid)), forms.ACCOUNT_LIKE)
    if s.twilio_account_sid:
        read.check("TWILIO_AUTH_TOKEN", bool(s.twilio_auth_token), "the account's auth token")
        sender = bool(s.twilio_messaging_service_sid or s.twilio_from or s.twilio_voice_from)
        read.check("TWILIO_MESSAGING_SERVICE_SID", sender, forms.SENDER_LIKE)
    if s.twilio_messaging_service_sid:
        right = bool(forms.SERVICE_SID.fullmatch(s.twilio_messaging_service_sid))
        read.check("TWILIO_MESSAGING_SERVICE_SID", right, forms.SENDER_LIKE)
    if s.twilio_from:
        read.check("TWILIO_FROM", bool(forms.SENDER.fullmatch(s.twilio_from)), forms.FROM_LIKE)
    if s.twilio_voice_from:
        read.check("TWILIO_VOICE_FROM", bool(forms.NUMBER.fullmatch(s.twilio_voice_from)), forms.NUMBER_LIKE)
    if s.twilio_base_url:
        read.check("TWILIO_BASE_URL", forms.is_base(s.twilio_base_url), forms.TWILIO_LIKE)
    read.check(
        "TWILIO_CONTENT_RETENTION", s.twilio_content_retention in ("", "retain", "discard"), "discard, or nothing"
    )
    read.check(
        "TWILIO_ADDRESS_RETENTION", s.twilio_address_retention in ("", "retain", "obfuscate"), "obfuscate, or nothing"
    )
    if s.smtp_url:
        read.check("SMTP_URL", forms.is_smtp(s.smtp_url), forms.SMTP_LIKE)
        read.check("MAIL_FROM", bool(forms.ADDRESS.fullmatch(parseaddr(s.mail_from)[1])), forms.MAIL_LIKE)
    if s.smtp_ca_file:
        read.check("SMTP_CA_FILE", forms.is_certificates(s.smtp_ca_file), forms.CA_LIKE)
    if s.demo:
        real = s.twilio_account_sid or s.smtp_url or s.sms_gateway_file or s.sim_database
        read.check("DEMO", not real, forms.NO_PROVIDER)
    else:
        read.check("SMTP_URL", bool(s.smtp_url), forms.SMTP_LIKE + "; without mail nobody would be told")
