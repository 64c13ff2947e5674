"""A humanitarian organisation files a movement and reads it again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from pages import DAY, KEY, NOW, errors, fields, file, notice, same, send, stored, words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.disclosure import Recognition
from deconflict.store.base import db, transaction
from deconflict.store.items import Item
from deconflict.store.people import Organisation, Person
from deconflict.web.filing_words import vehicles_words

NEW = "/notices/new"
PAGES = ("", "/filed", "/amend", "/cancel")


def test_a_movement_is_read_in_words_then_filed_and_found_again(app, ngo):
    review = send(ngo, NEW, notice())
    said = words(review)
    assert "Bankass (commune Bankass, cercle Bankass)" in said
    assert "jeudi 10 décembre 2026" in said
    assert "Distribution de vivres" in said
    with app.app_context():
        assert db.session.scalars(select(Item)).all() == []
    reference = send(ngo, NEW, fields(review), "file").location.split("/")[2]
    assert reference in ngo.get("/notices").text
    assert "Distribution de vivres" in words(ngo.get(f"/notices/{reference}"))


def test_after_filing_there_is_the_reference_and_the_fixed_words(ngo):
    reference = file(ngo, NEW, notice())
    said = words(ngo.get(f"/notices/{reference}/filed"))
    assert reference in said
    assert "conclude nothing" in said or "ne concluez rien" in said


def test_a_form_with_mistakes_comes_back_with_everything_that_was_typed(ngo):
    typed = notice(
        persons="seize",
        overnight="chez Moussa <b>",
        **{"stops-1-place": "Nulle Part-sur-Niger", "stops-1-arrive_from": "25:99", "stops-0-position": "14.48 4.18"},
    )
    page = send(ngo, NEW, typed)
    assert page.status_code == 422
    assert {"f-persons", "f-stops-1-place", "f-stops-1-arrive_from", "f-stops-0-position"} <= set(errors(page))
    shown = fields(page)
    assert {name: text for name, text in shown.items() if name in typed} == typed
    assert "<b>" not in page.text


def test_what_nobody_spoke_of_is_not_said_to_be_none(app, ngo):
    fresh = fields(ngo.get(NEW))
    assert (fresh.get("marking", ""), fresh.get("cargo", "")) == ("", "")
    silent = file(ngo, NEW, notice(marking="", cargo=""))
    said = words(ngo.get(f"/notices/{silent}"))
    assert not any(word in said for word in ("Aucun marquage", "Aucun fret", "Marquage"))
    again = fields(ngo.get(f"/notices/{silent}/amend"))
    assert (again["marking"], again["cargo"]) == ("", "")
    spoken = file(ngo, NEW, notice(marking="none", cargo="none", _key="f" * 32))
    said = words(ngo.get(f"/notices/{spoken}"))
    assert "Aucun marquage" in said
    assert "Aucun fret" in said


def test_of_vehicles_whose_marking_nobody_spoke_of_the_number_alone_is_told(app):
    with app.test_request_context():
        assert vehicles_words(Recognition(3, "", 1)) == "3"
        assert vehicles_words(Recognition(3, "none", 1)) == "3, Aucun marquage"


def test_that_a_colleague_checked_is_the_word_of_whoever_filed_it(app, ngo, make_account):
    make_account(roles.SUBMITTER, organisation="ONG Alpha")
    colleague = re.search(r'name="confirmed_by".*?<option value="(\d+)"', ngo.get(NEW).text, re.DOTALL)
    review = send(ngo, NEW, notice(confirmed_by=colleague[1]))
    reference = file(ngo, NEW, notice(confirmed_by=colleague[1]))
    for page in (review, ngo.get(f"/notices/{reference}")):
        assert "Positions vérifiées par un collègue Oui, selon l'auteur" in words(page).replace("’", "'")
    alone = file(ngo, NEW, notice(_key="f" * 32))
    assert "Positions vérifiées par un collègue Non" in words(ngo.get(f"/notices/{alone}"))


def test_whoever_checked_is_a_colleague_who_works_there_still_and_nobody_else(app, ngo, make_account):
    colleague = make_account(roles.SUBMITTER, organisation="ONG Alpha")
    gone = make_account(roles.SUBMITTER, organisation="ONG Alpha")
    foreign = make_account(roles.SUBMITTER, organisation="Association Badenya")
    with app.app_context(), transaction() as session:
        session.get_one(Person, gone.person_id).active = False
    soldier, officer = make_account(roles.CIMIC), make_account(roles.CMCOORD)
    reference = file(ngo, NEW, notice(confirmed_by=str(colleague.person_id)))
    amended = fields(ngo.get(f"/notices/{reference}/amend")) | {"persons": "7"}
    answers = set()
    for id in (99_999, *(who.person_id for who in (gone, foreign, soldier, officer))):
        form = notice(_key="f" * 32, confirmed_by=str(id))
        for page in (
            send(ngo, NEW, form, "file"),
            send(ngo, f"/notices/{reference}/amend", amended | {"confirmed_by": str(id)}, "file"),
        ):
            assert errors(page) == ["f-confirmed_by"]
        answers.add(same(send(ngo, NEW, form, "file")))
    assert len(answers) == 1  # whoever works elsewhere is as nobody: what is answered tells of neither
    with app.app_context():
        assert [item.version for item in db.session.scalars(select(Item))] == [1]


def test_an_empty_form_names_its_fields_in_the_order_of_the_page(ngo):
    page = send(ngo, NEW, fields(ngo.get(NEW)))
    assert page.status_code == 422
    wrong = errors(page)
    on_page = [wrong_id for wrong_id in re.findall(r'id="(f-[\w-]+)"', page.text) if wrong_id in wrong]
    assert wrong == list(dict.fromkeys(on_page))
    assert {"f-kind", "f-vehicles", "f-persons", "f-escort", "f-level", "f-disclaimer"} <= set(wrong)


def test_every_error_points_at_a_field_that_is_there(ngo):
    page = send(ngo, NEW, notice(kind="", level="", disclaimer="", urgency="urgent", **{"stops-2-place": ""}))
    assert errors(page)
    for wrong in errors(page):
        assert f'id="{wrong}"' in page.text


def test_the_summary_of_errors_says_of_which_stop_and_field_it_speaks(ngo):
    page = send(ngo, NEW, notice(**{"stops-2-place": "Nulle Part", "stops-1-arrive_to": "9 h"}))
    box = re.search(r'<div class="errors".*?</div>', page.text, re.DOTALL)[0]
    first, second = (" ".join(item.split()) for item in re.findall(r"<a[^>]*>(.*?)</a>", box, re.DOTALL))
    assert re.match(r"\w+ 2, ", first)
    assert re.match(r"\w+ 3, ", second)


def test_no_level_is_chosen_for_anybody(ngo):
    assert "level" not in fields(ngo.get(NEW))


def test_the_level_an_organisation_has_set_is_proposed(app, ngo):
    with app.app_context(), transaction() as session:
        session.scalars(select(Organisation).where(Organisation.name == "ONG Alpha")).one().default_level = "full"
    assert fields(ngo.get(NEW))["level"] == "full"


@pytest.mark.parametrize("level", ["match_only", "redacted", "full"])
def test_the_level_that_was_chosen_is_the_level_that_is_kept(app, ngo, level):
    reference = file(ngo, NEW, notice(level=level))
    item, row = stored(app, reference)
    assert (item.level, row.filing["level"]) == (level, level)
    assert fields(ngo.get(f"/notices/{reference}/amend"))["level"] == level


@pytest.mark.parametrize("level", ["redacted", "full"])
def test_a_sensitive_activity_is_filed_as_match_only_or_not_at_all(ngo, level):
    page = send(ngo, NEW, notice(level=level, **{"stops-1-activity": "PROT_MON"}))
    assert errors(page) == ["f-level"]
    assert file(ngo, NEW, notice(level="match_only", **{"stops-1-activity": "PROT_MON"}))


def test_a_stop_more_and_a_stop_less_lose_nothing(ngo):
    more = send(ngo, NEW, notice(), "add")
    assert more.status_code == 200
    shown = fields(more)
    assert shown["_stops"] == "4"
    assert shown.items() >= {k: v for k, v in notice().items() if k != "_stops"}.items()
    assert shown["stops-3-place"] == ""
    less = fields(send(ngo, NEW, shown, "remove-1"))
    assert less["_stops"] == "3"
    assert (less["stops-0-place"], less["stops-1-place"], less["stops-2-place"]) == ("Mopti", "Mopti", "")
    assert less["stops-1-arrive_from"] == "18:00"
    assert less["stops-1-activity"] == ""


def test_there_is_no_thirteenth_stop(ngo):
    page = send(ngo, NEW, notice(_stops="12"), "add")
    assert fields(page)["_stops"] == "12"
    assert len(page.data) < 80_000
    small = ngo.post(NEW, data=notice(_stops="12", _do="add"), headers={"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.data) < 12_000
    assert errors(page)


def test_a_stop_left_empty_at_the_end_is_no_stop(app, ngo):
    reference = file(ngo, NEW, fields(send(ngo, NEW, notice(), "add")))
    assert len(stored(app, reference)[1].filing["stops"]) == 3


def test_an_ambiguous_name_is_settled_by_choosing(app, mission, ngo):
    from deconflict.schemas.whereabouts import candidates

    name = next(p.name for p in mission.gazetteer.places if len(candidates(mission.gazetteer, p.name)) > 2)
    wanted = candidates(mission.gazetteer, name)[1]
    page = send(ngo, NEW, notice(**{"stops-1-place": name, "stops-1-activity": ""}))
    assert errors(page) == ["f-stops-1-place"]
    assert page.text.count('name="_pick-1"') == len(candidates(mission.gazetteer, name)) + 1
    reference = file(ngo, NEW, fields(page) | {"_pick-1": f"pcode|{wanted.pcode}"})
    assert stored(app, reference)[1].filing["stops"][1]["location"]["pcode"] == wanted.pcode


def test_a_name_with_a_slip_offers_what_was_meant(ngo):
    page = send(ngo, NEW, notice(**{"stops-1-place": "Bankasso"}))
    assert errors(page) == ["f-stops-1-place"]
    assert "Bankass (commune Bankass, cercle Bankass)" in page.text
    code = re.search(r'value="(pcode\|[^"]+)">\s*<label[^>]*>Bankass \(commune', page.text)
    assert send(ngo, NEW, fields(page) | {"_pick-1": code[1]}).status_code == 200


def test_what_is_read_on_the_review_page_can_still_be_changed(ngo):
    review = send(ngo, NEW, notice(overnight="au CSCom"))
    again = send(ngo, NEW, fields(review), "change")
    assert again.status_code == 200
    shown = fields(again)
    assert {k: v for k, v in shown.items() if k in notice(overnight="")} == notice(overnight="au CSCom")


def test_sending_the_same_page_twice_files_once(app, ngo):
    first = send(ngo, NEW, notice(), "file")
    second = send(ngo, NEW, notice(), "file")
    assert first.location == second.location
    with app.app_context():
        assert len(db.session.scalars(select(Item)).all()) == 1


def test_a_page_sent_again_with_changes_does_not_pretend_to_have_filed_them(app, ngo):
    reference = send(ngo, NEW, notice(), "file").location.split("/")[2]
    page = send(ngo, NEW, notice(persons="9"), "file")
    assert page.status_code == 422
    assert reference in " ".join(errors(page))
    assert fields(page)["persons"] == "9"
    assert stored(app, reference)[1].filing["persons"] == 6


def test_each_new_page_has_a_key_of_its_own(ngo):
    keys = {fields(ngo.get(NEW))["_key"] for _ in range(3)}
    assert len(keys) == 3
    assert KEY not in keys


def test_late_is_accepted_and_said(app, ngo):
    app.extensions["clock"] = lambda: datetime(2026, 12, 9, 20, tzinfo=UTC)
    review = send(ngo, NEW, notice())
    assert "48" in words(review)
    reference = file(ngo, NEW, notice())
    assert stored(app, reference)[0].late
    assert "hors délai" in words(ngo.get(f"/notices/{reference}/filed"))


def test_a_date_in_the_past_is_pointed_out(app, ngo):
    app.extensions["clock"] = lambda: NOW + timedelta(days=30)
    assert send(ngo, NEW, notice()).text.count('class="flash notice"') == 1


def test_no_address_or_title_says_where_anything_is(ngo):
    reference = file(ngo, NEW, notice())
    for page in ("/notices", NEW, *(f"/notices/{reference}{p}" for p in PAGES)):
        title = re.search(r"<title>(.*?)</title>", ngo.get(page).text, re.DOTALL)[1]
        assert not re.search(f"Bankass|Mopti|{reference}|{DAY}|2026", title)


def test_a_field_that_nobody_asked_for_is_refused(ngo):
    page = send(ngo, NEW, notice(beneficiaries="liste"))
    assert page.status_code == 422
    assert len(errors(page)) == 1
    assert "beneficiaries" not in fields(page)


def test_a_team_without_a_number_is_pointed_out_and_one_with_a_number_is_not(ngo):
    said = "ne peut être jointe que par votre base"
    assert said in words(send(ngo, NEW, notice()))
    assert said not in words(send(ngo, NEW, notice(communications="+22370000123")))
