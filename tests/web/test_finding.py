"""One field that finds: references, places and organisations for officers, one's own for whoever files. What somebody may not see is in
no line, no count and no other word of the answer."""

from __future__ import annotations

import re
from datetime import timedelta

import make
import pytest
from deskhouse import NEAR_BANKASS, DeskHouse
from make_rows import copies
from pages import statements, words
from planted import plain
from sqlalchemy import select
from sqlalchemy.event import listen, remove
from weights import sent

from deconflict.domain import roles
from deconflict.domain.filing import Level
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db

NOTHING = "Nothing that you may see is filed there."


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


@pytest.fixture
def ngo(house):
    return house.browser(house.ngo)


@pytest.fixture
def g9(house):
    return house.browser(house.g9)


def find(browser, typed, door="/desk/find", **more):
    return browser.post(door, data={"find": typed} | more)


def main(page):
    return plain(page).partition("<main")[2]


def lines(page):
    """References at the head of the lines that were found."""
    return re.findall(r'<th scope="row"><a class="mono"[^>]*>([#\w]+)</a>', page.text)


def sensitive(house, place="Bankass", **more):
    return house.files(
        house.ngo, make.distribution(place, "10 Dec 09:00-15:00", kind="PROT_MON", level=Level.MATCH_ONLY, **more)
    )


@pytest.mark.parametrize("door", ["/desk/find", "/ours/find"])
def test_nobody_waits_while_somebody_looks(house, ngo, database, door):
    """On SQLite a POST begins as a writer, and one writer holds up all others."""
    house.meet()
    browser = house.desk if door == "/desk/find" else ngo
    said = []
    with house.app.app_context():
        engine = db.engine
    listen(engine, "before_cursor_execute", note := lambda *args: said.append(args[2]))
    try:
        assert find(browser, "Bankass", door).status_code == 200
    finally:
        remove(engine, "before_cursor_execute", note)
    begun = [each for each in said if each.startswith("BEGIN")]
    assert begun[:1] == (["BEGIN"] if database.startswith("sqlite") else [])
    if "BEGIN IMMEDIATE" in said:  # the audit of the look, and nothing of the looking
        held = said[said.index("BEGIN IMMEDIATE") + 1 :]
        held = held[: held.index("BEGIN")] if "BEGIN" in held else held
        assert [each for each in held if not each.startswith("INSERT INTO audit_entry")] == []


# ---- officers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["Bankass", "bankass", "  BANKASS ", "Bankas"])
def test_a_place_lists_the_case_and_the_items_of_both_sides_however_it_is_spelled(house, typed):
    notice, plan = house.meet()
    elsewhere = house.files(house.ngo, make.distribution("Gao", "10 Dec 09:00-15:00"))
    page = find(house.desk, typed)
    assert page.status_code == 200
    assert lines(page) == [house.case.reference, notice, plan]
    assert "Whatever stops within 3 km of it" in words(page)
    assert elsewhere not in page.text
    assert f'value="{" ".join(typed.split())}"' in page.text


def test_accents_matter_no_more_than_capitals(house):
    town = next(place for place in house.mission.gazetteer.named("Ségou") if place.level == "town")
    reference = house.files(house.ngo, make.site(town.point))
    assert reference in lines(find(house.desk, "segou"))


def test_a_whole_commune_is_one_press_away_and_holds_more(house):
    notice, _plan = house.meet()
    page = find(house.desk, "Bankass")
    code = re.search(r'name="of" value="(place:[^"]+)">commune Bankass', page.text)[1]
    commune = find(house.desk, "Bankass", of=code)
    assert "Whatever stops in this commune." in words(commune)
    assert notice in lines(commune)


def test_an_organisation_is_found_by_a_part_of_its_name_with_what_it_filed_and_its_cases(house, make_account):
    notice, plan = house.meet()
    other = make_account(roles.FOCAL_POINT, organisation="Association Bédénya", phone="+22370000077")
    theirs = house.files(other, make.distribution("Gao", "10 Dec 09:00-15:00"))
    assert lines(find(house.desk, "alpha")) == [house.case.reference, notice]
    assert lines(find(house.desk, "bedenya")) == [theirs]
    assert plan in lines(find(house.desk, "Mission"))
    page = find(house.desk, "association be")
    assert "Whatever it filed, ahead or over for at most 7 days." in words(page)


def test_a_reference_of_any_kind_leads_to_its_page_and_to_the_page_only_whom_it_exists_for(house):
    notice, _plan = house.meet()
    for typed in (house.case.reference.lower(), house.case.humanitarian_reference, f"{house.case.mission_reference}-3"):
        assert find(house.desk, typed).location == f"/desk/{house.case.reference}"
    assert find(house.desk, notice).location == f"/desk/items/{notice}"


