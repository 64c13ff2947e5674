"""The official files of Mali, and how somebody imports them."""

from __future__ import annotations

import shutil
from pathlib import Path

from click.testing import Result
from flask import Flask

from deconflict.cli_mission import mission
from deconflict.settings import ROOT

EDITION = "COD 2021-12-20"
FILES = {
    "codes": "cod2021_pcodes.csv",
    "settlements": "places.csv",
    "outlines": "adm3_lookup.geojson",
    "roads": "roads.geojson",
    "rivers": "rivers.geojson",
}


def copy_of_profile(folder: Path) -> Path:
    shutil.copytree(ROOT / "config/missions/mali-minusma", folder, ignore=shutil.ignore_patterns("places"))
    return folder


def run(profile: Path, *words: str | Path, typed: str = "") -> Result:
    """`flask mission import` on a machine that has nothing but the profile."""
    app = Flask("bare")
    app.cli.add_command(mission)
    return app.test_cli_runner().invoke(args=["mission", "import", str(profile), *map(str, words)], input=typed)


def options(folder: Path, *kinds: str, **others: Path) -> list[str | Path]:
    """The files of the reference, or others in their stead."""
    named = {kind: folder / FILES[kind] for kind in kinds or FILES} | others
    return [word for kind, path in named.items() for word in (f"--{kind}", path)]
