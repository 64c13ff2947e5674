"""`flask explain` and `flask rejudge`: what the keeper of the server may ask of the engine, and what he never reads."""

from __future__ import annotations

from dataclasses import replace

import make
import pytest
from click.testing import Result
from sqlalchemy import select, update
from world import World

from deconflict import cli_cases
from deconflict.matching.causes import CODES
from deconflict.services.explaining import MOVES
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.items import DueMark, ItemVersion

NEAR = (14.0800, -3.5120)


@pytest.fixture
def met(world: World) -> World:
    world.at("2019-12-07T06:00Z")
    what = replace(make.distribution("Bankass", "10 Dec 09:00-15:00", phone="+22370000077"), plates="QX-43-MD")
    world.notice = world.ngo.files(what)
    world.plan = world.cimic.files(make.patrol(NEAR, "10 Dec 13:00-16:00"))
    world.read_everything()
    return world


def run(world: World, *words: str) -> Result:
    db.session.rollback()
    return world.app.test_cli_runner().invoke(args=list(words))


def test_a_case_explains_itself_and_is_the_same_computed_again(met: World):
    case = met.case
    told = run(met, "explain", case.reference)
    assert told.exit_code == 0, told.output
    for piece in (
        f"case {case.reference}: detected, round 1",
        "notice version 1",
        "plan version 1",
        f"judged 2019-12-07T06:00:12Z, SOP {met.mission.pack.version}, gazetteer {met.mission.gazetteer.edition}",
        "R01a: critical, as filed; gap",
        "limit 2000 m, planned",
        "0.00 h between with all slack, limit 3 h",
        "R01c: medium, as filed; same settlement, planned",
        "2019-12-07T06:00:12Z opened, critical (notice 1, plan 1): a plan was filed",
        "apart (limit 2 km), at the same time",
        "computed again: same as stored",
    ):
        assert piece in told.output, (piece, told.output)
    assert "au même moment" in run(met, "explain", str(case.id), "--lang", "fr").output


def test_no_place_no_name_and_no_sealed_field_is_told_and_the_look_is_written_down(met: World):
    with transaction() as session:  # nobody can open these any more: nobody has to
        session.execute(update(ItemVersion.__table__).values(plates="spoilt", communications="spoilt"))
    told = run(met, "explain", met.case.reference)
    assert "same as stored" in told.output
    hidden = ("Bankass", "14.0", "-3.5", "ONG Alpha", met.notice, met.plan, "QX-43", "7000007", "spoilt", "Mission")
    assert [piece for piece in hidden if piece in told.output] == []
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "explain")).one()
    assert (entry.noun, entry.noun_id, entry.detail["door"]) == ("case", met.case.id, "shell")


def test_of_a_sensitive_case_there_are_figures_only(world: World):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", kind="PROT_MON"))
    world.cimic.files(make.patrol(NEAR, "10 Dec 13:00-16:00"))
    world.read_everything()
    told = run(world, "explain", world.case.reference).output
    assert "R10: " in told
    assert "same as stored" in told
    assert "10 Dec" not in told
    assert "12-10" not in told


def test_what_was_tampered_with_is_said(met: World):
    case = met.case
    stored = dict(case.judgement)
    hits = [{**hit, "gap_m": hit["gap_m"] / 2} if hit["rule_id"] == "R01a" else hit for hit in stored["hits"]]
    hits = [hit for hit in hits if hit["rule_id"] != "R01b"]
    with transaction() as session:
        row = session.get_one(Case, case.id)
        row.judgement = stored | {"hits": hits, "ends_at": "2019-12-10T20:00:00+00:00"}
    told = run(met, "explain", case.reference).output
    assert "same as stored" not in told
    assert "differs: R01a gap_m was" in told
    assert "differs: R01b did not fire, now it does" in told
    assert "differs: ends_at was 2019-12-10T20:00:00+00:00, now" in told


def test_other_rules_are_said_before_what_differs(met: World):
    met.app.extensions["mission"] = replace(met.mission, pack=replace(met.mission.pack, version="another"))
    try:
        told = run(met, "explain", met.case.reference).output
    finally:
        met.app.extensions["mission"] = met.mission
    assert "other rules here: SOP another" in told
    assert "the current versions" not in told  # nobody has amended anything
    assert "differs: sop_version was" in told


