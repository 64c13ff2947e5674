"""A profile is taken whole or refused with every problem's file, line and reason."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest
from profiles import FOLDER, spoil

from deconflict.domain.activity import Side
from deconflict.domain.severity import Severity
from deconflict.mission import MissionError, Problem, load_mission, mission_problems
from deconflict.schemas.toml_lines import lines_of


def test_the_shipped_profile_is_in_order() -> None:
    assert mission_problems(FOLDER) == []
    mission = load_mission(FOLDER)
    assert (mission.code, mission.timezone, mission.languages, mission.two_way_sms) == (
        "mali-minusma",
        "Africa/Bamako",
        ("fr", "en"),
        False,
    )
    assert mission.pack.status == "proposed_defaults_not_endorsed"
    assert not mission.pack.endorsed
    assert mission.basemap.is_dir()


SPOILT: list[tuple[str, str, str, int, str]] = [
    ("sop.toml", "within_km = 5\n", 'within_km = "five"\n', 1, "rule 2, within_km: Not a valid number"),
    ("sop.toml", "within_km = 5\n", "within_km = -5\n", 2, "rule 5, within_km: Must be greater"),
    ("sop.toml", "within_h = 48", "within_hours = 48", 1, "rule 3, within_hours: Unknown field"),
    ("sop.toml", 'severity = "high"', 'severity = "grave"', 1, "rule 2, severity: Not one of critical, high"),
    ("sop.toml", 'harm = "distinction"', 'harm = "harm"', 3, "rule 3, harm: Not one of danger, distinction"),
    ("sop.toml", 'id = "R01b"', 'id = "R01a"', 1, "rule 2, id: 'R01a' was given before"),
    (
        "sop.toml",
        'mission = ["UNIFORM"]',
        'mission = ["UNIFORMS"]',
        4,
        "rule 4, mission: 'UNIFORMS' is no kind or group",
    ),
    ("sop.toml", 'humanitarian = ["MOVE"]', 'humanitarian = ["UNIFORM"]', 1, "is no kind or group of the humanitarian"),
    ("sop.toml", 'provenance = "proposed"', 'provenance = "sourced"', 2, "modifier, market_day, provenance: A sourced"),
    ("sop.toml", 'provenance = "proposed"', 'provenance = "sourced"', 7, "rule 2, provenance: A sourced rule says"),
    ("sop.toml", "depart_slack_h = 1", "depart_slack_h = true", 1, "windows, depart_slack_h:"),
    ("sop.toml", 'until = "06:00"', 'until = "6h"', 1, "quiet, until: Not an hour"),
    ("sop.toml", "share = 0.25\nfloor_min", "share = 25\nfloor_min", 1, "ack, critical, share:"),
    ("sop.toml", 'to = ["suboffice_head"]', 'to = ["owner_security"]', 1, "step 3, to: The ladder of OCHA"),
    ("sop.toml", "at_share = 0\n", "at_share = 3\n", 1, "step 1, at_share: The first step"),
    ("sop.toml", "at_share = 1\n", "at_share = 0.2\n", 1, "step 3, at_share: Steps stand in the order"),
    ("sop.toml", 'occupied = "high"', 'occupied = "low"', 1, "static_site, occupied: This alerts nobody"),
    ("sop.toml", 'occupied = "high"', 'occupied = "info"', 1, "static_site, occupied: This alerts nobody"),
    ("activities.toml", 'side = "mission"', 'side = "military"', 1, "kind 26, side: Not one of humanitarian, mission"),
    ("activities.toml", 'shown_as = "OTHER"', 'shown_as = "ELSE"', 1, "kind 7, shown_as: 'ELSE' is not a kind"),
    ("activities.toml", "travel = true", "travels = true", 2, "kind 2, travels: Unknown field"),
    ("activities.toml", "label.fr =", "label.de =", 3, "kind 3, label, fr: Missing data"),
    ("mission.toml", 'covers = ["ML08"]', 'covers = ["ML99"]', 1, "sector 1, covers: Not in the gazetteer"),
    ("mission.toml", "staffed = true", "staffed = false", 5, "area 5, staffed: Nobody reads"),
    ("mission.toml", "every_weeks = 1", "every_weeks = 99", 1, "drill, every_weeks: Must be"),
    ("mission.toml", "every_weeks = 1", "every_week = 1", 1, "drill, every_week: Unknown field"),
    ("mission.toml", 'weekday = "wednesday"', 'weekday = "mercredi"', 1, "drill, weekday: Not one of monday"),
    ("mission.toml", 'hour = "10:00"', 'hour = "10h"', 1, "drill, hour: Not an hour"),
    ("mission.toml", 'hour = "10:00"', 'hour = "05:30"', 1, "drill, hour: 05:30 is in the quiet hours"),
    ("mission.toml", 'timezone = "Africa/Bamako"', 'timezone = "Mali"', 1, "timezone: Not a time zone"),
    (
        "mission.toml",
        'backup = ["GAO", "BAMAKO"]',
        'backup = ["GAOO"]',
        1,
        "area 4, backup: 'GAOO' is not another area",
    ),
    ("mission.toml", 'on = "01-20"', 'on = "20 Jan"', 1, "holiday 2, on:"),
    ("mission.toml", 'ff = "Fulfulde"', 'Fulfulde = "ff"', 1, "spoken, Fulfulde: String does not match"),
    ("mission.toml", "two_way_sms = false", 'two_way_sms = "no"', 1, "two_way_sms: Not a valid boolean"),
    ("mission.toml", 'role = "g3"', 'role = ""', 2, "sector 2, contact 2, role:"),
]


@pytest.mark.parametrize(("name", "old", "new", "nth", "reason"), SPOILT, ids=[case[4] for case in SPOILT])
def test_a_problem_names_its_file_line_and_reason(
    profile: Path, name: str, old: str, new: str, nth: int, reason: str
) -> None:
    line = spoil(profile, name, old, new, nth) - new.count("\n")
    problems = mission_problems(profile)
    assert [(p.file, p.line) for p in problems if reason in p.reason] == [(name, line)], problems


def test_every_problem_is_shown_at_once(profile: Path) -> None:
    spoil(profile, "sop.toml", 'severity = "high"', 'severity = "grave"')
    spoil(profile, "mission.toml", "staffed = true", "staffed = false")
    spoil(profile, "activities.toml", "travel = true", "travels = true", 2)
    with pytest.raises(MissionError) as caught:
        load_mission(profile)
    assert {problem.file for problem in caught.value.problems} == {"sop.toml", "mission.toml", "activities.toml"}
    assert str(caught.value).count("\n") == len(caught.value.problems) - 1


@pytest.mark.parametrize("region", ["ML01", "ML02", "ML03", "ML04", "ML09"])
def test_a_region_without_area_or_sector_is_refused(profile: Path, region: str) -> None:
    """RUL-26: Bamako and the south belong somewhere too."""
    path = profile / "mission.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f', "{region}"', "").replace(f'"{region}", ', ""), encoding="utf-8")
    reasons = [problem.reason for problem in mission_problems(profile)]
    cercles = {p.pcode for p in load_mission(FOLDER).gazetteer.places if p.level == "cercle" and p.region == region}
    assert cercles
    for unit in ("sector", "area"):
        named = {
            code for code in cercles for reason in reasons if f"No {unit} covers" in reason and f"({code})" in reason
        }
        assert named == cercles


def test_a_sector_without_a_desk_is_refused(profile: Path) -> None:
    text = (profile / "mission.toml").read_text(encoding="utf-8")
    kept: list[str] = []
    dropping = False
    for line in text.splitlines():
        if line.startswith("["):
            dropping = line == "[[sector.contact]]" and '"N"' in "".join(kept) and '"W"' not in "".join(kept)
        if not dropping:
            kept.append(line)
    (profile / "mission.toml").write_text("\n".join(kept), encoding="utf-8")
    problems = mission_problems(profile)
    assert problems == [Problem("mission.toml", kept.index("[[sector]]") + 1, problems[0].reason)]
    assert "No desk of the mission answers" in problems[0].reason


def test_text_that_is_not_toml_names_its_line(profile: Path) -> None:
    line = spoil(profile, "sop.toml", 'id = "R03b"', 'id = "R03b')
    assert [(problem.file, problem.line) for problem in mission_problems(profile)] == [("sop.toml", line)]


def test_a_file_that_is_missing_is_a_problem_and_not_a_crash(profile: Path) -> None:
    (profile / "sop.toml").unlink()
    assert [(problem.file, problem.line) for problem in mission_problems(profile)] == [("sop.toml", 1)]


def test_a_bad_row_of_the_gazetteer_names_its_file_and_line(profile: Path) -> None:
    line = spoil(profile, "gazetteer/towns.csv", "town,PP050300000,ML050201", "town,PP050300000,ML999999")
    found = mission_problems(profile)
    assert [(problem.file, problem.line) for problem in found] == [("gazetteer/towns.csv", line)]


def test_a_gazetteer_without_an_edition_is_refused(profile: Path) -> None:
    for path in (profile / "gazetteer").glob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").replace("COD 2021-12-20", ""), encoding="utf-8")
    assert ["edition" in problem.reason for problem in mission_problems(profile)] == [True]


def test_lines_are_found_by_path_in_any_layout() -> None:
    lines = lines_of(
        'top = 1\n[a.b]\nx = """\n[[rule]]\ny = 2\n"""\n[[rule]]\n"q k" = 1\nwhy.fr = "x"\n[rule.sub]\nz = 1\n[[rule]]\n'
    )
    assert lines.of(("top",)) == 1
    assert lines.of(("a", "b", "x")) == 3
    assert lines.of(("rule", 0)) == 7
    assert lines.of(("rule", 0, "q k")) == 8
    assert lines.of(("rule", 0, "why", "fr")) == 9
    assert lines.of(("rule", 0, "sub", "z")) == 11
    assert lines.of(("rule", 1)) == 12
    assert lines.of(("rule", 1, "missing")) == 12
    assert lines.of(("rule", 0, "why", "en")) == 9
    assert lines.of(("nowhere",)) == 1


def test_every_commune_resolves_to_a_staffed_area_and_a_sector_with_a_contact() -> None:
    mission = load_mission(FOLDER)
    communes = [place for place in mission.gazetteer.places if place.level == "commune"]
    assert len(communes) == 701
    for place in communes:
        assert mission.area(mission.area_of(place.pcode)).staffed
        assert mission.sector(mission.sector_of(place.pcode)).contacts


@pytest.mark.parametrize(
    ("name", "area", "sector"),
    [
        ("Bankass", "MOPTI", "C"),
        ("Ménaka", "MENAKA", "E"),
        ("Gao", "GAO", "E"),
        ("Kidal", "KIDAL", "N"),
        ("Tombouctou", "TOMBOUCTOU", "W"),
        ("Ségou", "MOPTI", "C"),
        ("Bamako", "BAMAKO", "B"),
        ("Kayes", "BAMAKO", "B"),
    ],
)
def test_places_and_points_resolve_to_their_desks(name: str, area: str, sector: str) -> None:
    mission = load_mission(FOLDER)
    place = mission.gazetteer.search(name)[0]
    assert (mission.area_of(place.pcode), mission.sector_of(place.pcode)) == (area, sector)
    assert (mission.area_of(place.point), mission.sector_of(place.point)) == (area, sector)


def test_an_unknown_code_resolves_to_nothing() -> None:
    with pytest.raises(LookupError):
        load_mission(FOLDER).area_of("ML9999")


def test_groups_are_those_of_the_rulings() -> None:
    kinds = load_mission(FOLDER).catalogue
    uniform = {kind.code for kind in kinds.kinds.values() if "UNIFORM" in kind.groups}
    assert uniform == {
        "PAT_SHORT", "PAT_LONG", "PAT_FOOT", "PAT_NIGHT", "PAT_RIVER",
        "LOG_CONVOY", "ESCORT", "JOINT_OP", "EOD_ROUTE", "DDR_CVR", "TOB",
    }  # fmt: skip
    sensitive = {kind.code for kind in kinds.kinds.values() if kind.sensitive}
    assert sensitive == {"PROT_MON", "ACCESS_NEG", "SITE_GUESTHOUSE"}
    crowd = {kind.code for kind in kinds.kinds.values() if "CROWD" in kind.groups}
    assert crowd == {"DIST_FOOD", "DIST_NFI", "DIST_CASH", "HEALTH_MOBILE", "VACC", "NUTRITION", "REG_IDP"}
    assert {kind.code for kind in kinds.of(Side.MISSION, event=True)} == {"QIP_VISIT", "QIP_CEREMONY"}


def test_a_cash_distribution_reads_like_other_for_anybody_but_insiders() -> None:
    kinds = load_mission(FOLDER).catalogue
    assert kinds.shown("DIST_CASH", insider=False).code == "OTHER"
    assert kinds.shown("DIST_CASH", insider=True).code == "DIST_CASH"
    assert kinds.shown("DIST_FOOD", insider=False).code == "DIST_FOOD"


def test_numbers_that_can_take_a_text() -> None:
    plan = load_mission(FOLDER).phone_plan
    assert plan.takes_texts("+22370000001")
    assert not plan.takes_texts("+22320000001")  # a fixed line
    assert not plan.takes_texts("+2237000000")  # a digit short
    assert not plan.takes_texts("+881600000001")  # satellite
    assert not plan.takes_texts("+33600000000")


def test_days_off_come_back_every_year() -> None:
    mission = load_mission(FOLDER)
    assert mission.is_day_off(date(2026, 9, 22))
    assert mission.is_day_off(date(2026, 11, 28))  # a Saturday
    assert not mission.is_day_off(date(2026, 11, 27))


def test_retention_follows_the_ruling() -> None:
    retention = load_mission(FOLDER).pack.retention
    assert (retention["movement_exact"].days, retention["patrol_exact"].days) == (14, 7)
    assert set(load_mission(FOLDER).pack.clocks.release) == {Severity.CRITICAL}


def test_drills_start_by_themselves_only_where_a_plan_says_when(profile: Path) -> None:
    plan = load_mission(FOLDER).drill_plan
    assert plan is not None
    assert (plan.every_weeks, plan.weekday, plan.hour) == (1, 2, time(10))
    spoil(profile, "mission.toml", 'weekday = "wednesday"\n', "")
    assert [problem.reason for problem in mission_problems(profile)] == [
        "drill, weekday: Say when drills start, or every_weeks = 0 for never."
    ]
    spoil(profile, "mission.toml", "every_weeks = 1", "every_weeks = 0")
    assert load_mission(profile).drill_plan is None
    spoil(profile, "mission.toml", '[drill]\nevery_weeks = 0\nhour = "10:00"\n', "")
    assert load_mission(profile).drill_plan is None
