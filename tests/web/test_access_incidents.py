"""The log of access incidents through the pages: logged by an organisation, read and counted by OCHA, unknown to everybody else."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import make
import pytest
from deskhouse import DeskHouse
from pages import errors, words
from planted import Visitor, plain
from sqlalchemy import select, text

from deconflict.domain import roles
from deconflict.domain.filing import Level
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.procedures import Procedure

SAID = "Pont coupé par la crue zq"


class House(DeskHouse):
    def __init__(self, app, mission, make_account, sign_in):
        super().__init__(app, mission, make_account, sign_in)
        self.notice = self.files(self.ngo, make.distribution("Bankass", "7 Dec 05:30-15:00"))
        self.own = self.browser(self.ngo)
        self.badenya = self.browser(make_account(roles.FOCAL_POINT, organisation="Association Badenya", language="en"))

    def form(self, **more):
        plain = {"notice": self.notice, "constraint": "environment", "on": "2019-12-07", "place": "Bankass"}
        return plain | {"outcome": "impeded_not_completed", "proof_demanded": "no", "words": SAID} | more

    def logs(self, browser=None, **more):
        answer = (browser or self.own).post("/access-incidents/new", data=self.form(**more))
        assert answer.status_code == 303, errors(answer)
        return answer.location.rpartition("/")[2]

    def acts_on(self, reference, event, browser=None, version=1):
        url = f"/access-incidents/{reference}/act"
        return (browser or self.desk).post(url, data={"event": event, "version": str(version)})

    def row(self, reference):
        with self.app.app_context():
            return db.session.scalars(select(Procedure).where(Procedure.reference == reference)).one()


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return House(app, mission, make_account, sign_in)


def test_it_is_logged_from_the_page_of_the_movement_and_read_by_an_officer(house):
    page = house.own.get(f"/notices/{house.notice}")
    assert f"/access-incidents/new?notice={house.notice}" in page.text
    assert f'value="{house.notice}"' in house.own.get(f"/access-incidents/new?notice={house.notice}").text
    reference = house.logs()
    assert reference in house.own.get(f"/notices/{house.notice}").text
    shown = words(house.desk.get(f"/access-incidents/{reference}"))
    assert "Physical environment" in shown
    assert "ONG Alpha" in shown
    assert SAID in shown
    assert reference in house.desk.get("/procedures").text
    assert house.acts_on(reference, "review").status_code == 303
    assert "Reviewed" in words(house.own.get(f"/access-incidents/{reference}"))
    assert reference not in house.desk.get("/procedures").text


def test_a_movement_that_has_not_begun_was_hindered_by_nothing_yet(house):
    ahead = house.files(house.ngo, make.distribution("Bankass", "12 Dec 09:00-15:00"))
    assert "/access-incidents/new" not in house.own.get(f"/notices/{ahead}").text


def test_nobody_else_finds_it(house):
    reference = house.logs()
    hidden = house.files(
        house.ngo, make.distribution("Bankass", "7 Dec 05:00-15:00", kind="PROT_MON", level=Level.MATCH_ONLY)
    )
    sensitive = house.logs(notice=hidden)
    g9 = house.browser(house.g9)
    for browser in (g9, house.badenya):
        for one in (reference, sensitive):
            assert browser.get(f"/access-incidents/{one}").status_code == 404
            assert house.acts_on(one, "review", browser).status_code == 404
        for path in ("/", "/procedures", "/ours"):
            assert reference not in browser.get(path).text
    assert g9.get("/access-incidents").status_code == 404
    assert reference not in house.badenya.get("/access-incidents").text
    assert house.head_desk.get(f"/access-incidents/{reference}").status_code == 200
    assert house.head_desk.get(f"/access-incidents/{sensitive}").status_code == 404
    assert sensitive not in house.head_desk.get("/access-incidents").text
    assert sensitive in house.desk.get("/access-incidents").text
    assert house.acts_on(reference, "review", house.head_desk).status_code == 404  # reads it, and decides nothing


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"words": "Arrêtés par des soldats"}, "words"),
        ({"words": "Barrage de la force Barkhane"}, "words"),
        ({"words": "350 ménages sans vivres"}, "words"),
        ({"place": "Mopti région"}, "place"),
        ({"place": "14.07, -3.52"}, "place"),
        ({"place": "Nulle-Part"}, "place"),
        ({"on": "2019-12-08"}, "on"),
        ({"notice": "ZZZZZ"}, "notice"),
        ({"constraint": "no such"}, "constraint"),
        ({"proof_demanded": ""}, "proof_demanded"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(house, more, field):
    answer = house.own.post("/access-incidents/new", data=house.form(**more))
    assert answer.status_code == 422
    assert f"f-{field}" in errors(answer)
    with house.app.app_context():
        assert list(db.session.scalars(select(Procedure.id).where(Procedure.noun == "access_incident"))) == []


def test_another_s_movement_is_told_like_a_missing_one(house):
    foreign = house.badenya.post("/access-incidents/new", data=house.form())
    missing = house.badenya.post("/access-incidents/new", data=house.form(notice="ZZZZZ"))
    assert foreign.status_code == missing.status_code == 422
    assert errors(foreign) == errors(missing) == ["f-notice"]
    assert plain(foreign).replace(house.notice, "") == plain(missing).replace("ZZZZZ", "")


def test_only_the_commune_is_kept_and_words_are_sealed(house):
    row = house.row(house.logs())
    assert house.mission.gazetteer.get(row.pcode).level == "commune"
    assert SAID not in str(row.facts)
    with house.app.app_context():
        assert SAID not in db.session.scalar(text("SELECT secret FROM procedure WHERE noun = 'access_incident'"))


def test_an_officer_logs_one_for_an_organisation_and_must_say_for_which(house):
    assert errors(house.desk.post("/access-incidents/new", data=house.form(notice=""))) == ["f-organisation"]
    reference = house.logs(house.desk, notice="", organisation=str(house.ngo.audience.organisation_id))
    assert reference in house.own.get("/access-incidents").text
    assert house.row(reference).owner_id == house.ngo.audience.organisation_id


def test_it_is_corrected_until_it_is_read_and_taken_up_again(house):
    reference = house.logs()
    filled = house.own.get(f"/access-incidents/{reference}/correct").text
    assert SAID in filled
    correct = f"/access-incidents/{reference}/correct"
    assert house.own.post(correct, data=house.form(constraint="mines", version="1")).status_code == 303
    assert house.row(reference).facts["constraint"] == "mines"
    assert house.acts_on(reference, "set_aside", version=2).status_code == 303
    late = house.own.post(correct, data=house.form(version="3"))
    assert late.status_code == 422
    assert house.acts_on(reference, "reopen", version=3).status_code == 303
    assert house.row(reference).state == "logged"


def test_of_two_who_act_at_once_one_is_told(house):
    reference = house.logs()
    assert house.acts_on(reference, "review").status_code == 303
    house.acts_on(reference, "set_aside", house.other_desk)
    assert house.row(reference).state == "reviewed"


def test_a_retry_of_the_same_form_makes_no_twin(house):
    assert house.logs(_key="k" * 32) == house.logs(_key="k" * 32)


def counts(page):
    return words(page).partition("Counts")[2]


def test_officers_read_counts_beside_the_month_before_with_the_right_change(house):
    for _n in range(2):
        house.logs(on="2019-11-20")
    for _n in range(3):
        house.logs(proof_demanded="yes")
    aside = house.logs(constraint="violence")
    house.acts_on(aside, "set_aside")
    page = house.desk.get("/access-incidents?month=2019-12")
    said = counts(page)
    assert "All 2 3 +50 %" in said
    assert "Proof of notification was demanded 0 3 -" in said
    assert "Physical environment 2 3 +50 %" in said
    assert "Mopti 2 3 +50 %" in said
    assert "Violence" not in said.partition("The log")[0]
    assert "All 0 2 -" in counts(house.desk.get("/access-incidents?month=2019-11"))
    assert "Counts" not in words(house.own.get("/access-incidents"))


def test_the_file_has_codes_tags_and_neither_organisation_nor_words_nor_movement(house):
    reference = house.logs(proof_demanded="yes")
    boss = Visitor(house.app, house.officer.uniquifier)
    answer = boss.client.post("/access-incidents/take-out", data={"month": "2019-12", "form": "csv"})
    assert answer.status_code == 200
    assert answer.data.startswith("\ufeff".encode())
    body = answer.data.decode("utf-8-sig")
    header, tags, line = csv.reader(io.StringIO(body))
    assert len(header) == len(tags) == len(line)
    row = dict(zip(tags, line, strict=True))
    assert (row["#meta+ref"], row["#date+occurred"], row["#access+type+code"]) == (
        reference,
        "2019-12-07",
        "environment",
    )
    assert (row["#status+outcome+code"], row["#indicator+proof_demanded+bool"]) == ("impeded_not_completed", "1")
    assert row["#adm1+name"] == "Mopti"
    for hidden in (SAID, "ONG Alpha", house.notice):
        assert hidden not in body
    with house.app.app_context():
        (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "take_out")).all()
        assert entry.detail["references"] == [reference]
        assert entry.detail["code"] in row["#meta+note"]
    assert house.own.post("/access-incidents/take-out", data={"month": "2019-12"}).status_code == 404


def test_what_was_typed_goes_with_the_other_words_of_what_is_over(house):
    reference = house.logs()
    house.acts_on(reference, "review")
    for _n in range(3):
        house.turn(timedelta(days=31))
    row = house.row(reference)
    assert row.facts["constraint"] == "environment"
    with house.app.app_context():
        assert db.session.scalar(text("SELECT secret FROM procedure WHERE noun = 'access_incident'")) is None
