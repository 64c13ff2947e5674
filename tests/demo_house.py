"""The demo as two real processes, gunicorn and the scheduler, on a database of its own: for measuring and for pictures."""

from __future__ import annotations

import html
import http.client
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from cryptography.fernet import Fernet
from flask import Flask
from flask_migrate import upgrade
from flask_security import hash_password

from deconflict import create_app
from deconflict.demo.player import Player, player_of
from deconflict.settings import DEFAULT_MISSIONS, ROOT, read_settings

READY_S = 60.0
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Demo:
    """A demo that was played. `environ` is what its processes need; `player` knows who is in it and what they filed."""

    app: Flask
    player: Player
    environ: Mapping[str, str]
    port: int

    @property
    def url(self) -> str:
        return self.environ["PUBLIC_BASE_URL"]

    def email(self, key: str) -> str:
        """Where somebody of people.toml signs in."""
        return next(g.who.email or "" for g in self.player.scenario.guests if g.key == key)

    @property
    def password(self) -> str:
        return self.player.scenario.password


@dataclass(frozen=True)
class Processes:
    web: subprocess.Popen[bytes]
    scheduler: subprocess.Popen[bytes]


def play_demo(folder: Path, missions: Path = DEFAULT_MISSIONS) -> Demo:
    """Plays it into a new file of `folder`, with the profile from `missions`."""
    port = _free_port()
    environ = {
        "DEMO": "1",
        "DATABASE_URL": f"sqlite:///{folder}/demo.db",
        "SECRET_KEY": secrets.token_hex(32),
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "PORT": str(port),
        "MISSIONS_FOLDER": str(missions),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "LOG_LEVEL": "WARNING",
    }
    app = create_app(read_settings(environ))
    with app.app_context():
        upgrade()
        player = player_of(app, datetime.now(UTC), hash_password)
        for _ in player.play():
            pass
    return Demo(app, player, environ, port)


@contextmanager
def running(demo: Demo, folder: Path) -> Iterator[Processes]:
    """Both processes, ready; each is stopped by its own number at the end, whatever happened."""
    tool = Path(sys.executable).parent
    web = [str(tool / "gunicorn"), "wsgi:app"]
    scheduler = [str(tool / "flask"), "--app", "wsgi", "scheduler"]
    with (
        _started(web, demo, folder / "web.log") as first,
        _started(scheduler, demo, folder / "scheduler.log") as second,
    ):
        _wait_until_ready(demo, folder)
        yield Processes(first, second)


@contextmanager
def _started(command: list[str], demo: Demo, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as heard:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **demo.environ}, stdout=heard, stderr=heard)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(demo: Demo, folder: Path) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        try:
            if Client(demo.port).get("/readyz").status == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"the demo is not ready after {READY_S:.0f} s; see {folder}/*.log")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    location: str

    @property
    def token(self) -> str:
        """What a form of this page must bring back."""
        found = re.search(rb'name="csrf_token" value="([^"]+)"', self.body)
        return html.unescape(found[1].decode()) if found else ""


@dataclass
class Client:
    """A browser's barest: one connection kept open, and cookies."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def get(self, path: str, takes: str = "") -> Answer:
        """`takes`: Accept-Encoding; the body comes as it was sent."""
        return self._ask("GET", path, takes=takes)

    def post(self, path: str, form: Mapping[str, str]) -> Answer:
        return self._ask("POST", path, urlencode(form))

    def sends(self, path: str, form: Mapping[str, str], raw: bytes) -> Answer:
        """A file beside the form."""
        edge = "edge-of-a-part"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{text}\r\n' for n, text in form.items()
        ]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="list"\r\n\r\n'
        body = "".join([*parts, head]).encode() + raw + f"\r\n--{edge}--\r\n".encode()
        return self._ask("POST", path, body, kind=f"multipart/form-data; boundary={edge}")

    def signs_in(self, email: str, password: str) -> Client:
        form = {"csrf_token": self.get("/login").token, "email": email, "password": password}
        if self.post("/login", form).status not in (302, 303):
            raise RuntimeError(f"{email} cannot sign in")
        return self

    def twin(self) -> Client:
        """The same person on a connection of their own."""
        return Client(self.port, dict(self.cookies))

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _ask(
        self, method: str, path: str, body: str | bytes | None = None, takes: str = "", kind: str = FORM
    ) -> Answer:
        kept = self.connection is not None
        try:
            response, read = self._exchange(method, path, body, takes, kind)
        except (OSError, http.client.HTTPException):
            self.close()
            if not kept:
                raise
            response, read = self._exchange(
                method, path, body, takes, kind
            )  # the server had let go of a connection that was idle
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        where = urlsplit(response.headers.get("Location", ""))
        return Answer(response.status, read, where.path + (f"?{where.query}" if where.query else ""))

    def _exchange(
        self, method: str, path: str, body: str | bytes | None, takes: str, kind: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Accept-Encoding": takes}
        if body is not None:
            headers["Content-Type"] = kind
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return response, response.read()
