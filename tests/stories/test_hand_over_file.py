"""The hourly file: whoever holds its passphrase knows whom to call when the server is dead, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from zoneinfo import ZoneInfo

import make
import pytest
from sqlalchemy import select

from deconflict.domain.severity import Severity
from deconflict.domain.sheet import (
    AHEAD,
    CallEntry,
    CaseEntry,
    DutyEntry,
    ItemEntry,
    Reach,
    Sheet,
    as_text,
    sheet_from_json,
    within_h,
)
from deconflict.services.sheet import KEPT, HandOver, NotOpened, opened, sealed, write_sheet
from deconflict.settings import ROOT
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.people import Contact, Person
from deconflict.store.sheet import sheet_at
from deconflict.store.work import Heartbeat

NEAR_BANKASS = (14.0800, -3.5120)
PHRASE = "five small words by heart"
ZONE = ZoneInfo("Africa/Bamako")
AT = make.span("10 Dec 09:00-15:00")[0]


@pytest.fixture
def meeting(world):
    """A distribution and a patrol in Bankass, three days ahead."""
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    return world


def sheet(world):
    db.session.rollback()
    db.session.expire_all()
    return sheet_at(db.session(), world.mission, world.now)


def text(world, language="en"):
    return as_text(sheet(world), language, ZONE)


def files(folder):
    return sorted(path.name for path in folder.iterdir())


# ---- what stands in it -----------------------------------------------------------------------------------------------


def test_it_has_the_open_cases_with_the_references_of_both_sides_and_whom_to_call(meeting):
    case, said = meeting.case, text(meeting)
    for part in (case.reference, case.humanitarian_reference, case.mission_reference, "in less than 96 h"):
        assert part in said
    for number in (meeting.ngo.phone.address, meeting.cimic.phone.address, meeting.officer.phone.address):
        assert number in said
    assert "Open cases of the next 96 hours (1)" in said
    assert "Humanitarian 1, Mission 1" in said


def test_it_says_no_place_no_organisation_no_name_and_nothing_that_was_filed(meeting):
    with transaction() as session:
        for person in session.scalars(select(Person)):
            person.name = f"Zaba-{person.id}"
    for said in (text(meeting), text(meeting, "fr"), sheet(meeting).to_json()):
        for secret in (
            "Bankass",
            "ML0",
            "14.0",
            "3.5",
            "Alpha",
            "DIST_FOOD",
            "PAT_LONG",
            "example",
            "09:00",
            "16:00",
            "Zaba",
        ):
            assert secret not in said, secret


def test_what_begins_later_and_what_is_over_stand_not_in_it(meeting):
    meeting.now -= AHEAD - timedelta(days=1)
    assert sheet(meeting).items == sheet(meeting).cases == ()
    meeting.at("2019-12-11T16:00Z")
    assert sheet(meeting).items == sheet(meeting).cases == ()


@pytest.mark.parametrize(
    ("hours", "said"), [(-3, 6), (0, 6), (6, 6), (6.1, 12), (24, 24), (25, 48), (95, 96), (96, 96)]
)
def test_how_soon_it_starts_is_said_in_steps(hours, said):
    assert within_h(AT + timedelta(hours=hours), AT) == said


def test_whom_nothing_reaches_stands_first(meeting):
    assert sheet(meeting).calls == ()
    with transaction() as session:
        for contact in session.scalars(select(Contact).where(Contact.person_id == meeting.cimic.person_id)):
            contact.unreachable_at = meeting.now
    meeting.officer.asks(meeting.case, "mission")
    (call, *_others) = sheet(meeting).calls
    assert call.reach.numbers == (meeting.cimic.phone.address,)
    assert text(meeting).index(call.label) < text(meeting).index("Open cases")


def test_a_number_that_no_key_opens_leaves_the_rest(meeting):
    with transaction() as session:
        session.connection().exec_driver_sql(
            f"UPDATE contact SET address = 'torn' WHERE person_id = {meeting.cimic.person_id}"
        )
    said = text(meeting)
    assert "no number" in said
    assert meeting.ngo.phone.address in said


def test_both_languages_say_everything_and_every_severity_has_its_word():
    reach = Reach("mission", "desk", ())
    for severity in Severity:
        case = CaseEntry("4F7K2", severity, 6, (("mission", "4F7K3", (reach,)),))
        whole = Sheet(
            AT,
            (CallEntry("4F7K3-1", "4F7K2", AT, reach),),
            (case,),
            (ItemEntry("4F7K9", "mission", (reach,)),),
            (DutyEntry("GAO", "duty", ()),),
        )
        for language in ("fr", "en"):
            said = as_text(whole, language, ZONE)
            assert all(part in said for part in ("4F7K2", "4F7K3", "4F7K3-1", "4F7K9", "GAO"))
            assert "{" not in said
        assert sheet_from_json(whole.to_json()) == whole


# ---- the file --------------------------------------------------------------------------------------------------------


def test_it_opens_with_its_passphrase_and_with_no_other(meeting):
    made = sheet(meeting)
    content = sealed(made, PHRASE)
    assert opened(content, PHRASE) == made
    for spoilt, phrase in (
        (content, PHRASE + "x"),
        (content[:-5], PHRASE),
        (content.replace(b"sheet 1", b"sheet 2"), PHRASE),
        (b"", PHRASE),
        (b"a\nb\nc", PHRASE),
    ):
        with pytest.raises(NotOpened):
            opened(spoilt, phrase)
    assert meeting.case.reference.encode() not in content
    assert b"+223" not in content


def test_it_is_written_once_an_hour_for_its_owner_alone_and_the_newest_are_kept(meeting, tmp_path):
    folder = tmp_path / "sheets"
    folder.mkdir()
    to = HandOver(folder, PHRASE)
    assert write_sheet(meeting.mission, to, meeting.now)
    assert not write_sheet(meeting.mission, to, meeting.now + timedelta(minutes=59))
    (name,) = files(folder)
    assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert opened((folder / name).read_bytes(), PHRASE).made_at == meeting.now
    traces = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "hand_over")).all()
    assert [entry.detail for entry in traces] == [{"cases": 1, "items": 2, "calls": 0}]
    for hours in range(1, KEPT + 3):
        assert write_sheet(meeting.mission, to, meeting.now + timedelta(hours=hours))
    assert len(files(folder)) == KEPT
    assert name not in files(folder)


def test_without_a_folder_nothing_is_written(meeting):
    assert not write_sheet(meeting.mission, HandOver(), meeting.now)
    assert db.session.get(Heartbeat, "sheet") is None


def test_a_folder_that_takes_nothing_is_told_and_tried_again_and_stops_nobody(meeting, tmp_path, caplog):
    folder = tmp_path / "gone"
    to = HandOver(folder, PHRASE)
    assert not write_sheet(meeting.mission, to, meeting.now)
    assert "could not be written" in caplog.text
    assert db.session.get(Heartbeat, "sheet") is None
    folder.mkdir()
    assert write_sheet(meeting.mission, to, meeting.now + timedelta(minutes=5))


def test_half_a_file_is_never_met_under_its_name(meeting, tmp_path, monkeypatch):
    def dies(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("deconflict.services.sheet.os.fsync", dies)
    assert not write_sheet(meeting.mission, HandOver(tmp_path, PHRASE), meeting.now)
    assert [name for name in files(tmp_path) if name.endswith(".carnet")] == []


def test_what_was_left_by_one_that_was_killed_goes(meeting, tmp_path):
    (tmp_path / ".handover-20191201T0600Z.carnet").write_bytes(b"half")
    assert write_sheet(meeting.mission, HandOver(tmp_path, PHRASE), meeting.now)
    assert ".handover-20191201T0600Z.carnet" not in files(tmp_path)


def test_after_a_clock_was_set_back_the_next_is_written(meeting, tmp_path):
    to = HandOver(tmp_path, PHRASE)
    assert write_sheet(meeting.mission, to, meeting.now + timedelta(hours=5))
    assert write_sheet(meeting.mission, to, meeting.now)


# ---- the command -----------------------------------------------------------------------------------------------------


def typed(phrase, *words):
    """On a laptop with nothing but the program."""
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "handover", "open", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environ, input=phrase + "\n", capture_output=True, text=True, timeout=120, check=False
    )


def test_the_command_opens_it_without_settings_database_or_keys(tmp_path):
    made = Sheet(AT, (), (), (), (DutyEntry("GAO", "duty", ("+22370000003",)),))
    file = tmp_path / "handover.carnet"
    file.write_bytes(sealed(made, PHRASE))
    done = typed(PHRASE, str(file), "--lang", "en", "--zone", "Africa/Bamako")
    assert done.returncode == 0, done.stderr
    assert "GAO, duty officer: +22370000003" in done.stdout
    assert "10.12.2019 09:00 (Africa/Bamako)" in done.stdout
    assert PHRASE not in done.stdout + done.stderr
    assert "chargé de permanence" in typed(PHRASE, str(file)).stdout
    wrong = typed("another phrase entirely", str(file))
    assert wrong.returncode == 1
    assert "Traceback" not in wrong.stderr
    assert "passphrase" in wrong.stderr
    assert typed(PHRASE, str(file), "--zone", "Mars/Base").returncode == 2
    assert typed(PHRASE, str(tmp_path / "none")).returncode == 2
