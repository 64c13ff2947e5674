"""`flask mission check` on a machine with nothing but the files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deconflict.bare import bare_app
from deconflict.domain.rule_table import PHRASES, aligned, as_markdown, as_text, head, rows
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
    assert done.stdout.startswith("mali-minusma: in order\n2019-12-ML-draft1 (proposed_defaults_not_endorsed)\n")
    assert as_text(load_mission(PROFILE).pack, language) in done.stdout


def test_every_rule_and_modifier_has_a_line_with_its_reason() -> None:
    pack = load_mission(PROFILE).pack
    for language in PHRASES:
        text = as_text(pack, language).splitlines()
        for rule in (*pack.rules, *pack.duplicates):
            assert any(line.split()[0] == rule.id and line.endswith(rule.why[language]) for line in text if line)
        for reason in pack.modifiers.reasons:
            assert any(line.split()[0] == reason.id and line.endswith(reason.why[language]) for line in text if line)
        starts = {line.index(row.where) for line, row in zip(text[1:], rows(pack, language), strict=False)}
        assert len(starts) == 1  # the column of places stands straight


def test_columns_stand_under_each_other() -> None:
    assert aligned([("a", "bb", "c"), ("dd", "e", "ff")]) == "a   bb  c\ndd  e   ff"


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
    assert as_markdown(load_mission(PROFILE).pack, language) in handbook


def test_a_recording_that_no_call_plays_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "mali-minusma"
    shutil.copytree(PROFILE, folder)
    (folder / "voice" / "bm").mkdir(parents=True)
    (folder / "voice" / "bm" / "voice_taem.mp3").write_bytes(b"x")
    done = flask("mission", "check", str(folder))
    assert done.returncode == 1
    assert "voice/bm/voice_taem.mp3: no call plays this" in done.stderr