def test_nothing_is_found_in_a_sentence_that_says_how_to_mend_it_and_what_was_typed_stays(house):
    page = find(house.desk, "Xyzzyqq")
    assert page.status_code == 200
    assert "No such reference, place or organisation. Type a reference of five characters" in words(page)
    assert 'value="Xyzzyqq"' in page.text
    assert NOTHING in words(find(house.desk, "Kidal"))
    assert 'value="Kidal"' in find(house.desk, "Kidal").text
    for typed in ("", "   "):
        empty = find(house.desk, typed)
        assert empty.status_code == 200
        assert lines(empty) == []
    assert house.desk.get("/desk/find").status_code == 200


def test_what_is_over_stays_for_a_week_and_what_was_cancelled_does_not(house):
    notice = house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    site = house.files(house.ngo, make.site("Bankass"))
    house.turn(timedelta(days=8))
    assert lines(find(house.desk, "Bankass")) == [site, notice]
    house.now += timedelta(days=4)
    assert lines(find(house.desk, "Bankass")) == [site]


def test_a_case_that_ended_of_late_is_found_after_those_that_are_open(house):
    notice, plan = house.meet()
    house.acts("dismiss", **{"dismiss-code": "test", "dismiss-reason": "exercice"})
    page = find(house.desk, "Bankass")
    assert lines(page) == [house.case.reference, notice, plan]
    assert "Dismissed" in words(page)


def test_one_that_cannot_be_read_is_found_by_its_organisation_and_hides_no_other(house):
    notice = house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    spoilt = house.files(house.ngo, make.distribution("Bankass", "11 Dec 09:00-15:00"))
    house.damage(spoilt)
    assert notice in lines(find(house.desk, "Bankass"))
    page = find(house.desk, "Alpha")
    assert {notice, spoilt} <= set(lines(page))
    assert "Cannot be read: call the owner." in words(page)


def test_long_lists_are_paged_light_and_asked_for_in_as_few_questions(house):
    notice, _plan = house.meet()
    few = statements(house.app, house.desk, "/desk/find", data={"find": "Bankass"})
    copies(house.app, notice, 60)
    page = find(house.desk, "Bankass")
    assert len(lines(page)) == 20
    assert "43 more" in words(page)
    assert sent(page.data) < 20_000
    last = find(house.desk, "Bankass", page="3")
    assert len(lines(last)) == 3
    assert statements(house.app, house.desk, "/desk/find", data={"find": "Bankass"}) <= few + 2
    assert lines(find(house.desk, "Bankass", page="99")) == []


def test_nothing_that_was_typed_or_found_stands_in_an_address_a_title_or_a_header(house):
    house.meet()
    for typed in ("Bankass", "ONG Alpha"):
        page = find(house.desk, typed)
        assert "Location" not in page.headers
        said = "\n".join(f"{name}: {value}" for name, value in page.headers if name != "Set-Cookie")
        assert typed not in said
        assert "no-store" in page.headers["Cache-Control"]
        assert typed not in re.search(r"<title>(.*?)</title>", page.text, re.DOTALL)[1]
        assert not re.search(rf'(href|action)="[^"]*{typed.split()[-1]}', page.text)


def test_that_an_officer_looked_is_written_down_with_what_he_was_shown_and_not_what_he_typed(house):
    house.meet()
    find(house.desk, "Bankass")
    with house.app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.noun == "found")).one()
        assert (entry.verb, entry.actor_id, entry.detail["of"]) == ("view", house.officer.person_id, "place")
        assert (len(entry.detail["cases"]), len(entry.detail["items"])) == (1, 2)
        assert "Bankass" not in str(entry.detail)


@pytest.mark.parametrize("typed", ["Bankass", "Alpha", "commune Bankass"])
def test_a_sub_office_head_s_answer_is_the_same_whether_a_sensitive_notice_is_there_or_not(house, typed):
    house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    before = main(find(house.head_desk, typed))
    at = house.now
    notice = sensitive(house)
    case = house.case
    house.now = at
    assert main(find(house.head_desk, typed)) == before
    officer = find(house.desk, typed)
    assert notice in lines(officer)
    assert case.reference in lines(officer)
    house.acts("dismiss", **{"dismiss-code": "test", "dismiss-reason": "exercice"})
    house.now = at
    assert main(find(house.head_desk, typed)) == before


