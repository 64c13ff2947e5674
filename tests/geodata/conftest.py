"""The official data of Mali, and profiles to import them into."""

from __future__ import annotations

from pathlib import Path

import pytest
from official import EDITION, copy_of_profile, options, run
from reference import REFERENCE


@pytest.fixture(scope="session")
def reference() -> Path:
    if not REFERENCE.exists():
        pytest.skip("the official geodata is not at hand (REFERENCE_DATA: a folder with mali/places.csv)")
    return REFERENCE


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return copy_of_profile(tmp_path / "profile")


@pytest.fixture(scope="session")
def imported(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile that stands on the official places of Mali."""
    folder = copy_of_profile(tmp_path_factory.mktemp("official") / "profile")
    done = run(folder, *options(reference), "--edition", EDITION, "--yes")
    assert done.exit_code == 0, done.output
    return folder
