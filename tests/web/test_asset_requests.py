"""Requests for escorts and other military assets through the pages: asked for, reviewed, decided, used and closed, with what goes wrong on
the way."""

from __future__ import annotations

from datetime import timedelta

import make
import pytest
from deskhouse import DeskHouse
from pages import errors, words
from planted import plain
from sqlalchemy import select, text

from deconflict.domain import roles
from deconflict.domain.asset_requests import ALTERNATIVES, CRITERIA
from deconflict.domain.filing import Level
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.items import Item
from deconflict.store.letters import Letter
from deconflict.store.procedures import Procedure

WHY = "Bac hors service zq"


class House(DeskHouse):
    def __init__(self, app, mission, make_account, sign_in):
        super().__init__(app, mission, make_account, sign_in)
        self.boss = make_account(roles.OCHA_HEAD, name="Fanta", language="en", function="head")
        self.hc = make_account(roles.HC_OFFICE, name="Hawa", language="en", function="support")
        self.notice = self.files(self.ngo, make.journey("Mopti", "Bandiagara", "20 Dec 06:30-09:00"))
        self.own, self.hc_desk = self.browser(self.ngo), self.browser(self.hc)
        self.badenya = self.browser(make_account(roles.FOCAL_POINT, organisation="Association Badenya", language="en"))

    def form(self, **more):
        plain = {"notice": self.notice, "asset": "armed_escort", "provider": "mission", "why": WHY}
        return plain | {"first": "2019-12-20", "last": "2019-12-20"} | dict.fromkeys(CRITERIA, "yes") | more

    def asks(self, browser=None, **more):
        answer = (browser or self.own).post("/asset-requests/new", data=self.form(**more))
        assert answer.status_code == 303, errors(answer)
        return answer.location.rpartition("/")[2]

    def row(self, reference):
        with self.app.app_context():
            return db.session.scalars(select(Procedure).where(Procedure.reference == reference)).one()

    def posts(self, reference, act, browser=None, **form):
        data = {"version": str(self.row(reference).version)} | form
        return (browser or self.desk).post(f"/asset-requests/{reference}/{act}", data=data)

    def reviews(self, reference, **more):
        return self.posts(reference, "review", **(dict.fromkeys(ALTERNATIVES, "would_not") | more))

    def decides(self, reference, browser=None, **more):
        plain = {
            "outcome": "use",
            "by": "hct",
            "on": f"{self.now:%Y-%m-%d}",
            "review_on": "2019-12-24",
            "words": "Vital",
        }
        return self.posts(reference, "decide", browser or self.hc_desk, **(plain | more))

    def acts_on(self, reference, event, browser=None):
        return self.posts(reference, "act", browser, event=event)


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return House(app, mission, make_account, sign_in)


def stands(page):
    return words(page).partition("A log: nothing is ordered here.")[0]


def test_from_the_request_to_its_end_each_page_says_who_must_act_by_when(house):
    reference = house.asks()
    url = f"/asset-requests/{reference}"
    assert "Next: Review the alternatives" in stands(house.own.get(url))
    assert "by Sat 14 Dec 00:00" in stands(house.own.get(url))  # five working days after Saturday the seventh
    assert reference in house.desk.get("/procedures").text
    assert house.reviews(reference).status_code == 303
    assert "Next: Decide (OCHA Head of Office, HC office)" in stands(house.hc_desk.get(url))
    assert reference in house.hc_desk.get("/procedures").text
    assert house.decides(reference).status_code == 303
    assert "Next: Say that it is arranged" in stands(house.own.get(url))
    assert "Humanitarian country team" in words(house.own.get(url))
    assert house.acts_on(reference, "arrange").status_code == 303
    assert house.acts_on(reference, "use", house.own).status_code == 303
    assert house.acts_on(reference, "close").status_code == 303
    row = house.row(reference)
    assert (row.state, row.due, row.facts["used"]) == ("closed", None, True)
    assert "Next:" not in stands(house.own.get(url))


def test_the_movement_says_where_its_request_stands(house):
    assert f"/asset-requests/new?notice={house.notice}" in house.own.get(f"/notices/{house.notice}").text
    reference = house.asks()
    for browser, url in ((house.own, f"/notices/{house.notice}"), (house.desk, f"/desk/items/{house.notice}")):
        page = browser.get(url)
        assert f'href="/asset-requests/{reference}"' in page.text
        assert "Requested" in words(page)


def test_no_alternative_is_passed_over(house):
    reference = house.asks()
    for code in ALTERNATIVES:
        answer = house.reviews(reference, **{code: ""})
        assert (answer.status_code, errors(answer)) == (422, [f"f-{code}"])
    assert house.row(reference).state == "requested"


def test_an_alternative_that_would_do_is_shown_to_whoever_decides(house):
    reference = house.asks()
    house.reviews(reference, delay="would_do")
    assert "one of the alternatives would do" in words(house.hc_desk.get(f"/asset-requests/{reference}"))
    other = house.asks(_key="other")
    house.reviews(other)
    assert "one of the alternatives would do" not in words(house.hc_desk.get(f"/asset-requests/{other}"))