def test_a_reference_that_does_not_exist_for_him_is_none(house):
    house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    notice = sensitive(house)
    missing = main(find(house.head_desk, "ZZZZZ")).replace("ZZZZZ", "")
    for known in (notice, house.case.reference, house.case.humanitarian_reference, house.case.mission_reference):
        assert main(find(house.head_desk, known)).replace(known, "") == missing


def test_nobody_else_looks_at_the_desk(house, ngo, g9):
    for browser in (ngo, g9):
        assert find(browser, "Bankass").status_code == 404
        assert browser.get("/desk/find").status_code == 404
    assert find(house.desk, "Bankass", "/ours/find").status_code == 404


# ---- whoever files ---------------------------------------------------------------------------------------------------


def test_each_finds_its_own_by_place_and_by_reference_and_nothing_else(house, ngo, g9):
    notice, plan = house.meet()
    elsewhere = house.files(house.ngo, make.distribution("Gao", "10 Dec 09:00-15:00"))
    for browser, own, other, whose in ((ngo, notice, plan, "notices"), (g9, plan, notice, "plans")):
        page = find(browser, "bankass", "/ours/find")
        assert lines(page) == [own]
        assert other not in page.text
        assert find(browser, own.lower(), "/ours/find").location == f"/{whose}/{own}"
        assert find(browser, other, "/ours/find").status_code == 200
    assert lines(find(ngo, "Gao", "/ours/find")) == [elsewhere]
    assert "You have filed nothing there." in words(find(g9, "Gao", "/ours/find"))
    site = house.files(house.ngo, make.site("Koro"))
    assert find(ngo, site, "/ours/find").location == f"/sites/{site}"
    assert lines(find(ngo, "Koro", "/ours/find")) == [site]


@pytest.mark.parametrize("typed", ["Bankass", "commune Bankass", "Koro", "Mission", "ONG Alpha", "ZZZZZ"])
def test_the_answer_is_the_same_whatever_the_other_side_has_filed(house, ngo, typed):
    """The two worlds, until an officer asks something; nor does another organisation's filing change it."""
    house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    before, at = main(find(ngo, typed, "/ours/find")), house.now
    house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    house.files(house.g9, make.patrol("Koro", "10 Dec 13:00-16:00"))
    other = house.make_account(roles.FOCAL_POINT, organisation="Association Badenya", phone="+22370000077")
    house.files(other, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    house.acts("take") if len(house.cases()) == 1 else None
    house.now = at
    assert main(find(ngo, typed, "/ours/find")) == before


def test_a_reference_that_was_sent_to_it_leads_to_what_it_was_asked_and_before_that_to_nothing(house, ngo, g9):
    house.meet()
    own, theirs = house.case.humanitarian_reference, house.case.mission_reference
    missing = main(find(ngo, "ZZZZZ", "/ours/find")).replace("ZZZZZ", "")
    for typed in (own, theirs, house.case.reference):
        assert main(find(ngo, typed, "/ours/find")).replace(typed, "") == missing
    house.acts("ask", side="humanitarian", ask="avoid_place")
    house.turn()
    assert find(ngo, f"{own}-1", "/ours/find").location == f"/requests/{own}"
    assert find(ngo, theirs, "/ours/find").status_code == 200
    assert find(g9, own, "/ours/find").status_code == 200


def test_a_sector_s_desk_finds_its_own_sector_alone(house, make_account):
    house.files(house.g9, make.patrol("Bankass", "10 Dec 13:00-16:00"))
    found = [
        len(lines(find(house.browser(make_account(roles.CIMIC, organisation="Mission", scope=sector.code)), *asked)))
        for asked in [("Bankass", "/ours/find")]
        for sector in house.mission.sectors
    ]
    assert sum(found) == 1


def test_what_is_not_found_is_said_with_how_to_mend_it_and_the_field_stands_on_the_list(house, ngo):
    page = find(ngo, "Xyzzyqq", "/ours/find")
    assert "None of yours has this reference, and no place is called so." in words(page)
    assert 'value="Xyzzyqq"' in page.text
    assert 'action="/ours/find"' in ngo.get("/ours").text
    assert ngo.get("/ours/find").status_code == 200


def test_one_s_own_that_is_over_for_longer_than_it_is_kept_is_at_no_place(house, g9):
    plan = house.files(house.g9, make.patrol("Bankass", "10 Dec 13:00-16:00"))
    house.now += timedelta(days=9)
    assert lines(find(g9, "Bankass", "/ours/find")) == [plan]
    house.now += timedelta(days=2)
    assert lines(find(g9, "Bankass", "/ours/find")) == []
