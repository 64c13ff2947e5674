"""What has been kept long enough goes, and not a day before; what is held stays; what is left still opens."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import make
import pytest
from sqlalchemy import func, select, text

from deconflict.domain.errors import NotFound, Refused, WrongState
from deconflict.services import acknowledgements, holds
from deconflict.services.item_notes import write_item_note
from deconflict.services.retention import keep_no_longer
from deconflict.store import retention as rows
from deconflict.store.alerts import Acknowledgement, Alert, Message, Receipt
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.cases import CaseEvent, Request
from deconflict.store.item_notes import ItemNote
from deconflict.store.items import DueMark, Item, ItemVersion, PartBox
from deconflict.store.people import Contact
from deconflict.store.queries import facts_of

KINDS = (
    "items",
    "texts",
    "people",
    "notes",
    "trials",
    "drafts",
    "uploads",
    "lines",
    "patterns",
    "declared",
    "protected",
    "replies",
    "consultees",
    "typed",
    "procedures",
    "forms",
    "bodies",
    "audit",
)
NOTHING = dict.fromkeys(KINDS, 0)


@pytest.fixture
def met(world):
    """A notice and a plan that met, were dealt with, and are over. `met.notice`, `met.plan` are their references."""
    notice = replace(
        make.distribution("Bankass", "10 Dec 09:07-15:13", phone="+22370009943"),
        plates="QX-4343-MD",
        overnight="campement zorro",
        urgency="urgent",
        urgency_reason="motif zorro",
        level=make.Level.FULL,
    )
    world.notice = world.ngo.files(notice)
    world.ngo.amends(world.notice, replace(notice, persons=8), "amende zorro")
    world.plan = world.cimic.files(make.patrol((14.08123, -3.51234), "10 Dec 13:17-16:19"))
    request = world.officer.asks(world.case, "mission")
    world.cimic.answers(request, "decline", "reponse zorro")
    alert = world.alerts("request")[0]
    acknowledgements.acknowledge_by_relay(
        world.case.reference,
        alert.id,
        "unit",
        "received",
        "phone",
        "relais zorro",
        world.officer.audience,
        world.mission.catalogue,
        world.now,
    )
    world.officer.agrees(world.case, "MIL_TIME", "accord zorro")
    for reference in (world.notice, world.plan):
        notes_on_it(world, reference)
    world.at("2019-12-12T16:00:00Z")
    world.turn()
    world.turn()
    world.read_everything()
    assert world.case.state == "lapsed"
    return world


def notes_on_it(world, reference):
    write_item_note(reference, "note zorro", world.officer.audience, world.mission.catalogue, world.now)


def later(world, days):
    """So long after the end of the plan; the notice is over an hour earlier."""
    world.at("2019-12-10T16:20:00Z")
    world.now += timedelta(days=days)
    world.turn()
    world.turn()
    world.read_everything()


def cleaned(world):
    db.session.rollback()
    return keep_no_longer(world.mission, world.now)


def dumped():
    """Everything that the database answers with, sealed fields as they lie there."""
    db.session.rollback()
    found = []
    for table in db.metadata.sorted_tables:
        rows_of = db.session.execute(text(f'SELECT * FROM "{table.name}"')).all()
        found += [json.dumps([str(value) for value in row], ensure_ascii=False) for row in rows_of]
    return "\n".join(found)


# ---- the clocks --------------------------------------------------------------------------------------------------


def test_a_patrol_is_exact_for_seven_days_and_a_movement_for_fourteen(met):
    later(met, 6.9)
    assert [met.item(ref).reduced_at for ref in (met.notice, met.plan)] == [None, None]
    later(met, 7.01)
    assert met.item(met.plan).reduced_at == met.now - timedelta(seconds=6)
    assert met.item(met.notice).reduced_at is None
    later(met, 13.9)
    assert met.item(met.notice).reduced_at is None
    later(met, 14.01)
    assert met.item(met.notice).reduced_at is not None


def test_what_is_left_opens_and_knows_no_more_than_commune_and_week(met):
    later(met, 15)
    for reference, versions in ((met.notice, 2), (met.plan, 1)):
        item = met.item(reference)
        assert item.version == versions
        for version in range(1, versions + 1):
            facts = facts_of(db.session(), item, met.mission.catalogue, version)
            (stop,) = facts.filing.stops
            assert (stop.location.source, stop.location.name) == ("commune", "Bankass")
            assert f"{stop.arrive.earliest:%a %H:%M}-{stop.depart.latest:%a %H:%M}" == "Mon 00:00-Sun 23:59"
            assert facts.reduced_at == item.reduced_at
    assert db.session.scalar(select(func.count()).select_from(PartBox)) == 0
    case = met.case
    assert case.reduced_at is not None
    assert f"{case.starts_at:%a %H:%M}-{case.ends_at:%a %H:%M}" == "Mon 00:00-Sun 23:59"
    assert case.judgement["hits"][0]["gap_m"] > 0
    assert case.requests[0].words["place"] == "Bankass"
    assert "recognition" not in case.requests[0].words


def test_a_note_of_ocha_goes_with_what_was_typed_about_its_item_and_none_can_be_written_after(met):
    def left():
        db.session.rollback()
        return db.session.scalar(select(func.count()).select_from(ItemNote))

    later(met, 6.9)
    assert left() == 2
    later(met, 7.01)
    assert left() == 1
    with pytest.raises(Refused, match="kept no longer"):
        notes_on_it(met, met.plan)
    later(met, 14.01)
    assert left() == 0


def test_numbers_and_typed_words_of_a_case_stay_thirty_days(met):
    later(met, 34)  # once reduced, the end is that of its week: the 15th
    whole = db.session.scalars(select(CaseEvent.reason)).all()
    assert "accord zorro" in whole
    later(met, 36)
    assert set(db.session.scalars(select(CaseEvent.reason))) == {""}
    assert set(db.session.scalars(select(Request.answer))) == {""}
    assert set(db.session.scalars(select(Acknowledgement.how))) == {""}
    assert set(db.session.scalars(select(Message.address))) == {""}
    assert set(db.session.scalars(select(Alert.team_contact))) == {None}
    assert len(met.case.requests) == 1


def test_after_two_years_only_figures_are_left_of_a_case(met):
    later(met, 725)
    assert len(met.case.events) > 0
    later(met, 760)
    for table in (Alert, Message, Receipt, Acknowledgement, Request, CaseEvent):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    case = met.case
    assert (case.state, case.severity, case.owner_id) == ("lapsed", "critical", None)
    assert case.judgement["hits"]


def test_the_audit_stays_five_years(met):
    later(met, 1820)
    assert db.session.scalar(select(func.count()).where(AuditEntry.verb == "file")) == 2
    later(met, 1840)
    assert db.session.scalar(select(func.count()).where(AuditEntry.verb == "file")) == 0
    assert db.session.scalar(select(func.count()).where(AuditEntry.verb == "reduce")) == 2


def test_a_cancelled_filing_is_over_when_it_was_cancelled(world):
    reference = world.ngo.files(make.distribution("Bankass", "31 Dec 09:00-15:00"))
    world.ngo.cancels(reference, "motif zorro")
    world.now += timedelta(days=13)
    world.turn()
    assert world.item(reference).reduced_at is None
    world.now += timedelta(days=2)
    world.turn()
    item = world.item(reference)
    assert item.reduced_at is not None
    assert item.state == "cancelled"
    assert "zorro" not in dumped()


def test_an_open_case_keeps_its_items_exact(world):
    """A patrol is over for a week and more, and the hours of the rule still run."""
    world.ngo.files(make.distribution("Bankass", "20 Dec 09:00-15:00"))
    plan = world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00", aid="unplanned"))
    world.at("2019-12-18T08:00:00Z")
    world.turn()
    assert world.case.state == "detected"
    assert world.item(plan).reduced_at is None
    world.at("2019-12-26T08:00:00Z")
    world.turn()
    world.turn()
    assert world.case.state == "lapsed"
    assert world.item(plan).reduced_at is None  # within a day everybody has been told
    world.at("2019-12-27T08:01:00Z")
    world.turn()
    assert world.item(plan).reduced_at is not None
    world.read_everything()


# ---- nothing comes back ------------------------------------------------------------------------------------------


def test_a_reduced_pair_is_neither_judged_nor_opened_again(met):
    later(met, 8)
    with transaction() as session:
        for item in session.scalars(select(Item)):
            session.add(DueMark(item_id=item.id, reason="test", made_at=met.now))
    before = (met.case.state, met.case.round, met.case.judgement, len(met.case.events))
    met.turn()
    met.turn()
    assert (met.case.state, met.case.round, met.case.judgement, len(met.case.events)) == before
    met.all_quiet()


def test_a_second_turn_finds_nothing_left(met):
    for days in (15, 50, 760, 1900):
        later(met, days)
        while cleaned(met) != NOTHING:
            pass
        dump = dumped()
        assert cleaned(met) == NOTHING
        assert dumped() == dump


def test_one_that_fails_stops_no_other_and_is_done_the_next_time(met, monkeypatch, caplog):
    whole = rows.write_reduced

    def fails_once(session, item_id, filings):
        whole(session, item_id, filings)
        if item_id == 1:
            raise OSError("disk full at 14.08123")

    monkeypatch.setattr(rows, "write_reduced", fails_once)
    later(met, 15)
    assert met.item(met.notice).reduced_at is None
    assert "zorro" in dumped()
    assert met.item(met.plan).reduced_at is not None
    assert "14.08123" not in caplog.text
    monkeypatch.setattr(rows, "write_reduced", whole)
    assert cleaned(met)["items"] == 1
    assert met.item(met.notice).reduced_at is not None


def test_a_filing_that_cannot_be_read_is_not_kept_exact_for_that(met):
    with transaction() as session:
        row = session.scalars(select(ItemVersion).where(ItemVersion.version == 2)).one()
        row.filing = {"filed": "notice", "stops": "14.08123 zorro"}
    later(met, 15)
    assert met.item(met.notice).reduced_at is not None
    assert "14.08123" not in dumped()


def test_the_log_says_how_many_and_nothing_else(met, caplog):
    references = [met.notice, met.plan, met.case.reference]
    caplog.clear()
    later(met, 15)
    told = [r.getMessage() for r in caplog.records if r.name == "deconflict.jobs.retention"]
    assert len(told) == 1
    assert "'items': 2" in told[0]
    assert not [word for word in (*references, "zorro", "Bankass", "70009943") if word in told[0]]


# ---- the file itself ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
def test_no_byte_of_the_file_or_its_log_holds_what_is_over(met):
    sealed = set(db.session.execute(text("SELECT plates FROM item_version WHERE plates IS NOT NULL")).scalars())
    sealed |= set(db.session.execute(text("SELECT overnight FROM item_version WHERE overnight IS NOT NULL")).scalars())
    sealed |= set(db.session.execute(text("SELECT text FROM item_note")).scalars())
    sealed |= set(db.session.execute(text("SELECT team_contact FROM alert WHERE team_contact IS NOT NULL")).scalars())
    numbers = set(db.session.execute(text("SELECT address FROM message")).scalars())
    kept = set(db.session.execute(text("SELECT address_hash FROM message")).scalars())
    kept -= set(db.session.scalars(select(Contact.lookup)))  # the directory's own numbers are no notice's
    exact = {"zorro", "14.08123", "-3.51234", "09:07", "15:13", "13:17", "16:19", "2019-12-10T13"}
    planted = {value.encode() for value in (*exact, *sealed, *numbers, *kept)}
    assert len(sealed) >= 2
    assert present(planted), "planted values are found before their time"
    for days in (8, 15, 50):
        later(met, days)
    assert present(planted) == []


def present(planted):
    """Which of these bytes stand anywhere in the database's files."""
    db.session.rollback()
    path = Path(db.engine.url.database or "")
    data = b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
    return sorted(value for value in planted if value in data)


