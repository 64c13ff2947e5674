"""Where the web server of a real installation listens: the README's own command, with PORT set as it is in a container."""

from __future__ import annotations

import gzip
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from accounts import KEY

from deconflict.settings import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
LISTENS = "0A"  # in /proc/net/tcp
HERE = "0100007F"  # 127.0.0.1, lowest byte first


def command() -> list[str]:
    """What the README says, with the programs of this environment."""
    [typed] = set(re.findall(r"`(gunicorn [^`]+)`", README))
    program, *words = typed.split()
    return [str(Path(sys.executable).parent / program), *words]


def environ(folder: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/real.db",
        "SECRET_KEY": "s" * 64,
        "FIELD_KEYS": KEY,
        "PUBLIC_BASE_URL": "https://desk.example.org",
        "SMTP_URL": "smtp://nobody@127.0.0.1:9",
        "MAIL_FROM": "desk@desk.example.org",
        **more,
    }


def listening(port: int) -> Iterator[str]:
    """The addresses, as the kernel writes them, at which somebody listens on this port."""
    for table in ("tcp", "tcp6"):
        path = Path("/proc/net") / table
        for line in path.read_text().splitlines()[1:] if path.exists() else []:
            _number, local, _remote, state, *_more = line.split()
            address, _, at = local.partition(":")
            if state == LISTENS and int(at, 16) == port:
                yield address


def wait_until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except (URLError, OSError):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.2)


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """The port at which it answers until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(command(), cwd=ROOT, env=environ(folder, PORT=str(port)), stderr=subprocess.DEVNULL)
    try:
        wait_until_it_answers(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def fetched(port: int, path: str, takes: str = "gzip, deflate") -> tuple[bytes, Message]:
    """What goes over the line, and its heads."""
    asked = Request(f"http://127.0.0.1:{port}{path}", headers={"Accept-Encoding": takes})
    with urlopen(asked, timeout=10) as answer:
        return answer.read(), answer.headers


def test_it_listens_on_this_machine_alone_opens_no_second_door_and_sends_little(tmp_path: Path):
    with serving(tmp_path) as port:
        assert list(listening(port)) == [HERE]
        assert not list(tmp_path.rglob("*.ctl"))
        page, heads = fetched(port, "/login")
        assert heads["Content-Encoding"] == "gzip"
        [style] = re.findall(r'href="(/static/style\.css\?v=\w+)"', gzip.decompress(page).decode())
        assert heads["Link"] == f"<{style}>; rel=preload; as=style"
        for path, most in ((style, 6_000), ("/static/vendor/leaflet/leaflet.js", 45_000)):
            small, heads = fetched(port, path)
            assert heads["Content-Encoding"] == "gzip"
            assert len(small) == int(heads["Content-Length"]) < most
            assert heads["Cache-Control"].endswith("public, immutable")
            assert heads["X-Content-Type-Options"] == "nosniff"
            assert heads["Vary"] == "Accept-Encoding"
            assert heads["Set-Cookie"] is None
            whole, heads = fetched(port, path, takes="identity")
            assert whole == gzip.decompress(small)
            assert heads["Content-Encoding"] is None
            assert heads["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("wrong", [{"PORT": "eighty"}, {"SECRET_KEY": ""}])
def test_a_wrong_setting_stops_it_before_it_listens(tmp_path: Path, wrong: dict[str, str]):
    run = subprocess.run(
        command(), cwd=ROOT, env=environ(tmp_path, **wrong), capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 2
    assert run.stderr.startswith(f"{next(iter(wrong))}: ")
    assert "Traceback" not in run.stderr
    assert "Listening" not in run.stderr
