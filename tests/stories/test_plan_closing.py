"""Was aid given? Asked of every plan that is over, answered once, corrected with a reason, reminded of, counted, and read by OCHA alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import make
import pytest
from planted import Visitor, plain, signed_in, tell_the_time
from sqlalchemy import select, update
from world import World

from deconflict.domain.audience import Audience
from deconflict.domain.close_out import Answer
from deconflict.domain.errors import NotFound, Refused
from deconflict.services import close_outs
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.close_outs import answers_of, own_waiting, self_declared, unanswered
from deconflict.store.letters import Letter
from deconflict.store.people import Account

NO = Answer(aid_given=False)
FOOD = Answer(True, "food", 0, planned=False)


def closes(world: World, reference: str, answer: Answer, reason: str = "", who: Audience | None = None) -> None:
    close_outs.close_out(reference, answer, reason, who or world.cimic.audience, world.mission, world.now)
    world.turn()


def later(world: World, **span: int) -> None:
    """The clock jumps, and what is due then runs."""
    world.now += timedelta(**span)
    world.turn()


def waiting(world: World, who: Audience | None = None) -> list[str]:
    kinds = close_outs.asked_kinds(world.mission)
    return [item.reference for item in own_waiting(db.session(), kinds, who or world.cimic.audience, world.now)]


def answers(world: World, reference: str) -> list[tuple[Answer, bool, str]]:
    return [(row.answer, row.foreseen, row.reason) for row in answers_of(db.session(), world.item(reference).id)]


def letters(world: World) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Letter.kind).where(Letter.kind.startswith("close_out")).order_by(Letter.id)))


@pytest.fixture
def over(world: World) -> World:
    """A patrol to Koro that is over since 11:00, and the desk's officer reads his mail."""
    world.at("2019-12-08T06:00Z")
    with transaction() as session:
        session.execute(update(Account).values(joined_at=world.now))
    world.plan = world.cimic.files(make.patrol("Koro", "10 Dec 10:00-11:00"))
    world.at("2019-12-10T11:30Z")
    return world


def test_a_plan_waits_from_its_end_until_it_is_answered(over: World) -> None:
    assert waiting(over) == [over.plan]
    closes(over, over.plan, NO)
    assert waiting(over) == []
    assert answers(over, over.plan) == [(NO, False, "")]


def test_before_its_end_nothing_is_asked(world: World) -> None:
    world.at("2019-12-10T10:30Z")
    reference = world.cimic.files(make.patrol("Koro", "10 Dec 10:00-11:00"))
    assert waiting(world) == []
    with pytest.raises(Refused, match="not over"):
        closes(world, reference, NO)


def test_a_cancelled_plan_and_an_area_need_no_answer(over: World) -> None:
    cancelled = over.cimic.files(make.patrol("Gao", "10 Dec 12:00-13:00"))
    over.cimic.cancels(cancelled)
    over.at("2019-12-10T14:00Z")
    assert waiting(over) == [over.plan]
    with pytest.raises(Refused, match="Nothing is asked"):
        closes(over, cancelled, NO)


def test_what_is_entered_after_the_fact_is_asked_at_once(over: World) -> None:
    past = over.cimic.files(make.patrol("Gao", "9 Dec 10:00-11:00"))
    assert waiting(over) == [past, over.plan]


def test_the_same_answer_again_changes_nothing_and_another_one_has_a_reason(over: World) -> None:
    closes(over, over.plan, NO)
    closes(over, over.plan, NO)
    assert len(answers(over, over.plan)) == 1
    with pytest.raises(Refused, match="why the answer changes"):
        closes(over, over.plan, FOOD)
    closes(over, over.plan, FOOD, "the unit reported later")
    assert answers(over, over.plan) == [(NO, False, ""), (FOOD, False, "the unit reported later")]
    verbs = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.verb.contains("close_out"))).all()
    assert verbs == ["close_out", "correct_close_out"]


def test_what_is_never_stored_is_refused_in_the_reason_too(over: World) -> None:
    closes(over, over.plan, NO)
    with pytest.raises(Refused) as refused:
        closes(over, over.plan, FOOD, "le 2e Cie l'a dit")
    assert (refused.value.field, refused.value.facts) == ("reason", {"found": "2e Cie"})


