"""Who must act by when: what waits for the reader and for others, who is told of it, and the calendar that fetches it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from deskhouse import NOW, DeskHouse
from icalendar import Calendar
from pages import words
from sqlalchemy import func, select

from deconflict.domain import roles
from deconflict.domain.procedures import SYSTEM, Due, Noun
from deconflict.services import procedures as service
from deconflict.services.calendar_feeds import make_feed
from deconflict.services.procedure_clock import run_clock, tell_who_must_act
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.calendar_feeds import CalendarFeed
from deconflict.store.letters import Letter
from deconflict.store.people import Account, Person
from deconflict.store.procedures import Procedure, ProcedureStep, forget_procedures, forget_who

PAGE = "/procedures"
SOON = NOW + timedelta(days=3)


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def meeting(house, key="m1", *, who=frozenset({roles.CMCOORD}), at=SOON, area="MOPTI"):
    """A meeting of the officers; what it says is not looked at here."""
    with house.app.app_context(), transaction() as session:
        due = Due("hold", who, at)
        row = service.begin(
            session,
            Noun.MEETING,
            house.officer.audience,
            key,
            {"kind": "cell"},
            house.mission,
            house.now,
            area=area,
            due=due,
        )
        return row.reference


def letters(house):
    with house.app.app_context():
        kinds = select(Letter.person_id).where(Letter.kind == "procedure_waits").order_by(Letter.id)
        return list(db.session.scalars(kinds))


def tend(house):
    with house.app.app_context():
        run_clock(house.mission, house.now)
        tell_who_must_act(house.now)


def test_what_waits_for_me_stands_apart_from_what_waits_for_others(house):
    area = house.mission.areas[0].code
    mine, other = meeting(house, area=area), meeting(house, "m2", who=frozenset({roles.OCHA_HEAD}), area=area)
    text = words(house.desk.get(PAGE))
    for_me, for_others = text.split("Waits for others")
    assert mine in for_me
    assert "It took place" in for_me
    assert other not in for_me
    assert other in for_others
    assert "OCHA Head of Office" in for_others


def test_what_nobody_must_do_any_more_is_not_on_it(house):
    reference = meeting(house)
    with house.app.app_context(), transaction() as session:
        row = service.taken(session, Noun.MEETING, reference, 1, house.officer.audience)
        service.move(session, row, "hold", house.officer.audience, house.mission, house.now)
    assert reference not in house.desk.get(PAGE).text


def test_of_what_does_not_exist_for_them_parties_read_nothing(house):
    reference = meeting(house)
    for who in (house.ngo, house.g9):
        page = house.browser(who).get(PAGE)
        assert page.status_code == 200
        assert reference not in page.text
        assert "Nothing waits for you here." in words(page)


def test_what_is_late_says_so(house):
    reference = meeting(house, at=NOW + timedelta(hours=1))
    row = re.search(rf"{reference}.*?</tr>", house.desk.get(PAGE).text, re.DOTALL)[0]
    assert "late" not in row
    house.now += timedelta(hours=2)
    row = re.search(rf"{reference}.*?</tr>", house.desk.get(PAGE).text, re.DOTALL)[0]
    assert "late" in row


def test_whoever_must_act_is_told_once_and_once_more_when_it_is_late(house):
    meeting(house)
    meeting(house, "m2")
    tend(house)
    told = letters(house)
    assert house.officer.person_id in told
    assert house.colleague.person_id in told
    assert house.ngo.person_id not in told
    assert len(told) == len(set(told)), "one letter speaks of both"
    house.now += timedelta(days=1)
    tend(house)
    assert letters(house) == told
    house.now = SOON + timedelta(hours=1)
    tend(house)
    late = letters(house)[len(told) :]
    assert set(late) == {*told, house.head.person_id}, "what is late the head hears of too"
    house.now += timedelta(days=1)
    tend(house)
    assert len(letters(house)) == len(told) + len(late)


def test_where_nobody_holds_the_role_the_heads_hear_of_it_at_once(house):
    meeting(house, who=frozenset({roles.PRC_SECRETARY}))
    tend(house)
    assert letters(house) == [house.head.person_id]


def test_a_clock_that_fails_stops_no_other_and_is_tried_again(house, monkeypatch):
    from deconflict.services import procedure_clock

    acted = []

    def act(session, row, mission, now):
        acted.append(row.reference)
        if row.reference == first:
            raise RuntimeError("no")
        row.wait_for(None)

    monkeypatch.setattr(procedure_clock, "ON_DUE", {Noun.MEETING: act})
    first = meeting(house, who=frozenset({SYSTEM}), at=NOW)
    second = meeting(house, "m2", who=frozenset({SYSTEM}), at=NOW)
    future = meeting(house, "m3", who=frozenset({SYSTEM}), at=SOON)
    tend(house)
    assert acted == [first, second]
    house.now += timedelta(minutes=2)
    tend(house)
    assert acted == [first, second, first]
    assert future not in acted


def test_a_step_is_of_the_version_that_was_looked_at(house):
    reference = meeting(house)
    with house.app.app_context(), transaction() as session:
        row = service.taken(session, Noun.MEETING, reference, 1, house.officer.audience)
        service.move(session, row, "move", house.officer.audience, house.mission, house.now, words="x" * 600)
    with house.app.app_context(), pytest.raises(service.LostRace), transaction() as session:
        service.taken(session, Noun.MEETING, reference, 1, house.officer.audience)
    with house.app.app_context(), pytest.raises(service.NotFound), transaction() as session:
        service.taken(session, Noun.MEETING, reference, 2, house.ngo.audience)
    with house.app.app_context():
        lines = db.session.scalars(select(ProcedureStep).order_by(ProcedureStep.id)).all()
        assert [(line.version, line.event, len(line.words)) for line in lines] == [(1, "begin", 0), (2, "move", 500)]
        verbs = select(AuditEntry.verb).where(AuditEntry.noun == "meeting").order_by(AuditEntry.id)
        assert list(db.session.scalars(verbs)) == ["begin", "move"]


# ---- the calendar --------------------------------------------------------------------------------------------------


def address(house, browser):
    browser.post(PAGE + "/calendar")
    page = browser.get(PAGE)
    found = re.search(r"<code>http[^<]*(/calendar/[^<]+\.ics)</code>", page.text)
    return found and found[1]


def test_a_calendar_fetches_my_deadlines_without_signing_in_and_says_nothing_else(house):
    mine = meeting(house)
    other = meeting(house, "m2", who=frozenset({roles.SUBOFFICE_HEAD}))
    where = address(house, house.desk)
    assert address(house, house.desk) != where, "a new one each time"
    where = address(house, house.desk)
    assert "<code>" not in house.desk.get(PAGE).text, "shown once"
    answer = house.app.test_client().get(where)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    entries = list(Calendar.from_ical(answer.data).walk("VEVENT"))
    assert [str(entry["summary"]) for entry in entries] == [f"deconflict {mine}: It took place"]
    assert entries[0]["dtstart"].dt == SOON
    assert other not in answer.text
    assert "Oumou" not in answer.text


def test_an_address_that_was_replaced_or_ended_or_never_was_is_the_same_404(house):
    first = address(house, house.desk)
    second = address(house, house.desk)
    stranger = house.app.test_client()
    answers = [stranger.get(url) for url in (first, "/calendar/nothing.ics")]
    assert stranger.get(second).status_code == 200
    house.desk.post(PAGE + "/calendar/end")
    answers.append(stranger.get(second))
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({re.sub(r'name="csrf_token" value="[^"]*"', "", answer.text) for answer in answers}) == 1


def test_whoever_works_here_no_more_fetches_nothing(house):
    where = address(house, house.desk)
    with house.app.app_context(), transaction() as session:
        account = session.scalars(select(Account).where(Account.person_id == house.officer.person_id)).one()
        account.active = False
    assert house.app.test_client().get(where).status_code == 404
    with house.app.app_context(), transaction() as session:
        account = session.scalars(select(Account).where(Account.person_id == house.officer.person_id)).one()
        account.active = True
        session.get_one(Person, house.officer.person_id).until_at = NOW - timedelta(days=1)
    assert house.app.test_client().get(where).status_code == 404


def test_the_address_is_kept_nowhere_that_it_could_be_read_again(house):
    with house.app.app_context():
        token = make_feed(house.officer.audience, NOW)
        feed = db.session.scalars(select(CalendarFeed)).one()
        assert token not in feed.token_hash
        details = [entry.detail for entry in db.session.scalars(select(AuditEntry))]
        assert token not in str(details)


# ---- how long it is kept -------------------------------------------------------------------------------------------


def test_what_is_over_goes_in_two_steps_and_what_is_not_stays(house):
    over, live = meeting(house), meeting(house, "m2")
    with house.app.app_context(), transaction() as session:
        row = service.taken(session, Noun.MEETING, over, 1, house.officer.audience)
        row.seal({"who": "Awa"})
        row.own_key = "k"
        service.move(session, row, "hold", house.officer.audience, house.mission, NOW, words="typed")
    with house.app.app_context(), transaction() as session:
        assert forget_who(session, NOW - timedelta(seconds=1), 10) == 0
        assert forget_who(session, NOW, 10) == 2
        assert forget_who(session, NOW, 10) == 0
        assert [line.words for line in session.scalars(select(ProcedureStep))] == ["", "", ""]
        row = session.scalars(select(Procedure).where(Procedure.reference == over)).one()
        assert (row.secret, row.own_key) == (None, "")
        since = dict.fromkeys(Noun, NOW)
        assert forget_procedures(session, since | {Noun.MEETING: NOW - timedelta(days=1)}, 10) == 0
        assert forget_procedures(session, since, 10) == 1
        assert list(session.scalars(select(Procedure.reference))) == [live]
        assert session.scalar(select(func.count()).select_from(ProcedureStep)) == 1
