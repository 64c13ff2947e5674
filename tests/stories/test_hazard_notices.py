"""Hazard notices (RUL-27): anybody who files enters one; an officer looks before anybody else reads it; it is matched as advice, expires,
is renewed, ends; and nobody but OCHA ever reads who entered it."""

from __future__ import annotations

import make
import pytest
from hazarding import IED, SECTION, acts, browser, enters, listed, main, row, shown
from planted import look_again, tell_the_time
from sqlalchemy import select
from world import World

from deconflict.domain.filing import Level, MovementNotice
from deconflict.domain.judgement import Judgement
from deconflict.store.alerts import Alert
from deconflict.store.base import db, transaction
from deconflict.store.items import Item
from deconflict.store.letters import Letter
from deconflict.store.people import Account


@pytest.fixture
def ahead(world: World, monkeypatch) -> World:
    world.at("2019-12-07T08:00Z")
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    return world


def convoy(start: str = "Mopti", end: str = "Bankass") -> MovementNotice:
    return make.journey(start, end, "10 Dec 08:00-11:00", level=Level.MATCH_ONLY)


# ---- entered, looked at, shown -----------------------------------------------------------------------------------------


def test_whoever_entered_it_and_ocha_alone_read_it_until_an_officer_has_looked(ahead: World) -> None:
    reference = enters(ahead, ahead.ngo)
    assert listed(ahead, ahead.ngo) == [reference]
    assert listed(ahead, ahead.officer) == [reference]
    assert listed(ahead, ahead.sub_office_head) == [reference]
    for who in (ahead.other_ngo, ahead.cimic):
        assert listed(ahead, who) == []
        missing, foreign = (browser(ahead, who).get(f"/hazards/{ref}") for ref in ("ZZZZZ", reference))
        assert (missing.status_code, foreign.status_code) == (404, 404)
    assert ahead.cases() == []
    acts(ahead, ahead.officer, reference, "show")
    for who in (ahead.ngo, ahead.other_ngo, ahead.cimic):
        assert listed(ahead, who) == [reference]
        page = main(browser(ahead, who).get(f"/hazards/{reference}"))
        assert "Bankass" in page
        assert "Sur la piste, au nord" in page


@pytest.mark.parametrize("side", ["ngo", "cimic"])
def test_who_entered_it_stands_in_no_page_of_anybody_but_ocha(ahead: World, side: str) -> None:
    author = ahead.actors[side]
    with_name = {"ngo": ("ONG Alpha", "ngo", "humanitarian"), "cimic": ("Mission", "cimic", "CIMIC")}[side]
    reference = shown(ahead, author)
    officer = main(browser(ahead, ahead.officer).get(f"/hazards/{reference}"))
    assert with_name[0] in officer
    for reader in {"ngo", "other_ngo", "cimic"} - {side}:
        eyes = browser(ahead, ahead.actors[reader])
        pages = [main(eyes.get(path)) for path in ("/hazards", f"/hazards/{reference}", "/procedures", "/", "/ours")]
        found = [word for page in pages[1:2] for word in with_name if f">{word}" in page or f" {word}," in page]
        assert found == []
        assert "alpha" not in pages[1].lower() or side != "ngo"
        assert row(reference).own_key not in pages[1] or not row(reference).own_key
        assert "OCHA seule" not in pages[1]
    item = db.session.get_one(Item, row(reference).item_id)
    assert item.filed_by_id == ahead.officer.person_id  # and nothing in what is matched leads to whoever entered it
    assert item.owner.side == "ocha"