def test_nothing_is_decided_before_the_review_nor_by_whoever_does_not_decide(house):
    reference = house.asks()
    assert house.decides(reference).status_code == 422
    house.reviews(reference)
    for browser in (house.desk, house.own, house.head_desk, house.browser(house.g9)):
        assert house.decides(reference, browser).status_code == 404
    assert house.row(reference).state == "reviewed"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"on": "2019-12-08"}, "on"),
        ({"review_on": ""}, "review_on"),
        ({"review_on": "2019-12-06"}, "review_on"),
        ({"by": "srsg"}, "by"),
        ({"words": ""}, "words"),
        ({"words": "Escorte de la 2e Cie, 24 pax"}, "words"),
    ],
)
def test_what_is_wrong_with_a_decision_is_said_at_its_field(house, more, field):
    reference = house.asks()
    house.reviews(reference)
    answer = house.decides(reference, **more)
    assert (answer.status_code, errors(answer)) == (422, [f"f-{field}"])


def test_a_request_that_is_declined_needs_no_review_date_and_is_closed(house):
    reference = house.asks()
    house.reviews(reference)
    assert house.decides(reference, house.browser(house.boss), outcome="not", review_on="").status_code == 303
    assert house.row(reference).state == "declined"
    assert house.acts_on(reference, "arrange").status_code == 422
    assert house.acts_on(reference, "close").status_code == 303


def test_after_its_review_date_a_decision_is_due_again_and_those_who_decide_are_told(house):
    reference = house.asks()
    house.reviews(reference)
    house.decides(reference, review_on="2019-12-09")
    house.turn(timedelta(days=2))
    assert house.row(reference).state == "decided"  # the day lasts to its end
    with house.app.app_context():
        before = len(db.session.scalars(select(Letter.id).where(Letter.person_id == house.hc.person_id)).all())
    house.turn(timedelta(days=1))
    assert house.row(reference).state == "due_again"
    assert "Next: Decide again, or not any more" in stands(house.hc_desk.get(f"/asset-requests/{reference}"))
    with house.app.app_context():
        told = db.session.scalars(select(Letter.id).where(Letter.person_id == house.hc.person_id)).all()
    assert len(told) > before
    assert house.acts_on(reference, "use", house.own).status_code == 422  # nothing was in force
    assert house.decides(reference).status_code == 303
    assert house.row(reference).state == "decided"


def test_nobody_answers_and_it_is_late_for_everybody_to_see(house):
    reference = house.asks()
    house.turn(timedelta(days=8))
    for browser in (house.desk, house.own):
        assert "late" in stands(browser.get(f"/asset-requests/{reference}"))
    assert "late" in words(house.desk.get("/asset-requests"))


def test_wanted_sooner_than_the_clock_it_is_to_be_decided_before(house):
    reference = house.asks(first="2019-12-09", last="2019-12-09", notice="", area="MOPTI")
    assert "by Mon 9 Dec 00:00" in stands(house.desk.get(f"/asset-requests/{reference}"))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"last": "2019-12-19"}, "last"),
        ({"first": "soon"}, "first"),
        ({"asset": "tank"}, "asset"),
        ({"provider": ""}, "provider"),
        ({"need": ""}, "need"),
        ({"need_why": "350 ménages"}, "need_why"),
        ({"notice": "ZZZZZ"}, "notice"),
        ({"notice": "", "area": ""}, "area"),
    ],
)
def test_what_is_wrong_with_a_request_is_said_at_its_field_and_nothing_is_kept(house, more, field):
    answer = house.own.post("/asset-requests/new", data=house.form(**more))
    assert (answer.status_code, errors(answer)) == (422, [f"f-{field}"])
    with house.app.app_context():
        assert list(db.session.scalars(select(Procedure.id).where(Procedure.noun == "asset_request"))) == []


def test_another_s_movement_is_told_like_a_missing_one(house):
    foreign = house.badenya.post("/asset-requests/new", data=house.form())
    missing = house.badenya.post("/asset-requests/new", data=house.form(notice="ZZZZZ"))
    assert foreign.status_code == missing.status_code == 422
    assert plain(foreign).replace(house.notice, "") == plain(missing).replace("ZZZZZ", "")


def test_an_officer_asks_for_an_organisation(house):
    assert errors(house.desk.post("/asset-requests/new", data=house.form(notice=""))) == ["f-organisation"]
    organisation = str(house.ngo.audience.organisation_id)
    reference = house.asks(house.desk, notice="", organisation=organisation, area="MOPTI")
    assert reference in house.own.get("/asset-requests").text
    assert reference not in house.badenya.get("/asset-requests").text
    by_movement = house.asks(house.desk, _key="2")
    assert house.row(by_movement).owner_id == house.ngo.audience.organisation_id


