"""The consultation on a QIP: who is asked, what each reads, what is counted, and the clock that no committee can skip in silence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from committees import LAST, MONDAY, PLANTED, RIPE, Committees
from pages import words
from sqlalchemy import select, text

from deconflict.domain import roles
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.consultations import ConsultationReply, forget_consultees, forget_replies
from deconflict.store.letters import Letter
from deconflict.store.people import Duty


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return Committees(app, mission, make_account, sign_in)


# ---- opening -----------------------------------------------------------------------------------------------------


def test_opening_asks_ocha_the_cluster_the_forum_and_whoever_is_at_work_in_the_commune(house):
    reference = house.opened()
    asked = house.asked(reference)
    assert set(asked) == {"ocha", "cluster", "ngo_forum", "organisation"}
    assert asked["organisation"].organisation_id == house.ngo.audience.organisation_id
    told = house.letters("consultation_opened")
    for someone in (house.officer, house.colleague, house.wash, house.forum, house.ngo):
        assert someone.person_id in told
    for someone in (house.beta, house.chair, house.manager, house.head, house.g9):
        assert someone.person_id not in told
    assert house.row(reference).due_at.date().isoformat() == "2019-12-24", "ten working days end with the 23rd"


def test_only_its_manager_opens_it_and_only_once(house):
    reference = house.qip()
    for who in (house.chair, house.officer, house.ngo, house.g9):
        assert house.press(who, f"/consultations/{reference}/open", of=reference).status_code == 404
    version = str(house.row(reference).version)
    for _twice in range(2):
        house.press(house.manager, f"/consultations/{reference}/open", version=version)
    assert house.events(reference) == ["begin", "open_consultation"]
    assert len(house.letters("consultation_opened")) == 6 - 1


def test_before_it_is_opened_nobody_of_the_humanitarians_knows_of_it(house):
    reference = house.qip()
    for who in (house.ngo, house.wash, house.forum):
        assert house.page(who, f"/consultations/{reference}").status_code == 404
        assert reference not in house.page(who, "/consultations").text


def test_a_coordinator_of_another_cluster_is_not_asked_and_one_without_a_sector_is(house):
    health = house.make_account(roles.CLUSTER, name="Hamidou", organisation="Cluster Santé", language="en")
    house.press(house.officer, f"/consultations/clusters/{health.person_id}", sectors=["health"])
    reference = house.opened()
    assert house.asked(reference)["cluster"].organisation_id == house.wash.audience.organisation_id
    assert health.person_id not in house.letters("consultation_opened")
    page = house.page(house.officer, "/consultations/clusters")
    assert "Hamidou" in page.text
    assert 'value="health" checked' in page.text
    assert (
        house.press(house.officer, f"/consultations/clusters/{house.ngo.person_id}", sectors=["wash"]).status_code
        == 404
    )


def test_an_organisation_that_is_there_with_nothing_but_protection_is_not_on_the_list(house):
    import make

    from deconflict.domain.filing import Level

    secret = house.make_account(roles.FOCAL_POINT, name="Sekou", organisation="ONG Secrète", language="en")
    house.files(secret, make.distribution("Bankass", "28 Dec 09:00-15:00", kind="PROT_MON", level=Level.MATCH_ONLY))
    house.now = MONDAY
    reference = house.opened()
    assert "ONG Secrète" not in house.page(house.head, f"/consultations/{reference}").text
    assert "ONG Alpha" in house.page(house.head, f"/consultations/{reference}").text


# ---- what whoever is asked reads ---------------------------------------------------------------------------------


def test_whoever_is_asked_reads_place_sector_category_title_and_months_and_nothing_more(house):
    reference = house.opened()
    house.replies(house.wash, reference, "objection", PLANTED, "cluster")
    for who in (house.ngo, house.forum, house.beta):
        page = words(house.page(who, f"/consultations/{reference}"))
        for told in ("Borehole in Bankass", "Water, sanitation", "Bankass", "February 2020", "April 2020"):
            assert told in page, told
        for kept in ("Partenaire-Kxq", "41,234", "41234", "11 Feb", "2020-02-11", PLANTED, "Wanda", "Cluster EHA"):
            assert kept not in page, kept
        assert "Who replied what" not in page
        assert "OCHA's summary" not in page


def test_somebody_who_is_not_asked_has_nothing_to_answer(house):
    reference = house.opened()
    page = house.page(house.beta, f"/consultations/{reference}")
    assert "Your reply" not in words(page)
    id = house.asked(reference)["organisation"].id
    form = {"reply": str(id), f"answer-{id}": "objection", f"comment-{id}": "non"}
    assert house.browser(house.beta).post(f"/consultations/{reference}/reply", data=form).status_code == 404
    assert house.asked(reference)["organisation"].answer == ""
    for who in (house.head, house.chair, house.g9):
        answered = house.browser(who).post(f"/consultations/{reference}/reply", data=form)
        assert answered.status_code == 404, who


# ---- replying ----------------------------------------------------------------------------------------------------


def test_a_reply_is_noted_and_may_be_changed_while_the_clock_runs(house):
    reference = house.opened()
    assert house.replies(house.ngo, reference, "objection", PLANTED).status_code == 303
    assert house.replies(house.ngo, reference, "comments", PLANTED + " encore").status_code == 303
    row = house.asked(reference)["organisation"]
    assert (row.answer, row.late) == ("comments", False)
    assert PLANTED in house.page(house.ngo, f"/consultations/{reference}").text
    page = words(house.page(house.officer, f"/consultations/{reference}"))
    assert PLANTED + " encore" in page
    assert "Awa" in page


def test_comments_and_an_objection_need_words_and_no_objection_none(house):
    reference = house.opened()
    for answer in ("comments", "objection"):
        refused = house.replies(house.ngo, reference, answer)
        assert refused.status_code == 422
    assert house.replies(house.ngo, reference, "no_objection").status_code == 303
    unwanted = house.replies(house.ngo, reference, "comments", "350 ménages, 500 000 FCFA, +223 70 00 00 01")
    assert unwanted.status_code == 422
    assert "350 ménages" in unwanted.text, "what was typed stays"


def test_somebody_who_never_answers_is_counted_as_such_and_never_as_no_objection(house):
    reference = house.consulted()
    house.sums_up(reference)
    for who in (house.officer, house.chair, house.hc):
        page = words(house.page(who, f"/consultations/{reference}"))
        assert "No objection 0" in page, page
        assert "No reply (not counted as no objection) 4" in page


def test_whoever_has_not_replied_is_reminded_once_and_nobody_else_is(house):
    reference = house.opened()
    house.replies(house.ngo, reference, "no_objection")
    house.to("2019-12-18")
    assert house.letters("consultation_reminder") == []
    house.to("2019-12-19")
    told = house.letters("consultation_reminder")
    assert {house.wash.person_id, house.forum.person_id, house.officer.person_id} <= set(told)
    assert house.ngo.person_id not in told
    house.to("2019-12-20")
    assert house.letters("consultation_reminder") == told


def test_letters_name_nothing_but_the_reference(house):
    from deconflict.channels.letters import Kind, render_letter

    reference = house.opened()
    house.to("2019-12-20")
    with house.app.app_context():
        kinds = set(db.session.scalars(select(Letter.kind).where(Letter.reference == reference)))
    assert kinds == {"consultation_opened", "consultation_reminder"}
    for kind in sorted(kinds):
        for language in ("fr", "en"):
            mail = render_letter(Kind(kind), language, name="Awa", by="", link="", reference=reference)
            assert reference in mail.body
            for kept in ("Awa", "Bankass", "Borehole", "Forage"):
                assert kept not in mail.subject + mail.body


def test_a_late_reply_is_taken_and_marked_until_the_committee_has_decided(house):
    reference = house.consulted()
    assert house.replies(house.ngo, reference, "objection", PLANTED).status_code == 303
    assert house.asked(reference)["organisation"].late
    assert "late" in words(house.page(house.officer, f"/consultations/{reference}"))
    sitting = house.calls()
    house.to(RIPE)
    assert house.decides(sitting, reference).status_code == 303
    house.replies(house.wash, reference, "objection", "trop tard", "cluster")
    assert house.asked(reference)["cluster"].answer == ""


def test_somebody_who_is_retired_is_no_reply_and_his_successor_answers(house):
    reference = house.opened()
    house.retire(house.wash)
    page = words(house.page(house.officer, f"/consultations/{reference}"))
    assert "Nobody there can reply any more." in page
    after = house.make_account(roles.CLUSTER, name="Salif", organisation="Cluster EHA", language="en")
    assert house.replies(after, reference, "no_objection", "", "cluster").status_code == 303
    assert house.asked(reference)["cluster"].by_id == after.person_id


def test_a_project_cancelled_while_it_runs_takes_no_reply_and_ends_its_clock(house):
    from deconflict.domain.procedures import Noun
    from deconflict.services import procedures as service

    reference = house.opened()
    with house.app.app_context(), transaction() as session:
        row = service.taken(session, Noun.QIP, reference, house.row(reference).version, house.manager.audience)
        service.move(session, row, "cancel", house.manager.audience, house.mission, house.now)
    house.replies(house.ngo, reference, "objection", "non")
    assert house.asked(reference)["organisation"].answer == ""
    house.to("2020-01-15")
    assert house.state(reference) == "cancelled"
    assert house.letters("consultation_reminder") == []
    assert "replies are taken no more" in words(house.page(house.ngo, f"/consultations/{reference}"))


# ---- the clock and OCHA ------------------------------------------------------------------------------------------


def test_the_clock_ends_it_by_itself_and_the_summary_is_due_a_working_day_later(house):
    reference = house.opened()
    house.to(LAST, 23)
    assert house.state(reference) == "consultation"
    house.to("2019-12-24", 0)
    row = house.row(reference)
    assert (row.state, row.due_event, row.due_who) == ("consulted", "summarise", "cmcoord")
    assert row.due_at.date().isoformat() == "2019-12-25", "the end of the 24th"


def test_where_nobody_of_ocha_is_on_duty_it_passes_to_the_head_of_the_sub_office_and_says_so(house):
    with house.app.app_context(), transaction() as session:
        for duty in session.scalars(select(Duty)):
            duty.until_at = MONDAY + timedelta(days=2)
    reference = house.opened()
    house.to("2019-12-10")
    assert "pass_on" not in house.events(reference)
    house.to("2019-12-12")
    house.to("2019-12-13")
    assert house.events(reference).count("pass_on") == 1
    assert house.head.person_id in house.letters("consultation_opened")
    assert house.replies(house.head, reference, "comments", "vu", "ocha").status_code == 303
    for who in (house.chair, house.officer, house.hc):
        assert "Nobody of OCHA was on duty" in words(house.page(who, f"/consultations/{reference}"))
    house.to("2019-12-24")
    assert set(house.row(reference).due_who.split()) == {"cmcoord", "suboffice_head"}
    assert house.sums_up(reference, who=house.head).status_code == 303


def test_opened_on_a_day_without_ocha_it_is_the_head_s_from_the_beginning(house):
    with house.app.app_context(), transaction() as session:
        for duty in session.scalars(select(Duty)):
            session.delete(duty)
    house.opened()
    told = house.letters("consultation_opened")
    assert house.head.person_id in told
    assert house.officer.person_id not in told


def test_while_an_officer_is_on_duty_the_head_of_the_sub_office_neither_answers_nor_sums_up(house):
    reference = house.consulted()
    assert house.sums_up(reference, who=house.head).status_code == 404
    assert house.sums_up(reference).status_code == 303


@pytest.mark.parametrize(
    "said", ["L'ONG Alpha s'y oppose", "Selon Wanda Zerbo c'est trop près", "ong beta est d'accord"]
)
def test_a_summary_that_names_somebody_is_refused(house, said):
    reference = house.consulted()
    refused = house.sums_up(reference, said)
    assert refused.status_code == 422
    assert "names who was asked" in words(refused)
    assert house.row(reference).facts["summary"] is None


def test_before_its_end_and_without_a_proposal_nothing_is_summed_up(house):
    reference = house.opened()
    house.sums_up(reference)
    assert house.row(reference).facts["summary"] is None
    house.to("2019-12-24")
    assert house.sums_up(reference, outcomes=()).status_code == 422
    assert house.sums_up(reference, "").status_code == 422


# ---- what the committee never reads ------------------------------------------------------------------------------


def test_no_page_letter_or_trace_of_a_committee_says_who_objected(house):
    reference = house.opened()
    house.replies(house.ngo, reference, "objection", PLANTED)
    house.replies(house.wash, reference, "comments", "Voir la nappe xwv", "cluster")
    house.to("2019-12-24")
    house.sums_up(reference)
    sitting = house.calls()
    house.to(RIPE)
    house.decides(sitting, reference)
    house.press(house.chair, f"/sittings/{sitting}/minutes", of=sitting, present=["ocha"], words="Séance brève")
    places = ["/", "/consultations", f"/consultations/{reference}", "/sittings", f"/sittings/{sitting}", "/procedures"]
    places += [
        f"/sittings/{sitting}/decide?qip={reference}",
        f"/consultations/{reference}/override",
        "/reports/hc-month?month=2019-12",
    ]
    for who in (house.manager, house.chair, house.member, house.secretary, house.g9, house.hc):
        for place in places:
            page = house.page(who, place)
            for kept in (PLANTED, "xwv", "ONG Alpha", "Awa", "Wanda", "Cluster EHA", "Zerbo"):
                assert kept not in page.text, (who.audience.roles, place, kept)
    with house.app.app_context():
        entries = [str(entry.detail) for entry in db.session.scalars(select(AuditEntry))]
        assert not any("objection" in said or PLANTED in said for said in entries)
        assert PLANTED not in str(db.session.execute(text("SELECT * FROM consultation_reply")).all()), "it lies sealed"
        steps = str(db.session.execute(text("SELECT * FROM procedure_step")).all())
        assert PLANTED not in steps


def test_before_the_summary_the_committee_does_not_learn_how_many_were_asked(house):
    """The number of organisations that are asked says how many work in the commune."""
    reference = house.consulted()
    for who in (house.chair, house.manager, house.member, house.g9):
        page = words(house.page(who, f"/consultations/{reference}"))
        assert "Asked" not in page
        assert "No reply" not in page
    assert "Asked" in words(house.page(house.officer, f"/consultations/{reference}"))


def test_a_project_of_another_sector_does_not_exist_for_a_chair(house):
    reference = house.opened()
    assert house.page(house.other_chair, f"/consultations/{reference}").status_code == 404
    assert house.page(house.chair, f"/consultations/{reference}").status_code == 200


# ---- how long it is kept -----------------------------------------------------------------------------------------


def test_who_replied_what_goes_after_the_project_is_over_and_its_figures_stay(house):
    reference = house.consulted()
    house.replies(house.ngo, reference, "objection", PLANTED)
    sitting = house.calls()
    house.to(RIPE)
    house.decides(sitting, reference, "reject", "withdraw")
    assert house.state(reference) == "rejected"
    with house.app.app_context(), transaction() as session:
        assert forget_replies(session, house.now - timedelta(days=1), 10) == 0
        assert forget_replies(session, house.now, 10) == 1
        row = session.scalars(select(ConsultationReply).where(ConsultationReply.capacity == "organisation")).one()
        assert (row.comment, row.by_id, row.answer) == (None, None, "objection")
        assert forget_consultees(session, {"qip": house.now - timedelta(days=1)}, 10) == 0
        assert forget_consultees(session, {"qip": house.now}, 10) == 4