def test_two_sides_enter_the_same_and_one_is_set_aside_without_a_word_why(ahead: World) -> None:
    first, second = enters(ahead, ahead.ngo), enters(ahead, ahead.cimic)
    acts(ahead, ahead.officer, first, "show")
    refused = acts(ahead, ahead.officer, second, "set-aside")
    assert refused.status_code == 422
    acts(ahead, ahead.officer, second, "set-aside", code="duplicate")
    assert row(second).state == "set_aside"
    assert "Déjà signalé par un autre avis" in main(browser(ahead, ahead.officer).get(f"/hazards/{second}"))
    page = main(browser(ahead, ahead.cimic).get(f"/hazards/{second}"))
    assert "Set aside" in page
    assert "another notice" not in page
    assert "duplicate" not in page
    assert listed(ahead, ahead.cimic) == [first]
    assert listed(ahead, ahead.other_ngo) == [first]
    assert browser(ahead, ahead.other_ngo).get(f"/hazards/{second}").status_code == 404


def test_the_same_form_twice_is_one_and_somebody_elses_key_tells_nothing(ahead: World) -> None:
    key = "a" * 32
    assert enters(ahead, ahead.ngo, key) == enters(ahead, ahead.ngo, key)
    assert enters(ahead, ahead.cimic, key) != enters(ahead, ahead.ngo, key)


def test_its_author_corrects_and_withdraws_it_while_nobody_else_reads_it(ahead: World) -> None:
    reference = enters(ahead, ahead.ngo)
    assert acts(ahead, ahead.other_ngo, reference, "withdraw").status_code == 404
    acts(ahead, ahead.ngo, reference, "correct", **{**IED, "first-place": "Koro"})
    assert row(reference).facts["places"][0]["name"] == "Koro"
    acts(ahead, ahead.officer, reference, "withdraw")  # an officer sets aside instead
    assert row(reference).state == "entered"
    acts(ahead, ahead.ngo, reference, "withdraw")
    assert row(reference).state == "withdrawn"
    assert listed(ahead, ahead.ngo) == []
    assert reference in listed(ahead, ahead.officer)


def test_an_author_is_refused_what_is_an_officers(ahead: World) -> None:
    reference = enters(ahead, ahead.ngo)
    for act in ("show", "set-aside", "renew", "end"):
        assert acts(ahead, ahead.ngo, reference, act).status_code == 404
    assert row(reference).version == 1
    acts(ahead, ahead.officer, reference, "show")
    acts(ahead, ahead.ngo, reference, "correct", **IED)
    assert row(reference).version == 2
    assert acts(ahead, ahead.sub_office_head, reference, "end").status_code == 404


def test_of_two_officers_one_shows_it_and_the_other_is_told(ahead: World) -> None:
    reference = enters(ahead, ahead.ngo)
    data = {"version": "1"}
    browser(ahead, ahead.officer).post(f"/hazards/{reference}/show", data=data)
    browser(ahead, ahead.deputy).post(f"/hazards/{reference}/show", data=data)
    look_again()
    assert len(db.session.scalars(select(Item).where(Item.kind == "HAZARD")).all()) == 1
    assert row(reference).version == 2


def test_officers_of_the_desk_are_told_that_one_waits_and_again_when_it_is_late(ahead: World) -> None:
    with transaction() as session:  # letters go to whoever has signed in once
        for account in session.scalars(select(Account)):
            account.joined_at = ahead.now
    enters(ahead, ahead.ngo)
    ahead.forward("2h")
    look_again()
    letters = db.session.scalars(select(Letter).where(Letter.kind == "procedure_waits")).all()
    told = {letter.person_id for letter in letters}
    assert ahead.officer.person_id in told
    assert ahead.cimic.person_id not in told
    ahead.forward("4h")
    page = browser(ahead, ahead.officer).get("/procedures")
    assert "tardif" in main(page)


# ---- matched -----------------------------------------------------------------------------------------------------------