def test_anothers_plan_does_not_exist(over: World) -> None:
    west = replace(over.cimic.audience, scope="W")
    for who in (over.ngo.audience, west):
        with pytest.raises(NotFound):
            closes(over, over.plan, NO, who=who)
    notice = over.ngo.files(make.distribution("Gao", "10 Dec 09:00-10:00"))
    with pytest.raises(NotFound):
        closes(over, notice, NO, who=over.ngo.audience)
    with pytest.raises(Refused):
        closes(over, over.plan, replace(FOOD, stop=7))
    assert waiting(over, west) == []


def test_aid_that_no_plan_spoke_of_is_on_ochas_list_whatever_it_is_called(over: World) -> None:
    planned = over.cimic.files(make.patrol("Gao", "9 Dec 10:00-11:00", aid="planned_cimic"))
    called_planned = over.cimic.files(make.patrol("Gao", "9 Dec 12:00-13:00"))
    closes(over, over.plan, FOOD)
    closes(over, planned, replace(FOOD, planned=True))
    closes(over, called_planned, replace(FOOD, planned=True))
    listed = [row.item.reference for row in self_declared(db.session())]
    assert listed == [called_planned, over.plan]
    koro = next(place for place in over.mission.gazetteer.named("Koro") if place.level == "town")
    assert [(row.pcode, row.given_on) for row in self_declared(db.session())][1] == (koro.pcode, "2019-12-10")
    assert [row.pcode for row in answers_of(db.session(), over.item(planned).id)] == [None]
    closes(over, over.plan, NO, "a mistake")
    assert [row.item.reference for row in self_declared(db.session())] == [called_planned]


def test_who_filed_it_is_reminded_after_a_day_and_his_desk_after_three_once_each(over: World) -> None:
    later(over, hours=22)
    assert letters(over) == []
    later(over, hours=3)
    assert letters(over) == ["close_out_waits"]
    assert "Plans" in over.cimic.mailbox.expects("answer is missing")
    later(over, days=2)
    assert letters(over) == ["close_out_waits", "close_out_late"]
    later(over, days=4)
    assert len(letters(over)) == 2


def test_an_answer_in_time_spares_the_letter(over: World) -> None:
    closes(over, over.plan, NO)
    later(over, days=4)
    assert letters(over) == []


def test_one_letter_a_day_speaks_of_all_that_wait(over: World) -> None:
    over.cimic.files(make.patrol("Gao", "10 Dec 10:00-11:00"))
    late = over.cimic.files(make.patrol("Gao", "10 Dec 12:00-20:00"))
    later(over, hours=26)
    assert letters(over) == ["close_out_waits"]
    later(over, hours=15)  # that which ended at 20:00 was a day old, but a letter had come that day
    assert letters(over) == ["close_out_waits"]
    later(over, hours=6)
    assert letters(over).count("close_out_waits") == 2
    assert late in waiting(over)


def test_what_is_not_answered_is_counted_by_sector(over: World) -> None:
    over.cimic.files(make.patrol("Gao", "9 Dec 10:00-11:00"))
    kinds = close_outs.asked_kinds(over.mission)
    found = unanswered(db.session(), kinds, over.now)
    assert {one.sector: one.count for one in found} == {"C": 1, "E": 1}
    assert all(one.since <= over.now for one in found)


def test_the_answer_stays_when_the_plan_is_in_communes_and_weeks_and_the_words_go(over: World) -> None:
    closes(over, over.plan, NO)
    closes(over, over.plan, FOOD, "the unit reported later")
    later(over, days=2)  # it ends a day after its last hour
    later(over, days=8)
    assert over.item(over.plan).reduced_at is not None
    assert answers(over, over.plan) == [(NO, False, ""), (FOOD, False, "")]
    closes(over, over.plan, NO, "a mistake after all")
    assert answers(over, over.plan)[-1] == (NO, False, "")


def test_where_unplanned_aid_was_given_outlives_the_plan_and_goes_with_cases(over: World) -> None:
    closes(over, over.plan, FOOD)
    later(over, days=2)
    later(over, days=8)
    assert over.item(over.plan).reduced_at is not None
    (row,) = answers_of(db.session(), over.item(over.plan).id)
    assert (row.pcode is not None, row.given_on) == (True, "2019-12-10")
    later(over, days=730)
    (row,) = answers_of(db.session(), over.item(over.plan).id)
    assert (row.pcode, row.given_on, row.answer) == (None, None, FOOD)


