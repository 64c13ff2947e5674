"""An administrator's pages, from adding an organisation to somebody's first sign-in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from accounts import PASSWORD
from sqlalchemy import select, text

from deconflict.channels.letters import Kind, render_letter
from deconflict.channels.port import Code, SendFailed
from deconflict.domain import roles
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.people import Newcomer, password_problem
from deconflict.domain.states import MessageState
from deconflict.jobs.letters import post_letters
from deconflict.services import people
from deconflict.services.letters import claim_letters
from deconflict.services.second_step import clear_second_step
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.letters import Letter
from deconflict.store.people import Account, Contact, Organisation, Person

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
MOBILES = ("+22370000001", "+22360000002")
PHRASE = "quatre chameaux sous la lune"


@pytest.fixture
def administrator(client, make_account, sign_in):
    someone = make_account(roles.ADMINISTRATOR, language="en")
    sign_in(client, someone)
    return someone


def organisation_id(app, client, name="Secours Dunia", side="humanitarian", kind="ngo"):
    answer = client.post("/people/organisations/new", data={"name": name, "side": side, "kind": kind, "direct": "true"})
    assert answer.status_code == 303, answer.text
    with app.app_context():
        return db.session.scalars(select(Organisation.id).where(Organisation.name == name)).one()


def form(**changes):
    return {
        "name": "Awa Coulibaly",
        "language": "fr",
        "function": "focal_point",
        "roles": [roles.FOCAL_POINT, roles.SUBMITTER],
        "email": "Awa@Dunia.example.org",
        "phones-0": "70 00 00 01",
        "phones-1": "+223 60 00 00 02",
        "phones-2": "",
    } | changes


def link_on(page):
    return unescape(re.search(r"http://127\.0\.0\.1:8000(/join\?token=[^\s<]+)", page)[1])


def test_from_an_organisation_to_somebody_s_first_sign_in(app, client, administrator):
    where = organisation_id(app, client)
    invited = client.post(f"/people/organisations/{where}/invite", data=form())
    assert invited.status_code == 200
    link = link_on(invited.text)

    stranger = app.test_client()
    assert "Awa Coulibaly" in stranger.get(link).text
    joined = stranger.post(link, data={"password": PHRASE, "again": PHRASE, "language": "en"})
    assert joined.location == "/login"
    stranger.post("/login", data={"email": "awa@dunia.example.org", "password": PHRASE})
    page = stranger.get("/")
    assert page.status_code == 200
    assert '<html lang="en">' in page.text

    with app.app_context():
        person = db.session.scalars(select(Person).where(Person.name == "Awa Coulibaly")).one()
        assert [(c.carries, c.address) for c in person.contacts] == [
            ("sms", MOBILES[0]),
            ("sms", MOBILES[1]),
            ("email", "awa@dunia.example.org"),
        ]
        assert {role.name for role in person.account.roles} == {roles.FOCAL_POINT, roles.SUBMITTER}
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [(e.verb, e.noun) for e in entries] == [
            ("add", "organisation"),
            ("invite", "person"),
            ("join", "person"),
        ]
        assert [e.actor_id for e in entries] == [administrator.person_id, administrator.person_id, person.id]
        assert "7000" not in str([e.detail for e in entries])


def test_the_list_shows_who_is_there_and_no_address(app, client, administrator):
    where = organisation_id(app, client)
    client.post(f"/people/organisations/{where}/invite", data=form())
    index, page = client.get("/people").text, client.get(f"/people/organisations/{where}").text
    assert f'href="/people/organisations/{where}"' in index
    for shown in ("Secours Dunia", "Awa Coulibaly"):
        assert shown in index
        assert shown in page
    for shown in ("Focal point", "Submitter", "invited, has not joined yet"):
        assert shown in page
    for hidden in ("7000", "dunia.example.org", "/join"):
        assert hidden not in page + index


def test_somebody_who_only_receives_messages_needs_no_e_mail_and_no_link(app, client, administrator):
    where = organisation_id(app, client)
    answer = client.post(f"/people/organisations/{where}/invite", data=form(function="team", roles=[], email=""))
    assert answer.status_code == 200
    assert "/join" not in answer.text
    assert "receives messages only" in client.get(f"/people/organisations/{where}").text
    with app.app_context():
        assert db.session.scalars(select(Person).where(Person.function == "team")).one().account is None


def test_somebody_may_be_called_in_another_language_than_he_reads(app, client, administrator):
    where = organisation_id(app, client)
    assert ">Bamanankan<" in client.get(f"/people/organisations/{where}/invite").text
    assert client.post(f"/people/organisations/{where}/invite", data=form(spoken="bm")).status_code == 200
    with app.app_context():
        person = db.session.scalars(select(Person).where(Person.name == "Awa Coulibaly")).one()
        assert (person.language, person.spoken) == ("fr", "bm")
        person_id = person.id
    assert "Bamanankan" in client.get(f"/people/{person_id}").text


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"spoken": "tlh"}, "spoken", "Choose one"),
        ({"name": ""}, "name", "Fill this in"),
        ({"language": "bm"}, "language", "Choose one"),
        ({"function": "officer"}, "function", "Choose one"),
        ({"roles": [roles.CMCOORD]}, "roles", "another kind"),
        ({"roles": ["emperor"]}, "roles", "another kind"),
        ({"email": ""}, "email", "needs an e-mail"),
        ({"email": "awa at dunia"}, "email", "name@example.org"),
        ({"phones-0": "20 22 12 34"}, "phones-0", "fixed line"),
        ({"phones-1": "+8821612345678"}, "phones-1", "satellite"),
        ({"phones-0": "70 00"}, "phones-0", "no such number"),
        ({"phones-0": "", "phones-1": "", "email": "", "roles": []}, "phones-0", "nobody could be told"),
        ({"scope": "mars"}, "scope", "Choose one"),
    ],
)
def test_every_refusal_says_how_to_mend_it_and_loses_nothing(app, client, administrator, changes, field, words):
    where = organisation_id(app, client)
    typed = form(**changes)
    answer = client.post(f"/people/organisations/{where}/invite", data=typed)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert words in page
    assert f'href="#f-{field}"' in page
    for value in (typed["name"], typed["email"], typed["phones-0"], typed["phones-1"]):
        assert f'value="{value}"' in page
    with app.app_context():
        assert db.session.scalars(select(Contact).where(Contact.carries == "sms")).all() == []


def test_two_people_cannot_sign_in_with_one_e_mail(app, client, administrator):
    where = organisation_id(app, client)
    client.post(f"/people/organisations/{where}/invite", data=form())
    again = client.post(
        f"/people/organisations/{where}/invite", data=form(name="Another", email="AWA@dunia.example.org")
    )
    assert again.status_code == 422
    assert "already" in again.text


def test_two_organisations_cannot_have_one_name(app, client, administrator):
    organisation_id(app, client)
    facts = {"name": "secours dunia", "side": "mission", "kind": "mission", "direct": "false"}
    again = client.post("/people/organisations/new", data=facts)
    assert again.status_code == 422
    assert 'value="secours dunia"' in again.text


def test_an_unknown_field_is_refused_rather_than_dropped(app, client, administrator):
    where = organisation_id(app, client)
    answer = client.post(f"/people/organisations/{where}/invite", data=form(nationality="any"))
    assert answer.status_code == 422


def newcomer(**changes):
    facts = {
        "name": "Awa Coulibaly",
        "language": "fr",
        "function": "focal_point",
        "scope": None,
        "roles": frozenset({roles.FOCAL_POINT}),
        "email": "awa@dunia.example.org",
        "phones": (),
    }
    return Newcomer(**(facts | changes))


def invite(now=NOW):
    where = people.add_organisation(None, name="Secours Dunia", side="humanitarian", kind="ngo", direct=True, now=now)
    return people.invite(None, where, newcomer(), link_for=str, now=now)


def join(token, now=NOW, password=PHRASE):
    return people.join(token, password=password, hashed=lambda text: f"hash of {len(text)}", language="fr", now=now)


def test_a_link_works_once(app):
    with app.app_context():
        token = invite().link
        join(token)
        with pytest.raises(NotFound):
            join(token)


def test_a_link_works_for_a_week(app):
    with app.app_context():
        told = invite()
        assert told.expires_at == NOW + timedelta(days=7)
        with pytest.raises(NotFound):
            join(told.link, now=NOW + timedelta(days=7, seconds=1))
        join(told.link, now=NOW + timedelta(days=7))


def test_a_new_link_ends_the_old_one(app):
    with app.app_context():
        told = invite()
        newer = people.reinvite(None, told.person_id, link_for=str, now=NOW)
        with pytest.raises(NotFound):
            join(told.link)
        join(newer.link)


@pytest.mark.parametrize(
    "mend",
    [lambda t: t[:-1] + ("0" if t[-1] != "0" else "1"), lambda t: "2" + t[1:], lambda t: "", lambda t: "9" * 40 + ".x"],
)
def test_a_link_that_was_changed_is_no_link(app, client, mend):
    with app.app_context():
        token = mend(invite().link)
        with pytest.raises(NotFound):
            join(token)
    assert client.get("/join", query_string={"token": token}).status_code == 404


def test_a_link_of_somebody_deactivated_is_no_link(app, make_account):
    administrator = make_account(roles.ADMINISTRATOR)
    with app.app_context():
        told = invite()
        people.deactivate(administrator.audience, told.person_id, now=NOW)
        with pytest.raises(NotFound):
            join(told.link)


def test_a_refused_password_does_not_use_up_the_link(app):
    with app.app_context():
        token = invite().link
        with pytest.raises(Refused) as refusal:
            join(token, password="coulibaly-2026-mopti")
        assert refusal.value.field == "password"
        join(token)


def test_the_page_asks_for_the_same_password_twice(app, client):
    with app.app_context():
        token = invite(datetime.now(UTC)).link
    answer = client.post(
        "/join", query_string={"token": token}, data={"password": PHRASE, "again": "x", "language": "fr"}
    )
    assert answer.status_code == 422
    assert 'href="#f-again"' in answer.text
    assert PHRASE not in answer.text


def test_roles_of_another_side_are_refused_whoever_asks(app):
    with app.app_context():
        where = people.add_organisation(None, name="Mission", side="mission", kind="mission", direct=True, now=NOW)
        for code in (roles.CMCOORD, roles.FOCAL_POINT):
            with pytest.raises(Refused):
                people.invite(None, where, newcomer(function="desk", roles=frozenset({code})), link_for=str, now=NOW)
        people.invite(None, where, newcomer(function="desk", roles=frozenset({roles.CIMIC})), link_for=str, now=NOW)


def test_an_administrator_stays_until_another_one_acts(client, administrator):
    answer = client.post(f"/people/{administrator.person_id}/deactivate")
    assert answer.status_code == 422
    assert client.get("/people").status_code == 200


def test_somebody_deactivated_stays_on_the_list_and_cannot_be_invited_again(client, administrator, make_account):
    someone = make_account(roles.FOCAL_POINT, name="Moussa Diarra")
    assert client.post(f"/people/{someone.person_id}/deactivate").location == "/people"
    assert "deactivated" in client.get(f"/people/organisations/{someone.audience.organisation_id}").text
    assert client.post(f"/people/{someone.person_id}/invite").status_code == 409


def test_nobody_else_opens_these_pages(app, make_account, sign_in):
    for code in sorted(roles.ALL - {roles.ADMINISTRATOR}):
        client = sign_in(app.test_client(), make_account(code))
        assert client.get("/people").status_code == 404, code
        assert client.get("/people/organisations/1").status_code == 404, code
        assert client.post("/people/1/deactivate").status_code == 404, code


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        (PHRASE, True),
        ("elevenchars", False),
        ("aaaaaaaaaaaaaaaa", False),
        ("abababababababab", False),
        ("Elodie-2026-fleuve", False),
        ("ÉLODIE et le fleuve", False),
        ("secours au marché", False),
        ("x" * 129, False),
        ("dune, or, sel et mil", True),
    ],
)
def test_a_password_is_long_and_says_nothing_others_know(password, fine):
    names = ("Élodie Traoré", "Secours Dunia", "e.traore@dunia.example.org")
    assert (password_problem(password, names) is None) is fine


def test_the_demo_s_and_the_tests_password_keep_the_rule():
    assert password_problem(PASSWORD, ("Awa Coulibaly", "ONG Alpha")) is None


# ---- an administrator gains nothing -----------------------------------------------------------------------------------


def letters(app):
    """(kind, to, about) of every letter so far, oldest first."""
    with app.app_context():
        rows = db.session.scalars(select(Letter).order_by(Letter.id)).all()
        return [(row.kind, row.person.name, row.about.name) for row in rows]


def stored(app, someone):
    with app.app_context():
        return db.session.get_one(Account, someone.account_id)


def with_second_step(app, someone):
    with app.app_context(), transaction() as session:
        account = session.get_one(Account, someone.account_id)
        account.tf_primary_method, account.tf_totp_secret = "authenticator", "sealed"
        account.mf_recovery_codes = ["one", "two"]
    return someone


class Post:
    """A mail server that keeps what it is given, or fails as told."""

    name, carries = "smtp", "email"

    def __init__(self):
        self.out, self.failure = [], None

    def send(self, outgoing, now):
        if self.failure is not None:
            raise self.failure
        self.out.append(outgoing)
        return "taken"

    def runs(self, app, now=None):
        with app.app_context():
            post_letters({"email": self}, "https://desk.example.org", now or datetime.now(UTC))
        return self.out


def test_the_link_of_somebody_who_joined_goes_to_his_mailbox_and_into_nobody_s_hands(
    app, client, administrator, make_account
):
    someone = with_second_step(app, make_account(roles.CMCOORD, name="Moussa Diarra"))
    make_account(roles.OCHA_HEAD, name="Fanta Keita", language="en")
    before = stored(app, someone)
    page = client.post(f"/people/{someone.person_id}/invite")
    assert page.status_code == 200
    assert "/join" not in page.text
    now = stored(app, someone)
    assert (now.password, now.tf_totp_secret, now.mf_recovery_codes) == (before.password, "sealed", ["one", "two"])
    assert now.fs_uniquifier != before.fs_uniquifier
    assert letters(app) == [
        ("new_link", "Moussa Diarra", "Moussa Diarra"),
        ("link_sent", "Fanta Keita", "Moussa Diarra"),
    ]
    own, head = Post().runs(app)
    assert (own.to, head.to) == (someone.email, "fanta.keita@people.example.org")
    assert "Moussa Diarra" in head.text
    assert "/join" not in head.text
    assert "/join" in own.text


def test_the_link_in_the_mail_sets_a_password_and_leaves_the_second_step(app, client, administrator, make_account):
    someone = with_second_step(app, make_account(roles.FOCAL_POINT))
    client.post(f"/people/{someone.person_id}/invite")
    (mail,) = Post().runs(app)
    link = re.search(r"https://desk\.example\.org(/join\?token=\S+)", mail.text)[1]
    stranger = app.test_client()
    assert stranger.post(link, data={"password": PHRASE, "again": PHRASE, "language": "fr"}).location == "/login"
    stranger.post("/login", data={"email": someone.email, "password": PHRASE})
    assert stranger.get("/").status_code == 303  # the code of the phone comes next
    assert stranger.get(link).status_code == 404
    assert stored(app, someone).tf_totp_secret == "sealed"


def test_until_the_link_is_used_the_old_password_opens(app, client, administrator, make_account):
    someone = make_account(roles.FOCAL_POINT)
    client.post(f"/people/{someone.person_id}/invite")
    owner = app.test_client()
    owner.post("/login", data={"email": someone.email, "password": PASSWORD})
    assert owner.get("/").status_code == 200
    owner.post("/logout")
    (mail,) = Post().runs(app)  # signing out does not end the link
    assert app.test_client().get(re.search(r"(/join\?token=\S+)", mail.text)[1]).status_code == 200


def test_a_letter_waits_for_a_mail_server_that_is_down_and_leaves_once(app, client, administrator, make_account):
    someone = make_account(roles.FOCAL_POINT)
    client.post(f"/people/{someone.person_id}/invite")
    post, at = Post(), datetime.now(UTC)
    post.failure = SendFailed(True, Code.NETWORK)
    assert post.runs(app, at) == []
    post.failure = None
    assert post.runs(app, at) == []
    assert len(post.runs(app, at + timedelta(minutes=2))) == 1
    assert len(post.runs(app, at + timedelta(hours=1))) == 1


def test_a_link_that_was_used_meanwhile_is_not_sent(app, client, administrator, make_account):
    someone = make_account(roles.FOCAL_POINT)
    client.post(f"/people/{someone.person_id}/invite")
    with app.app_context(), transaction() as session:
        session.get_one(Account, someone.account_id).invitation = None
    assert Post().runs(app) == []
    with app.app_context():
        assert db.session.scalars(select(Letter.state)).all() == [MessageState.WITHDRAWN]


def test_a_crash_while_sending_sends_again(app, client, administrator, make_account):
    someone = make_account(roles.FOCAL_POINT)
    client.post(f"/people/{someone.person_id}/invite")
    at = datetime.now(UTC)
    with app.app_context():
        assert len(claim_letters("https://desk.example.org", at)) == 1
        assert claim_letters("https://desk.example.org", at) == []
    assert len(Post().runs(app, at + timedelta(minutes=2))) == 1


def test_a_letter_that_cannot_be_read_stops_no_other(app, client, administrator, make_account):
    for name in ("One", "Two"):
        client.post(f"/people/{make_account(roles.FOCAL_POINT, name=name).person_id}/invite")
    with app.app_context(), transaction() as session:
        session.execute(text("UPDATE letter SET address = 'gAAAAABnonsense' WHERE id = (SELECT min(id) FROM letter)"))
    assert [mail.to for mail in Post().runs(app)] == ["two@people.example.org"]
    with app.app_context():
        states = db.session.execute(text("SELECT state FROM letter ORDER BY id")).scalars().all()
    assert states == [MessageState.FAILED, MessageState.SENT]


def test_heads_of_office_hear_of_every_account_of_their_office(app, client, administrator, make_account):
    head = make_account(roles.OCHA_HEAD, name="Fanta Keita")
    with app.app_context():
        ocha = db.session.get_one(Person, head.person_id).organisation_id
    officer = form(name="Nobody Known", function="officer", roles=[roles.CMCOORD], email="me@elsewhere.example.org")
    assert client.post(f"/people/organisations/{ocha}/invite", data=officer).status_code == 200
    assert letters(app) == [("account_given", "Fanta Keita", "Nobody Known")]


def test_a_second_step_is_cleared_by_two_administrators_and_by_none_alone(
    app, client, administrator, make_account, sign_in
):
    someone = with_second_step(app, make_account(roles.CMCOORD, name="Moussa Diarra"))
    make_account(roles.OCHA_HEAD, name="Fanta Keita")
    other = sign_in(app.test_client(), make_account(roles.ADMINISTRATOR, name="Other"))
    path = f"/people/{someone.person_id}/second-step"
    assert client.post(path).status_code == 303
    assert client.post(path).status_code == 422
    assert stored(app, someone).tf_totp_secret == "sealed"
    assert letters(app) == []
    assert other.post(path).status_code == 303
    cleared = stored(app, someone)
    assert (cleared.tf_primary_method, cleared.tf_totp_secret, cleared.mf_recovery_codes or []) == (None, None, [])
    assert cleared.password
    assert letters(app) == [
        ("step_cleared", "Moussa Diarra", "Moussa Diarra"),
        ("step_watched", "Fanta Keita", "Moussa Diarra"),
    ]
    with app.app_context():
        verbs = db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.id)).all()
    assert verbs == ["ask_clear_step", "clear_step"]


def test_an_ask_of_yesterday_is_asked_anew(app, administrator, make_account):
    someone = with_second_step(app, make_account(roles.CMCOORD))
    other = make_account(roles.ADMINISTRATOR, name="Other")
    with app.app_context():
        assert clear_second_step(administrator.audience, someone.person_id, NOW) is False
        assert clear_second_step(other.audience, someone.person_id, NOW + timedelta(hours=25)) is False
        assert clear_second_step(administrator.audience, someone.person_id, NOW + timedelta(hours=26)) is True


def test_nobody_clears_his_own_second_step(app, client, administrator):
    with_second_step(app, administrator)
    assert client.post(f"/people/{administrator.person_id}/second-step").status_code == 422


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
@pytest.mark.parametrize("kind", Kind)
def test_every_letter_exists_in_both_languages_and_fills_every_gap(kind, language):
    mail = render_letter(kind, language, name="Awa", by="Lars", link="https://desk.example.org/join?token=x")
    assert mail.subject
    assert "$" not in mail.subject + mail.body
    assert ("https://" in mail.body) is (kind is Kind.NEW_LINK)
