"""Official data of Mali, as developers and the project's checks have them beside the project, and profiles to import them into."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from deconflict.cli_mission import mission
from deconflict.settings import ROOT

REFERENCE = Path(os.environ.get("REFERENCE_DATA", ROOT / "../shared/data")) / "mali"
EDITION = "COD 2021-12-20"
FILES = {
    "codes": "cod2021_pcodes.csv",
    "settlements": "places.csv",
    "outlines": "adm3_lookup.geojson",
    "roads": "roads.geojson",
    "rivers": "rivers.geojson",
}


@pytest.fixture(scope="session")
def reference() -> Path:
    if not REFERENCE.exists():
        pytest.skip("the official geodata is not at hand (REFERENCE_DATA: a folder with mali/places.csv)")
    return REFERENCE


def copy_of_profile(folder: Path) -> Path:
    shutil.copytree(ROOT / "config/missions/mali-minusma", folder, ignore=shutil.ignore_patterns("places"))
    return folder


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return copy_of_profile(tmp_path / "profile")


def run(profile: Path, *words: str | Path, typed: str = "") -> Result:
    """`flask mission import` on a machine that has nothing but the profile."""
    app = Flask("bare")
    app.cli.add_command(mission)
    return app.test_cli_runner().invoke(args=["mission", "import", str(profile), *map(str, words)], input=typed)


def options(folder: Path, *kinds: str, **others: Path) -> list[str | Path]:
    """The files of the reference, or others in their stead."""
    named = {kind: folder / FILES[kind] for kind in kinds or FILES} | others
    return [word for kind, path in named.items() for word in (f"--{kind}", path)]


@pytest.fixture(scope="session")
def imported(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile that stands on the official places of Mali."""
    folder = copy_of_profile(tmp_path_factory.mktemp("official") / "profile")
    done = run(folder, *options(reference), "--edition", EDITION, "--yes")
    assert done.exit_code == 0, done.output
    return folder
