"""What an officer reads: the queue, a case, filings. For everybody else there is no such page."""

from __future__ import annotations

import re
from datetime import timedelta

import make
import pytest
from deskhouse import NOW, DeskHouse
from pages import words
from sqlalchemy import select, update

from deconflict.domain import roles
from deconflict.domain.filing import Level
from deconflict.services import filing
from deconflict.services.filing import mark_due
from deconflict.store.alerts import Alert
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.items import Item, ItemVersion

NEAR_BANKASS = (14.0800, -3.5120)
LIMIT = 60_000


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def meet(house, *, level=Level.REDACTED, plan_level=Level.REDACTED, kind="DIST_FOOD"):
    """A distribution in Bankass and a patrol 1.4 km away in the same hours."""
    notice = house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00", kind=kind, level=level))
    plan = house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00", level=plan_level))
    return notice, plan


def damage(house, reference):
    """Somebody has spoilt a stored filing."""
    with house.app.app_context(), transaction() as session:
        item = session.scalars(select(Item).where(Item.reference == reference)).one()
        session.execute(update(ItemVersion).where(ItemVersion.item_id == item.id).values(filing={"filed": "notice"}))
        mark_due(session, item, "test", house.now)
    house.turn()


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
    damage(house, alone)
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
    meet(house)
    said = words(house.desk.get("/desk"))
    for piece in ("Food distribution", "Long-range patrol", "Bankass", "R01a", "New", "nobody has it", "in 3 d 2 h"):
        assert piece in said, piece


def test_the_blind_queue_holds_references_and_clocks_only(house):
    meet(house)
    page = house.desk.get("/desk?blind=1")
    said = words(page)
    assert listed(page) == [house.case.reference]
    assert "Critical" in said
    for piece in ("Bankass", "distribution", "patrol", "R01a", "Mopti"):
        assert piece not in said, piece


def test_a_minimal_alert_that_is_about_to_leave_is_announced(house):
    meet(house)
    assert "the minimal alert leaves in 15 min" in words(house.desk.get("/desk"))
    house.acts("take")
    assert "minimal alert leaves" not in words(house.desk.get("/desk"))


@pytest.mark.parametrize("role", sorted(roles.ALL - roles.OFFICERS))
def test_nobody_else_has_a_desk(house, role):
    notice, _plan = meet(house)
    browser = house.browser(house.make_account(role))
    reads = ["/desk", "/desk/ended", "/desk/items", f"/desk/items/{notice}", "/desk/find?reference=x", "/roster"]
    reads += [house.url(), house.url("ask") + "?side=mission&ask-mission=avoid_place&round=1"]
    assert {url: browser.get(url).status_code for url in reads} == dict.fromkeys(reads, 404)
    acts = ["take", "hand-back", "ask", "release", "agree", "dismiss", "relay", "closing"]
    writes = [house.url(act) for act in acts]
    writes += [f"/desk/items/{notice}/read", f"/desk/items/{notice}/return", "/roster", "/roster/1/end"]
    assert {url: browser.post(url).status_code for url in writes} == dict.fromkeys(writes, 404)


def test_a_sensitive_case_does_not_exist_for_the_head_of_a_sub_office(house):
    notice, _plan = meet(house, kind="PROT_MON", level=Level.MATCH_ONLY)
    assert house.case.eyes_only
    reference = house.case.reference
    assert house.desk.get(house.url()).status_code == 200
    assert house.head_desk.get(house.url()).status_code == 404
    assert house.head_desk.get(f"/desk/items/{notice}").status_code == 404
    assert house.acts("take", house.head_desk).status_code == 404
    for url in ("/desk", "/desk/items"):
        page = house.head_desk.get(url)
        assert reference not in page.text
        assert notice not in page.text
    assert "0 open" in words(house.head_desk.get("/desk"))
    missing = house.head_desk.get("/desk/find?reference=ZZZZZ")
    for known in (reference, house.case.humanitarian_reference, notice):
        found = house.head_desk.get(f"/desk/find?reference={known}")
        assert (found.status_code, found.location) == (missing.status_code, missing.location)