# ---- holds -------------------------------------------------------------------------------------------------------


def holds_of(world, what, reference, who):
    """The acts of a hold, by this person."""
    by, catalogue = who.audience, world.mission.catalogue
    return {
        "ask": lambda: holds.ask_hold(what, reference, "enquiry", by, catalogue, world.now),
        "confirm": lambda: holds.confirm_hold(what, reference, by, catalogue, world.now),
        "ask_lift": lambda: holds.ask_lift(what, reference, "enquiry over", by, catalogue, world.now),
        "lift": lambda: holds.settle_lift(what, reference, True, by, catalogue, world.now),
        "keep": lambda: holds.settle_lift(what, reference, False, by, catalogue, world.now),
    }


@pytest.mark.parametrize("what", ["case", "notice", "plan"])
def test_a_hold_on_a_case_or_one_of_its_items_keeps_all_three(met, what):
    noun, reference = ("case", met.case.reference) if what == "case" else ("item", getattr(met, what))
    holds_of(met, noun, reference, met.ocha_head)["ask"]()
    holds_of(met, noun, reference, met.officer)["confirm"]()
    before = dumped().count("zorro")
    later(met, 800)
    assert [met.item(ref).reduced_at for ref in (met.notice, met.plan)] == [None, None]
    assert (met.case.reduced_at, met.case.texts_at, met.case.figures_at) == (None, None, None)
    assert dumped().count("zorro") == before
    assert db.session.scalar(select(func.count()).select_from(ItemNote)) == 2
    holds_of(met, noun, reference, met.ocha_head)["ask_lift"]()
    later(met, 801)
    assert met.item(met.notice).reduced_at is None
    holds_of(met, noun, reference, met.sub_office_head)["lift"]()
    later(met, 802)
    assert met.item(met.notice).reduced_at is not None
    assert met.case.figures_at is not None
    assert db.session.scalar(select(func.count()).select_from(ItemNote)) == 0


