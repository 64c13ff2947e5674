"""Whoever answers for an organisation keeps its people without an administrator, and nobody else's."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from accounts import PASSWORD
from pages import errors, fields, words
from planted import plain
from sqlalchemy import func, select

from deconflict.domain import roles
from deconflict.domain.own_people import months_after
from deconflict.services.letters import Kind
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.letters import Letter
from deconflict.store.people import Account, Contact, Person
from deconflict.store.trials import Trial

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
PHRASE = "quatre chameaux sous la lune"
LAST = "2026-12-31"


class House:
    """Awa and Binta answer for ONG Alpha, Bina for Badenya; Lars is of the whole force, Cima of the centre, Esta of the east."""

    def __init__(self, app, make_account, sign_in):
        self.app, self.now, self._make, self._sign_in = app, NOW, make_account, sign_in
        app.extensions["clock"] = lambda: self.now
        hum = (roles.FOCAL_POINT, roles.SUBMITTER)
        self.awa = self.makes(*hum, name="Awa", phone="+22370000001")
        self.binta = self.makes(*hum, name="Binta", phone="+22370000002")
        self.bina = self.makes(*hum, name="Bina", organisation="Association Badenya")
        self.moussa = self.makes(roles.SUBMITTER, name="Moussa", function="team")
        self.lars = self.makes(roles.CIMIC, name="Lars")
        self.cima = self.makes(roles.CIMIC, name="Cima", scope="C")
        self.ops = self.makes(roles.OPS, name="Olof", scope="C", function="unit")
        self.esta = self.makes(roles.CIMIC, name="Esta", scope="E")
        self.head = self.makes(roles.OCHA_HEAD, name="Fanta", function="head")
        self.admin = self.makes(roles.ADMINISTRATOR, name="Adama")

    def makes(self, *codes, **more):
        return self._make(*codes, language="en", **more)

    def browser(self, who):
        return self._sign_in(self.app.test_client(), who)

    def letters(self, kind):
        with self.app.app_context():
            rows = db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id))
            return {row.person.name for row in rows}

    def audit(self, verb):
        with self.app.app_context():
            entries = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == verb).order_by(AuditEntry.id))
            return [(entry.actor_id, entry.noun_id) for entry in entries]

    def person(self, who):
        with self.app.app_context():
            person = db.session.get_one(Person, who.person_id)
            return person, person.account

    def changes(self, who, **values):
        with self.app.app_context(), transaction() as session:
            person = session.get_one(Person, who.person_id)
            for name, value in values.items():
                setattr(person, name, value)


@pytest.fixture
def house(app, make_account, sign_in):
    return House(app, make_account, sign_in)


def form(**changes):
    return {
        "name": "Sira Keita",
        "language": "fr",
        "function": "alternate",
        "roles": [roles.SUBMITTER],
        "email": "sira@alpha.example.org",
        "phones-0": "70 00 00 09",
        "until": LAST,
    } | changes


def url(who, act=""):
    return f"/people/ours/{who.person_id}" + (f"/{act}" if act else "")


# ---- inviting --------------------------------------------------------------------------------------------------------


def test_from_a_focal_point_s_invitation_to_a_first_sign_in_and_who_hears_of_it(app, house):
    browser = house.browser(house.awa)
    assert 'href="/people/ours/invite"' in browser.get("/people/ours").text
    page = browser.post("/people/ours/invite", data=form())
    assert page.status_code == 200, errors(page)
    link = unescape(re.search(r"(/join\?token=[^\s<]+)", page.text)[1])
    stranger = app.test_client()
    assert stranger.post(link, data={"password": PHRASE, "again": PHRASE, "language": "en"}).location == "/login"
    stranger.post("/login", data={"email": "sira@alpha.example.org", "password": PHRASE})
    assert stranger.get("/").status_code == 200
    assert house.letters(Kind.PERSON_ADDED) == {"Awa", "Binta"}
    assert house.letters(Kind.ADDED_ELSEWHERE) == {"Fanta"}
    with app.app_context():
        sira = db.session.scalars(select(Person).where(Person.name == "Sira Keita")).one()
        assert sira.organisation_id == house.awa.audience.organisation_id
        assert sira.until_at == datetime(2027, 1, 1, tzinfo=UTC)
        assert sira.account.signed_in_at == NOW
        number = db.session.scalars(select(Contact).where(Contact.person_id == sira.id, Contact.carries == "sms")).one()
        assert number.verified_at is None
        assert db.session.scalars(select(Trial).where(Trial.contact_id == number.id)).one()
    assert [actor for actor, _ in house.audit("invite")] == [house.awa.person_id]


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"until": ""}, "until", "Fill this in"),
        ({"until": "soon"}, "until", "day/month/year"),
        ({"until": "2026-03-01"}, "until", "The end is past"),
        ({"until": "2027-03-03"}, "until", "too far ahead"),
        ({"roles": [roles.CLUSTER]}, "roles", "cannot give this role"),
        ({"roles": [roles.NGO_FORUM]}, "roles", "cannot give this role"),
        ({"roles": [roles.CMCOORD]}, "roles", "cannot give this role"),
        ({"roles": [roles.CIMIC]}, "roles", "cannot give this role"),
        ({"function": "desk"}, "function", "Choose one"),
        ({"scope": "C"}, "scope", "Choose one"),
        ({"phones-0": "20 22 12 34"}, "phones-0", "fixed line"),
        ({"email": "bina@people.example.org"}, "email", "already"),
    ],
)
def test_what_a_focal_point_may_not_give_is_refused_and_nothing_typed_is_lost(app, house, changes, field, said):
    typed = form(**changes)
    page = house.browser(house.awa).post("/people/ours/invite", data=typed)
    assert page.status_code == 422
    assert f"f-{field}" in errors(page)
    assert said in words(page)
    assert f'id="f-{field}"' in page.text or field == "scope"  # which no page of theirs asks
    kept = fields(page)
    assert {name: kept[name] for name in ("name", "email", "phones-0", "until")} == {
        name: typed[name] for name in ("name", "email", "phones-0", "until")
    }
    assert house.letters(Kind.PERSON_ADDED) == set()


def test_the_last_day_is_so_many_months_ahead_at_most(house):
    browser = house.browser(house.awa)
    assert browser.post("/people/ours/invite", data=form(until="2027-03-02")).status_code == 200
    assert months_after(datetime(2026, 8, 31, tzinfo=UTC), 6) == datetime(2027, 2, 28, tzinfo=UTC)


def test_a_desk_invites_into_its_own_sector_only(house):
    typed = form(function="unit", roles=[roles.OPS], email="o@force.example.org", scope="C")
    page = house.browser(house.cima).get("/people/ours/invite")
    assert re.findall(r'<option value="([A-Z])"', page.text) == ["C"]
    assert house.browser(house.cima).post("/people/ours/invite", data=typed | {"scope": "E"}).status_code == 422
    whole = house.browser(house.cima).post("/people/ours/invite", data=typed | {"scope": ""})
    assert (whole.status_code, errors(whole)) == (422, ["f-scope"])
    assert house.browser(house.cima).post("/people/ours/invite", data=typed).status_code == 200
    assert house.letters(Kind.PERSON_ADDED) == {"Lars", "Cima"}
    other = typed | {"email": "p@force.example.org", "scope": "", "roles": [roles.LPRC_CHAIR]}
    assert errors(house.browser(house.lars).post("/people/ours/invite", data=other)) == ["f-roles"]
    assert (
        house.browser(house.lars).post("/people/ours/invite", data=other | {"roles": [roles.CIMIC]}).status_code == 200
    )


def test_a_stolen_account_adds_few_a_day_and_tries_out_few_addresses(house):
    browser = house.browser(house.awa)
    for n in range(10):
        assert browser.post("/people/ours/invite", data=form(email=f"{n}@x.example.org")).status_code == 200
    for _ in range(10):
        assert browser.post("/people/ours/invite", data=form(email="lars@people.example.org")).status_code == 422
    for email in ("lars@people.example.org", "new@x.example.org"):
        page = browser.post("/people/ours/invite", data=form(email=email))
        assert page.status_code == 422
        assert "many people today" in words(page)
    house.now += timedelta(days=1, seconds=1)
    assert browser.post("/people/ours/invite", data=form(email="new@x.example.org")).status_code == 200


def test_a_new_link_goes_to_the_mailbox_and_into_nobody_s_hands(app, house):
    browser = house.browser(house.awa)
    browser.post("/people/ours/invite", data=form())
    with app.app_context():
        invited = db.session.scalars(select(Person.id).where(Person.name == "Sira Keita")).one()
    for person_id in (invited, house.binta.person_id):
        page = browser.post(f"/people/ours/{person_id}/invite")
        assert page.status_code == 200
        assert "/join" not in page.text
    assert house.letters(Kind.NEW_LINK) == {"Sira Keita", "Binta"}
    assert house.letters(Kind.LINK_SENT) == {"Fanta"}


# ---- retiring --------------------------------------------------------------------------------------------------------


def test_whoever_is_retired_is_out_at_once_and_what_he_filed_stays(app, house):
    binta = house.browser(house.binta)
    assert binta.get("/").status_code == 200
    assert house.browser(house.awa).post(url(house.binta, "retire")).status_code == 303
    assert binta.get("/").location.startswith("/login")
    app.test_client().post("/login", data={"email": house.binta.email, "password": PASSWORD})
    person, account = house.person(house.binta)
    assert (person.active, account.active, person.retired_at) == (False, False, NOW)
    assert house.letters(Kind.PERSON_RETIRED) == {"Awa", "Binta", "Fanta"}
    assert house.audit("retire") == [(house.awa.person_id, house.binta.person_id)]
    assert "deactivated" in words(house.browser(house.awa).get("/people/ours"))


def test_the_last_who_answers_is_not_retired_and_the_page_says_what_to_do(house):
    browser = house.browser(house.awa)
    browser.post(url(house.binta, "retire"))
    page = browser.post(url(house.awa, "retire"), data={"sure": "yes"})
    assert page.status_code == 422
    assert "Invite somebody with the same role, wait until they have joined" in words(page)
    assert house.person(house.awa)[0].active


def test_whoever_has_not_joined_and_whose_contract_is_over_is_no_other(app, house):
    with app.app_context(), transaction() as session:
        session.get_one(Account, house.binta.account_id).joined_at = None
    browser = house.browser(house.awa)
    assert browser.post(url(house.awa, "retire"), data={"sure": "yes"}).status_code == 422
    with app.app_context(), transaction() as session:
        session.get_one(Account, house.binta.account_id).joined_at = NOW
    house.changes(house.binta, until_at=NOW - timedelta(minutes=1))
    assert browser.post(url(house.awa, "retire"), data={"sure": "yes"}).status_code == 422
    house.changes(house.binta, until_at=None)
    assert browser.post(url(house.awa, "retire"), data={"sure": "yes"}).status_code == 303


def test_whoever_alerts_go_to_first_is_not_retired_while_nobody_else_is_there(house):
    house.changes(house.awa, function="security")
    page = house.browser(house.awa).post(url(house.binta, "retire"))
    assert page.status_code == 422
    assert "Alerts go to this person first" in words(page)


def test_oneself_is_asked_once_more(app, house):
    browser = house.browser(house.awa)
    asked = browser.post(url(house.awa, "retire"))
    assert asked.status_code == 422
    assert errors(asked) == ["f-sure"]
    assert 'id="f-sure"' in asked.text
    assert house.person(house.awa)[0].active
    assert browser.post(url(house.awa, "retire"), data={"sure": "yes"}).status_code == 303
    assert browser.get("/").location.startswith("/login")


def test_a_retirement_is_taken_back_within_days_and_not_later(house, mission):
    before = house.person(house.binta)[1]
    browser = house.browser(house.awa)
    browser.post(url(house.binta, "retire"))
    house.now += mission.undo_retirement
    assert "take it back" in words(browser.get(url(house.binta)))
    back = browser.post(url(house.binta, "restore"))
    assert back.location == url(house.binta)
    person, account = house.person(house.binta)
    assert (person.active, account.active, account.password) == (True, True, before.password)
    assert account.fs_uniquifier != before.fs_uniquifier
    assert house.letters(Kind.PERSON_RESTORED) == {"Awa", "Binta", "Fanta"}
    browser.post(url(house.binta, "retire"))
    house.now += mission.undo_retirement + timedelta(seconds=1)
    assert "take it back" not in words(browser.get(url(house.binta)))
    assert browser.post(url(house.binta, "restore")).status_code == 404


def test_an_administrator_takes_it_back_too_but_nobody_what_he_did_or_what_a_contract_ended(house):
    browser, admin = house.browser(house.awa), house.browser(house.admin)
    browser.post(url(house.binta, "retire"))
    assert "taken back" in words(admin.get(f"/people/{house.binta.person_id}"))
    assert admin.post(f"/people/{house.binta.person_id}/restore").status_code == 303
    browser.post(url(house.binta, "retire"))
    admin.post(f"/people/{house.binta.person_id}/deactivate")
    assert browser.post(url(house.binta, "restore")).status_code == 404
    house.changes(house.binta, retired_at=NOW, until_at=NOW)
    assert browser.post(url(house.binta, "restore")).status_code == 404


def test_a_stolen_account_retires_few_a_day(house):
    team = [house.makes(roles.SUBMITTER, name=f"One {n}", function="team") for n in range(6)]
    browser = house.browser(house.awa)
    assert [browser.post(url(who, "retire")).status_code for who in team] == [303] * 5 + [422]


# ---- contracts -------------------------------------------------------------------------------------------------------


def test_an_end_is_set_later_and_sooner_but_never_one_s_own(house):
    browser = house.browser(house.awa)
    for day in (LAST, "2026-06-30"):
        assert browser.post(url(house.binta, "contract"), data={"until": day}).status_code == 303
    assert house.person(house.binta)[0].until_at == datetime(2026, 7, 1, tzinfo=UTC)
    assert house.letters(Kind.CONTRACT_SET) == {"Awa", "Binta", "Fanta"}
    own = browser.post(url(house.awa, "contract"), data={"until": LAST})
    assert own.status_code == 422
    assert "Ask somebody else who answers" in words(own)
    for day, said in (("", "Give the last day"), ("2026-03-01", "past"), ("2028-01-01", "too far")):
        page = browser.post(url(house.binta, "contract"), data={"until": day})
        assert (page.status_code, errors(page)) == (422, ["f-until"])
        assert said in words(page)
        assert fields(page)["until"] == day


# ---- whose -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["", "invite", "contract", "retire"])
def test_whoever_is_another_s_is_as_if_missing(house, act):
    pairs = [(house.awa, house.bina), (house.awa, house.lars), (house.cima, house.esta), (house.cima, house.lars)]
    for me, who in [*pairs, (house.lars, house.awa)]:
        browser = house.browser(me)
        ask = browser.post if act else browser.get
        foreign, missing = ask(url(who, act)), ask(f"/people/ours/99999/{act}".rstrip("/"))
        assert (foreign.status_code, missing.status_code) == (404, 404), (me, who)
        assert plain(foreign) == plain(missing)
    assert house.browser(house.lars).get(url(house.esta)).status_code == 200
    assert house.browser(house.cima).get(url(house.ops)).status_code == 200
    for who in (house.moussa, house.ops, house.head, house.admin):
        browser = house.browser(who)
        assert (browser.post if act else browser.get)(url(house.moussa, act)).status_code == 404


def test_a_retirement_of_another_s_is_not_to_be_taken_back(house):
    house.browser(house.awa).post(url(house.moussa, "retire"))
    for who in (house.bina, house.lars, house.head, house.moussa):
        assert house.browser(who).post(url(house.moussa, "restore")).status_code in (303, 404)
        assert house.browser(who).post(f"/people/{house.moussa.person_id}/restore").status_code in (303, 404)
        assert not house.person(house.moussa)[0].active


def test_a_desk_changes_numbers_of_its_sector_without_reading_them(house):
    house.changes(house.ops, edition=0)
    browser = house.browser(house.cima)
    page = browser.get(f"/people/{house.ops.person_id}/numbers")
    assert page.status_code == 200
    assert house.ops.email not in page.text
    added = browser.post(f"/people/{house.ops.person_id}/numbers/add", data={"number": "76 00 00 09", "edition": "0"})
    assert added.status_code == 303
    for who in (house.esta, house.lars):
        assert browser.get(f"/people/{who.person_id}/numbers").status_code == 404
    assert house.browser(house.lars).get(f"/people/{house.ops.person_id}/numbers").status_code == 200


def test_a_password_alone_does_not_open_these_pages(app, house):
    app.config["SECOND_FACTOR_REQUIRED"] = True
    browser = house.browser(house.awa)
    assert browser.get("/").status_code == 200
    for page in ("/people/ours/invite", url(house.binta)):
        assert browser.get(page).location.startswith("/tf-setup"), page
    assert browser.post(url(house.binta, "retire")).location.startswith("/tf-setup")
    assert house.person(house.binta)[0].active
    with app.app_context(), transaction() as session:
        session.get_one(Account, house.awa.account_id).tf_primary_method = "authenticator"
    assert browser.get("/people/ours/invite").status_code == 200


def test_without_the_token_of_a_form_nothing_is_done(app, house):
    app.config["WTF_CSRF_ENABLED"] = True
    browser = house.browser(house.awa)
    for act in ("retire", "contract", "invite"):
        assert browser.post(url(house.binta, act), data={"until": LAST}).status_code == 400
    assert browser.post("/people/ours/invite", data=form()).status_code == 400
    assert house.person(house.binta)[0].active
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Letter)) == 0


# ---- what is not known to work ---------------------------------------------------------------------------------------


def test_the_list_says_who_could_not_be_reached_and_how_each_number_is_known(app, house):
    with app.app_context(), transaction() as session:
        number = session.scalars(select(Contact).where(Contact.address == "+22370000001")).first() or next(
            one for one in session.scalars(select(Contact)) if one.address == "+22370000001"
        )
        session.add(
            Trial(
                person_id=house.awa.person_id,
                contact_id=number.id,
                address="x",
                reference="4F7K2",
                code="1",
                token="t",
                state="sent",
                queued_at=NOW,
                send_after=NOW,
                answered_at=NOW,
            )
        )
        number.verified_at, number.verified_how = NOW, "code_page"
        session.get_one(Account, house.awa.account_id).signed_in_at = NOW
    page = house.browser(house.awa).get("/people/ours")
    said = words(page)
    assert "2 of 3 people could not be reached by a text, as far as is known." in said
    assert "3 of 3 people could not be reached by mail" in said
    assert "2 of 3 people have no verified number that works." in said
    assert "3 of 3 people have no end of contract." in said
    assert "Number 1: verified 2 Mar 2026, by its code Text: reached 2 Mar 2026" in said
    assert "Number 1: unverified Text: not known to have reached" in said
    assert "Signed in last: 2 Mar 2026 Second step: no" in said
    assert len(page.data) < 60_000


def test_a_sector_reads_nothing_of_how_others_are_reached(house):
    said = words(house.browser(house.cima).get("/people/ours"))
    assert "of 2 people could not be reached" in said  # himself and Olof; Lars of the whole force is on the list only
    assert "Lars" in said


def test_the_desk_s_directory_counts_every_organisation(house):
    browser = house.browser(house.head)
    page = browser.get("/directory")
    assert re.search(r"ONG Alpha Humanitarian 3 3 3 3", words(page))
    link = re.search(r'href="(/directory/\d+)">ONG Alpha', page.text)[1]
    assert "3 of 3 people could not be reached by a text" in words(browser.get(link))
    assert browser.get("/directory/99999").status_code == 404
    for who in (house.awa, house.lars, house.admin):
        assert house.browser(who).get("/directory").status_code == 404