# ---- pages -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(over: World, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    tell_the_time(over.app, monkeypatch, lambda: over.now)
    return signed_in(over.app, over.cimic.person_id)


def test_the_list_the_front_page_and_the_plan_ask_and_the_form_answers(over: World, desk: Visitor) -> None:
    assert "1 plan is over and waits for an answer" in desk.get("/").text
    assert f"/plans/{over.plan}/close-out" in desk.get("/plans").text
    assert f"/plans/{over.plan}/close-out" in desk.get(f"/plans/{over.plan}").text
    url = f"/plans/{over.plan}/close-out"
    empty = desk.post(url, {})
    assert empty.status_code == 422
    assert 'href="#f-aid_given"' in empty.text
    half = desk.post(url, {"aid_given": "yes"})
    assert all(f'href="#f-{name}"' in half.text for name in ("category", "stop", "planned"))
    assert desk.post(url, {"aid_given": "no", "category": "food", "stop": "", "planned": ""}).status_code == 303
    assert "No aid was given" in desk.get(f"/plans/{over.plan}").text
    assert "waits for an answer" not in desk.get("/").text
    assert "close-out" not in desk.get("/plans").text
    aid = {"aid_given": "yes", "category": "food", "stop": "1", "planned": "no"}
    refused = desk.post(url, aid)
    assert refused.status_code == 422
    assert 'href="#f-reason"' in refused.text
    assert desk.post(url, aid | {"reason": "reported later"}).status_code == 303
    page = desk.get(f"/plans/{over.plan}").text
    assert "Aid was given: Food, Koro, not planned" in page
    assert "No aid was given" in page


def test_ocha_reads_it_as_declared_and_not_verified(over: World, desk: Visitor) -> None:
    officer = signed_in(over.app, over.officer.person_id)
    closes(over, over.plan, FOOD)
    over.cimic.files(make.patrol("Gao", "9 Dec 10:00-11:00"))
    page = officer.get("/desk/close-outs")
    assert page.status_code == 200
    assert over.plan in page.text
    assert "Koro (commune Koro" in page.text
    assert "déclaré" in page.text or "self-declared" in page.text
    db.session.rollback()
    read = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "view", AuditEntry.noun == "mission")).all()
    assert [entry.detail for entry in read] == [{"ids": [over.item(over.plan).id]}]
    assert over.plan in officer.get(f"/desk/items/{over.plan}").text
    for who in (over.ngo, over.cimic):
        assert signed_in(over.app, who.person_id).get("/desk/close-outs").status_code == 404


def test_foreign_and_missing_plans_are_the_same_404(over: World, desk: Visitor) -> None:
    ngo = signed_in(over.app, over.ngo.person_id)
    assert ngo.get(f"/plans/{over.plan}/close-out").status_code == 404
    assert desk.get("/plans/ZZZZZ/close-out").status_code == 404
    assert desk.post("/plans/ZZZZZ/close-out", {"aid_given": "no"}).status_code == 404
    ahead = over.cimic.files(make.patrol("Gao", "30 Dec 10:00-11:00"))
    page = desk.get(f"/plans/{ahead}/close-out")
    assert page.status_code == 200
    assert "f-aid_given" not in page.text
    assert desk.post(f"/plans/{ahead}/close-out", {"aid_given": "no"}).status_code == 422


def test_what_one_desk_answers_changes_nothing_for_the_other_side(over: World, desk: Visitor) -> None:
    """Two worlds: the same pages of an organisation before and after aid was declared where its team works."""
    over.ngo.files(make.distribution("Koro", "20 Dec 09:00-12:00"))
    ngo = signed_in(over.app, over.ngo.person_id)
    paths = ("/", "/notices", "/requests")
    before = [plain(ngo.get(path)) for path in paths]
    closes(over, over.plan, FOOD)
    assert [plain(ngo.get(path)) for path in paths] == before
    over.now += timedelta(hours=1)
    over.ngo.expects_nothing()
