"""Lists in files, as somebody hostile or in a hurry would use them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from pages import NOW, file, notice, patrol, words
from sqlalchemy import select
from test_uploads import csv, filed, opened, press, send, standing, take, through, two, versions, xlsx

from deconflict.domain import roles
from deconflict.domain.errors import Refused
from deconflict.store.base import db, transaction
from deconflict.store.people import Account, Organisation
from deconflict.store.uploads import UploadRow
from deconflict.web import upload_send

FOREIGN = b"identifiant;depart;gens\nQ-1;Mopti;4\n"


def at_sector(app, make_account, sign_in, code):
    return sign_in(app.test_client(), make_account(roles.OPS, organisation="Mission", scope=code, language="en"))


def test_the_answer_about_the_columns_sent_twice_is_no_fault(app, ngo):
    """Back in the browser, and once more: the lines were read already."""
    address = opened(ngo, "movement", xlsx(app, "movement", two()))
    assert press(ngo, address, "columns").status_code == 303
    assert standing(app) == ["new", "new"]


@pytest.mark.parametrize("wanted", ["²", "9" * 30, "-1", "x", "12345"])
def test_a_list_that_is_none_is_no_page(app, ngo, wanted):
    address = opened(ngo, "movement", xlsx(app, "movement", two()))
    assert press(ngo, address, "list", list=wanted).status_code == 404
    assert standing(app) == ["new", "new"]


@pytest.mark.parametrize("act", ["list", "send", "go-on", "leave", "take-up", "right", "mend", "ask"])
def test_what_is_pressed_before_the_columns_are_understood_loses_nothing(app, ngo, act):
    address = take(ngo, "movement", FOREIGN, "x.csv").location
    answer = press(ngo, address, act, n="0", disclaimer="2026-11", confirmed_by="nobody")
    assert answer.status_code in (303, 404, 409, 422)
    with app.app_context():
        assert db.session.scalars(select(UploadRow)).one().state == "columns"
    assert "identifiant" in ngo.get(address).text


def test_another_s_reference_for_a_number_is_as_any_number(app, ngo, other_ngo):
    theirs = file(other_ngo, "/notices/new", notice())
    pages = {}
    for key in (theirs, "ZZZZZ"):
        address = opened(ngo, "movement", xlsx(app, "movement", {key: notice()}))
        pages[key] = words(ngo.get(address)).replace(key, "")
        press(ngo, address, "drop")
    assert pages[theirs] == pages["ZZZZZ"]
    send(ngo, opened(ngo, "movement", xlsx(app, "movement", {theirs: notice(persons="77")})))
    first, second = filed(app)
    assert (first.reference, first.version) == (theirs, 1)
    assert second.owner_id != first.owner_id


def test_another_organisation_s_same_file_is_its_own(app, ngo, other_ngo):
    raw = xlsx(app, "movement", two())
    for client in (ngo, other_ngo):
        address = opened(client, "movement", raw)
        assert "/list" not in client.get(address).text
        send(client, address)
    assert len(filed(app)) == 4
    assert len({item.owner_id for item in filed(app)}) == 2


def test_desks_of_two_sectors_that_number_from_one_keep_their_lists_apart(app, make_account, sign_in, ngo):
    """Both write 1, 2, 3 each week: neither takes the other's line for its own, nor hears of its references."""
    app.extensions["clock"] = lambda: NOW
    west, east = (at_sector(app, make_account, sign_in, code) for code in ("C", "E"))
    ours, there = {"1": patrol(), "2": patrol("Koro")}, patrol("Gao")
    send(west, opened(west, "patrol", xlsx(app, "patrol", ours, "en")))
    assert len(filed(app)) == 2
    address = opened(east, "patrol", xlsx(app, "patrol", {"1": there}, "en"))
    page = east.get(address).text
    assert not any(item.reference in page for item in filed(app))
    send(east, address)
    assert len(filed(app)) == 3
    again = opened(west, "patrol", xlsx(app, "patrol", ours, "en"))
    assert standing(app)[-2:] == ["same", "same"], words(west.get(again))


