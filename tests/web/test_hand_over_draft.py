"""A hand-over note that is begun for its writer: what it says, what it never says, and that nothing is kept before it is sent."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import make
import pytest
from deskhouse import NEAR_BANKASS, DeskHouse
from pages import errors, words
from sqlalchemy import select

from deconflict.channels.port import Code, SendFailed
from deconflict.domain import roles
from deconflict.domain.filing import Level
from deconflict.services import handing_over
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.notes import Note
from deconflict.store.people import Duty

AREA = "MOPTI"


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def field(page):
    """What stands in the field."""
    return unescape(page.text.partition('<textarea id="f-text"')[2].partition(">")[2].partition("</textarea>")[0])


def draft(house, browser=None, **more):
    page = (browser or house.desk).post("/roster/notes/draft", data={"area": AREA, "text": ""} | more)
    assert page.status_code == 200
    return page


def notes(house):
    with house.app.app_context():
        return list(db.session.scalars(select(Note).order_by(Note.id)))


def test_it_tells_what_is_open_with_who_has_it_how_soon_and_which_clock_runs_out(house):
    house.meet()
    text = field(draft(house))
    assert "Open cases: Critical 1 (1)" in text
    line = next(line for line in text.splitlines() if house.case.reference in line)
    assert line.startswith(f"- {house.case.reference}: Critical, New, nobody has it, starts in less than 96 h, ")
    assert "an officer's look by " in line or "minimal alert by " in line
    house.acts("take")
    assert "Critical, Taken, Oumou, starts in less than 96 h" in field(draft(house))


def test_requests_that_wait_are_in_it_and_before_they_leave_it_says_so(house):
    house.meet()
    house.acts("ask", side="mission", ask="avoid_place")
    house.turn()
    text = field(draft(house))
    assert f"- {house.case.reference}: Mission, asked Sat 7 Dec" in text.partition("Requests without an answer (1)")[2]
    assert "answer due" in text
    assert "To be called now" not in text
    house.turn(timedelta(hours=40))
    assert "no answer by" in field(draft(house))


def test_whom_no_message_reaches_stands_first_by_the_case_alone(house):
    house.meet()

    def refuses(outgoing, now):
        raise SendFailed(False, Code.BAD_ADDRESS)

    house.sms.send = house.mail.send = refuses
    house.acts("ask", side="mission", ask="avoid_place")
    house.turn()
    text = field(draft(house))
    first = text.split("\n\n")[1].splitlines()
    assert first[0].startswith("To be called now (")
    label = f"{house.case.mission_reference}-2"  # as on the list of calls
    assert first[1] == f"- {label} (case {house.case.reference}), Mission, since Sat 7 Dec 06:00"
    assert "Lars" not in text
    assert "+223" not in text


def test_what_was_opened_and_ended_in_this_duty_is_counted_and_named(house):
    house.meet()
    reference = house.case.reference
    text = field(draft(house))
    assert "Since Sat 7 Dec 06:00: 1 opened, 0 ended." in text
    house.acts("dismiss", **{"dismiss-code": "test", "dismiss-reason": "exercice"})
    text = field(draft(house))
    assert "1 opened, 1 ended." in text
    assert f"Dismissed (1)\n- {reference}" in text
    assert "Open cases" not in text
    house.desk.post("/roster/notes", data={"area": AREA, "text": "Told so far."})
    house.turn(timedelta(hours=1))
    assert "0 opened, 0 ended." in field(draft(house))


def test_a_case_that_lapsed_without_a_note_is_in_it_until_somebody_has_written_it(house):
    house.meet()
    house.turn(timedelta(days=4))
    assert house.case.state == "lapsed"
    text = field(draft(house))
    assert f"- {house.case.reference}" in text.partition("Over, undecided, without a note of what became of it (1)")[2]


def test_no_place_no_organisation_nobody_of_a_party_and_no_hour_that_was_filed(house):
    notice, plan = house.meet(hours="09:07-15:13")
    house.acts("ask", side="mission", ask="avoid_place")
    house.acts("ask", side="humanitarian", ask="avoid_place")
    house.turn(timedelta(hours=5))
    text = field(draft(house))
    assert house.case.reference in text
    for said in ("Bankass", "ONG Alpha", "Awa", "Lars", "09:07", "15:13", "13:00", "10 Dec", "14.08", notice, plan):
        assert said not in text


def test_a_sensitive_case_is_in_no_draft_and_the_writer_alone_is_told_that_it_is_missing(house):
    house.files(house.ngo, make.distribution("Bankass", "10 Dec 09:00-15:00", kind="PROT_MON", level=Level.MATCH_ONLY))
    house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    reference = house.case.reference
    page = draft(house)
    assert reference not in page.text
    assert "Open cases" not in field(page)
    assert "0 opened, 0 ended." in field(page)
    assert "1 open case is not in it" in words(page)
    head = draft(house, house.head_desk)
    assert field(head).partition("Since")[0] == field(page).partition("Since")[0]
    assert "0 opened, 0 ended." in field(head)
    assert reference not in head.text
    assert "not in it" not in words(head)
    house.turn(timedelta(days=4))
    assert house.case.state == "lapsed"
    assert reference not in field(draft(house))


def test_a_sub_office_head_s_page_is_the_same_whether_there_is_a_sensitive_case_or_not(house):
    house.meet()
    before = draft(house, house.head_desk).text
    house.files(house.ngo, make.distribution("Koro", "10 Dec 09:00-15:00", kind="PROT_MON", level=Level.MATCH_ONLY))
    house.files(house.g9, make.patrol("Koro", "10 Dec 13:00-16:00", level=Level.REDACTED))
    assert [case.eyes_only for case in house.cases()] == [False, True]
    house.now -= timedelta(seconds=12)  # the same minute
    assert plain(draft(house, house.head_desk).text) == plain(before)


def plain(text):
    return "\n".join(line for line in text.splitlines() if "csrf_token" not in line)


def test_another_area_s_cases_are_not_in_it(house):
    house.meet()
    assert house.case.reference not in field(draft(house, area="GAO"))


def test_it_is_edited_and_sent_as_any_note_and_nothing_is_kept_before(house):
    house.meet()
    page = draft(house, text="Le maire rappelle à midi.")
    assert notes(house) == []
    with house.app.app_context():
        assert db.session.scalars(select(AuditEntry.id).where(AuditEntry.verb == "hand_over")).all() == []
    text = field(page)
    assert text.startswith("Le maire rappelle à midi.\n\n")
    sent = house.desk.post("/roster/notes", data={"area": AREA, "text": text.replace("\n", "\r\n") + "\r\nEt voilà."})
    assert sent.status_code == 303
    with house.app.app_context():
        stored = db.session.scalars(select(Note)).one()
        assert stored.text == f"{text}\nEt voilà."
    assert house.case.reference in words(house.other_desk.get("/roster/notes"))


def test_without_an_area_it_asks_for_one_and_keeps_what_was_typed(house):
    for area in ("", "ATLANTIS"):
        page = house.desk.post("/roster/notes/draft", data={"area": area, "text": "Le maire rappelle."})
        assert page.status_code == 422
        assert errors(page) == ["f-area"]
        assert field(page) == "Le maire rappelle."


def test_it_is_in_the_language_of_who_writes(house, make_account):
    house.meet()
    house.acts("ask", side="mission", ask="avoid_place")
    house.turn()
    colleague = make_account(roles.CMCOORD, name="Kadia", phone="+22370000009", language="fr")
    text = field(draft(house, house.browser(colleague)))
    assert "Dossiers ouverts\u00a0: Critique 1 (1)" in text
    assert f"{house.case.reference}\u00a0: Mission, demande du sam. 7 déc. 06:00, réponse attendue sam. 7 déc." in text
    english = ("open", "asked", "answer", "since", "case ", "more", "starts", "nobody", "late", "new")
    assert [word for word in english if word in text.lower()] == []


def test_who_is_not_on_duty_tells_from_the_last_note_or_of_twelve_hours(house):
    with house.app.app_context():
        db.session.query(Duty).delete()
        db.session.commit()
    assert "Since Fri 6 Dec 18:00" in field(draft(house))
    house.now += timedelta(hours=2)
    house.other_desk.post("/roster/notes", data={"area": AREA, "text": "Told."})
    house.now += timedelta(hours=5)
    assert "Since Sat 7 Dec 08:00" in field(draft(house))


def test_a_busy_area_fits_and_says_how_many_are_left_out(house):
    for n in range(26):
        house.files(house.ngo, make.distribution("Bankass", f"10 Dec 09:{n:02d}-15:00"))
    house.files(house.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00"))
    assert len(house.cases()) == 26
    text = field(draft(house))
    assert "(26)" in text
    assert "and 6 more on the desk's lists" in text
    assert len(text) <= handing_over.LONGEST - 1000
    assert house.desk.post("/roster/notes", data={"area": AREA, "text": text}).status_code == 303


def test_whoever_ends_his_own_turn_is_led_to_what_he_hands_over_of_that_area(house):
    with house.app.app_context():
        mine = db.session.scalars(select(Duty.id).where(Duty.area == AREA)).one()
    assert house.other_desk.post(f"/roster/{mine}/end").location == "/roster"
    with house.app.app_context():
        other = db.session.scalars(select(Duty.id).where(Duty.area == "GAO")).one()
    answer = house.desk.post(f"/roster/{other}/end")
    assert answer.location == "/roster/notes?area=GAO#write"
    page = house.desk.get(answer.location.partition("#")[0])
    assert '<option value="GAO" selected>' in page.text
    assert "The shift is ended." in words(page)
    assert "Since Sat 7 Dec 06:00" in field(draft(house, area="GAO"))  # of that turn, which is just over


def test_nobody_else_gets_a_draft(house):
    for who in (house.ngo, house.g9):
        assert house.browser(who).post("/roster/notes/draft", data={"area": AREA, "text": ""}).status_code == 404