def test_it_is_corrected_until_it_is_reviewed(house):
    reference = house.asks()
    url = f"/asset-requests/{reference}/correct"
    assert WHY in house.own.get(url).text
    assert house.own.post(url, data=house.form(asset="air", why="Autre zq", version="1")).status_code == 303
    assert house.row(reference).facts["asset"] == "air"
    house.reviews(reference)
    assert house.own.post(url, data=house.form(version="3")).status_code == 422
    assert url not in house.own.get(f"/asset-requests/{reference}").text


def test_of_two_who_act_at_once_one_is_told_and_a_retry_makes_no_twin(house):
    assert house.asks(_key="k" * 32) == house.asks(_key="k" * 32)
    reference = house.asks()
    data = dict.fromkeys(ALTERNATIVES, "none") | {"version": "1"}
    for browser in (house.desk, house.other_desk):
        assert browser.post(f"/asset-requests/{reference}/review", data=data).status_code == 303
    assert house.row(reference).version == 2


def test_a_button_of_another_form_decides_nothing(house):
    reference = house.asks()
    house.reviews(reference)
    for event in ("decide", "decline", "lapse", "correct", "review", "no such", ""):
        assert house.acts_on(reference, event, house.browser(house.boss)).status_code == 422
    assert house.row(reference).state == "reviewed"


def test_nobody_else_finds_it_and_of_a_sensitive_movement_neither_the_sub_office_nor_the_hc_office(house):
    notice = house.files(
        house.ngo, make.distribution("Bankass", "20 Dec 09:00-15:00", kind="PROT_MON", level=Level.MATCH_ONLY)
    )
    plain_one, sensitive = house.asks(), house.asks(notice=notice, _key="2")
    g9 = house.browser(house.g9)
    for browser in (g9, house.badenya):
        for reference in (plain_one, sensitive):
            assert browser.get(f"/asset-requests/{reference}").status_code == 404
            assert house.acts_on(reference, "withdraw", browser).status_code == 404
            for path in ("/", "/procedures", "/ours"):
                assert reference not in browser.get(path).text
    for browser in (house.head_desk, house.hc_desk):
        assert browser.get(f"/asset-requests/{plain_one}").status_code == 200
        assert browser.get(f"/asset-requests/{sensitive}").status_code == 404
        for path in ("/asset-requests", "/procedures"):
            assert sensitive not in browser.get(path).text
    assert house.reviews(sensitive).status_code == 303
    assert house.decides(sensitive).status_code == 404
    assert house.decides(sensitive, house.browser(house.boss)).status_code == 303


def test_words_are_sealed_stand_in_no_audit_and_go_with_the_others_of_what_is_over(house):
    reference = house.asks(need_why="Raison zq")
    house.acts_on(reference, "withdraw", house.own)
    with house.app.app_context():
        assert WHY not in db.session.scalar(text("SELECT secret FROM procedure WHERE noun = 'asset_request'"))
        assert not any("zq" in str(entry.detail) for entry in db.session.scalars(select(AuditEntry)))
    assert WHY in house.own.get(f"/asset-requests/{reference}").text
    for _n in range(3):
        house.turn(timedelta(days=31))
    with house.app.app_context():
        assert db.session.scalar(text("SELECT secret FROM procedure WHERE noun = 'asset_request'")) is None
        assert db.session.scalars(select(Procedure.state).where(Procedure.noun == "asset_request")).one() == "withdrawn"


def test_one_whose_key_is_missing_is_still_shown(house):
    reference = house.asks()
    with house.app.app_context():
        db.session.execute(text("UPDATE procedure SET secret = 'gAAAA'"))
        db.session.commit()
    page = house.desk.get(f"/asset-requests/{reference}")
    assert page.status_code == 200
    assert "cannot be read here: its key is missing" in words(page)
    answer = house.reviews(reference, words="Bac hors service")  # would be written over what another key may still open
    assert answer.status_code == 422
    assert house.reviews(reference).status_code == 303


def test_officers_read_how_many_movements_have_an_escort(house):
    said = words(house.desk.get("/asset-requests"))
    assert "December 2019: 0 of 1 (0 %)" in said
    assert "November 2019: 0 of 0" in said
    reference = house.asks()
    house.files(house.ngo, make.distribution("Gao", "18 Dec 09:00-15:00"))
    assert "December 2019: 0 of 2 (0 %)" in words(house.desk.get("/asset-requests"))  # asked for is not decided
    house.reviews(reference)
    house.decides(reference)
    assert "December 2019: 1 of 2 (50 %)" in words(house.desk.get("/asset-requests"))
    house.acts_on(reference, "not_use")
    assert "December 2019: 0 of 2 (0 %)" in words(house.desk.get("/asset-requests"))
    with house.app.app_context():
        assert db.session.scalars(select(Item.id)).all()
    assert "December 2019" not in words(house.own.get("/asset-requests"))