def test_a_line_of_another_sector_is_said_to_be_so_before_it_is_sent(app, make_account, sign_in, ngo):
    app.extensions["clock"] = lambda: NOW
    desk = at_sector(app, make_account, sign_in, "E")
    address = opened(desk, "patrol", xlsx(app, "patrol", {"1": patrol()}, "en"))
    assert standing(app) == ["wrong"]
    assert "another sector" in words(desk.get(address))


def test_the_other_side_s_forms_are_no_pages(app, ngo, g9):
    for client, what in ((ngo, "patrol"), (g9, "movement"), (g9, "site"), (ngo, "zone"), (ngo, "../x")):
        assert client.get(f"/files/template/{what}.xlsx").status_code == 404
        assert take(client, what, csv(app, "movement", two())).status_code == 422
    with app.app_context():
        assert db.session.scalars(select(UploadRow)).all() == []


def test_two_steps_asked_for_between_the_look_and_the_sending(app, ngo, make_account, sign_in):
    submitter = sign_in(app.test_client(), make_account(roles.SUBMITTER, organisation="ONG Alpha"))
    address = opened(submitter, "movement", xlsx(app, "movement", two()))
    with app.app_context(), transaction() as session:
        session.scalars(select(Organisation).where(Organisation.name == "ONG Alpha")).one().two_step = True
        for account in session.scalars(select(Account)):
            account.joined_at = NOW
    answer = send(submitter, address)
    assert answer.status_code == 422
    assert filed(app) == []
    assert standing(app) == ["new", "new"]


def test_an_account_that_was_retired_sends_nothing(app, make_account, sign_in, ngo):
    browser = sign_in(app.test_client(), make_account(roles.SUBMITTER, organisation="ONG Alpha"))
    address = opened(browser, "movement", xlsx(app, "movement", two()))
    with app.app_context(), transaction() as session:
        session.scalars(select(Account).order_by(Account.id.desc())).first().active = False
    answer = browser.post(f"{address}/send", data={"disclaimer": "2026-11", "confirmed_by": "nobody"})
    assert answer.status_code in (302, 303, 400, 401, 403)
    assert filed(app) == []


def test_a_refusal_that_comes_while_it_is_sent_is_told_at_its_line(app, ngo, make_account, sign_in, monkeypatch):
    address = opened(ngo, "movement", xlsx(app, "movement", two()))

    def refuses(*_args, **_more):
        raise Refused("Who checks is somebody else of your organisation. Choose one of the list.")

    with monkeypatch.context() as patch:
        patch.setattr(upload_send.filings, "file_item", refuses)
        send(ngo, address)
    assert standing(app) == ["wrong", "wrong"]
    assert words(ngo.get(address)).count("organisation. Choisissez dans la liste.") == 2
    for n in ("0", "1"):
        assert press(ngo, address, "take-up", n=n).status_code == 303
    send(ngo, address)
    assert standing(app) == ["filed", "filed"]


def test_a_line_whose_item_was_amended_meanwhile_is_looked_at_again(app, ngo):
    send(ngo, opened(ngo, "movement", xlsx(app, "movement", two())))
    address = opened(ngo, "movement", xlsx(app, "movement", {"MV-1": notice(persons="5"), "MV-2": notice(persons="9")}))
    assert standing(app)[-2:] == ["amends", "same"]
    send(
        ngo, opened(ngo, "movement", xlsx(app, "movement", {"MV-1": notice(persons="6"), "MV-2": notice(persons="9")}))
    )
    before = versions(app)
    page = words(ngo.get(address))
    assert "6" in page
    send(ngo, address)
    assert len(filed(app)) == 2
    assert versions(app) == before + 1


def test_huge_words_in_a_cell_are_refused_by_their_cell_and_the_rest_is_read(app, ngo):
    raw = csv(app, "movement", {"MV-1": notice(), "MV-2": notice(route="x" * 990), "K" * 900: notice(persons="3")})
    address = take(ngo, "movement", raw).location
    through(ngo, address)
    assert ngo.get(address).status_code == 200
    assert "new" in standing(app)


