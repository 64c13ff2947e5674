"""What `make` and `make test` say when something is in their way. What they call is replaced by programs of three lines."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from deconflict.settings import ROOT

TOOLS = ("sh", "env", "id", "sed", "tee", "cat", "rm", "mktemp", "awk", "touch", "dirname", "make", "chmod", "python3")
SKIPPED = "SKIPPED [8] tests/domain/test_places.py:34: the official geodata is not at hand"
PASSED = "3 passed, 8 skipped in 0.1s"


@pytest.fixture
def bin_(tmp_path: Path) -> Path:
    """A folder that is the whole PATH: no apt-get, so nothing is ever installed."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool) or "/nowhere")
    for program in ("ruff", "djlint", "mypy"):
        fake(folder / program, "exit 0")
    return folder


def fake(path: Path, *lines: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    path.chmod(0o755)


def run(command: list[str], bin_: Path, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Its two streams as one, as on a screen."""
    environ: Mapping[str, str] = {"PATH": str(bin_), "HOME": str(folder), **more}
    return subprocess.run(
        command,
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )


# -- make test


def suite(
    bin_: Path, folder: Path, *, said: str, code: int = 0, looks: int = 0, modem: str = "/bin/sh", **more: str
) -> subprocess.CompletedProcess[str]:
    """run.sh where pytest notes how it was called, says this, and ends so; `looks` is how looking at pages ends."""
    looking = f'[ "$2" = pytest ] || {{ echo "$*" > {folder}/looked; exit {looks}; }}'
    fake(bin_ / "python", looking, f'echo "$*" > {folder}/called', f"cat <<'END'\n{said}\nEND", f"exit {code}")
    return run(["sh", str(ROOT / "tests/run.sh")], bin_, folder, BIN=str(bin_), MODEM=modem, **more)


def test_with_nothing_left_out_it_says_nothing_of_it(bin_: Path, tmp_path: Path):
    done = suite(bin_, tmp_path, said="3 passed", CHROMIUM="/bin/sh", CI="true")
    assert (done.returncode, done.stdout) == (0, "3 passed\n")
    assert "-m not" not in (tmp_path / "called").read_text()


def test_what_a_test_left_out_is_in_the_last_lines_with_its_reason(bin_: Path, tmp_path: Path):
    done = suite(bin_, tmp_path, said=f"...sss\n{SKIPPED}\n{PASSED}", CHROMIUM="/bin/sh")
    assert done.returncode == 0
    last = "LEFT OUT: 8 of tests/domain/test_places.py: the official geodata is not at hand"
    assert done.stdout.splitlines()[-2:] == [PASSED, last]


def test_without_a_browser_its_tests_are_left_out_and_it_says_so_last(bin_: Path, tmp_path: Path):
    done = suite(bin_, tmp_path, said=f"{SKIPPED}\n{PASSED}", CHROMIUM="/nowhere")
    assert done.returncode == 0
    assert "-m not browser" in (tmp_path / "called").read_text()
    browser, places = done.stdout.splitlines()[-2:]
    assert browser.startswith("LEFT OUT: the browser tests: chromium could not be installed")
    assert places.startswith("LEFT OUT: 8 of tests/domain/test_places.py")


def test_without_the_modem_daemon_its_tests_are_left_out_beside_those_of_the_browser(bin_: Path, tmp_path: Path):
    done = suite(bin_, tmp_path, said="3 passed", CHROMIUM="/nowhere", modem="/bin/sh /nowhere")
    assert done.returncode == 0
    assert "-m not browser and not gammu" in (tmp_path / "called").read_text()
    browser, modem = done.stdout.splitlines()[-2:]
    assert browser.startswith("LEFT OUT: the browser tests")
    assert modem.startswith("LEFT OUT: the tests of the modem daemon")


@pytest.mark.parametrize(("said", "chromium"), [(SKIPPED, "/bin/sh"), ("3 passed", "/nowhere")])
def test_with_ci_whatever_was_left_out_is_a_failure(bin_: Path, tmp_path: Path, said: str, chromium: str):
    done = suite(bin_, tmp_path, said=said, CHROMIUM=chromium, CI="true")
    assert done.returncode == 1
    assert "LEFT OUT" in done.stdout.splitlines()[-1]


def test_a_failed_test_fails_the_run_and_nothing_hides_it(bin_: Path, tmp_path: Path):
    done = suite(bin_, tmp_path, said=f"{SKIPPED}\n1 failed", code=1, CHROMIUM="/bin/sh")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("LEFT OUT")


def test_pages_that_tests_were_given_are_looked_at_where_they_passed_and_there_is_a_browser(bin_: Path, tmp_path: Path):
    suite(bin_, tmp_path, said="1 failed", code=1, CHROMIUM="/bin/sh")
    suite(bin_, tmp_path, said="3 passed", CHROMIUM="/nowhere")
    assert not (tmp_path / "looked").exists()
    assert suite(bin_, tmp_path, said="3 passed", CHROMIUM="/bin/sh").returncode == 0
    assert "look_at_pages" in (tmp_path / "looked").read_text()
    assert suite(bin_, tmp_path, said="3 passed", looks=1, CHROMIUM="/bin/sh").returncode == 1


def test_a_fault_of_style_stops_before_any_test(bin_: Path, tmp_path: Path):
    fake(bin_ / "ruff", "echo crooked; exit 1")
    done = suite(bin_, tmp_path, said="3 passed", CHROMIUM="/bin/sh")
    assert (done.returncode, done.stdout) == (1, "crooked\n")


def test_a_fault_of_types_stops_before_any_test(bin_: Path, tmp_path: Path):
    fake(bin_ / "mypy", "echo untyped; exit 1")
    done = suite(bin_, tmp_path, said="3 passed", CHROMIUM="/bin/sh")
    assert (done.returncode, done.stdout) == (1, "untyped\n")


@pytest.mark.parametrize(("free_kb", "where"), [(9_000_000, "memory"), (1_000_000, "disk")])
def test_databases_live_in_memory_where_there_is_room_and_go_with_the_run(
    bin_: Path, tmp_path: Path, free_kb: int, where: str
):
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    memory.mkdir(), disk.mkdir()
    fake(bin_ / "df", f"echo Filesystem 1024-blocks Used Available; echo shm 9999999 0 {free_kb}")
    fake(bin_ / "python", '[ "$2" != pytest ] || { echo "$TMPDIR"; touch "$TMPDIR/database"; }')
    places = {"MEMORY": os.fspath(memory), "TMPDIR": os.fspath(disk), "CHROMIUM": "/bin/sh", "MODEM": "/bin/sh"}
    done = run(["sh", str(ROOT / "tests/run.sh")], bin_, tmp_path, BIN=str(bin_), **places)
    assert done.returncode == 0
    assert done.stdout.startswith(os.fspath(tmp_path / where))
    assert list(memory.iterdir()) == []


# -- the virtual environment


def made(bin_: Path, folder: Path, *, free_kb: int) -> subprocess.CompletedProcess[str]:
    """make demo with a Python whose venv module fails as it does, on a disk with so much left."""
    shutil.copy(ROOT / "Makefile", folder)
    fake(bin_ / "df", f"echo Filesystem 1024-blocks Used Available; echo disk 9999999 0 {free_kb}")
    fake(bin_ / "snake", '[ "$2" = venv ] || exit 0', "echo ensurepip returned non-zero exit status 1 >&2; exit 1")
    return run([str(bin_ / "make"), "PYTHON=snake", "demo"], bin_, folder, TMPDIR=os.fspath(folder))


def test_a_disk_that_is_full_while_the_environment_is_made_is_one_sentence(bin_: Path, tmp_path: Path):
    done = made(bin_, tmp_path, free_kb=20_000)
    assert done.returncode != 0
    _making, sentence, _make = done.stdout.splitlines()
    assert sentence.startswith("The disk is full: less than 500 MB are free in ")
    assert sentence.endswith("Free some space, then run make again.")


def test_whatever_else_went_wrong_with_it_is_shown(bin_: Path, tmp_path: Path):
    done = made(bin_, tmp_path, free_kb=9_000_000)
    assert done.returncode != 0
    assert "ensurepip returned non-zero" in done.stdout
    assert "disk" not in done.stdout


def test_a_python_that_is_too_old_is_one_sentence(bin_: Path, tmp_path: Path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    fake(bin_ / "snake", '[ "$1" != -c ] || exit 1', "echo Python 3.9.2")
    done = run([str(bin_ / "make"), "PYTHON=snake", "demo"], bin_, tmp_path)
    assert "Python 3.11, 3.12 or 3.13 is needed (Python 3.9.2 found)" in done.stdout