def test_a_movement_that_comes_there_is_a_case_and_its_owner_is_told_without_a_call(ahead: World) -> None:
    ahead.ngo.files(convoy())
    assert ahead.cases() == []
    shown(ahead, ahead.cimic)
    case = ahead.case
    assert case.of_ocha
    assert [hit.rule_id for hit in Judgement.from_json(case.judgement).hits] == ["R08"]
    ahead.officer.expects("Dossier")
    ahead.officer.takes(case)
    desk = main(browser(ahead, ahead.officer).get(f"/desk/{ahead.case.reference}"))
    assert "avis de danger" in desk.lower()
    ahead.officer.asks(ahead.case, "humanitarian")
    ahead.ngo.expects("Dossier")
    said = main(browser(ahead, ahead.ngo).get(f"/requests/{ahead.case.humanitarian_reference}"))
    assert "Bankass" in said
    assert not [word for word in ("EEI", "IED", "piste", "danger") if word in said.partition("<footer")[0]]
    assert not [alert for alert in db.session.scalars(select(Alert)) if alert.side == "mission"]
    ahead.cimic.expects_nothing()


def test_it_is_matched_with_movements_and_with_nothing_else(ahead: World) -> None:
    shown(ahead, ahead.ngo)
    ahead.ngo.files(make.site("Bankass"))
    ahead.ngo.files(make.distribution("Bankass", "10 Dec 10:00-12:00", kind="PROT_MON", level=Level.MATCH_ONLY))
    ahead.cimic.files(make.patrol("Gao", "10 Dec 10:00-12:00"))
    assert ahead.cases() == []


def test_a_section_meets_who_drives_it_and_not_who_drives_elsewhere(ahead: World) -> None:
    shown(ahead, ahead.ngo, **SECTION)
    ahead.ngo.files(convoy("Mopti", "Bandiagara"))
    assert ahead.case.of_ocha
    ahead.ngo.files(convoy("Gao", "Ansongo"))
    assert len(ahead.cases()) == 1


def test_set_aside_and_withdrawn_hazards_meet_nothing(ahead: World) -> None:
    ahead.ngo.files(convoy())
    one, two = enters(ahead, ahead.cimic), enters(ahead, ahead.other_ngo)
    acts(ahead, ahead.officer, one, "set-aside", code="not_confirmed")
    acts(ahead, ahead.other_ngo, two, "withdraw")
    ahead.forward("1h")
    assert ahead.cases() == []


def test_it_is_over_and_the_case_closes_with_it(ahead: World) -> None:
    ahead.ngo.files(convoy())
    reference = shown(ahead, ahead.cimic)
    assert ahead.case.state == "detected"
    acts(ahead, ahead.officer, reference, "end")
    assert (ahead.case.state, ahead.case.adjusted_by) == ("overtaken", "ocha")
    assert listed(ahead, ahead.ngo) == []
    assert browser(ahead, ahead.ngo).get(f"/hazards/{reference}").status_code == 404


def test_it_expires_while_a_movement_is_ahead_and_an_officer_renews_it(ahead: World) -> None:
    ahead.ngo.files(convoy())
    reference = shown(ahead, ahead.cimic, until_date="2019-12-09", until_time="20:00")
    assert ahead.cases() == []
    acts(ahead, ahead.officer, reference, "renew", until_date="2019-12-10", until_time="08:30")
    assert ahead.case.state == "detected"
    ahead.at("2019-12-10T08:31Z")
    ahead.turn()
    ahead.forward("2m")
    assert row(reference).state == "expired"
    assert ahead.case.state == "overtaken"
    assert listed(ahead, ahead.ngo) == []
    assert reference in listed(ahead, ahead.officer)
    acts(ahead, ahead.officer, reference, "renew")
    assert row(reference).state == "shown"
    assert [case.state for case in ahead.cases()] == ["overtaken", "detected"]  # another item, another pair
    assert listed(ahead, ahead.ngo) == [reference]


def test_what_nobody_renews_is_over_after_as_long_again(ahead: World) -> None:
    reference = shown(ahead, ahead.ngo)
    ahead.at("2019-12-14T08:01Z")
    ahead.turn()
    ahead.forward("2m")
    assert row(reference).state == "expired"
    assert row(reference).due.who == {"cmcoord", "ocha_head", "system"}
    ahead.at("2019-12-21T08:10Z")
    ahead.turn()
    ahead.forward("2m")
    assert (row(reference).state, row(reference).due) == ("over", None)


