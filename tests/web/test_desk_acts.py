"""What an officer does with a case, as the forms send it, and what leaves of it."""

from __future__ import annotations

import html
import re

import make
import pytest
from deskhouse import NEAR_BANKASS, DeskHouse
from pages import errors, fields, words
from sqlalchemy import select

from deconflict.domain.filing import Level
from deconflict.store.alerts import Alert
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.cases import CaseEvent, Request


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


def preview(house, side, ask="avoid_place", browser=None):
    return (browser or house.desk).get(
        house.url("ask"), query_string={"round": house.case.round, "side": side, f"ask-{side}": ask}
    )


def events(house):
    with house.app.app_context():
        rows = db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == house.case.id).order_by(CaseEvent.id))
        return [row.event for row in rows]


def everything(house):
    """How many rows a rehearsal could have left behind."""
    with house.app.app_context():
        return {
            model.__name__: len(db.session.scalars(select(model.id)).all())
            for model in (Alert, Request, CaseEvent, AuditEntry)
        }


# ---- taking ------------------------------------------------------------------------------------------------------


def test_of_two_officers_who_take_a_case_the_second_is_told(house):
    house.meet()
    stale = house.case.round
    assert house.acts("take").status_code == 303
    answer = house.other_desk.post(house.url("take"), data={"round": str(stale)})
    assert answer.status_code == 409
    said = words(answer)
    assert "Somebody else has taken this case: Oumou, on Sat 7 Dec 06:00." in said
    assert "Handled by Oumou" in said
    assert "Oumou has this case. Speak to each other before you act." in said
    assert house.case.owner_id == house.officer.person_id


def test_a_page_of_an_older_round_answers_with_the_fresh_one(house):
    _notice, plan = house.meet()
    stale = house.case.round
    house.amends(house.g9, plan, make.patrol(NEAR_BANKASS, "10 Dec 12:00-16:00"))
    assert house.case.round > stale
    answer = house.desk.post(house.url("take"), data={"round": str(stale)})
    assert answer.status_code == 409
    assert "Look at it again before you decide." in words(answer)
    assert f"round {house.case.round}" in words(answer)
    assert house.case.owner_id is None


def test_a_case_is_handed_back_and_taken_by_another(house):
    house.meet()
    house.acts("take")
    assert house.acts("hand-back", house.other_desk).status_code == 409
    assert house.acts("hand-back").status_code == 303
    assert house.acts("take", house.other_desk).status_code == 303
    assert house.case.owner_id == house.colleague.person_id
    assert events(house)[-3:] == ["take", "hand_back", "take"]


def test_only_acts_that_the_state_allows_are_offered(house):
    house.meet()
    fresh = words(house.desk.get(house.url()))
    assert "Take the case" in fresh
    assert "Hand it back" not in fresh
    house.acts("take")
    taken = words(house.desk.get(house.url()))
    assert "Take the case" not in taken
    assert "Hand it back" in taken
    house.acts("dismiss", **{"dismiss-code": "test", "dismiss-reason": "exercise"})
    ended = words(house.desk.get(house.url()))
    for act in ("Take the case", "Hand it back", "Ask the mission", "Dismiss: this", "Note what was agreed"):
        assert act not in ended, act


# ---- asking ------------------------------------------------------------------------------------------------------


def test_a_preview_shows_the_very_texts_that_leave_and_leaves_nothing_behind(house):
    house.meet()
    before = everything(house)
    page = preview(house, "mission")
    assert page.status_code == 200
    assert everything(house) == before
    shown = [html.unescape(text) for text in re.findall(r"<pre[^>]*>(.*?)</pre>", page.text, re.DOTALL)]
    house.sms.sent.clear()
    house.mail.sent.clear()
    assert house.desk.post(house.url("ask"), data=fields(page)).status_code == 303
    house.turn()
    left = [re.sub(r"([Cc]ode) \d{4}", r"\1 ####", sent.text) for sent in house.sms.sent]
    left += [
        re.sub(r"http://127.0.0.1:8000/a/[\w-]+", "(...)", re.sub(r"([Cc]ode) \d{4}", r"\1 ####", sent.text))
        for sent in house.mail.sent
    ]
    assert left
    assert sorted(text.strip() for text in shown) == sorted(text.strip() for text in left)


def test_a_preview_says_who_is_written_to_and_when_it_leaves(house):
    house.meet()
    said = words(preview(house, "humanitarian"))
    assert "Nothing has left yet." in said
    assert "Awa SMS, English, at once" in said
    house.now = house.now.replace(hour=23)
    assert "Awa SMS, English, Sun 8 Dec 06:00 (in 6 h" in words(preview(house, "humanitarian"))