def test_a_hold_that_nobody_joins_stops_the_clocks_for_a_week_only(met):
    later(met, 3)
    holds_of(met, "case", met.case.reference, met.ocha_head)["ask"]()
    later(met, 9)
    assert met.item(met.plan).reduced_at is None
    later(met, 10.5)
    assert met.item(met.plan).reduced_at is not None


def test_a_hold_takes_the_head_and_somebody_else_and_never_the_mission(met):
    reference = met.case.reference
    head, officer = (holds_of(met, "case", reference, who) for who in (met.ocha_head, met.officer))
    for who in (met.officer, met.sub_office_head):
        with pytest.raises(Refused, match="Only the OCHA Head"):
            holds_of(met, "case", reference, who)["ask"]()
    head["ask"]()
    with pytest.raises(Refused, match="second person"):
        head["confirm"]()
    for outsider in (met.cimic, met.ngo):
        for act in holds_of(met, "case", reference, outsider).values():
            with pytest.raises(Refused):
                act()
    officer["confirm"]()
    with pytest.raises(WrongState):
        officer["confirm"]()
    head["ask_lift"]()
    with pytest.raises(Refused, match="second person"):
        head["lift"]()
    officer["keep"]()
    with pytest.raises(WrongState):
        officer["lift"]()
    verbs = list(
        db.session.scalars(
            select(AuditEntry.verb).where(AuditEntry.verb.contains("hold") | (AuditEntry.verb == "ask_lift"))
        )
    )
    assert verbs == ["ask_hold", "confirm_hold", "ask_lift", "keep_hold"]


def test_what_is_reduced_already_cannot_be_held(met):
    later(met, 15)
    with pytest.raises(Refused, match="nothing left to hold"):
        holds_of(met, "item", met.notice, met.ocha_head)["ask"]()
    with pytest.raises(NotFound):
        holds_of(met, "item", "ZZZZZ", met.ocha_head)["ask"]()
