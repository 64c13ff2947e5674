"""The dialogue log through its pages: what officers plan, note, follow up and count; sessions that each area has due; what is refused; and
that nobody else finds any of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from deskhouse import DeskHouse
from pages import words
from sqlalchemy import select
from world import at_once

from deconflict.domain.procedures import Noun
from deconflict.services.meetings import plan_sessions
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.procedures import Procedure

CELL = {
    **{"kind": "cell", "area": "MOPTI", "on": "2019-12-06", "where-place": "Bankass", "topics": ["sop", "contacts"]},
    **{"present_ocha": "2", "present_mission": "5", "language": "fr", "interpreter": "none", "_held": "yes"},
}
SAID = "Envoyer la fiche zq"


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def notes(house, browser=None, key="a" * 32, **more):
    answer = (browser or house.desk).post("/dialogue/new", data=CELL | {"_key": key} | more)
    assert answer.status_code == 303, words(answer)
    return answer.location.rsplit("/", 1)[1]


def row(house, reference):
    with house.app.app_context():
        found = db.session.scalars(select(Procedure).where(Procedure.reference == reference)).one()
        db.session.expunge_all()
        return found


def acts(house, reference, act, browser=None, **form):
    data = {"version": str(row(house, reference).version)} | form
    return (browser or house.desk).post(f"/dialogue/{reference}/{act}", data=data)


def sessions(house):
    with house.app.app_context():
        rows = db.session.scalars(select(Procedure).where(Procedure.noun == Noun.MEETING)).all()
        found = [
            (one.area, one.reference) for one in rows if one.facts["kind"] == "sensitisation" and one.state == "planned"
        ]
        db.session.expunge_all()
        return found


def test_a_meeting_is_noted_in_codes_and_counted(house):
    reference = notes(house)
    page = words(house.other_desk.get(f"/dialogue/{reference}"))
    for said in ("Meeting of the CMCoord cell", "Bankass", "The SOP, Whom to call", "OCHA: 2, Mission: 5", "Held"):
        assert said in page, said
    assert row(house, reference).facts["pcode"]
    house.now += timedelta(days=30)
    table = house.desk.get("/dialogue").text.partition("December 2019")[2]
    mopti = re.search(r'<th scope="row">Mopti[^<]*</th>(.*?)</tr>', table, re.DOTALL)
    assert re.findall(r">(\d+)</td>", mopti[1]) == ["1", "0", "0", "0"]


def test_the_same_form_twice_is_one(house):
    assert notes(house) == notes(house)
    assert notes(house, house.other_desk) != notes(house)


def test_nobody_but_officers_finds_it(house):
    reference = notes(house)
    house.turn(timedelta(minutes=61))
    for who in (house.ngo, house.g9):
        browser = house.browser(who)
        for path in ("/dialogue", "/dialogue/new", f"/dialogue/{reference}", f"/dialogue/{reference}/write"):
            assert browser.get(path).status_code == 404
        assert acts(house, reference, "cancel", browser, code="staff").status_code == 404
        for path in ("/", "/procedures"):
            assert reference not in browser.get(path).text
            assert "dialogue" not in browser.get(path).text.lower()
    assert house.head_desk.get(f"/dialogue/{reference}").status_code == 200


def test_it_is_planned_then_held_then_followed_until_nothing_is_left(house):
    reference = notes(house, **{"_held": "", "on": "2019-12-09", "kind": "bilateral", "force": "host_forces"})
    assert row(house, reference).state == "planned"
    assert "It took place" in words(house.desk.get("/procedures"))
    again = CELL | {"_held": "", "kind": "bilateral", "force": "host_forces", "on": "2019-12-10"}
    assert acts(house, reference, "write", **again).status_code == 303
    assert row(house, reference).state == "planned"
    house.now += timedelta(days=4)
    assert acts(house, reference, "write", **(again | {"_held": "yes"})).status_code == 303
    assert (row(house, reference).state, row(house, reference).due) == ("held", None)
    promise = {"what": SAID, "who": "force", "by": "2019-12-13"}
    assert acts(house, reference, "follow", **promise).status_code == 303
    assert acts(house, reference, "follow", **(promise | {"who": "ocha_head", "by": "2019-12-12"})).status_code == 303
    assert row(house, reference).due.who == {"ocha_head"}
    page = words(house.desk.get(f"/dialogue/{reference}"))
    assert f"{SAID} (as typed, not translated)" in page
    assert SAID not in house.desk.get("/procedures").text
    assert acts(house, reference, "done", number="1").status_code == 303
    assert row(house, reference).due.who == {"cmcoord"}
    acts(house, reference, "done", number="1")  # twice changes nothing
    assert row(house, reference).state == "following"
    acts(house, reference, "done", number="0")
    assert (row(house, reference).state, row(house, reference).due) == ("held", None)


def test_of_two_officers_the_second_is_told(house):
    reference = notes(house, **{"_held": "", "on": "2019-12-09"})
    form = {"version": "1", "code": "staff"}
    house.desk.post(f"/dialogue/{reference}/cancel", data=form)
    answer = house.other_desk.post(f"/dialogue/{reference}/cancel", data=form, follow_redirects=True)
    assert row(house, reference).version == 2
    assert "warning" in answer.text


@pytest.mark.parametrize(
    ("form", "field", "said"),
    [
        ({"kind": "bilateral"}, "force", "Choose with which force"),
        ({"topics": []}, "topics", "Tick what it was about"),
        ({"on": "2019-12-30"}, "on", "still to come"),
        ({"on": "2009-12-30"}, "on", "Check the year"),
        ({"on": ""}, "on", "Fill this in"),
        ({"where-place": "Nulle-Part-Wexo"}, "where-place", "No place bears this name"),
        ({"where-place": "14.07000, -3.52000"}, "where-place", "not a position"),
        ({"area": "PARIS"}, "area", "Choose one"),
        ({"present_ocha": "many"}, "present_ocha", "whole number"),
        ({"words": "they said"}, "words", ""),
    ],
)
def test_what_is_not_right_is_refused_beside_what_was_typed(house, form, field, said):
    answer = house.desk.post("/dialogue/new", data=CELL | {"_key": "b" * 32} | form)
    assert answer.status_code == 422
    assert said in words(answer)
    assert f'id="f-{field}-error"' in answer.text or field == "words"
    assert 'value="GAO"' in answer.text


@pytest.mark.parametrize(
    "text",
    ["Rappeler le GSIM", "négocier le passage", "Appeler M. Traoré", "24 soldats à former", "+223 70 00 00 01", ""],
)
def test_names_groups_numbers_and_negotiations_are_refused_where_somebody_types(house, text):
    reference = notes(house)
    answer = acts(house, reference, "follow", what=text, who="cmcoord", by="2019-12-12")
    assert answer.status_code == 422
    assert 'id="f-what-error"' in answer.text
    assert row(house, reference).facts["promises"] == []


# ---- sessions in communities ---------------------------------------------------------------------------------------------


def test_each_area_has_a_session_due_whether_anybody_thought_of_it_or_not(house):
    assert sessions(house) == []
    house.turn(timedelta(hours=1))
    found = sessions(house)
    assert sorted(area for area, _reference in found) == sorted(area.code for area in house.mission.areas)
    assert "Hold a session in communities" in words(house.desk.get("/procedures"))
    house.turn(timedelta(hours=1))
    assert sessions(house) == found
    house.now += timedelta(days=93)
    page = house.desk.get("/dialogue").text
    assert page.count('<span class="tag late">') == len(found)


def test_two_schedulers_plan_them_once(house):
    at_once(house.app, *[lambda: plan_sessions(house.mission, house.now)] * 3)
    assert len(sessions(house)) == len(house.mission.areas)


def test_a_session_takes_the_place_of_the_one_that_was_due_and_the_next_follows_from_it(house):
    house.turn(timedelta(hours=1))
    due = dict(sessions(house))["MOPTI"]
    reference = notes(house, kind="sensitisation")
    assert reference == due
    assert row(house, reference).state == "held"
    house.turn(timedelta(hours=1))
    then = dict(sessions(house))["MOPTI"]
    assert then != due
    assert row(house, then).facts["due_by"].startswith("2020-03-08")  # 92 days after 6 December ended
    assert words(house.desk.get("/dialogue")).count("no session yet") == len(house.mission.areas) - 1


def test_one_that_is_cancelled_leaves_its_area_due_as_it_was(house):
    house.turn(timedelta(hours=1))
    due = dict(sessions(house))["GAO"]
    before = row(house, due).facts["due_by"]
    assert acts(house, due, "cancel").status_code == 422
    assert acts(house, due, "cancel", code="security").status_code == 303
    house.turn(timedelta(hours=1))
    then = dict(sessions(house))["GAO"]
    assert then != due
    assert row(house, then).facts["due_by"] == before


def test_the_session_of_one_area_is_not_moved_to_another(house):
    house.turn(timedelta(hours=1))
    due = dict(sessions(house))["GAO"]
    form = CELL | {"kind": "sensitisation", "_held": "", "on": "2019-12-20"}
    answer = acts(house, due, "write", **form)
    assert (answer.status_code, row(house, due).area) == (422, "GAO")
    assert acts(house, due, "write", **(form | {"area": "GAO"})).status_code == 303
    assert row(house, due).facts["on"] == "2019-12-20"


# ---- the sheet -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tag", "said"), [("en", "No aid outside QIPs"), ("fr", "Pas d'aide hors QIP")])
def test_the_training_sheet_is_plain_names_nobody_and_is_linked_from_a_training(house, tag, said):
    reference = notes(house, kind="training", force="mission", topics=["distinction"])
    assert f'href="/dialogue/training/{tag}"' in house.desk.get(f"/dialogue/{reference}").text
    assert "/dialogue/training/" not in house.desk.get(f"/dialogue/{notes(house, key='c' * 32)}").text
    page = house.desk.get(f"/dialogue/training/{tag}")
    assert f'<html lang="{tag}"' in page.text
    assert said in words(page).replace("’", "'")
    for name in ("Oumou", "Awa", "ONG Alpha", "+223", "Lars"):
        assert name not in page.text
    sentences = re.split(r"(?<=[.!?:])\s", " ".join(re.findall(r"<(?:p|li)>(.*?)</", page.text)))
    assert max(len(sentence.split()) for sentence in sentences) <= 26
    assert len(page.data) < 12_000
    assert house.desk.get("/dialogue/training/xx").status_code == 404
    assert house.browser(house.g9).get(f"/dialogue/training/{tag}").status_code == 404


def test_the_audit_says_that_one_was_noted_and_nothing_of_it(house):
    reference = notes(house)
    acts(house, reference, "follow", what=SAID, who="cmcoord", by="2019-12-12")
    with house.app.app_context():
        said = [str(entry.detail) for entry in db.session.scalars(select(AuditEntry)) if entry.noun == "meeting"]
    assert len(said) == 3
    assert not [line for line in said if SAID in line or "Bankass" in line or "sop" in line]