def test_a_side_reads_in_a_request_what_the_preview_said_and_nothing_planted_in_the_other_item(house):
    """The patrol leaves at an odd minute from an unspoken place; the notice has an organisation and a cargo."""
    house.meet(hours="09:07-15:13")
    case = house.case
    # The form's token and the secret of an e-mail's link: among so many random letters a short name turns up by chance.
    drawn_by_lot = re.compile(r'(?<=name="csrf_token" value=")[^"]+|(?<=/a/)[\w-]{32}')
    for side, who, planted in (
        ("humanitarian", house.g9, ("13:00", "12:00-16:00", "Lars", "+22370000002", "14.08", "PAT_LONG", "Long-range")),
        ("mission", house.ngo, ("09:07", "15:13", "ONG Alpha", "Awa", "+22370000001", "14.07", "Food distribution")),
    ):
        page = preview(house, side)
        body = page.text.partition("<main")[2].partition("</main>")[0]
        for value in planted:
            assert value not in drawn_by_lot.sub("", body), (side, value)
        assert house.desk.post(house.url("ask"), data=fields(page)).status_code == 303
        house.turn()
        asked = house.g9 if side == "mission" else house.ngo
        reference = case.mission_reference if side == "mission" else case.humanitarian_reference
        own = words(house.browser(asked).get(f"/requests/{reference}"))
        request = own.partition("Your own")[0]
        assert "Bankass" in request
        for value in planted:
            assert value not in own, (side, value)
        for sent in (*house.sms.sent, *house.mail.sent):
            for value in (*planted, "Bankass"):
                assert value not in drawn_by_lot.sub("", sent.text), (side, value)
        assert who is not asked


def test_a_side_may_not_be_asked_while_the_other_is_match_only_and_may_after_a_one_off_release(house):
    house.meet(plan_level=Level.MATCH_ONLY)
    refused = preview(house, "humanitarian")
    assert refused.status_code == 422
    assert "the other side has released nothing" in words(refused)
    assert house.acts("ask", side="humanitarian", ask="avoid_place").status_code == 422
    assert "Mission has released nothing" in words(house.desk.get(house.url()))
    form = {"side": "mission", "release-mission-how": "major on duty, by phone, 06:20", "answer": "yes"}
    assert house.acts("release", **form).status_code == 303
    assert preview(house, "humanitarian").status_code == 200
    assert house.acts("ask", side="humanitarian", ask="avoid_place").status_code == 303
    said = words(house.desk.get(house.url()))
    assert "major on duty, by phone, 06:20" in said
    assert "One-off release: Mission, yes" in said


def test_a_release_that_is_refused_changes_nothing_but_the_history(house):
    house.meet(plan_level=Level.MATCH_ONLY)
    assert house.acts("release", **{"side": "mission", "release-mission-how": "no answer at all", "answer": "no"})
    assert preview(house, "humanitarian").status_code == 422
    assert "One-off release: Mission, no" in words(house.desk.get(house.url()))


def test_a_release_needs_who_answered_and_how(house):
    house.meet(plan_level=Level.MATCH_ONLY)
    answer = house.acts("release", side="mission", answer="yes")
    assert answer.status_code == 422
    assert errors(answer) == ["f-release-mission-how"]
    assert house.case.released == []


def test_of_a_sensitive_notice_nothing_can_be_asked_or_released_towards_the_mission(house):
    house.meet(kind="PROT_MON", level=Level.MATCH_ONLY)
    page = words(house.desk.get(house.url()))
    assert "The notice is sensitive: nothing of it ever goes to the mission" in page
    assert preview(house, "mission").status_code == 422
    assert preview(house, "humanitarian").status_code == 200
    form = {"side": "humanitarian", "release-humanitarian-how": "said yes", "answer": "yes"}
    assert house.acts("release", **form).status_code == 422
    assert house.case.released == []


def test_an_ask_that_does_not_exist_is_refused(house):
    house.meet()
    assert preview(house, "mission", ask="surrender").status_code == 422
    assert preview(house, "nobody").status_code == 422
    assert house.acts("ask", side="mission", ask="surrender").status_code == 422
    assert house.case.state == "detected"


def test_an_answer_of_a_side_is_shown_to_the_officer(house):
    house.meet()
    house.acts("ask", side="mission", ask="change_time")
    house.turn()
    mine = house.browser(house.g9)
    address = f"/requests/{house.case.mission_reference}"
    form = fields(mine.get(address)) | {"answer": "decline", "text": "the bridge is out"}
    assert mine.post(f"{address}/answer", data=form).status_code == 303
    said = words(house.desk.get(house.url()))
    for piece in ("Mission: Change the times", "Declined", "Answer of Lars", "the bridge is out"):
        assert piece in said, piece
