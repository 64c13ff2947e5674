"""What everybody takes out as a file is held against the matrix, and against what goes into no file at all."""

from __future__ import annotations

import pytest
from crawl import STRANGER, near
from doors import POSTS
from planted import PEOPLE
from test_crawler_pages import PLACES

# One walk for all of them: the group keeps them on one worker.
pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("crawl")]

SEALED = ("notice.team_phone", "notice.plates", "notice.overnight")
READ_IN_A_TABLE = ("place as typed", "reference of the item", "name of a site", "title")


def files_of(crawl, account):
    return [answer for answer in crawl.files if answer.account == account]


@pytest.mark.parametrize("account", [*PEOPLE, STRANGER])
def test_a_file_holds_nothing_that_the_matrix_does_not_open(crawl, account):
    hidden = [plant for plant in crawl.plants if not crawl.may_see(crawl.accounts.get(account), plant)]
    found = [
        f"{near(answer)} {answer.key}: {plant.what} of {plant.about} ({plant.value})"
        for answer in files_of(crawl, account)
        for plant in hidden
        if plant.value in answer.body
    ]
    assert found == []


@pytest.mark.parametrize("account", [*PEOPLE, STRANGER])
def test_both_doors_are_open_to_whom_they_are_meant_for_and_to_nobody_else(crawl, account):
    who = crawl.accounts.get(account)
    for answer in files_of(crawl, account):
        what, form = answer.key.split()
        wanted = 303 if who is None else 404
        if who is not None and who.may(*POSTS[answer.endpoint][1]):
            filed_by = "humanitarian" if what in ("movement", "site") else "mission"
            if answer.endpoint == "take_out.desk" or who.side == filed_by:
                wanted = 422 if what == "site" and form == "ics" else 200
            elif what == "site" and form == "ics":
                wanted = answer.status if answer.status in (404, 422) else 404
        assert answer.status == wanted, f"{near(answer)} {answer.key}"


def test_what_is_kept_encrypted_goes_into_no_file(crawl):
    sealed = [plant.value for plant in crawl.plants if plant.element in SEALED]
    assert sealed
    for answer in crawl.files:
        assert [value for value in sealed if value in answer.body] == [], f"{near(answer)} {answer.key}"


def test_one_file_never_holds_both_sides(crawl):
    ours = {side: {f.reference for f in crawl.facts.values() if f.side == side} for side in ("humanitarian", "mission")}
    for answer in crawl.files:
        met = [side for side, references in ours.items() if any(reference in answer.body for reference in references)]
        assert len(met) <= 1, f"{near(answer)} {answer.key}"


@pytest.mark.parametrize(
    "account", ["Fanta-zq", "Sira-zq", "Bina-zq", "Uma-zq", "Cima-zq", "Opsa-zq", "Offa-zq", "Suba-zq"]
)
def test_a_table_holds_all_that_its_reader_may_see_of_what_is_live(crawl, account):
    who = crawl.accounts[account]
    text = "\n".join(answer.body for answer in files_of(crawl, account) if answer.key.endswith(" csv"))
    wanted = [
        plant
        for plant in crawl.plants
        if plant.what in READ_IN_A_TABLE and plant.about not in ("gone-n", "ocha-a") and crawl.may_see(who, plant)
        if plant.element != "plan.traits" or crawl.facts[plant.about].filing.kind.startswith("QIP")
    ]
    assert len(wanted) > 3
    assert [plant.value for plant in wanted if plant.value not in text] == []


def test_names_of_files_say_nothing_and_calendars_say_neither_where_nor_what(crawl):
    given = [answer for answer in crawl.files if answer.status == 200]
    assert {answer.header("Content-Disposition").partition("=")[2] for answer in given} == {
        f'"list-fr.{ending}"' for ending in ("xlsx", "csv", "geojson", "kml", "ics")
    }
    places = [
        *PLACES,
        *(plant.value for plant in crawl.plants if plant.what in ("place as typed", "title", "coordinates")),
    ]
    calendars = [answer for answer in given if answer.key.endswith(" ics")]
    assert any("BEGIN:VEVENT" in answer.body for answer in calendars)
    for answer in calendars:
        events = answer.body.partition("BEGIN:VEVENT")[2]
        assert not [place for place in places if place in events], near(answer)
        names = {line.partition(":")[0].partition(";")[0] for line in events.splitlines() if line}
        assert names <= {"BEGIN", "END", "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS"}


def test_every_file_says_who_took_it_and_that_it_is_no_permission(crawl):
    for answer in crawl.files:
        if answer.status != 200 or (answer.key.endswith(" csv") and answer.body.count("\n") <= 3):
            continue  # an empty table says nothing of anything
        if answer.key.endswith("csv-semicolons") and answer.body.count("\n") <= 3:
            continue
        assert answer.account in answer.body, f"{near(answer)} {answer.key}"
        assert "Sensib" in answer.body, f"{near(answer)} {answer.key}"
