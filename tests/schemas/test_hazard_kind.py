"""Without the kind as which hazards are matched a notice would be shown and meet nobody: the profile is refused at its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from profiles import spoil

from deconflict.mission import mission_problems


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('code = "HAZARD"', 'code = "DANGER"'),
        (
            'groups = ["ROAD_HAZARD"]\nfootprint_m = 0\nrecord = true',
            'groups = ["ROAD_HAZARD"]\nfootprint_m = 0\nsite = true',
        ),
    ],
)
def test_a_profile_without_it_is_refused(profile: Path, old: str, new: str) -> None:
    spoil(profile, "activities.toml", old, new)
    (problem,) = mission_problems(profile)
    assert problem.file == "activities.toml"
    assert "no hazard that is shown would meet anybody" in problem.reason


def test_the_shipped_profile_has_it(profile: Path) -> None:
    assert mission_problems(profile) == []
