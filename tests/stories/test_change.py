"""What changes an answer, what is judged again for it, and what the history of the one case then says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import make
import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import OperationalError
from world import World

from deconflict.domain.severity import Severity
from deconflict.domain.states import CaseState
from deconflict.jobs.cycle import Cycle
from deconflict.matching import cases as matching_cases
from deconflict.matching.in_force import GONE_AFTER
from deconflict.matching.recompute import differences, recompute
from deconflict.services.rejudging import rejudge, waiting
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case, CaseEvent
from deconflict.store.items import DueMark, PartBox
from deconflict.store.work import Judged, MatcherLock

NEAR = (14.0800, -3.5120)


@pytest.fixture
def met(world: World) -> World:
    """A distribution in Bankass and a patrol 1.4 km away in the same hours."""
    world.at("2019-12-07T06:00Z")
    world.notice = world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.plan = world.cimic.files(make.patrol(NEAR, "10 Dec 13:00-16:00"))
    return world


def history(case: Case) -> list[tuple[str, str]]:
    rows = db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id))
    return [(row.event, row.code) for row in rows if row.actor_id is None and row.event not in ("minimal", "ring_desk")]


def marks() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(DueMark.reason).order_by(DueMark.id)))


def other_rules(world: World, version: str, **changes: object) -> Cycle:
    """A scheduler that was started with other files."""
    pack = replace(world.mission.pack, version=version, **changes)  # type: ignore[arg-type]
    return replace(world.cycle, mission=replace(world.mission, pack=pack), worker=version)


def milder(world: World) -> dict[str, object]:
    rules = tuple(
        replace(r, severity=min(r.severity, Severity.LOW, key=lambda s: s.rank)) for r in world.mission.pack.rules
    )
    return {"rules": rules}


# ---- somebody changes something --------------------------------------------------------------------------------------


def test_every_move_of_the_one_case_says_what_moved_it(met: World):
    met.cimic.amends(met.plan, make.patrol("Bankass", "11 Dec 17:00-18:00"))
    met.cimic.amends(met.plan, make.patrol(NEAR, "10 Dec 13:00-16:00"))
    met.ngo.amends(met.notice, make.distribution("Koro", "10 Dec 09:00-15:00"))
    met.ngo.amends(met.notice, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    met.cimic.cancels(met.plan)
    met.read_everything()
    assert history(met.case) == [
        ("open", "plan_new"),
        ("change", "plan"),
        ("change", "worse plan"),
        ("vanish", "notice"),
        ("reopen", "notice"),
        ("overtake", "plan_off"),
    ]
    ended = db.session.scalars(select(CaseEvent).where(CaseEvent.event == "vanish")).one()
    assert (ended.humanitarian_version, ended.mission_version) == (2, 3)
    assert met.case.adjusted_by == "mission"


def test_the_line_that_opens_a_case_again_carries_the_round_that_begins(met: World):
    met.ngo.amends(met.notice, make.distribution("Koro", "10 Dec 09:00-15:00"))
    met.ngo.amends(met.notice, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    met.read_everything()
    assert [(event.event, event.round) for event in met.case.events] == [("open", 1), ("vanish", 1), ("reopen", 2)]
    assert (met.case.round, met.alerts("desk")[-1].round) == (2, 2)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "reopen")).one()
    assert entry.detail["round"] == 2


def test_only_what_an_amendment_can_have_changed_is_judged_again(met: World):
    met.ngo.files(make.distribution("Gao", "10 Dec 09:00-15:00"))
    met.cimic.files(make.patrol("Gao", "10 Dec 10:00-11:00"))
    met.read_everything()
    before = {row.item_id: row.at for row in db.session.scalars(select(Judged))}
    looked = {case.id: case.judged_from["at"] for case in met.cases()}
    met.ngo.amends(met.notice, make.distribution("Koro", "10 Dec 09:00-15:00"))
    db.session.expire_all()
    again = {row.item_id for row in db.session.scalars(select(Judged)) if row.at != before[row.item_id]}
    assert again == {met.item(met.notice).id}
    near, far = met.cases()
    assert near.state == "closed"
    assert far.judged_from["at"] == looked[far.id]


def test_an_overlap_that_lapsed_and_a_new_one_after_an_amendment_are_two_lapses(met: World):
    met.at("2019-12-10T20:00Z")
    met.forward("1h")
    assert met.case.state == "lapsed"
    met.cimic.amends(met.plan, make.patrol("Bankass", "11 Dec 07:00-08:00"))
    met.ngo.amends(met.notice, make.distribution("Bankass", "11 Dec 06:00-09:00"))
    assert met.case.state == "detected"
    met.at("2019-12-12T20:00Z")
    met.forward("5m")
    met.read_everything()
    assert met.case.state == "lapsed"
    lapses = db.session.scalar(select(func.count()).select_from(CaseEvent).where(CaseEvent.event == "lapse"))
    assert lapses == 2


def test_an_officer_who_dismisses_what_was_amended_a_moment_before_is_told_of_the_amendment(met: World):
    case, turn = met.case, met.turn
    met.turn = lambda times=2: None  # type: ignore[method-assign]  # both act before the scheduler does
    met.cimic.amends(met.plan, make.patrol("Bankass", "10 Dec 09:00-16:00"))
    met.officer.dismisses(case)
    assert met.case.state == "dismissed"
    met.turn = turn  # type: ignore[method-assign]
    met.turn()
    met.read_everything()
    assert met.case.state == "detected"
    assert history(met.case)[-1] == ("reopen", "plan")


def test_a_dismissed_case_is_not_opened_again_by_what_changes_nothing(met: World):
    met.officer.dismisses(met.case)
    met.ngo.amends(met.notice, replace(make.distribution("Bankass", "10 Dec 09:00-15:00"), vehicles=4))
    rejudge(None, met.now)
    met.turn()
    met.forward("10m")
    met.read_everything()
    assert met.case.state == "dismissed"


# ---- the rules change ------------------------------------------------------------------------------------------------


def test_new_rules_soften_what_they_judge_milder_and_the_history_says_so(met: World):
    new = other_rules(met, "milder", **milder(met))
    new.begin(met.now)
    assert marks() == ["rules", "rules"]
    new.run(met.now)
    assert marks() == []
    case = met.case
    assert (case.severity, case.sop_version, case.judged_from["sop_version"]) == ("low", "milder", "milder")
    assert history(case) == [("open", "plan_new"), ("soften", "rules")]
    met.read_everything()


def test_new_rules_mark_everything_once_however_many_schedulers_start(met: World):
    new = other_rules(met, "new")
    new.begin(met.now)
    replace(new, worker="second").begin(met.now)
    assert marks() == ["rules", "rules"]
    new.run(met.now)
    replace(new, worker="third").begin(met.now)
    assert marks() == []
    met.read_everything()


def test_a_new_edition_of_the_places_is_judged_again_too(met: World):
    places = replace(met.mission.gazetteer, edition="another")
    new = replace(met.cycle, mission=replace(met.mission, gazetteer=places))
    new.begin(met.now)
    assert marks() == ["rules", "rules"]
    new.run(met.now)
    assert met.case.gazetteer == "another"
    assert {row.gazetteer for row in db.session.scalars(select(Judged))} == {"another"}
    assert history(met.case) == [("open", "plan_new")]  # nothing people must look at has changed
    met.read_everything()


def test_a_slack_changed_without_a_new_version_is_noticed_too(met: World):
    """Boxes are as wide as the slack: those of before would hide what the wider ones meet."""
    windows = replace(met.mission.pack.windows, on_site_slack_s=met.mission.pack.windows.on_site_slack_s * 4)
    other_rules(met, met.mission.pack.version, windows=windows).begin(met.now)
    assert marks() == ["rules", "rules"]
    met.cycle.begin(met.now)
    met.turn()
    assert marks() == []
    met.read_everything()


def test_a_scheduler_with_older_rules_stands_back_while_the_newer_lives(met: World):
    new = other_rules(met, "new", **milder(met))
    new.begin(met.now)
    new.run(met.now)
    met.cimic.amends(met.plan, make.patrol("Bankass", "10 Dec 09:00-16:00"))  # the older one takes its turns
    assert marks() == ["amend"]
    assert met.case.severity == "low"
    met.now += GONE_AFTER + timedelta(seconds=1)
    met.turn()
    assert "amend" not in marks()
    assert db.session.get_one(MatcherLock, 1).sop_version == met.mission.pack.version
    assert met.case.severity == "critical"
    met.read_everything()


def test_what_new_rules_no_longer_see_is_closed_and_what_they_see_is_opened(met: World):
    none = tuple(
        replace(rule, within_m=None, same_commune=False, same_settlement=False) for rule in met.mission.pack.rules
    )
    blind = other_rules(met, "blind", rules=none)
    blind.begin(met.now)
    blind.run(met.now)
    assert met.case.state == "closed"
    met.cycle.begin(met.now)
    met.turn()
    met.read_everything()
    assert met.case.state == "detected"
    assert history(met.case) == [("open", "plan_new"), ("vanish", "rules"), ("reopen", "rules")]


# ---- asked for -------------------------------------------------------------------------------------------------------


def test_rejudge_finds_again_what_had_no_boxes(met: World):
    with transaction() as session:
        for table in (PartBox, CaseEvent):
            session.execute(delete(table))
    met.cimic.amends(met.plan, make.patrol("Koro", "10 Dec 13:00-16:00"))
    other = met.cimic.files(make.patrol("Bankass", "10 Dec 10:00-11:00"))
    assert len(met.cases()) == 1  # the notice has no box to be found by
    assert rejudge(None, met.now) == 3
    assert rejudge(None, met.now) == 0  # they wait already
    met.turn()
    assert waiting() == 0
    assert {case.mission.reference for case in met.cases()} == {met.plan, other}
    met.read_everything()


def test_rejudge_since_marks_what_was_filed_or_judged_since(met: World):
    met.now += timedelta(minutes=1)  # before the next sweep
    later = met.now
    third = met.ngo.files(make.distribution("Gao", "10 Dec 09:00-15:00"))
    assert rejudge(later, met.now) == 1
    met.turn()
    assert rejudge(met.now + timedelta(hours=1), met.now) == 0
    assert met.item(third).state == "submitted"
    met.read_everything()


# ---- whatever happens ------------------------------------------------------------------------------------------------


def test_a_case_computed_again_from_what_it_keeps_gives_the_same(met: World):
    met.cimic.files(make.patrol("Bankass", "11 Dec 09:00-10:00", halt=False))
    met.ngo.files(make.journey("Mopti", "Bandiagara", "10 Dec 06:30-09:00"))
    met.ngo.files(make.distribution("Bandiagara", "10 Dec 09:00-12:00"))
    met.cimic.files(make.patrol("Bandiagara", "10 Dec 08:00-10:00", joint_with="host_forces"))
    met.forward("1h")
    met.ngo.amends(met.notice, make.distribution("Koro", "10 Dec 09:00-15:00"))  # closed, and keeps what it was
    met.read_everything()
    found = met.cases()
    assert {case.state for case in found} >= {"closed", "detected"}
    for case in found:
        stored = matching_cases.Judgement.from_json(case.judgement)
        assert differences(stored, recompute(db.session(), met.mission, case)) == []


def test_the_database_s_trouble_is_not_the_item_s(met: World, monkeypatch: pytest.MonkeyPatch):
    def breaks(*_args: object) -> None:
        raise OperationalError("UPDATE overlap_case", {}, Exception("deadlock detected"))

    monkeypatch.setattr(matching_cases, "settle", breaks)
    met.cimic.amends(met.plan, make.patrol("Bankass", "10 Dec 09:00-16:00"))
    assert marks() == ["amend"]
    assert met.case.mission_version == 1  # no case "could not be checked" beside it
    monkeypatch.undo()
    met.turn()
    assert met.case.mission_version == 2
    assert marks() == []
    met.read_everything()


# ---- over, and still where it was ------------------------------------------------------------------------------------


def test_aid_two_days_after_a_distribution_that_is_over_meets_it_all_the_same(over: World):
    over.cimic.files(make.patrol("Bankass", "13 Dec 09:00-12:00", aid="planned_cimic"))
    assert over.case.state == CaseState.DETECTED


def test_aid_weeks_after_a_distribution_meets_nothing(over: World):
    over.cimic.files(make.patrol("Bankass", "29 Dec 09:00-12:00", aid="planned_cimic"))
    assert over.cases() == []


def test_a_plan_that_moves_away_from_what_is_over_closes_their_case(world: World):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    plan = world.cimic.files(make.patrol("Bankass", "14 Dec 09:00-12:00", aid="planned_cimic"))
    world.officer.takes(world.case)
    world.at("2019-12-12T08:00Z")
    world.turn()
    world.cimic.amends(plan, make.patrol("Kidal", "29 Dec 09:00-12:00", aid="planned_cimic"))
    assert world.case.state == CaseState.CLOSED
