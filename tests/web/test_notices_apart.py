"""What one organisation has filed is there for nobody else, and says nothing of what others have filed."""

from __future__ import annotations

import pytest
from pages import NOW, file, notice, patrol, same, send, stored, words
from sqlalchemy import select

from deconflict.matching.matcher import match_due
from deconflict.store.base import db
from deconflict.store.cases import Case

NEW = "/notices/new"
PAGES = ("", "/filed", "/amend", "/cancel")


@pytest.mark.parametrize("page", PAGES)
def test_another_organisations_reference_does_not_exist(ngo, other_ngo, page):
    reference = file(ngo, NEW, notice())
    theirs, missing = other_ngo.get(f"/notices/{reference}{page}"), other_ngo.get(f"/notices/ZZZZZ{page}")
    assert (theirs.status_code, missing.status_code) == (404, 404)
    assert words(theirs) == words(missing)


def test_another_organisation_can_neither_amend_nor_cancel(app, ngo, other_ngo):
    reference = file(ngo, NEW, notice())
    assert send(other_ngo, f"/notices/{reference}/amend", notice(_base="1"), "file").status_code == 404
    assert other_ngo.post(f"/notices/{reference}/cancel", data={"reason": "x"}).status_code == 404
    assert (stored(app, reference)[0].version, stored(app, reference)[0].state) == (1, "submitted")
    assert reference not in other_ngo.get("/notices").text


def test_another_organisations_key_gives_nothing_away(app, ngo, other_ngo):
    reference = file(ngo, NEW, notice())
    page = send(other_ngo, NEW, notice(), "file")
    assert page.status_code == 422
    assert reference not in page.text


def test_the_mission_has_no_notices_and_ngos_have_no_plans(app, ngo, g9):
    reference = file(ngo, NEW, notice())
    plan = file(g9, "/plans/new/patrol", patrol())
    for page in ("", "/new", *(f"/{reference}{p}" for p in PAGES)):
        assert g9.get(f"/notices{page}").status_code == 404
    for page in ("", "/new", "/new/patrol", *(f"/{plan}{p}" for p in PAGES)):
        assert ngo.get(f"/plans{page}").status_code == 404
    assert g9.get(f"/plans/{reference}").status_code == 404
    assert ngo.get(f"/notices/{plan}").status_code == 404


def test_the_answer_after_filing_is_the_same_whether_or_not_a_plan_meets_it(app, mission, ngo, g9):
    alone = file(ngo, NEW, notice(_key="a" * 32))
    quiet = [ngo.get(f"/notices/{alone}{page}") for page in ("/filed", "", "/amend", "/cancel")]
    ngo.post(f"/notices/{alone}/cancel", data={"reason": "fin"})
    file(g9, "/plans/new/patrol", patrol())
    first = send(ngo, NEW, notice(_key="b" * 32))
    answer = send(ngo, NEW, notice(_key="b" * 32), "file")
    met = answer.location.split("/")[2]
    with app.app_context():
        match_due(mission, NOW)
        assert db.session.scalars(select(Case)).one().severity == "critical"
    loud = [ngo.get(f"/notices/{met}{page}") for page in ("/filed", "", "/amend", "/cancel")]
    assert [same(page, alone) for page in quiet] == [same(page, met) for page in loud]
    assert [len(page.data) for page in quiet] == [len(page.data) for page in loud]
    assert "Case" not in first.text