def test_a_version_that_cannot_be_read_and_a_case_of_one_item_are_said(met: World):
    with transaction() as session:
        session.execute(update(ItemVersion).values(filing={"filed": "notice"}))
    assert "it cannot be computed again" in run(met, "explain", met.case.reference).output
    run(met, "rejudge")
    met.turn()
    met.read_everything()
    alone = next(case for case in met.cases() if case.pair.endswith("-"))
    assert "it could not be checked" in run(met, "explain", alone.reference).output


def test_after_an_amendment_it_says_what_moved_the_case_and_what_the_new_versions_give(met: World):
    met.cimic.amends(met.plan, make.patrol("Koro", "14 Dec 13:00-16:00"))
    told = run(met, "explain", met.case.reference).output
    assert "plan version 1 (now 2)" in told
    assert "the overlap was gone, critical (notice 1, plan 2): the plan was amended" in told
    assert "computed again: same as stored" in told
    assert "the current versions, at the same instant: no rule fires" in told
    met.cimic.amends(met.plan, make.patrol((14.1060, -3.5200), "10 Dec 13:00-16:00"))
    met.officer.dismisses(met.case)
    met.cimic.amends(met.plan, replace(make.patrol((14.1060, -3.5200), "10 Dec 13:00-16:00"), title="again"))
    told = run(met, "explain", met.case.reference).output
    assert "opened again, high (notice 1, plan 3): the plan was amended" in told
    stands = told.split("the current versions, at the same instant\n")[1]
    assert "R01b: high" in stands
    assert "R01a" not in stands
    with transaction() as session:
        session.execute(update(ItemVersion).where(ItemVersion.version == 4).values(filing={"filed": "plan"}))
    told = run(met, "explain", met.case.reference).output
    assert "computed again: same as stored" in told
    assert "the current versions cannot be computed" in told
    met.read_everything()


def test_every_move_and_cause_has_its_words():
    assert set(cli_cases.EVENTS) == set(MOVES)
    assert set(cli_cases.CAUSES) == set(CODES)


def test_other_files_than_those_of_the_schedulers_are_said_when_somebody_asks_for_another_look(met: World):
    assert "other files" not in run(met, "rejudge").output
    met.app.extensions["mission"] = replace(met.mission, pack=replace(met.mission.pack, version="another"))
    try:
        told = run(met, "rejudge")
    finally:
        met.app.extensions["mission"] = met.mission
    assert f"other files than those here until they start again: SOP {met.mission.pack.version}" in told.output
    assert told.exit_code == 0


def test_a_case_nobody_knows_is_refused(world: World):
    told = run(world, "explain", "ZZZZZ")
    assert (told.exit_code, told.output) == (1, "Error: There is no such case.\n")


def test_rejudge_marks_and_says_how_many_and_the_scheduler_does_it(met: World):
    assert run(met, "rejudge").output == "2 to be looked at again, 2 in all wait for the scheduler\n"
    since = run(met, "rejudge", "--since", "2199-01-01T00:00+00:00").output
    assert since == "0 to be looked at again, 2 in all wait for the scheduler\n"
    met.turn()
    assert db.session.scalars(select(DueMark)).all() == []
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "rejudge").order_by(AuditEntry.id)).all()
    assert [entry.detail["marked"] for entry in entries] == [2, 0]


@pytest.mark.parametrize("since", ["yesterday", "2019-12-09T06:00"])
def test_an_instant_without_its_offset_is_refused(met: World, since: str):
    told = run(met, "rejudge", "--since", since)
    assert told.exit_code == 2
    assert "to be looked at" not in told.output
    assert db.session.scalars(select(DueMark)).all() == []


def test_waiting_ends_when_it_is_done_or_when_nothing_moves(met: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cli_cases.time, "sleep", lambda _s: met.turn())
    assert run(met, "rejudge", "--wait").output.splitlines()[1:] == ["done"]
    monkeypatch.setattr(cli_cases.time, "sleep", lambda _s: None)
    monkeypatch.setattr(cli_cases, "PATIENCE_S", 0.0)
    told = run(met, "rejudge", "--wait")
    assert told.exit_code == 1
    assert "Is `flask scheduler` running?" in told.output
