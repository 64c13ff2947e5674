"""`flask mission check` on a machine with nothing but the files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deconflict.bare import bare_app
from deconflict.domain.activity import Side
from deconflict.domain.rule_layout import CELL, WIDE, aligned, as_markdown, as_text
from deconflict.domain.rule_table import head, name_rows, rows
from deconflict.domain.rule_words import PHRASES
from deconflict.mission import load_mission

ROOT = Path(__file__).parents[1]
PROFILE = ROOT / "config" / "missions" / "mali-minusma"


def flask(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Without any setting of the installation."""
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **environ}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    return subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_rules_are_printed_as_officers_read_them_without_database_or_keys(language: str) -> None:
    done = flask("mission", "check", "--lang", language)
    assert (done.returncode, done.stderr) == (0, "")
    first, second = {
        "en": ("mali-minusma: in order", "2019-12-ML-draft1 (proposed defaults, not endorsed)"),
        "fr": ("mali-minusma : en ordre", "2019-12-ML-draft1 (valeurs proposées, non endossées)"),
    }[language]
    assert done.stdout.splitlines()[:2] == [first, second]
    assert as_text(load_mission(PROFILE), language) in done.stdout


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_rule_and_modifier_stands_there_with_its_reason_in_lines_that_a_terminal_holds(language: str) -> None:
    mission = load_mission(PROFILE)
    pack, text = mission.pack, as_text(mission, language)
    assert max(map(len, text.splitlines())) <= WIDE
    told = " ".join(text.split())
    for row in rows(pack, language):
        line = next(line for line in text.splitlines() if line.split()[:1] == [row.id])
        assert line.split()[1:3] == [row.severity, row.harm]
        assert line.index(row.where[:4]) == text.index(head(language).where)  # the column of places stands straight
        assert all(" ".join(words.split()) in told for words in (row.only, row.changed_by, row.why))
    for reason in pack.modifiers.reasons:
        assert any(line.startswith(f"{reason.id} ") for line in text.splitlines())
        assert reason.why[language] in told


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_name_in_a_rule_is_told_by_the_kinds_it_means(language: str) -> None:
    mission = load_mission(PROFILE)
    kinds, ours = mission.catalogue, head(language).humanitarian
    meant = {(side == ours, name): means for side, name, means in name_rows(mission, language)}
    for rule in (*mission.pack.rules, *mission.pack.duplicates):
        assert {(True, name) for name in rule.humanitarian} <= meant.keys()
        assert rule.among or {(False, name) for name in rule.mission} <= meant.keys()
    for (is_ours, name), means in meant.items():
        side = Side.HUMANITARIAN if is_ours else Side.MISSION
        assert means
        assert (kinds.of(side)[0].label[language] in means) is (name in kinds.of(side)[0].groups)
    assert meant[True, "VACC"] == kinds["VACC"].label[language]
    assert all(kinds[code].label[language] in meant[False, "UNIFORM"] for code in ("PAT_LONG", "ESCORT", "TOB"))
    assert PHRASES[language]["host_forces"] in meant[False, "JOINT_FORCES"]
    assert PHRASES[language]["unpol"] not in meant[False, "JOINT_FORCES"]


def test_columns_stand_under_each_other_and_go_on_below() -> None:
    assert aligned([("a", "bb", "c"), ("dd", "e", "ff")], CELL) == [["a   bb  c"], ["dd  e   ff"]]
    assert aligned([("a", "one two"), ("b", "")], 4) == [["a  one", "   two"], ["b"]]


def test_both_languages_have_the_same_phrases_and_columns() -> None:
    assert PHRASES["en"].keys() == PHRASES["fr"].keys()
    assert head("en").id == "rule"
    assert head("fr").why == "pourquoi"


def test_a_wrong_profile_is_named_line_by_line_on_the_error_output(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(PROFILE, tmp_path / "spoilt"))
    text = (folder / "sop.toml").read_text(encoding="utf-8")
    (folder / "sop.toml").write_text(text.replace("within_km = 25", "within_kms = 25"), encoding="utf-8")
    line = text[: text.index("within_km = 25")].count("\n") + 1
    for done in (
        flask("mission", "check", str(folder)),
        flask("mission", "check", MISSIONS_FOLDER=str(tmp_path), MISSION="spoilt"),
    ):
        assert (done.returncode, done.stdout) == (1, "")
        assert f"sop.toml:{line}: rule 20, within_kms: Unknown field." in done.stderr


def test_any_other_command_still_refuses_to_start_without_its_settings() -> None:
    done = flask("scheduler")
    assert done.returncode == 2
    assert "DATABASE_URL: is missing" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "known"),
    [
        (["/usr/bin/flask", "--app", "wsgi", "mission", "check"], True),
        (["/lib/flask/__main__.py", "mission", "check"], True),
        (["/usr/bin/flask", "--app", "wsgi", "run"], False),
        (["/usr/bin/gunicorn", "wsgi:app", "mission"], False),
    ],
)
def test_only_a_command_that_needs_the_profile_alone_gets_the_bare_application(
    arguments: list[str], known: bool
) -> None:
    app = bare_app(arguments)
    assert (app is not None) is known
    if app is not None:
        assert "mission" in app.cli.commands
        assert [rule.endpoint for rule in app.url_map.iter_rules()] == ["static"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_tables_of_the_handbook_are_those_of_the_file(language: str) -> None:
    handbook = (ROOT / "docs" / "sop-rules.md").read_text(encoding="utf-8")
    assert as_markdown(load_mission(PROFILE), language) in handbook


def test_a_recording_that_no_call_plays_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "mali-minusma"
    shutil.copytree(PROFILE, folder)
    (folder / "voice" / "bm").mkdir(parents=True)
    (folder / "voice" / "bm" / "voice_taem.mp3").write_bytes(b"x")
    done = flask("mission", "check", str(folder))
    assert done.returncode == 1
    assert "voice/bm/voice_taem.mp3: no call plays this" in done.stderr
