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
    (
        "sop.toml",
        'unless = ["R06a"]\ns',
        'unless = ["R66a"]\ns',
        "rule 18, unless: 'R66a' is no other rule. Did you mean 'R06a'?",
    ),
    ("sop.toml", 'unless = ["R06a"]\ns', 'unless = ["R17"]\ns', "rule 18, unless: R17 is about two notices"),
    (
        "sop.toml",
        'humanitarian = ["PROTECTED_SITE"]\nmission = ["UNIFORM"]',
        'humanitarian = ["SITE_IDP"]\nmission = ["UNIFORM"]',
        "rule 24, site_hours: No kind that the rule names has hours",
    ),
    (
        "sop.toml",
        'mission = ["AID_INCIDENT"]\n',
        'mission = ["AID_INCIDENT"]\njoint = true\n',
        "rule 29, joint: The rule names nothing but papers",
    ),
    (
        "sop.toml",
        'mission = ["UNIFORM"]\nhalting',
        'mission = ["AID_INCIDENT"]\nhalting',
        "rule 24, halting: The rule names nothing but papers",
    ),
    (
        "sop.toml",
        "together_min = 15\n",
        "together_min = 15\nurban = true\n",
        "rule 16, urban: Who travels is in no town",
    ),
    (
        "sop.toml",
        'mission = ["MEDEVAC"]',
        'mission = ["MEDEVAC", "UNIFORM"]',
        "rule 28, caps: Nothing that R01a, R01b, R01c, R01d, R02, R06a, R06b, R06c, R09c find could be above info",
    ),
    ("sop.toml", 'mission = ["MEDEVAC"]', 'mission = ["MEDEVAC", "ANY"]', "rule 28, caps: Nothing that R01a, R01b"),
    ("sop.toml", "within_km = 2\n", 'within_km = "2"\n', "rule 1, within_km: Not a valid number"),
    ("sop.toml", "urban = true\n", "urban = 1\n", "rule 1, urban: Not a valid boolean"),
    ("sop.toml", 'id = "R01a"', 'id = "R01 a|"', "rule 1, id: Not one word"),
    ("sop.toml", "under_min = 15", "under_min = 0", "passing, under_min: Must be greater"),
    (
        "sop.toml",
        'mission = ["LOG_CONVOY"]',
        'mission = ["LOG_CONVOI"]',
        "rule 17, mission: 'LOG_CONVOI' is no kind or group of the mission side. Did you mean 'LOG_CONVOY'?",
    ),
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
        "rule 24, site_hours: No kind that the rule names has hours",
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
    (
        "activities.toml",
        'category = "health"',
        'category = "heath"',
        "kind 8, category: 'heath' is not one of the categories above. Did you mean 'health'?",
    ),
    (
        "activities.toml",
        'groups = ["CROWD", "PROGRAMME"]',
        'groups = ["CROWDS", "PROGRAMME"]',
        "kind 5, groups: No rule or modifier of sop.toml names 'CROWDS' on the humanitarian side. Did you mean 'CROWD'?",
    ),
    (
        "activities.toml",
        'groups = ["CIVILIAN_VISIT"]',
        'groups = ["CROWD"]',
        "kind 37, groups: No rule or modifier of sop.toml names 'CROWD' on the mission side.",
    ),
    (
        "activities.toml",
        'groups = ["MOVE"]',
        'groups = ["MOVE", "ANY"]',
        "kind 1, groups: No rule or modifier of sop.toml",
    ),
    (
        "activities.toml",
        'host_forces = ["JOINT_FORCES"]',
        'host_forces = ["JOINT_FORCE"]',
        "joint_with, host_forces: No rule or modifier of sop.toml names 'JOINT_FORCE' on the mission side. Did you mean",
    ),
    ("activities.toml", "host_forces =", "host_force =", "traits, joint_with, host_force: Unknown field"),
    (
        "activities.toml",
        "groups = []\nfootprint_m = 100\nsite = true\nany_only = true",
        'groups = ["PROTECTED_SITE"]\nfootprint_m = 100\nsite = true\nany_only = true',
        "kind 23, any_only: Rules of sop.toml name SITE_WAREHOUSE",
    ),
    (
        "activities.toml",
        "any_only = true\n",
        "",
        "kind 23, groups: No rule of sop.toml names SITE_WAREHOUSE, only rules",
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


OF_ONE_SIDE = {
    "within_km = 1\npassing = false": "passing",
    "moving = true": "moving",
    "halting = true": "halting",
    "together_min = 15": "together_min",
    "follows = true": "follows",
    "site_hours = true": "site_hours",
    'unless = ["R01a"]': "unless",
    "within_km = 2\nurban = true": "urban",
    "market_day = true": "market_day",
    "joint = true": "joint",
    "escort = true": "escort",
    'caps = "info"': "caps",
}


@pytest.mark.parametrize("said", OF_ONE_SIDE)
def test_of_two_notices_none_is_the_first_or_the_missions(profile: Path, said: str) -> None:
    line = spoil(profile, "sop.toml", 'among = "humanitarian"\ns', f'among = "humanitarian"\n{said}\ns') - 1
    (problem,) = mission_problems(profile)
    assert (problem.file, problem.line) == ("sop.toml", line)
    assert problem.reason.startswith(f"rule 30, {OF_ONE_SIDE[said]}: It speaks of one side alone")


def test_rules_that_give_way_in_a_circle_are_refused_at_each(profile: Path) -> None:
    spoil(profile, "sop.toml", "moving = true\ntogether_min", 'unless = ["R06b"]\nmoving = true\ntogether_min')
    spoil(profile, "sop.toml", 'mission = ["LOG_CONVOY"]\n', 'mission = ["LOG_CONVOY"]\nunless = ["R06c"]\n')
    lines = (profile / "sop.toml").read_text(encoding="utf-8").splitlines()
    told = [(problem.reason, lines[problem.line - 1]) for problem in mission_problems(profile)]
    said = "rule {}, unless: {} gives way to {} in turn, so that neither could be asked first."
    assert told == [
        (said.format(16, "R06b", "R06a"), 'unless = ["R06b"]'),
        (said.format(17, "R06c", "R06b"), 'unless = ["R06c"]'),
        (said.format(18, "R06a", "R06c"), 'unless = ["R06a"]'),
    ]


def test_a_kind_that_only_rules_for_everybody_mean_must_say_so(profile: Path) -> None:
    patrol = 'label.en = "Long-range patrol"\ngroups = '
    spoil(profile, "activities.toml", f'{patrol}["UNIFORM"]', f"{patrol}[]")
    (problem,) = mission_problems(profile)
    assert "names PAT_LONG, only rules for ANY speak of it. Give it a group, or say any_only = true." in problem.reason
    assert (profile / "activities.toml").read_text("utf-8").splitlines()[problem.line - 1] == "groups = []"
    spoil(profile, "activities.toml", f"{patrol}[]", f"{patrol}[]\nany_only = true")
    assert mission_problems(profile) == []


def test_a_kind_of_which_no_rule_speaks_is_refused_in_its_own_file(profile: Path) -> None:
    spoil(profile, "sop.toml", 'mission = ["AID_INCIDENT"]', 'mission = ["QIP_PROPOSAL"]')
    problems = mission_problems(profile)
    lines = (profile / "activities.toml").read_text(encoding="utf-8").splitlines()
    assert [(p.file, lines[p.line - 1]) for p in problems] == [("activities.toml", "groups = []")]
    assert "No rule of sop.toml speaks of AID_INCIDENT" in problems[0].reason
