"""A wrong or missing value stops the start with its name and what it should look like; every problem at once."""

from __future__ import annotations

import re
import subprocess
import sys

import certifi
import pytest
from cryptography.fernet import Fernet

from deconflict.settings import ROOT, SECRETS, Settings, SettingsError, read_settings

GOOD = {
    "DATABASE_URL": "sqlite:////tmp/x.db",
    "SECRET_KEY": "k" * 64,
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "PUBLIC_BASE_URL": "https://desk.example.org",
    "SMTP_URL": "smtp://user:secret@mail.example.org:587",
    "MAIL_FROM": "info@desk.example.org",
}
SOURCE = (ROOT / "deconflict/settings.py").read_text(encoding="utf-8")
ENVIRONMENT = set(re.findall(r'read\.(?:text|number)\(\s*"([A-Z_]+)"', SOURCE))
DEMO = {k: v for k, v in GOOD.items() if k not in ("SMTP_URL", "MAIL_FROM")} | {
    "DEMO": "1",
    "PUBLIC_BASE_URL": "http://127.0.0.1:8000",
}


def problems(**changed: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(GOOD | changed)
    return str(caught.value)


def test_a_good_environment_is_read():
    settings = read_settings(GOOD)
    assert (settings.mission, settings.port, settings.https, settings.demo) == ("mali-minusma", 8000, True, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://somewhere"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///file:x?mode=memory&uri=true"),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("FIELD_KEYS", ""),
        ("FIELD_KEYS", "not-a-key"),
        ("FIELD_KEYS", ","),
        ("FIELD_KEYS", " "),
        ("PUBLIC_BASE_URL", ""),
        ("PUBLIC_BASE_URL", "http://desk.example.org"),
        ("PUBLIC_BASE_URL", "desk.example.org"),
        ("PUBLIC_BASE_URL", "https://desk.example.org/carnet"),
        ("PUBLIC_BASE_URL", "https://desk.example.org?lang=fr"),
        ("PUBLIC_BASE_URL", "https://somebody@desk.example.org"),
        ("PUBLIC_BASE_URL", "https://desk.example.org:x"),
        ("PUBLIC_BASE_URL", "https://[desk"),
        ("MISSION", "atlantis"),
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("PORT", "0"),
        ("PORT", "²"),
        ("LOG_LEVEL", "LOUD"),
        ("TWILIO_ACCOUNT_SID", "XX1"),
        ("TWILIO_ACCOUNT_SID", "ACx"),
        ("TWILIO_MESSAGING_SERVICE_SID", "garbage"),
        ("TWILIO_FROM", "an address of somebody"),
        ("TWILIO_FROM", "+0"),
        ("TWILIO_BASE_URL", "nope"),
        ("TWILIO_BASE_URL", "http://relay.example.org"),
        ("TWILIO_BASE_URL", "https://relay.example.org/twilio"),
        ("TWILIO_VOICE_FROM", "Carnet"),
        ("TWILIO_CONTENT_RETENTION", "forget"),
        ("TWILIO_ADDRESS_RETENTION", "discard"),
        ("SMTP_URL", "http://mail.example.org"),
        ("SMTP_URL", ""),
        ("SMTP_CA_FILE", "/nope"),
        ("SMTP_CA_FILE", __file__),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", "@"),
        ("MAIL_FROM", "Desk <desk>"),
        ("METRICS_TOKEN", "short"),
        ("HANDOVER_FOLDER", "/nowhere"),
        ("HANDOVER_PASSPHRASE", "short"),
        ("SELFTEST_NUMBER", "70000000"),
        ("SELFTEST_MAILBOX", "Desk <info@desk.example.org>"),
        ("SELFTEST_EVERY_H", "0"),
        ("DEADMAN_URL", "http://watcher.example.org/ping"),
        ("DEADMAN_URL", "watcher"),
        ("DEADMAN_URL", "https://somebody:x@watcher.example.org/ping"),
        ("DEADMAN_URL", "https://[watcher"),
        ("METRICS_TOKEN", "with a blank " * 5),
        ("DEMO", "1"),
        ("DEMO", "true"),
    ],
)
def test_each_wrong_value_is_named_with_what_it_should_look_like(name, value):
    said = [line for line in problems(**{name: value}).splitlines() if line.startswith(f"{name}:")]
    assert said
    assert all("should look like" in line for line in said)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("DATABASE_URL", "sqlite:///var/memory.db", "sqlite:///var/memory.db"),
        ("PUBLIC_BASE_URL", "https://desk.example.org/", "https://desk.example.org"),
        ("PUBLIC_BASE_URL", "http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("MAIL_FROM", "Desk <info@desk.example.org>", "Desk <info@desk.example.org>"),
        ("SMTP_CA_FILE", certifi.where(), certifi.where()),
        ("DEMO", "0", False),
    ],
)
def test_what_a_right_value_may_look_like_too(name, value, read):
    assert getattr(read_settings(GOOD | {name: value}), name.lower()) == read


def test_every_problem_is_told_at_once():
    text = problems(SECRET_KEY="", PORT="x", MISSION="atlantis")
    assert {line.split(":")[0] for line in text.splitlines()} == {"SECRET_KEY", "PORT", "MISSION"}