@pytest.mark.parametrize("day", ["10/12/2026", "10 déc. 2026", "10 décembre 2026", "10.12.2026", "2026-12-10T08:00"])
def test_days_as_people_type_them_are_days(app, ngo, day):
    raw = csv(app, "movement", {"MV-1": notice()}).replace(b"2026-12-10", day.encode())
    address = opened(ngo, "movement", raw)
    assert standing(app) == ["new"], words(ngo.get(address))
    send(ngo, address)
    assert f"{filed(app)[0].departs_at:%Y-%m-%d}" == "2026-12-10"


def test_titles_above_empty_columns_and_empty_lines_harm_nothing(app, ngo):
    lines = csv(app, "movement", {"MV-1": notice()}, semicolons=True).decode("utf-8-sig").splitlines()
    shifted = [f";;{line};;" for line in lines]
    raw = "\n".join(["Mouvements;décembre", "", *shifted, *[";" * 40] * 30]).encode()
    opened(ngo, "movement", raw)
    assert standing(app) == ["new"]


@pytest.mark.parametrize("day", ["10 jui 2026", "31 février 2026", "46366", "10 d 2026", "32.12.2026"])
def test_what_is_no_day_for_certain_is_asked_about_at_its_cell(app, ngo, day):
    raw = csv(app, "movement", {"MV-1": notice()}).replace(b"2026-12-10", day.encode())
    address = opened(ngo, "movement", raw)
    assert standing(app) == ["wrong"]
    assert "J3" in words(ngo.get(address))


def test_two_steps_asked_for_while_it_is_sent_are_told_at_every_line_that_stays(
    app, ngo, make_account, sign_in, monkeypatch
):
    submitter = sign_in(app.test_client(), make_account(roles.SUBMITTER, organisation="ONG Alpha"))
    address = opened(submitter, "movement", xlsx(app, "movement", two()))
    monkeypatch.setattr(upload_send, "PATIENCE_S", -1.0)
    press(submitter, address, "send", disclaimer="2026-11", confirmed_by="nobody")
    with app.app_context(), transaction() as session:
        session.scalars(select(Organisation).where(Organisation.name == "ONG Alpha")).one().two_step = True
        for account in session.scalars(select(Account)):
            account.joined_at = NOW
    through(submitter, address)
    assert standing(app) == ["filed", "wrong"]
    assert "focal" in words(submitter.get(address))


def test_two_colleagues_who_look_at_one_new_list_do_not_both_file_it(app, ngo, make_account, sign_in):
    colleague = sign_in(app.test_client(), make_account(roles.FOCAL_POINT, organisation="ONG Alpha"))
    mine, theirs = opened(ngo, "movement", xlsx(app, "movement", two())), opened(colleague, "movement", edition(app))
    app.extensions["clock"] = lambda: NOW + timedelta(minutes=5)
    send(ngo, mine)
    refused = press(colleague, theirs, "send", disclaimer="2026-11", confirmed_by="nobody")
    assert refused.status_code == 422
    assert len(filed(app)) == 2
    (known,) = re.findall(r'name="list" value="(\d+)"', refused.text)
    press(colleague, theirs, "list", list=known)
    send(colleague, theirs)
    assert len(filed(app)) == 2
    assert versions(app) == 4


def edition(app):
    """The same numbers, one person more in each car."""
    return xlsx(app, "movement", {key: {**typed, "persons": "78"} for key, typed in two().items()})


def test_a_colleague_s_list_of_other_numbers_stands_in_nobody_s_way_and_one_said_to_be_another_leaves(
    app, ngo, make_account, sign_in
):
    colleague = sign_in(app.test_client(), make_account(roles.FOCAL_POINT, organisation="ONG Alpha"))
    other = xlsx(app, "movement", {f"Z-{n}": typed for n, typed in enumerate(two().values())})
    mine, theirs = opened(ngo, "movement", xlsx(app, "movement", two())), opened(colleague, "movement", edition(app))
    beside = opened(colleague, "movement", other)
    app.extensions["clock"] = lambda: NOW + timedelta(minutes=5)
    send(ngo, mine)
    send(colleague, beside)
    assert len(filed(app)) == 4
    press(colleague, theirs, "send", disclaimer="2026-11", confirmed_by="nobody")
    app.extensions["clock"] = lambda: NOW + timedelta(minutes=6)
    send(colleague, theirs)  # once more: it is a list of its own
    assert len(filed(app)) == 6
