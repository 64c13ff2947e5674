"""What a visitor meets at a page that is not for them."""

from __future__ import annotations

import pytest

from deconflict.domain import roles
from deconflict.web.audience import EVERYONE, NOBODY, PUBLIC, Undeclared, audience, current_audience


def page(app, path, *marks):
    """A page with this audience, or without one."""

    def view() -> str:
        return "what it shows"

    for mark in marks:
        view = mark(view)
    app.add_url_rule(path, endpoint=path.strip("/"), view_func=view, methods=["GET", "POST"])


def test_a_page_without_an_audience_is_an_error_while_developing_and_absent_afterwards(app, client):
    page(app, "/bare")
    with pytest.raises(Undeclared):
        client.get("/bare")
    app.testing = False
    answer = client.get("/bare")
    assert answer.status_code == 404
    assert "what it shows" not in answer.text


def test_a_public_page_asks_nobody(app, client):
    page(app, "/open", audience(PUBLIC))
    assert client.get("/open").text == "what it shows"


def test_a_page_for_everyone_asks_for_sign_in_and_nothing_more(app, client, make_account, sign_in):
    page(app, "/all", audience(EVERYONE))
    assert client.get("/all?x=1").location == "/login?next=/all?x%3D1"
    assert client.post("/all").location == "/login"
    sign_in(client, make_account(roles.AUDITOR))
    assert client.get("/all").text == "what it shows"


def test_a_page_that_is_switched_off_is_absent_for_all(app, client, make_account, sign_in):
    page(app, "/off", audience(NOBODY))
    assert client.get("/off").status_code == 404
    sign_in(client, make_account(roles.ADMINISTRATOR))
    assert client.get("/off").status_code == 404


def test_any_one_of_the_roles_opens_and_every_other_gets_a_404(app, make_account, sign_in):
    page(app, "/desk-page", audience(*roles.OFFICERS))
    for code in sorted(roles.ALL):
        client = sign_in(app.test_client(), make_account(code))
        assert client.get("/desk-page").status_code == (200 if code in roles.OFFICERS else 404), code


@pytest.mark.parametrize("who", [(), ("emperor",), (PUBLIC, roles.CMCOORD)])
def test_an_audience_that_nobody_can_have_is_refused_at_once(who):
    with pytest.raises(ValueError, match="not an audience"):
        audience(*who)


def test_disclosure_is_told_who_looks(app, client, make_account, sign_in):
    seen = []

    @app.get("/who")
    @audience(EVERYONE)
    def who() -> str:
        seen.append(current_audience())
        return ""

    someone = make_account(roles.CIMIC, roles.OPS, scope="C", language="en")
    sign_in(client, someone).get("/who")
    assert seen == [someone.audience]


def test_two_visitors_of_one_process_are_never_taken_for_each_other(app, make_account, sign_in):
    seen = []

    @app.get("/who")
    @audience(EVERYONE)
    def who() -> str:
        seen.append(current_audience().person_id)
        return ""

    one, two = make_account(roles.CIMIC), make_account(roles.FOCAL_POINT)
    clients = [sign_in(app.test_client(), one), sign_in(app.test_client(), two)]
    for client in clients * 2:
        client.get("/who")
    assert seen == [one.person_id, two.person_id] * 2


def test_a_made_up_session_is_nobody(app, client):
    with client.session_transaction() as session:
        session["_user_id"] = "0" * 32
    assert client.get("/").location == "/login"
