"""A case in one screen: where, when, how near, how long, how sure; who may be asked what; and what is another than it was."""

from __future__ import annotations

import re

import make
import pytest
from deskhouse import NEAR_BANKASS, DeskHouse
from pages import words

from deconflict.domain.filing import Level


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def facts(page):
    """What the page's terms say, by term."""
    found = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page.text, re.DOTALL)
    return {term: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", said)).strip() for term, said in found}


def asking(page):
    """The table of who may be asked: by side, its cells."""
    table = page.text.partition("<caption>Who may be asked what</caption>")[2].partition("</table>")[0]
    rows = re.findall(r'<tr>\s*<th scope="row">(.*?)</th>(.*?)</tr>', table, re.DOTALL)
    return {side: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cells)).strip() for side, cells in rows}


def test_one_screen_says_where_when_how_near_how_long_and_how_sure(house):
    house.meet()
    said = facts(house.desk.get(house.url()))
    assert "Bankass" in said["Where"]
    assert said["When"].startswith("between ")
    assert "both there then" in said["When"]
    assert said["How near"] == "1.4 km as planned the limit is 2 km"
    assert said["For how long"] == "2 h 00 within the limit, as planned"
    assert said["How sure"] == "by what both have filed"


def test_what_is_only_possible_says_on_what_it_rests(house):
    house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 18:30-20:00"))
    possible = [case for case in house.cases() if case.judgement["hits"][0]["possible"]]
    assert possible
    said = facts(house.desk.get(f"/desk/{possible[0].reference}"))
    assert said["How sure"].startswith("possible only ")
    assert len(said["How sure"]) > len("possible only ")


# ---- who may be asked what: every combination of RUL-8 -----------------------------------------------------------------


@pytest.mark.parametrize("notice", list(Level))
@pytest.mark.parametrize("plan", [Level.MATCH_ONLY, Level.REDACTED])
def test_the_table_says_for_every_combination_who_may_be_asked(house, notice, plan):
    house.meet(level=notice, plan_level=plan)
    table = asking(house.desk.get(house.url()))
    mission_may, organisation_may = notice is not Level.MATCH_ONLY, plan is not Level.MATCH_ONLY
    assert ("Mission: may be asked" in table["Humanitarian"]) is mission_may
    assert ("Humanitarian: may be asked" in table["Mission"]) is organisation_may
    assert ("Its owner releases nothing" in table["Humanitarian"]) is not mission_may
    assert ("Bankass" in table["Humanitarian"]) is mission_may
    assert ("vehicles look like" in table["Humanitarian"]) is (notice is Level.FULL)


def test_of_a_sensitive_notice_the_table_says_that_nothing_is_ever_told(house):
    house.meet(kind="PROT_MON", level=Level.MATCH_ONLY)
    assert "sensitive" in asking(house.desk.get(house.url()))["Humanitarian"]


def test_after_a_one_off_release_the_table_says_so(house):
    house.meet(level=Level.MATCH_ONLY)
    house.acts("release", side="humanitarian", answer="yes", **{"release-humanitarian-how": "Awa by phone at 07:00"})
    row = asking(house.desk.get(house.url()))["Humanitarian"]
    assert "One-off release: yes" in row
    assert "may be asked" in row


# ---- what changed ----------------------------------------------------------------------------------------------------------


def test_a_new_round_shows_what_moved_beside_what_it_was(house):
    notice, _plan = house.meet()
    assert "What changed since round" not in house.desk.get(house.url()).text
    house.acts("take")
    house.amends(house.ngo, notice, make.distribution(NEAR_BANKASS, "10 Dec 10:00-15:00"), "the square is taken")
    assert house.case.round == 2
    page = house.desk.get(house.url())
    said = words(page)
    assert "What changed since round 1" in said
    assert "version 1 to 2" in said
    changed = page.text.partition("What changed since round")[2].partition("</details>")[0]
    assert "1.4 km" in changed
    assert "0 m" in changed
    assert re.search(r"<s>[^<]*09:00", changed)
    assert notice in changed


def test_an_item_that_did_not_change_is_not_told_as_changed(house):
    notice, plan = house.meet()
    house.acts("take")
    house.amends(house.ngo, notice, make.distribution(NEAR_BANKASS, "10 Dec 10:00-15:00"))
    changed = house.desk.get(house.url()).text.partition("What changed since round")[2].partition("</details>")[0]
    assert plan not in changed


def test_an_officer_reads_how_much_happened_since_he_last_looked(house):
    house.meet()
    assert "Since you last looked" not in house.desk.get(house.url()).text
    house.turn()
    house.acts("take", browser=house.other_desk)
    assert "Since you last looked" in house.desk.get(house.url()).text
    assert "Since you last looked" not in house.desk.get(house.url()).text


# ---- the levels on the page ------------------------------------------------------------------------------------------------


def test_the_page_shows_each_level_of_a_side_that_was_asked_and_what_is_due(house):
    house.meet()
    assert "Who has the word" not in house.desk.get(house.url()).text
    house.acts("ask", side="mission", ask="avoid_place")
    said = words(house.desk.get(house.url()))
    assert "Who has the word" in said
    assert "Desk of the mission not acknowledged due in" in said
    assert "Unit not confirmed due in" in said
    assert "its own desk passes it on" in said
