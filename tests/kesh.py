"""A country that is nowhere (tests/missions/kesh), with the shipped rules and kinds of activity: whatever of Mali stood in the code
would show in it."""

from __future__ import annotations

import shutil
from pathlib import Path

from world import World

from deconflict.mission import Mission, load_mission
from deconflict.settings import ROOT

FOLDER = ROOT / "tests/missions/kesh"
SHIPPED = ROOT / "config/missions/mali-minusma"


def profile(folder: Path) -> Path:
    """The whole profile, put together in a folder that is not there yet."""
    shutil.copytree(FOLDER, folder)
    for name in ("activities.toml", "sop.toml"):
        shutil.copy(SHIPPED / name, folder)
    return folder


def kesh(folder: Path) -> Mission:
    return load_mission(profile(folder))


class Kesh(World):
    """Numbers are of the range that is kept for stories."""

    NUMBERS = "+120255501{:02d}"
