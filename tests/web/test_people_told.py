"""An administrator sees no content, and cannot add somebody who does not exist without those who would know being told."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from pages import words
from sqlalchemy import select

from deconflict.channels.letters import Kind, render_letter
from deconflict.domain import roles
from deconflict.services import people
from deconflict.store.base import db, transaction
from deconflict.store.letters import Letter
from deconflict.store.people import Account, Organisation, Person

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
INVENTED = "Nobody Known"


@pytest.fixture
def administrator(app, client, make_account, sign_in):
    app.extensions["clock"] = lambda: NOW
    someone = make_account(roles.ADMINISTRATOR, name="Adama", language="en")
    sign_in(client, someone)
    return someone


@pytest.fixture
def head(make_account):
    return make_account(roles.OCHA_HEAD, name="Fanta", language="en")


def invites(client, organisation_id, **changes):
    """An administrator fills the form; the page that follows."""
    form = {
        "name": INVENTED,
        "language": "fr",
        "function": "focal_point",
        "roles": [roles.FOCAL_POINT],
        "email": "me@elsewhere.example.org",
    } | changes
    page = client.post(f"/people/organisations/{organisation_id}/invite", data=form)
    assert page.status_code == 200, words(page)
    return page


def told(app):
    """Who hears of it, by which letter; about nobody else."""
    with app.app_context():
        rows = db.session.scalars(select(Letter)).all()
        assert {row.about.name for row in rows} <= {INVENTED}
        return {(row.person.name, row.kind) for row in rows}


def new_organisation(app, name, side="humanitarian"):
    with app.app_context():
        return people.add_organisation(None, name=name, side=side, kind="ngo", direct=True, now=NOW)


@pytest.mark.parametrize(
    "changes",
    [{}, {"function": "team", "roles": [], "email": "", "phones-0": "70 00 00 09"}],
    ids=["signs in", "receives messages"],
)
def test_the_focal_points_of_an_organisation_hear_of_whoever_is_added_to_it(
    app, client, administrator, head, make_account, changes
):
    awa = make_account(roles.FOCAL_POINT, name="Awa", organisation="ONG Alpha")
    make_account(roles.SUBMITTER, name="Sira", organisation="ONG Alpha")
    make_account(roles.FOCAL_POINT, name="Bina", organisation="Association Badenya")
    make_account(roles.CIMIC, name="Lars")
    page = invites(client, awa.audience.organisation_id, **changes)
    assert told(app) == {("Awa", "person_added"), ("Fanta", "added_elsewhere")}
    assert "2 people who work there or lead the office are told of it by mail" in words(page)


def test_where_no_focal_point_has_joined_whoever_has_is_told(app, client, administrator, head, make_account):
    awa = make_account(roles.FOCAL_POINT, name="Awa", organisation="ONG Alpha")
    make_account(roles.SUBMITTER, name="Sira", organisation="ONG Alpha")
    with app.app_context(), transaction() as session:
        session.get_one(Account, awa.account_id).joined_at = None  # invented yesterday, by the same hand
    invites(client, awa.audience.organisation_id)
    assert told(app) == {("Sira", "person_added"), ("Fanta", "added_elsewhere")}


def test_the_first_of_an_organisation_has_nobody_to_tell_but_ocha(app, client, administrator, head, make_account):
    make_account(roles.FOCAL_POINT, name="Awa", organisation="ONG Alpha")
    page = invites(client, new_organisation(app, "ONG Neuve"))
    assert told(app) == {("Fanta", "added_elsewhere")}
    assert "1 person who works there or leads the office is told" in words(page)


def test_where_nobody_leads_the_office_its_officers_are_told_and_where_nobody_is_the_page_says_so(
    app, client, administrator, make_account
):
    first, second = new_organisation(app, "ONG Neuve"), new_organisation(app, "ONG Seconde")
    page = invites(client, first)
    assert told(app) == set()
    assert "Nobody is told of it" in words(page)
    make_account(roles.CMCOORD, name="Oumou")
    invites(client, second, email="you@elsewhere.example.org")
    assert told(app) == {("Oumou", "added_elsewhere")}


SECTORS = {"U9": None, "G9 C": "C", "G9 E": "E"}


@pytest.mark.parametrize(
    ("scope", "hear"), [("C", {"U9", "G9 C"}), ("E", {"U9", "G9 E"}), ("", {"U9", "G9 C", "G9 E"})]
)
def test_in_the_mission_the_cimic_officers_of_the_sector_and_of_the_whole_force_hear(
    app, client, administrator, head, make_account, scope, hear
):
    for name, sector in SECTORS.items():
        make_account(roles.CIMIC, name=name, scope=sector)
    make_account(roles.OPS, name="G3", scope="C")
    make_account(roles.FOCAL_POINT, name="Awa")
    organisation = new_organisation(app, "Contingent", "mission")  # a second one beside them, as if nobody were there
    invites(client, organisation, function="desk", roles=[roles.OPS], scope=scope)
    assert told(app) == {*((name, "person_added") for name in hear), ("Fanta", "added_elsewhere")}


def test_somebody_deactivated_is_no_witness(app, client, administrator, head, make_account):
    awa, sira = (make_account(roles.FOCAL_POINT, name=name, organisation="ONG Alpha") for name in ("Awa", "Sira"))
    client.post(f"/people/{sira.person_id}/deactivate")
    invites(client, awa.audience.organisation_id)
    assert ("Sira", "person_added") not in told(app)
    assert ("Awa", "person_added") in told(app)


def test_inviting_again_and_the_console_tell_nobody_of_a_newcomer(app, client, administrator, head, make_account):
    awa = make_account(roles.FOCAL_POINT, name="Awa", organisation="ONG Alpha")
    with app.app_context(), transaction() as session:
        session.get_one(Account, awa.account_id).joined_at = None
    assert "is told" not in words(client.post(f"/people/{awa.person_id}/invite"))
    assert told(app) == set()


@pytest.mark.parametrize("kind", [Kind.PERSON_ADDED, Kind.ADDED_ELSEWHERE])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_letters_are_neutral_and_name_whom_and_by_whom(kind, language):
    mail = render_letter(kind, language, name="Awa Coulibaly", by="Adama", link="")
    text = mail.subject + mail.body
    assert "Awa Coulibaly" in mail.subject
    assert "Adama" in mail.body
    assert not re.search(
        r"\b(UN|ONU|MINUSMA|OCHA|CMCoord|CIMIC|mission|patrol\w*|patrouille\w*|humanit\w*)\b", text, re.I
    )


# ---- who reads who is there ------------------------------------------------------------------------------------------


def test_a_focal_point_reads_who_is_in_his_organisation_since_when_and_by_whom(
    app, client, administrator, make_account, sign_in
):
    awa = make_account(roles.FOCAL_POINT, name="Awa", organisation="ONG Alpha", language="en")
    make_account(roles.FOCAL_POINT, name="Bina", organisation="Association Badenya")
    invites(client, awa.audience.organisation_id)
    reader = sign_in(app.test_client(), awa)
    assert 'href="/people/ours"' in reader.get("/").text
    page = reader.get("/people/ours")
    said = words(page)
    assert re.search(
        rf"{INVENTED} Numbers Focal point Focal point invited, has not joined yet no number 1 Mar 2026 08:00, by Adama",
        said,
    )
    assert "Bina" not in said
    assert "elsewhere.example.org" not in page.text
    links = re.findall(r'"(/people/[^"]*)"', page.text.partition("<main")[2])
    assert links
    assert all(link.startswith("/people/ours/") or link.endswith("/numbers") for link in links)


def test_a_sector_reads_its_own_and_the_whole_force_and_no_other_sector(app, make_account, sign_in):
    who = {name: make_account(roles.CIMIC, name=name, scope=sector) for name, sector in SECTORS.items()}
    seen = {}
    for name, someone in who.items():
        said = words(sign_in(app.test_client(), someone).get("/people/ours"))
        seen[name] = {other for other in SECTORS if f"{other} " in said}
    assert seen == {"U9": set(SECTORS), "G9 C": {"U9", "G9 C"}, "G9 E": {"U9", "G9 E"}}


def test_ocha_reads_who_was_added_elsewhere_of_late_and_nobody_else_does(
    app, client, administrator, head, make_account, sign_in
):
    awa = make_account(roles.FOCAL_POINT, name="Awa", organisation="ONG Alpha", language="en")
    lars = make_account(roles.CIMIC, name="Lars", language="en")
    make_account(roles.FOCAL_POINT, name="Bina", organisation="Association Badenya")
    with app.app_context():
        badenya = db.session.scalars(select(Organisation.id).where(Organisation.name == "Association Badenya")).one()
    invites(client, badenya)
    for reader, reads in ((head, True), (awa, False), (lars, False)):
        said = words(sign_in(app.test_client(), reader).get("/people/ours"))
        assert (INVENTED in said) is reads
        assert ("Association Badenya" in said) is reads


def test_the_page_is_for_those_who_answer_for_their_organisation(app, make_account, sign_in):
    readers = {*roles.WITNESS_OF.values(), *roles.OFFICERS}
    for code in sorted(roles.ALL):
        status = sign_in(app.test_client(), make_account(code)).get("/people/ours").status_code
        assert status == (200 if code in readers else 404), code


def test_the_administrator_reads_who_added_whom_too_the_console_and_what_the_audit_no_longer_says(
    app, client, administrator, make_account
):
    where = new_organisation(app, "ONG Neuve")
    with app.app_context():
        facts = {"language": "fr", "function": "focal_point", "scope": None, "email": None, "phones": ("+22370000001",)}
        by_console = people.Newcomer(name="Moussa", roles=frozenset(), **facts)
        people.invite(None, where, by_console, link_for=str, now=NOW)
        with transaction() as session:
            session.add(Person(organisation_id=where, name="Long There"))
    invites(client, where)
    said = words(client.get(f"/people/organisations/{where}"))
    for piece in ("Long There Focal point receives messages only no number long ago", "on the server", "by Adama"):
        assert piece in said, piece
    assert re.search(r"ONG Neuve Humanitarian 3 (Nobody Known|Moussa), 1 Mar 2026 08:00", words(client.get("/people")))
