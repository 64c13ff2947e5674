"""How cases end and what is learnt of it: by whose change and which, a risk that OCHA and the mission take upon themselves, a note when
both have happened, and which rule cries wolf (D7.5, RUL-12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import make
import pytest
from planted import look_again, signed_in, tell_the_time
from sqlalchemy import select

from deconflict.domain.errors import LostRace, NotFound, Refused, WrongState
from deconflict.domain.states import CaseState
from deconflict.domain.tuning import tally
from deconflict.services import risk
from deconflict.services.after_action import write_note
from deconflict.store.after_action import AfterAction, without_note
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.cases import CaseEvent
from deconflict.store.risk import RiskAcceptance, accepted_of
from deconflict.store.tuning import judged_since

NEAR = (14.0800, -3.5120)
WORDS = "licorne-trois"


@pytest.fixture
def met(world):
    """A critical case three days ahead; the officer has it."""
    world.at("2019-12-07T06:00Z")
    world.notice = world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.plan = world.cimic.files(make.patrol(NEAR, "10 Dec 13:00-16:00"))
    world.officer.takes(world.case)
    world.read_everything()
    return world


# ---- what really changed -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "resolution", "adjusted"),
    [
        (lambda w: w.cimic.amends(w.plan, make.patrol(NEAR, "17 Dec 13:00-16:00")), "MIL_TIME", "mission"),
        (lambda w: w.cimic.amends(w.plan, make.patrol("Kidal", "10 Dec 13:00-16:00")), "MIL_ROUTE", "mission"),
        (lambda w: w.cimic.cancels(w.plan), "MIL_CANCEL", "mission"),
        (
            lambda w: w.ngo.amends(w.notice, make.distribution("Bankass", "20 Dec 09:00-15:00")),
            "HUM_TIME",
            "humanitarian",
        ),
        (
            lambda w: w.ngo.amends(w.notice, make.distribution("Koro", "10 Dec 09:00-15:00")),
            "HUM_ROUTE",
            "humanitarian",
        ),
        (lambda w: w.ngo.cancels(w.notice), "HUM_CANCEL", "humanitarian"),
    ],
)
def test_the_code_is_what_really_changed_whatever_was_agreed(met, change, resolution, adjusted):
    met.officer.agrees(met.case, "BOTH")
    change(met)
    met.read_everything()
    case = met.case
    assert (case.resolution, case.adjusted_by) == (resolution, adjusted)


def test_where_no_version_changed_it_is_what_was_agreed(met):
    """New rules see no overlap any more: nobody moved."""
    met.officer.agrees(met.case, "MIL_STANDOFF")
    none = tuple(
        replace(rule, within_m=None, same_commune=False, same_settlement=False) for rule in met.mission.pack.rules
    )
    pack = replace(met.mission.pack, version="blind", rules=none)
    blind = replace(met.cycle, mission=replace(met.mission, pack=pack), worker="blind")
    blind.begin(met.now)
    blind.run(met.now)
    met.read_everything()
    assert (met.case.state, met.case.resolution, met.case.adjusted_by) == ("closed", "MIL_STANDOFF", "none")


def test_what_lapsed_was_no_change_and_what_was_dismissed_none_at_all(met):
    met.officer.dismisses(met.case)
    assert met.case.resolution is None
    met.cimic.amends(met.plan, make.patrol(NEAR, "10 Dec 12:00-16:00"))
    met.at("2019-12-11T08:00Z")
    met.turn()
    met.read_everything()
    assert (met.case.state, met.case.resolution) == ("lapsed", "NO_CHANGE")


# ---- where the guard allows ------------------------------------------------------------------------------------------------


def test_a_critical_case_does_not_end_because_it_was_coordinated_otherwise(met):
    with pytest.raises(Refused) as refusal:
        met.officer.dismisses(met.case, "already_coordinated", "they spoke to each other")
    assert refusal.value.field == "code"
    assert met.case.state == CaseState.TAKEN


def test_a_milder_one_does(world):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol((14.1050, -3.5350), "10 Dec 18:00-20:00"))
    world.officer.dismisses(world.case, "already_coordinated", "they spoke to each other")
    assert world.case.state == CaseState.DISMISSED
    world.read_everything()


def test_a_critical_case_that_is_none_is_dismissed(met):
    met.officer.dismisses(met.case, "not_same_community")
    assert met.case.state == CaseState.DISMISSED
    met.read_everything()


@pytest.mark.parametrize("side", ["humanitarian", "mission"])
def test_a_dismissed_pair_opens_again_when_either_side_changes_materially(met, side):
    met.officer.dismisses(met.case)
    if side == "mission":
        met.cimic.amends(met.plan, make.patrol(NEAR, "10 Dec 09:00-16:00"))
    else:
        met.ngo.amends(met.notice, make.distribution("Bankass", "10 Dec 12:00-18:00"))
    met.read_everything()
    assert (met.case.state, met.case.outcome) == (CaseState.DETECTED, None)


def test_and_stays_dismissed_when_what_changes_is_not_material(met):
    met.officer.dismisses(met.case)
    met.ngo.amends(met.notice, replace(make.distribution("Bankass", "10 Dec 09:00-15:00"), vehicles=3))
    met.read_everything()
    assert met.case.state == CaseState.DISMISSED


# ---- a risk that is accepted -----------------------------------------------------------------------------------------------


def accepts(world, who=None, office="hc", name="le Coordonnateur", reason=WORDS, until="12", round_=None):
    case = world.case
    by = (who or world.ocha_head).audience
    found = risk.accept_risk(
        case.reference, round_ or case.round, office, name, reason, until, by, world.mission, world.now
    )
    world.turn()
    return found


def test_the_head_accepts_it_with_the_other_s_name_a_reason_and_an_end(met):
    until = accepts(met)
    assert (met.case.state, met.case.owner_id) == (CaseState.RISK_ACCEPTED, met.officer.person_id)
    row = accepted_of(db.session(), met.case.id)
    assert (row.by_id, row.office, row.name, row.reason) == (met.ocha_head.person_id, "hc", "le Coordonnateur", WORDS)
    assert until - row.at == timedelta(hours=12)
    assert (met.alerts("idle"), met.case.hold_until) == ([], None)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "accept_risk")).one()
    assert WORDS not in str(entry.detail)
    met.forward("6h")
    met.all_quiet()  # it rests


def test_the_queue_says_until_when(met, monkeypatch):
    tell_the_time(met.app, monkeypatch, lambda: met.now)
    desk = signed_in(met.app, met.officer.person_id)
    assert "Risque accepté jusqu" not in desk.get("/desk").text
    until = accepts(met)
    assert f"{until:%H:%M}" in desk.get("/desk").text.partition("Risque accepté jusqu")[2][:60]


def test_nobody_else_may(met):
    for who in (met.officer, met.sub_office_head, met.ngo, met.cimic):
        with pytest.raises(NotFound):
            accepts(met, who)
    assert met.case.state == CaseState.TAKEN


@pytest.mark.parametrize(
    ("missing", "field"),
    [({"office": "srsg"}, "office"), ({"name": " "}, "name"), ({"reason": ""}, "reason"), ({"until": "999"}, "until")],
)
def test_without_a_name_a_reason_or_an_end_there_is_no_acceptance(met, missing, field):
    with pytest.raises(Refused) as refusal:
        accepts(met, **missing)
    assert refusal.value.field == field
    assert met.case.state == CaseState.TAKEN


def test_it_never_lasts_longer_than_the_overlap(met):
    assert accepts(met, until="end") == met.case.ends_at
    with pytest.raises(WrongState):
        accepts(met)


def test_when_its_hour_has_come_the_case_is_open_again_and_rings(met):
    accepts(met, until="6")
    met.read_everything()
    met.forward("7h")
    met.officer.expects(met.case.reference)
    assert (met.case.state, met.case.owner_id, met.case.round) == (CaseState.DETECTED, None, 2)
    assert [e.event for e in met.case.events][-1] == "expire_risk"
    met.read_everything()


def test_a_material_change_ends_it_at_once(met):
    accepts(met)
    met.cimic.amends(met.plan, make.patrol(NEAR, "10 Dec 09:00-16:00"))
    assert (met.case.state, met.case.round) == (CaseState.TAKEN, 2)
    met.read_everything()
    met.forward("13h")
    assert [e.event for e in met.case.events].count("expire_risk") == 0
    assert db.session.scalars(select(RiskAcceptance)).one().ended_at is not None
    met.read_everything()


def test_both_happen_and_it_lapses_like_any_other(met):
    accepts(met, until="end")
    met.at("2019-12-11T08:00Z")
    met.turn()
    met.read_everything()
    assert met.case.state == CaseState.LAPSED


def test_neither_side_learns_of_it_and_its_requests_stand(met, monkeypatch):
    request = met.officer.asks(met.case, "humanitarian")
    met.officer.asks(met.case, "mission")
    met.read_everything()
    tell_the_time(met.app, monkeypatch, lambda: met.now)
    sides = [
        (met.ngo, f"/requests/{met.case.humanitarian_reference}"),
        (met.cimic, f"/requests/{met.case.mission_reference}"),
    ]
    mails = len(met.sink.mails)
    before = [signed_in(met.app, who.person_id).get(page).text.count("<") for who, page in sides]
    accepts(met)
    for (who, page), tags in zip(sides, before, strict=True):
        shown = signed_in(met.app, who.person_id).get(page)
        assert shown.text.count("<") == tags
        assert WORDS not in shown.text
        who.expects_nothing()
    assert len(met.sink.mails) == mails
    met.ngo.answers(request, "decline")
    assert [e.event for e in met.case.events][-1] == "accept_risk"
    met.read_everything()


# ---- both happened -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def lapsed(met):
    met.at("2019-12-11T08:00Z")
    met.turn()
    met.read_everything()
    assert met.case.state == CaseState.LAPSED
    return met


def writes(world, who=None, happened="both", seen="together", lesson="no_answer", words=WORDS):
    case = world.case
    by = (who or world.officer).audience
    write_note(case.reference, case.round, happened, seen, lesson, words, by, world.mission, world.now)


def owed(world):
    look_again()
    return without_note(db.session(), frozenset(map(str, world.mission.pack.clocks.review)))


def test_a_note_is_owed_until_it_is_written(lapsed):
    assert [case.id for case in owed(lapsed)] == [lapsed.case.id]
    writes(lapsed)
    assert owed(lapsed) == []
    note = db.session.scalars(select(AfterAction)).one()
    assert (note.happened, note.seen, note.lesson, note.words) == ("both", "together", "no_answer", WORDS)
    assert [e.code for e in db.session.scalars(select(CaseEvent).where(CaseEvent.event == "after_action"))] == [
        "no_answer"
    ]
    with pytest.raises(LostRace):
        writes(lapsed)


@pytest.mark.parametrize("wrong", [{"happened": "maybe"}, {"seen": ""}, {"lesson": "guilt"}])
def test_a_note_is_of_known_codes(lapsed, wrong):
    with pytest.raises(Refused) as refusal:
        writes(lapsed, **wrong)
    assert refusal.value.field == next(iter(wrong))


def test_of_a_case_that_was_carried_out_no_note_is_owed(met):
    met.cimic.cancels(met.plan)
    met.read_everything()
    assert owed(met) == []
    with pytest.raises(LostRace):
        writes(met)


def test_the_desk_lists_it_and_a_party_has_no_such_page(lapsed, monkeypatch):
    tell_the_time(lapsed.app, monkeypatch, lambda: lapsed.now)
    desk, ngo = signed_in(lapsed.app, lapsed.officer.person_id), signed_in(lapsed.app, lapsed.ngo.person_id)
    reference = lapsed.case.reference
    assert f"/desk/{reference}/after-action" in desk.get("/desk/after-action").text
    form = {"round": "1", "happened": "both", "seen": "nothing", "lesson": "proceeded", "words": WORDS}
    assert desk.post(f"/desk/{reference}/after-action", form).status_code == 303
    page = desk.get("/desk/after-action").text
    assert WORDS in page
    assert f"/desk/{reference}/after-action" not in page
    for path in ("/desk/after-action", "/desk/rules-heard", f"/desk/{reference}/after-action"):
        assert ngo.get(path).status_code == 404


# ---- which rule cries wolf -----------------------------------------------------------------------------------------------------


def test_rules_are_counted_by_how_their_cases_ended(met, monkeypatch):
    met.officer.dismisses(met.case, "wrong_place", "another village")
    met.ngo.files(make.distribution("Gao", "10 Dec 09:00-15:00"))
    met.cimic.files(make.patrol("Gao", "10 Dec 10:00-11:00"))
    met.read_everything()
    rows = {row.rule_id: row for row in tally(judged_since(db.session(), met.now - timedelta(days=9), None))}
    assert (rows["R01a"].dismissed, dict(rows["R01a"].codes)) == (1, {"wrong_place": 1})
    assert sum(row.open for row in rows.values()) >= 1
    tell_the_time(met.app, monkeypatch, lambda: met.now)
    assert "R01a" in signed_in(met.app, met.ocha_head.person_id).get("/desk/rules-heard").text


def test_of_a_sensitive_notice_nothing_is_counted_for_whom_it_does_not_exist(world):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", kind="PROT_MON"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    world.read_everything()
    since = world.now - timedelta(days=1)
    assert judged_since(db.session(), since, None)
    assert judged_since(db.session(), since, world.mission.catalogue) == []


# ---- golden scenarios --------------------------------------------------------------------------------------------------------


def test_golden_11_an_amendment_after_the_end_opens_it_again_critical_and_no_closing_text_leaves(world):
    world.at("2019-12-07T07:30Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    plan = world.cimic.files(make.patrol("Bankass", "11 Dec 17:00-18:00"))
    world.officer.takes(world.case)
    world.officer.asks(world.case, "mission", why_now="they plan this morning")
    world.cimic.amends(plan, make.patrol("Bankass", "19 Dec 17:00-18:00"))
    assert world.case.state == CaseState.CLOSED
    world.read_everything()
    world.cimic.amends(plan, make.patrol("Bankass", "10 Dec 13:00-16:00"))
    assert (world.case.state, world.case.severity) == (CaseState.DETECTED, "critical")
    world.officer.expects(world.case.reference)
    world.forward("1d")
    world.cimic.expects_nothing()
    assert [a.state for a in world.alerts("closing") if a.side == "mission"] == ["superseded"]
    world.read_everything()


def test_golden_14_the_organisation_cancels_and_everybody_who_was_alerted_hears_that_it_is_over(world):
    driver = "+22370000096"
    world.at("2019-12-07T07:30Z")
    notice = world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00", phone=driver))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    world.officer.takes(world.case)
    for side in ("humanitarian", "mission"):
        world.officer.asks(world.case, side)
    world.read_everything()
    told = {(a.person_id, a.level) for a in world.alerts("request")}
    world.ngo.cancels(notice)
    assert (world.case.state, world.case.resolution) == (CaseState.OVERTAKEN, "HUM_CANCEL")
    world.forward("1d")
    closed = {(a.person_id, a.level) for a in world.alerts("closing") if a.side != "ocha"}
    assert closed == told
    assert (world.ngo.person_id, "team") in closed
    assert "fin de ce dossier" in world.driver_phone(driver).expects("fin de ce dossier")
    world.read_everything()
