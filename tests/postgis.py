"""A PostgreSQL server with PostGIS for the bench alone: in a temporary folder, reached by a socket there, never as root."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOME = Path("/usr/lib/postgresql")
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "512MB",
    "work_mem": "128MB",
    "maintenance_work_mem": "512MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",
    "max_wal_size": "4GB",
    "jit": "off",  # it costs more than it saves on look-ups
}
PATIENCE_S = 30.0


@contextmanager
def server(folder: Path) -> Iterator[str | None]:
    """How to connect to it; None, with a word on stderr, where PostGIS is not and cannot be installed."""
    programs = _programs()
    if programs is None:
        print("- PostGIS cannot be installed here: its figures are left out", file=sys.stderr, flush=True)
        yield None
        return
    place = folder / "postgis"
    place.mkdir()
    user = "nobody" if os.geteuid() == 0 else None  # the server refuses to run as root
    if user is not None:
        shutil.chown(place, user)
        for above in (folder, *folder.parents):
            if above.stat().st_mode & 0o001 == 0:
                above.chmod(above.stat().st_mode | 0o011)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": place}
    data = place / "data"
    make = [programs / "initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C"]
    subprocess.run(make, check=True, user=user, **quiet)  # type: ignore[call-overload]
    options = [option for name, value in SETTINGS.items() for option in ("-c", f"{name}={value}")]
    run = [programs / "postgres", "-D", data, "-k", place, *options]
    with subprocess.Popen(run, user=user, **quiet) as process:  # type: ignore[call-overload]
        try:
            address = f"host={place} user=bench dbname=postgres"
            _wait_for(address)
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_S)


def _programs() -> Path | None:
    """Where the newest server with PostGIS is; Debian's is installed where that is allowed and not done yet."""
    if (found := _found()) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        install = ["apt-get", "install", "-y", "--no-install-recommends", "postgresql"]
        for packages in (install, [*install, f"postgresql-{_newest()}-postgis-3"]):
            subprocess.run(packages, check=False, timeout=180, **quiet)  # type: ignore[call-overload]
        found = _found()
    return found


def _newest() -> str:
    versions = [int(folder.name) for folder in HOME.glob("[0-9]*")]
    return str(max(versions, default=15))


def _found() -> Path | None:
    control = Path("/usr/share/postgresql")
    for version in sorted((int(folder.name) for folder in HOME.glob("[0-9]*")), reverse=True):
        if (control / str(version) / "extension" / "postgis.control").exists():
            return HOME / str(version) / "bin"
    return None


def _wait_for(address: str) -> None:
    import psycopg

    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return
