"""A humanitarian organisation files a movement, reads it again, amends and cancels it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import make
import pytest
from pages import DAY, KEY, NOW, errors, fields, file, notice, patrol, same, send, window, words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.matching.matcher import match_due
from deconflict.services import filing
from deconflict.store.base import db
from deconflict.store.cases import Case
from deconflict.store.items import Item, ItemVersion
from deconflict.store.people import Person

NEW = "/notices/new"


@pytest.fixture
def ngo(app, make_account, sign_in):
    app.extensions["clock"] = lambda: NOW
    return sign_in(app.test_client(), make_account(roles.FOCAL_POINT, roles.SUBMITTER, organisation="ONG Alpha"))


@pytest.fixture
def other_ngo(app, make_account, sign_in):
    return sign_in(app.test_client(), make_account(roles.FOCAL_POINT, organisation="Association Badenya"))


@pytest.fixture
def g9(app, make_account, sign_in):
    return sign_in(app.test_client(), make_account(roles.CIMIC, organisation="Mission"))


def accounts_of(app):
    """The organisation's people as services take them."""
    with app.app_context():
        for person in db.session.scalars(select(Person)):
            codes = frozenset({roles.FOCAL_POINT, roles.SUBMITTER})
            yield Audience(person.id, person.organisation_id, "humanitarian", codes)


def stored(app, reference):
    """The rows of an item: itself and its current version."""
    with app.app_context():
        item = db.session.scalars(select(Item).where(Item.reference == reference)).one()
        row = db.session.scalars(
            select(ItemVersion).where(ItemVersion.item_id == item.id, ItemVersion.version == item.version)
        ).one()
        return item, row


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
    from deconflict.store.base import transaction
    from deconflict.store.people import Organisation

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
    assert len(page.data) < 60_000
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


def test_a_longitude_on_the_wrong_side_of_greenwich_is_offered_back(app, ngo):
    typed = notice(**{"stops-1-place": "Kidal", "stops-1-position": "18.4411, -1.4078"})
    page = send(ngo, NEW, typed)
    assert errors(page) == ["f-stops-1-position"]
    offer = re.search(r'value="(position\|[^"]+)"', page.text)
    reference = file(ngo, NEW, fields(page) | {"_pick-1": offer[1]})
    assert stored(app, reference)[1].filing["stops"][1]["location"]["point"][1] == pytest.approx(1.4078, abs=1e-4)


def test_a_position_is_echoed_as_a_distance_from_a_place_people_know(ngo):
    review = send(ngo, NEW, notice(**{"stops-1-position": "14.120, -3.470"}))
    said = words(review)
    assert re.search(r"\d+ km NE de Bankass \(commune Bankass, cercle Bankass\)", said)


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


def amended(client, reference, **more):
    return file(client, f"/notices/{reference}/amend", fields(client.get(f"/notices/{reference}/amend")) | more)


def test_the_form_to_amend_holds_what_was_filed_and_would_file_it_again(app, ngo):
    reference = file(ngo, NEW, notice(communications="+22370000012", overnight="au CSCom"))
    page = send(ngo, f"/notices/{reference}/amend", fields(ngo.get(f"/notices/{reference}/amend")))
    assert page.status_code == 422  # nothing is different
    assert stored(app, reference)[0].version == 1


def test_amending_shows_before_and_after_and_keeps_both_versions(app, ngo):
    reference = file(ngo, NEW, notice())
    amended(ngo, reference, persons="8", _reason="deux personnes de plus", **window("stops-1-arrive", "10:00", "11:00"))
    for page in (ngo.get(f"/notices/{reference}/filed"), ngo.get(f"/notices/{reference}")):
        rows = re.findall(r'<th scope="row">([^<]*)</th>\s*<td[^>]*>([^<]*)</td>\s*<td[^>]*>([^<]*)</td>', page.text)
        assert [(before, after) for _, before, after in rows if before == "6"] == [("6", "8")]
        assert any("09:00" in before and "10:00" in after for _, before, after in rows)
        assert len(rows) == 2
    assert "deux personnes de plus" in ngo.get(f"/notices/{reference}").text
    item, _ = stored(app, reference)
    assert item.version == 2
    with app.app_context():
        assert len(db.session.scalars(select(ItemVersion)).all()) == 2