def test_twilio_needs_its_token_and_a_sender():
    text = problems(TWILIO_ACCOUNT_SID="AC" + "0" * 32)
    assert {line.split(":")[0] for line in text.splitlines()} == {"TWILIO_AUTH_TOKEN", "TWILIO_MESSAGING_SERVICE_SID"}


@pytest.mark.parametrize(
    "name", sorted(n for n in ENVIRONMENT if n.startswith("TWILIO_") and n != "TWILIO_ACCOUNT_SID")
)
def test_nothing_of_twilio_is_given_without_an_account(name):
    """It would start, and no text would ever leave."""
    assert "TWILIO_ACCOUNT_SID: it should look like AC" in problems(**{name: "+22370000000"})


@pytest.mark.parametrize(
    "sender",
    [
        {"TWILIO_MESSAGING_SERVICE_SID": "MG" + "0f" * 16},
        {"TWILIO_FROM": "+22370000000"},
        {"TWILIO_FROM": "36098"},
        {"TWILIO_FROM": "Carnet"},
    ],
)
def test_a_sender_is_a_service_a_number_or_a_short_name(sender):
    account = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "t"}
    relay = {"TWILIO_BASE_URL": "https://relay.example.org"}
    assert read_settings(GOOD | account | sender | relay).twilio_auth_token == "t"


def test_an_account_that_only_calls_needs_no_sender_of_texts():
    account = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "x", "TWILIO_VOICE_FROM": "+22370000098"}
    assert read_settings(GOOD | account).twilio_voice_from == "+22370000098"


def test_the_order_of_preference_is_read():
    assert read_settings(GOOD | {"CHANNELS": "sim, twilio,"}).channels == ("sim", "twilio")
    assert read_settings(GOOD).channels == ()


def test_the_pace_of_sending_is_a_number_within_reason():
    assert (read_settings(GOOD).send_workers, read_settings(GOOD).unsure_s) == (8, 30)
    given = read_settings(GOOD | {"SEND_WORKERS": "64", "UNSURE_S": "5"})
    assert (given.send_workers, given.unsure_s) == (64, 5)
    for wrong in ("0", "65", "-1", "many", "8.5"):
        assert problems(SEND_WORKERS=wrong) == "SEND_WORKERS: it should look like a number between 1 and 64, such as 8"
    assert problems(UNSURE_S="4").startswith("UNSURE_S: ")


def test_no_problem_ever_quotes_a_secret():
    text = problems(SECRET_KEY="tiny-secret", SMTP_URL="ftp://user:hidden@host", FIELD_KEYS="leaky")
    assert not re.search("tiny-secret|hidden|leaky", text)
    assert "secret" not in repr(read_settings(GOOD)).replace("secret_key", "")


@pytest.mark.parametrize("name", [n for n in SECRETS if n in GOOD])
def test_a_secret_may_come_from_a_file(name, tmp_path):
    path = tmp_path / "secret"
    path.write_text(GOOD[name] + "\n", encoding="utf-8")
    environment = {k: v for k, v in GOOD.items() if k != name} | {f"{name}_FILE": str(path)}
    assert read_settings(environment) == read_settings(GOOD)


def test_a_secret_file_that_is_not_there_or_no_text_is_named(tmp_path):
    environment = {k: v for k, v in GOOD.items() if k != "SECRET_KEY"} | {"SECRET_KEY_FILE": str(tmp_path / "none")}
    with pytest.raises(SettingsError, match="SECRET_KEY_FILE: cannot read"):
        read_settings(environment)
    (tmp_path / "none").write_bytes(b"\xff\xfe" * 40)
    with pytest.raises(SettingsError, match=r"SECRET_KEY_FILE: .* holds no text"):
        read_settings(environment)


@pytest.mark.parametrize("given", ["postgres://u:p@h/n", "postgresql://u:p@h/n", "postgresql+psycopg://u:p@h/n"])
def test_every_way_to_say_postgresql_uses_the_driver_we_ship(given):
    assert read_settings(GOOD | {"DATABASE_URL": given}).database_url == "postgresql+psycopg://u:p@h/n"


def test_a_demo_runs_only_on_this_machine_and_without_real_providers():
    assert read_settings(DEMO).demo
    for more in (
        {"PUBLIC_BASE_URL": "https://desk.example.org"},
        {"SMTP_URL": GOOD["SMTP_URL"], "MAIL_FROM": "a@b.example"},
        {"SMS_GATEWAY_FILE": "/etc/gateway.toml"},
        {"SIM_DATABASE": "/var/lib/gammu-smsd/smsd.db"},
    ):
        with pytest.raises(SettingsError, match="DEMO"):
            read_settings(DEMO | more)


def test_the_example_file_names_every_variable_and_nothing_else():
    text = (ROOT / "config/settings.example.env").read_text(encoding="utf-8")
    named = set(re.findall(r"^#?\s*([A-Z][A-Z_]+)=", text, re.MULTILINE))
    assert named - {f"{n}_FILE" for n in SECRETS} == ENVIRONMENT
    assert set(Settings.__dataclass_fields__) - {"missions_folder"} <= {n.lower() for n in ENVIRONMENT}


def test_the_start_stops_and_says_so(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env={"PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert "SECRET_KEY: is missing" in run.stderr
    assert "Traceback" not in run.stderr