def test_a_case_explains_itself_with_figures_beside_limits(house):
    meet(house)
    said = words(house.desk.get(house.url()))
    for piece in (
        "1.4 km apart (limit 2 km)",
        "R01a",
        "2019-12-ML-draft1",
        "armed presence at a crowd",
        "0 h (limit 3 h)",
    ):
        assert piece in said, piece
    assert "<svg" in house.desk.get(house.url()).text


def test_a_case_shows_both_items_whole_and_whom_to_call(house):
    meet(house)
    said = words(house.desk.get(house.url()))
    for piece in (
        "ONG Alpha",
        "Awa",
        "+22370000001",
        "Lars",
        "+22370000002",
        "Bankass (commune Bankass, cercle Bankass)",
    ):
        assert piece in said, piece
    assert house.case.humanitarian_reference in said
    assert house.case.mission_reference in said


def test_overnight_places_are_for_the_coordination_officer_only(house):
    whole = make.distribution("Bankass", "10 Dec 09:00-15:00")
    object.__setattr__(whole, "overnight", "overnight-7731")
    house.files(house.ngo, whole)
    house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    assert "overnight-7731" in house.desk.get(house.url()).text
    assert "overnight-7731" not in house.head_desk.get(house.url()).text


def test_who_was_told_by_which_channel_is_shown_without_codes(house):
    meet(house)
    page = house.desk.get(house.url())
    assert "Oumou" in words(page)
    assert "SMS: sent, not known to have arrived" in words(page)
    with house.app.app_context():
        codes = [alert.code for alert in db.session.scalars(select(Alert))]
    assert codes
    main = words(page)
    assert not [code for code in codes if re.search(rf"(?<!\d){code}(?!\d)", main.replace("2019", ""))]


def test_history_names_who_did_what_at_which_versions(house):
    meet(house)
    house.acts("take")
    said = words(house.desk.get(house.url()))
    assert "Case opened" in said
    assert "the system" in said
    assert re.search(r"Taken\s*, Oumou", said)
    assert "notice v1, plan v1" in said


def test_opening_a_case_and_a_filing_leaves_a_trace(house):
    notice, _plan = meet(house)
    house.desk.get(house.url())
    house.desk.get(f"/desk/items/{notice}")
    with house.app.app_context():
        seen = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "view")).all()
        item = db.session.scalars(select(Item).where(Item.reference == notice)).one()
    assert {(e.noun, e.noun_id, e.actor_id) for e in seen} == {
        ("case", house.case.id, house.officer.person_id),
        ("humanitarian", item.id, house.officer.person_id),
    }


def test_a_case_that_could_not_be_checked_says_which_reference_and_whom_to_call(house):
    alone = house.files(house.ngo, make.distribution("Gossi", "20 Dec 09:00-15:00"))
    damage(house, alone)
    page = house.desk.get(house.url())
    said = words(page)
    assert page.status_code == 200
    for piece in ("could not be checked", alone, "ONG Alpha", "+22370000001"):
        assert piece in said, piece
    assert house.desk.get(f"/desk/items/{alone}").status_code == 200
    assert "Gossi" not in said
    assert house.head_desk.get(house.url()).status_code == 404


def test_one_unreadable_filing_hides_no_other(house):
    meet(house)
    damage(house, house.files(house.ngo, make.distribution("Gossi", "20 Dec 09:00-15:00")))
    good = next(case.reference for case in house.cases() if case.state == "detected")
    assert good in listed(house.desk.get("/desk"))
    assert house.desk.get(f"/desk/{good}").status_code == 200
    assert house.desk.get("/desk/items").status_code == 200


def test_new_filings_are_listed_read_and_gone(house):
    notice, plan = meet(house)
    said = words(house.desk.get("/desk/items"))
    assert notice in said
    assert plan in said
    answer = house.desk.post(f"/desk/items/{notice}/read", data={"version": "1"})
    assert answer.status_code == 303
    unread = house.desk.get("/desk/items").text
    assert f"/desk/items/{notice}" not in unread
    assert f"/desk/items/{plan}" in unread


