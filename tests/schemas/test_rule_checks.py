"""Rules that can never fire or never matter are refused at their line."""

from __future__ import annotations

from pathlib import Path

import pytest
from profiles import spoil

from deconflict.mission import mission_problems

# Rules that are read without a fault and would lie there like rules that find nothing: file, old, new, reason.
POINTLESS = [
    ("sop.toml", "within_km = 2\n", "within_km = 0\n", "rule 1, within_km: Within 0 km"),
    ("sop.toml", "within_km = 2\n", "", "rule 1, within_km: A rule needs within_km"),
    (
        "sop.toml",
        'humanitarian = ["PROGRAMME"]\nmission = ["QIP_PROPOSAL"]',
        'humanitarian = ["ASSESS"]\nmission = ["QIP_PROPOSAL"]',
        "rule 12, same_category: No kind of one side",
    ),
    (
        "sop.toml",
        "same_category = true\nsame_settlement",
        "same_category = true\nother_category = true\nsame_settlement",
        "rule 10, other_category: The same kind of aid is not another",
    ),
    (
        "sop.toml",
        "moving = true\nwithin_km = 1\nwithin_h = 2",
        "moving = true\nhalting = true\nwithin_km = 1\nwithin_h = 2",
        "rule 17, halting: Nobody moves and halts",
    ),
    ("sop.toml", 'mission = ["LOG_CONVOY"]', 'mission = ["KLE"]', "rule 17, moving: No kind that the rule names"),
    (
        "sop.toml",
        "moving = true\ntogether_min",
        "together_min",
        "rule 16, together_min: Travelling together is a matter",
    ),
    ("sop.toml", 'humanitarian = ["MOVE"]', 'humanitarian = ["CROWD"]', "rule 16, together_min: No kind that the rule"),
    ("sop.toml", 'unless = ["R06a"]\ns', 'unless = ["R66a"]\ns', "rule 18, unless: 'R66a' is no other rule"),
    ("sop.toml", 'unless = ["R06a"]\ns', 'unless = ["R06c"]\ns', "rule 18, unless: 'R06c' is no other rule"),
    ("sop.toml", 'severity = "info"', 'severity = "low"', "rule 28, severity: Its own cap (info) keeps it"),
    (
        "sop.toml",
        'site_hours = true\nseverity = "medium"\nharm = "distinction"',
        'site_hours = true\nseverity = "medium"\nharm = "distinction"\nurban = true',
        "rule 24, urban: There is no distance",
    ),
    (
        "sop.toml",
        'humanitarian = ["PROTECTED_SITE"]\nmission = ["UNIFORM"]',
        'humanitarian = ["CROWD"]\nmission = ["UNIFORM"]',
        "rule 24, site_hours: No kind that the rule names is a site",
    ),
    ("sop.toml", 'mission = ["ESCORT"]', 'mission = ["ESCORTS"]', "modifier, escort, mission: 'ESCORTS' is no kind"),
    ("sop.toml", 'mission = ["ESCORT"]', 'mission = ["KLE"]', "rule 16, escort: No kind that the rule names"),
    ("sop.toml", 'id = "R14"', 'id = "R13"', "modifier, escort, id: A rule has this id"),
    ("sop.toml", 'among = "humanitarian"\ns', 'among = "mission"\ns', "rule 30, among: Nothing but humanitarian"),
    (
        "sop.toml",
        'among = "humanitarian"\ns',
        'among = "humanitarian"\nmission = ["UNIFORM"]\ns',
        "rule 30, mission: A rule names the mission side, or",
    ),
    (
        "sop.toml",
        "within_km = 25\nwithin_h = 24",
        "within_km = 9\nwithin_h = 6",
        "rule 20, id: It changes nothing: wherever it fires, R07a",
    ),
    ("sop.toml", "time_factor = 2", "time_factor = 0.5", "modifier, joint, time_factor: Must be greater"),
    (
        "activities.toml",
        'hours = ["07:00", "18:00"]',
        'hours = ["18:00", "07:00"]',
        "kind 20, hours: A site opens before it closes",
    ),
    ("activities.toml", "\nrecord = true", "\nrecord = true\nsite = true", "record: A record stands on paper"),
    ("activities.toml", 'mode = "air"', 'mode = "space"', "kind 4, mode: Not one of road"),
    ("activities.toml", "travel = true\nmode", "mode", "kind 4, mode: Only a kind that a whole movement goes by"),
    ("markets.toml", 'weekday = "monday"', 'weekday = "mondays"', "market 1, weekday: Not one of monday"),
    ("markets.toml", "PP050500000", "ML050303", "market 1, settlement: 'ML050303' is no town"),
    ("markets.toml", 'name = "Mopti"', 'name = "Sévaré"', "market 2, name: PP050000000 is Mopti"),
]


@pytest.mark.parametrize(("name", "old", "new", "reason"), POINTLESS, ids=[case[3] for case in POINTLESS])
def test_a_rule_that_can_never_fire_or_matter_is_refused_at_its_line(
    profile: Path, name: str, old: str, new: str, reason: str
) -> None:
    spoil(profile, name, old, new)
    told = [problem for problem in mission_problems(profile) if reason in problem.reason]
    assert [problem.file for problem in told] == [name], mission_problems(profile)
    key = told[0].reason.split(":")[0].split(", ")[-1]
    line = (profile / name).read_text(encoding="utf-8").splitlines()[told[0].line - 1]
    assert line.startswith((f"{key} =", "[["))  # the key itself, or the rule that lacks it


def test_a_rule_that_another_always_silences_is_refused(profile: Path) -> None:
    spoil(profile, "sop.toml", 'mission = ["LOG_CONVOY"]', 'mission = ["UNIFORM"]')
    spoil(profile, "sop.toml", 'unless = ["R06a"]\ns', 'unless = ["R06b"]\ns')
    # R06b gives way to no escort as R06c does, so that it fires wherever R06c would.
    reasons = [problem.reason for problem in mission_problems(profile)]
    assert any("rule 18, unless: It can never fire: wherever it would, R06b silences it" in r for r in reasons), reasons


def test_the_same_rule_twice_is_told_once_and_at_the_later(profile: Path) -> None:
    text = (profile / "sop.toml").read_text(encoding="utf-8")
    start, end = text.index('[[rule]]\nid = "R02"'), text.index("# -- R03")
    twin = text[start:end].replace("R02", "R02-again")
    (profile / "sop.toml").write_text(text[:end] + twin + text[end:], encoding="utf-8")
    problems = mission_problems(profile)
    assert [problem.reason for problem in problems] == [
        "rule 6, id: It changes nothing: wherever it fires, R02 fires and is as severe."
    ]


def test_a_kind_of_which_no_rule_speaks_is_refused_in_its_own_file(profile: Path) -> None:
    spoil(profile, "sop.toml", 'mission = ["AID_INCIDENT"]', 'mission = ["QIP_PROPOSAL"]')
    problems = mission_problems(profile)
    lines = (profile / "activities.toml").read_text(encoding="utf-8").splitlines()
    assert [(p.file, lines[p.line - 1]) for p in problems] == [("activities.toml", "groups = []")]
    assert "No rule of sop.toml speaks of AID_INCIDENT" in problems[0].reason
