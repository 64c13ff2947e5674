"""Every text is shown as it leaves, and one that may not leave is refused before it goes live."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from deconflict.channels import texts as messages
from deconflict.channels.texts import Event, languages
from deconflict.cli_mission import mission
from deconflict.cli_texts import texts
from deconflict.services.texts import faults_of, previews

PROFILE = Path(__file__).parents[1] / "config" / "missions" / "mali-minusma"


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A copy of the texts that may be spoiled."""
    copy = tmp_path / "messages"
    shutil.copytree(messages.FOLDER, copy)
    monkeypatch.setattr(messages, "FOLDER", copy)
    messages._source.cache_clear()
    yield copy
    messages._source.cache_clear()


def spoil(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    messages._source.cache_clear()


def test_every_event_is_shown_in_every_language_and_way_and_nothing_is_against_it() -> None:
    found = previews(["Gao", "Mopti"])
    assert {(one.event, one.language) for one in found if one.kind == "sms"} == {
        (event, lang) for event in Event for lang in languages()
    }
    assert {one.event for one in found if one.kind == "email"} == {e for e in Event if e.has_mail}
    assert {one.event for one in found if one.kind == "voice"} == {e for e in Event if e.has_voice}
    assert {one.segments for one in found if one.kind == "sms"} == {1}
    assert faults_of(found) == []


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("fr/team_high.txt", "Dossier $reference: une patrouille passe. Code $code.", "patrouille"),
        ("fr/team_high.txt", "Dossier $reference: appelez votre base à Gao. Code $code.", "Gao"),
        ("en/focal_request.txt", "File $reference: log in at 14:00. Code $code.", "14:00."),
        ("en/focal_request.txt", "File $reference: log in " + "and again " * 20 + ". Code $code.", "2 segments"),
        ("en/focal_request.txt", "File $reference: log in.", "no $code"),
        ("fr/focal_request.mail.txt", "Dossier $reference\n\nVous êtes autorisé. $link", "autorise"),
        ("en/voice_team.txt", "Call your base, the army is near. $reference", "army"),
    ],
)
def test_a_text_that_may_not_leave_is_named_with_its_file(folder: Path, name: str, text: str, fault: str) -> None:
    spoil(folder, name, text)
    (line, *others) = faults_of(previews(["Gao"]))
    assert line.startswith(f"templates/messages/{name}: ")
    assert fault in line
    assert others == []


def run(command, *words: str):
    with Flask("bare").app_context():
        return CliRunner().invoke(command, words)


def test_the_command_prints_them_and_fails_where_one_must_not_go_live(folder: Path) -> None:
    done = run(texts, "--lang", "en")
    assert done.exit_code == 0
    assert "[en/team_high.txt] sms to team, high, 1 segment" in done.output
    assert "[fr/" not in done.output
    spoil(folder, "en/team_high.txt", "The army comes, $reference, $code.")
    done = run(texts)
    assert done.exit_code == 1
    assert "REFUSED: army" in done.output


def test_the_check_of_a_profile_refuses_what_the_linter_refuses(folder: Path) -> None:
    assert run(mission, "check", str(PROFILE)).exit_code == 0
    spoil(folder, "en/team_high.txt", "The army comes, $reference, $code.")
    done = run(mission, "check", str(PROFILE))
    assert done.exit_code == 1
    assert "en/team_high.txt: army" in done.output
