"""What an officer reads: the queue and a case."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import make
import pytest
from deskhouse import NEAR_BANKASS, NOW, DeskHouse
from pages import words

from deconflict.domain.filing import Stop
from deconflict.services import filing

LIMIT = 60_000


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def listed(page):
    """References of the queue, in the order of the page."""
    return re.findall(r'href="/desk/([0-9A-Z]{5})"', page.text)


def several(house):
    """A critical case soon, a critical one later, a high one soonest; references by name."""
    found = {}
    for name, place, hum, mil in (
        ("high", "Koro", "9 Dec 09:00-11:00", "9 Dec 18:00-20:00"),
        ("critical, later", "Ansongo", "13 Dec 09:00-15:00", "13 Dec 13:00-16:00"),
        ("critical, soon", "Bankass", "10 Dec 09:00-15:00", "10 Dec 13:00-16:00"),
    ):
        before = {case.reference for case in house.cases()}
        house.files(house.ngo, make.distribution(place, hum))
        house.files(house.g9, make.patrol(place, mil))
        (found[name],) = {case.reference for case in house.cases()} - before
    return found


def test_the_worst_comes_first_then_what_starts_soonest(house):
    found = several(house)
    assert listed(house.desk.get("/desk")) == [found[name] for name in ("critical, soon", "critical, later", "high")]


def test_what_nobody_could_check_comes_before_everything(house):
    found = several(house)
    alone = house.files(house.ngo, make.distribution("Gossi", "20 Dec 09:00-15:00"))
    house.damage(alone)
    (unchecked,) = [case.reference for case in house.cases() if case.state == "unchecked"]
    assert listed(house.desk.get("/desk"))[:2] == [unchecked, found["critical, soon"]]


def test_filters_take_codes_and_say_how_much_they_hide(house):
    found = several(house)
    assert listed(house.desk.get("/desk?severity=high")) == [found["high"]]
    assert "1 of 3 shown" in words(house.desk.get("/desk?severity=high"))
    assert len(listed(house.desk.get("/desk?area=MOPTI"))) == 2
    assert listed(house.desk.get("/desk?mine=1")) == []
    assert len(listed(house.desk.get("/desk?area=Bankass&severity=x&state=y"))) == 3


def test_a_row_says_what_meets_what_where_by_which_rules_and_whose_it_is(house):
    house.meet()
    said = words(house.desk.get("/desk"))
    for piece in ("Food distribution", "Long-range patrol", "Bankass", "R01a", "New", "nobody has it", "in 3 d 2 h"):
        assert piece in said, piece


def test_the_blind_queue_holds_references_and_clocks_only(house):
    house.meet()
    page = house.desk.get("/desk?blind=1")
    said = words(page)
    assert listed(page) == [house.case.reference]
    assert "Critical" in said
    for piece in ("Bankass", "distribution", "patrol", "R01a", "Mopti"):
        assert piece not in said, piece


def test_a_minimal_alert_that_is_about_to_leave_is_announced(house):
    house.meet()
    assert "the minimal alert leaves in 15 min" in words(house.desk.get("/desk"))
    house.acts("take")
    assert "minimal alert leaves" not in words(house.desk.get("/desk"))


def test_a_case_explains_itself_with_figures_beside_limits(house):
    house.meet()
    said = words(house.desk.get(house.url()))
    for piece in (
        "1.4 km apart (limit 2 km)",
        "R01a",
        "2019-12-ML-draft1",
        "armed presence at a crowd",
        "at the same time, Tue 10 Dec 13:00 (limit 3 h)",
    ):
        assert piece in said, piece
    assert "<svg" in house.desk.get(house.url()).text


def test_every_rule_that_fired_is_said_in_words_with_what_moved_its_severity(house):
    house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 19:30-20:00", joint_with="host_forces"))
    hits = house.case.judgement["hits"]
    said = words(house.desk.get(house.url()))
    assert len(hits) > 2
    assert f"{len(hits)} rules fired" in said
    for hit in hits:
        assert f"{hit['rule_id']} " in said, hit["rule_id"]
    assert said.count("limit ") >= 2 * len(hits)
    assert "with host forces or others, R16" in said
    assert "Severity: high by the rule, one step worse in that company." in said


def test_the_map_says_the_day_only_where_there_are_several(house):
    house.meet()
    assert re.search(r">13:00-16:00</text>", house.desk.get(house.url()).text)
    house.files(house.ngo, make.distribution("Koro", "10 Dec 09:00-15:00"))
    house.files(house.g9, make.patrol("Koro", "11 Dec 08:00-10:00"))
    later = next(case.reference for case in house.cases() if case.reference != house.cases()[0].reference)
    page = house.desk.get(f"/desk/{later}").text
    for label in ("Tue 09:00-15:00", "Wed 08:00-10:00"):
        assert f">{label}</text>" in page, label


def test_both_journeys_are_whole_on_a_page_of_their_own(house):
    there = make.distribution("Bankass", "10 Dec 09:00-15:00")
    leaves = Stop(make.fix("Douentza"), depart=make.exactly(make.span("10 Dec 05:00-06:00")[0]))
    house.files(house.ngo, replace(there, stops=(leaves, *there.stops)))
    house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    page, whole = house.desk.get(house.url()), house.desk.get(house.url("map") + "?close=0")
    assert house.url("map") in page.text
    assert page.text.count("<svg") == 2  # the map and the timeline
    assert whole.text.count("<svg") == 1
    assert "Douentza" in whole.text
    assert "Douentza" not in re.search(r"<svg.*?</svg>", page.text, re.DOTALL)[0]


def test_a_case_shows_both_items_whole_and_whom_to_call(house):
    house.meet()
    said = words(house.desk.get(house.url()))
    for piece in (
        "ONG Alpha",
        "Awa",
        "+22370000001",
        "Lars",
        "+22370000002",
        "Bankass, commune Bankass, cercle Bankass",
    ):
        assert piece in said, piece
    assert house.case.humanitarian_reference in said
    assert house.case.mission_reference in said


def test_history_names_who_did_what_at_which_versions(house):
    house.meet()
    house.acts("take")
    said = words(house.desk.get(house.url()))
    assert "Case opened" in said
    assert "the system" in said
    assert re.search(r"Taken\s*, Oumou", said)
    assert "notice v1, plan v1" in said


def test_a_case_that_could_not_be_checked_says_which_reference_and_whom_to_call(house):
    alone = house.files(house.ngo, make.distribution("Gossi", "20 Dec 09:00-15:00"))
    house.damage(alone)
    page = house.desk.get(house.url())
    said = words(page)
    assert page.status_code == 200
    for piece in ("could not be checked", alone, "ONG Alpha", "+22370000001"):
        assert piece in said, piece
    assert house.desk.get(f"/desk/items/{alone}").status_code == 200
    assert "Gossi" not in said
    assert house.head_desk.get(house.url()).status_code == 404


def test_one_unreadable_filing_hides_no_other(house):
    house.meet()
    house.damage(house.files(house.ngo, make.distribution("Gossi", "20 Dec 09:00-15:00")))
    good = next(case.reference for case in house.cases() if case.state == "detected")
    assert good in listed(house.desk.get("/desk"))
    assert house.desk.get(f"/desk/{good}").status_code == 200
    assert house.desk.get("/desk/items").status_code == 200


def test_a_reference_read_out_on_the_phone_is_found_whichever_it_is(house):
    notice, _plan = house.meet()
    case = house.case
    for typed in (
        case.reference,
        case.humanitarian_reference.lower(),
        f"{case.mission_reference}-3",
        f" {case.reference} ",
    ):
        answer = house.desk.post("/desk/find", data={"find": typed})
        assert answer.location == f"/desk/{case.reference}", typed
    assert house.desk.post("/desk/find", data={"find": notice}).location == f"/desk/items/{notice}"
    nothing = house.desk.post("/desk/find", data={"find": "nothing"})
    assert nothing.status_code == 200
    assert 'value="nothing"' in nothing.text


def test_ended_cases_stay_readable(house):
    house.meet()
    house.acts("dismiss", **{"dismiss-code": "test", "dismiss-reason": "an exercise"})
    assert house.case.reference in listed(house.desk.get("/desk/ended"))
    assert listed(house.desk.get("/desk")) == []
    said = words(house.desk.get(house.url()))
    assert "Dismissed" in said
    assert "an exercise" in said


def test_pages_stay_light_with_forty_open_cases(house):
    with house.app.app_context():
        for n in range(20):
            what = make.distribution("Bankass", f"{10 + n % 3} Dec 09:{n:02d}-15:00")
            filing.file_item(what, house.ngo.audience, f"n{n}", house.mission, house.now)
        for n in range(2):
            what = make.patrol(NEAR_BANKASS, f"{10 + n} Dec 00:05-23:{n:02d}")
            filing.file_item(what, house.g9.audience, f"p{n}", house.mission, house.now)
    house.turn()
    house.turn()
    assert len(house.cases()) >= 40
    assert len(house.desk.get("/desk").data) < LIMIT
    assert len(house.desk.get(f"/desk/{house.cases()[0].reference}").data) < LIMIT


def test_a_long_queue_goes_on_on_a_second_page_with_what_was_asked(house):
    with house.app.app_context():
        for n in range(42):
            what = make.distribution("Bankass", f"10 Dec 09:{n:02d}-15:00")
            filing.file_item(what, house.ngo.audience, f"n{n}", house.mission, house.now)
        what = make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00")
        filing.file_item(what, house.g9.audience, "p", house.mission, house.now)
    for _ in range(4):
        house.turn()
    cases = {case.reference for case in house.cases()}
    assert len(cases) == 42
    first, second = (house.desk.get(f"/desk?severity=critical&apart=1&page={page}") for page in (0, 1))
    assert (len(listed(first)), len(listed(second))) == (36, 6)
    assert set(listed(first) + listed(second)) == cases
    assert "6 cases further down" in words(first)
    assert 'href="/desk?page=1&amp;severity=critical&amp;apart=1"' in first.text
    assert 'href="/desk?page=0&amp;severity=critical&amp;apart=1"' in second.text
    assert "shown" not in words(first)


def test_the_queue_looks_at_the_clock_it_is_given(house):
    house.meet()
    house.now = NOW + timedelta(days=2)
    assert "in 1 d 3 h" in words(house.desk.get("/desk"))


def test_a_row_says_which_side_owes_what(house):
    house.meet()
    house.desk.post(house.url("ask"), data={"round": "1", "side": "mission", "ask": "avoid_place"})
    assert "Mission: Waits for an answer" in words(house.desk.get("/desk"))
    assert "acknowledgement of a side is late" not in words(house.desk.get("/desk"))
    house.now += timedelta(hours=3)
    assert "1 acknowledgement of a side is late" in words(house.desk.get("/desk"))


def test_what_could_not_be_checked_stays_on_top_when_somebody_has_taken_it(house):
    several(house)
    house.damage(house.files(house.ngo, make.distribution("Gossi", "20 Dec 09:00-15:00")))
    (unchecked,) = [case.reference for case in house.cases() if case.state == "unchecked"]
    house.desk.post(f"/desk/{unchecked}/take", data={"round": "1"})
    assert listed(house.desk.get("/desk"))[0] == unchecked