def test_a_late_filing_is_flagged(house):
    house.files(house.ngo, make.distribution("Bankass", "7 Dec 18:00-20:00"))
    assert "Filed late" in words(house.desk.get("/desk/items"))


def test_reading_an_old_version_answers_with_the_new_one(house):
    notice = house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    house.amends(house.ngo, notice, make.distribution("Koro", "10 Dec 09:00-15:00"), "the road is cut")
    answer = house.desk.post(f"/desk/items/{notice}/read", data={"version": "1"})
    assert answer.status_code == 409
    said = words(answer)
    for piece in ("Somebody else acted", "version 2", "the road is cut", "Koro (commune"):
        assert piece in said, piece


def test_a_filing_is_given_back_with_a_reason_code_that_its_owner_reads(house):
    notice = house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00"))
    assert house.desk.post(f"/desk/items/{notice}/return", data={"version": "1"}).status_code == 422
    answer = house.desk.post(f"/desk/items/{notice}/return", data={"version": "1", "code": "time"})
    assert answer.status_code == 303
    assert "A date or time is missing or looks wrong." in words(house.browser(house.ngo).get(f"/notices/{notice}"))


def test_a_reference_read_out_on_the_phone_is_found_whichever_it_is(house):
    notice, _plan = meet(house)
    case = house.case
    for typed in (
        case.reference,
        case.humanitarian_reference.lower(),
        f"{case.mission_reference}-3",
        f" {case.reference} ",
    ):
        answer = house.desk.get("/desk/find", query_string={"reference": typed})
        assert answer.location == f"/desk/{case.reference}", typed
    assert house.desk.get("/desk/find", query_string={"reference": notice}).location == f"/desk/items/{notice}"
    assert house.desk.get("/desk/find?reference=nothing").location == "/desk"


def test_titles_and_addresses_carry_no_place(house):
    notice, plan = meet(house)
    urls = [
        "/desk",
        "/desk/items",
        "/desk/ended",
        "/roster",
        house.url(),
        f"/desk/items/{notice}",
        f"/desk/items/{plan}",
    ]
    urls.append(house.url("ask") + "?side=mission&ask-mission=avoid_place&round=1")
    for url in urls:
        page = house.desk.get(url)
        assert page.status_code == 200, url
        title = re.search(r"<title>(.*?)</title>", page.text, re.DOTALL)[1]
        links = " ".join(re.findall(r'(?:href|action|src)="([^"]*)"', page.text))
        for planted in ("Bankass", "Alpha", "14.0", "3.51"):
            assert planted not in title, url
            assert planted not in links, url


def test_ended_cases_stay_readable(house):
    meet(house)
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


def test_the_queue_looks_at_the_clock_it_is_given(house):
    meet(house)
    house.now = NOW + timedelta(days=2)
    assert "in 1 d 3 h" in words(house.desk.get("/desk"))


def test_a_row_says_which_side_owes_what(house):
    meet(house)
    house.desk.post(house.url("ask"), data={"round": "1", "side": "mission", "ask": "avoid_place"})
    assert "Mission: Waits for an answer" in words(house.desk.get("/desk"))
    assert "acknowledgement of a side is late" not in words(house.desk.get("/desk"))
    house.now += timedelta(hours=3)
    assert "1 acknowledgement of a side is late" in words(house.desk.get("/desk"))


def test_what_could_not_be_checked_stays_on_top_when_somebody_has_taken_it(house):
    several(house)
    damage(house, house.files(house.ngo, make.distribution("Gossi", "20 Dec 09:00-15:00")))
    (unchecked,) = [case.reference for case in house.cases() if case.state == "unchecked"]
    house.desk.post(f"/desk/{unchecked}/take", data={"round": "1"})
    assert listed(house.desk.get("/desk"))[0] == unchecked