def test_a_place_can_be_changed_by_writing_another(app, ngo):
    reference = file(ngo, NEW, notice())
    amended(ngo, reference, **{"stops-1-place": "Koro"})
    assert stored(app, reference)[1].filing["stops"][1]["location"]["name"] == "Koro"


def test_a_colleague_who_was_faster_is_not_overwritten_and_nothing_typed_is_lost(app, ngo):
    reference = file(ngo, NEW, notice())
    mine = fields(ngo.get(f"/notices/{reference}/amend")) | {"persons": "11"}
    amended(ngo, reference, persons="8")
    page = send(ngo, f"/notices/{reference}/amend", mine, "file")
    assert page.status_code == 409
    assert fields(page)["persons"] == "11"
    assert stored(app, reference)[1].filing["persons"] == 8
    file(ngo, f"/notices/{reference}/amend", fields(page))
    assert stored(app, reference)[1].filing["persons"] == 11


@pytest.mark.parametrize("reason", ["", "   "])
def test_cancelling_needs_a_reason(app, ngo, reason):
    reference = file(ngo, NEW, notice())
    page = ngo.post(f"/notices/{reference}/cancel", data={"reason": reason})
    assert (page.status_code, errors(page)) == (422, ["f-reason"])
    assert stored(app, reference)[0].state == "submitted"


def test_a_cancelled_notice_stays_readable_and_can_no_longer_be_amended(app, ngo):
    reference = file(ngo, NEW, notice())
    assert ngo.post(f"/notices/{reference}/cancel", data={"reason": "piste coupée"}).status_code == 303
    assert stored(app, reference)[0].state == "cancelled"
    assert "Distribution de vivres" in words(ngo.get(f"/notices/{reference}"))
    assert "/amend" not in ngo.get(f"/notices/{reference}").text
    assert ngo.get(f"/notices/{reference}/amend").status_code == 422
    assert ngo.post(f"/notices/{reference}/cancel", data={"reason": "encore"}).status_code == 409


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


def test_own_items_that_are_over_are_listed_apart(app, ngo):
    reference = file(ngo, NEW, notice())
    assert ngo.get("/notices").text.count("<caption>") == 1
    app.extensions["clock"] = lambda: NOW + timedelta(days=30)
    assert reference in ngo.get("/notices").text
    assert ngo.get("/notices").text.count("<caption>") == 1


def test_a_long_past_is_listed_in_pages(app, mission, ngo):
    who = next(iter(accounts_of(app)))
    with app.app_context():
        for number in range(45):
            filing.file_item(make.distribution("Bankass", "10 Dec 09:00-15:00"), who, f"key-{number}", mission, NOW)
    first, second = ngo.get("/notices"), ngo.get("/notices?page=1")
    found = [re.findall(r'href="/notices/(\w{5})"', page.text) for page in (first, second)]
    assert [len(references) for references in found] == [40, 5]
    assert len({*found[0], *found[1]}) == 45
    assert len(first.data) < 60_000
    assert "page=1" in first.text
    assert "page=2" not in second.text


def test_one_unreadable_item_does_not_hide_the_others(app, ngo):
    from deconflict.store.base import transaction

    good, bad = file(ngo, NEW, notice(_key="a" * 32)), file(ngo, NEW, notice(_key="b" * 32, persons="7"))
    with app.app_context(), transaction() as session:
        item = session.scalars(select(Item).where(Item.reference == bad)).one()
        session.scalars(select(ItemVersion).where(ItemVersion.item_id == item.id)).one().filing = {"filed": "notice"}
    page = ngo.get("/notices")
    assert good in page.text
    assert bad in page.text
    assert ngo.get(f"/notices/{bad}").status_code == 422
