from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from profiles import FOLDER


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A copy of the shipped profile, to be spoilt."""
    return Path(shutil.copytree(FOLDER, tmp_path / "profile"))
