"""What somebody writes is kept before it is sent: for him alone, until he asks a focal point to send it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from pages import KEY, NOW, errors, fields, file, notice, patrol, send, words
from sqlalchemy import select, text

from deconflict.domain import roles
from deconflict.domain.drafts import MOST
from deconflict.services.drafts import remind
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.drafts import DraftRow, forget_drafts
from deconflict.store.items import Item
from deconflict.store.letters import Letter
from deconflict.store.people import Account, Organisation

NEW, LIST = "/notices/new", "/notices"
DRAFT = f"/notices/drafts/{KEY}"
OTHER_KEY = "f" * 32


@pytest.fixture
def submitter(app, make_account, sign_in):
    return sign_in(app.test_client(), make_account(roles.SUBMITTER, organisation="ONG Alpha"))


@pytest.fixture
def two_steps(app, ngo):
    """ONG Alpha has a focal point (`ngo`) who sends what others write."""
    with app.app_context(), transaction() as session:
        organisation = session.scalars(select(Organisation).where(Organisation.name == "ONG Alpha")).one()
        organisation.two_step = True
        for account in session.scalars(select(Account)):
            account.joined_at = NOW


def drafts(app):
    with app.app_context():
        return db.session.scalars(select(DraftRow)).all()


def letters(app):
    with app.app_context():
        return sorted((letter.kind, letter.person_id) for letter in db.session.scalars(select(Letter)))


def test_what_was_typed_is_kept_and_gone_on_with(app, ngo):
    half = notice(persons="", **{"stops-1-place": "Nulle Part", "stops-2-place": "Mop"})
    kept = send(ngo, NEW, half, "keep")
    assert (kept.status_code, kept.location) == (303, LIST)
    listed = words(ngo.get(LIST))
    assert "Mopti - Nulle Part - Mop" in listed
    again = ngo.get(DRAFT)
    assert again.status_code == 200
    assert {name: fields(again)[name] for name in half} == half
    assert 'action="/notices/new"' in again.text
    reference = file(ngo, NEW, fields(again) | notice())
    assert drafts(app) == []
    assert ngo.get(DRAFT).status_code == 404
    assert reference in ngo.get(LIST).text


def test_every_button_keeps_it_and_so_does_the_page_by_itself(app, ngo):
    assert send(ngo, NEW, notice(level=""), "review").status_code == 422
    assert [row.key for row in drafts(app)] == [KEY]
    assert send(ngo, NEW, notice(_stops="3"), "add").status_code == 200
    assert [row.stops for row in drafts(app)] == [3]
    answer = send(ngo, NEW, notice(persons="77"), "autosave")
    assert (answer.status_code, answer.data) == (204, b"")
    assert fields(ngo.get(DRAFT))["persons"] == "77"


def test_a_page_on_which_nothing_was_typed_is_no_draft(app, ngo):
    send(ngo, NEW, fields(ngo.get(NEW)), "review")
    assert drafts(app) == []


@pytest.mark.parametrize(
    "typed", [{"name": "Dispensaire"}, {"operator": "ONG Alpha"}, {"works": "yes"}, {"radius_m": "40"}]
)
def test_a_site_is_kept_from_the_first_field_on(app, ngo, typed):
    answer = send(ngo, "/sites/new", {"_stops": "1", "_key": KEY, **typed}, "autosave")
    assert answer.status_code == 204
    assert [row.sheet for row in drafts(app)] == ["site"]


def test_what_is_emptied_again_does_not_stay_in_the_draft(app, ngo):
    empty = fields(ngo.get(NEW)) | {"_key": KEY}
    assert send(ngo, NEW, empty | {"persons": "77"}, "autosave").status_code == 204
    assert send(ngo, NEW, empty, "autosave").status_code == 204
    assert fields(ngo.get(DRAFT))["persons"] == ""


def test_what_does_not_keep_itself_is_told_why(ngo, g9):
    """The page shows it as it is: a text and no page."""
    for n in range(MOST):
        send(ngo, NEW, notice(_key=f"{n:032x}"), "keep")
    full = send(ngo, NEW, notice(), "autosave")
    assert (full.status_code, full.mimetype) == (200, "text/plain")
    assert full.text == "Vous gardez déjà vingt brouillons. Envoyez-en ou supprimez-en un d'abord."
    withheld = send(g9, "/plans/new/patrol", patrol("30 pax, Bankass"), "autosave")
    assert (withheld.status_code, withheld.mimetype) == (200, "text/plain")
    assert "30 pax" in withheld.text
    nothing = send(ngo, NEW, {"_stops": "2", "_key": OTHER_KEY}, "autosave")
    assert (nothing.status_code, nothing.text) == (200, "")


def test_a_page_that_keeps_itself_after_it_was_sent_does_not_come_back(app, ngo):
    file(ngo, NEW, notice())
    assert send(ngo, NEW, notice(), "autosave").status_code == 200
    assert drafts(app) == []
    assert send(ngo, NEW, notice(), "keep").status_code == 422


def test_an_amendment_is_kept_too_until_the_notice_has_another_version(app, ngo):
    reference = file(ngo, NEW, notice())
    amend = f"/notices/{reference}/amend"
    typed = fields(ngo.get(amend)) | {"persons": "9", "_reason": "plus de monde"}
    assert send(ngo, amend, typed, "keep").status_code == 303
    again = ngo.get(f"/notices/drafts/{typed['_key']}")
    assert f'action="{amend}"' in again.text
    assert (fields(again)["persons"], fields(again)["_reason"]) == ("9", "plus de monde")
    assert send(ngo, amend, fields(again), "file").status_code == 303
    assert drafts(app) == []
    assert send(ngo, amend, typed, "autosave").status_code == 200
    assert drafts(app) == []


def test_nobody_else_reads_writes_or_deletes_it(app, ngo, submitter, other_ngo, g9):
    send(ngo, NEW, notice(), "keep")
    for browser in (submitter, other_ngo, g9):
        assert browser.get(DRAFT).status_code == 404
        assert browser.post(f"{DRAFT}/delete").status_code == 404
        assert "Mopti - Bankass" not in browser.get(LIST).text
    assert send(other_ngo, NEW, notice(persons="99"), "autosave").status_code == 200
    assert send(submitter, NEW, notice(persons="99"), "keep").status_code == 422
    assert fields(ngo.get(DRAFT))["persons"] == "6"
    assert ngo.post(f"{DRAFT}/delete").status_code == 303
    assert drafts(app) == []


@pytest.mark.parametrize("key", ["", "x", OTHER_KEY, "../new", "0" * 64])
def test_there_is_no_draft_under_another_name(ngo, key):
    send(ngo, NEW, notice(), "keep")
    assert ngo.get(f"/notices/drafts/{key}").status_code == 404


def test_what_was_typed_lies_sealed_in_the_database(app, ngo):
    send(ngo, NEW, notice(overnight="Campement Zorro"), "keep")
    with app.app_context():
        row = db.session.execute(text("SELECT * FROM draft")).one()
    assert not any(word in str(row) for word in ("Zorro", "Bankass", "DIST_FOOD"))


def test_there_are_twenty_of_one_person_at_most(app, ngo):
    for n in range(MOST):
        assert send(ngo, NEW, notice(_key=f"{n:032x}"), "keep").status_code == 303
    assert send(ngo, NEW, notice(), "keep").status_code == 422
    assert send(ngo, NEW, notice(), "review").status_code == 200  # it is filed all the same
    assert send(ngo, NEW, notice(_key=f"{1:032x}"), "keep").status_code == 303


def test_a_draft_that_nobody_touches_goes_after_two_weeks(app, ngo):
    send(ngo, NEW, notice(), "keep")
    with app.app_context():
        with transaction() as session:
            assert forget_drafts(session, NOW - timedelta(seconds=1), 10) == 0
        with transaction() as session:
            assert forget_drafts(session, NOW, 10) == 1
    assert drafts(app) == []


def test_a_plan_is_kept_like_a_notice(app, g9):
    assert send(g9, "/plans/new/patrol", patrol(), "keep").status_code == 303
    key = patrol()["_key"]
    assert fields(g9.get(f"/plans/drafts/{key}"))["stops-0-place"] == "Bankass"
    assert 'action="/plans/new/patrol"' in g9.get(f"/plans/drafts/{key}").text


def test_the_list_tells_an_area_by_its_lines_and_a_site_without_a_place_by_its_name(ngo, g9):
    area = {"kind": "AVOID_AREA", "shape": "villages", "points": "Bankass\nKoro", "_key": KEY}
    send(g9, "/plans/new/zone", area, "keep")
    assert "Bankass - Koro" in words(g9.get("/plans"))
    send(ngo, "/sites/new", {"name": "Dispensaire", "_stops": "1", "_key": "5" * 32}, "keep")
    assert "Dispensaire" in words(ngo.get("/sites"))
    assert "No place yet" not in words(ngo.get("/sites")) + words(g9.get("/plans"))


def test_what_is_never_stored_of_a_plan_is_not_stored_in_a_draft(app, g9):
    form = patrol(_reason="effectif 30") | {"stops-0-place": "30 pax, Bankass"}
    assert send(g9, "/plans/new/patrol", form, "autosave").status_code == 200
    kept = send(g9, "/plans/new/patrol", form, "keep")
    assert (kept.status_code, errors(kept)) == (422, ["f-stops-0-place"])
    assert errors(send(g9, "/plans/new/patrol", patrol(_reason="effectif 30"), "keep")) == ["f-reason"]
    assert drafts(app) == []


# ---- the second step ------------------------------------------------------------------------------------------------


def test_a_focal_point_reads_it_in_words_and_sends_it(app, ngo, submitter, two_steps):
    review = send(submitter, NEW, notice())
    assert "point focal" in words(review)
    asked = send(submitter, NEW, fields(review), "file")
    assert (asked.status_code, asked.location) == (303, LIST)
    with app.app_context():
        assert db.session.scalars(select(Item)).all() == []  # OCHA knows nothing of it
    assert [kind for kind, _ in letters(app)] == ["draft_waits"]
    assert "Mopti - Bankass" in words(ngo.get(LIST))
    read = ngo.get(DRAFT)
    assert "Distribution de vivres" in words(read)
    done = send(ngo, NEW, fields(read), "file")
    assert done.status_code == 303
    with app.app_context():
        item = db.session.scalars(select(Item)).one()
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "file")).one()
        assert entry.detail["written_by"] != item.filed_by_id == entry.actor_id
    assert drafts(app) == []
    assert item.reference in submitter.get(LIST).text


def test_the_focal_point_may_be_who_checked_the_positions_and_the_writer_may_not(app, ngo, submitter, two_steps):
    with app.app_context():
        ids = {a.person_id for a in db.session.scalars(select(Account)) if a.person.organisation.name == "ONG Alpha"}
    page = submitter.get(NEW).text
    focal = {id for id in ids if f'<option value="{id}"' in page}
    assert len(focal) == 1
    me = (ids - focal).pop()
    send(submitter, NEW, notice(confirmed_by=str(me)), "file")
    assert send(ngo, NEW, fields(ngo.get(DRAFT)), "file").status_code == 422
    send(submitter, NEW, notice(_key=OTHER_KEY, confirmed_by=str(focal.pop())), "file")
    assert send(ngo, NEW, fields(ngo.get(f"/notices/drafts/{OTHER_KEY}")), "file").status_code == 303


def test_it_is_given_back_with_a_word_and_asked_again(app, ngo, submitter, two_steps):
    send(submitter, NEW, notice(), "file")
    nothing = ngo.post(f"{DRAFT}/give-back", data={"words": " "})
    assert (nothing.status_code, errors(nothing)) == (422, ["f-words"])
    assert re.search(r'<input id="f-words"[^>]* aria-invalid="true"', nothing.text)
    assert "Distribution de vivres" in words(nothing)  # the page itself, with all that stood there
    named = ngo.post(f"{DRAFT}/give-back", data={"words": "Demander à Mme Diallo"})
    assert (named.status_code, errors(named), fields(named)["words"]) == (422, ["f-words"], "Demander à Mme Diallo")
    assert "Mme Diallo" in words(named)
    assert ngo.post(f"{DRAFT}/give-back", data={"words": "Le village n'est pas le bon"}).status_code == 303
    assert "Le village n'est pas le bon" in words(submitter.get(LIST))
    assert ngo.get(DRAFT).status_code == 404
    assert sorted(kind for kind, _ in letters(app)) == ["draft_returned", "draft_waits"]
    assert submitter.post(f"{DRAFT}/give-back", data={"words": "x"}).status_code == 404
    send(submitter, NEW, notice(), "file")
    assert ngo.get(DRAFT).status_code == 200


def test_what_can_no_longer_be_sent_can_be_given_back(app, ngo, submitter, two_steps):
    reference = file(ngo, NEW, notice())
    amend = f"/notices/{reference}/amend"
    typed = fields(submitter.get(amend)) | {"persons": "9"}
    assert send(submitter, amend, typed, "file").location == LIST
    file(ngo, amend, fields(ngo.get(amend)) | {"persons": "9"})  # the focal point changed it himself meanwhile
    draft = f"/notices/drafts/{typed['_key']}"
    page = ngo.get(draft)
    assert len(errors(page)) == 1
    nothing = ngo.post(f"{draft}/give-back", data={"words": ""})
    assert nothing.status_code == 422
    assert errors(nothing) == [*errors(page), "f-words"]
    assert fields(nothing)["persons"] == "9"
    assert ngo.post(f"{draft}/give-back", data={"words": "C'est fait"}).status_code == 303
    assert "C'est fait" in words(submitter.get(LIST))


def test_an_amendment_waits_too_and_the_notice_stays_as_it_was(app, ngo, submitter, two_steps):
    reference = file(ngo, NEW, notice())
    amend = f"/notices/{reference}/amend"
    typed = fields(submitter.get(amend)) | {"persons": "9"}
    assert send(submitter, amend, typed, "file").location == LIST
    with app.app_context():
        assert db.session.scalars(select(Item.version)).one() == 1
    read = ngo.get(f"/notices/drafts/{typed['_key']}")
    assert "Personnes 6 9" in words(read)
    assert send(ngo, amend, fields(read), "file").status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Item.version)).one() == 2
    assert drafts(app) == []


@pytest.mark.parametrize(
    "why", ["an emergency", "no focal point who can sign in", "a focal point writes it", "no such policy"]
)
def test_these_leave_at_once(app, ngo, submitter, two_steps, why):
    form, browser = notice(), submitter
    if why == "an emergency":
        form = notice(urgency="emergency", urgency_reason="blessés graves")
    if why == "a focal point writes it":
        browser = ngo
    with app.app_context(), transaction() as session:
        if why == "no such policy":
            session.scalars(select(Organisation).where(Organisation.two_step)).one().two_step = False
        if why == "no focal point who can sign in":
            for account in session.scalars(select(Account)):
                if any(role.name == roles.FOCAL_POINT for role in account.roles):
                    account.joined_at = None
    assert re.fullmatch(r"/notices/[0-9A-Z]{5}/filed", send(browser, NEW, form, "file").location)


def test_nobody_sends_it_and_both_are_told_before_it_leaves(app, ngo, submitter, two_steps):
    send(submitter, NEW, notice(), "file")
    with app.app_context():
        assert remind(NOW + timedelta(hours=3, minutes=59)) == 0
        assert remind(NOW + timedelta(hours=4)) == 1
        assert remind(NOW + timedelta(hours=5)) == 0
    assert [kind for kind, _ in letters(app)] == ["draft_still_waits", "draft_still_waits", "draft_waits"]
    app.extensions["clock"] = lambda: NOW + timedelta(days=10)
    assert "jamais" in words(submitter.get(LIST))


def test_near_departure_they_are_told_at_half_the_time(app, ngo, submitter, two_steps):
    app.extensions["clock"] = lambda: NOW.replace(day=10, hour=4)
    send(submitter, NEW, notice(), "file")  # leaves at six
    with app.app_context():
        assert remind(NOW.replace(day=10, hour=4, minute=59)) == 0
        assert remind(NOW.replace(day=10, hour=5)) == 1


def test_who_only_looks_at_a_draft_of_another_cannot_ask_for_it(app, ngo, submitter, two_steps, make_account, sign_in):
    send(submitter, NEW, notice(), "file")
    colleague = sign_in(app.test_client(), make_account(roles.SUBMITTER, organisation="ONG Alpha"))
    assert colleague.get(DRAFT).status_code == 404
    assert send(colleague, NEW, notice(), "file").status_code == 422
    assert errors(send(colleague, NEW, notice(), "file"))
    with app.app_context():
        assert db.session.scalars(select(Item)).all() == []