def test_an_officer_corrects_the_place_of_what_is_shown_and_the_case_moves_with_it(ahead: World) -> None:
    ahead.ngo.files(convoy())
    reference = shown(ahead, ahead.cimic, **{"first-place": "Gao"})
    assert ahead.cases() == []
    acts(ahead, ahead.officer, reference, "correct", **IED)
    assert ahead.case.state == "detected"
    acts(ahead, ahead.officer, reference, "correct", **{**IED, "first-place": "Gao"})
    assert ahead.case.state in ("closed", "overtaken")


def test_it_changes_by_its_notice_alone_and_not_on_the_page_of_areas(ahead: World) -> None:
    reference = shown(ahead, ahead.ngo)
    item = db.session.get_one(Item, row(reference).item_id)
    desk = browser(ahead, ahead.officer)
    assert item.reference not in desk.get("/desk/areas").text
    for path in ("", "/amend", "/cancel"):
        assert desk.get(f"/desk/areas/{item.reference}{path}").status_code == 404
    page = desk.get(f"/desk/items/{item.reference}").text
    assert f"/hazards/{reference}" in page
    assert "/desk/areas/" not in page


def test_an_officer_who_looks_at_it_reads_what_else_is_told_of_near_there_and_its_author_does_not(ahead: World) -> None:
    first, far = shown(ahead, ahead.cimic), shown(ahead, ahead.cimic, **{"first-place": "Gao"})
    second = enters(ahead, ahead.ngo)
    near = main(browser(ahead, ahead.officer).get(f"/hazards/{second}"))
    assert f'href="/hazards/{first}"' in near
    assert f'href="/hazards/{far}"' not in near
    assert f'href="/hazards/{first}"' not in main(browser(ahead, ahead.ngo).get(f"/hazards/{second}"))


def test_of_one_that_is_over_its_words_go_with_what_else_was_typed_and_its_item_by_its_own_clock(ahead: World) -> None:
    reference = shown(ahead, ahead.ngo)
    acts(ahead, ahead.officer, reference, "end")
    for when in ("2019-12-15T08:00Z", "2020-01-05T08:00Z"):
        ahead.at(when)
        ahead.turn()
    assert row(reference).facts["words"] == IED["words"]
    assert db.session.get_one(Item, row(reference).item_id).reduced_at is not None
    desk = browser(ahead, ahead.officer)
    assert desk.get(f"/desk/items/{db.session.get_one(Item, row(reference).item_id).reference}").status_code == 200
    ahead.at("2020-01-07T08:00Z")
    ahead.turn()
    assert row(reference).facts["words"] == ""
    assert desk.get(f"/hazards/{reference}").status_code == 200


# ---- wrong places ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("48.8566, +2.3522", "hors du pays"),
        ("-4.1830, 14.4843", "14.48430, -4.18300"),
        ("Nulle-Part-Wexo", "orthographe"),
        ("", "lieu"),
        ("commune Bankass", "trop"),
    ],
)
def test_a_place_that_is_none_is_refused_with_how_to_mend_it(ahead: World, typed: str, said: str) -> None:
    answer = browser(ahead, ahead.ngo).post("/hazards/new", data=IED | {"first-place": typed, "_key": "b" * 32})
    assert answer.status_code == 422
    error = main(answer).partition('id="f-first-place-error">')[2].partition("</p>")[0]
    assert said in error
    assert listed(ahead, ahead.ngo) == []


def test_a_place_at_the_edge_of_a_commune_goes_to_the_desk_of_the_place_that_was_named(ahead: World) -> None:
    mission = ahead.mission
    named = mission.gazetteer.named("Bandiagara")[0]
    reference = enters(ahead, ahead.ngo, **{"first-place": named.pcode})
    assert (row(reference).pcode, row(reference).area) == (named.pcode, mission.area_of(named.pcode))
    bare = enters(ahead, ahead.ngo, **{"first-place": "14.35712, -3.60931"})
    assert (row(bare).pcode, row(bare).area) == (None, mission.area_of((14.35712, -3.60931)))
